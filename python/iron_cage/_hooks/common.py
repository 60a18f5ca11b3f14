"""What all hooks share: one exchange with the library, from the request to the end of the call."""
from __future__ import annotations

from contextvars import ContextVar

from iron_cage import _abi, _engine, _labels, _native, _refusal, errors
from iron_cage._hooks import cutting
from iron_cage._hooks.decoding import decoder_for, undecodable
from iron_cage._runs import claim, state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Generator, Iterable, Mapping, Optional

    from iron_cage._hooks.canary import Canary
    from iron_cage._runs import Run

PASS, SEND, REWRITE, REFUSE, PENDING = (
    _abi.VERDICT_PASS, _abi.VERDICT_SEND, _abi.VERDICT_REWRITE, _abi.VERDICT_REFUSE, _abi.VERDICT_PENDING,
)
COMPLETE, NOT_SENT, NO_RESPONSE, ABORTED, WITHDRAWN, CANCELLED, CUT = (
    _abi.END_COMPLETE, _abi.END_NOT_SENT, _abi.END_NO_RESPONSE, _abi.END_ABORTED, _abi.END_WITHDRAWN, _abi.END_CANCELLED, _abi.END_CUT,
)

#: The header names of a request that the library reads.
REQUEST_HEADERS = frozenset((
    b"content-encoding", b"x-stainless-retry-count", b"x-amzn-bedrock-guardrailidentifier", b"x-amzn-bedrock-performanceconfig-latency", b"x-amzn-bedrock-service-tier",
))

#: Those and the authorization, as they may come -> as the library takes them.
_SHOWN: dict[Any, bytes] = {form: name for name in (*REQUEST_HEADERS, b"authorization") for form in (name, name.decode())}

#: The header names of an answer that the library reads, beside its content-encoding: what the provider says of its limits.
RESPONSE_HEADERS = frozenset((
    b"retry-after", b"retry-after-ms",
    *(b"x-ratelimit-%s-%s" % (what, kind) for what in (b"limit", b"remaining", b"reset") for kind in (b"requests", b"tokens")),
    *(b"anthropic-ratelimit-%s-%s" % (kind, what) for what in (b"limit", b"remaining", b"reset") for kind in (b"requests", b"tokens", b"input-tokens", b"output-tokens")),
))

#: The header names of a failed response that say whether and when to try again.
_RETRY_HEADERS = frozenset((b"x-should-retry", b"retry-after-ms", b"retry-after"))

#: Tells SDKs that they need not try again.
NO_RETRY = "x-should-retry", "false"

#: Content types of answers that are fed in pieces: server-sent events, lines of JSON (Ollama), AWS's binary messages.
_STREAMS = frozenset((b"text/event-stream", b"application/x-ndjson", b"application/vnd.amazon.eventstream"))

#: How long a blocking wait stays in the library at a time, so that Ctrl-C is heard.
SLICE_MS = 100


def shown_headers(headers: Iterable[tuple[Any, Any]]) -> bytes:
    """A request's headers as the library takes them, be they text or bytes: of an authorization no more than its scheme, which says whether the body is signed."""
    lines = []
    for name, value in headers:
        lower = _SHOWN.get(name.lower() if isinstance(name, (str, bytes)) else str(name).lower())
        if lower is None:
            continue
        if not isinstance(value, bytes):
            value = str(value).encode("iso-8859-1", "replace")
        lines.append(lower + b": " + (value.split(b" ", 1)[0][:32] if lower == b"authorization" else value))
    return b"\n".join(lines)


class Carry:
    """Marks that a hooked layer is sending a request right now: hooked layers below it only carry the same request."""

    __slots__ = ("active", "call", "_attempt", "_token")

    def __init__(self, call: Call) -> None:
        self.active = True
        #: Whose answer the layers below wait for, where they can tell over which socket.
        self.call = call
        self._attempt = _engine.traced.get(call.handle) if _engine.traced else None
        self._token = self._attempt.enter() if self._attempt is not None else None

    def over(self) -> None:
        """It is sent, or was not. Idempotent."""
        if self.active and self._attempt is not None:
            self._attempt.leave(self._token)
        self.active = False


