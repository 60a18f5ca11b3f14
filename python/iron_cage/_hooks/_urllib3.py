"""urllib3 1.26 and 2.x, and so requests: one patched method.

HTTPConnectionPool._make_request sends one attempt and reads the response head, below urllib3's own retries and redirects: each attempt is one call.
"""
from __future__ import annotations

import socket
import ssl
from http.client import HTTPResponse as HttplibResponse

from iron_cage import _engine
from iron_cage._hooks import _httplib, cutting
from iron_cage._hooks.common import (
    ABORTED, ANYWHERE, NOT_SENT, PASS, PENDING, REFUSE, REROUTE, SEND, Call, Carry, Synthetic, begin, carried, carrying, decided, hopeless, is_stream, refuse, unanswered,
)
from iron_cage._hooks.install import patch
from iron_cage._hooks.rerouting import Route
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
        signed = ready is not None and ready.take(url, body.data)  # sent again by who signs it: the signature has a time
        if ready is not None and signed:
            call, kind, payload = ready.call, SEND, None
        else:
            call, kind, payload = begin(method.encode("ascii", "replace"), target, _httplib.request_lines(headers), body.data, ANYWHERE)
        try:
            if kind == PENDING:
                kind, payload = call.wait_blocking()
            if kind == PASS:
                kwargs["body"] = body.same()
                return _Attempt(self, conn, method, url, kwargs, call, modern).carry(original)
            used: Optional[_Attempt] = None  # an attempt before on the connection that was given
            while True:
                attempt = _Attempt(self, conn, method, url, dict(kwargs), call, modern)
                if kind == REFUSE:
                    return attempt.synthetic(refuse(payload, call))
                if kind == SEND:
                    attempt.kwargs["body"] = body.same()
                elif kind == REROUTE:
                    attempt = _rerouted(attempt, Route(call, payload or b""), body)
                else:
                    attempt.kwargs["body"], attempt.kwargs["headers"] = body.rewritten(payload or b"", headers)
                if attempt.connection is conn:
                    if used is not None:
                        used.reconnect()
                    used = attempt
                try:
                    response = attempt.send(original)
                except Exception:
                    if attempt.connection is not conn:
                        attempt.drop()
                    if call.again is None or signed:
                        raise
                    kind, payload = call.wait_again()
                    if kind == PASS:
                        raise
                else:
                    if call.again is None or signed:
                        return attempt.given(response)
                    kind, payload = call.wait_again()
                    if kind == PASS:
                        return attempt.given(response)
                    attempt.leave(response)
                attempt.drop()
        except BaseException:
            if call.again is None or not signed:
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
        self._preload = False
        #: The timeouts that were given, where those of the attempt are shorter; the read timeout of a stream is the caller's again once it is here.
        self._read_timeout: Any = None

    def send(self, original: Any) -> Any:
        if self.modern:
            self._preload = bool(self.kwargs.get("preload_content", True))
            self.kwargs["preload_content"] = False  # read by given(), after the library has seen the body
        given = None
        if self.call.seconds:
            given = self.pool._get_timeout(self.kwargs["timeout"]) if "timeout" in self.kwargs else self.pool.timeout.clone()
            self.kwargs["timeout"] = self._limited(given)
        fresh = getattr(self.connection, "sock", None) is None
        cutting.over(self.call, self.connection)
        try:
            response = self.carry(original)
        except BaseException as error:
            self.failed(error, NOT_SENT if self._not_sent(error, fresh) else unanswered(error, ()))
            raise
        if given is not None:
            self._read_timeout = given
        if not self.modern:
            return self._seen(response, None)
        received = response
        if isinstance(response._fp, HttplibResponse):
            received = self._seen(response._fp, response)
        else:
            self.call.end(ABORTED)  # not over http.client (HTTP/2): settled by estimate
        return received

    def drop(self) -> None:
        """Its connection is not used again: it may be closed, broken, or in the middle of an answer."""
        self.connection.close()

    def given(self, response: Any) -> Any:
        """The response as urllib3 hands it on."""
        return self._preloaded(response) if self._preload else response

    def leave(self, response: Any) -> None:
        """The answer goes to nobody. Its end must not close the connection, which is used again."""
        if self.modern:
            response._connection = None
        response.close()

    def reconnect(self) -> None:
        """Another attempt needs another connection than the one that drop() closed."""
        conn = self.connection
        if getattr(conn, "_tunnel_host", None) is not None:
            try:
                self.pool._prepare_proxy(conn)
            except BaseException:
                self.call.end(NOT_SENT)
                raise

    def _limited(self, given: Any) -> Any:
        from urllib3.util import Timeout

        def least(one: Any) -> Any:
            return self.limit(one if isinstance(one, (int, float)) else None)

        clone = given.clone()
        clone.start_connect()
        return Timeout(connect=least(clone.connect_timeout), read=least(clone.read_timeout))

    def failed(self, error: BaseException, how: int) -> bool:
        """As of the base, with urllib3's own errors."""
        from urllib3 import exceptions

        inner: BaseException = error
        if isinstance(error, exceptions.NewConnectionError):
            inner = ConnectionError()
        elif isinstance(error, (exceptions.ConnectTimeoutError, exceptions.ReadTimeoutError)):
            inner = TimeoutError()
        elif isinstance(error, exceptions.ProtocolError) and error.args and isinstance(error.args[-1], Exception):
            inner = error.args[-1]
        if inner is not error and hopeless(error):
            self.call.end(how)
            return False
        return super().failed(inner, how)

    def carry(self, original: Any) -> Any:
        """Sends it: layers below only carry it."""
        carry = Carry(self.call)
        token = carrying.set(carry)
        try:
            return original(self.pool, self.connection, self.method, self.url, **self.kwargs)
        finally:
            carry.over()
            carrying.reset(token)

    def _seen(self, inner: Any, outer: Any) -> Any:
        """outer: urllib3's response around http.client's (2.x), or None (1.26 makes it later, from inner)."""
        if self._read_timeout is not None and is_stream(_content_type(inner), inner.status):
            sock = getattr(self.connection, "sock", None)
            if sock is not None:
                given = self._read_timeout.read_timeout
                sock.settimeout(given if given is None or isinstance(given, (int, float)) else socket.getdefaulttimeout())
        answer = self.received(inner, outer)
        if answer is not None:
            return self.synthetic(answer)
        return inner if outer is None else outer

    def _not_sent(self, error: BaseException, fresh: bool) -> bool:
        from urllib3 import exceptions

        if isinstance(error, (exceptions.NewConnectionError, exceptions.ConnectTimeoutError, exceptions.ProxyError, exceptions.SSLError)):
            return True
        if not fresh:
            return False
        # A request leaves once TLS stands: 1.26 raises what the handshake raised, as it is, and leaves the socket below it behind.
        sock = getattr(self.connection, "sock", None)
        if self.pool.scheme == "https" and isinstance(sock, socket.socket) and not isinstance(sock, ssl.SSLSocket):
            return True
        if isinstance(error, ssl.SSLError) and sock is None:
            return True
        return isinstance(error, ssl.SSLCertVerificationError) or type(error).__name__ == "CertificateError"  # ssl's, or that of urllib3's own copy

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


