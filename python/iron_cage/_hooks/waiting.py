"""Waiting for a PENDING verdict without blocking an event loop.

asyncio: the engine's descriptor is watched by each loop that has somebody waiting; whichever loop wakes asks the engine which calls are
decided and wakes their tasks, on whatever loop they are. Other loops, and loops that cannot watch descriptors, look again and again.
"""
from __future__ import annotations

import os
import sys
import threading
import weakref

from iron_cage import _engine, _native
from iron_cage._hooks.common import PENDING, WITHDRAWN
from iron_cage.errors import NativeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional, Protocol

    from iron_cage._hooks.common import Call

    class Waits(Protocol):
        """A call, or a hold of the user's own."""

        handle: int

        def wait(self, timeout_ms: int) -> tuple[int, Optional[bytes]]: ...

        def end(self, how: int) -> None: ...

#: A waiting task looks by itself after this many seconds: a lost wake-up costs time, not the call.
LOOK_AGAIN = 1.0
#: A wait that is no longer than this is one for the disk, not for what others hold of the budget.
LOOK_FIRST = 0.1
POLL_FIRST, POLL_MOST = 0.001, 0.05
_CAPACITY = 64

#: Reentrant: the garbage collector may end a waiting coroutine, whose loop is gone, anywhere.
_lock = threading.RLock()
#: Weak, both of them: what waits on a loop that is closed is garbage, and its end withdraws the call.
_waiters: dict[int, weakref.ref[Any]] = {}
_watching: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()
_descriptor: Optional[int] = None


async def wait(call: Waits) -> tuple[int, Optional[bytes]]:
    """The verdict. Cancellation withdraws the call."""
    try:
        events = sys.modules.get("asyncio.events")
        loop = events._get_running_loop() if events is not None else None
        if loop is not None and _watchable():
            return await _watch(call, loop)
        return await _poll(call)
    except BaseException:
        call.end(WITHDRAWN)
        raise


async def again(call: Call) -> tuple[int, Optional[bytes]]:
    """As Call.wait_again(), without blocking."""
    kind, payload = call.take_again()
    return await wait(call) if kind == PENDING else (kind, payload)


async def _watch(call: Waits, loop: Any) -> tuple[int, Optional[bytes]]:
    import asyncio

    if not _add_reader(loop):
        return await _poll(call)
    pause = LOOK_FIRST
    try:
        while True:
            woken = loop.create_future()
            with _lock:
                _waiters[call.handle] = weakref.ref(woken)
            # Registered first, asked then: a decision in between is seen here, one after it wakes the future.
            kind, payload = call.wait(0)
            if kind != PENDING:
                return kind, payload
            await asyncio.wait([woken], timeout=pause)
            kind, payload = call.wait(0)
            if kind != PENDING:
                return kind, payload
            _engine.collect_left(waiting=True)
            pause = LOOK_AGAIN
    finally:
        with _lock:
            _waiters.pop(call.handle, None)
        _remove_reader(loop)


async def _poll(call: Waits) -> tuple[int, Optional[bytes]]:
    pause = POLL_FIRST
    while True:
        kind, payload = call.wait(0)
        if kind != PENDING:
            return kind, payload
        await _sleep(pause)
        pause = min(pause * 2, POLL_MOST)


async def _sleep(seconds: float) -> None:
    trio = sys.modules.get("trio")
    events = sys.modules.get("asyncio.events")
    if events is not None and events._get_running_loop() is not None:
        import asyncio

        await asyncio.sleep(seconds)
    elif trio is not None:
        await trio.sleep(seconds)
    else:
        import anyio

        await anyio.sleep(seconds)


def _watchable() -> bool:
    global _descriptor
    if _descriptor is None:
        out = _native.ffi.new("int32_t *")
        try:
            _native.call("ironcage_engine_event_fd", out, _engine.handle())
            _descriptor = int(out[0])
        except NativeError:
            _descriptor = -1
    return _descriptor >= 0


def _add_reader(loop: Any) -> bool:
    with _lock:
        count = _watching.get(loop, 0)
        if count == 0:
            try:
                loop.add_reader(_descriptor, _collect)
            except NotImplementedError:
                return False
        _watching[loop] = count + 1
    return True


def _remove_reader(loop: Any) -> None:
    with _lock:
        count = _watching.get(loop, 1) - 1
        if count > 0:
            _watching[loop] = count
            return
        _watching.pop(loop, None)
        if not loop.is_closed():
            loop.remove_reader(_descriptor)


def _collect() -> None:
    """Wakes the tasks whose calls are decided."""
    decided = _native.ffi.new("uint64_t[]", _CAPACITY)
    count = _native.ffi.new("size_t *")
    while True:
        _native.call("ironcage_engine_collect", decided, _CAPACITY, count, _engine.handle())
        for index in range(count[0]):
            with _lock:
                waiter = _waiters.pop(decided[index], None)
            woken = waiter() if waiter is not None else None
            if woken is not None:
                try:
                    woken.get_loop().call_soon_threadsafe(_wake, woken)
                except RuntimeError:
                    pass  # that loop is closed, and its task with it
        if count[0] < _CAPACITY:
            return


def _wake(woken: Any) -> None:
    if not woken.done():
        woken.set_result(None)


def _after_fork() -> None:
    global _lock, _descriptor
    _lock = threading.RLock()
    _waiters.clear()
    _watching.clear()
    _descriptor = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
