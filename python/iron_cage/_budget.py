"""Budgets with a name, that outlive a protection and may be shared."""
from __future__ import annotations

from json import dumps, loads

from iron_cage import _convert, _engine, _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

    from iron_cage._convert import Money
    from iron_cage._report import BudgetReport


class Budget:
    """A sum of money that several protections, processes and restarts draw on.

    :param name: budgets of one name in one store are the same budget
    :param limit_usd: dollars, > 0
    :param state: ``sqlite:///PATH`` (durable, shared by processes), or None: the memory of this process and of those forked from it. Behind the path
        ``?heartbeat=5&expiry=60`` (the defaults, in seconds) says how often a process with calls in flight tells that it lives, and after which
        silence its holds are booked in full; use the same in all processes
    :raises ConfigError: a value of the wrong type or out of range
    :raises StateError: the store cannot be reached
    """

    def __init__(self, name: str, limit_usd: Money, *, state: Optional[str] = None) -> None:
        options = dumps({
            "name": _convert.text("name", name),
            "limit_usd": _convert.money("limit_usd", limit_usd),
            "state": None if state is None else _convert.text("state", state),
        }).encode()
        self.name = name
        self._owned = _native.Owned(
            _native.new_handle("ironcage_budget_open", _engine.handle(), options, len(options)), "ironcage_budget_free"
        )

    def report(self) -> BudgetReport:
        """The budget as its store has it now: limit, spent, held, remaining, in Decimal dollars."""
        from iron_cage._report import BudgetReport

        return _engine.without_left(lambda: BudgetReport._of(loads(_native.take("ironcage_budget_report", self._owned.handle))))

    def close(self) -> None:
        """Gives it back; protections that draw on it go on. Idempotent."""
        self._owned.free()

    def __repr__(self) -> str:
        return f"<Budget {self.name!r}>"
