"""http.client, the last resort: urllib.request, and programs that use it themselves. What hooked layers above send through it is theirs.

Requests that are made with request() are seen; one that is put together with putrequest() and send() is refused where it goes to an LLM host, as neither its texts nor
its cost can be told before it has left.
"""
from __future__ import annotations

import socket
import ssl
import weakref
from http.client import CannotSendRequest, HTTPConnection, HTTPException, HTTPSConnection, InvalidURL

from iron_cage import _engine
from iron_cage._hooks import _httplib, cutting
from iron_cage._hooks.common import (
    ABORTED, ANYWHERE, CANCELLED, NOT_SENT, PASS, PENDING, REFUSE, REROUTE, REWRITE, Call, Carry, Synthetic, begin, carried, carrying, is_stream, refuse, unanswered,
)
from iron_cage._hooks.install import patch
from iron_cage._hooks.rerouting import Route
from iron_cage._runs import current, state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Optional, Union

#: Connections whose request is under way or was answered here, until the answer is asked for.
_open: weakref.WeakKeyDictionary[Any, Union[_Attempt, tuple[_Attempt, Synthetic]]] = weakref.WeakKeyDictionary()


def install(module: ModuleType) -> None:
    """Patches http.client."""
    patch(module.HTTPConnection, "request", _request)
    patch(module.HTTPConnection, "getresponse", _getresponse)
    patch(module.HTTPConnection, "putrequest", _putrequest)
    patch(module.HTTPConnection, "close", _close)


def _request(original: Any) -> Any:
    def request(self: Any, method: str, url: str, body: Any = None, headers: Any = None, *, encode_chunked: bool = False) -> Any:
        headers = {} if headers is None else headers
        if (not state.active and current.get() is None) or carried():
            return original(self, method, url, body, headers, encode_chunked=encode_chunked)
        origin, target = _target(self, url)
        if not _engine.recognise(*origin):
            origin, target = _target(self, "/")  # whatever the URL says, this is whom it goes to
            if "://" not in url[:8] or not _engine.recognise(*origin):
                return original(self, method, url, body, headers, encode_chunked=encode_chunked)
        _leave(self)
        given = _httplib.Body(body, "iso-8859-1")
        call, kind, payload = begin(method.encode("ascii", "replace"), target, _httplib.request_lines(headers), given.data, ANYWHERE)
        attempt = _Attempt(self, method, call, original, url, given, dict(headers), encode_chunked)
        try:
            if kind == PENDING:
                kind, payload = call.wait_blocking()
            refusal = attempt.send(self, kind, payload)
            if refusal is not None:
                attempt.connection = None
                _open[self] = attempt, refusal
                return None
            if kind != PASS:
                dropped = weakref.finalize(self, call.end, CANCELLED)
                dropped.atexit = False
                attempt.dropped = dropped
                attempt.connection = None  # what is kept for a connection does not keep it
                _open[self] = attempt
            return None
        except BaseException:
            call.end(ABORTED)
            raise

    return request


def _getresponse(original: Any) -> Any:
    def getresponse(self: Any, *args: Any, **kwargs: Any) -> Any:
        under_way = _open.pop(self, None)
        if under_way is None:
            return original(self, *args, **kwargs)
        if isinstance(under_way, tuple):
            attempt, answer = under_way
            return attempt.instead(answer)
        under_way.dropped.detach()
        under_way.connection = under_way.other or weakref.proxy(self)  # the answer, which may be left, does not keep it
        call = under_way.call
        try:
            while True:
                try:
                    response = original(under_way.other or self, *args, **kwargs)
                except BaseException as error:
                    if isinstance(error, (TimeoutError, socket.timeout)) and (under_way.other or self).sock is not None and not under_way.is_over:
                        # It may be asked again.
                        under_way.connection = None
                        under_way.dropped = weakref.finalize(self, call.end, CANCELLED)
                        under_way.dropped.atexit = False
                        _open[self] = under_way
                        raise
                    if not under_way.failed(error, unanswered(error, ())):
                        raise
                    kind, payload = call.wait_again()
                    if kind == PASS:
                        raise
                else:
                    under_way.lift(response)
                    refused = under_way.received(response, None)
                    if refused is not None:
                        return under_way.instead(refused)
                    if call.again is None:
                        under_way.part()
                        return response
                    kind, payload = call.wait_again()
                    if kind == PASS:
                        under_way.part()
                        return response
                    response.close()
                self.close()
                refused = under_way.send(self, kind, payload)
                if refused is not None:
                    return under_way.instead(refused)
                under_way.connection = under_way.other or weakref.proxy(self)
        except BaseException:
            if self not in _open:
                call.end(ABORTED)
                if under_way.other is not None:
                    under_way.other.close()
            raise

    return getresponse