class _Elsewhere(_Attempt):
    """One request to another host, on a connection of its own, which ends with the answer. What is handed on belongs to the connection and pool that were given."""

    def __init__(self, first: _Attempt, pool: Any, url: str) -> None:
        super().__init__(pool, pool._get_conn(), first.method, url, first.kwargs, first.call, first.modern)
        self._first = first
        self._response_conn = self.kwargs.get("response_conn")
        if self.modern:
            self.kwargs["response_conn"] = None

    def carry(self, original: Any) -> Any:
        from urllib3 import exceptions

        if self.pool.proxy is not None and self.pool.scheme == "https":
            try:
                self.pool._prepare_proxy(self.connection)
            except (OSError, exceptions.HTTPError) as error:
                raise exceptions.ProxyError("Cannot connect to proxy.", error) from error
        response = super().carry(original)
        if self.modern:
            response._pool, response._connection = self._first.pool, self._response_conn
        return response

    def given(self, response: Any) -> Any:
        sock = getattr(self.connection, "sock", None)
        if sock is not None:  # what is read from it has it as long as it needs it
            self.connection.sock = None
            sock.close()
        return super().given(response)


def _rerouted(first: _Attempt, route: Route, body: _httplib.Body) -> _Attempt:
    """The same attempt on its way to another URL."""
    pool, kwargs = first.pool, first.kwargs
    if not route.elsewhere:
        kwargs["body"], kwargs["headers"] = body.rewritten(route.body, kwargs.get("headers"))
        first.url = route.target if first.url.startswith("/") else route.url
        return first
    headers = dict(route.headers([(_httplib.text(name), _httplib.text(value)) for name, value in (kwargs.get("headers") or {}).items()]))
    forwards = pool.proxy is not None and route.scheme == "http"
    if forwards:
        headers.update(pool.proxy_headers or {})
    kwargs["body"], kwargs["headers"], kwargs["chunked"] = route.body, headers, False
    return _Elsewhere(first, _pool(pool, route, forwards), route.url if forwards else route.target)


def _pool(given: Any, route: Route, forwards: bool) -> Any:
    """A pool for another host, as the given one in all but the host, and its client's certificate, which is a credential."""
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

    settings: dict[str, Any] = {name: value for name, value in given.conn_kw.items() if name not in ("server_hostname", "assert_hostname", "assert_fingerprint", "key_password")}
    settings.update(timeout=given.timeout, maxsize=1, _proxy=given.proxy, _proxy_headers=given.proxy_headers, _proxy_config=getattr(given, "proxy_config", None))
    if forwards:
        return HTTPConnectionPool(given.proxy.host, given.proxy.port, **settings)
    if route.scheme == "http":
        return HTTPConnectionPool(route.host, route.port, **settings)
    for name in ("cert_reqs", "ca_certs", "ca_cert_dir", "ssl_version", "ssl_minimum_version", "ssl_maximum_version"):
        if getattr(given, name, None) is not None:
            settings[name] = getattr(given, name)
    if "ssl_context" not in settings:
        settings.setdefault("cert_reqs", "CERT_REQUIRED")  # urllib3 1.26 would take any
    return HTTPSConnectionPool(route.host, route.port, **settings)


def _content_type(inner: Any) -> Optional[bytes]:
    value = inner.msg.get("content-type")
    return None if value is None else str(value).encode("iso-8859-1", "replace")


def _target(pool: Any, url: str) -> tuple[tuple[bytes, bytes, Optional[int]], bytes]:
    """((scheme, host, port), whole URL) of a request: the pool's origin, or, through a forwarding proxy, the URL's own."""
    if url.startswith("/"):
        return _httplib.shown(pool.scheme, pool.host, pool.port, url)
    from urllib3.util import parse_url

    parsed = parse_url(url)
    return _httplib.shown(parsed.scheme or pool.scheme, parsed.host or pool.host, parsed.port, parsed.request_uri)
