"""What a test scripts: one reply of the provider, faults included."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Callable, Mapping, Optional, Sequence, Union

from ._request import Request

__all__ = ["Reply", "ReplySource", "ToolCall", "as_reply"]


@dataclass(frozen=True)
class ToolCall:
    """A tool call of the model. `arguments` is the JSON text, or an object that becomes compact JSON. `id` is made up when absent."""

    name: str
    arguments: Union[str, Mapping[str, Any]] = "{}"
    id: Optional[str] = None

    @property
    def arguments_text(self) -> str:
        """The arguments as the model would write them."""
        if isinstance(self.arguments, str):
            return self.arguments
        return json.dumps(self.arguments, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class Reply:
    """One reply. Every field has a default, and `Reply()` answers with an echo of the last user message.

    All times are seconds. All byte counts are bytes of the body as sent: after content encoding, before chunked framing.
    """

    # What the model says.
    content: Union[None, str, Sequence[str]] = None
    """Text of the message; a list gives each of the `n` choices its own (used in rotation). None with no tool calls and no refusal: an echo."""
    tool_calls: Sequence[ToolCall] = ()
    refusal: Optional[str] = None
    thinking: Optional[str] = None
    """Anthropic, Gemini, Bedrock: text of a thinking block before the message's text."""
    finish_reason: Optional[str] = None
    """None: "stop", "tool_calls", or "length" when the request's output limit cut the text."""
    id: Optional[str] = None
    """None: made from the exchange's index, always of the same length."""
    ensure_ascii: bool = False
    """Write every character beyond ASCII as a \\uXXXX escape."""

    # What it costs.
    completion_tokens: Optional[int] = None
    """Bill at least this many completion tokens per choice; the request's limit still caps it."""
    reasoning_tokens: int = 0
    """Hidden tokens per choice, part of the completion tokens, generated before the text and inside the limit."""
    cached_tokens: int = 0
    """Part of the prompt that is billed as cached; capped at the prompt."""
    cache_write_tokens: int = 0
    """Anthropic, Bedrock: part of the prompt that is billed as written to the cache of five minutes; capped at what is left of the prompt."""
    cache_write_1h_tokens: int = 0
    """Anthropic, Bedrock: the same for the cache of one hour."""
    usage: Union[str, Mapping[str, Any]] = "real"
    """What the answer says it cost: "real", "absent", or an object sent as it is (a lie unless it is true). The bill stays the real one, except
    for `raw_body` and `pieces`, whose real cost nobody knows: there this object is the bill."""
    bill_full: bool = False
    """Bill the whole answer even if a fault or the client cut it short or nothing of it was sent."""

    # The HTTP answer.
    status: int = 200
    error: Union[None, str, Mapping[str, Any]] = None
    """For a status of 400 or more: the message, or the whole inner error object. None: the provider's usual words."""
    retry_after: Optional[float] = None
    """Sent as `retry-after` (whole seconds, rounded up) and `retry-after-ms`. None: 1 s with 429, nothing otherwise."""
    headers: Mapping[str, Optional[str]] = field(default_factory=dict)
    """Added to the answer's headers, or replacing them; None takes one away. A false content-length is possible."""
    raw_body: Optional[bytes] = None
    """This body, byte for byte, instead of a generated one."""
    compress: Union[None, bool, str] = None
    """True or "gzip", "deflate": encode if the client accepts it. None: as the simulator is set."""
    chunked: Optional[bool] = None
    """Chunked framing. None: streams are chunked, other answers carry a content-length."""
    close: bool = False
    """Say `connection: close` and close after the answer."""

    # How the body is cut up and when it comes.
    chunk_size: Optional[int] = None
    """Characters per streamed delta. None: one token per delta."""
    pieces: Optional[Sequence[bytes]] = None
    """The body as exactly these writes (and HTTP chunks, when chunked), instead of a generated one."""
    cut_at: Optional[int] = None
    """Write the body in two pieces: bytes [0:cut_at] and the rest."""
    delay: float = 0.0
    """Before the head is sent."""
    chunk_delay: float = 0.0
    """Between two pieces of the body."""

    # Faults of the connection.
    reset: Optional[str] = None
    """"before": the connection is reset (RST) instead of an answer."""
    reset_after: Optional[int] = None
    """Reset after this many bytes of the body; 0 is right after the head."""
    cut_after: Optional[int] = None
    """Close in good order after this many bytes of the body, without its end."""
    hang: Optional[float] = None
    """Silence for this long, then close: instead of an answer or, with cut_after or reset_after, at that point of the body."""

    def __post_init__(self) -> None:
        if self.reset not in (None, "before"):
            raise ValueError(f'reset must be None or "before", not {self.reset!r}')
        if isinstance(self.usage, str) and self.usage not in ("real", "absent"):
            raise ValueError(f'usage must be "real", "absent" or an object, not {self.usage!r}')
        if isinstance(self.compress, str) and self.compress not in ("gzip", "deflate"):
            raise ValueError(f'compress must be a bool, "gzip" or "deflate", not {self.compress!r}')
        if not 200 <= self.status <= 999:
            raise ValueError(f"status must be 200 to 999, not {self.status!r}")
        if self.chunk_size is not None and self.chunk_size < 1:
            raise ValueError(f"chunk_size must be at least 1, not {self.chunk_size!r}")
        if self.raw_body is not None and self.pieces is not None:
            raise ValueError("give raw_body or pieces, not both")
        for name in ("delay", "chunk_delay", "hang", "reset_after", "cut_after", "cut_at", "reasoning_tokens", "cached_tokens", "cache_write_tokens",
                     "cache_write_1h_tokens", "retry_after"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise ValueError(f"{name} must not be negative, not {value!r}")


ReplySource = Union[Reply, str, Callable[[Request], Union[None, Reply, str]]]
"""A reply, its text alone, or a function of the request that gives either (None: the default answer)."""


def as_reply(source: ReplySource, request: Request) -> Optional[Reply]:
    """Resolves a source for one request; None when a function declined."""
    made = source(request) if callable(source) else source
    if made is None or isinstance(made, Reply):
        return made
    if isinstance(made, str):
        return Reply(content=made)
    raise TypeError(f"a reply must be a Reply, a str or None, not {type(made).__name__}")
