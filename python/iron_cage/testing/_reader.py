"""Requests coming in: HTTP/1.1 off a socket, entity in plain or in chunks."""

from __future__ import annotations

import socket
from typing import Dict, List, Optional, Tuple

MAX_HEAD_BYTES = 64 * 1024
MAX_BODY_BYTES = 256 * 1024 * 1024

_QUICK_ACK: Optional[int] = getattr(socket, "TCP_QUICKACK", None)  # Linux


class BadRequest(Exception):
    """Bytes that are not an HTTP request this server takes. .status, and the reason as message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class ClientLeft(Exception):
    """The client closed its end, or the server is closing."""


class Reader:
    """Reads requests from a connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._buffer = b""

    def read(self) -> Optional[Tuple[str, str, Dict[str, str], bytes, bool]]:
        """Method, path, headers, entity, keep-alive; None at the end of the connection."""
        head = self._until(b"\r\n\r\n", MAX_HEAD_BYTES)
        if head is None:
            return None
        lines = head.decode("latin-1").split("\r\n")
        try:
            method, path, version = lines[0].split(" ")
        except ValueError:
            raise BadRequest(400, "The request line is not HTTP.") from None
        headers: Dict[str, str] = {}
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            if not colon:
                raise BadRequest(400, "A header line has no colon.")
            name, value = name.lower(), value.strip()
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        if headers.get("expect", "").lower() == "100-continue":
            self._connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        wish = headers.get("connection", "").lower()
        keep_alive = "close" not in wish if version != "HTTP/1.0" else "keep-alive" in wish
        return method, path, headers, self._body(headers), keep_alive

    def _body(self, headers: Dict[str, str]) -> bytes:
        if "chunked" in headers.get("transfer-encoding", "").lower():
            return self._chunks()
        length = headers.get("content-length", "0")
        if not length.isdigit():
            raise BadRequest(400, "content-length is not a number.")
        return self._exactly(int(length))

    def _chunks(self) -> bytes:
        parts: List[bytes] = []
        total = 0
        while True:
            line = self._until(b"\r\n", 1024) or b""
            try:
                size = int(line.split(b";")[0], 16)
            except ValueError:
                raise BadRequest(400, "A chunk has no size.") from None
            total += size
            if total > MAX_BODY_BYTES:
                raise BadRequest(413, "The body is too large.")
            if size == 0:
                while self._until(b"\r\n", MAX_HEAD_BYTES):
                    pass
                return b"".join(parts)
            parts.append(self._exactly(size + 2)[:-2])

    def _until(self, end: bytes, limit: int) -> Optional[bytes]:
        start = 0
        while True:
            found = self._buffer.find(end, start)
            if found >= 0:
                taken, self._buffer = self._buffer[:found], self._buffer[found + len(end) :]
                return taken
            if len(self._buffer) > limit:
                raise BadRequest(431, "The head is too large.")
            start = max(0, len(self._buffer) - len(end) + 1)
            data = self._connection.recv(65536)
            if not data:
                return None
            self._buffer += data

    def _exactly(self, size: int) -> bytes:
        if size > MAX_BODY_BYTES:
            raise BadRequest(413, "The body is too large.")
        parts, have = [self._buffer], len(self._buffer)
        if have < size and _QUICK_ACK is not None:
            # A client that writes head and body apart without TCP_NODELAY waits for this acknowledgement, which the kernel delays by 40 ms.
            self._connection.setsockopt(socket.IPPROTO_TCP, _QUICK_ACK, 1)
        while have < size:
            data = self._connection.recv(min(1 << 20, size - have))
            if not data:
                raise ClientLeft
            parts.append(data)
            have += len(data)
        everything = b"".join(parts) if len(parts) > 1 else self._buffer
        self._buffer = everything[size:]
        return everything[:size]
