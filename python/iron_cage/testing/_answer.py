"""An answer ready to be sent, and what it costs however much of it is sent."""

from __future__ import annotations

import time
import zlib
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from typing import Any, Dict, List, Optional, Sequence, Tuple

from ._reply import Reply

PLAIN = Reply()
#: The header that names a request, where it is not x-request-id.
_REQUEST_ID = {"anthropic": "request-id", "bedrock": "x-amzn-requestid", "cohere": "x-debug-trace-id"}
_REASONS = {int(status): status.phrase for status in HTTPStatus}


def usage_object(prompt: int, completion: int, cached: int = 0, reasoning: int = 0) -> Dict[str, Any]:
    """The usage object of chat completions; cached is part of prompt, reasoning part of completion."""
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": reasoning,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


@dataclass(frozen=True)
class Bill:
    """What an answer costs. `marks[i]`: completion tokens that had been generated when piece i of the stream was made; None for a whole answer,
    which is generated before any of it is sent."""

    prompt: int
    completion: int
    cached: int = 0
    reasoning: int = 0
    marks: Optional[Sequence[int]] = None
    given: Optional[Dict[str, Any]] = None
    """A bill fixed by the test, for bodies whose cost cannot be known."""

    def full(self) -> Dict[str, Any]:
        """The usage object of the whole answer."""
        return self.given or self._object(self.completion)

    def _object(self, output: int) -> Dict[str, Any]:
        """The usage object, as the format has it, of an answer with so many output tokens."""
        return usage_object(self.prompt, output, self.cached, min(self.reasoning, output))

    def until(self, sizes: Sequence[int], sent: int) -> Dict[str, Any]:
        """The usage object after `sent` bytes of a body made of pieces of these sizes: every piece begun had been generated."""
        if self.marks is None or self.given is not None:
            return self.full()
        completion, start = 0, 0
        for size, mark in zip(sizes, self.marks):
            if sent <= start:
                break
            completion, start = mark, start + size
        return self._object(completion)


@dataclass
class Answer:
    """Status, headers and pieces of one answer. `reply` carries timing and faults. `bill` is None when nothing is charged."""

    status: int
    content_type: str
    pieces: List[bytes]
    chunked: bool = False
    streamed: bool = False
    bill: Optional[Bill] = None
    reply: Reply = PLAIN
    headers: List[Tuple[str, str]] = field(default_factory=list)
    encoding: Optional[str] = None
    protocol: str = "openai"
    """Whose headers name the request."""
    sizes: Optional[List[int]] = None
    """Sizes of the pieces as they were generated, before `cut_at` cut them anew. None: the pieces' own."""

    def billed(self, sent: int, complete: bool) -> Optional[Dict[str, Any]]:
        """The usage object of what was generated when `sent` bytes of the body had been written."""
        if self.bill is None:
            return None
        if complete or self.reply.bill_full:
            return self.bill.full()
        if self.reply.reset == "before" or self._hangs_at_once():
            return None
        return self.bill.until(self.sizes or [len(piece) for piece in self.pieces], sent)

    def _hangs_at_once(self) -> bool:
        reply = self.reply
        return reply.hang is not None and reply.cut_after is None and reply.reset_after is None

    def encode(self, encoding: str) -> None:
        """Compresses the pieces, each flushed so that it can be read when it arrives."""
        packer = zlib.compressobj(6, zlib.DEFLATED, 31 if encoding == "gzip" else 15)
        last = len(self.pieces) - 1
        self.pieces = [
            packer.compress(piece) + packer.flush(zlib.Z_FINISH if position == last else zlib.Z_SYNC_FLUSH)
            for position, piece in enumerate(self.pieces)
        ]
        self.encoding = encoding
        self.headers += [("content-encoding", encoding), ("vary", "Accept-Encoding")]

    def cut(self, position: int) -> None:
        """Regroups the body into two pieces, cut after `position` bytes."""
        self.sizes = [len(piece) for piece in self.pieces]
        body = b"".join(self.pieces)
        self.pieces = [body[:position], body[position:]]

    def head(self, request_id: str, elapsed: float, close: bool) -> bytes:
        """The HTTP head. elapsed: seconds since the request was read."""
        framing = ("transfer-encoding", "chunked") if self.chunked else ("content-length", str(sum(map(len, self.pieces))))
        lines = [
            ("date", _date()),
            ("content-type", self.content_type),
            framing,
            ("connection", "close" if close else "keep-alive"),
        ]
        if self.protocol == "openai":
            lines += [("openai-processing-ms", str(int(elapsed * 1000))), ("openai-version", "2020-10-01")]
        lines.append((_REQUEST_ID.get(self.protocol, "x-request-id"), request_id))
        lines += self.headers
        if self.reply.headers:
            replaced = {name.lower() for name in self.reply.headers}
            lines = [line for line in lines if line[0] not in replaced]
            lines += [(name, value) for name, value in self.reply.headers.items() if value is not None]
        text = "".join([f"{name}: {value}\r\n" for name, value in lines])
        return f"HTTP/1.1 {self.status} {_REASONS.get(self.status, '')}\r\n{text}\r\n".encode("latin-1")


_last_date = (0, "")


def _date() -> str:
    global _last_date
    now = int(time.time())
    if _last_date[0] != now:
        _last_date = (now, formatdate(now, usegmt=True))
    return _last_date[1]
