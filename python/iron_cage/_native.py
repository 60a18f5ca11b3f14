"""The one door to the C library: loading, calling, translating errors, owning handles and buffers.

The library is loaded at its first use, not at import: importing iron_cage starts nothing, so that tools which only import it (test
plugins, fork servers) stay as they were. The copy that a process uses is dead in its forked children (the header says why): a child loads one
of its own at its first use, which takes over the parent's protections, budgets and runs under the same handles.
"""
from __future__ import annotations

import os
import sys
import threading
import weakref

from iron_cage import _abi, errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, NoReturn, Optional

ffi = _abi.ffi
NULL = ffi.NULL

_NAMES = {"win32": "ironcage.dll", "darwin": "libironcage.dylib"}
_lock = threading.RLock()
_lib: Any = None
#: The library of this process itself: the same, unless it borrows that of another.
_own: Any = None
#: In a process that goes on with a run of the one that started it: makes _lib, given what loads our own.
borrow: Optional[Callable[[Callable[[], Any]], Any]] = None
#: What the library of this process leaves to forked children; in a child that has not loaded its own yet, what the parent's left.
_state: Any = None
#: In a forked child: its own copy of the library must come from another inode than those in here, which are loaded already (or were, in an ancestor).
_used: set[tuple[int, int]] = set()
#: A copy for the children of this process to share: descriptor and inode.
_spare: Optional[tuple[int, tuple[int, int]]] = None


def library_path() -> str:
    """Where the library is: IRON_CAGE_LIBRARY (for development), else beside this module."""
    override = os.environ.get("IRON_CAGE_LIBRARY")
    if override:
        return override
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), "_native", _NAMES.get(sys.platform, "libironcage.so"))


def load() -> Any:
    """The library, or what stands for it."""
    global _lib
    with _lock:
        if _lib is None:
            _lib = load_own() if borrow is None else borrow(load_own)
        return _lib


def load_own() -> Any:
    """Our own library, loaded and compared with these bindings at the first call."""
    global _own, _state
    with _lock:
        if _own is None:
            path = library_path()
            loaded = _started(path)
            state = loaded.ironcage_fork_state()
            if _state is not None and loaded.ironcage_fork_adopt(_state) < 0:
                message = ffi.string(loaded.ironcage_last_error()).decode("utf-8", "replace")
                raise errors.NativeError(f"this forked process cannot go on with the protections of its parent: {message}")
            _state = state
            _own = loaded
        return _own


def _started(path: str) -> Any:
    """The library, with its runtime running: that starts with the first call."""
    limited = False
    try:
        limited = _limit_heap()
        loaded = _open(path) if _state is None else _open_copy(path)
        found = ffi.string(loaded.ironcage_abi_fingerprint(), 64).decode("ascii", "replace")
    except OSError as error:
        raise errors.NativeError(f"cannot load the Iron Cage library: {error}") from None
    except AttributeError:
        raise errors.NativeError(f"{path} is not the Iron Cage library: it has no ironcage_abi_fingerprint") from None
    finally:
        if limited:
            del os.environ[_RANGE], os.environ[_REGION]
    if found != _abi.HEADER_SHA256:
        raise errors.NativeError(
            f"library and bindings do not belong together: {path} was built from an ironcage.h with SHA-256 {found}, "
            f"the bindings from one with {_abi.HEADER_SHA256}. Install one iron-cage wheel, or rebuild both"
        )
    return loaded


def _open(path: str) -> Any:
    # cffi closes a library with its last reference, at interpreter exit; ours must stay to the end of the process.
    loaded = ffi.dlopen(path, os.RTLD_NOW | os.RTLD_NODELETE) if hasattr(os, "RTLD_NODELETE") else ffi.dlopen(path)
    if not path.startswith("/proc/"):
        _used.add(_inode(os.stat(path)))
    return loaded


def _limit_heap() -> bool:
    """Under a limit of the address space (ulimit -v) the runtime would reserve half of it, whatever else there is, and end the process when that
    fails: it is told to take half of what is left beside itself, in small regions, so that something stays for a forked child's copy; too little is an
    error. True: _RANGE and _REGION are to be deleted when the library is loaded."""
    try:
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        with open("/proc/self/statm", encoding="ascii") as statm:
            left = limit - int(statm.read().split()[0]) * resource.getpagesize()
    except (ImportError, OSError, ValueError):
        return False
    if limit == resource.RLIM_INFINITY or _RANGE in os.environ or _REGION in os.environ:
        return False
    if left < _RUNTIME + _LEAST_HEAP:
        raise OSError(
            f"of the address space that this process is limited to (ulimit -v), {left >> 20} MB are left; the library needs {(_RUNTIME + _LEAST_HEAP) >> 20} MB"
        )
    os.environ[_REGION] = f"{1 << 20:x}"
    os.environ[_RANGE] = f"{max(_LEAST_HEAP, (left - _RUNTIME) // 2):x}"
    return True


#: Settings of the .NET runtime in hexadecimal bytes: the address space that its heap reserves, and the regions of it (those for large objects are 8 times that).
_RANGE, _REGION = "DOTNET_GCRegionRange", "DOTNET_GCRegionSize"
#: What the library needs beside its heap; the least heap, in which the tokenizers' tables have room.
_RUNTIME, _LEAST_HEAP = 96 << 20, 128 << 20


