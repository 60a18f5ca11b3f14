"""aiohttp 3.8 and later: the connector's connect(), through which each attempt and each redirect gets its connection, and what is done with that connection.

connect() is awaited by the task that asks, before anything is sent: there the request is judged, and rewritten. The answer is looked at where its head has come; there another
attempt, if one follows, gets a connection of its own, and its answer takes the place of the one before in the same response.
Up to 3.9 a wait for money counts as part of the connect timeout, if the session has one.
"""
from __future__ import annotations

import io
import sys
import weakref
from contextlib import suppress

from iron_cage import _engine
from iron_cage._hooks import approving, waiting
from iron_cage._hooks._aiohttp_bodies import Fed, Held
from iron_cage._hooks._aiohttp_way import Way
from iron_cage._hooks.common import (
    ABORTED, ANYWHERE, COMPLETE, CUT, NO_RETRY, NOT_SENT, PASS, PENDING, REFUSE, REROUTE, REWRITE, SEND, Call, Feed, Synthetic, begin, carried, hopeless, is_stream, refuse,
    response_head, retry_head, shown_headers, unanswered,
)
from iron_cage._hooks.decoding import decode_whole
from iron_cage._hooks.install import patch
from iron_cage._hooks.origins import Origins
from iron_cage._hooks.rerouting import STRIPPED, Route
from iron_cage._runs import current, state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Mapping, Optional

#: Bodies beyond this are given to aiohttp as files: it warns of larger ones as bytes.
LARGE = 1 << 19


def install(module: ModuleType) -> None:
    """Patches aiohttp.connector and the requests and responses that it is given."""
    hook = Hook()
    request = hook.requests.ClientRequest
    patch(module.BaseConnector, "connect", hook.connect)
    patch(request, "send" if hasattr(request, "send") else "_send", hook.send)
    patch(hook.requests.ClientResponse, "start", hook.start)
    patch(hook.protocol, "set_response_params", hook.set_response_params)


