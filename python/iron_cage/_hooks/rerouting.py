"""Calls that go to another URL than their request was made for: another model in the path, or another host of the same protocol, with a key of its own (docs/retries.md)."""
from __future__ import annotations

from json import loads
from urllib.parse import urlsplit

from iron_cage._hooks.common import NOT_SENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable, Optional

    from iron_cage._hooks.common import Call

#: Headers of an answer of another host that its reader does not get: a redirect would be followed with the headers of the first host, and cookies would be kept as the first host's.
STRIPPED = ("location", "uri", "set-cookie", "refresh")


class Route:
    """Where an attempt goes, and with what."""

    __slots__ = ("url", "scheme", "host", "port", "target", "body", "elsewhere", "_follow", "_keys")

    def __init__(self, call: Call, payload: bytes) -> None:
        head, _, self.body = payload.partition(b"\n")
        told = loads(head)
        self.url: str = told["url"]
        parts = urlsplit(self.url)
        self.scheme, self.host, self.port = parts.scheme, parts.hostname or "", parts.port
        #: Path and query.
        self.target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        other: Optional[dict[str, Any]] = told.get("elsewhere")
        self.elsewhere = call.elsewhere = other is not None
        self._follow: frozenset[str] = frozenset()
        self._keys: list[tuple[str, str]] = []
        if other is not None:
            from iron_cage._fallback import credentials

            self._follow = frozenset(other["headers"])
            try:
                self._keys = credentials(other.get("slot"), other["key_env"], other["key_header"])
            except BaseException:
                call.end(NOT_SENT)
                raise

    @property
    def authority(self) -> str:
        """Host and port as a Host header has them."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port is None else f"{name}:{self.port}"

    def headers(self, given: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """The headers for another host: those of the request that may go along, its own key, and the length."""
        own = {name for name, _ in self._keys}
        kept = [(name, value) for name, value in given if name.lower() in self._follow and name.lower() not in own]
        return [("Host", self.authority), *kept, *self._keys, ("Content-Length", str(len(self.body)))]
