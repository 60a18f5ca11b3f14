"""The lender's side: carries out what borrowers ask of the library, each within what is theirs."""
from __future__ import annotations

import os
import socket
import struct
import sys
import threading
from contextvars import Context
from time import sleep

from iron_cage import _abi, _engine, _native
from iron_cage._lending import errand, wire
from iron_cage._lending.borrower import Borrower, Loan
from iron_cage._lending.handshake import GONE, Handshake, address, challenge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

    from iron_cage._runs import Run

#: So many runs that have ended stay lent, for children that have not connected yet.
ENDED_KEPT = 256
#: How long a stranger may take to prove that it is none, in seconds.
PATIENCE = 10.0


class Lender:
    """A socket of this process, and the runs that are lent there."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._loans: dict[str, Loan] = {}
        self._borrowers: dict[tuple[str, str], Borrower] = {}
        self._sockets: set[socket.socket] = set()
        self._directory: Optional[str] = None
        self.closed = False
        self.address = ""
        if not hasattr(socket, "AF_UNIX"):
            return
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            listening.bind(address(self._new_address()))
            listening.listen(128)
        except OSError:
            listening.close()
            self.address = ""  # what is started in a run is refused its LLM calls
            return
        self._sockets.add(listening)
        Context().run(threading.Thread(target=self._accept, args=(listening,), name="iron-cage-lender", daemon=True).start)
        _engine.before_exit.append(self.close)

    def _new_address(self) -> str:
        name = "iron-cage-" + os.urandom(16).hex()
        if sys.platform == "linux":
            self.address = "@" + name
        else:
            from tempfile import mkdtemp

            self._directory = mkdtemp(prefix="iron-cage-")  # 0700
            self.address = os.path.join(self._directory, "run")
        return self.address

    def lend(self, handle: int, run: Optional[Run]) -> str:
        """The handshake for a run."""
        if not self.address:
            return str(GONE)
        handshake = Handshake.new(self.address)
        with self._lock:
            if len(self._loans) >= ENDED_KEPT:
                used = {borrower.loan.handshake.loan for borrower in self._borrowers.values()}
                ended = [loan for loan, lent in self._loans.items() if loan not in used and lent.run is not None and lent.run.closed]
                for loan in ended[:max(0, len(ended) - ENDED_KEPT // 2)]:
                    del self._loans[loan]
            self._loans[handshake.loan] = Loan(handshake, handle, run)
        return str(handshake)

    def close(self) -> None:
        """No more: what borrowers have under way is ended. Idempotent."""
        self.closed = True
        for connection in list(self._sockets):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        with self._lock:
            for borrower in list(self._borrowers.values()):
                for process in list(borrower.alive):
                    self._died(borrower, process)
        self._remove_directory()

    def abandon(self) -> None:
        """In a forked child: none of this is ours."""
        for connection in self._sockets:
            connection.close()

    def _remove_directory(self) -> None:
        if self._directory is not None:
            from shutil import rmtree

            rmtree(self._directory, ignore_errors=True)

    # Connections.

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                if self.closed:
                    listening.close()
                    return
                sleep(0.05)  # no descriptor is left for it now
                continue
            self._sockets.add(connection)
            try:
                threading.Thread(target=self._serve, args=(connection,), name="iron-cage-lender", daemon=True).start()
            except RuntimeError:  # no thread is left for it: it is refused
                self._sockets.discard(connection)
                connection.close()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection:
                found = self._known(connection)
                if found is None:
                    return
                borrower, process, lives = found
                if lives:
                    self._live(connection, borrower, process)
                    return
                name, opened = "", 0
                try:
                    while True:
                        (name, numbers, sizes), blob = wire.receive(connection)
                        opened = 0
                        if name == wire.LEND:
                            answer, data = self._lent_on(borrower, numbers[0])
                        elif name == wire.HOSTS:
                            answer, data = [_abi.OK], _engine.named_hosts().encode()
                        else:
                            answer, data = errand.carried_out(borrower, process, name, numbers, wire.split(blob, sizes))
                        opened = errand.opened(name, answer)
                        wire.send(connection, answer, data)
                finally:
                    # Nobody knows of a call whose answer did not get through (Ctrl-C): it costs its hold. Of a process that has died meanwhile nothing stays.
                    if opened and (name in errand.OPENING or process not in borrower.alive):
                        self._free(borrower, opened)
        except (OSError, ValueError):
            pass  # gone, or no borrower of ours
        finally:
            self._sockets.discard(connection)

    def _known(self, connection: socket.socket) -> Optional[tuple[Borrower, int, bool]]:
        connection.settimeout(PATIENCE)
        process, user = _peer(connection)
        if user is not None and os.geteuid() not in (0, user):
            return None
        ours = challenge()
        wire.send(connection, [], ours)
        (name, nonce, said, header, purpose), blob = wire.receive(connection, wire.HELLO)
        theirs, proof = blob[:len(ours)], blob[len(ours):]
        loan = self._loans.get(name)
        from hmac import compare_digest

        if loan is None or not compare_digest(proof, loan.handshake.proof(b"borrower", ours + theirs)):
            wire.send(connection, ["the run that this process was started in ended long ago, and is lent no more: its LLM calls are refused"])
            return None
        if header != _abi.HEADER_SHA256:
            wire.send(connection, ["this process has another version of iron_cage than the one whose run it goes on with: its LLM calls are refused"])
            return None
        process, lives = process or int(said), purpose == "life"
        with self._lock:
            borrower = self._borrowers.setdefault((name, str(nonce)), Borrower(loan))
            if lives:
                borrower.alive.add(process)
        try:
            wire.send(connection, [None], loan.handshake.proof(b"lender", theirs + ours))
        except OSError:
            if lives:
                with self._lock:
                    self._died(borrower, process)
            raise
        connection.settimeout(None)
        return borrower, process, lives

    def _live(self, connection: socket.socket, borrower: Borrower, process: int) -> None:
        """Until the process ends."""
        try:
            while connection.recv(1):
                pass
        except OSError:
            pass
        with self._lock:
            self._died(borrower, process)

    def _lent_on(self, borrower: Borrower, run: int) -> tuple[list[Any], bytes]:
        if not borrower.may_use(run):
            return errand.stranger()
        return [_abi.OK], self.lend(run, borrower.loan.run).encode()

    def _died(self, borrower: Borrower, process: int) -> None:
        borrower.alive.discard(process)
        if not borrower.alive:
            self._borrowers = {key: each for key, each in self._borrowers.items() if each is not borrower}
        left = [(_ORDER[free], handle) for handle, (free, by) in list(borrower.own.items()) if by == process or not borrower.alive]
        for _, handle in sorted(left):
            self._free(borrower, handle)

    def _free(self, borrower: Borrower, handle: int) -> None:
        free, _ = borrower.own.pop(handle, (None, 0))
        _engine.elsewhere.pop(handle, None)
        if free == "ironcage_call_end":
            _native.release(free, handle, _abi.END_CANCELLED)
        elif free is not None:
            _native.release(free, handle)


#: What goes first when a process has died.
_ORDER = {"ironcage_call_end": 0, "ironcage_hold_free": 1, "ironcage_run_free": 2, "ironcage_protection_free": 3, "ironcage_budget_free": 4}


def _peer(connection: socket.socket) -> tuple[int, Optional[int]]:
    """(process, user) of the other side, (0, None) where the system does not tell."""
    if not hasattr(socket, "SO_PEERCRED"):
        return 0, None
    process, user, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")))
    return process, user
