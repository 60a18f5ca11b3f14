"""The one door to the C library: loading, calling, translating errors, owning handles and buffers.

The library is loaded at its first use, not at import: importing iron_cage starts nothing, so that tools which only import it (test
plugins, fork servers) stay as they were. After that, a forked child cannot use it (the header says why): every call there raises.
"""
from __future__ import annotations

import os
import sys
import threading
import weakref

from iron_cage import _abi, errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn, Optional

ffi = _abi.ffi
NULL = ffi.NULL

FORKED = (
    "protections do not work in a forked child yet: this process was forked after the library had been started. "
    "Use the 'spawn' start method, or fork before the first use of iron_cage"
)

_NAMES = {"win32": "ironcage.dll", "darwin": "libironcage.dylib"}
_lock = threading.Lock()
_lib: Any = None


class _Forked:
    """Stands in for the library in a forked child."""

    def __getattr__(self, name: str) -> NoReturn:
        raise errors.NativeError(FORKED)


def library_path() -> str:
    """Where the library is: IRON_CAGE_LIBRARY (for development), else beside this module."""
    override = os.environ.get("IRON_CAGE_LIBRARY")
    if override:
        return override
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), "_native", _NAMES.get(sys.platform, "libironcage.so"))


def load() -> Any:
    """The library, loaded and compared with these bindings at the first call."""
    global _lib
    with _lock:
        if _lib is None:
            path = library_path()
            try:
                # cffi closes a library with its last reference, at interpreter exit; ours must stay to the end of the process.
                loaded = ffi.dlopen(path, os.RTLD_NOW | os.RTLD_NODELETE) if hasattr(os, "RTLD_NODELETE") else ffi.dlopen(path)
            except OSError as error:
                raise errors.NativeError(f"cannot load the Iron Cage library: {error}") from None
            try:
                found = ffi.string(loaded.ironcage_abi_fingerprint(), 64).decode("ascii", "replace")
            except AttributeError:
                raise errors.NativeError(f"{path} is not the Iron Cage library: it has no ironcage_abi_fingerprint") from None
            if found != _abi.HEADER_SHA256:
                raise errors.NativeError(
                    f"library and bindings do not belong together: {path} was built from an ironcage.h with SHA-256 {found}, "
                    f"the bindings from one with {_abi.HEADER_SHA256}. Install one iron-cage wheel, or rebuild both"
                )
            _lib = loaded
        return _lib


def forked() -> bool:
    """Whether this process is a forked child that must leave the library alone."""
    return isinstance(_lib, _Forked)


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
_verdicts: list[Any] = []


def step(name: str, *arguments: Any) -> tuple[int, int, int, Optional[bytes]]:
    """Calls an export that answers with a verdict: (kind, call, flags, body)."""
    try:
        verdict, body = _verdicts.pop()
    except IndexError:
        verdict = ffi.new("ironcage_verdict *")
        body = ffi.addressof(verdict, "body")
    verdict.size = _VERDICT_SIZE
    status = getattr(_lib or load(), name)(verdict, *arguments)
    if status < 0:
        fail(status)
    kind = verdict.kind
    payload: Optional[bytes] = None
    if kind >= _abi.VERDICT_REWRITE:
        payload = bytes(ffi.buffer(body.data, body.len)) if body.len else b""
        _lib.ironcage_buffer_free(body)
    answer = (kind, verdict.call, verdict.flags, payload)
    _verdicts.append((verdict, body))
    return answer


_VERDICT_SIZE = ffi.sizeof("ironcage_verdict")


def release(name: str, *arguments: Any) -> None:
    """Calls an export on the way out (finalizers, interpreter exit): nothing is raised, and a forked child does nothing."""
    library = _lib
    if library is None or isinstance(library, _Forked):
        return
    try:
        getattr(library, name)(*arguments)
    except Exception:  # noqa: BLE001 - the interpreter may be half gone
        pass


class Owned:
    """A handle with an owner: freed once, by close() or by the garbage collector, in any order, not in a forked child."""

    def __init__(self, handle: int, free: str) -> None:
        self.handle = handle
        self._finalizer = weakref.finalize(self, release, free, handle)
        self._finalizer.atexit = False

    def free(self) -> None:
        """Frees it now. Idempotent."""
        self._finalizer()


def _after_fork() -> None:
    global _lib, _lock
    _lock = threading.Lock()
    if _lib is not None:
        _lib = _Forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
