"""Runs: which invocation of which agent the code that executes now belongs to."""
from __future__ import annotations

import os
import sys
import threading
from contextvars import ContextVar
from json import loads

from iron_cage import _engine, _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Mapping, Optional

    from iron_cage._otel import Instrumentation
    from iron_cage._protection import Protection

#: The innermost run of this context. May have ended meanwhile: see claim().
current: ContextVar[Optional[Run]] = ContextVar("iron_cage_run", default=None)


class State:
    """What the hooks look at first."""

    #: How many runs are open in this process; 0: nothing is protected, and hooks step aside.
    active = 0
    #: How many forks lie between this process and its first ancestor. Runs of another generation are not counted here: they are the parent's.
    generation = 0
    #: 1: this process as a whole goes on with a run of the one that started it; it counts among the active ones.
    joined = 0

    def join(self) -> None:
        """From now on this process goes on with a run of another one."""
        with counting:
            self.joined = 1
            self.active += 1


state = State()
#: Guards the counts of open runs. Reentrant: the garbage collector may end an abandoned run anywhere.
counting = threading.RLock()


class Run:
    """One invocation of an agent.

    A refusal may travel as an exception only on the thread and task that entered the boundary; both are noted at the entry.
    """

    __slots__ = ("protection", "parent", "outer", "handle", "closed", "thread", "task", "generation", "traced", "_owned", "__weakref__")

    handle: int
    closed: bool
    parent: Optional[Run]
    outer: Optional[Run]
    #: Where its calls are told to: the innermost protection around them that wants it.
    traced: Optional[Instrumentation]

    def __init__(self, protection: Protection, outer: Optional[Run]) -> None:
        self.protection = protection
        self.outer = outer
        self.parent = nearest_open(outer)
        self.traced = protection._instrumentation or (self.parent.traced if self.parent else None)
        self.handle = _native.new_handle("ironcage_run_open", protection.handle, self.parent.handle if self.parent else 0)
        # The handle outlives the run: threads that work on in its name are still held to its budget, caps and refusal.
        self._owned = _native.Owned(self.handle, "ironcage_run_free")
        self.closed = False
        self.thread: Optional[int] = None
        self.task: Optional[object] = None
        with counting:
            self.generation = state.generation
            state.active += 1

    def enter(self) -> None:
        """Binds the run to this context and makes this thread and task its boundary."""
        self.thread = threading.get_ident()
        self.task = current_task()
        current.set(self)

    def leave(self) -> None:
        """Gives the context back to the run around this one. Where another context executes, as when the garbage collector ends a coroutine
        whose loop is gone, there is nothing to give back."""
        if self.here():
            current.set(self.outer)
        self.thread = None
        self.task = None

    def enter_step(self, inside: Optional[Run]) -> None:
        """Enters the run for one step of a generator: what is around it is what is around this step, and what its body had entered by the
        end of the last step (see leave_step) is entered again."""
        self.outer = current.get()
        self.enter()
        run = inside
        while run is not None and run is not self:
            run.thread, run.task = self.thread, self.task
            run = run.outer
        if inside is not None:
            current.set(inside)

    def leave_step(self) -> Optional[Run]:
        """Gives the context back between two steps, and tells the innermost run that the generator's body has entered and not yet left."""
        inside = current.get() if self.here() else None
        run = inside
        while run is not None and run is not self:
            run = run.outer
        entered = inside if run is self and inside is not self else None
        run = entered
        while run is not None and run is not self:
            run.thread = run.task = None
            run = run.outer
        self.leave()
        return entered

    def exit(self) -> None:
        """As leave(), for boundaries that end in any order: runs of this context that were entered later stay, without this one around
        them. A context in which this one was not entered is left alone."""
        inner = current.get()
        if inner is self:
            self.leave()
            return
        self.thread = None
        self.task = None
        while inner is not None and inner.outer is not self:
            inner = inner.outer
        if inner is not None:
            inner.outer = self.outer

    def at_boundary(self) -> bool:
        """Whether an exception raised here would reach the boundary of this run without harming anyone else."""
        return not self.closed and self.here()

    def here(self) -> bool:
        """Whether the thread and task that entered the run execute now."""
        return self.thread == threading.get_ident() and self.task is current_task()

    def close(self) -> Optional[Mapping[str, Any]]:
        """Closes the run and returns the refusal that it remembers. Idempotent."""
        with counting:
            if self.closed:
                return None
            self.closed = True
            counted = self.generation == state.generation
            if counted:
                state.active -= 1
        try:
            if not _native.loaded():
                return None  # a forked child that made no call
            _engine.collect_left(self.handle)
            try:
                remembered = _native.take("ironcage_run_close", self.handle)
            except _native.StaleHandle:
                return None  # garbage: the handle went before the generator whose end closes the run
            _engine.drain()
        finally:
            if counted:
                self.protection._run_ended()
        self.deliver()
        return loads(remembered) if remembered else None

    def deliver(self) -> None:
        """Hands the events so far to the callbacks of the protections this run is under: this is code of theirs that executes."""
        run: Optional[Run] = self
        while run is not None:
            if run.protection._undelivered:
                run.protection._deliver()
            run = run.parent


