"""urllib3 1.26 and 2.x, and so requests: one patched method.

HTTPConnectionPool._make_request sends one attempt and reads the response head, below urllib3's own retries and redirects: each attempt is one call.
"""
from __future__ import annotations

import ssl
from http.client import HTTPResponse as HttplibResponse

from iron_cage import _engine
from iron_cage._hooks import _httplib, cutting
from iron_cage._hooks.common import ABORTED, NOT_SENT, PASS, PENDING, REFUSE, SEND, Call, Carry, Synthetic, begin, carried, carrying, decided, refuse, unanswered
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
        body = _httplib.Body(kwargs.get("body"), "utf-8" if modern else "iso-8859-1")
        headers = kwargs.get("headers")
        ready = decided.get()
        if ready is not None and ready.take(url, body.data):
            call, kind, payload = ready.call, SEND, None
        else:
            call, kind, payload = begin(method.encode("ascii", "replace"), target, _httplib.request_lines(headers), body.data)
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
                return attempt.carry(original)
            return attempt.send(original)
        except BaseException:
            call.end(ABORTED)
            raise

    return _make_request


class _Attempt(_httplib.Attempt):
    """One request on one connection of a pool."""

    def __init__(self, pool: Any, conn: Any, method: str, url: str, kwargs: dict[str, Any], call: Call, modern: bool) -> None:
        super().__init__(conn, method, call)
        self.pool = pool
        self.url = url
        self.kwargs = kwargs
        self.modern = modern

    def send(self, original: Any) -> Any:
        preload = False
        if self.modern:
            preload = bool(self.kwargs.get("preload_content", True))
            self.kwargs["preload_content"] = False  # read below, after the library has seen the body
        fresh = getattr(self.connection, "sock", None) is None
        cutting.over(self.call, self.connection)
        try:
            response = self.carry(original)
        except BaseException as error:
            refusal = cutting.refused(self.call, error)
            self.call.end(NOT_SENT if self._not_sent(error, fresh) else unanswered(error, ()))
            if refusal is not None:
                return self.synthetic(refuse(refusal, self.call))
            raise
        if not self.modern:
            return self._seen(response, None)
        received = response
        if isinstance(response._fp, HttplibResponse):
            received = self._seen(response._fp, response)
        else:
            self.call.end(ABORTED)  # not over http.client (HTTP/2): settled by estimate
        return self._preloaded(received) if preload else received

    def carry(self, original: Any) -> Any:
        """Sends it: layers below only carry it."""
        carry = Carry()
        token = carrying.set(carry)
        try:
            return original(self.pool, self.connection, self.method, self.url, **self.kwargs)
        finally:
            carry.active = False
            carrying.reset(token)

    def _seen(self, inner: Any, outer: Any) -> Any:
        """outer: urllib3's response around http.client's (2.x), or None (1.26 makes it later, from inner)."""
        answer = self.received(inner, outer)
        if answer is not None:
            return self.synthetic(answer)
        return inner if outer is None else outer

    def _not_sent(self, error: BaseException, fresh: bool) -> bool:
        from urllib3 import exceptions

        if isinstance(error, (exceptions.NewConnectionError, exceptions.ConnectTimeoutError, exceptions.ProxyError, exceptions.SSLError)):
            return True
        return fresh and isinstance(error, ssl.SSLError) and getattr(self.connection, "sock", None) is None

    def damaged(self, message: str) -> Exception:
        """As urllib3 tells it."""
        from urllib3.exceptions import DecodeError

        error: Exception = DecodeError(f"Received response that could not be decoded: {message}")
        return error

    def synthetic(self, answer: Synthetic) -> Any:
        """The response of a refusal that may not travel as an exception."""
        inner = self.instead(answer)
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


def _target(pool: Any, url: str) -> tuple[tuple[bytes, bytes, Optional[int]], bytes]:
    """((scheme, host, port), whole URL) of a request: the pool's origin, or, through a forwarding proxy, the URL's own."""
    if url.startswith("/"):
        return _httplib.shown(pool.scheme, pool.host, pool.port, url)
    from urllib3.util import parse_url

    parsed = parse_url(url)
    return _httplib.shown(parsed.scheme or pool.scheme, parsed.host or pool.host, parsed.port, parsed.request_uri)