def _open_copy(path: str) -> Any:
    """A private copy of the library: the one that the parent made for its children, else one of our own."""
    if _spare is not None:
        try:
            if _inode(os.fstat(_spare[0])) == _spare[1] and _spare[1] not in _used:
                _used.add(_spare[1])
                return _open(f"/proc/self/fd/{_spare[0]}")
        except OSError:
            pass  # the child has closed its descriptors
    try:
        descriptor = _copy(path)
        try:
            _used.add(_inode(os.fstat(descriptor)))
            return _open(f"/proc/self/fd/{descriptor}")
        finally:
            os.close(descriptor)
    except (OSError, AttributeError):
        pass  # no memfd, or no /proc
    import shutil
    import tempfile

    with tempfile.NamedTemporaryFile(suffix=os.path.basename(path)) as file, open(path, "rb") as source:
        shutil.copyfileobj(source, file)
        file.flush()
        return _open(file.name)


def _copy(path: str) -> int:
    """A descriptor of a copy in memory. AttributeError where the system has no such thing."""
    import shutil

    descriptor = os.memfd_create("libironcage", os.MFD_CLOEXEC)
    try:
        with open(path, "rb") as source, open(descriptor, "wb", closefd=False) as target:
            shutil.copyfileobj(source, target, 1 << 20)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _inode(stat: os.stat_result) -> tuple[int, int]:
    return stat.st_dev, stat.st_ino


def loaded() -> bool:
    """Whether this process has used the library; not so in a forked child that did nothing with it yet."""
    return _lib is not None


def call(name: str, *arguments: Any) -> None:
    """Calls an export; an error status becomes the exception it stands for."""
    status = getattr(_lib or load(), name)(*arguments)
    if status < 0:
        fail(status)


def fail(status: int) -> NoReturn:
    """Raises what a status of the library means, with the library's own message."""
    message = ffi.string(_lib.ironcage_last_error()).decode("utf-8", "replace") or f"status {status}"
    if status == _abi.E_CONFIG:
        raise errors.ConfigError(message)
    if status == _abi.E_STATE:
        raise errors.StateError(message)
    if status == _abi.E_NOT_FOUND:
        raise NotFound(message)
    if status == _abi.E_HANDLE:
        raise StaleHandle(message)
    raise errors.NativeError(message)


class NotFound(errors.IronCageError, LookupError):
    """No such model in the catalogue, or no public tokenizer for it."""


class StaleHandle(errors.NativeError):
    """The object is gone on the other side."""


def take(name: str, *arguments: Any) -> bytes:
    """Calls an export whose first parameter is an ironcage_buffer, and returns its bytes; the buffer is always given back."""
    out = ffi.new("ironcage_buffer *")
    try:
        call(name, out, *arguments)
        return bytes(ffi.buffer(out.data, out.len)) if out.len else b""
    finally:
        if out.data != NULL:
            _lib.ironcage_buffer_free(out)


def take_text(name: str, *arguments: Any) -> str:
    """As :func:`take`, for UTF-8."""
    return take(name, *arguments).decode("utf-8")


def new_handle(name: str, *arguments: Any) -> int:
    """Calls an export whose first parameter is a new handle."""
    out = ffi.new("uint64_t *")
    call(name, out, *arguments)
    return int(out[0])


# Structs for verdicts go round: list.pop and list.append are atomic, and two steps at once never share one, not even when a signal
# handler makes a call in the middle of another.
verdicts: list[tuple[Any, Any]] = []


def new_verdict() -> tuple[Any, Any]:
    """A struct for verdicts and its body."""
    verdict = ffi.new("ironcage_verdict *")
    verdict.size = _VERDICT_SIZE
    return verdict, ffi.addressof(verdict, "body")


def payload(owned: tuple[Any, Any]) -> bytes:
    """The bytes of a verdict; its buffer is given back."""
    body = owned[1]
    taken = bytes(ffi.buffer(body.data, body.len)) if body.len else b""
    _lib.ironcage_buffer_free(body)
    return taken


def step(name: str, *arguments: Any) -> tuple[int, int, int, Optional[bytes], int]:
    """Calls an export that answers with a verdict: (kind, call, flags, body, timeout_ms)."""
    try:
        owned = verdicts.pop()
    except IndexError:
        owned = new_verdict()
    verdict = owned[0]
    status = getattr(_lib or load(), name)(verdict, *arguments)
    if status < 0:
        fail(status)
    kind = verdict.kind
    answer = (kind, verdict.call, verdict.flags, payload(owned) if kind >= _abi.VERDICT_REWRITE else None, verdict.timeout_ms)
    verdicts.append(owned)
    return answer


_VERDICT_SIZE = ffi.sizeof("ironcage_verdict")


def release(name: str, *arguments: Any) -> None:
    """Calls an export on the way out (finalizers, interpreter exit): nothing is raised. In a forked child that has not used the library nothing is
    done: what is let go of there is the parent's."""
    library = _lib
    if library is None:
        return
    try:
        getattr(library, name)(*arguments)
    except Exception:  # noqa: BLE001 - the interpreter may be half gone
        pass


class Owned:
    """A handle with an owner: freed once, by close() or by the garbage collector, in any order; in a forked child only the child's."""

    def __init__(self, handle: int, free: str) -> None:
        self.handle = handle
        self._finalizer = weakref.finalize(self, release, free, handle)
        self._finalizer.atexit = False

    def free(self) -> None:
        """Frees it now. Idempotent."""
        self._finalizer()


def _before_fork() -> None:
    global _spare
    _lock.acquire()  # no child may see the library half loaded
    if _own is None or (_spare is not None and _spare[1] not in _used):
        return
    try:
        descriptor = _copy(library_path())
        _spare = descriptor, _inode(os.fstat(descriptor))
    except (OSError, AttributeError):
        pass  # each child makes its own


def _after_fork_in_parent() -> None:
    _lock.release()


def _after_fork() -> None:
    global _lib, _own, _lock
    _lock = threading.RLock()
    _lib = _own = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork)
