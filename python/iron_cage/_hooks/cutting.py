"""Cutting reads that block: whoever stops an agent, or the end of a run's time, does not wait for the client's own timeout.

One thread looks, while calls are under way, which of them the library ends, and makes their reads end: sockets of blocking clients are shut down, awaits of asyncio's and trio's tasks are
cancelled. What is raised by that becomes the refusal in the hook, which takes it by refused().
"""
from __future__ import annotations

import os
import socket
import sys
import threading
import weakref
from contextvars import Context
from time import sleep

from iron_cage import _abi, _engine, _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Awaitable, Optional, TypeVar

    from iron_cage._hooks.common import Call

    R = TypeVar("R")

#: Seconds between two looks, and how many looks the thread stays when there is nothing to see.
LOOK, LINGER = 0.05, 40

#: Calls whose read can be made to end -> how. Those that have ended are taken out by _engine.end_call().
_watched = _engine.cuttable
_lock = threading.RLock()
_thread: Optional[threading.Thread] = None
#: See _find_asyncio().
_asyncio: Optional[tuple[Any, Any, Any]] = None


class Cut(Exception):
    """The wait for an answer was ended by Iron Cage. Where the agent is still stopped, the hook turns it into the refusal."""


class _Read:
    """A read of a blocking client."""

    __slots__ = ("seen", "_owner", "_socket")

    def __init__(self, owner: Any) -> None:
        self.seen = False
        self._owner = weakref.ref(owner)
        self._socket: Any = None

    def look(self) -> None:
        """Remembers the socket: a connection that is given up with its answer forgets it."""
        if self._socket is None:
            found = _socket_of(self._owner())
            self._socket = weakref.ref(found) if found is not None else None

    def cut(self) -> None:
        found = self._socket() if self._socket is not None else None
        if found is not None:
            try:
                socket.socket.shutdown(found, socket.SHUT_RDWR)  # of the socket itself: what TLS knows of it is the reader's
            except OSError:
                pass  # not connected yet, or no more


class _Await:
    """An await of a task, on asyncio or trio."""

    __slots__ = ("seen", "fired", "over", "before")

    def __init__(self) -> None:
        self.seen = self.fired = self.over = False
        self.before = 0

    def look(self) -> None:
        """There is nothing to remember."""


class _TaskAwait(_Await):
    """Does not keep the task: one that is left with its loop ends when it is garbage."""

    __slots__ = ("_loop", "_task")

    def __init__(self, loop: Any, task: Any) -> None:
        self.seen = self.fired = self.over = False
        self.before = 0
        self._loop = weakref.ref(loop)
        self._task = weakref.ref(task)

    def cut(self) -> None:
        loop = self._loop()
        try:
            if loop is not None:
                loop.call_soon_threadsafe(self._fire)
        except RuntimeError:
            pass  # that loop is closed

    def _fire(self) -> None:
        task = self._task()
        if self.over or self.fired or task is None:
            return
        self.fired = True
        self.before = task.cancelling() if hasattr(task, "cancelling") else 0
        task.cancel()

    def uncancelled(self) -> bool:
        """Takes our cancellation back; False: somebody else has cancelled the task, too."""
        task = self._task()
        return task is None or not hasattr(task, "uncancel") or task.uncancel() <= self.before


class _ScopeAwait(_Await):
    __slots__ = ("_token", "_scope")

    def __init__(self, token: Any, scope: Any) -> None:
        super().__init__()
        self._token = token
        self._scope = scope

    def cut(self) -> None:
        try:
            self._token.run_sync_soon(self._fire)
        except RuntimeError:
            pass  # that run of trio is over

    def _fire(self) -> None:
        if not self.over:
            self.fired = True
            self._scope.cancel()


def over(call: Call, owner: Any) -> None:
    """A blocking client waits for the answer of a call over this: a connection of http.client's, a stream of httpcore's or a buffered reader of a socket."""
    if not call.handle:
        return  # a canary's
    try:
        read = _Read(owner)
    except TypeError:
        return  # of another kind, that no weak reference can have: its read ends by itself
    _watched[call.handle] = read
    if _thread is None:
        _start()


def body(call: Call, reader: Any) -> None:
    """The answer's body comes over this reader; its connection may be given up already."""
    if call.handle in _watched and getattr(reader, "raw", None) is not None:
        over(call, reader)