class Hook:
    """The hook of aiohttp, whose modules are known by then."""

    def __init__(self) -> None:
        from aiohttp import client_exceptions, client_proto, client_reqrep, payload

        #: The connection failed, and may not the next time. A timeout is none: how long to wait is the caller's word.
        self.transient = (client_exceptions.ServerDisconnectedError, client_exceptions.ClientOSError, ConnectionError)
        self.lasting = (client_exceptions.ClientSSLError, client_exceptions.ClientProxyConnectionError)

        self.requests: Any = client_reqrep
        self.payload: Any = payload
        self.protocol: Any = client_proto.ResponseHandler
        #: Requests and responses of calls that are under way.
        self.calls: weakref.WeakKeyDictionary[Any, tuple[Call, Any, Way]] = weakref.WeakKeyDictionary()
        #: How a connection is to read the answer that it waits for.
        self.reading: weakref.WeakKeyDictionary[Any, Mapping[str, Any]] = weakref.WeakKeyDictionary()
        #: Requests, then responses, that are answered without the provider.
        self.refused: weakref.WeakKeyDictionary[Any, Synthetic] = weakref.WeakKeyDictionary()

    # The patched methods.

    def connect(self, original: Any) -> Any:
        """BaseConnector.connect."""

        async def connect(connector: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
            if (not state.active and current.get() is None) or carried():
                return await original(connector, request, *args, **kwargs)
            url = request.url
            origin = _origin(url)
            if not _engine.recognise(*origin):
                return await original(connector, request, *args, **kwargs)
            # A socket that is to be upgraded may carry anything: it is judged as a request whose body nobody can read.
            upgrades = "upgrade" in request.headers
            method = b"POST" if upgrades else request.method.encode("ascii", "replace")
            target = origin[0] + str(url if "@" not in getattr(url, "raw_authority", "@") else url.with_user(None)).encode("utf-8", "replace")[len(url.scheme):]
            call, kind, payload = begin(method, target, shown_headers(request.headers.items()), b"" if upgrades else await self._body(request), ANYWHERE)
            try:
                if kind == PENDING:
                    kind, payload = await waiting.wait(call)
                if kind == PASS:
                    return await original(connector, request, *args, **kwargs)
                way = Way(original, connector, args, kwargs)
                first = True
                while True:
                    if kind == REFUSE:
                        self.refused[request] = refuse(payload, call)
                        return _NO_CONNECTION
                    if kind != SEND or not first:
                        self._aim(request, call, way, kind, payload)
                    first = False
                    try:
                        connection = await way.connect(request, call)
                    except Exception as error:
                        if not self._failed(error, call, NOT_SENT):
                            raise
                        kind, payload = await waiting.again(call)
                        if kind == PASS:
                            raise
                    else:
                        self._keep(request, call, way)
                        return connection
            except BaseException:
                call.end(NOT_SENT)
                raise

        return connect

    def set_response_params(self, original: Any) -> Any:
        """ResponseHandler.set_response_params."""

        def set_response_params(protocol: Any, *args: Any, **kwargs: Any) -> Any:
            self.reading[protocol] = kwargs
            return original(protocol, *args, **kwargs)

        return set_response_params

    def send(self, original: Any) -> Any:
        """ClientRequest.send."""

        async def send(request: Any, connection: Any) -> Any:
            if connection is _NO_CONNECTION:
                return self._synthetic(request)
            call, way = self._take(request)
            if call is None or way is None:
                return await original(request, connection)
            way.send, way.request = original, weakref.ref(request)
            try:
                response = await way.sent(connection)
            except BaseException as error:
                call.end(unanswered(error, ()))
                raise
            if way.shown is not None:
                self._restore(request, way)
                response._request_info = request.request_info
            self._keep(response, call, way)
            return response

        return send

    def start(self, original: Any) -> Any:
        """ClientResponse.start."""

        async def start(response: Any, connection: Any) -> Any:
            answer = self.refused.pop(response, None)
            if answer is not None:
                return self._answered(response, answer)
            call, way = self._take(response)
            if call is None or way is None:
                return await original(response, connection)
            session = response._session
            reading = self.reading.pop(connection.protocol, {})  # protocol and session go with the last byte, which may come with the head
            decodes = bool(reading.get("auto_decompress", getattr(session, "_auto_decompress", True)))
            try:
                while True:
                    has_left = connection is not None
                    try:
                        if connection is None:
                            connection = await self._reconnected(response, call, way, session, reading)
                            has_left = True
                            await self._resent(response, way, connection)
                        started = await way.within(original(response, connection))
                    except BaseException as error:
                        if connection is not None:
                            connection.close()
                            connection = None
                        if not self._failed(error, call, unanswered(error, () if has_left else (Exception,)), way):
                            raise
                        kind, payload = await waiting.again(call)
                        if kind == PASS:
                            raise
                    else:
                        await self._received(response, call, decodes, way)
                        if call.again is None:
                            return started
                        kind, payload = await waiting.again(call)
                        if kind == PASS:
                            return started
                    if connection is not None:
                        connection.close()
                        connection = None
                    if kind == REFUSE:
                        return self._answered(response, refuse(payload, call))
                    request = way.request()
                    if request is None:
                        raise RuntimeError("the request was dropped while its response was awaited")
                    self._aim(request, call, way, kind, payload)
            except BaseException:
                call.end(ABORTED)
                raise

        return start

    async def _reconnected(self, response: Any, call: Call, way: Way, session: Any, reading: Mapping[str, Any]) -> Any:
        """A connection for another attempt, whose answer will take the place of the one before."""
        connection = await way.connect(way.request(), call)
        connection.protocol.set_response_params(**reading)
        self.reading.pop(connection.protocol, None)
        response._session = session
        response._released = False
        if "cookies" in response.__dict__:
            response.__dict__["cookies"].clear()
        _forget(response)
        return connection

    async def _resent(self, response: Any, way: Way, connection: Any) -> None:
        await way.sent(connection)
        request = way.request()
        response._writer = request._writer
        self._restore(request, way)

    def _failed(self, error: BaseException, call: Call, how: int, way: Optional[Way] = None) -> bool:
        """An attempt ended without a response. True: another follows."""
        if call.was_cut(error, how):
            return True
        passing = isinstance(error, self.transient) and not isinstance(error, self.lasting)
        if (passing or (way is not None and way.is_over(error))) and not hopeless(error):
            return call.retry(how)
        call.end(how)
        return False

    def _keep(self, owner: Any, call: Call, way: Way) -> None:
        """The call goes on with this request or response; if that is dropped before, it ends."""
        dropped = weakref.finalize(owner, call.end, ABORTED)
        dropped.atexit = False
        self.calls[owner] = call, dropped, way

    def _take(self, owner: Any) -> tuple[Optional[Call], Optional[Way]]:
        call, dropped, way = self.calls.pop(owner, (None, None, None))
        if dropped is not None:
            dropped.detach()
        return call, way

    # Requests.

    async def _body(self, request: Any) -> bytes:
        """The bytes of the body. One that can be read only once is replaced by what was read."""
        body = request.body
        if not body:
            return b""
        if isinstance(body, (bytes, bytearray)):
            return bytes(body)
        if isinstance(body, self.payload.BytesPayload):
            return bytes(body._value)
        written = _Written()
        await body.write(written)
        data = b"".join(written.pieces)
        self._set_body(request, data)
        return data

    def _set_body(self, request: Any, data: bytes) -> None:
        payload = self.payload.BytesPayload(data) if len(data) <= LARGE else self.payload.BytesIOPayload(io.BytesIO(data))
        if hasattr(request, "_body"):
            request._body = payload
        else:
            request.body = payload

    def _aim(self, request: Any, call: Call, way: Way, kind: int, payload: Optional[bytes]) -> None:
        """Prepares the request for an attempt: where it goes, its headers, its body."""
        self._restore(request, way)
        if kind != REROUTE:
            self._rewrite(request, payload or b"" if kind == REWRITE else call.body, of=kind)
            return
        from yarl import URL

        route = Route(call, payload or b"")
        if way.shown is None:
            way.shown = request.url, request.headers.copy()
        request.url = URL(route.url, encoded=True)
        if route.elsewhere:
            framing = [(name, value) for name, value in request.headers.items() if name.lower() == "transfer-encoding"]
            headers = route.headers(list(request.headers.items()))
            request.headers.clear()
            request.headers.extend([(name, value) for name, value in headers if not framing or name != "Content-Length"] + framing)
        self._rewrite(request, route.body)

    def _restore(self, request: Any, way: Way) -> None:
        """URL and headers as they were shown: others, with the key of another host, are for the way there alone."""
        if way.shown is not None:
            request.url, headers = way.shown
            request.headers.clear()
            request.headers.extend(headers)

    def _rewrite(self, request: Any, data: bytes, of: int = REWRITE) -> None:
        """Another body: length follows, chunked stays chunked, content-encoding goes. The same one again: its length may have been another's meanwhile."""
        self._set_body(request, data)
        if "content-length" in request.headers:
            request.headers["Content-Length"] = str(len(data))
        if of == REWRITE:
            request.headers.popall("content-encoding", None)

    def _synthetic(self, request: Any) -> Any:
        """The response of a refusal that may not travel as an exception."""
        from inspect import signature

        make = request.response_class or self.requests.ClientResponse
        given = {
            "writer": None, "continue100": None, "timer": getattr(request, "_timer", None), "request_info": getattr(request, "request_info", None), "traces": [], "loop": request.loop,
            "session": request._session, "request_headers": request.headers, "original_url": request.original_url, "stream_writer": _Written(),
        }
        wanted = signature(make.__init__).parameters
        if any(parameter.kind is parameter.VAR_KEYWORD for parameter in wanted.values()):
            wanted = signature(self.requests.ClientResponse.__init__).parameters
        response = make(request.method, request.original_url, **{name: value for name, value in given.items() if name in wanted})
        self.refused[response] = self.refused.pop(request)
        return response

    # Responses.

    def _answered(self, response: Any, answer: Synthetic) -> Any:
        from aiohttp.http import HttpVersion11
        from multidict import CIMultiDict, CIMultiDictProxy

        response.version, response.status, response.reason = HttpVersion11, answer.status, "OK" if answer.status == 200 else "Refused"
        response._headers = CIMultiDictProxy(CIMultiDict(answer.headers()))
        response._raw_headers = tuple((name.encode(), value.encode()) for name, value in answer.headers())
        response.content = Held(answer.body, None, response._loop)
        response._closed = True
        return response

    async def _received(self, response: Any, call: Call, decodes: bool, way: Way) -> None:
        if call.elsewhere:
            _drop(response, *(name.encode() for name in STRIPPED))
            _forget_cookies(response)
        lines, content_type, encoding = response_head(response._raw_headers)
        inner = response.content
        if encoding is not None and decodes and _is_undone(encoding):
            lines, encoding = b"", None
        if is_stream(content_type, response.status):
            call.stream_open(response.status, lines)
            feed = Feed(call, encoding)
            if feed.decodes:
                _drop(response, b"content-encoding", b"content-length")
            response.content = Fed(inner, feed, response._loop, _closer(response))
            _loosen(inner, response)
            return
        pieces: list[bytes] = []
        failed: Optional[BaseException] = None
        try:
            await way.within(_gathered(inner, pieces))
        except Exception as error:
            failed = error
        raw = b"".join(pieces)
        plain, readable = decode_whole(encoding, raw)
        kind, payload = call.response(response.status, readable and failed is None, lines, plain)
        if kind == PENDING:
            kind, payload = await approving.ask_async(call, payload)
        how = COMPLETE if failed is None else CUT
        if response.status < (300 if call.elsewhere else 400):
            call.end(how)
        elif not call.retry(how, retry_head(response._raw_headers)) and call.is_last:
            _drop(response, NO_RETRY[0].encode())
            _add(response, *NO_RETRY)
        if kind == REFUSE:
            self._answered(response, refuse(payload, call))
            return
        if kind == REWRITE:
            raw = payload or b""
            length = response._headers.get("content-length")
            _drop(response, b"content-encoding", b"content-length")
            if length is not None:
                _add(response, "Content-Length", str(len(raw)))
        response.content = Held(raw, failed, response._loop, inner)


async def _gathered(reader: Any, pieces: list[bytes]) -> None:
    """All that comes."""
    while True:
        piece = await reader.readany()
        if not piece:
            return
        pieces.append(piece)


class _Written:
    """What a payload writes."""

    output_size = 0

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    async def write(self, chunk: Any, *args: Any, **kwargs: Any) -> None:
        self.pieces.append(bytes(chunk))

    async def write_eof(self, chunk: Any = b"") -> None:
        self.pieces.append(bytes(chunk))

    async def drain(self) -> None:
        """There is nobody to wait for."""


class _NoConnection:
    """What a refused request gets instead of a connection."""

    transport = object()
    closed = True

    @property
    def protocol(self) -> Any:
        return self

    def set_response_params(self, **params: Any) -> None:
        """There will be no response."""

    def close(self) -> None:
        """There is nothing to close."""

    def release(self) -> None:
        """There is nothing to release."""


_NO_CONNECTION = _NoConnection()


def _closer(response: Any) -> Any:
    """Closes the connection of a response, if that is still there."""
    weak = weakref.ref(response)

    def close() -> None:
        left = weak()
        if left is not None and left._connection is not None:
            left._connection.close()
            left._connection = None

    return close


def _loosen(inner: Any, response: Any) -> None:
    """The bytes that come keep no response alive that was dropped: aiohttp has them call it at their end."""
    callbacks = getattr(inner, "_eof_callbacks", None)
    if not callbacks:
        return
    ended = weakref.WeakMethod(response._response_eof)

    def call() -> None:
        method = ended()
        if method is not None:
            method()

    callbacks[:] = [call if callback == response._response_eof else callback for callback in callbacks]


def _is_undone(encoding: bytes) -> bool:
    """Whether aiohttp undoes it: by default it does what it can, and leaves the header."""
    name = encoding.strip().lower()
    if name == b"zstd":
        return bool(getattr(sys.modules.get("aiohttp.compression_utils"), "HAS_ZSTD", False))
    return name in (b"gzip", b"deflate", b"br")


def _origin(url: Any) -> tuple[bytes, bytes, Optional[int]]:
    origin: tuple[bytes, bytes, Optional[int]] = _origins.of(url, url.scheme, getattr(url, "raw_authority", None))
    return origin


def _read_origin(url: Any) -> tuple[bytes, bytes, Optional[int]]:
    scheme = "https" if url.scheme in ("https", "wss") else "http"
    port = url.port if url.port is not None else url.explicit_port
    if port == (443 if scheme == "https" else 80):
        port = None
    return scheme.encode("ascii"), (url.raw_host or "").encode("ascii", "replace"), port


_origins = Origins(_read_origin)


def _drop(response: Any, *names: bytes) -> None:
    from multidict import CIMultiDict, CIMultiDictProxy

    response._raw_headers = tuple(pair for pair in response._raw_headers if pair[0].lower() not in names)
    response._headers = CIMultiDictProxy(CIMultiDict([pair for pair in response._headers.items() if pair[0].lower().encode() not in names]))
    _forget(response)


def _forget_cookies(response: Any) -> None:
    for name in ("cookies", "_cookies"):
        kept = response.__dict__.get(name)
        if kept:
            kept.clear()
    if getattr(response, "_raw_cookie_headers", None):
        response._raw_cookie_headers = None


def _add(response: Any, name: str, value: str) -> None:
    from multidict import CIMultiDict, CIMultiDictProxy

    response._raw_headers = (*response._raw_headers, (name.encode(), value.encode()))
    response._headers = CIMultiDictProxy(CIMultiDict([*response._headers.items(), (name, value)]))
    _forget(response)


def _forget(response: Any) -> None:
    """The headers that aiohttp keeps a second time, once they were asked for."""
    cache = getattr(response, "_cache", None)
    if isinstance(cache, dict):
        cache.pop("headers", None)
        cache.pop("raw_headers", None)