carrying: ContextVar[Optional[Carry]] = ContextVar("iron_cage_carrying", default=None)


def carried() -> bool:
    """Whether an outer layer has this request already."""
    carry = carrying.get()
    return carry is not None and carry.active


class Call:
    """A call that the library let through, or has not decided yet. Ends exactly once, whatever ends it, or goes on as the next attempt of the same request."""

    __slots__ = ("handle", "run", "body", "seconds", "again", "is_last", "__weakref__")

    def __init__(self, run: Optional[Run]) -> None:
        self.handle = 0
        self.run = run
        #: Of the request, as it was shown.
        self.body = b""
        #: What an attempt that may leave may take; 0: as long as it likes.
        self.seconds = 0.0
        #: What was said to the next attempt, after one that failed; None: there is none.
        self.again: Optional[tuple[int, Optional[bytes]]] = None
        #: The client should not try again either.
        self.is_last = False

    def begin(self, method: bytes, url: bytes, headers: bytes, body: bytes) -> tuple[int, Optional[bytes]]:
        """Shows the request, without waiting inside: (verdict, body), PENDING among them."""
        run = self.run
        self.body = body
        if _labels.scope.get() is not None:
            headers = _labels.attributed(headers)
        kind, handle, flags, payload, timeout_ms = _native.step(
            "ironcage_call_begin", run.handle if run is not None else 0, _engine.handle(), _abi.NONBLOCKING,
            method, len(method), url, len(url), headers, len(headers), body, len(body),
        )
        self._opened(kind, handle, flags, timeout_ms)
        return kind, payload

    def _opened(self, kind: int, handle: int, flags: int, timeout_ms: int) -> None:
        if handle and kind in _OPEN:
            self.handle = handle
            _engine.open_calls.add(handle)
            if timeout_ms:
                self.seconds = timeout_ms / 1000
        try:
            self._flags(flags)
        except BaseException:  # Ctrl-C in a callback
            self.end(WITHDRAWN)
            raise

    def wait(self, timeout_ms: int) -> tuple[int, Optional[bytes]]:
        """The verdict of a call that was PENDING, or PENDING again. PASS: an attempt that was to follow a failed one is not made after all."""
        kind, _, flags, payload, limit_ms = _native.step("ironcage_call_wait", self.handle, timeout_ms)
        if limit_ms:
            self.seconds = limit_ms / 1000
        self._flags(flags)
        if _engine.traced or _engine.ahead:
            self._tell(kind, payload)
        if kind == REFUSE or kind == PASS:
            self.forget()
        return kind, payload

    def wait_blocking(self) -> tuple[int, Optional[bytes]]:
        """Waits for the verdict in slices; Ctrl-C withdraws the call."""
        try:
            while True:
                kind, payload = self.wait(SLICE_MS)
                if kind != PENDING:
                    return kind, payload
                _engine.collect_left(waiting=True)
        except BaseException:
            self.end(WITHDRAWN)
            raise

    def retry(self, how: int, head: bytes = b"") -> bool:
        """Ends an attempt that failed, and asks whether to make another. True: this call goes on as that one; see take_again(). False: what came is handed on, or raised.

        :param head: the headers of its response, as of retry_head()
        """
        if not _engine.leave_call(self.handle):
            return False
        self.seconds = 0.0
        attempt = _engine.traced.get(self.handle) if _engine.traced else None
        told = attempt.before_retry(how) if attempt is not None else None
        try:
            kind, handle, flags, payload, timeout_ms = _native.step(
                "ironcage_call_retry", self.handle, _abi.NONBLOCKING, how, head, len(head), self.body, len(self.body),
            )
        except errors.IronCageError:
            return False  # as where a call ends: the failure of the store must not hide that of the provider
        finally:
            if attempt is not None and told is not None:
                attempt.tell(*told)
        self._opened(kind, handle, flags, timeout_ms)
        if attempt is not None and kind != PASS:
            attempt.precedes(handle, kind, payload)
        self.is_last = bool(flags & _abi.LAST_TRY)
        if kind != PASS:
            self.again = kind, payload
        return kind != PASS

    def was_cut(self, error: BaseException, how: int) -> bool:
        """Whether the library has ended the attempt, by the kill switch or the time of a run: then it has ended, and what follows is its refusal."""
        refusal = cutting.refused(self, error)
        if refusal is None:
            return False
        self.end(how)
        self.again = REFUSE, refusal
        return True

    def take_again(self) -> tuple[int, Optional[bytes]]:
        """What was said to the attempt that follows: once."""
        again, self.again = self.again, None
        return again or (PASS, None)

    def wait_again(self) -> tuple[int, Optional[bytes]]:
        """As take_again(), where its pause is over. PASS: it is not made after all."""
        kind, payload = self.take_again()
        return self.wait_blocking() if kind == PENDING else (kind, payload)

    def response(self, status: int, complete: bool, headers: bytes, body: bytes) -> tuple[int, Optional[bytes]]:
        """Shows a whole response."""
        kind, _, flags, payload, _ = _native.step(
            "ironcage_call_response", self.handle, status, 1 if complete else 0, headers, len(headers), body, len(body)
        )
        self._flags(flags)
        return kind, payload

    def stream_open(self, status: int, headers: bytes) -> None:
        """Announces a response that will be fed in pieces."""
        self.body = b""  # never sent again
        _native.call("ironcage_stream_open", self.handle, status, headers, len(headers))
        _engine.stream_opened(self.handle, self.run.handle if self.run is not None else 0)

    def stream_feed(self, piece: bytes) -> tuple[int, Optional[bytes]]:
        """Feeds a piece."""
        kind, _, flags, payload, _ = _native.step("ironcage_stream_feed", self.handle, piece, len(piece))
        self._flags(flags)
        return kind, payload

    def stream_finish(self) -> tuple[int, Optional[bytes]]:
        """What was still held back."""
        kind, _, flags, payload, _ = _native.step("ironcage_stream_finish", self.handle)
        self._flags(flags)
        return kind, payload

    def end(self, how: int) -> None:
        """Ends the call; the first end counts."""
        if self.handle:
            _engine.end_call(self.handle, how)

    def forget(self) -> None:
        """A refused call has no handle any more; ending it again is harmless, and frees it if it has."""
        self.end(WITHDRAWN)

    def _tell(self, kind: int, payload: Optional[bytes]) -> None:
        """A call that waited is decided: its span ends, if it was refused, or begins, if it is another attempt."""
        from iron_cage import _otel

        if kind == REFUSE and self.handle in _engine.traced:
            _otel.refused(self.handle, payload)
        elif kind != PENDING and self.handle in _engine.ahead:
            _otel.follows(_engine.ahead.pop(self.handle), self.handle, kind, payload)

    def _flags(self, flags: int) -> None:
        if flags & _abi.HAS_EVENTS:
            _engine.drain(_engine.DRAINED)
        if self.run is not None:
            self.run.deliver()


