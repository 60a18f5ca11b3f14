"""Undoes content-encodings on a copy, so that the library reads plain text while the client gets its own bytes."""
from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

MAX_LINKS = 5


class DecodeError(Exception):
    """The data are not in the encoding they claim."""


class _Gzip:
    """gzip, with several members; garbage behind a member is ignored, as clients do."""

    def __init__(self) -> None:
        import zlib

        self._zlib = zlib
        self._decoder = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self._members = 0
        self._over = False

    def decode(self, data: bytes) -> bytes:
        out = b""
        while data and not self._over:
            try:
                out += self._decoder.decompress(data)
            except self._zlib.error as error:
                if self._members:
                    self._over = True
                    break
                raise DecodeError(str(error)) from None
            data = self._decoder.unused_data
            if self._decoder.eof:
                self._members += 1
                self._decoder = self._zlib.decompressobj(16 + self._zlib.MAX_WBITS)
        return out

    def flush(self) -> bytes:
        return b"" if self._over else self._decoder.flush()


class _Deflate:
    """zlib, or raw deflate, which some servers send under the same name."""

    def __init__(self) -> None:
        import zlib

        self._zlib = zlib
        self._decoder = zlib.decompressobj()
        self._seen = b""
        self._decided = False

    def decode(self, data: bytes) -> bytes:
        try:
            out = self._decoder.decompress(data)
            if out:
                self._decided, self._seen = True, b""
            elif not self._decided:
                self._seen += data
            return out
        except self._zlib.error as error:
            if self._decided:
                raise DecodeError(str(error)) from None
            self._decided = True
            self._decoder = self._zlib.decompressobj(-self._zlib.MAX_WBITS)
            try:
                return self._decoder.decompress(self._seen + data)
            except self._zlib.error:
                raise DecodeError(str(error)) from None

    def flush(self) -> bytes:
        return self._decoder.flush()


class _Brotli:
    def __init__(self) -> None:
        try:
            import brotlicffi as brotli
        except ImportError:
            import brotli
        self._error = brotli.error
        decoder = brotli.Decompressor()
        self._decode = getattr(decoder, "decompress", None) or decoder.process

    def decode(self, data: bytes) -> bytes:
        try:
            return bytes(self._decode(data)) if data else b""
        except self._error as error:
            raise DecodeError(str(error)) from None

    def flush(self) -> bytes:
        return b""


def _zstd() -> Any:
    """Whichever a client may have: Python's own (3.14), its backport (urllib3 2.7), zstandard (httpx, older urllib3)."""
    try:
        from compression import zstd
    except ImportError:
        try:
            from backports import zstd
        except ImportError:
            import zstandard as zstd
    return zstd


class _Zstd:
    def __init__(self) -> None:
        zstd = _zstd()
        self._error = zstd.ZstdError
        # zstandard's decompressor itself keeps no state between pieces
        self._new: Any = zstd.ZstdDecompressor().decompressobj if zstd.__name__ == "zstandard" else zstd.ZstdDecompressor
        self._decoder = self._new()

    def decode(self, data: bytes) -> bytes:
        out = b""
        try:
            while data:
                if getattr(self._decoder, "eof", False):
                    self._decoder = self._new()
                out += self._decoder.decompress(data)
                data = self._decoder.unused_data
            return out
        except self._error as error:
            raise DecodeError(str(error)) from None

    def flush(self) -> bytes:
        return b""


class _Chain:
    def __init__(self, decoders: list[Any]) -> None:
        self._decoders = decoders  # in the order of undoing

    def decode(self, data: bytes) -> bytes:
        for decoder in self._decoders:
            data = decoder.decode(data)
        return data

    def flush(self) -> bytes:
        data = b""
        for decoder in self._decoders:
            data = decoder.decode(data) + decoder.flush() if data else decoder.flush()
        return data


_DECODERS = {b"gzip": _Gzip, b"x-gzip": _Gzip, b"deflate": _Deflate, b"br": _Brotli, b"zstd": _Zstd}


def codings(encoding: Optional[bytes]) -> list[bytes]:
    """The names in a content-encoding header, identity left out."""
    return [name for name in (part.strip().lower() for part in (encoding or b"").split(b",")) if name and name != b"identity"]


def decoder_for(encoding: Optional[bytes]) -> Any:
    """A decoder, or None when there is nothing to undo or nothing here can."""
    names = codings(encoding)
    if not names or len(names) > MAX_LINKS or any(name not in _DECODERS for name in names):
        return None
    try:
        return _Chain([_DECODERS[name]() for name in reversed(names)])
    except ImportError:
        return None


def undecodable(encoding: Optional[bytes]) -> bool:
    """Whether there is an encoding that nothing here can undo."""
    return bool(codings(encoding)) and decoder_for(encoding) is None


def decode_whole(encoding: Optional[bytes], data: bytes) -> tuple[bytes, bool]:
    """The plain bytes, and whether they are whole: (b"", False) where the encoding is damaged. Nothing of what is undecodable."""
    if not codings(encoding):
        return data, True
    decoder = decoder_for(encoding)
    if decoder is None:
        return b"", True
    try:
        return decoder.decode(data) + decoder.flush(), True
    except DecodeError:
        return b"", False
