"""What urllib3 and http.client share: bodies of requests, and answers that come as http.client's responses.

The response keeps its place and gets another ``fp`` (see wire), so all that stands above reads as before.
"""
from __future__ import annotations

import io
import socket
import ssl
from http.client import HTTPResponse
from time import monotonic

from iron_cage._hooks import approving, cutting, wire
from iron_cage._hooks.common import COMPLETE, CUT, NO_RETRY, PENDING, REFUSE, REWRITE, Call, Feed, Synthetic, hopeless, is_stream, refuse, response_head, retry_head, shown_headers
from iron_cage._hooks.decoding import decode_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional


class Attempt:
    """One request on one connection, and its answer."""

    def __init__(self, connection: Any, method: str, call: Call) -> None:
        self.connection = connection
        self.method = method
        self.call = call
        #: Ends the call when the connection is dropped before it is asked for the answer; None where nobody can drop it.
        self.dropped: Any = None
        #: When the attempt must be over, by the monotonic clock; None: never.
        self.end: Optional[float] = None

    def limit(self, given: Any) -> Any:
        """The timeout of a socket, no longer than the attempt may take from now on."""
        if not self.call.seconds:
            return given
        self.end = monotonic() + self.call.seconds
        return self.call.seconds if given is None or not isinstance(given, (int, float)) or given > self.call.seconds else given

    @property
    def is_over(self) -> bool:
        """Whether the attempt has had its time."""
        return self.end is not None and monotonic() >= self.end - 0.001

    def failed(self, error: BaseException, how: int) -> bool:
        """It ended without a response. True: another follows."""
        if self.call.was_cut(error, how):
            return True
        if (transient(error) or (self.is_over and is_timeout(error))) and not hopeless(error):
            return self.call.retry(how)
        self.call.end(how)
        return False

    def received(self, inner: Any, outer: Any) -> Optional[Synthetic]:
        """Looks at an answer whose head is here. inner: http.client's response; outer: another around it, whose headers follow, or None.
        What to give instead of it, or None."""
        lines, content_type, encoding = response_head(_raw(inner.msg))
        if inner.fp is not None:
            cutting.body(self.call, inner.fp)
        if inner.fp is not None and is_stream(content_type, inner.status):
            self._streamed(inner, outer, lines, encoding)
            return None
        return self._judged(inner, outer, lines, encoding)

    def instead(self, answer: Synthetic) -> Any:
        """http.client's response for a refusal that may not travel as an exception."""
        return wire.synthetic(HTTPResponse, self.method, answer.status, answer.headers(), answer.body)

    def damaged(self, message: str) -> Exception:
        """The error for data that are not in the encoding they claim."""
        return ValueError(f"the response could not be decoded: {message}")

    def _streamed(self, inner: Any, outer: Any, lines: bytes, encoding: Optional[bytes]) -> None:
        self.call.stream_open(inner.status, lines)
        feed = Feed(self.call, encoding)
        if feed.decodes:
            _delete(inner, outer, "content-encoding")
            _delete(inner, outer, "content-length")
        chunked = bool(inner.chunked)
        reader = wire.Reader(inner.fp, chunked, inner.length, record=False)
        short = outer is not None and bool(outer.enforce_content_length)
        inner.fp = wire.Stream(inner.fp, reader, feed, chunked, short, self.damaged, self._drop_socket)
        # What comes out may be longer or shorter than what came in; the reader knows where the end is.
        inner.length = None
        if outer is not None:
            outer.length_remaining = None

    def _drop_socket(self) -> None:
        """Gives the connection up, but not the response that is being read from it."""
        try:
            socket, self.connection.sock = self.connection.sock, None
        except ReferenceError:
            return  # it is gone already
        if socket is not None:
            socket.close()

    def _judged(self, inner: Any, outer: Any, lines: bytes, encoding: Optional[bytes]) -> Optional[Synthetic]:
        if inner.fp is None or self.method == "HEAD":
            raw, recorded, complete, error = b"", b"", True, None
        else:
            raw, recorded, complete, error = wire.whole(inner, self._tighten if self.end is not None else None)
        plain, readable = decode_whole(encoding, raw)
        kind, payload = self.call.response(inner.status, complete and readable, lines, plain)
        if kind == PENDING:
            kind, payload = approving.ask(self.call, payload)
        how = COMPLETE if complete else CUT
        if inner.status < 400:
            self.call.end(how)
        elif not self.call.retry(how, retry_head(_raw(inner.msg))) and self.call.is_last:
            _set(inner, outer, *NO_RETRY)
        if kind == REFUSE:
            if inner.fp is not None:
                inner.fp.close()
                inner.fp = None
            answer = refuse(payload, self.call)
            inner.close()
            return answer
        if kind == REWRITE:
            raw = payload or b""
            recorded = wire.framed(raw, bool(inner.chunked))
            error = None
            _delete(inner, outer, "content-encoding")
            if not inner.chunked:
                inner.length = len(raw)
                if inner.msg.get("content-length") is not None:
                    _set(inner, outer, "content-length", str(len(raw)))
                if outer is not None:
                    outer.length_remaining = len(raw)
        if inner.fp is not None:
            inner.fp = wire.Replay(inner.fp, recorded, error)
        return None


    def _tighten(self) -> None:
        """What is left goes for the next piece of a whole answer; nothing left is a timeout of the socket's."""
        if self.is_over:
            raise socket.timeout("the attempt took longer than Iron Cage gives it (attempt_timeout, total_timeout)")
        sock = getattr(self.connection, "sock", None)
        if sock is not None and self.end is not None:
            left = max(0.001, self.end - monotonic())
            given = sock.gettimeout()
            if given is None or given > left:
                sock.settimeout(left)