class _Attempt(_httplib.Attempt):
    """One request on a connection, which may be sent again."""

    def __init__(self, connection: Any, method: str, call: Call, original: Any, url: str, body: _httplib.Body, headers: dict[Any, Any], encode_chunked: bool) -> None:
        super().__init__(connection, method, call)
        self._request = original, url, body, headers, encode_chunked
        #: The timeout that the connection was given, while that of the attempt is shorter.
        self._given: Any = None
        #: The connection to another host, while the attempt goes there.
        self.other: Any = None

    def part(self) -> None:
        """The answer is there: what is read from the connection to another host has it as long as it needs it."""
        if self.other is not None and self.other.sock is not None:
            sock, self.other.sock = self.other.sock, None
            sock.close()

    def send(self, connection: Any, kind: int, payload: Optional[bytes]) -> Optional[Synthetic]:
        """Sends it, again where the connection fails and that is allowed. What to answer instead, or None."""
        original, shown_url, given, headers, encode_chunked = self._request
        own = connection
        while True:
            if self.other is not None:
                self.other.close()
            if kind == REFUSE:
                return refuse(payload, self.call)
            connection, self.other, url = own, None, shown_url
            body = given.same()
            sent_headers = headers
            if kind == REWRITE:
                body, sent_headers = given.rewritten(payload or b"", headers)
            elif kind == REROUTE:
                route = Route(self.call, payload or b"")
                if route.elsewhere:
                    connection, url = _connected(own, route, shown_url)
                    self.other = connection
                    body = route.body
                    sent_headers = dict(route.headers([(_httplib.text(name), _httplib.text(value)) for name, value in headers.items()]))
                else:
                    body, sent_headers = given.rewritten(route.body, headers)
                    url = route.url if "://" in shown_url[:8] else route.target
            fresh = connection.sock is None
            self._limit(connection)
            cutting.over(self.call, connection)
            carry = Carry(self.call)
            token = carrying.set(carry)
            try:
                original(connection, self.method, url, body, sent_headers, encode_chunked=encode_chunked)
                return None
            except BaseException as error:
                carry.over()
                if not self.failed(error, NOT_SENT if _not_sent(connection, error, fresh) else unanswered(error, ())):
                    raise
                kind, payload = self.call.wait_again()
                if kind == PASS:
                    raise
            finally:
                carry.over()
                carrying.reset(token)
                if self._given is not None:
                    connection.timeout = self._given[0]
            connection.close()

    def _limit(self, connection: Any) -> None:
        self._given = None
        if self.call.seconds:
            given = connection.timeout
            self._given = (given,)
            number = given if isinstance(given, (int, float)) else socket.getdefaulttimeout()
            connection.timeout = self.limit(number)
            if connection.sock is not None:
                connection.sock.settimeout(connection.timeout)

    def lift(self, response: Any) -> None:
        """The head is here: how long a stream takes is the caller's affair."""
        sock = getattr(self.connection, "sock", None)
        if self._given is not None and sock is not None and is_stream(_content_type(response), response.status):
            given = self._given[0]
            sock.settimeout(given if given is None or isinstance(given, (int, float)) else socket.getdefaulttimeout())


def _connected(own: Any, route: Route, shown_url: str) -> tuple[Any, str]:
    """A connection to another host, by the proxy of the given one if it has one, and the URL to ask for there."""
    settings: dict[str, Any] = {"timeout": own.timeout, "source_address": own.source_address}
    context = getattr(own, "_context", None)
    secure = {"context": context} if context is not None else {}
    forwarded = "://" in shown_url[:8]
    if forwarded and route.scheme == "http":
        return HTTPConnection(own.host, own.port, **settings), route.url
    host, port = (own.host, own.port) if forwarded or own._tunnel_host else (route.host, route.port)
    other: Any = HTTPSConnection(host, port, **settings, **secure) if route.scheme == "https" else HTTPConnection(host, port, **settings)
    if forwarded or own._tunnel_host:
        other.set_tunnel(route.host, route.port or (443 if route.scheme == "https" else 80), headers=dict(own._tunnel_headers))
    return other, route.target


def _content_type(response: Any) -> Optional[bytes]:
    value = response.msg.get("content-type")
    return None if value is None else str(value).encode("iso-8859-1", "replace")


def _close(original: Any) -> Any:
    def close(self: Any) -> None:
        _leave(self)
        original(self)

    return close


def _leave(connection: Any) -> None:
    """What was sent on a connection is not asked for any more."""
    under_way = _open.pop(connection, None)
    if isinstance(under_way, _httplib.Attempt):
        under_way.dropped.detach()
        under_way.call.end(CANCELLED)
        if under_way.other is not None:
            under_way.other.close()


def _not_sent(connection: Any, error: BaseException, fresh: bool) -> bool:
    """Whether nothing of a request has left."""
    if isinstance(error, (CannotSendRequest, InvalidURL)) or (isinstance(error, ValueError) and not isinstance(error, OSError)):
        return True  # of its own head, before it is sent
    if not fresh:
        return False
    return connection.sock is None or (isinstance(connection, HTTPSConnection) and not isinstance(connection.sock, ssl.SSLSocket))


def _putrequest(original: Any) -> Any:
    def putrequest(self: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        if (state.active or current.get() is not None) and not carried():
            origin, target = _target(self, url)
            if _engine.recognise(*origin):
                call, kind, payload = begin(method.encode("ascii", "replace"), target, b"", b"")
                if kind == REFUSE:
                    refuse(payload, call)  # raises where it may travel
                    raise HTTPException("Iron Cage: a request that is sent piece by piece cannot be judged; use request()")
                call.end(NOT_SENT)
        return original(self, method, url, *args, **kwargs)

    return putrequest


def _target(connection: Any, url: str) -> tuple[tuple[bytes, bytes, Optional[int]], bytes]:
    """((scheme, host, port), whole URL): the connection's, that of its tunnel, or, through a forwarding proxy, the URL's own."""
    if "://" in url[:8]:
        from urllib.parse import urlsplit

        parts = urlsplit(url)
        return _httplib.shown(parts.scheme, parts.hostname or "", parts.port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
    scheme = "https" if isinstance(connection, HTTPSConnection) else "http"
    if connection._tunnel_host:
        return _httplib.shown(scheme, connection._tunnel_host, connection._tunnel_port, url)
    return _httplib.shown(scheme, connection.host, connection.port, url)
