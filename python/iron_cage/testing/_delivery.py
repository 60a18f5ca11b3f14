"""Answers going out: one answer sent with its delays, cuts and faults."""

from __future__ import annotations

import os
import socket
import struct
import time
from typing import Callable, List

from ._answer import Answer
from ._reader import ClientLeft
from ._request import Request

Record = Callable[["Delivery", bool], None]
"""The delivery, and whether it is complete."""

_RESET_ON_CLOSE = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


class Delivery:
    """Sends one answer, with its delays and faults."""

    def __init__(self, connection: socket.socket, request: Request, answer: Answer, keep_alive: bool, record: Record) -> None:
        self.request = request
        self.answer = answer
        self.status = 0
        """What the client was told; 0 while no head has been sent."""
        self.arrived = time.time()
        """Unix seconds."""
        self.amended = False
        """Recorded as complete, but writing the last bytes failed."""
        self._began = time.perf_counter()
        self._connection = connection
        self._keep_alive = keep_alive
        self._record = record
        self._written: List[bytes] = []
        self._done = False

    @property
    def body(self) -> bytes:
        """The entity as far as it has been written."""
        return self._written[0] if len(self._written) == 1 else b"".join(self._written)

    def run(self) -> None:
        """Sends the answer; raises ClientLeft or OSError when the connection is over. The exchange is recorded in any case."""
        reply = self.answer.reply
        try:
            if reply.delay:
                self._pause(reply.delay)
            if reply.reset == "before":
                self._reset()
            if reply.hang is not None and reply.cut_after is None and reply.reset_after is None:
                self._pause(reply.hang)
                raise ClientLeft
            self._send()
        finally:
            if not self._done:
                self._finish(False)

    def _send(self) -> None:
        answer, reply = self.answer, self.answer.reply
        close = reply.close or not self._keep_alive
        pending = answer.head(self.request.id, time.perf_counter() - self._began, close)
        stop = reply.reset_after if reply.cut_after is None else reply.cut_after
        if self.request.method == "HEAD":
            answer.pieces = []
        pieces = [piece for piece in answer.pieces if piece]
        last = len(pieces) - 1
        sent = 0
        for position, piece in enumerate(pieces):
            if position and reply.chunk_delay:
                self._pause(reply.chunk_delay)
            ends = stop is not None and sent + len(piece) >= stop
            if ends and stop is not None:
                piece = piece[: stop - sent]
            sent += len(piece)
            pending += b"%x\r\n%b\r\n" % (len(piece), piece) if answer.chunked and piece else piece
            self._written.append(piece)
            self.status = answer.status
            if ends:
                self._break_off(pending)
            if position == last:
                break
            try:
                self._connection.sendall(pending)
            except OSError:
                self._written.pop()
                raise
            pending = b""
        if answer.chunked and self.request.method != "HEAD":
            pending += b"0\r\n\r\n"
        self.status = answer.status
        # Recorded before the last bytes go out: who has read the answer finds it in the log.
        self._finish(True)
        try:
            self._connection.sendall(pending)
        except OSError:
            self.amended = True
            self._finish(False)
            raise

    def _break_off(self, pending: bytes) -> None:
        reply = self.answer.reply
        if not reply.hang:
            self._finish(False)
        self._connection.sendall(pending)
        if reply.hang:
            self._pause(reply.hang)
        if reply.cut_after is None:
            self._reset()
        raise ClientLeft

    def _reset(self) -> None:
        if not self._done:
            self._finish(False)
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self._connection.close()
        raise ClientLeft

    def _pause(self, seconds: float) -> None:
        """Waits; raises ClientLeft as soon as the client closes its end or the server closes."""
        deadline = time.monotonic() + seconds
        try:
            while True:
                left = deadline - time.monotonic()
                if left <= 0:
                    return
                self._connection.settimeout(left)
                try:
                    if not self._connection.recv(1, socket.MSG_PEEK):
                        raise ClientLeft
                except socket.timeout:
                    return
                time.sleep(min(0.02, left))  # a pipelined request is waiting
        finally:
            self._connection.settimeout(None)

    def _finish(self, complete: bool) -> None:
        self._done = True
        self._record(self, complete)
