"""Budgets with a name, that outlive a protection and may be shared."""
from __future__ import annotations

from json import dumps, loads

from iron_cage import _convert, _engine, _hold, _native
from iron_cage._hold import Hold
from iron_cage.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional, Sequence, Union
    from uuid import UUID

    from iron_cage._convert import Money
    from iron_cage._hold import HoldRequest
    from iron_cage._report import BudgetEvent, BudgetReport


class Budget:
    """A sum of money that several protections, processes and restarts draw on.

    :param name: budgets of one name in one store are the same budget
    :param limit_usd: dollars, > 0, of each window. Another limit than the stored one replaces it; top-ups of the current window stay
    :param window: the time for which the limit counts: "total" (the default of a new budget), "day", "month", or a whole number of seconds, 1 to 31622400, counted from
        1970 UTC. What a call costs is booked in the window in which it settles, and calls in flight count in the next window until they do. Another window than the
        stored one begins at once, with nothing spent
    :param time_zone: whose midnights count for days and months, such as "Europe/Berlin"; default "UTC"
    :param parent: the budget on whose rest this one draws, too, and so on up to 16 levels: a call must fit all of them. Fixed when the budget is made, and in the same store
    :param state: ``sqlite:///PATH`` (durable, shared by processes), or None: that of the parent, else the memory of this process and of those forked from it. Behind the path
        ``?heartbeat=5&expiry=60`` (the defaults, in seconds) says how often a process with calls in flight tells that it lives, and after which
        silence its holds are booked in full; use the same in all processes. ``redis[s]://[user:password@]host[:port][/database]`` (Redis 6.2 or later, shared by machines), with
        ``?ns=NAME`` (budgets of one namespace, default "default"), ``lease=off`` (ask the server for every call; with the default, ``on``, a process takes a part of the budget in
        advance), ``outage=refuse`` (refuse calls at once when the server is away; default ``lease``: go on while the lease pays), ``create=off`` (a namespace that does not
        exist is an error), ``heartbeat=5``, ``expiry=60``, ``timeout=5`` (seconds), ``audit=PATH`` (an SQLite file of this machine for the audit trail and tokens; default: the newest
        10,000 entries in memory)
    :param warn_at: one or more shares of the limit in (0, 1]: a warning event of whichever protection crosses one, its own budget or one above it. Each process tells each once in
        a window, and again after the limit was raised. Protections on this budget without a ``warn_at`` of their own then warn of nothing else. None: as an earlier Budget of
        the name in this process said; an empty list: never
    :raises ConfigError: a value of the wrong type or out of range; a parent of another store, or another than before
    :raises StateError: the store cannot be reached
    """

    def __init__(
        self,
        name: str,
        limit_usd: Money,
        *,
        window: Optional[Union[str, int]] = None,
        time_zone: Optional[str] = None,
        parent: Optional[Budget] = None,
        state: Optional[str] = None,
        warn_at: Optional[Union[float, Sequence[float]]] = None,
    ) -> None:
        if parent is not None and not isinstance(parent, Budget):
            _convert.refuse("parent", parent, "a Budget")
        if state is None and parent is not None:
            state = parent._state
        options = dumps({
            "name": _convert.text("name", name),
            "limit_usd": _convert.money("limit_usd", limit_usd),
            "window": _window(window),
            "time_zone": None if time_zone is None else _convert.text("time_zone", time_zone),
            "parent": None if parent is None else parent.name,
            "state": None if state is None else _convert.text("state", state),
            "warn_at": None if warn_at is None else _convert.shares("warn_at", warn_at),
        }).encode()
        self.name: str = name
        self._state: Optional[str] = state
        self._parent = parent
        self._owned = _native.Owned(
            _native.new_handle("ironcage_budget_open", _engine.handle(), options, len(options)), "ironcage_budget_free"
        )

    def report(self) -> BudgetReport:
        """The budget as its store has it now: limit, spent, held, remaining, in Decimal dollars; its window and its parent."""
        from iron_cage._report import BudgetReport

        return _engine.without_left(lambda: BudgetReport._of(loads(_native.take("ironcage_budget_report", self._owned.handle))))

    def hold(
        self,
        usd: Money,
        *,
        wait: float = 30.0,
        label: Optional[str] = None,
        provider: Optional[str] = None,
        agent: Optional[str] = None,
        project: Optional[str] = None,
        tags: Sequence[str] = (),
    ) -> Hold:
        """Takes a hold for what costs money and is no LLM call: a paid tool, a GPU. When this returns the money is held, durably where the store is.

        ::

            with budget.hold(0.50, label="web-search") as hold:
                hold.settle(search())       # what it cost; a block that is left without booked all 50 cents

        :param usd: an upper bound of the cost in dollars, above 0, at most 9000000; a fraction of a picodollar (10⁻¹² $) is rounded up
        :param wait: seconds to wait, in order of arrival, when it fits the budget but not beside the holds of others, 0 to 3600. A reserve that a run keeps for wrapping up is not
            kept from it
        :param label: what it is for, where reports have the model: 1 to 200 characters
        :param provider: who is paid: 1 to 200 characters
        :param agent: who spends it; default: the agent of the protection whose run the code that calls this belongs to, if any
        :param project: default: that of the run
        :param tags: beside those of the run, at most 32 of 1 to 100 characters
        :raises BudgetExceeded: it does not fit, not even after the wait, or the budget is frozen
        :raises AgentStopped: the protection of the run was stopped
        :raises ConfigError: an argument is of the wrong type or out of range
        :raises StateError: the store cannot be reached; nothing is held
        """
        about = _hold.about(label, provider, agent, project, tags) if label or provider or agent or project or tags else b""
        found = _hold.begin(self._owned.handle, usd, wait, about)
        return found if isinstance(found, Hold) else _hold.waited(found)

    def hold_async(
        self,
        usd: Money,
        *,
        wait: float = 30.0,
        label: Optional[str] = None,
        provider: Optional[str] = None,
        agent: Optional[str] = None,
        project: Optional[str] = None,
        tags: Sequence[str] = (),
    ) -> HoldRequest:
        """As :meth:`hold`, without blocking the event loop: ``hold = await budget.hold_async(0.50)``, or ``async with budget.hold_async(0.50) as hold:``.
        A task that is cancelled while it waits holds nothing."""
        return _hold.HoldRequest(self._owned.handle, usd, wait, _hold.about(label, provider, agent, project, tags))

    def top_up(self, usd: Money, *, note: str = "", request_id: Optional[Union[str, UUID]] = None) -> BudgetReport:
        """Adds to the limit of the current window (of a total one: for good). Calls that wait for money go on at once.

        :param usd: dollars, -9000000 to 9000000; a negative amount never takes the limit below zero
        :param note: why, for the history: at most 200 characters
        :param request_id: a UUID: of top-ups with the same only the first counts, so that one that is tried again is not given twice
        :raises ConfigError: it does not fit the budget
        """
        return self._change({"top_up_usd": _convert.money("usd", usd), "id": None if request_id is None else str(request_id)}, note, "usd")

    def set_limit(self, usd: Money, *, note: str = "") -> BudgetReport:
        """Sets the limit from now on, in dollars > 0; top-ups of the current window stay. A limit below what is spent refuses further calls."""
        return self._change({"limit_usd": _convert.money("usd", usd)}, note, "usd")

    def freeze(self, note: str = "") -> BudgetReport:
        """Grants nothing until :meth:`unfreeze`, here and in the budgets below: calls are refused, also those that wait. Calls in flight go on and settle."""
        return self._change({"frozen": True}, note)

    def unfreeze(self, note: str = "") -> BudgetReport:
        """Goes on granting."""
        return self._change({"frozen": False}, note)

    def history(self, most: int = 100) -> list[BudgetEvent]:
        """What happened to the budget, newest first: made, limits, top-ups, frozen and not, windows that ended with what they had spent. In memory: in this process.

        :param most: how many events at most, 1 to 10000
        """
        from iron_cage._report import BudgetEvent

        most = _convert.integer("most", most)
        if not 1 <= most <= 10_000:
            raise ConfigError("most: must be a whole number from 1 to 10000")
        return [BudgetEvent._of(each) for each in loads(_native.take("ironcage_budget_history", self._owned.handle, most))]

    def close(self) -> None:
        """Gives it back; protections that draw on it go on. Idempotent."""
        self._owned.free()

    def _change(self, change: dict[str, Any], note: str, spelling: str = "") -> BudgetReport:
        from iron_cage._report import BudgetReport

        change["note"] = note and _convert.text("note", note)
        data = dumps(change).encode()
        try:
            return BudgetReport._of(loads(_native.take("ironcage_budget_change", self._owned.handle, data, len(data))))
        except ConfigError as error:
            option, _, rest = str(error).partition(":")
            raise (ConfigError(f"{spelling if option.endswith('_usd') else 'request_id' if option == 'id' else option}:{rest}")) from None

    def __repr__(self) -> str:
        return f"<Budget {self.name!r}>"


def _window(value: Optional[Union[str, int]]) -> Optional[str]:
    if value is None or isinstance(value, str):
        return value
    return str(_convert.integer("window", value))
