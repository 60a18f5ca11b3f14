"""Errors.

::

    IronCageError(Exception)
    ├── CallDenied                a call was refused           .reason .model .report .result
    │   ├── BudgetExceeded        no money left for it         .limit_usd .spent_usd .held_usd .needed_usd
    │   ├── UnpricedModel         the catalogue has no price
    │   ├── PiiBlocked            personal data in it          .findings
    │   ├── CircuitOpen           the provider is failing      .retry_after
    │   ├── LimitReached          a cap of the run, or a rate  .limit .retry_after
    │   ├── ToolDenied            a tool that is not allowed   .tool
    │   └── AgentStopped          stopped by hand              .why
    ├── ConfigError(ValueError)   an option is unknown, of the wrong type or out of range
    ├── StateError                the store cannot be reached or is damaged
    ├── NotProtected              a client cannot be intercepted, and strict=True was asked for   .gaps
    └── NativeError               the library failed
"""
from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from decimal import Decimal
    from typing import Any, Mapping, Optional, Sequence

    from iron_cage._coverage import ClientCoverage
    from iron_cage._report import PiiFinding, Report


class IronCageError(Exception):
    """The root of every error of this package."""


class CallDenied(IronCageError):
    """A call was refused, and this is what the protected function's caller gets.

    :ivar reason: one readable line
    :ivar model: the model of the refused call, or None
    :ivar report: the protection's :class:`~iron_cage.Report` when the function ended, or None
    :ivar result: what the protected function returned in spite of the refusal, or None
    """

    #: What to do about it; part of the message.
    hint = ""

    def __init__(self, reason: str, *, model: Optional[str] = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.model = model
        self.report: Optional[Report] = None
        self.result: Any = None

    def __str__(self) -> str:
        return f"{self.reason.rstrip('.')}. {self.hint}" if self.hint else self.reason

    def _fill(self, refusal: Mapping[str, Any]) -> None:
        """Takes the fields of its own kind out of a refusal."""


class BudgetExceeded(CallDenied):
    """The call could cost more than is left, or the budget is frozen.

    :ivar limit_usd: the budget that refused, in dollars; the other three likewise
    :ivar spent_usd: settled so far
    :ivar held_usd: held for calls in flight
    :ivar needed_usd: what this call could cost at most
    :ivar reserve_usd: what of it is kept for wrapping up, and is not for this call (``BudgetConfig.reserve_usd``); None: nothing
    :ivar budget: the name of the budget that refused, where that is one above the agent's own (its parent, and so on); else None
    :ivar frozen: nothing is granted, however much is left
    """

    hint = "Raise budget_usd, ask for fewer output tokens, or use a cheaper model"
    limit_usd: Optional[Decimal] = None
    spent_usd: Optional[Decimal] = None
    held_usd: Optional[Decimal] = None
    needed_usd: Optional[Decimal] = None
    reserve_usd: Optional[Decimal] = None
    budget: Optional[str] = None
    frozen: bool = False

    def _fill(self, refusal: Mapping[str, Any]) -> None:
        from iron_cage._report import dollars

        for name in ("limit_usd", "spent_usd", "held_usd", "needed_usd", "reserve_usd"):
            setattr(self, name, dollars(refusal.get(name)))
        self.budget = refusal.get("budget")
        self.frozen = bool(refusal.get("frozen"))

    def __str__(self) -> str:
        whose = f"budget {self.budget}" if self.budget else "budget"
        if self.frozen:
            return f"the {whose} is frozen. Budget.unfreeze() lets calls through again"
        if self.limit_usd is None or self.spent_usd is None or self.held_usd is None or self.needed_usd is None:
            return super().__str__()
        spent = "is spent" if self.spent_usd >= self.limit_usd else "does not cover this call"
        kept = "" if self.reserve_usd is None else f"{_money(self.reserve_usd)} kept for wrapping up, "
        return (
            f"{whose} of {_money(self.limit_usd)} {spent}: {_money(self.spent_usd)} spent, {_money(self.held_usd)} held, {kept}"
            f"this call needs {_money(self.needed_usd)}. {self.hint}"
        )


class UnpricedModel(CallDenied):
    """No price is known for the model, so no budget could hold."""

    hint = 'Pass unpriced=Price(input_usd_per_mtok=..., output_usd_per_mtok=...), or unpriced="warn" to let it pass uncounted'


class PiiBlocked(CallDenied):
    """Personal data or a secret stands in the request or the response, and the action for it is "block".

    :ivar findings: a list of :class:`~iron_cage.PiiFinding`: kind and place, never the value
    """

    hint = 'Remove it, or choose another action (pii_action="redact", or one kind through SafetyConfig(actions=...))'

    def __init__(self, reason: str, *, model: Optional[str] = None) -> None:
        super().__init__(reason, model=model)
        self.findings: list[PiiFinding] = []

    def _fill(self, refusal: Mapping[str, Any]) -> None:
        from iron_cage._report import findings

        self.findings = findings(refusal.get("findings"))


class CircuitOpen(CallDenied):
    """The provider failed too often in a row.

    :ivar retry_after: seconds until the next probe is let through
    """

    hint = "Try again after retry_after seconds"
    retry_after: float = 0.0

    def _fill(self, refusal: Mapping[str, Any]) -> None:
        self.retry_after = float(refusal.get("retry_after") or 0.0)


class LimitReached(CallDenied):
    """A cap of the run is reached, or the wait for a call's turn was in vain. The latter does not end the run: the next call asks again.

    :ivar limit: which one: "calls", "tokens", "time" or "loop" of the run; "requests_per_minute", "tokens_per_minute" or "max_concurrent" of the provider host and model
    :ivar retry_after: of the latter three: seconds after which there may be room, as far as is known; None: never for this call, or a cap of the run
    """

    hint = "Raise it if the agent is meant to go on"
    limit: str = ""
    retry_after: Optional[float] = None

    def _fill(self, refusal: Mapping[str, Any]) -> None:
        self.limit = str(refusal.get("limit") or "")
        after = refusal.get("retry_after")
        self.retry_after = None if after is None else float(after)


class ToolDenied(CallDenied):
    """The model wants to use a tool that it may not, or the request offers one that the provider would run itself. The agent never saw the answer.

    :ivar tool: its name; "" when the answer named none clearly
    """

    hint = "Allow it with tools=[...] if the agent is meant to use it"
    tool: str = ""

    def _fill(self, refusal: Mapping[str, Any]) -> None:
        self.tool = str(refusal.get("tool") or "")


class AgentStopped(CallDenied):
    """Someone called :meth:`Protection.stop`, or stopped the agent by a file, a signal or its store.

    :ivar why: the reason given there
    """

    hint = "Protection.resume() lets it go on"
    why: str = ""

    def _fill(self, refusal: Mapping[str, Any]) -> None:
        self.why = str(refusal.get("why") or "")


class ConfigError(IronCageError, ValueError):
    """An option is unknown, of the wrong type or out of range; the message names it and what is accepted."""


class StateError(IronCageError):
    """The store of a budget cannot be reached, is full, locked, read-only or damaged."""


class NotProtected(IronCageError):
    """A client that is imported cannot be intercepted, and ``strict=True`` was asked for. Nothing of the agent was executed, or, where it is raised by an import, no more of it.

    :ivar gaps: the rows of :func:`~iron_cage.coverage` that are in the way; empty when it was raised by an import
    """

    def __init__(self, message: str, gaps: Sequence[ClientCoverage] = ()) -> None:
        super().__init__(message)
        self.gaps = tuple(gaps)


class NativeError(IronCageError):
    """The native library failed, cannot be loaded, or cannot work here; the message is its own."""


_KINDS: dict[str, type[CallDenied]] = {
    kind.__name__: kind for kind in (CallDenied, BudgetExceeded, UnpricedModel, PiiBlocked, CircuitOpen, LimitReached, ToolDenied, AgentStopped)
}


def from_refusal(refusal: Mapping[str, Any]) -> CallDenied:
    """The public error of a refusal (ironcage_call_begin in the header describes it)."""
    kind = _KINDS.get(str(refusal.get("error")), CallDenied)
    error = kind(str(refusal.get("reason") or "the call was refused"), model=refusal.get("model"))
    error._fill(refusal)
    return error


def _money(amount: Decimal) -> str:
    """Dollars as people read them: two to six decimals."""
    from decimal import ROUND_HALF_EVEN, Decimal

    shown = amount.quantize(Decimal("0.000001"), rounding=ROUND_HALF_EVEN) if abs(amount) < 10**15 else amount
    whole, _, decimals = format(shown, "f").partition(".")
    decimals = decimals.rstrip("0")
    return f"${whole}.{decimals.ljust(2, '0')}"
