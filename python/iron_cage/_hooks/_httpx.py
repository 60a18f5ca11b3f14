"""httpx and httpx2: one patched method each for the sync and the async client.

_send_single_request is below authentication and redirects and above the transport, so each request that leaves is seen once, with
custom transports, clients made before the protection, and subclasses.
"""
from __future__ import annotations

import weakref
from contextlib import suppress

from iron_cage import _engine
from iron_cage._hooks import approving, cutting, hedging, waiting
from iron_cage._hooks.common import (
    ABORTED, ANYWHERE, COMPLETE, CUT, HEDGE, NO_RETRY, PASS, PENDING, REFUSE, REROUTE, REWRITE, Call, Carry, Feed,
    Synthetic, begin, carried, carrying, hopeless, is_stream, refuse, response_head, retry_head, shown_headers, unanswered,
)
from iron_cage._hooks.decoding import DecodeError, decode_whole
from iron_cage._hooks._httpx_limit import Limit
from iron_cage._hooks.install import patch
from iron_cage._hooks.origins import Origins
from iron_cage._hooks.rerouting import STRIPPED, Route
from iron_cage._runs import current, state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, AsyncIterator, Generator, Iterable, Iterator, Optional

#: Raised before anything of the request was sent.
_NOT_SENT = ("ConnectError", "ConnectTimeout", "PoolTimeout", "UnsupportedProtocol", "LocalProtocolError", "ProxyError")


#: The connection failed, and may not the next time.
_TRANSIENT = ("ConnectError", "ReadError", "WriteError", "CloseError", "RemoteProtocolError")


def install(module: ModuleType) -> None:
    """Patches the clients of httpx, httpx2 or what stands in their name."""
    hook = Hook(module)
    patch(module.Client, "_send_single_request", hook.sync)
    patch(module.AsyncClient, "_send_single_request", hook.asynchronous)