class Body:
    """A request body, read once, that can be sent with the same framing as before."""

    def __init__(self, body: Any, charset: str) -> None:
        self._text = False
        self._kind = "same"
        self._pieces: list[Any] = []
        self._original = body
        if body is None:
            self.data = b""
        elif isinstance(body, str):
            self.data = body.encode(charset)
        elif isinstance(body, (bytes, bytearray)):
            self.data = bytes(body)
        elif hasattr(body, "read"):
            self._kind = "file"
            data = body.read()
            self._text = isinstance(data, str)
            self._pieces = [data]
            self.data = data.encode(charset) if self._text else bytes(data)
        else:
            try:
                self.data = bytes(memoryview(body))
            except TypeError:
                self._kind = "iterable"
                self._pieces = [piece for piece in body]
                self.data = b"".join(piece.encode("utf-8") if isinstance(piece, str) else bytes(piece) for piece in self._pieces)

    def same(self) -> Any:
        """What to send when nothing changes."""
        if self._kind == "file":
            return io.StringIO(self._pieces[0]) if self._text else io.BytesIO(self._pieces[0])
        if self._kind == "iterable":
            return iter(self._pieces)
        return self._original

    def rewritten(self, data: bytes, headers: Any) -> tuple[Any, Any]:
        """(body, headers) for other bytes: length follows, chunked stays chunked, content-encoding goes."""
        if headers is not None:
            headers = headers.copy()
            for name in list(headers):
                lower = text(name).lower()
                if lower == "content-length":
                    headers[name] = str(len(data))
                elif lower == "content-encoding":
                    del headers[name]
        return (data if self._kind == "same" else io.BytesIO(data)), headers


def transient(error: BaseException) -> bool:
    """Whether the connection failed, and may not the next time. A timeout is none: how long to wait is the caller's word."""
    if isinstance(error, ssl.SSLError):
        return isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError))
    return isinstance(error, OSError) and not is_timeout(error)


def is_timeout(error: BaseException) -> bool:
    """Whether a socket had to wait too long."""
    return isinstance(error, (socket.timeout, TimeoutError))


def shown(scheme: str, host: str, port: Optional[int], path: str) -> tuple[tuple[bytes, bytes, Optional[int]], bytes]:
    """((scheme, host, port), whole URL) as the library takes them."""
    if port == (443 if scheme == "https" else 80):
        port = None
    name = host.strip("[]").encode("ascii", "replace")
    bracketed = b"[" + name + b"]" if b":" in name else name
    origin = scheme.encode("ascii", "replace")
    return (origin, name, port), origin + b"://" + bracketed + (b":%d" % port if port else b"") + path.encode("utf-8", "replace")


def request_lines(headers: Any) -> bytes:
    """Of the headers of a request, what the library reads."""
    return shown_headers(headers.items()) if headers else b""


def text(value: Any) -> str:
    """A header's name or value as text."""
    return value.decode("iso-8859-1") if isinstance(value, bytes) else str(value)


def _raw(message: Any) -> list[tuple[bytes, bytes]]:
    return [(name.encode("iso-8859-1", "replace"), str(value).encode("iso-8859-1", "replace")) for name, value in message.items()]


def _set(inner: Any, outer: Any, name: str, value: str) -> None:
    if inner.msg.get(name) is not None:
        inner.msg.replace_header(name, value)
    else:
        inner.msg[name] = value
    if outer is not None:
        outer.headers[name] = value


def _delete(inner: Any, outer: Any, name: str) -> None:
    del inner.msg[name]
    if outer is not None and name in outer.headers:
        del outer.headers[name]
