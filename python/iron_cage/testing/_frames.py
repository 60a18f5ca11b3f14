"""Messages of application/vnd.amazon.eventstream, the binary form in which Bedrock streams."""

from __future__ import annotations

import struct
import zlib
from typing import Iterator, Mapping, Tuple

EVENT_STREAM_TYPE = "application/vnd.amazon.eventstream"


def frame(headers: Mapping[str, str], payload: bytes) -> bytes:
    """One message: lengths, checksum of these, headers that are strings, payload, checksum of all."""
    head = b"".join(
        struct.pack(">B", len(name)) + name.encode() + struct.pack(">BH", 7, len(value.encode())) + value.encode() for name, value in headers.items()
    )
    prelude = struct.pack(">II", 16 + len(head) + len(payload), len(head))
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + head + payload
    return message + struct.pack(">I", zlib.crc32(message))


def event(kind: str, payload: bytes) -> bytes:
    """An event of the service."""
    return frame({":event-type": kind, ":content-type": "application/json", ":message-type": "event"}, payload)


def exception(kind: str, payload: bytes) -> bytes:
    """An error of the service inside a stream."""
    return frame({":exception-type": kind, ":content-type": "application/json", ":message-type": "exception"}, payload)


def messages(stream: bytes) -> Iterator[Tuple[Mapping[str, str], bytes]]:
    """(headers, payload) of each whole message; ValueError for a checksum that is wrong."""
    while len(stream) >= 16:
        length, head = struct.unpack_from(">II", stream)
        if struct.unpack_from(">I", stream, 8)[0] != zlib.crc32(stream[:8]):
            raise ValueError("the checksum of a prelude is wrong")
        if len(stream) < length:
            return
        if struct.unpack_from(">I", stream, length - 4)[0] != zlib.crc32(stream[: length - 4]):
            raise ValueError("the checksum of a message is wrong")
        headers, at = {}, 12
        while at < 12 + head:
            named = stream[at]
            name = stream[at + 1 : at + 1 + named].decode()
            kind, size = struct.unpack_from(">BH", stream, at + 1 + named)
            if kind != 7:
                raise ValueError("a header is no string")
            at += 4 + named
            headers[name] = stream[at : at + size].decode()
            at += size
        yield headers, stream[12 + head : length - 4]
        stream = stream[length:]
