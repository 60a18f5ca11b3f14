"""The connections of a borrower to the process that lends to it."""
from __future__ import annotations

import os
import socket
import threading

from iron_cage import _abi
from iron_cage._lending import wire
from iron_cage._lending.handshake import VARIABLE, Handshake, address, challenge
from iron_cage.errors import StateError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

#: Seconds for the lender to answer at the handshake; it answers at once unless it is stopped.
PATIENCE = 10.0
_ENDED = (
    "the process whose run this one goes on with cannot be reached: it has ended, was replaced by exec, or has no Unix sockets. LLM calls of its sub-processes are refused; "
    f"start this program outside of the run, or without {VARIABLE} in its environment"
)


class Link:
    """The connections to the lender: one that tells it by its end that this process has ended, and as many as are needed at a time."""

    def __init__(self, handshake: Optional[Handshake]) -> None:
        self._handshake = handshake
        #: The same for this process and those that are forked from it.
        self._nonce = os.urandom(8).hex()
        self._lock = threading.RLock()  # the garbage collector may give a handle back anywhere
        self._idle: list[socket.socket] = []
        self._life: Optional[socket.socket] = None
        self._sockets: list[socket.socket] = []
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._after_fork)

    @property
    def is_gone(self) -> bool:
        """There never was a lender: the process that had the run was replaced by this one."""
        return self._handshake is not None and not self._handshake.address

    def ask(self, head: list[Any], blob: bytes) -> tuple[list[Any], bytes]:
        """One question, one answer. StateError: there is nobody."""
        try:
            connection = self._taken()
        except OSError:
            raise StateError(_ENDED) from None
        try:
            wire.send(connection, head, blob)
            answer = wire.receive(connection)
        except OSError:
            connection.close()
            raise StateError(_ENDED) from None
        except BaseException:  # Ctrl-C: the answer, when it comes, must not be taken for that to another question
            connection.close()
            raise
        self._idle.append(connection)
        return answer

    def _taken(self) -> socket.socket:
        with self._lock:
            if self._life is None:
                self._life = self._connected("life")
        try:
            return self._idle.pop()
        except IndexError:
            return self._connected("work")

    def _connected(self, purpose: str) -> socket.socket:
        handshake = self._handshake
        if handshake is None:
            Handshake.parse("")  # says so
            raise AssertionError
        if not handshake.address or not hasattr(socket, "AF_UNIX"):
            raise ConnectionError
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(PATIENCE)
            connection.connect(address(handshake.address))
            theirs = wire.receive(connection, wire.HELLO)[1]
            ours = challenge()
            wire.send(connection, [handshake.loan, self._nonce, os.getpid(), _abi.HEADER_SHA256, purpose], ours + handshake.proof(b"borrower", theirs + ours))
            (problem, *_), proof = wire.receive(connection, wire.HELLO)
            if problem:
                raise StateError(str(problem))
            from hmac import compare_digest

            if not compare_digest(proof, handshake.proof(b"lender", ours + theirs)):
                raise StateError(_ENDED)  # somebody else has the address now
            connection.settimeout(None)
        except BaseException:
            connection.close()
            raise
        self._sockets.append(connection)
        return connection

    def _after_fork(self) -> None:
        self._lock = threading.RLock()
        for connection in self._sockets:
            connection.close()  # the parent's
        self._sockets, self._idle, self._life = [], [], None
