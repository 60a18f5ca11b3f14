"""The one engine of this process: made at its first use, flushed at exit."""
from __future__ import annotations

import atexit
import gc
import os
import sys
import threading
import weakref
from json import dumps, loads
from time import monotonic

from iron_cage import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Hashable, Mapping, Optional, Sequence, TypeVar

    from iron_cage._otel import Attempt, Instrumentation
    from iron_cage._protection import Protection
    from iron_cage._report import BudgetReport, Report
    from iron_cage._runs import Run

    R = TypeVar("R", BudgetReport, Report)

FLUSH_MS = 10_000

_lock = threading.RLock()
_drain_lock = threading.RLock()
_handle = 0
_hosts: dict[Hashable, bool] = {}
#: What add_hosts() was given.
named: list[str] = []
#: Origins at which canaries of coverage() arrive: the library never hears of them.
_stand_ins: set[Hashable] = set()
#: Events that the engine had dropped when it was last drained, and what a drain of nothing looks like.
_lost = 0
_nothing = b""
#: What is done before the library is told that this process ends.
before_exit: list[Callable[[], None]] = []
#: Protections of processes that borrow the library -> where their events go.
elsewhere: dict[int, Callable[[Mapping[str, Any]], None]] = {}
_protections: weakref.WeakValueDictionary[int, Protection] = weakref.WeakValueDictionary()
#: Calls that are open, so that each ends exactly once, at exit too.
open_calls: set[int] = set()
#: Holds of the user's own that are open, so that they are booked at exit.
open_holds: set[int] = set()
#: Those of the calls whose answer is handed on as a stream, each with its run (0: of none). Only such a call can be left behind by its reader.
streams: dict[int, int] = {}
#: Those of the streams that nobody is reading from right now, each with the time since when: the others cannot have been left.
idle: dict[int, float] = {}
#: Calls whose blocked read can be made to end -> how (_hooks/cutting.py).
cuttable: dict[int, Any] = {}
#: Handles of protections whose calls are told to OpenTelemetry; and such calls that are open, with their spans.
instrumented: dict[int, Instrumentation] = {}
traced: dict[int, Attempt] = {}
#: Attempts that follow a failed one once their pause is over, with whom they are told to.
ahead: dict[int, Any] = {}
#: How many events a step of a call fetches at the most: it may be on an event loop. The steps of other calls fetch the others.
DRAINED = 64
#: Whoever waits for the budget looks for streams that were left this long ago, in seconds.
IDLE = 0.5
#: Collections take at most so many parts of the time: one in twenty, or, where they stop an event loop with all its tasks, one in fifty.
RARELY, ON_LOOP = 20, 50
#: When collect_left last collected and how long it took, in seconds; whether streams were opened since.
_collected, _collecting, _unseen = 0.0, 0.0, False


def handle() -> int:
    """The engine's handle. Configured by IRON_CAGE_LLM_HOSTS and IRON_CAGE_LOG when it is made."""
    return _handle or _make()


def _make() -> int:
    global _handle
    with _lock:
        if not _handle:
            settings = {"llm_hosts": os.environ.get("IRON_CAGE_LLM_HOSTS"), "log_level": os.environ.get("IRON_CAGE_LOG")}
            config = dumps({name: value for name, value in settings.items() if value}).encode()
            _handle = _native.new_handle("ironcage_engine_new", config, len(config))
            atexit.register(at_exit)
        return _handle


def add_hosts(spec: str) -> None:
    """More hosts that speak an LLM protocol: "host[:port]=PROTOCOL,..."; the newest entry for a host wins."""
    text = spec.encode()
    _native.call("ironcage_engine_add_hosts", handle(), text, len(text))
    named.append(spec)
    forget_hosts()


def named_hosts() -> str:
    """All that were named, in order, as add_hosts() takes them: what processes that go on with our runs must know."""
    return ",".join(filter(None, (os.environ.get("IRON_CAGE_LLM_HOSTS"), *named)))


def forget_hosts() -> None:
    """The library is asked again."""
    _hosts.clear()
    for origin in list(_stand_ins):
        _hosts[origin] = True


def stand_in(origin: Hashable) -> None:
    """A canary's origin counts as a provider's until stand_down()."""
    _stand_ins.add(origin)
    _hosts[origin] = True


def stand_down(origin: Hashable) -> None:
    """Undoes stand_in()."""
    _stand_ins.discard(origin)
    _hosts.pop(origin, None)


def recognise(scheme: bytes, host: bytes, port: Optional[int]) -> bool:
    """Whether requests to this origin may be LLM calls. The library decides; its answer is remembered until the next add_hosts."""
    key = (scheme, host, port)
    known = _hosts.get(key)
    if known is None:
        name = b"[" + host + b"]" if b":" in host and not host.startswith(b"[") else host
        url = scheme + b"://" + name + (b":%d/" % port if port else b"/")
        out = _native.ffi.new("int32_t *")
        _native.call("ironcage_lang_recognise", out, handle(), url, len(url))
        known = _hosts[key] = bool(out[0])
    return known


def register(native: int, protection: Protection) -> None:
    """Events of this handle go to this protection."""
    _protections[native] = protection


def uninstrument(native: int) -> None:
    """Calls of this protection are told to OpenTelemetry no more. Idempotent."""
    instrumented.pop(native, None)


