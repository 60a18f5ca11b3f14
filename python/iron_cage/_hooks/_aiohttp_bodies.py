"""Bodies of aiohttp's responses: readers that stand in the place of its own, and read as it does. Imported with the hook, so only where aiohttp is."""
from __future__ import annotations

import weakref

from aiohttp import client_exceptions, streams

from iron_cage._hooks import cutting
from iron_cage._hooks.common import Feed
from iron_cage._hooks.decoding import DecodeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

#: What a reader keeps where nobody says: aiohttp's own default.
PIECE = 1 << 16

_Reader: Any = streams.StreamReader


class _NoProtocol:
    """What a reader asks of its connection, where the bytes are here already."""

    _reading_paused = False
    connected = True

    def pause_reading(self, *args: Any, **kwargs: Any) -> None:
        """There is nothing to read."""

    def resume_reading(self, *args: Any, **kwargs: Any) -> None:
        """There is nothing to read."""


_NO_PROTOCOL = _NoProtocol()


class Held(_Reader):  # type: ignore[misc]
    """A body that is here already, then the error that ended it, if one did."""

    def __init__(self, data: bytes, error: Optional[BaseException], loop: Any, like: Any = None) -> None:
        super().__init__(_NO_PROTOCOL, _limit(like), loop=loop)
        self._error = error
        if data:
            _hand(self, like, data)
        if error is None:
            self.feed_eof()

    async def _wait(self, func_name: str) -> None:
        if self._error is not None:
            raise self._error


class Fed(_Reader):  # type: ignore[misc]
    """A streamed body on its way through the library: takes from the real one what its reader has no more of."""

    def __init__(self, inner: Any, feed: Feed, loop: Any, close: Any) -> None:
        super().__init__(_NO_PROTOCOL, _limit(inner), loop=loop)
        self._inner = inner
        self._close = close
        self._pulling = False
        self._feed = feed
        self._error: Optional[BaseException] = None
        weakref.finalize(self, feed.abort).atexit = False

    async def _wait(self, func_name: str) -> None:
        if self._error is not None:
            raise self._error
        if self._pulling:
            raise RuntimeError(f"{func_name}() called while another coroutine is already waiting for incoming data")
        self._pulling = True
        try:
            await self._pull()
        finally:
            self._pulling = False

    async def _pull(self) -> None:
        feed = self._feed
        while True:
            feed.waits()
            try:
                piece = await cutting.attempt(feed.call, self._next())
            except Exception as error:
                tail = feed.cut(error)
                if feed.blocked is not None:
                    self.feed_eof()
                    self._close()
                    return
                if not tail:
                    raise
                self._error = error  # after what came before it
                _hand(self, self._inner, tail)
                return
            except BaseException:  # cancelled: nobody waits any more
                feed.yields()
                raise
            if not piece:
                _hand(self, self._inner, await feed.finish_async())
                self.feed_eof()
                return
            try:
                out = feed.feed(piece)
            except DecodeError as error:
                raise client_exceptions.ClientPayloadError(f"Can not decode content-encoding: {error}") from None
            except BaseException:  # a refusal: the provider may stop
                self._close()
                raise
            if out:
                feed.yields()
                _hand(self, self._inner, out)
            if feed.blocked is not None:
                self.feed_eof()
                self._close()
            if out or feed.blocked is not None:
                return

    async def _next(self) -> Any:
        """What came, chunk by chunk where the connection tells them; nothing at the end."""
        if getattr(self._inner, "_http_chunk_splits", None) is None:
            return await self._inner.readany()
        while True:
            piece, ends = await self._inner.readchunk()
            if piece or not ends:
                return piece

    async def wait_eof(self) -> None:
        """Until everything has come."""
        while not self._eof:
            await self._wait("wait_eof")

    def set_exception(self, *args: Any) -> None:
        """The response was closed, or left."""
        self._feed.abort()
        super().set_exception(*args)


def _limit(like: Any) -> int:
    """How much a reader of the session keeps before it slows the connection down: also its longest line."""
    return int(getattr(like, "_low_water", None) or PIECE)


def _hand(to: Any, like: Any, data: bytes) -> None:
    """Gives bytes to a reader: as a chunk of its own, if those of the connection are told."""
    chunked = data and getattr(like, "_http_chunk_splits", None) is not None
    if chunked and to._http_chunk_splits is None:
        to.begin_http_chunk_receiving()
    if data:
        to.feed_data(data)
    if chunked:
        to.end_http_chunk_receiving()
