"""Origins of URLs, remembered: clients' own URL types take an authority apart again and again."""
from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional

#: How many are remembered.
MOST = 1000


class Origins:
    """What a hook reads of a URL's scheme and authority. What may hold a password is not kept."""

    __slots__ = ("_known", "_read")

    def __init__(self, read: Callable[[Any], Any]) -> None:
        self._known: dict[tuple[str, str], Any] = {}
        self._read = read

    def of(self, url: Any, scheme: str, authority: Optional[str]) -> Any:
        """authority: as the URL has it; None: it does not tell."""
        if authority is None or "@" in authority:
            return self._read(url)
        origin = self._known.get((scheme, authority))
        if origin is None:
            origin = self._read(url)
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[scheme, authority] = origin
        return origin