def drain(most: int = 0) -> None:
    """Fetches events (at most so many, 0: all): "log" ones go to logging.getLogger("iron_cage"), the others to their protection, which hands them to its callback
    only where its own runs execute: whoever drains finds everybody's. Raises nothing."""
    global _lost, _nothing
    if not _handle or not _native.loaded():
        return
    try:
        logs: list[Mapping[str, Any]] = []
        with _drain_lock:
            raw = _native.take("ironcage_engine_drain", _handle, most)
            if raw == _nothing:
                return
            _nothing = raw if raw.endswith(b'"events":[]}') else _nothing
            payload = loads(raw)
            lost = payload.get("dropped", 0) - _lost
            _lost += lost
            for event in payload.get("events", ()):
                owner = int(event["protection"])
                protection = _protections.get(owner)
                if event["kind"] == "log" or not owner:
                    logs.append(event)
                elif owner in elsewhere:
                    elsewhere[owner](event)
                elif protection is not None:
                    protection._record(event)
        if lost > 0:
            logs.append({"level": 30, "message": f"{lost} events were dropped: they came faster than they were drained"})
        for event in logs:
            _logger().log(int(event["level"]), "%s", event["message"])
    except Exception:  # noqa: BLE001 - telemetry must not break the agent
        _logger().exception("events could not be drained")


def _logger() -> Any:
    from logging import NullHandler, getLogger

    logger = getLogger("iron_cage")
    if not any(isinstance(handler, NullHandler) for handler in logger.handlers):
        logger.addHandler(NullHandler())  # without a handler of the host's own, Python would print warnings to its standard error
    return logger


def log(level: int, message: str, *arguments: object, exc_info: bool = False) -> None:
    """Logs to "iron_cage"; logging is imported only now."""
    _logger().log(level, message, *arguments, exc_info=exc_info)


def stream_opened(call: int, run: int) -> None:
    """The answer of an open call is handed on as a stream; run: its run, 0 of none."""
    global _unseen
    streams[call] = run
    idle[call] = monotonic()
    _unseen = True


def reading(call: int) -> None:
    """Somebody reads the stream: waits for its next piece."""
    idle.pop(call, None)


def read(call: int) -> None:
    """The reader has its piece, and may come back, or not."""
    if call in streams:
        idle[call] = monotonic()


def collect_left(run: int = 0, waiting: bool = False) -> bool:
    """Ends streams that were left by break or dropped: HTTP clients and SDKs keep them in cycles, so that they, and what they hold of the budget,
    would wait for the garbage collector. False: nothing was done, as no stream (of this run, if one is given) can have been left.

    What was left lately is found among the young objects, at next to no cost. All objects are looked at for a run, and where streams were opened
    since that was last done; else, and always on an event loop, only so often that it takes a small part of the time."""
    global _collected, _collecting, _unseen
    now = monotonic()
    left = [call for call, since in list(idle.items()) if (not run or streams.get(call) == run) and (not waiting or now - since > IDLE)]
    if not left:
        return False
    gc.collect(1)
    if not any(call in idle for call in left):
        return True
    on_loop = _on_loop()
    if (on_loop or not (run or _unseen)) and now - _collected < (ON_LOOP if on_loop else RARELY) * _collecting:
        return True
    _unseen = False
    now = monotonic()
    gc.collect()
    _collected = monotonic()
    _collecting = _collected - now
    return True


def _on_loop() -> bool:
    asyncio = sys.modules.get("asyncio.events")
    return asyncio is not None and asyncio._get_running_loop() is not None


def without_left(read: Callable[[], R]) -> R:
    """A report (something with held_usd), read again if streams that were left may be part of what is held."""
    report = read()
    return read() if report.held_usd and collect_left() else report


def end_call(native: int, how: int) -> bool:
    """Ends a call; only the first end of a call counts, and True tells that this was it."""
    if not leave_call(native):
        return False
    attempt = traced.get(native) if traced else None
    if attempt is not None:
        attempt.end(how)
    else:
        _native.release("ironcage_call_end", native, how)
    return True


def leave_call(native: int) -> bool:
    """A call ends, which the library is still to be told; False: it has ended before."""
    try:
        open_calls.remove(native)
    except KeyError:
        return False
    streams.pop(native, None)
    idle.pop(native, None)
    cuttable.pop(native, None)
    ahead.pop(native, None)
    return True


def at_exit() -> None:
    """The last chance: what is open ends, what is written behind is written. Idempotent."""
    if not _native.loaded():
        return
    while before_exit:
        before_exit.pop()()
    from iron_cage import _abi

    for native in list(open_calls):
        end_call(native, _abi.END_ABORTED)
    if instrumented:
        from iron_cage import _otel

        _otel.settle()
    for native in list(open_holds):
        open_holds.discard(native)
        _native.release("ironcage_hold_free", native)
    drain()
    _native.release("ironcage_engine_flush", _handle, FLUSH_MS)
    drain()
    for protection in list(_protections.values()):
        protection._deliver()


def after_fork(going_on: Sequence[Run]) -> None:
    """In a forked child: these runs, of the thread that forked, go on here; no others."""
    for protection in list(_protections.values()):
        protection._after_fork(going_on)


def _after_fork() -> None:
    global _lock, _drain_lock, _lost, _nothing
    _lock = threading.RLock()
    _drain_lock = threading.RLock()
    # Calls and streams that are open are the parent's. The engine goes on here under its handle, with no events yet.
    open_calls.clear()
    traced.clear()
    ahead.clear()
    open_holds.clear()
    streams.clear()
    idle.clear()
    before_exit.clear()
    elsewhere.clear()
    _lost, _nothing = 0, b""


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
