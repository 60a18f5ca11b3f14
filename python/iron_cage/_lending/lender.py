"""The lender's side: carries out what borrowers ask of the library, each within what is theirs."""
from __future__ import annotations

import os
import socket
import struct
import sys
import threading
from collections import deque
from contextvars import Context
from json import dumps

from iron_cage import _abi, _engine, _native
from iron_cage._lending import wire
from iron_cage._lending.borrowed import address
from iron_cage._lending.handshake import GONE, Handshake, challenge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Mapping, Optional

    from iron_cage._runs import Run

ffi = _abi.ffi

#: A wait in the library is cut into pieces of this many milliseconds, so that a borrower that has gone is noticed.
SLICE_MS = 200
#: So many runs that have ended stay lent, for children that have not connected yet.
ENDED_KEPT = 256
#: Events of a borrower's own protections that it has not fetched.
EVENTS_KEPT = 10_000
#: How long a stranger may take to prove that it is none, in seconds.
PATIENCE = 10.0
_CALLS = {"ironcage_call_begin", "ironcage_hold_new"}
_FREES = {"ironcage_budget_free": None, "ironcage_hold_free": None, "ironcage_protection_free": None, "ironcage_run_free": None, "ironcage_call_end": None}


class _Loan:
    """One run that is lent."""

    __slots__ = ("handshake", "handle", "run")

    def __init__(self, handshake: Handshake, handle: int, run: Optional[Run]) -> None:
        self.handshake = handshake
        self.handle = handle
        self.run = run  # keeps its handle


class _Borrower:
    """A process, and those that are forked from it: what they made is theirs."""

    def __init__(self, loan: _Loan) -> None:
        self.loan = loan
        #: Handle -> (what frees it, the process that made it).
        self.own: dict[int, tuple[str, int]] = {}
        self.events: deque[Mapping[str, Any]] = deque(maxlen=EVENTS_KEPT)
        #: Processes that live -> their connection of life.
        self.alive: set[int] = set()


