"""Answers that use tools which must be approved: asks the callables of the protections, then waits for the verdict, in the way of the client."""
from __future__ import annotations

import sys
import threading
from json import dumps, loads

from iron_cage import _engine, _native
from iron_cage._hooks import waiting
from iron_cage._hooks.common import WITHDRAWN
from iron_cage.errors import IronCageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterator, Optional

    from iron_cage._approvals import Approval
    from iron_cage._hooks.common import Call
    from iron_cage._protection import Protection

#: Characters of a reason.
REASON = 1000


def ask(call: Call, payload: Optional[bytes]) -> tuple[int, Optional[bytes]]:
    """The verdict on an answer that waits. Callables run in this thread, those that are async on a loop of a thread of their own."""
    try:
        ask_all(payload)
    except BaseException:
        call.end(WITHDRAWN)
        raise
    return call.wait_blocking()


def ask_all(payload: Optional[bytes]) -> None:
    """Asks the callables of this process's protections, until one does not approve."""
    for protection, approve, approval in _asked(payload):
        try:
            said = approve(approval)
            if hasattr(said, "__await__"):
                said = _elsewhere(said)
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody has approved
            said = _raised(error)
        if not _decide(protection, approval, said):
            return


async def ask_async(call: Call, payload: Optional[bytes]) -> tuple[int, Optional[bytes]]:
    """As ask(), without keeping the loop waiting: callables that are not async run in a thread."""
    try:
        for protection, approve, approval in _asked(payload):
            try:
                said = await _bounded(approve, approval, protection._approval_timeout)
            except Exception as error:  # noqa: BLE001
                said = _raised(error)
            if not _decide(protection, approval, said):
                break
    except BaseException:
        call.end(WITHDRAWN)
        raise
    return await waiting.wait(call)


def now(steps: Any) -> Any:
    """Runs what a hook does with an answer, and asks where it yields (call, payload), waiting here."""
    try:
        asked = next(steps)
        while True:
            asked = steps.send(ask(*asked))
    except StopIteration as done:
        return done.value


async def later(steps: Any) -> Any:
    """As now(), on a loop."""
    try:
        asked = next(steps)
        while True:
            asked = steps.send(await ask_async(*asked))
    except StopIteration as done:
        return done.value


def _asked(payload: Optional[bytes]) -> Iterator[tuple[Protection, Callable[[Approval], Any], Approval]]:
    from iron_cage._approvals import Approval

    for each in loads(payload or b"{}").get("approvals", ()):
        protection = _engine._protections.get(int(each["protection"]))
        if protection is not None and protection._approve is not None:
            yield protection, protection._approve, Approval._of(each)


def _decide(protection: Protection, approval: Approval, said: object) -> bool:
    """True approves; a text, and whatever else, denies."""
    if said is True:
        change: dict[str, str] = {"approve": approval.id}
    else:
        change = {"deny": approval.id, "reason": (said if isinstance(said, str) and said else "denied")[:REASON]}
    data = dumps(change).encode()
    try:
        _native.take("ironcage_protection_change", protection.handle, data, len(data))
    except IronCageError:
        _engine.log(40, "a decision about the use of a tool could not be told", exc_info=True)
    return said is True


def _raised(error: Exception) -> str:
    _engine.log(40, "the callable that approves tools raised", exc_info=True)
    return f"the callable that approves raised {type(error).__name__}"


async def _bounded(approve: Callable[[Approval], Any], approval: Approval, seconds: float) -> object:
    from inspect import iscoroutinefunction, signature

    direct = iscoroutinefunction(approve) or iscoroutinefunction(getattr(approve, "__call__", None))
    events = sys.modules.get("asyncio.events")
    if events is not None and events._get_running_loop() is not None:
        import asyncio

        async def on_asyncio() -> object:
            said = approve(approval) if direct else await asyncio.to_thread(approve, approval)
            return await said if hasattr(said, "__await__") else said

        try:
            return await asyncio.wait_for(on_asyncio(), seconds)
        except asyncio.TimeoutError:
            return "nobody approved it in time"
    trio: Any = sys.modules["trio"]
    said: Any = "nobody approved it in time"
    with trio.move_on_after(seconds):
        if direct:
            said = approve(approval)
        else:
            leaves = "abandon_on_cancel" if "abandon_on_cancel" in signature(trio.to_thread.run_sync).parameters else "cancellable"  # renamed in trio 0.23
            said = await trio.to_thread.run_sync(approve, approval, **{leaves: True})
        if hasattr(said, "__await__"):
            said = await said
    return said


def _elsewhere(awaitable: Any) -> object:
    """Finishes an awaitable on a loop of a thread of its own: this one may have a loop that runs."""
    from contextvars import copy_context

    said: list[Any] = []

    async def finish() -> object:
        return await awaitable

    def work() -> None:
        import asyncio

        try:
            said.append(asyncio.run(finish()))
        except Exception as error:  # noqa: BLE001
            said.append(_raised(error))

    thread = threading.Thread(target=copy_context().run, args=(work,), name="iron-cage-approval", daemon=True)
    thread.start()
    thread.join()
    return said[0] if said else "denied"

