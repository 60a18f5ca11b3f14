"""http.client, the last resort: urllib.request, and programs that use it themselves. What hooked layers above send through it is theirs.

Requests that are made with request() are seen; one that is put together with putrequest() and send() is refused where it goes to an LLM host, as neither its texts nor
its cost can be told before it has left.
"""
from __future__ import annotations

import socket
import ssl
import weakref
from http.client import CannotSendRequest, HTTPException, HTTPSConnection, InvalidURL

from iron_cage import _engine
from iron_cage._hooks import _httplib, cutting
from iron_cage._hooks.common import ABORTED, CANCELLED, NOT_SENT, PASS, PENDING, REFUSE, REWRITE, Carry, Synthetic, begin, carried, carrying, refuse, unanswered
from iron_cage._hooks.install import patch
from iron_cage._runs import current, state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Optional, Union

#: Connections whose request is under way or was answered here, until the answer is asked for.
_open: weakref.WeakKeyDictionary[Any, Union[_httplib.Attempt, tuple[_httplib.Attempt, Synthetic]]] = weakref.WeakKeyDictionary()


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
        call, kind, payload = begin(method.encode("ascii", "replace"), target, _httplib.request_lines(headers), given.data)
        attempt = _httplib.Attempt(self, method, call)
        try:
            if kind == PENDING:
                kind, payload = call.wait_blocking()
            if kind == REFUSE:
                answer = refuse(payload, call)
                attempt.connection = None
                _open[self] = attempt, answer
                return None
            body = given.same()
            if kind == REWRITE:
                body, headers = given.rewritten(payload or b"", dict(headers))
            fresh = self.sock is None
            if kind != PASS:
                cutting.over(call, self)
            carry = Carry()
            token = carrying.set(carry)
            try:
                original(self, method, url, body, headers, encode_chunked=encode_chunked)
            except BaseException as error:
                refusal = cutting.refused(call, error)
                call.end(NOT_SENT if _not_sent(self, error, fresh) else unanswered(error, ()))
                if refusal is not None:
                    attempt.connection = None
                    _open[self] = attempt, refuse(refusal, call)
                    return None
                raise
            finally:
                carry.active = False
                carrying.reset(token)
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
        under_way.connection = weakref.proxy(self)  # the answer, which may be left, does not keep it
        try:
            try:
                response = original(self, *args, **kwargs)
            except (TimeoutError, socket.timeout) as error:
                if self.sock is None:
                    under_way.call.end(unanswered(error, ()))
                else:  # it may be asked again
                    under_way.connection = None
                    under_way.dropped = weakref.finalize(self, under_way.call.end, CANCELLED)
                    under_way.dropped.atexit = False
                    _open[self] = under_way
                raise
            except BaseException as error:
                refusal = cutting.refused(under_way.call, error)
                under_way.call.end(unanswered(error, ()))
                if refusal is not None:
                    return under_way.instead(refuse(refusal, under_way.call))
                raise
            refused = under_way.received(response, None)
            return response if refused is None else under_way.instead(refused)
        except BaseException:
            if self not in _open:
                under_way.call.end(ABORTED)
            raise

    return getresponse


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
