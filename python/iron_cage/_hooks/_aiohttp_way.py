"""How a request of aiohttp's gets to its provider, again where another attempt follows, within the time that an attempt may take."""
from __future__ import annotations

from contextlib import suppress
from time import monotonic

from iron_cage._hooks import cutting
from iron_cage._hooks.common import Carry, carrying

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from iron_cage._hooks.common import Call


class Way:
    """The way of one request."""

    def __init__(self, connect: Any, connector: Any, args: Any, kwargs: Any) -> None:
        self._connect, self._connector, self._args, self._kwargs = connect, connector, args, kwargs
        self.send: Any = None
        self.request: Any = None
        #: URL and headers of the request as it was shown, once an attempt has others.
        self.shown: Any = None
        self._end = 0.0
        self._call: Any = None

    async def connect(self, request: Any, call: Call) -> Any:
        """A connection for an attempt, which begins now."""
        self._call = call
        self._end = monotonic() + call.seconds if call.seconds else 0.0
        return await self.within(self._connect(self._connector, request, *self._args, **self._kwargs))

    async def sent(self, connection: Any) -> Any:
        """Sends the request: a response whose head is still to come."""
        carry = Carry(self._call)
        token = carrying.set(carry)
        try:
            return await self.within(self.send(self.request(), connection))
        finally:
            carry.over()
            with suppress(ValueError):
                carrying.reset(token)

    async def within(self, work: Any) -> Any:
        """The result of a step, in what is left of the attempt's time. asyncio.TimeoutError where that is not enough."""
        if not self._end:
            return await cutting.attempt(self._call, work)
        async with _timeout(max(0.001, self._end - monotonic())):
            return await cutting.attempt(self._call, work)

    def is_over(self, error: BaseException) -> bool:
        """Whether the attempt has failed for want of its own time."""
        from asyncio import TimeoutError as Elapsed

        return bool(self._end) and isinstance(error, Elapsed) and monotonic() >= self._end - 0.001


def _timeout(seconds: float) -> Any:
    import asyncio

    if hasattr(asyncio, "timeout"):
        return asyncio.timeout(seconds)
    import async_timeout  # a requirement of aiohttp's, there

    return async_timeout.timeout(seconds)