def step_aside(run: Optional[Run]) -> list[Run]:
    """Takes the runs around here whose boundary is on this thread away from it, until come_back(): what is refused gets a response."""
    aside = []
    while run is not None:
        if run.thread == threading.get_ident():
            run.thread = None
            aside.append(run)
        run = run.outer
    return aside


def come_back(runs: list[Run]) -> None:
    """Undoes step_aside()."""
    for run in runs:
        run.thread = threading.get_ident()


class Ending:
    """Ends a run with the frame that holds this: a generator or coroutine that is garbage may lose its frame without executing another line
    (its loop is closed, or it awaits or yields once more when it is told to end)."""

    __slots__ = ("run",)

    def __init__(self, run: Run) -> None:
        self.run = run

    def __del__(self) -> None:
        if not self.run.closed:
            self.run.exit()
            self.run.close()


def nearest_open(run: Optional[Run]) -> Optional[Run]:
    """The run itself, or the nearest one around it that has not ended."""
    while run is not None and run.closed:
        run = run.parent or run.outer
    return run


def claim() -> Optional[Run]:
    """Whose call is made here; None: of no run, the engine decides.

    A thread or task may outlive the run it was started in. Its calls belong to the nearest run around that is still open, else to the
    run that has ended: an agent must not escape its limits by working on in the background, nor another agent pay for it.
    """
    bound = current.get()
    run = nearest_open(bound)
    if run is not None or bound is None or bound.protection.closed:
        return run
    return bound


def strictly() -> bool:
    """Whether the code that executes is in a run of a protection with strict=True."""
    run = current.get()
    while run is not None:
        if not run.closed and run.protection.strict:
            return True
        run = run.outer
    return False


def current_task() -> Optional[object]:
    """The asyncio or trio task that executes now, or the loop in a callback of one; neither is imported for it."""
    asyncio = sys.modules.get("asyncio.events")
    loop: Optional[object] = asyncio._get_running_loop() if asyncio is not None else None
    if loop is not None:
        tasks = sys.modules.get("asyncio.tasks")
        task: Optional[object] = tasks.current_task() if tasks is not None else None
        return task if task is not None else loop
    trio = sys.modules.get("trio")
    if trio is not None:
        try:
            found: object = trio.lowlevel.current_task()
            return found
        except (RuntimeError, AttributeError):
            return None
    return None


def _after_fork() -> None:
    global counting
    counting = threading.RLock()
    # Runs of other threads are not in this process; those of this thread's context go on in both.
    going_on: list[Run] = []
    run = current.get()
    while run is not None:
        if not run.closed:
            going_on.append(run)
        run = run.outer
    state.generation += 1
    state.active = state.joined + len(going_on)
    for run in going_on:
        run.generation = state.generation
    _engine.after_fork(going_on)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