class Hook:
    """The hook of one module: httpx and httpx2 may both be loaded, each with its own classes."""

    def __init__(self, module: Any) -> None:
        self.module = module
        #: The connection failed; a timeout of the client's own is not among them: how long to wait is the caller's word.
        self.transient = tuple(kind for kind in (getattr(module, name, None) for name in _TRANSIENT) if kind is not None)
        self.not_sent = tuple(kind for kind in (getattr(module, name, None) for name in _NOT_SENT) if kind is not None)

        class Replayed(module.SyncByteStream, module.AsyncByteStream):  # type: ignore[misc]
            """A body that was read already: its bytes, then the error that ended it, if one did."""

            def __init__(self, body: bytes, error: Optional[BaseException] = None) -> None:
                self._body = body
                self._error = error

            def __iter__(self) -> Iterator[bytes]:
                if self._body:
                    yield self._body
                if self._error is not None:
                    raise self._error

            async def __aiter__(self) -> AsyncIterator[bytes]:
                if self._body:
                    yield self._body
                if self._error is not None:
                    raise self._error

        class Fed(module.SyncByteStream):  # type: ignore[misc]
            """A streamed body on its way through the library."""

            def __init__(self, inner: Any, feed: Feed) -> None:
                self._inner = inner
                self._feed = feed
                weakref.finalize(self, feed.abort).atexit = False

            def __iter__(self) -> Iterator[bytes]:
                feed, pieces = self._feed, iter(self._inner)
                try:
                    while True:
                        feed.waits()
                        try:
                            piece = next(pieces)
                        except StopIteration:
                            break
                        except Exception as error:
                            tail = feed.cut(error)
                            if tail:
                                yield tail
                            if feed.blocked is not None:
                                return
                            raise
                        out = feed_or_fail(feed, piece)
                        if out:
                            feed.yields()
                            yield out
                        if feed.blocked is not None:
                            return
                    tail = feed.finish()
                    if tail:
                        yield tail
                except GeneratorExit:
                    # The reader left, perhaps in a garbage collection that came while this very thread holds the lock of the connection pool:
                    # settle, and leave the connection where httpx leaves it without us, open until the response is closed.
                    feed.abort()
                    raise
                except BaseException:  # a refusal, damaged data: httpx closes what ends, not what raises
                    with suppress(Exception):
                        self.close()
                    raise

            def close(self) -> None:
                self._feed.abort()
                self._inner.close()

        class AsyncFed(module.AsyncByteStream):  # type: ignore[misc]
            """As Fed, for AsyncClient."""

            def __init__(self, inner: Any, feed: Feed) -> None:
                self._inner = inner
                self._feed = feed
                weakref.finalize(self, feed.abort).atexit = False

            async def __aiter__(self) -> AsyncIterator[bytes]:
                feed, pieces = self._feed, self._inner.__aiter__()
                try:
                    while True:
                        feed.waits()
                        try:
                            piece = await cutting.attempt(feed.call, pieces.__anext__())
                        except StopAsyncIteration:
                            break
                        except Exception as error:
                            tail = feed.cut(error)
                            if tail:
                                yield tail
                            if feed.blocked is not None:
                                return
                            raise
                        out = feed_or_fail(feed, piece)
                        if out:
                            feed.yields()
                            yield out
                        if feed.blocked is not None:
                            return
                    tail = await feed.finish_async()
                    if tail:
                        yield tail
                except GeneratorExit:  # as above, and perhaps without a loop to wait on
                    feed.abort()
                    raise
                except BaseException:
                    with suppress(Exception):
                        await self.aclose()
                    raise

            async def aclose(self) -> None:
                self._feed.abort()
                await self._inner.aclose()

        def feed_or_fail(feed: Feed, piece: bytes) -> bytes:
            try:
                return feed.feed(piece)
            except DecodeError as error:
                raise module.DecodingError(str(error)) from None

        self.replayed, self.fed, self.async_fed = Replayed, Fed, AsyncFed

    # The two patched methods.

    def sync(self, original: Any) -> Any:
        """Client._send_single_request."""
        module = self.module

        def _send_single_request(client: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
            if not state.active and current.get() is None:
                return original(client, request, *args, **kwargs)
            url = request.url
            if not _engine.recognise(*_origin(url)[0]) or carried():
                return original(client, request, *args, **kwargs)
            if not isinstance(request.stream, module.SyncByteStream):
                return original(client, request, *args, **kwargs)  # its error, not ours
            call, kind, payload = begin(*_shown(request, request.read()), ANYWHERE | HEDGE)
            try:
                if kind == PENDING:
                    kind, payload = call.wait_blocking()
                if kind == PASS:
                    return original(client, request, *args, **kwargs)
                while True:
                    if kind == REFUSE:
                        return self._synthetic(client, request, refuse(payload, call))
                    if call.may_hedge:
                        race = hedging.Race(self, original, client, request, args, kwargs)
                        try:
                            response = race.first(call, kind, payload)
                        except Exception as error:
                            self._relate(error, request)
                            if not self._failed(error, call, race.limit):
                                raise
                            kind, payload = call.wait_again()
                            if kind == PASS:
                                raise
                            continue
                        call, limit = race.call, race.limit
                        response.request = request
                        response = self._received(client, request, response, call, limit)
                        if call.again is None:
                            return response
                        kind, payload = call.wait_again()
                        if kind == PASS:
                            return response
                        continue
                    outgoing = self._outgoing(request, call, kind, payload) if kind >= REWRITE else request
                    limit = None
                    if call.seconds:
                        limit = Limit(call.seconds, outgoing.extensions.get("timeout"))
                        outgoing = self._limited(outgoing, limit)
                    carry = Carry(call)
                    token = carrying.set(carry)
                    try:
                        response = original(client, outgoing, *args, **kwargs)
                    except BaseException as error:
                        carry.over()
                        self._relate(error, request)
                        if not self._failed(error, call, limit):
                            raise
                        kind, payload = call.wait_again()
                        if kind == PASS:
                            raise
                        continue
                    finally:
                        carry.over()
                        carrying.reset(token)
                    response.request = request
                    response = self._received(client, request, response, call, limit)
                    if call.again is None:
                        return response
                    kind, payload = call.wait_again()
                    if kind == PASS:
                        return response
            except BaseException:
                call.end(ABORTED)
                raise

        return _send_single_request

    def asynchronous(self, original: Any) -> Any:
        """AsyncClient._send_single_request."""
        module = self.module

        async def _send_single_request(client: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
            if not state.active and current.get() is None:
                return await original(client, request, *args, **kwargs)
            url = request.url
            if not _engine.recognise(*_origin(url)[0]) or carried():
                return await original(client, request, *args, **kwargs)
            if not isinstance(request.stream, module.AsyncByteStream):
                return await original(client, request, *args, **kwargs)  # its error, not ours
            call, kind, payload = begin(*_shown(request, await request.aread()), ANYWHERE | HEDGE)
            try:
                if kind == PENDING:
                    kind, payload = await waiting.wait(call)
                if kind == PASS:
                    return await original(client, request, *args, **kwargs)
                while True:
                    if kind == REFUSE:
                        return self._synthetic(client, request, refuse(payload, call))
                    if call.may_hedge:
                        race = hedging.Race(self, original, client, request, args, kwargs)
                        try:
                            response = await race.first_async(call, kind, payload)
                        except Exception as error:
                            self._relate(error, request)
                            if not self._failed(error, call, race.limit):
                                raise
                            kind, payload = await waiting.again(call)
                            if kind == PASS:
                                raise
                            continue
                        call, limit = race.call, race.limit
                        response.request = request
                        response = await self._async_received(client, request, response, call, limit)
                        if call.again is None:
                            return response
                        kind, payload = await waiting.again(call)
                        if kind == PASS:
                            return response
                        continue
                    outgoing = self._outgoing(request, call, kind, payload) if kind >= REWRITE else request
                    limit = None
                    if call.seconds:
                        limit = Limit(call.seconds, outgoing.extensions.get("timeout"))
                        outgoing = self._limited(outgoing, limit)
                    carry = Carry(call)
                    token = carrying.set(carry)
                    try:
                        response = await cutting.attempt(call, original(client, outgoing, *args, **kwargs))
                    except BaseException as error:
                        carry.over()
                        self._relate(error, request)
                        if not self._failed(error, call, limit):
                            raise
                        kind, payload = await waiting.again(call)
                        if kind == PASS:
                            raise
                        continue
                    finally:
                        carry.over()
                        with suppress(ValueError):  # the garbage collector ends it in the context of others
                            carrying.reset(token)
                    response.request = request
                    response = await self._async_received(client, request, response, call, limit)
                    if call.again is None:
                        return response
                    kind, payload = await waiting.again(call)
                    if kind == PASS:
                        return response
            except BaseException:
                call.end(ABORTED)
                raise

        return _send_single_request

    def _relate(self, error: BaseException, request: Any) -> None:
        """An error is one of the request that the client knows: that which was sent may have the key of another host."""
        if isinstance(error, self.module.RequestError):
            error.request = request

    def _failed(self, error: BaseException, call: Call, limit: Optional[Limit]) -> bool:
        """An attempt ended without a response. True: another follows."""
        how = unanswered(error, self.not_sent)
        if call.was_cut(error, how):
            return True
        ours = limit is not None and limit.is_over and isinstance(error, self.module.TimeoutException)
        if ours or (isinstance(error, self.transient) and not hopeless(error)):
            return call.retry(how)
        call.end(how)
        return False

    # Requests.

    def _limited(self, request: Any, limit: Limit) -> Any:
        """The same request with less time."""
        limited = self.module.Request(
            request.method, request.url, headers=request.headers.raw, stream=request.stream, extensions={**request.extensions, "timeout": limit.timeout}
        )
        limited.read()
        return limited

    def _outgoing(self, request: Any, call: Call, kind: int, payload: Optional[bytes]) -> Any:
        """What is sent instead of the request."""
        if kind != REROUTE:
            return self._rewritten(request, payload or b"")
        route = Route(call, payload or b"")
        if route.elsewhere:
            headers: Any = route.headers([(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw])
            extensions = {name: request.extensions[name] for name in ("timeout", "trace") if name in request.extensions}
        else:
            headers, extensions = _following(request.headers.raw, route.body), request.extensions
        rerouted = self.module.Request(request.method, route.url, headers=headers, stream=self.module.ByteStream(route.body), extensions=extensions)
        rerouted.read()
        return rerouted

    def _rewritten(self, request: Any, body: bytes) -> Any:
        """A copy with another body; length follows, chunked stays chunked, content-encoding goes."""
        headers = _following(request.headers.raw, body)
        rewritten = self.module.Request(
            request.method, request.url, headers=headers, stream=self.module.ByteStream(body), extensions=request.extensions
        )
        rewritten.read()
        return rewritten

    # Responses.

    def _synthetic(self, client: Any, request: Any, answer: Synthetic) -> Any:
        """The response of a refusal that may not travel as an exception."""
        from datetime import timedelta

        response = self.module.Response(
            answer.status, headers=answer.headers(), stream=self.replayed(answer.body), request=request,
            extensions={"http_version": b"HTTP/1.1"},
        )
        response.default_encoding = getattr(client, "_default_encoding", "utf-8")
        response.elapsed = timedelta(0)
        return response

    def _received(self, client: Any, request: Any, response: Any, call: Call, limit: Optional[Limit]) -> Any:
        if call.elsewhere:
            _drop(response.headers, *STRIPPED)
        lines, content_type, encoding = response_head(response.headers.raw)
        if hasattr(response, "_content"):
            return approving.now(self._read_already(client, request, response, call, lines, content_type))
        if is_stream(content_type, response.status_code):
            if limit is not None:
                limit.lift()
            return self._streamed(response, call, lines, encoding, self.fed)
        pieces: list[bytes] = []
        error: Optional[BaseException] = None
        try:
            if limit is not None:
                self._check(limit)
            for piece in response.stream:
                pieces.append(piece)
                if limit is not None:
                    self._check(limit)
        except Exception as caught:
            error = caught
        finally:
            response.stream.close()
        return approving.now(self._judged(client, request, response, call, lines, encoding, b"".join(pieces), error))

    async def _async_received(self, client: Any, request: Any, response: Any, call: Call, limit: Optional[Limit]) -> Any:
        if call.elsewhere:
            _drop(response.headers, *STRIPPED)
        lines, content_type, encoding = response_head(response.headers.raw)
        if hasattr(response, "_content"):
            return await approving.later(self._read_already(client, request, response, call, lines, content_type))
        if is_stream(content_type, response.status_code):
            if limit is not None:
                limit.lift()
            return self._streamed(response, call, lines, encoding, self.async_fed)
        pieces: list[bytes] = []
        error: Optional[BaseException] = None
        try:
            if limit is not None:
                self._check(limit)
            await cutting.attempt(call, self._gathered(response.stream, pieces, limit))
        except Exception as caught:
            error = caught
        except BaseException:
            call.end(ABORTED)
            raise
        finally:
            await response.stream.aclose()
        return await approving.later(self._judged(client, request, response, call, lines, encoding, b"".join(pieces), error))

    async def _gathered(self, stream: Any, pieces: list[bytes], limit: Optional[Limit]) -> None:
        async for piece in stream:
            pieces.append(piece)
            if limit is not None:
                self._check(limit)

    def _read_already(
        self, client: Any, request: Any, response: Any, call: Call, lines: bytes, content_type: Optional[bytes]
    ) -> Generator[Any, Any, Any]:
        """A response whose transport has its body already (mocks, caches): httpx hands on the decoded copy it keeps, never the stream.
        If the bytes must differ the reader gets another response, as the transport may give this one to others, too."""
        plain = out = response.content
        if is_stream(content_type, response.status_code):
            call.stream_open(response.status_code, lines)
            feed = Feed(call, None)
            out = feed.feed(plain) + (yield from feed._finishing())
            if feed.blocked is not None:
                return self._synthetic(client, request, feed.blocked)
        else:
            kind, payload = call.response(response.status_code, True, lines, plain)
            if kind == PENDING:
                kind, payload = yield call, payload
            self._ended(response, call, COMPLETE)
            if kind == REFUSE:
                return self._synthetic(client, request, refuse(payload, call))
            if kind == REWRITE:
                out = payload or b""
        if out == plain:
            return response
        headers = _following(response.headers.raw, out)
        fresh = self.module.Response(response.status_code, headers=headers, content=out, request=request, extensions=response.extensions)
        fresh.default_encoding = response.default_encoding
        return fresh

    def _ended(self, response: Any, call: Call, how: int) -> None:
        """A whole answer was shown; one that failed may be followed by another attempt."""
        if response.status_code < (300 if call.elsewhere else 400):
            call.end(how)
        elif not call.retry(how, retry_head(response.headers.raw)) and call.is_last:
            response.headers[NO_RETRY[0]] = NO_RETRY[1]

    def _check(self, limit: Limit) -> None:
        """What is left goes for the next piece; nothing left is a timeout of the client's."""
        if limit.is_over:
            raise self.module.ReadTimeout("the attempt took longer than Iron Cage gives it (attempt_timeout, total_timeout)")
        limit.tighten()

    def _streamed(self, response: Any, call: Call, lines: bytes, encoding: Optional[bytes], wrapper: Any) -> Any:
        call.stream_open(response.status_code, lines)
        feed = Feed(call, encoding)
        if feed.decodes:
            _drop(response.headers, "content-encoding", "content-length")
        response.stream = wrapper(response.stream, feed)
        return response

    def _judged(
        self, client: Any, request: Any, response: Any, call: Call, lines: bytes, encoding: Optional[bytes], raw: bytes,
        error: Optional[BaseException],
    ) -> Generator[Any, Any, Any]:
        """A whole body, shown to the library; the reader gets the very same bytes unless it says otherwise."""
        plain, readable = decode_whole(encoding, raw)
        kind, payload = call.response(response.status_code, readable and error is None, lines, plain)
        if kind == PENDING:
            kind, payload = yield call, payload
        self._ended(response, call, COMPLETE if error is None else CUT)
        if kind == REFUSE:
            return self._synthetic(client, request, refuse(payload, call))
        if kind == REWRITE:
            raw = payload or b""
            _drop(response.headers, "content-encoding")
            if "content-length" in response.headers:
                response.headers["content-length"] = str(len(raw))
        response.stream = self.replayed(raw, error)
        return response



def _shown(request: Any, body: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """Method, URL, headers and body as the library takes them."""
    url = request.url
    return request.method.encode("ascii", "replace"), _origin(url)[1] + url.raw_path, shown_headers(request.headers.raw), body


def _origin(url: Any) -> tuple[tuple[bytes, bytes, Optional[int]], bytes]:
    """((scheme, host, port), scheme and host as a URL begins)."""
    parts = getattr(url, "_uri_reference", None)
    origin: tuple[tuple[bytes, bytes, Optional[int]], bytes] = _origins.of(url, parts.scheme, parts.authority) if parts is not None else _read_origin(url)
    return origin


def _read_origin(url: Any) -> tuple[tuple[bytes, bytes, Optional[int]], bytes]:
    return (url.raw_scheme, url.raw_host, url.port), url.raw_scheme + b"://" + url.netloc


_origins = Origins(_read_origin)


def _following(headers: Iterable[tuple[bytes, bytes]], body: bytes) -> list[tuple[bytes, bytes]]:
    """The headers of another body: the length follows, the encoding goes."""
    return [
        (name, b"%d" % len(body) if name.lower() == b"content-length" else value)
        for name, value in headers
        if name.lower() != b"content-encoding"
    ]


def _drop(headers: Any, *names: str) -> None:
    for name in names:
        if name in headers:
            del headers[name]
