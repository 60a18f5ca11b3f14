"""The one door to the C library: loading, calling, translating errors.

The library is loaded at its first use, not at import. The copy that a process uses is dead in its forked children (the header says why): a child loads a copy of its own at its first use.
"""
from __future__ import annotations

import errno
import json
import os
import sys
import threading

from iron_sandbox import errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn, Optional

_DIRECTORY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "_native")
_lock = threading.RLock()
_abi: Any = None
_lib: Any = None
#: Grows with every library that this process and its ancestors have loaded: handles of another one mean nothing.
generation = 0


def unsupported() -> str:
    """Why there is nothing to load here; "" where there is."""
    if not sys.platform.startswith("linux"):
        return f"sandboxes need Linux 5.13 or newer; this is {sys.platform}"
    return ""


def _confined() -> str:
    block = sys.modules.get("iron_sandbox._block")
    if block is not None and block.current() is not None:
        return "this program is confined by a with block: what it starts is confined with it, and no other sandbox can be made inside"
    return ""


def library_path() -> str:
    """Where the library is: IRON_SANDBOX_NATIVE (a folder, for development), else beside this module."""
    return os.path.join(os.environ.get("IRON_SANDBOX_NATIVE") or _DIRECTORY, "libironcage_sandbox.so")


def supervisor_path() -> str:
    """Where the supervisor is: beside the library."""
    return os.path.join(os.path.dirname(library_path()), "iron-sandbox-supervisor")


def load() -> Any:
    """The library of this process, compared with these bindings at the first call."""
    global _lib, _abi, generation
    if _lib is not None:
        return _lib
    with _lock:
        if _lib is None:
            reason = unsupported() or _confined()
            if reason:
                raise errors.SandboxError(reason)
            try:
                from iron_sandbox import _abi as bindings
            except ImportError as error:
                raise errors.SandboxError(f"this installation of iron_sandbox is not complete: {error}") from None
            _abi = bindings
            path = library_path()
            try:
                loaded = _open(path) if generation == 0 else _open_copy(path)
                found = bindings.ffi.string(loaded.ironcage_sandbox_abi_fingerprint(), 64).decode("ascii", "replace")
            except (OSError, AttributeError) as error:
                raise errors.SandboxError(f"cannot load the sandbox library: {error}") from None
            if found != bindings.HEADER_SHA256:
                raise errors.SandboxError(f"library and bindings do not belong together: {path} was built from another header. Install one iron-sandbox wheel, or rebuild both")
            name = os.fsencode(supervisor_path())
            if loaded.ironcage_sandbox_set_supervisor(name, len(name)) < 0:
                raise errors.SandboxError(bindings.ffi.string(loaded.ironcage_sandbox_last_error()).decode("utf-8", "replace"))
            generation += 1
            _lib = loaded
        return _lib


def _open(path: str) -> Any:
    # cffi closes a library with its last reference, at interpreter exit; ours must stay to the end of the process.
    return _abi.ffi.dlopen(path, os.RTLD_NOW | os.RTLD_NODELETE)


def _open_copy(path: str) -> Any:
    """A private copy, from another inode: the one that the parent used is dead here."""
    import shutil

    descriptor = os.memfd_create("libironcage_sandbox", os.MFD_CLOEXEC)
    try:
        with open(path, "rb") as source, open(descriptor, "wb", closefd=False) as target:
            shutil.copyfileobj(source, target, 1 << 20)
        return _open(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)


def _after_fork() -> None:
    global _lib, _lock
    _lock = threading.RLock()
    _lib = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def check(status: int) -> None:
    """Raises what a status of the library means, with the library's own message."""
    if status < 0:
        _fail(status)


def _fail(status: int) -> NoReturn:
    message = _abi.ffi.string(_lib.ironcage_sandbox_last_error()).decode("utf-8", "replace") or f"status {status}"
    if status == _abi.SANDBOX_E_POLICY:
        raise errors.PolicyError(message)
    if status == _abi.SANDBOX_E_UNSUPPORTED:
        raise errors.NotEnforceable(message)
    if status == _abi.SANDBOX_E_NOT_FOUND:
        raise errors.NotStarted(errno.ENOENT, message)
    raise errors.SandboxError(message)


