"""Holds of one's own on a budget: what a paid tool or a GPU may cost, before it does."""
from __future__ import annotations

from json import dumps, loads

from iron_cage import _abi, _convert, _engine, _native, errors
from iron_cage._convert import pico as to_pico
from iron_cage._runs import claim, current

TYPE_CHECKING = False
if TYPE_CHECKING:
    from decimal import Decimal
    from types import TracebackType
    from typing import Any, Generator, NoReturn, Optional, Sequence

    from iron_cage._convert import Money

#: How long a blocking wait stays in the library at a time, so that Ctrl-C is heard.
SLICE_MS = 100
_LONGEST_MS = 2**31 - 1
_open = _engine.open_holds
_ENDED = "this hold has ended, or belongs to the process that this one was forked from"


class Hold:
    """Money that is held on a :class:`Budget` for a cost of one's own. It ends once: by :meth:`settle`, by :meth:`release`, or in full.

    In full, because what was not settled may have cost all of it: at the end of its ``with`` block, whether by an exception or not; when it is garbage; at the
    interpreter's exit; and when the process dies, as the holds of calls are (docs/guarantees.md). A forked child cannot end it.
    """

    __slots__ = ("_handle", "_pico", "__weakref__")

    def __init__(self, handle: int, pico: int) -> None:
        self._handle = handle
        self._pico = pico

    @property
    def held_usd(self) -> Decimal:
        """What was asked for, in dollars; a fraction of a picodollar is rounded up."""
        from decimal import Decimal

        return Decimal(self._pico).scaleb(-12)

    @property
    def ended(self) -> bool:
        """Whether it was settled or released, or booked in full."""
        return not self._handle

    def settle(self, usd: Money) -> None:
        """Ends the hold at what it cost. Never waits for a disk.

        :param usd: dollars, 0 to 9000000; a fraction of a picodollar (10⁻¹² $) is rounded up. More than was held is booked in full, counts as overbilled in
            :func:`iron_cage.spend` and makes an event "budget.overbilled"
        :raises ConfigError: the amount is out of range; the hold goes on
        :raises RuntimeError: it has ended
        :raises StateError: the store is closed; the hold stays in it and is booked in full when it expires
        """
        handle = self._handle
        status = (_native._lib or _native.load()).ironcage_hold_settle(handle, to_pico("usd", usd))
        if status < 0:
            self._fail(status)
        self._handle = 0
        _open.discard(handle)

    def release(self) -> None:
        """Ends the hold at nothing, and reports nothing: what it was for did not happen.

        :raises RuntimeError: it has ended
        """
        handle = self._handle
        status = (_native._lib or _native.load()).ironcage_hold_release(handle)
        if status < 0:
            self._fail(status)
        self._handle = 0
        _open.discard(handle)

    def _fail(self, status: int) -> NoReturn:
        try:
            _native.fail(status)
        except errors.ConfigError as error:
            raise errors.ConfigError("usd:" + str(error).partition(":")[2]) from None
        except errors.StateError:
            _open.discard(self._handle)
            self._handle = 0
            raise
        except _native.StaleHandle:
            raise RuntimeError(_ENDED) from None

    def _end(self) -> None:
        """Books it in full, unless it has ended."""
        handle, self._handle = self._handle, 0
        if handle:
            _open.discard(handle)
            _native.release("ironcage_hold_free", handle)

    def __enter__(self) -> Hold:
        return self

    def __exit__(self, kind: Optional[type[BaseException]], raised: Optional[BaseException], traceback: Optional[TracebackType]) -> None:
        if self._handle:
            self._end()

    def __del__(self) -> None:
        if self._handle:
            self._end()

    def __repr__(self) -> str:
        return f"<Hold of ${self.held_usd:f}{' ended' if self.ended else ''}>"


class HoldRequest:
    """What :meth:`Budget.hold_async` gives: ``hold = await request``, or ``async with request as hold``."""

    __slots__ = ("_arguments", "_hold")

    def __init__(self, *arguments: Any) -> None:
        self._arguments = arguments
        self._hold: Optional[Hold] = None

    def __await__(self) -> Generator[Any, None, Hold]:
        return self._take().__await__()

    async def __aenter__(self) -> Hold:
        self._hold = await self._take()
        return self._hold

    async def __aexit__(self, kind: Optional[type[BaseException]], raised: Optional[BaseException], traceback: Optional[TracebackType]) -> None:
        if self._hold is not None:
            self._hold._end()

    async def _take(self) -> Hold:
        found = begin(*self._arguments)
        if isinstance(found, Hold):
            return found
        from iron_cage._hooks.waiting import wait

        kind, payload = await wait(found)
        return found.decided(kind, payload)


