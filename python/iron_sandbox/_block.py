"""``with Sandbox(...)``: the rest of the program is confined.

The kernel can confine one thread only (all threads of a process from Landlock ABI 8 on), and the library's own threads would stay outside. So the program forks: the child has one thread, confines it with bare
system calls and goes on with the program; the parent, whose number the world knows, executes the supervisor, which forwards signals, holds the limits, answers the filter, and ends as the child
ends. The parent never runs the program's code again.
"""
from __future__ import annotations

import ctypes
import json
import os
import platform
import signal
import socket
import sys
import threading
import time

from iron_sandbox import _native, errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

    from iron_sandbox._sandbox import Sandbox

_ARM = platform.machine() == "aarch64"
#: System calls that have no function in Python (asm/unistd_64.h, asm-generic/unistd.h).
_CAPSET, _KEYCTL, _SECCOMP, _RESTRICT = (91, 219, 277, 446) if _ARM else (126, 250, 317, 446)
_SET_NO_NEW_PRIVS, _CAPBSET_DROP, _AMBIENT = 38, 24, 47
_NEW_LISTENER, _WAIT_KILLABLE = 8, 32
_ASK_REPORT = 1000

_NO_ENVIRONMENT: dict[str, str] = {}

#: The block that this process is confined by.
_current: Optional[Block] = None


class Block:
    """A process that has confined itself."""

    def __init__(self, channel: socket.socket, descriptors: list[str]) -> None:
        self._channel = channel
        self._descriptors = descriptors
        self._pid = os.getpid()

    def report(self) -> dict[str, Any]:
        """What was refused until now (``denials``), what was used (``usage``), and what the block does not wall off: ``descriptors`` that were open at its beginning."""
        told: dict[str, Any] = {"way": "fork", "threads": 1, "descriptors": self._descriptors}
        try:
            with socket.socket(fileno=os.dup(self._channel.fileno())) as channel:
                channel.settimeout(60)
                channel.send(_ASK_REPORT.to_bytes(4, "little"))
                answer = json.loads(channel.recv(1 << 20))
        except (OSError, ValueError):
            return told  # a forked child that closed its descriptors
        told["denials"] = answer["denials"]
        told["usage"] = answer["usage"]
        return told


def current() -> Optional[Block]:
    """The block that this process, or an ancestor of it, has entered."""
    return _current


def enter(sandbox: Sandbox) -> Block:
    """Confines the rest of the program; returns in the child."""
    global _current
    _refuse_what_is_not_sound()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    request_ours, request_theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    plan, ruleset = _native.block(sandbox._handle("exec"))
    filter_bytes = bytes.fromhex(plan["filter"])
    # Everything that the child needs is made now: it makes system calls, and nothing else, until it is confined.
    calls = _Calls(filter_bytes)
    supervisor = _native.supervisor_path()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # noqa: BLE001 - closed, or none
            pass
    pid = os.fork()
    if pid == 0:
        _become_confined(calls, ruleset, plan["restrict_flags"], theirs)
        for closed in (ours, request_ours, request_theirs):
            closed.close()
        if ruleset >= 0:
            os.close(ruleset)
        _restore_deadly_signals()
        os.environ["HOME"] = os.environ["TMPDIR"] = plan["private_folder"]
        import tempfile

        tempfile.tempdir = None
        theirs.set_inheritable(False)
        _current = Block(theirs, _open_descriptors({theirs.fileno()}))
        return _current
    try:
        theirs.close()
        message, descriptors, _, _ = socket.recv_fds(ours, 4096, 1)
        if not descriptors:
            told = message.decode("ascii", "replace") or "the confined process ended"
            raise errors.SandboxError(f"the block could not be confined: {told}")
        request_ours.sendall(bytes.fromhex(plan["request"]))
        request_ours.close()
        _execute(supervisor, pid, ours.fileno(), descriptors[0], request_theirs.fileno())
    except BaseException as error:
        # The body has not run: the child ends before it, and the caller hears why in this process, which is as free as it was.
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        import shutil

        shutil.rmtree(plan["private_folder"], ignore_errors=True)
        if isinstance(error, OSError):
            raise errors.SandboxError(f"the block could not be confined: {error}") from None
        raise
    raise AssertionError("execve does not return")


def _execute(supervisor: str, pid: int, channel: int, listener: int, request: int) -> None:
    """Becomes the supervisor, with these descriptors and the standard ones and no others, and without the environment."""
    high = [os.dup(descriptor) for descriptor in (channel, listener, request)]
    while min(high) < 6:
        high = [os.dup(descriptor) if descriptor < 6 else descriptor for descriptor in high]
    mask = signal.pthread_sigmask(signal.SIG_SETMASK, signal.valid_signals())
    saved: list[tuple[int, int]] = []
    try:
        for target, descriptor in zip((3, 4, 5), high):
            try:
                saved.append((target, os.dup(target)))
            except OSError:
                pass
            os.dup2(descriptor, target)
        os.execve(supervisor, ["iron-sandbox-supervisor", "block", str(pid)], _NO_ENVIRONMENT)
    finally:
        for target, descriptor in saved:
            os.dup2(descriptor, target, inheritable=False)
            os.close(descriptor)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


