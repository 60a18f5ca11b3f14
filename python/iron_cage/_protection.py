"""Protections: what a decorated function, or a with block, is guarded by."""
from __future__ import annotations

import sys
import weakref
from collections import deque
from json import dumps, loads

from iron_cage import _convert, _engine, _native, _options, _refusal, _runs
from iron_cage._runs import Run, current, nearest_open
from iron_cage.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, Callable, Iterable, Mapping, NoReturn, Optional, Sequence, Union

    from iron_cage._approvals import Approval
    from iron_cage._budget import Budget
    from iron_cage._configs import BudgetConfig, ControlConfig, ReliabilityConfig, SafetyConfig, TelemetryConfig
    from iron_cage._convert import Money
    from iron_cage._price import Price
    from iron_cage._report import AgentState, Report

#: How many events a protection keeps.
EVENTS_KEPT = 10_000
_CLOSED = "this Protection is closed"


class Protection:
    """Guards every LLM call made inside ``with protection:`` or ``async with protection:``.

    It lives as long as the object: budget, warnings, breakers and report accumulate over all its runs; each ``with`` is one run.
    It may be entered again, nested, and by several threads and tasks at once.

    Every option left out (None) has its default.

    :param budget: dollars, a :class:`BudgetConfig` or a :class:`Budget`; default: spend is tracked, not limited
    :param budget_usd: dollars > 0
    :param budget_scope: "protection" (default), or "run": a fresh budget for each run
    :param warn_at: one or more shares of the budget in (0, 1]: a warning event as each is crossed, once in each window; default 0.9, for a :class:`Budget` with a ``warn_at``
        none but its own
    :param hold_wait: seconds a call waits for others to settle when it does not fit beside them, 0 to 3600, default 30
    :param lower_output: lower the output limit of a call that would not fit otherwise, default True
    :param pii_detection: True (default), False, or a :class:`SafetyConfig` that says what to look for (the same as ``safety``)
    :param pii_action: "redact" (default), "mask", "hash", "tokenise", "block", "warn" or "ignore"
    :param scan_output: responses and streams too, default True
    :param circuit_breaker: True (default), False, or ``{"failure_threshold": 3, "recovery_timeout": 60.0}``
    :param max_retries: the most attempts of a request beyond its first, those of its SDK included: 0 to 10, default 2. 0: none is added, and nothing is capped (docs/retries.md)
    :param max_calls: LLM calls per run, default no cap
    :param timeout: seconds that a run may last, 0.001 to 2,592,000, default no limit
    :param tools: names of the tools that the model may use (``*`` and ``?`` as in file names), default all
    :param agent_id: 1 to 200 characters for attribution and audit; default: from the function or the calling module
    :param project: what spend is reported under, beside the agent: 1 to 200 characters
    :param tags: more words that spend is reported under: at most 32 of 1 to 100 characters
    :param state: ``sqlite:///PATH`` or ``redis://HOST`` for durable budgets and audit (options of the store: see :class:`Budget`); default: IRON_CAGE_STATE, else memory
    :param on_deny: "raise" (default), or "respond": the agent gets an error response shaped like the provider's and may go on
    :param unpriced: models without a price: "deny" (default), "warn", or a :class:`Price` to assume
    :param unclaimed: calls that belong to no run while several protections are active: "deny" (default) or "pass"
    :param unscannable: content that no one can read: "warn" (default), "deny" or "allow"
    :param strict: True: entering raises :class:`NotProtected` when a client that is imported is not proven to be intercepted (:func:`coverage`), and so does an import of one that
        cannot be, in code of a run. The first entry, and each after something changed, sends canaries and takes some ten milliseconds. Default False
    :param on_event: called with each event (a mapping) as a call goes on and as a run ends, in the thread that does it: never in one that
        is not in a run of this protection. Of several that are, whichever comes next gets what there is. close(), the end of an abandoned
        generator in the garbage collector, and the interpreter's exit hand on what is left. What it raises is logged
    :param on_agent_state: called with an :class:`AgentState` for each change of it that this protection makes, where and when on_event would be; each is an event
        "agent.state", too
    :param safety: the rest of the safety options
    :param reliability: the rest of the options of the breaker (instead of ``circuit_breaker``), of retries and timeouts
    :param control: the rest of what a run may do: a :class:`ControlConfig`
    :param telemetry: OpenTelemetry, and a log file: a :class:`TelemetryConfig` (docs/telemetry.md); default neither
    :raises ConfigError: an option is unknown, given twice, of the wrong type or out of range
    :raises StateError: the store cannot be reached
    """

    handle: int

    def __init__(
        self,
        *,
        budget: Optional[Union[Money, BudgetConfig, Budget]] = None,
        budget_usd: Optional[Money] = None,
        budget_scope: Optional[str] = None,
        warn_at: Optional[Union[float, Sequence[float]]] = None,
        hold_wait: Optional[float] = None,
        lower_output: Optional[bool] = None,
        pii_detection: Optional[Union[bool, SafetyConfig]] = None,
        pii_action: Optional[str] = None,
        scan_output: Optional[bool] = None,
        circuit_breaker: Optional[Union[bool, Mapping[str, float]]] = None,
        max_retries: Optional[int] = None,
        max_calls: Optional[int] = None,
        timeout: Optional[float] = None,
        tools: Optional[Sequence[str]] = None,
        agent_id: Optional[str] = None,
        project: Optional[str] = None,
        tags: Optional[Sequence[str]] = None,
        state: Optional[str] = None,
        on_deny: Optional[str] = None,
        unpriced: Optional[Union[str, Price]] = None,
        unclaimed: Optional[str] = None,
        unscannable: Optional[str] = None,
        strict: Optional[bool] = None,
        on_event: Optional[Callable[[Mapping[str, Any]], object]] = None,
        on_agent_state: Optional[Callable[[AgentState], object]] = None,
        safety: Optional[SafetyConfig] = None,
        reliability: Optional[ReliabilityConfig] = None,
        control: Optional[ControlConfig] = None,
        telemetry: Optional[TelemetryConfig] = None,
        **unknown: NoReturn,
    ) -> None:
        given = dict(
            budget=budget, budget_usd=budget_usd, budget_scope=budget_scope, warn_at=warn_at, hold_wait=hold_wait,
            lower_output=lower_output, pii_detection=pii_detection, pii_action=pii_action, scan_output=scan_output,
            circuit_breaker=circuit_breaker, max_retries=max_retries, max_calls=max_calls, timeout=timeout, tools=tools, agent_id=agent_id, project=project, tags=tags, state=state, on_deny=on_deny,
            unpriced=unpriced, unclaimed=unclaimed, unscannable=unscannable, strict=strict, on_event=on_event, on_agent_state=on_agent_state, safety=safety,
            reliability=reliability, control=control, telemetry=telemetry, **unknown,
        )
        self._make(given, _caller())

    @classmethod
    def _of(cls, given: Mapping[str, Any], default_agent_id: str) -> Protection:
        """One made by the decorator."""
        self = cls.__new__(cls)
        self._make(given, default_agent_id)
        return self

    def _make(self, given: Mapping[str, Any], default_agent_id: str) -> None:
        from iron_cage._hooks import install

        options = _options.build(given, default_agent_id)
        self._budget = options.budget  # kept alive with the protection
        self._reliability = given.get("reliability")  # has the keys of its fallbacks
        self.strict = options.strict
        self._on_event = options.on_event
        self._on_agent_state = options.on_agent_state
        self._instrumentation = options.instrumentation
        self._approve = options.approve
        self._approval_timeout = options.approval_timeout
        self._events: deque[Mapping[str, Any]] = deque(maxlen=EVENTS_KEPT)
        self._undelivered: deque[Mapping[str, Any]] = deque(maxlen=EVENTS_KEPT)
        self._entered: list[Run] = []
        self._last_report: Optional[Report] = None
        self._last_state: Optional[AgentState] = None
        self.closed = False
        self._open = 0  # runs
        self._ended = False
        budget = self._budget._owned.handle if self._budget is not None else 0
        try:
            self.handle = _native.new_handle("ironcage_protection_new", _engine.handle(), budget, options.json, len(options.json))
        except ConfigError as error:
            raise options.respelled(error) from None
        self._owned = _native.Owned(self.handle, "ironcage_protection_free")
        _engine.register(self.handle, self)
        if options.stop_signal is not None:
            from iron_cage import _signals

            try:
                _signals.watch(self, options.stop_signal)
            except ConfigError:
                self._owned.free()
                raise
        self._stop_signal = options.stop_signal
        if self._instrumentation is not None:
            _engine.instrumented[self.handle] = self._instrumentation
            weakref.finalize(self, _engine.uninstrument, self.handle).atexit = False
        install.add(self)

    # What the user asks.

    def report(self) -> Report:
        """What happened so far; at any time, also during a run. After close() and the last run: as it was then."""
        from iron_cage._report import Report

        if self._last_report is not None:
            return self._last_report
        _engine.drain()
        return _engine.without_left(lambda: Report._of(loads(_native.take("ironcage_protection_report", self.handle))))

    @property
    def agent_state(self) -> AgentState:
        """What the agent is doing, what it spent and what was found in its traffic, over all protections of its agent_id in this process. Touches no store. After close() and
        the last run: as it was then."""
        from iron_cage._report import AgentState

        if self._last_state is not None:
            return self._last_state
        return AgentState._of(loads(_native.take("ironcage_protection_agent_state", self.handle)))

    def stop(self, reason: str = "stopped") -> None:
        """Kill switch: calls that are waiting and all later ones are refused with AgentStopped. The first reason stays.

        Where the protection has a ``state`` (or a :class:`Budget` with one), the agent_id is stopped there: protections of it in other processes within about a second, and those that
        are made later from the beginning, until :meth:`resume` or ``python -m iron_cage resume``. This returns when that is written.

        :raises RuntimeError: the protection is closed, and its last run has ended
        :raises StateError: this protection is stopped, but the store could not be written
        """
        if not isinstance(reason, str):
            _convert.refuse("reason", reason, "a string")
        if self._ended:
            raise RuntimeError(_CLOSED)
        text = reason.encode("utf-8", "replace")
        _native.call("ironcage_protection_stop", self.handle, text, len(text))

    def resume(self) -> bool:
        """Lifts the kill switch, in the store, too. Runs that were refused a call stay ended; new ones may begin.

        :returns: whether it had been thrown
        :raises ConfigError: the kill_file is still there
        :raises StateError: the store could not be written; the agent stays stopped
        :raises RuntimeError: the protection is closed, and its last run has ended
        """
        return bool(self._change({"resume": True})["changed"])

    def approvals(self) -> list[Approval]:
        """What waits for :meth:`approve` or :meth:`deny`, the oldest first: uses of tools that ``ControlConfig(approve_tools=...)`` names. From any thread of this process.

        :raises RuntimeError: the protection is closed, and its last run has ended
        """
        from iron_cage._approvals import Approval

        return [Approval._of(each) for each in self._change({})["approvals"]]

    def approve(self, id: str) -> bool:
        """The agent may see that use of a tool, once all that the answer uses is approved.

        :returns: False: nothing of that id waits (any more)
        :raises RuntimeError: the protection is closed, and its last run has ended
        """
        return bool(self._change({"approve": _convert.text("id", id)})["changed"])

    def deny(self, id: str, reason: str = "denied") -> bool:
        """The agent may not: the call ends in ToolDenied, with the reason (1 to 1,000 characters).

        :returns: False: nothing of that id waits (any more)
        :raises RuntimeError: the protection is closed, and its last run has ended
        """
        return bool(self._change({"deny": _convert.text("id", id), "reason": _convert.text("reason", reason)})["changed"])

    def _change(self, change: Mapping[str, object]) -> Any:
        if self._ended:
            raise RuntimeError(_CLOSED)
        data = dumps(change).encode()
        return loads(_native.take("ironcage_protection_change", self.handle, data, len(data)))

    def restore(self, text: str, where: str = "answer") -> str:
        """The text with the values in place of this protection's tokens. Tokens that cannot be opened (of another key or tenant, unknown, damaged) stay.

        Answers and the arguments of tools need no call of it where ``SafetyConfig(restore_in=...)`` names them: there values come back by themselves.

        :param where: "answer" or "tool:NAME"; values come back only where ``restore_in`` says so
        :raises ConfigError: ``restore_in`` does not have it
        :raises StateError: the store cannot be read
        :raises RuntimeError: the protection is closed, and its last run has ended
        """
        if self._ended:
            raise RuntimeError(_CLOSED)
        data, place = _convert.text("text", text).encode("utf-8", "surrogatepass"), _convert.text("where", where).encode()
        answer = _native.take("ironcage_protection_restore", self.handle, place, len(place), data, len(data))
        return answer.decode("utf-8", "surrogatepass")

    def events(self) -> list[Mapping[str, Any]]:
        """All events so far, oldest first, at most the last 10,000. Each is a mapping with "seq", "kind", "level" (10 debug to 40
        error), "time" (Unix seconds), "message" and "details"."""
        _engine.drain()
        return list(self._events)

    def close(self) -> None:
        """Ends the protection: there are no new runs, report() keeps its last state, hooks are removed with the last protection. Runs that
        are open go on, protected, and all this waits for the last of them. Idempotent."""
        with _runs.counting:
            ends = not self.closed and not self._open
            self.closed = True
        if ends:
            self._end()

    def _end(self) -> None:
        from iron_cage._hooks import install
        from iron_cage.errors import IronCageError

        try:
            self._last_report = self.report()
            self._last_state = self.agent_state
        except IronCageError:
            pass
        self._ended = True
        if self._stop_signal is not None:
            from iron_cage import _signals

            _signals.leave(self)
        _engine.uninstrument(self.handle)
        self._owned.free()
        install.remove(self)
        self._deliver()

    def __enter__(self) -> Protection:
        run = self._open_run()
        run.enter()
        self._entered.append(run)
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], raised: Optional[BaseException], traceback: Optional[TracebackType]
    ) -> None:
        run = self._innermost()
        try:
            self._entered.remove(run)
        except ValueError:
            pass
        run.exit()
        error, cause = _refusal.settle(run, raised)
        if error is not None:
            raise error from cause

    async def __aenter__(self) -> Protection:
        return self.__enter__()

    async def __aexit__(
        self, kind: Optional[type[BaseException]], raised: Optional[BaseException], traceback: Optional[TracebackType]
    ) -> None:
        self.__exit__(kind, raised, traceback)

    def __repr__(self) -> str:
        return f"<Protection {self.handle:#x}{' closed' if self.closed else ''}>"

    # What the rest of the package asks.

    def _open_run(self) -> Run:
        if self.strict:
            from iron_cage._coverage import require

            require()
        with _runs.counting:
            if self.closed:
                raise RuntimeError(_CLOSED)
            self._open += 1
        try:
            return Run(self, current.get())
        except BaseException:
            self._run_ended()
            raise

    def _run_ended(self) -> None:
        with _runs.counting:
            self._open -= 1
            ends = self.closed and not self._open
        if ends:
            self._end()

    def _after_fork(self, going_on: Sequence[Run]) -> None:
        """In a forked child."""
        self._open = sum(run.protection is self for run in going_on)
        self._entered = [run for run in self._entered if run in going_on]

    def _innermost(self) -> Run:
        """The run that the `with` which is ending opened: the innermost of this context, else (exited in another context than it was
        entered in, as some test frameworks do) the youngest."""
        run = current.get()
        while run is not None:
            if run.protection is self and run in self._entered:
                return run
            run = run.outer
        if not self._entered:
            raise RuntimeError("this Protection was not entered")
        return self._entered[-1]

    def _record(self, event: Mapping[str, Any]) -> None:
        self._events.append(event)
        if self._instrumentation is not None:
            self._instrumentation.event(event)
        if self._on_event is not None or (self._on_agent_state is not None and event["kind"] == "agent.state"):
            self._undelivered.append(event)

    def _deliver(self) -> None:
        """Calls on_event and on_agent_state with what they have not seen."""
        while self._undelivered:
            try:
                event = self._undelivered.popleft()
            except IndexError:
                return  # another thread was faster
            if self._on_event is not None:
                self._call("on_event", self._on_event, event)
            if self._on_agent_state is not None and event["kind"] == "agent.state":
                from iron_cage._report import AgentState

                self._call("on_agent_state", self._on_agent_state, AgentState._of(event["details"]))

    def _call(self, name: str, callback: Callable[[Any], object], argument: object) -> None:
        try:
            callback(argument)
        except Exception:  # noqa: BLE001 - the callback is a guest in the agent's thread
            _engine.log(40, f"{name} raised", exc_info=True)


def current_protection() -> Optional[Protection]:
    """The innermost Protection whose run the code that calls this belongs to, or None."""
    run = nearest_open(current.get())
    return run.protection if run is not None else None


def _caller() -> str:
    """module.function of whoever makes a Protection."""
    frame = sys._getframe(2)
    module = str(frame.f_globals.get("__name__", "__main__"))
    code = frame.f_code
    name = getattr(code, "co_qualname", code.co_name)
    return module if name == "<module>" else f"{module}.{name}"