async def attempt(call: Call, waiting: Awaitable[R]) -> R:
    """Awaits something of a client's, for a call; Cut if it was ended."""
    if not call.handle:
        return await waiting  # a canary's
    running, current_task, cancelled = _asyncio or _find_asyncio()
    loop = running()
    if loop is not None:
        task = current_task(loop)
        if task is None:
            return await waiting
        mark = _watched[call.handle] = _TaskAwait(loop, task)
        if _thread is None:
            _start()
        try:
            result = await waiting
        except cancelled:
            mark.over = True
            if mark.fired and mark.uncancelled():
                raise Cut("the call was cut") from None
            raise
        except BaseException:
            mark.over = True
            if mark.fired:
                mark.uncancelled()
            raise
        finally:
            mark.over = True
            if _watched.get(call.handle) is mark:
                _watched.pop(call.handle, None)
        if mark.fired:
            mark.uncancelled()
        return result
    trio = sys.modules.get("trio")
    if trio is None:
        return await waiting
    with trio.CancelScope() as scope:
        within = _ScopeAwait(trio.lowlevel.current_trio_token(), scope)
        _watch(call, within)
        try:
            return await waiting
        finally:
            _leave(call, within)
    raise Cut("the call was cut")


def _find_asyncio() -> tuple[Any, Any, Any]:
    """(running loop, its current task, what a cancelled task raises), of asyncio where it is imported; without it nothing runs on it."""
    global _asyncio
    events, tasks, exceptions = (sys.modules.get("asyncio." + name) for name in ("events", "tasks", "exceptions"))
    if events is None or tasks is None or exceptions is None:
        return _nothing, _nothing, ()
    _asyncio = events._get_running_loop, tasks.current_task, exceptions.CancelledError
    return _asyncio


def _nothing(*given: Any) -> None:
    return None


def refused(call: Call, error: BaseException) -> Optional[bytes]:
    """What a read of a client's raised: the refusal, if the library has ended the call; None: it is what it is."""
    if not isinstance(error, Exception) or call.handle not in _engine.open_calls:
        return None
    kind, _, _, payload, _ = _native.step("ironcage_call_interrupted", call.handle, 1)
    return payload if kind == _abi.VERDICT_REFUSE else None


def _watch(call: Call, mark: _Await) -> None:
    _watched[call.handle] = mark
    if _thread is None:
        _start()


def _leave(call: Call, mark: _Await) -> None:
    mark.over = True
    if _watched.get(call.handle) is mark:
        _watched.pop(call.handle, None)


def _socket_of(owner: Any) -> Any:
    found = getattr(owner, "sock", None)
    if found is None and hasattr(owner, "get_extra_info"):
        found = owner.get_extra_info("socket")
    if found is None:
        found = getattr(getattr(owner, "raw", None), "_sock", None)
    while found is not None and not isinstance(found, socket.socket) and hasattr(found, "_sock"):
        found = found._sock
    return found if isinstance(found, socket.socket) else None


def _start() -> None:
    global _thread
    with _lock:
        if _thread is not None:
            return
        _thread = threading.Thread(target=_look, name="iron-cage-cutting", daemon=True)
        try:
            Context().run(_thread.start)
        except RuntimeError:  # no thread is left for it, or the interpreter ends: reads end by themselves
            _thread = None


def _look() -> None:
    global _thread
    idle = 0
    while True:
        sleep(LOOK)
        if not _watched:
            idle += 1
            if idle >= LINGER:
                with _lock:
                    if not _watched:
                        _thread = None
                        return
            continue
        idle = 0
        for handle, mark in _watched.copy().items():
            try:
                mark.look()
                if mark.seen and _interrupted(handle):  # most calls are over before they are seen a second time
                    mark.cut()
                mark.seen = True
            except Exception:  # noqa: BLE001 - it must go on for the others
                _engine.log(30, "a call could not be looked at", exc_info=True)


def _interrupted(handle: int) -> bool:
    try:
        return _native.step("ironcage_call_interrupted", handle, 0)[0] == _abi.VERDICT_REFUSE
    except _native.StaleHandle:
        _watched.pop(handle, None)
        return False


def _after_fork() -> None:
    global _lock, _thread
    _lock = threading.RLock()
    _thread = None
    _watched.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