class _Calls:
    """libc's syscall, and what is handed to it."""

    def __init__(self, programme: bytes) -> None:
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.libc.syscall.restype = ctypes.c_long
        self.header = (ctypes.c_uint32 * 2)(0x20080522, 0)
        self.none = (ctypes.c_uint32 * 6)()
        self.programme = ctypes.create_string_buffer(programme, len(programme))

        class Filter(ctypes.Structure):
            _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]

        self.filter = Filter(len(programme) // 8, ctypes.cast(self.programme, ctypes.c_void_p))

    def call(self, number: int, *arguments: Any) -> int:
        value = self.libc.syscall(ctypes.c_long(number), *[ctypes.c_long(item) if isinstance(item, int) else item for item in arguments])
        return -ctypes.get_errno() if value < 0 else int(value)

    def prctl(self, *arguments: int) -> int:
        value = self.libc.prctl(*[ctypes.c_long(item) for item in [*arguments, 0, 0, 0, 0][:5]])
        return -ctypes.get_errno() if value < 0 else int(value)


def _become_confined(calls: _Calls, ruleset: int, flags: int, channel: socket.socket) -> None:
    """In the child: takes everything away, sends the listener, and waits until the limits are set. Ends the process where a step fails: the body never runs unconfined."""
    try:
        calls.call(_KEYCTL, 1, 0)
        capability = 0
        while capability < 64 and calls.prctl(_CAPBSET_DROP, capability) == 0:
            capability += 1
        calls.prctl(_AMBIENT, 4)
        _need("capset", calls.call(_CAPSET, ctypes.byref(calls.header), ctypes.byref(calls.none)), channel)
        _need("no_new_privs", calls.prctl(_SET_NO_NEW_PRIVS, 1), channel)
        if ruleset >= 0:
            _need("landlock_restrict_self", calls.call(_RESTRICT, ruleset, flags), channel)
        listener = calls.call(_SECCOMP, 1, _NEW_LISTENER | _WAIT_KILLABLE, ctypes.byref(calls.filter))
        if listener == -22:
            listener = calls.call(_SECCOMP, 1, _NEW_LISTENER, ctypes.byref(calls.filter))
        _need("seccomp", listener, channel)
        socket.send_fds(channel, [b"confined"], [listener])
        os.close(listener)
        if channel.recv(1) != b"\x01":
            os._exit(125)
    except BaseException:  # noqa: BLE001
        os._exit(125)


def _restore_deadly_signals() -> None:
    """The runtime of the library has handlers for faults; in the child it is gone, and a fault is to end the process as it would have."""
    import faulthandler

    told = faulthandler.is_enabled()
    if told:
        faulthandler.disable()
    for number in (signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGTRAP):
        if signal.getsignal(number) in (signal.SIG_DFL, None):
            signal.signal(number, signal.SIG_DFL)
    if told:
        faulthandler.enable()


def _need(step: str, value: int, channel: socket.socket) -> None:
    if value < 0:
        channel.send(f"{step}: {os.strerror(-value)}".encode("ascii", "replace"))
        os._exit(125)


def _refuse_what_is_not_sound() -> None:
    if _current is not None:
        raise errors.SandboxError("this program is confined by a block already; blocks do not nest. What runs in it is confined by the outer one")
    if threading.active_count() > 1:
        names = ", ".join(sorted(thread.name for thread in threading.enumerate() if thread is not threading.current_thread()))
        raise errors.SandboxError(f"other threads are running ({names}): they would not follow into the block. Enter it before they start, or end them first")
    if threading.current_thread() is not threading.main_thread():
        raise errors.SandboxError("a block is entered in the main thread")
    asyncio = sys.modules.get("asyncio")
    if asyncio is not None and asyncio._get_running_loop() is not None:
        raise errors.SandboxError("an event loop is running: it would be shared with the parent. Enter the block before asyncio.run, or use arun")
    _native.load()
    deadline = time.monotonic() + _PATIENCE
    while True:
        # A thread that was joined may not have quite ended yet.
        strange = _strange_threads()
        if not strange:
            return
        if time.monotonic() > deadline:
            break
        time.sleep(0.005)
    raise errors.SandboxError(f"native threads that nobody knows are running ({', '.join(sorted(strange))}): they would not follow into the block. Enter it before the library that started them is used")


def _strange_threads() -> list[str]:
    strange = []
    for task in os.listdir("/proc/self/task"):
        if int(task) == threading.get_native_id():
            continue
        try:
            with open(f"/proc/self/task/{task}/comm", encoding="utf-8", errors="replace") as file:
                name = file.read().strip()
        except OSError:
            continue
        # The threads of the .NET runtime, which this library and iron_cage's start: they hold nothing that a fork would lose.
        if not name.startswith(_HARMLESS):
            strange.append(name)
    return strange


#: Seconds that a thread may take to end that nobody counts any more.
_PATIENCE = 2.0
#: Names of threads: of the .NET runtime and of our two libraries.
_HARMLESS = (".NET", "sandbox superv", "iron", "Finalizer")


def _open_descriptors(but: set[int]) -> list[str]:
    found = []
    for number in range(3, 256):
        if number in but:
            continue
        try:
            os.fstat(number)
        except OSError:
            continue
        found.append(str(number))
    return found
