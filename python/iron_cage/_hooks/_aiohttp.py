"""aiohttp 3.8 and later: the connector's connect(), through which each attempt and each redirect gets its connection, and what is done with that connection.

connect() is awaited by the task that asks, before anything is sent: there the request is judged, and rewritten. The answer is looked at where its head has come.
Up to 3.9 a wait for money counts as part of the connect timeout, if the session has one.
"""
from __future__ import annotations

import io
import sys
import weakref
from contextlib import suppress

from iron_cage import _engine
from iron_cage._hooks import approving, cutting, waiting
from iron_cage._hooks._aiohttp_bodies import Fed, Held
from iron_cage._hooks.common import (
    ABORTED, COMPLETE, CUT, NOT_SENT, PASS, PENDING, REFUSE, REWRITE, Call, Carry, Feed, Synthetic, begin, carried, carrying, is_stream, refuse,
    response_head, shown_header, unanswered,
)
from iron_cage._hooks.decoding import decode_whole
from iron_cage._hooks.install import patch
from iron_cage._runs import current, state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Optional

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
        from aiohttp import client_proto, client_reqrep, payload

        self.requests: Any = client_reqrep
        self.payload: Any = payload
        self.protocol: Any = client_proto.ResponseHandler
        #: Requests and responses of calls that are under way.
        self.calls: weakref.WeakKeyDictionary[Any, tuple[Call, Any]] = weakref.WeakKeyDictionary()
        #: Whether a connection undoes the encoding of the answer that it waits for.
        self.decodes: weakref.WeakKeyDictionary[Any, bool] = weakref.WeakKeyDictionary()
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
            target = origin[0] + str(url.with_user(None)).encode("utf-8", "replace")[len(url.scheme):]
            call, kind, payload = begin(method, target, _lines(request.headers), b"" if upgrades else await self._body(request))
            try:
                if kind == PENDING:
                    kind, payload = await waiting.wait(call)
                if kind == REFUSE:
                    self.refused[request] = refuse(payload, call)
                    return _NO_CONNECTION
                if kind == REWRITE:
                    self._rewrite(request, payload or b"")
                if kind != PASS:
                    self._keep(request, call)
                if kind == PASS:
                    return await original(connector, request, *args, **kwargs)
                return await cutting.attempt(call, original(connector, request, *args, **kwargs))
            except BaseException as error:
                refusal = cutting.refused(call, error)
                call.end(NOT_SENT)
                if refusal is not None:
                    self._take(request)
                    self.refused[request] = refuse(refusal, call)
                    return _NO_CONNECTION
                raise

        return connect

    def set_response_params(self, original: Any) -> Any:
        """ResponseHandler.set_response_params."""

        def set_response_params(protocol: Any, *args: Any, **kwargs: Any) -> Any:
            self.decodes[protocol] = bool(kwargs.get("auto_decompress", True))
            return original(protocol, *args, **kwargs)

        return set_response_params

    def send(self, original: Any) -> Any:
        """ClientRequest.send."""

        async def send(request: Any, connection: Any) -> Any:
            if connection is _NO_CONNECTION:
                return self._synthetic(request)
            call = self._take(request)
            if call is None:
                return await original(request, connection)
            try:
                carry = Carry()
                token = carrying.set(carry)
                try:
                    response = await original(request, connection)
                finally:
                    carry.active = False
                    with suppress(ValueError):
                        carrying.reset(token)
            except BaseException as error:
                call.end(unanswered(error, ()))
                raise
            self._keep(response, call)
            return response

        return send

    def start(self, original: Any) -> Any:
        """ClientResponse.start."""

        async def start(response: Any, connection: Any) -> Any:
            answer = self.refused.pop(response, None)
            if answer is not None:
                return self._answered(response, answer)
            call = self._take(response)
            if call is None:
                return await original(response, connection)
            protocol = connection.protocol
            decodes = self.decodes.pop(protocol, getattr(response._session, "_auto_decompress", True))  # both go with the last byte, which may come with the head
            try:
                try:
                    started = await cutting.attempt(call, original(response, connection))
                except BaseException as error:
                    refusal = cutting.refused(call, error)
                    call.end(unanswered(error, ()))
                    if refusal is not None:
                        connection.close()
                        return self._answered(response, refuse(refusal, call))
                    raise
                await self._received(response, call, decodes)
                return started
            except BaseException:
                call.end(ABORTED)
                raise

        return start

    def _keep(self, owner: Any, call: Call) -> None:
        """The call goes on with this request or response; if that is dropped before, it ends."""
        dropped = weakref.finalize(owner, call.end, ABORTED)
        dropped.atexit = False
        self.calls[owner] = call, dropped

    def _take(self, owner: Any) -> Optional[Call]:
        call, dropped = self.calls.pop(owner, (None, None))
        if dropped is not None:
            dropped.detach()
        return call

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

    def _rewrite(self, request: Any, data: bytes) -> None:
        """Another body: length follows, chunked stays chunked, content-encoding goes."""
        self._set_body(request, data)
        if "content-length" in request.headers:
            request.headers["Content-Length"] = str(len(data))
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

        response.version, response.status, response.reason = HttpVersion11, answer.status, "Refused"
        response._headers = CIMultiDictProxy(CIMultiDict(answer.headers()))
        response._raw_headers = tuple((name.encode(), value.encode()) for name, value in answer.headers())
        response.content = Held(answer.body, None, response._loop)
        response._closed = True
        return response

    async def _received(self, response: Any, call: Call, decodes: bool) -> None:
        lines, content_type, encoding = response_head(response._raw_headers)
        inner = response.content
        if encoding is not None and decodes and _is_undone(encoding):
            lines, encoding = b"", None
        if is_stream(content_type):
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
            while True:
                piece = await cutting.attempt(call, inner.readany())
                if not piece:
                    break
                pieces.append(piece)
        except Exception as error:
            failed = error
        raw = b"".join(pieces)
        plain, readable = decode_whole(encoding, raw)
        kind, payload = call.response(response.status, readable and failed is None, lines, plain)
        if kind == PENDING:
            kind, payload = await approving.ask_async(call, payload)
        call.end(COMPLETE if failed is None else CUT)
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
    scheme = "https" if url.scheme in ("https", "wss") else "http"
    port = url.port if url.port is not None else url.explicit_port
    if port == (443 if scheme == "https" else 80):
        port = None
    return scheme.encode("ascii"), (url.raw_host or "").encode("ascii", "replace"), port


def _lines(headers: Any) -> bytes:
    lines = []
    for name, value in headers.items():
        lower = name.lower().encode("iso-8859-1", "replace")
        shown = shown_header(lower, str(value).encode("iso-8859-1", "replace"))
        if shown is not None:
            lines.append(shown)
    return b"\n".join(lines)


def _drop(response: Any, *names: bytes) -> None:
    from multidict import CIMultiDict, CIMultiDictProxy

    response._raw_headers = tuple(pair for pair in response._raw_headers if pair[0].lower() not in names)
    response._headers = CIMultiDictProxy(CIMultiDict([pair for pair in response._headers.items() if pair[0].lower().encode() not in names]))
    _forget(response)


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
