"""Timeouts of httpx's requests, for attempts that have less time than their client gives them."""
from __future__ import annotations

from time import monotonic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional


class Limit:
    """What an attempt may take: the timeouts of its request, each no longer than what is left of that."""

    def __init__(self, seconds: float, given: Optional[dict[str, Any]]) -> None:
        self._given = dict(given or {})
        self._end = monotonic() + seconds
        #: Of the request, as httpx takes them. The transport looks into it as it goes on.
        self.timeout: dict[str, Optional[float]] = {name: self._at_most(name, seconds) for name in ("connect", "read", "write", "pool")}

    def _at_most(self, name: str, seconds: float) -> float:
        given: Optional[float] = self._given.get(name)
        return seconds if given is None else min(given, seconds)

    @property
    def is_over(self) -> bool:
        """Whether nothing is left."""
        return monotonic() >= self._end - 0.001

    def tighten(self) -> None:
        """Time has passed."""
        self.timeout["read"] = self._at_most("read", max(0.001, self._end - monotonic()))

    def lift(self) -> None:
        """A stream is here: what is left of it is the caller's affair."""
        self.timeout.clear()
        self.timeout.update({name: self._given.get(name) for name in ("connect", "read", "write", "pool")})
