"""Two attempts at one request of httpx's, the second where the first is not answered in time: whichever has the head of an answer that is no error first is taken.

The library says when ("hedge_after"), and whether at all: it judges and counts the second as a call of its own. The other attempt is given up: its read is ended, its call costs its hold. Only the
way to the head is run twice, on threads or in tasks of their own, with the context of the caller; what follows goes on where the caller is.
"""
from __future__ import annotations

import threading
from contextlib import suppress
from contextvars import copy_context

from iron_cage import _abi, _engine, _native, errors
from iron_cage._hooks import cutting, waiting
from iron_cage._hooks.common import CANCELLED, COMPLETE, PASS, PENDING, REFUSE, REWRITE, WITHDRAWN, Call, Carry, carrying, response_head, unanswered
from iron_cage._hooks._httpx_limit import Limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

#: Seconds between two looks at the time of the second attempt, where a thread waits.
LOOK = 0.02


class _Try:
    """One attempt on its way to the head of its answer."""

    __slots__ = ("call", "limit", "response", "error", "is_over", "is_lost", "read")

    def __init__(self, call: Call) -> None:
        self.call = call
        self.limit: Optional[Limit] = None
        self.response: Any = None
        self.error: Optional[BaseException] = None
        self.is_over = self.is_lost = False
        #: How its read is ended.
        self.read: Any = None

    @property
    def is_good(self) -> bool:
        """It is answered, and not with an error."""
        return self.response is not None and self.response.status_code < (300 if self.call.elsewhere else 400)