class _Pending:
    """A hold that is not decided yet, as :mod:`iron_cage._hooks.waiting` wants it."""

    __slots__ = ("handle", "_pico", "__weakref__")

    def __init__(self, handle: int, pico: int) -> None:
        self.handle = handle
        self._pico = pico

    def wait(self, timeout_ms: int) -> tuple[int, Optional[bytes]]:
        kind, _, flags, payload, _ = _native.step("ironcage_hold_wait", self.handle, timeout_ms)
        if flags:
            _engine.drain(_engine.DRAINED)
        return kind, payload

    def end(self, how: int) -> None:
        """Withdraws it."""
        _native.release("ironcage_hold_free", self.handle)

    def decided(self, kind: int, payload: Optional[bytes]) -> Hold:
        if kind != _SEND:
            raise errors.from_refusal(loads(payload or b"{}"))
        _open.add(self.handle)
        return Hold(self.handle, self._pico)


def waited(found: _Pending) -> Hold:
    """Waits in slices; Ctrl-C withdraws the hold."""
    try:
        while True:
            kind, payload = found.wait(SLICE_MS)
            if kind != _abi.VERDICT_PENDING:
                return found.decided(kind, payload)
            _engine.collect_left(waiting=True)
    except BaseException:
        found.end(0)
        raise


def begin(budget: int, usd: Money, wait: float, about: bytes) -> Hold | _Pending:
    """Takes a hold without waiting."""
    # This is _native.step without its generality: it would take as long as the library does.
    pico = to_pico("usd", usd)
    run = current.get()
    if run is not None:
        run = claim()
    lib = _native._lib or _native.load()
    try:
        owned = _native.verdicts.pop()
    except IndexError:
        owned = _native.new_verdict()
    verdict = owned[0]
    status = lib.ironcage_hold_new(
        verdict, budget, 0 if run is None else run.handle, _NONBLOCKING, pico, 30_000 if wait == 30.0 else _milliseconds(wait), about, len(about)
    )
    if status:
        _fail(status)
    kind, handle = verdict.kind, verdict.call
    if kind == _SEND:
        hold = Hold(handle, pico)
        _open.add(handle)
        flags = verdict.flags
        _native.verdicts.append(owned)
        if flags:
            _engine.drain(_engine.DRAINED)
        return hold
    if kind == _abi.VERDICT_PENDING:
        _native.verdicts.append(owned)
        return _Pending(handle, pico)
    payload = _native.payload(owned)
    _native.verdicts.append(owned)
    raise errors.from_refusal(loads(payload))


def _fail(status: int) -> NoReturn:
    try:
        _native.fail(status)
    except errors.ConfigError as error:
        option, _, rest = str(error).partition(":")
        raise errors.ConfigError(f"{_SPELLED.get(option, option)}:{_RANGES.get(option, rest)}") from None


_SEND, _NONBLOCKING = _abi.VERDICT_SEND, _abi.NONBLOCKING
_SPELLED = {"amount_pico": "usd", "wait_ms": "wait"}
_RANGES = {"wait_ms": " must be 0 to 3600 seconds"}


def _milliseconds(wait: float) -> int:
    return int(max(-1, min(_LONGEST_MS, _convert.number("wait", wait) * 1000)))


#: What holds were reported under lately, as the library wants it.
_abouts: dict[Any, bytes] = {}


def about(label: Optional[str], provider: Optional[str], agent: Optional[str], project: Optional[str], tags: Sequence[str]) -> bytes:
    """What a hold is reported under; empty: nothing beyond its run."""
    if not (label or provider or agent or project or tags):
        return b""
    key = (label, provider, agent, project, tags if type(tags) is tuple else None)
    try:
        known = _abouts.get(key) if key[-1] is not None else None
    except TypeError:  # something in it is no text, as is told below
        known = None
    if known is None:
        given = {"label": label, "provider": provider, "agent": agent, "project": project}
        said: dict[str, Any] = {name: _convert.text(name, value) for name, value in given.items() if value}
        if tags:
            said["tags"] = _convert.names("tags", tags)
        known = dumps(said).encode()
        if key[-1] is not None:
            if len(_abouts) >= 1024:
                _abouts.clear()
            _abouts[key] = known
    return known