class Decided:
    """A call that an outer layer began, had judged and gave its last bytes, on its way to the layer that sends it."""

    __slots__ = ("call", "body", "_targets", "_unsent", "_taken")

    def __init__(self, call: Call, body: bytes, targets: tuple[str, ...], unsent: Any) -> None:
        self.call = call
        self.body = body
        self._targets = targets
        self._unsent = unsent
        self._taken = False

    def take(self, target: str, body: bytes) -> bool:
        """Whether the request that is sent now is this one, for the first time. Another one ends it."""
        if self._taken:
            return False
        if target not in self._targets or body != self.body:
            self.withdraw()
            return False
        return self.take_unseen()

    def take_unseen(self) -> bool:
        """Whether nobody took it yet. From now on somebody has."""
        if self._taken:
            return False
        self._taken = True
        self._unsent.detach()
        return True

    def withdraw(self) -> None:
        """It is not sent, unless it was taken."""
        if self.take_unseen():
            self.call.end(WITHDRAWN)


#: The request that the layer above is sending right now.
decided: ContextVar[Optional[Decided]] = ContextVar("iron_cage_decided", default=None)

_OPEN = frozenset((SEND, REWRITE, PENDING))

#: Canaries of coverage() that are on their way, by their URL.
canaries: dict[bytes, Canary] = {}


