"""Bodies of http.client responses at the level of the wire, so that whoever reads the response later reads it as if it came just now.

http.client.HTTPResponse reads everything through its ``fp``. What is put there instead speaks the same framing (chunked or not), so
urllib3 1.26 and 2.x, requests and http.client itself need not know.
"""
from __future__ import annotations

import io
import weakref
from http.client import IncompleteRead

from iron_cage._hooks.common import Feed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional

PIECE = 65536
_MAX_LINE = 65537


class Reader:
    """Reads the body of one response from the real fp: payload pieces as they arrive, and, for a replay, the wire bytes."""

    def __init__(self, fp: Any, chunked: bool, length: Optional[int], record: bool) -> None:
        self._fp = fp
        self._chunked = chunked
        self._left: Optional[int] = None if chunked else length
        self._over = not chunked and length == 0
        self._record = record
        self.wire: list[bytes] = []
        self.trailer = b"\r\n"
        #: Whether the body was received to its end.
        self.complete = self._over

    @property
    def missing(self) -> int:
        """Bytes that were announced and did not come."""
        return self._left or 0

    def piece(self) -> bytes:
        """The next bytes of the body; b"" at its end, whether or not it is complete. Raises what the socket raises."""
        if self._over:
            return b""
        if self._chunked and self._left is None and not self._next_chunk():
            return b""
        data = self._fp.read1(PIECE if self._left is None else min(PIECE, self._left))
        if self._record:
            self.wire.append(data)
        if not data:
            self._over = True
            self.complete = self._left is None
            return b""
        if self._left is not None:
            self._left -= len(data)
            if self._left == 0:
                if self._chunked:
                    self._left = None
                    self._line(3)
                else:
                    self._over = self.complete = True
        return bytes(data)

    def _next_chunk(self) -> bool:
        line = self._line(_MAX_LINE)
        try:
            self._left = int(line.split(b";", 1)[0], 16)
            if self._left < 0:
                raise ValueError
        except ValueError:
            self._left = None
            self._over = True  # cut, or not chunked at all: the reader will find the same
            return False
        if self._left:
            return True
        self._over = self.complete = True
        trailer = b""
        while True:
            line = self._line(_MAX_LINE)
            trailer += line
            if line in (b"\r\n", b"\n", b""):
                break
        self.trailer = trailer
        return False

    def _line(self, limit: int) -> bytes:
        line: bytes = self._fp.readline(limit)
        if self._record:
            self.wire.append(line)
        return line


class _File:
    """The file protocol that http.client and urllib3 use on fp, over a buffer that refill() extends."""

    def __init__(self, fp: Any) -> None:
        self._fp = fp
        self._buffer = b""
        self._at = 0
        self._error: Optional[BaseException] = None
        self.closed = False

    def _refill(self) -> bool:
        """Adds to the buffer; False at the end. May raise."""
        if self._error is not None:
            raise self._error
        return False

    #: Whether read(n) waits for n bytes, as over a framing that announces them, or gives what is there.
    _exact = True

    def _available(self) -> int:
        return len(self._buffer) - self._at

    def _append(self, data: bytes) -> None:
        self._buffer = self._buffer[self._at:] + data
        self._at = 0

    def _take(self, size: int) -> bytes:
        data = self._buffer[self._at:self._at + size]
        self._at += len(data)
        return data

    def read(self, size: Optional[int] = -1) -> bytes:
        """As of a buffered reader."""
        if size is None or size < 0:
            return self._read_all()
        while self._available() < size:
            if self._available() and not self._exact:
                break
            if not self._refill():
                break
        return self._take(size)

    def _read_all(self) -> bytes:
        pieces = [self._take(self._available())]  # joined once: a buffer that grows piece by piece is copied as often
        try:
            while self._refill():
                pieces.append(self._take(self._available()))
        except BaseException:
            self._buffer, self._at = b"".join(pieces), 0
            raise
        return b"".join(pieces)

    def read1(self, size: int = -1) -> bytes:
        """At most one wait."""
        if not self._available():
            self._fill_one()
        return self._take(self._available() if size < 0 else size)

    def peek(self, size: int = 0) -> bytes:
        """What is there, without taking it."""
        if not self._available():
            self._fill_one()
        return self._buffer[self._at:]

    def readinto(self, target: Any) -> int:
        """As of a buffered reader."""
        data = self.read(len(target))
        target[:len(data)] = data
        return len(data)

    def readinto1(self, target: Any) -> int:
        """At most one wait."""
        data = self.read1(len(target))
        target[:len(data)] = data
        return len(data)

    def readline(self, limit: int = -1) -> bytes:
        """Up to and with LF."""
        while True:
            end = self._buffer.find(b"\n", self._at)
            if end >= 0:
                size = end + 1 - self._at
                break
            if 0 <= limit <= self._available() or not self._refill():
                size = self._available()
                break
        return self._take(size if limit < 0 else min(size, limit))

    def _fill_one(self) -> None:
        while not self._available():
            if not self._refill():
                break

    def readable(self) -> bool:
        """True."""
        return True

    def flush(self) -> None:
        """Nothing to do."""

    def fileno(self) -> int:
        """Of the real one."""
        return int(self._fp.fileno())

    def close(self) -> None:
        """Closes the real one."""
        self.closed = True
        self._fp.close()


