"""The simulator's record of one exchange."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from typing import Any, Dict, Mapping, Optional


@dataclass(frozen=True)
class Exchange:
    """One request and what was sent for it."""

    index: int
    """Order of arrival, from 0. The log itself is in order of completion."""
    time: float
    """Unix seconds when the request had been read."""
    method: str
    path: str
    headers: Mapping[str, str]
    """The request's, names in lower case."""
    body: bytes
    """The request's entity."""
    json: Any
    """The request's body parsed, None unless it is JSON."""
    status: int
    """0 when no head was sent."""
    response_body: bytes
    """The entity as sent: content encoding applied, chunked framing not; what was really written, when it was cut short."""
    response_encoding: Optional[str]
    """"gzip", "deflate" or None."""
    usage: Optional[Mapping[str, Any]]
    """What the provider bills for this exchange, in the form of the API's usage object; None when nothing. It counts what was generated, whatever
    the answer itself said."""
    completed: bool
    """Whether the whole answer was written."""
    streamed: bool
    connection: int
    """Which connection carried it, from 0."""
    model: Optional[str] = None
    digests: Optional[Mapping[str, str]] = None
    """Digests taken when bodies are not kept: "request" and "response"."""

    @property
    def request_sha256(self) -> str:
        """SHA-256 of the request's entity, 64 lower-case hex digits."""
        return self.digests["request"] if self.digests else hashlib.sha256(self.body).hexdigest()

    @property
    def response_sha256(self) -> str:
        """SHA-256 of the response's entity as sent, 64 lower-case hex digits."""
        return self.digests["response"] if self.digests else hashlib.sha256(self.response_body).hexdigest()

    @property
    def response_text(self) -> bytes:
        """The response's entity with its content encoding undone, as far as it was sent."""
        if self.response_encoding is None:
            return self.response_body
        return zlib.decompressobj(47).decompress(self.response_body)

    def summary(self) -> Dict[str, Any]:
        """The record without bodies and headers, ready for JSON; `iron_cage.testing.bill` reads it back."""
        return {
            "index": self.index,
            "time": round(self.time, 6),
            "connection": self.connection,
            "method": self.method,
            "path": self.path,
            "model": self.model,
            "status": self.status,
            "streamed": self.streamed,
            "completed": self.completed,
            "usage": self.usage,
            "request_sha256": self.request_sha256,
            "response_sha256": self.response_sha256,
        }