class Unclaimed:
    """Requests that belonged to no run."""

    count = 0


#: Those of this process, since it began, while runs were open: whatever the option "unclaimed" made of them.
unclaimed = Unclaimed()


def begin(method: bytes, url: bytes, headers: bytes, body: bytes) -> tuple[Call, int, Optional[bytes]]:
    """Shows a request to the library in the name of the run it belongs to; PENDING is an answer, too."""
    if canaries:
        canary = canaries.get(url)
        if canary is not None:
            return canary.offered(body)
    run = claim()
    if run is None and state.active and not state.joined and method == b"POST":
        unclaimed.count += 1
    call = Call(run)
    if _engine.instrumented and (run is None or run.traced is not None):
        from iron_cage import _otel

        kind, payload = _otel.begin(call, run.traced if run is not None else None, method, url, headers, body)
    else:
        kind, payload = call.begin(method, url, headers, body)
    return call, kind, payload


def refuse(payload: Optional[bytes], call: Call) -> Synthetic:
    """A refusal: raises it where it may travel, else answers with the response to give instead."""
    return Synthetic(_refusal.travel(payload, call.run))


class Synthetic:
    """The response that a caller gets who may not be reached by an exception: shaped like the provider's errors."""

    __slots__ = ("status", "content_type", "body")

    def __init__(self, refusal: Mapping[str, Any]) -> None:
        self.status = int(refusal.get("status") or 403)
        self.content_type = str(refusal.get("content_type") or "application/json")
        self.body = str(refusal.get("body") or "").encode("utf-8", "surrogatepass")

    def headers(self) -> list[tuple[str, str]]:
        """In order."""
        return [("content-type", self.content_type), ("content-length", str(len(self.body))), NO_RETRY]