class Replay(_File):
    """Wire bytes that were read already, then the error that ended the reading, if one did."""

    def __init__(self, fp: Any, wire: bytes, error: Optional[BaseException]) -> None:
        super().__init__(fp)
        self._buffer = wire
        self._error = error


class Stream(_File):
    """A streamed body on its way through the library, in the framing of the response."""

    def __init__(
        self, fp: Any, reader: Reader, feed: Feed, chunked: bool, fail_short: bool, decode_error: Callable[[str], Exception],
        drop: Callable[[], None],
    ) -> None:
        super().__init__(fp)
        self._reader = reader
        self._feed = feed
        self._chunked = chunked
        self._exact = chunked
        self._fail_short = fail_short
        self._decode_error = decode_error
        self._drop = drop
        self._over = False
        weakref.finalize(self, feed.abort).atexit = False

    def _refill(self) -> bool:
        from iron_cage._hooks.decoding import DecodeError

        if self._over:
            if self._error is not None:
                error, self._error = self._error, None
                raise error
            return False
        self._feed.waits()
        try:
            piece = self._reader.piece()
        except Exception as error:
            self._over = True
            self._error = error
            self._emit(self._feed.cut(error))
            if self._feed.blocked is not None:
                self._error = None
                self._end()
            return True
        except BaseException:
            self._feed.abort()
            raise
        self._feed.yields()
        if piece:
            try:
                out = self._feed.feed(piece)
            except DecodeError as error:
                raise self._decode_error(str(error)) from None
            self._emit(out)
            if self._feed.blocked is not None:
                self._drop()  # what is unread in the socket must not be taken for the next response
                self._end()
            return True
        if self._reader.complete:
            self._emit(self._feed.finish())
            self._end()
        else:
            self._over = True
            self._emit(self._feed.cut(EOFError()))
            if self._feed.blocked is not None:
                self._end()
                return True
            if self._fail_short and self._reader.missing and not self._chunked:
                self._error = IncompleteRead(b"", self._reader.missing)
        return True

    def _emit(self, data: bytes) -> None:
        if data:
            self._append(b"%x\r\n%b\r\n" % (len(data), data) if self._chunked else data)

    def _end(self) -> None:
        self._over = True
        if self._chunked:
            self._append(b"0\r\n" + self._reader.trailer)

    def close(self) -> None:
        """Closing before the end aborts the call."""
        self._feed.abort()
        super().close()


def whole(response: Any, check: Optional[Callable[[], None]]) -> tuple[bytes, bytes, bool, Optional[BaseException]]:
    """Reads the body of an http.client response to its end: (payload, wire bytes, complete, error).

    :param check: called before each piece; what it raises ends the reading
    """
    reader = Reader(response.fp, bool(response.chunked), response.length, record=True)
    pieces: list[bytes] = []
    error: Optional[BaseException] = None
    try:
        while True:
            if check is not None:
                check()
            piece = reader.piece()
            if not piece:
                break
            pieces.append(piece)
    except Exception as caught:
        error = caught
    return b"".join(pieces), b"".join(reader.wire), reader.complete and error is None, error


def framed(body: bytes, chunked: bool) -> bytes:
    """A body as it stands on the wire."""
    if not chunked:
        return body
    return (b"%x\r\n%b\r\n" % (len(body), body) if body else b"") + b"0\r\n\r\n"


class _Socket:
    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self._data)


def synthetic(response_class: Any, method: str, status: int, headers: list[tuple[str, str]], body: bytes) -> Any:
    """An http.client response that nobody sent."""
    from http.client import responses

    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    data = f"HTTP/1.1 {status} {responses.get(status, 'Refused')}\r\n{head}\r\n".encode("iso-8859-1", "replace") + body
    response = response_class(_Socket(data), method=method)
    response.begin()
    return response