class Race:
    """The attempts at one request."""

    def __init__(self, hook: Any, original: Any, client: Any, request: Any, args: Any, kwargs: Any) -> None:
        self._hook, self._original, self._client, self._request, self._args, self._kwargs = hook, original, client, request, args, kwargs
        self._lock = threading.Condition()
        #: Of the attempt that is taken.
        self.call: Any = None
        self.limit: Optional[Limit] = None

    # Threads.

    def first(self, call: Call, kind: int, payload: Optional[bytes]) -> Any:
        """The response that is taken. Raises what the first attempt raised, if neither is answered."""
        one = self._started(call, kind, payload)
        hedge, two = _beside(call), None
        try:
            while not one.is_over and hedge is not None and two is None:
                with self._lock:
                    self._lock.wait_for(lambda: one.is_over, LOOK)
                two, hedge = self._second(hedge)
            with self._lock:
                while not one.is_good and not (one.is_over and (two is None or two.is_over)) and not (two is not None and two.is_good):
                    self._lock.wait(1.0)
            won = one if one.is_good or two is None or not two.is_good else two
        except BaseException:  # Ctrl-C
            for each in (one, two):
                if each is not None:
                    self._give_up(each, CANCELLED)
            raise
        finally:
            if hedge is not None and two is None:
                hedge.end(WITHDRAWN)
        for each in (one, two):
            if each is not None and each is not won:
                self._give_up(each, CANCELLED)
        return self._taken(won)

    def _second(self, hedge: Call) -> tuple[Optional[_Try], Optional[Call]]:
        """Whether its time has come: (it, on its way; its call, unless it is not made)."""
        try:
            kind, payload = hedge.wait(0)
            if kind == PENDING:
                return None, hedge
            if kind in (PASS, REFUSE):
                return None, None
            return self._started(hedge, kind, payload), hedge
        except (errors.IronCageError, RuntimeError):  # its store, its key, no thread left: the first goes on without it
            hedge.end(WITHDRAWN)
            return None, None

    def _started(self, call: Call, kind: int, payload: Optional[bytes]) -> _Try:
        tried = _Try(call)
        outgoing, tried.limit = self._prepared(call, kind, payload)
        context = copy_context()
        threading.Thread(target=context.run, args=(self._run, tried, outgoing), name="iron-cage-hedging", daemon=True).start()
        return tried

    def _run(self, tried: _Try, outgoing: Any) -> None:
        carry = Carry(tried.call)
        carrying.set(carry)
        response: Any = None
        error: Optional[BaseException] = None
        try:
            response = self._original(self._client, outgoing, *self._args, **self._kwargs)
        except BaseException as raised:  # noqa: BLE001 - raised where it is waited for
            error = raised
        finally:
            carry.over()
        with self._lock:
            tried.response, tried.error, tried.is_over = response, error, True
            late = tried.is_lost
            self._lock.notify_all()
        if late and response is not None:
            with suppress(Exception):
                response.close()

    def _give_up(self, tried: _Try, how: int) -> None:
        """It is not taken: its call ends by the rules, and its read is ended."""
        with self._lock:
            tried.is_lost = True
            response = tried.response
        mark = _engine.cuttable.get(tried.call.handle)
        self._end(tried, how)
        if response is not None:
            with suppress(Exception):
                response.close()
        elif mark is not None and not tried.is_over:
            mark.look()
            mark.cut()

    # Tasks.

    async def first_async(self, call: Call, kind: int, payload: Optional[bytes]) -> Any:
        """As first(), on asyncio or trio."""
        import anyio

        one: _Try = _Try(call)
        two: Optional[_Try] = None
        hedge = _beside(call)
        decided = anyio.Event()

        async def run(tried: _Try, outgoing: Any) -> None:
            carry = Carry(tried.call)
            carrying.set(carry)
            try:
                tried.response = await cutting.attempt(tried.call, self._original(self._client, outgoing, *self._args, **self._kwargs))
            except Exception as error:  # noqa: BLE001 - raised where it is waited for
                tried.error = error
            finally:
                carry.over()
            tried.is_over = True
            if tried.is_good or (one.is_over and (two is None or two.is_over)):
                decided.set()

        async def run_later(call: Call) -> None:
            nonlocal two
            try:
                kind, payload = await waiting.wait(call)
                if kind in (PASS, REFUSE):
                    return
                tried = _Try(call)
                outgoing, tried.limit = self._prepared(call, kind, payload)
            except errors.IronCageError:  # its store, its key: the first goes on without it
                call.end(WITHDRAWN)
                return
            two = tried
            await run(tried, outgoing)

        outgoing, one.limit = self._prepared(call, kind, payload)
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(run, one, outgoing)
                if hedge is not None:
                    group.start_soon(run_later, hedge)
                await decided.wait()
                group.cancel_scope.cancel()
        except BaseException:
            if hedge is not None:
                hedge.end(CANCELLED)
            call.end(CANCELLED)
            raise
        won = one if one.is_good or two is None or not two.is_good else two
        for each in (one, two):
            if each is not None and each is not won:
                self._end(each, CANCELLED)
                if each.response is not None:
                    with suppress(Exception):
                        await each.response.aclose()
        if hedge is not None and two is None:
            hedge.end(WITHDRAWN)
        return self._taken(won)

    # Both.

    def _prepared(self, call: Call, kind: int, payload: Optional[bytes]) -> tuple[Any, Optional[Limit]]:
        outgoing = self._hook._outgoing(self._request, call, kind, payload) if kind >= REWRITE else self._request
        if not call.seconds:
            return outgoing, None
        limit = Limit(call.seconds, outgoing.extensions.get("timeout"))
        return self._hook._limited(outgoing, limit), limit

    def _end(self, tried: _Try, how: int) -> None:
        """An error costs nothing, as ever; what nobody has seen the answer of costs its hold."""
        call = tried.call
        if tried.response is not None and not tried.is_good and call.handle in _engine.open_calls:
            call.response(tried.response.status_code, True, response_head(tried.response.headers.raw)[0], b"")
            how = COMPLETE
        elif tried.error is not None:
            how = unanswered(tried.error, self._hook.not_sent)
        call.end(how)

    def _taken(self, won: _Try) -> Any:
        self.call, self.limit = won.call, won.limit
        if won.error is not None:
            raise won.error
        return won.response


def _beside(call: Call) -> Optional[Call]:
    """The second attempt, which waits for its time; None: there is none."""
    hedge = Call(call.run)
    hedge.can, hedge.body = call.can, call.body
    try:
        kind, handle, flags, payload, timeout_ms = _native.step(
            "ironcage_call_retry", call.handle, _abi.NONBLOCKING | _abi.BESIDE, 0, b"", 0, call.body, len(call.body),
        )
    except errors.IronCageError:
        return None
    hedge._opened(kind, handle, flags, timeout_ms)
    if not handle:
        return None
    attempt = _engine.traced.get(call.handle) if _engine.traced else None
    if attempt is not None:
        attempt.precedes(handle, kind, payload)
    return hedge