def take(name: str, *arguments: Any) -> bytes:
    """Calls an export whose first parameter is a buffer, and returns its bytes."""
    library = load()
    out = _abi.ffi.new("ironcage_sandbox_buffer *")
    try:
        check(getattr(library, name)(out, *arguments))
        return bytes(_abi.ffi.buffer(out.data, out.len)) if out.len else b""
    finally:
        library.ironcage_sandbox_buffer_free(out)


def new_sandbox(setup: bytes) -> int:
    """A policy that was read and compiled."""
    library = load()
    out = _abi.ffi.new("uint64_t *")
    check(library.ironcage_sandbox_new(out, setup, len(setup)))
    return int(out[0])


def free_sandbox(handle: int, made_by: int) -> None:
    """Frees one, if it is of this process."""
    if _lib is not None and made_by == generation:
        _lib.ironcage_sandbox_free(handle)


def block(sandbox: int) -> tuple[dict[str, Any], int]:
    """What a process needs to confine itself: (plan, descriptor of the ruleset)."""
    library = load()
    out, ruleset = _abi.ffi.new("ironcage_sandbox_buffer *"), _abi.ffi.new("int32_t *")
    try:
        check(library.ironcage_sandbox_block(out, ruleset, sandbox))
        return json.loads(bytes(_abi.ffi.buffer(out.data, out.len))), int(ruleset[0])
    finally:
        library.ironcage_sandbox_buffer_free(out)


def start(sandbox: int, argv: bytes, cwd: bytes, descriptors: list[int], timeout_ms: int, unconfined: bool) -> tuple[int, int]:
    """Starts a program: (handle, descriptor to poll)."""
    library = load()
    ffi = _abi.ffi
    process, descriptor, command = ffi.new("uint64_t *"), ffi.new("int32_t *"), ffi.new("ironcage_sandbox_command *")
    argv_bytes, cwd_bytes, numbers = ffi.from_buffer(argv), ffi.from_buffer(cwd), ffi.new("int32_t[]", descriptors)
    command.size = ffi.sizeof("ironcage_sandbox_command")
    command.flags = _abi.SANDBOX_UNCONFINED if unconfined else 0
    command.argv, command.argv_len = ffi.cast("uint8_t *", argv_bytes), len(argv)
    command.cwd, command.cwd_len = ffi.cast("uint8_t *", cwd_bytes), len(cwd)
    command.fds, command.fd_count = numbers, len(descriptors)
    command.timeout_ms = timeout_ms
    check(library.ironcage_sandbox_start(process, descriptor, sandbox, command))
    return int(process[0]), int(descriptor[0])


def poll(process: int) -> tuple[int, bytes]:
    """How far a process is: (state, message)."""
    library = load()
    state, message = _abi.ffi.new("int32_t *"), _abi.ffi.new("ironcage_sandbox_buffer *")
    try:
        check(library.ironcage_sandbox_process_poll(state, message, process))
        return int(state[0]), bytes(_abi.ffi.buffer(message.data, message.len)) if message.len else b""
    finally:
        library.ironcage_sandbox_buffer_free(message)


def signal(process: int, number: int) -> None:
    """Sends a signal to the first process of a tree; 0 ends the tree."""
    check(load().ironcage_sandbox_process_signal(process, number))


def limit(process: int, timeout_ms: int) -> None:
    """The time of a tree begins now; -1: that of the policy."""
    check(load().ironcage_sandbox_process_limit(process, timeout_ms))


def free_process(process: int, made_by: int) -> None:
    """Lets go of a process, if it is of this process's library: what still runs of its tree is ended."""
    if _lib is not None and made_by == generation:
        _lib.ironcage_sandbox_process_free(process)


#: States of a process (ironcage_sandbox.h).
STARTING, RUNNING, ENDED, FAILED, LOST = range(5)


def host_generation() -> Optional[int]:
    """The generation of the library that is loaded; None: none is, in this process."""
    return generation if _lib is not None else None
