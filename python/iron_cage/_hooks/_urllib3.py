"""urllib3 1.26 and 2.x, and so requests: one patched method.

HTTPConnectionPool._make_request sends one attempt and reads the response head, below urllib3's own retries and redirects: each attempt
is one call. The http.client response behind it keeps its place and gets another ``fp`` (see wire), so all that stands above reads as
before.
"""
from __future__ import annotations

import io
import ssl
from http.client import HTTPResponse as HttplibResponse

from iron_cage import _engine
from iron_cage._hooks import wire
from iron_cage._hooks.common import (
    ABORTED, COMPLETE, CUT, NOT_SENT, PASS, PENDING, REFUSE, REQUEST_HEADERS, REWRITE, SEND, Call, Carry, Feed,
    Synthetic, begin, carried, carrying, is_stream, refuse, response_head, unanswered,
)
from iron_cage._hooks.decoding import decode_whole
from iron_cage._hooks.install import patch
from iron_cage._runs import current, state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Optional


def install(module: ModuleType) -> None:
    """Patches urllib3.connectionpool."""
    patch(module.HTTPConnectionPool, "_make_request", _make_request)


def _make_request(original: Any) -> Any:
    code = original.__code__
    names = code.co_varnames[4:code.co_argcount]  # what may follow self, conn, method, url
    modern = "preload_content" in names  # 2.x: _make_request returns urllib3's response, in 1.26 http.client's

    def _make_request(self: Any, conn: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        if (not state.active and current.get() is None) or carried():
            return original(self, conn, method, url, *args, **kwargs)
        origin, target = _target(self, url)
        if not _engine.recognise(*origin):
            return original(self, conn, method, url, *args, **kwargs)
        kwargs.update(zip(names, args))
        body = _Body(kwargs.get("body"), modern)
        headers = kwargs.get("headers")
        call, kind, payload = begin(method.encode("ascii", "replace"), target, _lines(headers), body.data)
        attempt = _Attempt(self, conn, method, url, kwargs, call, modern)
        try:
            if kind == PENDING:
                kind, payload = call.wait_blocking()
            if kind == REFUSE:
                return attempt.synthetic(refuse(payload, call))
            if kind in (PASS, SEND):
                kwargs["body"] = body.same()
            else:
                kwargs["body"], kwargs["headers"] = body.rewritten(payload or b"", headers)
            if kind == PASS:
                return original(self, conn, method, url, **kwargs)
            return attempt.send(original)
        except BaseException:
            call.end(ABORTED)
            raise

    return _make_request


class _Attempt:
    """One request on one connection."""

    def __init__(self, pool: Any, conn: Any, method: str, url: str, kwargs: dict[str, Any], call: Call, modern: bool) -> None:
        self.pool = pool
        self.conn = conn
        self.method = method
        self.url = url
        self.kwargs = kwargs
        self.call = call
        self.modern = modern

    def send(self, original: Any) -> Any:
        preload = False
        if self.modern:
            preload = bool(self.kwargs.get("preload_content", True))
            self.kwargs["preload_content"] = False  # read below, after the library has seen the body
        fresh = getattr(self.conn, "sock", None) is None
        carry = Carry()
        token = carrying.set(carry)
        try:
            response = original(self.pool, self.conn, self.method, self.url, **self.kwargs)
        except BaseException as error:
            self.call.end(NOT_SENT if self._not_sent(error, fresh) else unanswered(error, ()))
            raise
        finally:
            carry.active = False
            carrying.reset(token)
        if not self.modern:
            return self._received(response, None)
        received = response
        if isinstance(response._fp, HttplibResponse):
            received = self._received(response._fp, response)
        else:
            self.call.end(ABORTED)  # not over http.client (HTTP/2): settled by estimate
        return self._preloaded(received) if preload else received

    def _not_sent(self, error: BaseException, fresh: bool) -> bool:
        from urllib3 import exceptions

        if isinstance(error, (exceptions.NewConnectionError, exceptions.ConnectTimeoutError, exceptions.ProxyError, exceptions.SSLError)):
            return True
        return fresh and isinstance(error, ssl.SSLError) and getattr(self.conn, "sock", None) is None

    def _received(self, inner: Any, outer: Any) -> Any:
        """inner: http.client's response; outer: urllib3's around it (2.x), or None (1.26 makes it later, from inner)."""
        lines, content_type, encoding = response_head(_raw(inner.msg))
        if inner.fp is not None and is_stream(content_type):
            self._streamed(inner, outer, lines, encoding)
        else:
            answer = self._judged(inner, outer, lines, encoding)
            if answer is not None:
                inner.close()
                return self.synthetic(answer)
        return inner if outer is None else outer

    def _streamed(self, inner: Any, outer: Any, lines: bytes, encoding: Optional[bytes]) -> None:
        self.call.stream_open(inner.status, lines)
        feed = Feed(self.call, encoding)
        if feed.decodes:
            _delete(inner, outer, "content-encoding")
            _delete(inner, outer, "content-length")
        chunked = bool(inner.chunked)
        reader = wire.Reader(inner.fp, chunked, inner.length, record=False)
        short = outer is not None and bool(outer.enforce_content_length)
        inner.fp = wire.Stream(inner.fp, reader, feed, chunked, short, _decode_error, self._drop_socket)
        # What comes out may be longer or shorter than what came in; the reader knows where the end is.
        inner.length = None
        if outer is not None:
            outer.length_remaining = None

    def _drop_socket(self) -> None:
        """Gives the connection up, but not the response that is being read from it."""
        socket, self.conn.sock = self.conn.sock, None
        if socket is not None:
            socket.close()

    def _judged(self, inner: Any, outer: Any, lines: bytes, encoding: Optional[bytes]) -> Optional[Synthetic]:
        if inner.fp is None:
            raw, recorded, complete, error = b"", b"", True, None
        elif self.method == "HEAD":
            raw, recorded, complete, error = b"", b"", True, None
        else:
            raw, recorded, complete, error = wire.whole(inner)
        plain, readable = decode_whole(encoding, raw)
        kind, payload = self.call.response(inner.status, complete and readable, lines, plain)
        self.call.end(COMPLETE if complete else CUT)
        if kind == REFUSE:
            if inner.fp is not None:
                inner.fp.close()
                inner.fp = None
            return refuse(payload, self.call)
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

    def synthetic(self, answer: Synthetic) -> Any:
        """The response of a refusal that may not travel as an exception."""
        inner = wire.synthetic(HttplibResponse, self.method, answer.status, answer.headers(), answer.body)
        if not self.modern:
            return inner
        from urllib3 import HTTPResponse
        from urllib3._collections import HTTPHeaderDict

        outer: Any = HTTPResponse(
            body=inner, headers=HTTPHeaderDict(inner.msg.items()), status=inner.status, version=inner.version, reason=inner.reason,
            preload_content=False, decode_content=self.kwargs.get("decode_content", True), original_response=inner,
            enforce_content_length=self.kwargs.get("enforce_content_length", True), request_method=self.method, request_url=self.url,
        )
        outer.version_string = "HTTP/1.1"
        outer.retries = self.kwargs.get("retries")
        outer._connection = self.kwargs.get("response_conn")
        outer._pool = self.pool
        return self._preloaded(outer) if self.kwargs.get("preload_content", True) else outer

    def _preloaded(self, response: Any) -> Any:
        """What urllib3 2 does at construction, before it knows the connection."""
        connection, response._connection = response._connection, None
        try:
            response._body = response.read(decode_content=self.kwargs.get("decode_content", True))
        finally:
            response._connection = connection
        return response


class _Body:
    """A request body, read once, that can be sent with the same framing as before."""

    def __init__(self, body: Any, modern: bool) -> None:
        self._text = False
        self._kind = "same"
        self._pieces: list[Any] = []
        self._original = body
        if body is None:
            self.data = b""
        elif isinstance(body, str):
            self.data = body.encode("utf-8" if modern else "iso-8859-1")
        elif isinstance(body, (bytes, bytearray)):
            self.data = bytes(body)
        elif hasattr(body, "read"):
            self._kind = "file"
            data = body.read()
            self._text = isinstance(data, str)
            self._pieces = [data]
            self.data = data.encode("utf-8" if modern else "iso-8859-1") if self._text else bytes(data)
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
                lower = _text(name).lower()
                if lower == "content-length":
                    headers[name] = str(len(data))
                elif lower == "content-encoding":
                    del headers[name]
        return (data if self._kind == "same" else io.BytesIO(data)), headers


def _target(pool: Any, url: str) -> tuple[tuple[bytes, bytes, Optional[int]], bytes]:
    """((scheme, host, port), whole URL) of a request: the pool's origin, or, through a forwarding proxy, the URL's own."""
    if url.startswith("/"):
        scheme, host, port = pool.scheme, pool.host, pool.port
        path = url
    else:
        from urllib3.util import parse_url

        parsed = parse_url(url)
        scheme, host, port = parsed.scheme or pool.scheme, parsed.host or pool.host, parsed.port
        path = parsed.request_uri
    if port == (443 if scheme == "https" else 80):
        port = None
    name = host.strip("[]").encode("ascii", "replace")
    shown = b"[" + name + b"]" if b":" in name else name
    origin = scheme.encode("ascii", "replace")
    return (origin, name, port), origin + b"://" + shown + (b":%d" % port if port else b"") + path.encode("utf-8", "replace")


def _lines(headers: Any) -> bytes:
    lines = []
    for name, value in (headers or {}).items():
        lower = _text(name).lower().encode("iso-8859-1", "replace")
        if lower in REQUEST_HEADERS:
            lines.append(lower + b": " + _text(value).encode("iso-8859-1", "replace"))
    return b"\n".join(lines)


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


def _decode_error(message: str) -> Exception:
    from urllib3.exceptions import DecodeError

    error: Exception = DecodeError(f"Received response that could not be decoded: {message}")
    return error


def _text(value: Any) -> str:
    return value.decode("iso-8859-1") if isinstance(value, bytes) else str(value)