class Feed:
    """The pieces of one streamed response on their way through the library."""

    __slots__ = ("call", "_decoder", "blocked", "_over", "__weakref__")

    def __init__(self, call: Call, encoding: Optional[bytes]) -> None:
        self.call = call
        self._decoder = decoder_for(encoding)
        #: What to answer instead, once output was blocked where no exception may travel.
        self.blocked: Optional[Synthetic] = None
        self._over = False

    @property
    def decodes(self) -> bool:
        """Whether what comes out is no longer content-encoded."""
        return self._decoder is not None

    def waits(self) -> None:
        """Somebody waits for the next piece from here on, until it is fed, or it ends otherwise."""
        _engine.reading(self.call.handle)

    def yields(self) -> None:
        """The reader has its piece."""
        _engine.read(self.call.handle)

    def feed(self, piece: bytes) -> bytes:
        """What to hand on for a piece, possibly nothing. decoding.DecodeError if its encoding is damaged."""
        try:
            if self._decoder is not None:
                piece = self._decoder.decode(piece)
            if not piece or self._over:
                return b""
            kind, payload = self.call.stream_feed(piece)
            if kind == SEND:
                return piece
            return payload or b"" if kind == REWRITE else self._handed_on(kind, payload)
        except BaseException:
            self.abort()
            raise

    def finish(self) -> bytes:
        """The stream came to its end: what was held back. Waits here for tools to be approved."""
        from iron_cage._hooks import approving

        return bytes(approving.now(self._finishing()))

    async def finish_async(self) -> bytes:
        """As finish(), on a loop."""
        from iron_cage._hooks import approving

        return bytes(await approving.later(self._finishing()))

    def _finishing(self) -> Generator[Any, Any, bytes]:
        if self._over:
            return b""
        tail, asked = self._rest()
        if asked is not None:
            tail += self._handed_on(*(yield self.call, asked))
        self._over = True
        self.call.end(COMPLETE)
        return tail

    def cut(self, error: BaseException) -> bytes:
        """The stream broke: what was held back, so that the reader sees what came before the error. One that the library has ended is refused."""
        if self._over:
            return b""
        refusal = cutting.refused(self.call, error)
        if refusal is not None:
            return self._handed_on(REFUSE, refusal)
        tail, _ = self._rest()  # nobody approves a tool whose arguments may not be whole
        self._over = True
        self.call.end(CUT)
        return tail

    def abort(self) -> None:
        """Closed early, cancelled, dropped."""
        self._over = True
        self.call.end(ABORTED)

    def _rest(self) -> tuple[bytes, Optional[bytes]]:
        """What was held back, and what must be approved before the rest of it is given."""
        try:
            last = self._decoder.flush() if self._decoder is not None else b""
            head = b""
            if last:
                kind, payload = self.call.stream_feed(last)
                head = last if kind == SEND else self._handed_on(kind, payload)
            if self._over:
                return head, None
            kind, payload = self.call.stream_finish()
            return (head, payload or b"{}") if kind == PENDING else (head + self._handed_on(kind, payload), None)
        except BaseException:
            self.abort()
            raise

    def _handed_on(self, kind: int, payload: Optional[bytes]) -> bytes:
        if kind == REFUSE:
            self.abort()
            self.blocked = refuse(payload, self.call)  # raises at the boundary; elsewhere the stream just ends
            return b""
        return payload or b""


def unanswered(error: BaseException, not_sent: tuple[type[BaseException], ...]) -> int:
    """How a call ended that raised before a response head came."""
    if isinstance(error, not_sent):
        return NOT_SENT
    return NO_RESPONSE if isinstance(error, Exception) else CANCELLED


def hopeless(error: BaseException) -> bool:
    """Whether a connection failed in a way that it will again: a certificate that is not to be trusted, an answer that is no HTTP."""
    import ssl

    cause: Optional[BaseException] = error
    for _ in range(10):
        if isinstance(cause, ssl.SSLCertVerificationError) or type(cause).__module__.startswith("h11"):
            return True
        if cause is None:
            break
        cause = cause.__cause__ or cause.__context__
    return False


def retry_head(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Of the headers of a failed response, what says whether and when to try again."""
    return b"\n".join(name + b": " + value.replace(b"\n", b" ") for name, value in ((name.lower(), value) for name, value in headers) if name in _RETRY_HEADERS)


def is_stream(content_type: Optional[bytes], status: int = 200) -> bool:
    """Whether a response is fed in pieces. Errors are looked at as a whole: they may be followed by another attempt."""
    if content_type is None or status >= 400:
        return False
    kind = content_type.split(b";", 1)[0].strip().lower()
    return kind in _STREAMS or kind.startswith(b"audio/")


def response_head(headers: Iterable[tuple[bytes, bytes]]) -> tuple[bytes, Optional[bytes], Optional[bytes]]:
    """(headers as the library takes them, content-type, content-encoding)."""
    content_type: Optional[bytes] = None
    encoding: Optional[bytes] = None
    lines: list[bytes] = []
    for name, value in headers:
        lower = name.lower()
        if lower == b"content-type":
            content_type = value
        elif lower == b"content-encoding":
            encoding = value if encoding is None else encoding + b", " + value
        elif lower in RESPONSE_HEADERS:
            lines.append(lower + b": " + value)
    if encoding is not None and undecodable(encoding):
        lines.append(b"content-encoding: " + encoding)
    return b"\n".join(lines), content_type, encoding