class Lender:
    """A socket of this process, and the runs that are lent there."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._loans: dict[str, _Loan] = {}
        self._borrowers: dict[tuple[str, str], _Borrower] = {}
        self._sockets: set[socket.socket] = set()
        self._directory: Optional[str] = None
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
            self._loans[handshake.loan] = _Loan(handshake, handle, run)
        return str(handshake)

    def close(self) -> None:
        """No more: what borrowers have under way is ended. Idempotent."""
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
                listening.close()
                return
            self._sockets.add(connection)
            threading.Thread(target=self._serve, args=(connection,), name="iron-cage-lender", daemon=True).start()

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
                opened = 0
                try:
                    while True:
                        (name, numbers, sizes), blob = wire.receive(connection)
                        opened = 0
                        answer, data = self._carried_out(borrower, process, name, numbers, wire.split(blob, sizes))
                        opened = answer[2] if name in _CALLS and answer[0] == _abi.OK else 0
                        wire.send(connection, answer, data)
                finally:
                    # Nobody knows of a call whose answer did not get through (Ctrl-C), or the process has died: it ends either way, and costs its hold.
                    if opened:
                        self._free(borrower, opened)
        except (OSError, ValueError):
            pass  # gone, or no borrower of ours
        finally:
            self._sockets.discard(connection)

    def _known(self, connection: socket.socket) -> Optional[tuple[_Borrower, int, bool]]:
        connection.settimeout(PATIENCE)
        process, user = _peer(connection)
        if user is not None and os.geteuid() not in (0, user):
            return None
        ours = challenge()
        wire.send(connection, [], ours)
        (name, nonce, said, header, purpose), blob = wire.receive(connection)
        theirs, proof = blob[:len(ours)], blob[len(ours):]
        loan = self._loans.get(name)
        from hmac import compare_digest

        if loan is None or not compare_digest(proof, loan.handshake.proof(b"borrower", ours + theirs)):
            wire.send(connection, ["the run that this process was started in ended long ago, and is lent no more: its LLM calls are refused"])
            return None
        if header != _abi.HEADER_SHA256:
            wire.send(connection, ["this process has another version of iron_cage than the one whose run it goes on with: its LLM calls are refused"])
            return None
        wire.send(connection, [None], loan.handshake.proof(b"lender", theirs + ours))
        connection.settimeout(None)
        with self._lock:
            borrower = self._borrowers.setdefault((name, str(nonce)), _Borrower(loan))
        return borrower, process or int(said), purpose == "life"

    def _live(self, connection: socket.socket, borrower: _Borrower, process: int) -> None:
        """Until the process ends."""
        with self._lock:
            borrower.alive.add(process)
        try:
            while connection.recv(1):
                pass
        except OSError:
            pass
        with self._lock:
            self._died(borrower, process)

    def _died(self, borrower: _Borrower, process: int) -> None:
        borrower.alive.discard(process)
        if not borrower.alive:
            self._borrowers = {key: each for key, each in self._borrowers.items() if each is not borrower}
        for handle in sorted((handle for handle, (_, by) in borrower.own.items() if by == process or not borrower.alive), key=lambda each: _ORDER[borrower.own[each][0]]):
            self._free(borrower, handle)

    def _free(self, borrower: _Borrower, handle: int) -> None:
        free, _ = borrower.own.pop(handle, (None, 0))
        _engine.elsewhere.pop(handle, None)
        if free == "ironcage_call_end":
            _native.release(free, handle, _abi.END_CANCELLED)
        elif free is not None:
            _native.release(free, handle)

    # What is asked.

    def _carried_out(self, borrower: _Borrower, process: int, name: str, numbers: list[int], blobs: list[bytes]) -> tuple[list[Any], bytes]:
        if name == wire.LEND:
            run = numbers[0] or borrower.loan.handle
            if run != borrower.loan.handle and run not in borrower.own:
                return _stranger()
            return [_abi.OK], self.lend(run, borrower.loan.run).encode()
        parameters = wire.EXPORTS.get(name)
        if parameters is None:
            return [_abi.E_ARGUMENT], b"not lent"
        if name == "ironcage_engine_drain":
            return [_abi.OK], self._events(borrower)
        if name == "ironcage_engine_add_hosts":
            blobs = [_unknown_hosts(blobs[0])]
        ending = name in _FREES or name == "ironcage_run_close"
        if ending and borrower.own.get(numbers[0], ("", process))[1] != process:
            return [_abi.OK], b""  # it goes on in the process that made it
        arguments: list[Any] = []
        out: Any = None
        ahead, data = iter(numbers), iter(blobs)
        for kind in parameters:
            if kind in _OUTS:
                out = ffi.new(_OUTS[kind])
                if kind == "V":
                    out.size = ffi.sizeof("ironcage_verdict")
                arguments.append(out)
            elif kind == "e":
                arguments.append(_engine.handle())
            elif kind == "d":
                piece = next(data)
                arguments += [piece, len(piece)]
            else:
                number = next(ahead)
                if kind == "r":
                    number = number or borrower.loan.handle
                if (kind == "h" and number or kind == "r" and number != borrower.loan.handle) and number not in borrower.own and name not in _FREES:
                    return _stranger()
                if kind == "h" and name in _FREES and number not in borrower.own:
                    return [_abi.OK], b""  # freed already
                arguments.append(number)
        if name == "ironcage_call_begin":
            arguments[3] = _abi.NONBLOCKING
        elif name == "ironcage_hold_new":
            arguments[3] = _abi.NONBLOCKING
        elif name in ("ironcage_call_wait", "ironcage_hold_wait"):
            arguments[-1] = min(SLICE_MS, arguments[-1]) if arguments[-1] >= 0 else SLICE_MS
        library = _native.load()
        status = getattr(library, name)(*arguments)
        if status < 0:
            return [status], ffi.string(library.ironcage_last_error())
        if name in _FREES:
            borrower.own.pop(numbers[0], None)
            _engine.elsewhere.pop(numbers[0], None)
        return self._answer(borrower, process, name, parameters[0], out, status)

    def _answer(self, borrower: _Borrower, process: int, name: str, kind: str, out: Any, status: int) -> tuple[list[Any], bytes]:
        if kind == "V":
            call = int(out.call)
            if name in _CALLS and call:
                borrower.own[call] = ("ironcage_call_end" if name == "ironcage_call_begin" else "ironcage_hold_free", process)
            return [status, int(out.kind), call, int(out.flags)], _taken(ffi.addressof(out, "body"))
        if kind == "B":
            return [status], _taken(out)
        if kind == "H":
            made = int(out[0])
            borrower.own[made] = (_MADE[name], process)
            if name == "ironcage_protection_new":
                _engine.elsewhere[made] = borrower.events.append
            return [status, made], b""
        return ([status, int(out[0])] if kind == "I" else [status]), b""

    def _events(self, borrower: _Borrower) -> bytes:
        _engine.drain(_engine.DRAINED)
        events = []
        while borrower.events:
            events.append(borrower.events.popleft())
        return dumps({"dropped": 0, "events": events}).encode()


_OUTS = {"V": "ironcage_verdict *", "B": "ironcage_buffer *", "H": "uint64_t *", "I": "int32_t *"}
_MADE = {"ironcage_budget_open": "ironcage_budget_free", "ironcage_protection_new": "ironcage_protection_free", "ironcage_run_open": "ironcage_run_free"}
#: What goes first when a process has died.
_ORDER = {"ironcage_call_end": 0, "ironcage_hold_free": 1, "ironcage_run_free": 2, "ironcage_protection_free": 3, "ironcage_budget_free": 4}


def _stranger() -> tuple[list[Any], bytes]:
    return [_abi.E_HANDLE], b"this handle is not one of this process's"


def _taken(buffer: Any) -> bytes:
    data = bytes(ffi.buffer(buffer.data, buffer.len)) if buffer.len else b""
    _native.load().ironcage_buffer_free(buffer)
    return data


def _unknown_hosts(spec: bytes) -> bytes:
    """Of hosts that a borrower names, those that this process does not know: it may name more, never change what is known."""
    entries = []
    for entry in spec.decode("utf-8", "replace").split(","):
        host = entry.partition("=")[0].strip()
        name, colon, port = host.rpartition(":")
        known = False
        for scheme in (b"http", b"https"):
            if colon and port.isdigit():
                known = known or _engine.recognise(scheme, name.encode(), int(port))
            else:
                known = known or _engine.recognise(scheme, host.encode(), None)
        if entry.strip() and not known:
            entries.append(entry)
    _engine.forget_hosts()
    return ",".join(entries).encode()


def _peer(connection: socket.socket) -> tuple[int, Optional[int]]:
    """(process, user) of the other side, (0, None) where the system does not tell."""
    if not hasattr(socket, "SO_PEERCRED"):
        return 0, None
    process, user, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")))
    return process, user
