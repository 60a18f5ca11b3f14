"""Errands: what a borrower asks of the library, carried out within what is its own."""
from __future__ import annotations

import threading
from json import dumps

from iron_cage import _abi, _engine, _native
from iron_cage._lending import wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from iron_cage._lending.borrower import Borrower

ffi = _abi.ffi

#: A wait in the library is cut into pieces of this many milliseconds, so that a borrower that has gone is noticed.
SLICE_MS = 200
#: Exports whose answer is an open call or hold, with the place of their flags; and those that end something.
OPENING = {"ironcage_call_begin": 3, "ironcage_call_retry": 2, "ironcage_hold_new": 3}
FREEING = {"ironcage_budget_free", "ironcage_hold_free", "ironcage_protection_free", "ironcage_run_free", "ironcage_call_end", "ironcage_call_end_facts"}
#: Those whose verdict may wait for tools to be approved.
_ANSWERS = {"ironcage_call_response", "ironcage_stream_finish"}
_SETTLING = {"ironcage_hold_settle", "ironcage_hold_release", "ironcage_call_retry"}


def carried_out(borrower: Borrower, process: int, name: str, numbers: list[int], blobs: list[bytes]) -> tuple[list[Any], bytes]:
    """One export with the arguments of a borrower's process: (status and numbers of the answer, its bytes or, after an error, its message)."""
    parameters = wire.EXPORTS.get(name)
    if parameters is None:
        return [_abi.E_ARGUMENT], b"not lent"
    if name == "ironcage_engine_drain":
        return [_abi.OK], _events(borrower)
    if name == "ironcage_engine_add_hosts":
        blobs = [_unknown_hosts(blobs[0])]
    ending = name in FREEING or name == "ironcage_run_close"
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
            if (kind == "h" and number or kind == "r" and number != borrower.loan.handle) and number not in borrower.own and name not in FREEING:
                return stranger()
            if kind == "h" and name in FREEING and number not in borrower.own:
                return [_abi.OK], b""  # freed already, or never its own
            arguments.append(number)
    if name in OPENING:
        arguments[OPENING[name]] |= _abi.NONBLOCKING
    elif name in ("ironcage_call_wait", "ironcage_hold_wait"):
        arguments[-1] = min(SLICE_MS, arguments[-1]) if arguments[-1] >= 0 else SLICE_MS
    library = _native.load()
    status = getattr(library, name)(*arguments)
    if name in _ANSWERS and status == _abi.OK and int(out.kind) == _abi.VERDICT_PENDING:
        _approve(bytes(ffi.buffer(out.body.data, out.body.len)))
    if status < 0:
        return [status], ffi.string(library.ironcage_last_error())
    if name in FREEING or name in _SETTLING:
        borrower.own.pop(numbers[0], None)
        _engine.elsewhere.pop(numbers[0], None)
    return _answer(borrower, process, name, parameters[0], out, status)


def _approve(payload: bytes) -> None:
    """Asks the callables of the lender's own protections, while the borrower waits for the verdict."""
    from contextvars import Context

    from iron_cage._hooks import approving

    Context().run(threading.Thread(target=approving.ask_all, args=(payload,), name="iron-cage-approval", daemon=True).start)


def _answer(borrower: Borrower, process: int, name: str, kind: str, out: Any, status: int) -> tuple[list[Any], bytes]:
    if kind == "V":
        call = int(out.call)
        if name in OPENING and call:
            borrower.own[call] = ("ironcage_hold_free" if name == "ironcage_hold_new" else "ironcage_call_end", process)
        return [status, int(out.kind), call, int(out.flags), int(out.timeout_ms)], _taken(ffi.addressof(out, "body"))
    if kind == "B":
        return [status], _taken(out)
    if kind == "H":
        made = int(out[0])
        borrower.own[made] = (_MADE[name], process)
        if name == "ironcage_protection_new":
            _engine.elsewhere[made] = borrower.events.append
        return [status, made], b""
    return ([status, int(out[0])] if kind == "I" else [status]), b""


def opened(name: str, answer: list[Any]) -> int:
    """The handle that an errand made, or 0."""
    if answer[0] != _abi.OK:
        return 0
    return int(answer[2] if name in OPENING else answer[1] if name in _MADE else 0)


def _events(borrower: Borrower) -> bytes:
    _engine.drain(_engine.DRAINED)
    events = []
    while borrower.events:
        events.append(borrower.events.popleft())
    return dumps({"dropped": 0, "events": events}).encode()


_OUTS = {"V": "ironcage_verdict *", "B": "ironcage_buffer *", "H": "uint64_t *", "I": "int32_t *"}
_MADE = {"ironcage_budget_open": "ironcage_budget_free", "ironcage_protection_new": "ironcage_protection_free", "ironcage_run_open": "ironcage_run_free"}


def stranger() -> tuple[list[Any], bytes]:
    """The answer to a handle that is not the borrower's."""
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
