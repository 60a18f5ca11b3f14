"""The borrower's side: the library of this process, of which the part that has to do with runs and money is that of the process whose run this one goes on with.

So there is one engine and one ledger for all of them: the child's calls are held, counted, refused and reported where those of the parent are, and a protection of the child's own is one
that is nested in the run. Where that process cannot be reached, each of these exports fails, and so each LLM call.
"""
from __future__ import annotations

import os
import threading

from iron_cage import _abi, _native
from iron_cage._lending import wire
from iron_cage._lending.handshake import Handshake
from iron_cage._lending.link import Link
from iron_cage.errors import StateError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional

ffi = _abi.ffi

class _Failed(threading.local):
    message: Optional[bytes] = None


class Library:
    """The exports of the library, as _native uses them."""

    def __init__(self, link: Link, own: Callable[[], Any]) -> None:
        self._link = link
        self._own = own
        self._failed = _Failed()
        #: Whether this process knows the hosts that the lender knew when it began.
        self._knows_hosts = link.is_gone  # then its environment says them
        #: Memory of answers, until it is given back.
        self._buffers: dict[int, Any] = {}

    def __getattr__(self, name: str) -> Any:
        parameters = wire.EXPORTS.get(name)
        if parameters is None:
            self._failed.message = None
            return getattr(self._own(), name)
        made = self._export(name, parameters)
        setattr(self, name, made)
        return made

    def ironcage_last_error(self) -> Any:
        """Of the last call on this thread."""
        message = self._failed.message
        return self._own().ironcage_last_error() if message is None else ffi.new("char[]", message)

    def ironcage_buffer_free(self, buffer: Any) -> None:
        """Gives an answer back, wherever it came from."""
        if buffer.data == ffi.NULL:
            return
        if self._buffers.pop(int(ffi.cast("uintptr_t", buffer.data)), None) is None:
            self._own().ironcage_buffer_free(buffer)
            return
        buffer.data, buffer.len = ffi.NULL, 0

    def ironcage_engine_new(self, out: Any, config: bytes, size: int) -> int:
        """Our own, for scanning and prices. Hosts that are named to this process are told to the lender, too."""
        from json import loads

        self._failed.message = None
        status = int(self._own().ironcage_engine_new(out, config, size))
        if status == _abi.OK:
            hosts = loads(config or b"{}").get("llm_hosts", "").encode()
            if hosts:
                self.ironcage_engine_add_hosts(out[0], hosts, len(hosts))
            self._learn_hosts(out[0])
        return status

    def _learn_hosts(self, engine: int) -> None:
        try:
            answer, hosts = self._link.ask([wire.HOSTS, [], []], b"")
        except StateError:
            return  # asked again with the first request
        if answer[0] == _abi.OK:
            self._knows_hosts = not hosts or self._own().ironcage_engine_add_hosts(engine, hosts, len(hosts)) == _abi.OK

    def ironcage_engine_event_fd(self, out: Any, engine: int) -> int:
        """There is none: whoever waits asks again and again."""
        out[0] = -1
        self._failed.message = b"the descriptor of another process"
        return int(_abi.E_UNSUPPORTED)

    def ironcage_lang_recognise(self, out: Any, engine: int, url: bytes, size: int) -> int:
        """What either side takes for a provider. Where the lender cannot be reached our own answer stands, if we know its hosts; else nobody can say who is one."""
        self._failed.message = None
        if not self._knows_hosts:
            self._learn_hosts(engine)
        status = int(self._own().ironcage_lang_recognise(out, engine, url, size))
        if status != _abi.OK or out[0]:
            return status
        asked = self._export("ironcage_lang_recognise", "Ied")(out, engine, url, size)
        if asked != _abi.OK and self._knows_hosts:
            out[0] = 0
            return status
        return asked

    def lend(self, run: int) -> str:
        """The handshake for a run of this process; the process that has it lends it on."""
        answer, blob = self._link.ask([wire.LEND, [run], []], b"")
        if answer[0] != _abi.OK:
            raise StateError(blob.decode())
        return blob.decode()

    def _export(self, name: str, parameters: str) -> Callable[..., int]:
        """An export that the lender carries out."""
        durable = name in ("ironcage_budget_open", "ironcage_protection_new", "ironcage_spend")

        def export(*arguments: Any) -> int:
            out, numbers, sizes, blobs, at = None, [], [], [], 0
            for kind in parameters:
                argument = arguments[at]
                at += 1
                if kind in "VBHI":
                    out = argument
                elif kind == "d":
                    data = bytes(argument) if arguments[at] else b""
                    at += 1
                    if durable:
                        data = _absolute(data)
                    sizes.append(len(data))
                    blobs.append(data)
                elif kind != "e":
                    numbers.append(int(argument))
            try:
                (status, *values), blob = self._link.ask([name, numbers, sizes], b"".join(blobs))
            except StateError as error:
                (status, *values), blob = [_abi.E_STATE], str(error).encode()
            self._failed.message = blob if status < 0 else b""
            self._answer(parameters[0], out, values if status >= 0 else [0, 0, 0, 0], blob if status >= 0 else b"")
            return int(status)

        return export

    def _answer(self, kind: str, out: Any, values: list[int], blob: bytes) -> None:
        if kind == "V":
            out.kind, out.call, out.flags, out.timeout_ms = values
            self._fill(out.body, blob)
        elif kind == "B":
            self._fill(out, blob)
        elif kind in "HI":
            out[0] = values[0]

    def _fill(self, buffer: Any, blob: bytes) -> None:
        if not blob:
            buffer.data, buffer.len = ffi.NULL, 0
            return
        memory = ffi.new("uint8_t[]", blob)
        self._buffers[int(ffi.cast("uintptr_t", memory))] = memory
        buffer.data, buffer.len = memory, len(blob)


def _absolute(options: bytes) -> bytes:
    """Options in which the path of a store does not depend on the working directory: the lender has its own."""
    from json import dumps, loads
    from re import sub

    given = loads(options or b"{}")
    state = given.get("state")
    if not isinstance(state, str):
        return options
    given["state"] = sub(r"^(sqlite:///|redis.*[?&]audit=)(?![/:]|[A-Za-z]:)", lambda found: found[0] + os.getcwd() + "/", state)
    return dumps(given).encode()


class _Joined:
    """Keeps the hooks for as long as this process lives."""


_joined = _Joined()


def join(text: str) -> None:
    """This process goes on with a run: at the import of iron_cage."""
    from iron_cage import _runs
    from iron_cage._hooks import install

    if _native.borrow is not None:
        return
    handshake: Optional[Handshake]
    try:
        handshake = Handshake.parse(text)
    except StateError:
        handshake = None  # each call says so
    link = Link(handshake)
    _native.borrow = lambda own: Library(link, own)
    _runs.state.join()
    install.add(_joined)
