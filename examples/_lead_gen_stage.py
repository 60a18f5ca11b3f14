"""The staging of the demo: who the leads are, what the provider does when, what it must cost, and whether all went as it must."""
from __future__ import annotations

import json
import random
import re
from collections import Counter
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from typing import Any, Callable, Dict, List, Optional, Tuple

from iron_cage import BudgetExceeded, CallDenied, Report, price, redact
from iron_cage.testing import Exchange, Reply, Request, count_prompt_tokens

#: How many requests about one lead the provider fails: three open the circuit, the fourth is the first probe.
OUTAGE = 4
FAILURES_TO_OPEN = 3
#: Share of the budget at which the agent wants to be warned; make_agent() says the same.
WARN_AT = Decimal("0.8")
#: Shortest list of leads on which the staged events fall on different leads.
FEWEST_STAGED = 4

_PICODOLLAR = Decimal("1e-12")
_FIRST = "Ada Alan Barbara Claude Donald Edsger Frances Grace Hedy John Katherine Ken Leslie Margaret Niklaus Radia Tim Tony".split()
_LAST = "Keller Novak Okafor Lindqvist Moreau Tanaka Silva Petrov Haddad Jansen Costa Bauer Nakamura Rossi Dubois Larsen".split()
_COMPANY = "Northwind Contoso Fabrikam Tailspin Wingtip Litware Proseware Adatum Fourth Lucerne Trey Woodgrove Coho Graphic".split()
_TRADE = "Tools Pumps Valves Robotics Optics Freight Textiles Batteries Ceramics Turbines".split()
_REASON = ("They replaced two suppliers last year.", "Their plant is growing fast.", "They asked for a quote in spring.", "No budget before autumn.")


@dataclass(frozen=True)
class Lead:
    """Whom the agent looks at. Each has a name and a company of two words, so each costs the same."""

    number: int
    name: str
    company: str
    streamed: bool


@dataclass(frozen=True)
class Plan:
    """What happens when, and what it must cost. outage_at, leak_at, warn_at: lead numbers, or None on a very short list."""

    leads: List[Lead]
    secrets: Dict[str, str]
    """Finding kind -> the value that the model gives away."""
    rates: Tuple[Decimal, Decimal, Decimal]
    """Input, cached input, output: dollars per million tokens, as the simulator's bill takes them."""
    costs: List[Decimal]
    """Dollars for each lead's answer."""
    outage_at: Optional[int]
    leak_at: Optional[int]
    warn_at: Optional[int]
    budget_usd: Decimal
    stop_at: int
    """The lead that the smaller budget no longer pays."""
    small_budget_usd: Decimal
    output_tokens: int
    seed: int

    @classmethod
    def make(cls, count: int, seed: int, chat_request: Callable[[Lead], Dict[str, Any]]) -> Plan:
        """Derives everything from the number of leads, the seed and the price catalogue."""
        dice = random.Random(seed)
        staged = count >= FEWEST_STAGED
        outage_at, leak_at, warn_at = (-(-count * percent // 100) if staged else None for percent in (34, 67, 85))
        leads = [
            Lead(
                number,
                name=f"{dice.choice(_FIRST)} {dice.choice(_LAST)}",
                company=f"{dice.choice(_COMPANY)} {dice.choice(_TRADE)}",
                streamed=(number - (leak_at or 1)) % 3 == 0,
            )
            for number in range(1, count + 1)
        ]
        first = chat_request(leads[0])
        catalogue = price(first["model"])
        buckets = (catalogue.input_usd_per_mtok, catalogue.cached_input_usd_per_mtok, catalogue.output_usd_per_mtok)
        rates = (Decimal(str(buckets[0])), Decimal(str(buckets[1])), Decimal(str(buckets[2])))
        output_tokens = first["max_tokens"]
        costs = [(count_prompt_tokens(chat_request(lead)) * rates[0] + output_tokens * rates[2]) / 1_000_000 for lead in leads]
        # The warning: its threshold lies at four fifths of the cost of lead warn_at, whose settlement therefore crosses it.
        if warn_at is not None:
            budget = (sum(costs[: warn_at - 1]) + costs[warn_at - 1] * Decimal("0.8")) / WARN_AT
        else:
            budget = 2 * sum(costs)
        # The stop: the small budget pays all leads before stop_at, and a tenth of one more: room for the hold of the last (which is an
        # upper bound, a little above the cost), and far too little for stop_at, even with its output lowered to the least of 64 tokens.
        stop_at = warn_at if warn_at is not None else count
        small = sum(costs[: stop_at - 1]) + costs[stop_at - 1] / 10
        return cls(
            leads, _secrets(dice, leads[(leak_at or 1) - 1]), rates, costs, outage_at, leak_at, warn_at,
            budget.quantize(_PICODOLLAR, ROUND_DOWN).normalize(), stop_at, small.quantize(_PICODOLLAR, ROUND_DOWN).normalize(),
            output_tokens, seed,
        )

    @property
    def total_usd(self) -> Decimal:
        """What all leads must cost together."""
        return sum(self.costs, Decimal(0))

    @property
    def paid_usd(self) -> Decimal:
        """What the leads before stop_at must cost together."""
        return sum(self.costs[: self.stop_at - 1], Decimal(0))


def _secrets(dice: random.Random, lead: Lead) -> Dict[str, str]:
    digits = [4] + [dice.randrange(10) for _ in range(14)]
    doubled = sum(sum(divmod(digit * 2, 10)) if place % 2 == 0 else digit for place, digit in enumerate(digits))
    card = "".join(map(str, [*digits, -doubled % 10]))
    return {
        "EMAIL_ADDRESS": f"{lead.name.lower().replace(' ', '.')}@example.com",
        "PHONE_NUMBER": f"+1 415 555 01{dice.randrange(100):02}",
        "CREDIT_CARD": " ".join(card[start : start + 4] for start in range(0, 16, 4)),
    }


@dataclass
class Act:
    """What one agent did, and what the provider recorded of it."""

    answers: Dict[int, str] = field(default_factory=dict)
    """Lead number -> the text that the agent received."""
    events: List[Tuple[int, str]] = field(default_factory=list)
    """(lead in work, kind of event), in order."""
    report: Optional[Report] = None
    log: List[Exchange] = field(default_factory=list)
    bill_usd: Decimal = Decimal(0)
    refused_at: Optional[int] = None
    refusal: Optional[CallDenied] = None


@dataclass
class Evidence:
    """All that verify() judges."""

    plan: Plan
    first: Act = field(default_factory=Act)
    second: Act = field(default_factory=Act)


class Stage:
    """The provider's part: give answer to ProviderSimulator(). delay: seconds per answer."""

    def __init__(self, plan: Plan, delay: float, misbehaves: bool) -> None:
        self.act = Act()
        self.leak_at = plan.leak_at if misbehaves else None
        self._outage_at = plan.outage_at if misbehaves else None
        self._plan = plan
        self._delay = delay
        self._asked: Counter[int] = Counter()

    def answer(self, request: Request) -> Reply:
        """The reply to one request; each costs exactly plan.output_tokens."""
        number = lead_of(request.last_text)
        self._asked[number] += 1
        if number == self._outage_at and self._asked[number] <= OUTAGE:
            return Reply(status=500, delay=self._delay)
        dice = random.Random(f"{self._plan.seed}/{number}")
        text = f"Score {dice.randrange(20, 99)}. {dice.choice(_REASON)}"
        if number == self.leak_at:
            text += " Reach them at {EMAIL_ADDRESS} or {PHONE_NUMBER}; card {CREDIT_CARD} is on file.".format(**self._plan.secrets)
        size = dice.randint(2, 5)
        pauses = -(-len(text) // size) if request.stream else 0
        pause = self._delay / (pauses + 1)
        return Reply(text, completion_tokens=self._plan.output_tokens, chunk_size=size, delay=pause, chunk_delay=pause if pauses else 0.0)


def lead_of(text: str) -> int:
    """The number of the lead that a prompt is about."""
    found = re.match(r"Lead (\d+):", text)
    return int(found[1]) if found else 0


def delta_of(line: str) -> str:
    """The text in one line of a streamed answer, or ""."""
    if not line.startswith("data: {"):
        return ""
    choices = json.loads(line[len("data: ") :])["choices"]
    return (choices[0]["delta"].get("content") or "") if choices else ""


def said(exchange: Exchange) -> str:
    """What the provider really sent in one exchange, before any protection."""
    body = exchange.response_text.decode()
    if exchange.streamed:
        return "".join(delta_of(line) for line in body.splitlines())
    content: str = json.loads(body)["choices"][0]["message"]["content"]
    return content


def verify(evidence: Evidence) -> List[str]:
    """What is not as it must be, one line each; an empty list when all is well."""
    return [*_verify_first(evidence.plan, evidence.first), *_verify_second(evidence.plan, evidence.second)]


def _verify_first(plan: Plan, act: Act) -> List[str]:
    if act.report is None:
        return ["the first agent made no report"]
    check = _Checks()
    check("every lead is answered, in order", list(act.answers), [lead.number for lead in plan.leads])
    check("nothing refuses the first agent for good", act.refused_at, None)
    _check_texts(check, plan, act)
    _check_money(check, "first", act, plan.total_usd)
    check.holds("the first agent stays within its budget", act.bill_usd <= plan.budget_usd)
    check("requests that failed", sum(exchange.status == 500 for exchange in act.log), OUTAGE if plan.outage_at else 0)
    # Three failures open the circuit, the first probe fails and opens it again, the second one closes it.
    steps = ["circuit.opened", "circuit.half_open", "circuit.opened", "circuit.half_open", "circuit.closed"]
    expected = [(plan.outage_at, kind) for kind in steps] if plan.outage_at else []
    check("circuit events", [event for event in act.events if event[1].startswith("circuit.")], expected)
    check("circuits at the end", {circuit.state for circuit in act.report.circuits}, {"closed"})
    check("calls denied while the circuit was open", act.report.denied, 2 if plan.outage_at else 0)
    check("budget warnings at lead", [lead for lead, kind in act.events if kind == "budget.warning"], [plan.warn_at] if plan.warn_at else [])
    check("findings at lead", {lead for lead, kind in act.events if kind == "pii.found"}, {plan.leak_at} if plan.leak_at else set())
    check("findings by kind", dict(act.report.pii_by_kind), {kind: 1 for kind in plan.secrets} if plan.leak_at else {})
    return check.problems


def _check_texts(check: _Checks, plan: Plan, act: Act) -> None:
    """What the provider sent arrives, and personal data does not."""
    sent = {lead_of(exchange.json["messages"][-1]["content"]): said(exchange) for exchange in act.log if exchange.status == 200}
    for number, text in act.answers.items():
        leaks = number == plan.leak_at
        check(f"the answer for lead {number}", text, redact(sent.get(number, "")) if leaks else sent.get(number))
        for kind, value in plan.secrets.items():
            check.holds(f"no {kind} reaches the agent at lead {number}", value not in text)
            if leaks:
                check.holds(f"the provider really sent the {kind} at lead {number}", value in sent.get(number, ""))


def _verify_second(plan: Plan, act: Act) -> List[str]:
    if act.report is None:
        return ["the second agent made no report"]
    check = _Checks()
    check("leads that the small budget pays", list(act.answers), list(range(1, plan.stop_at)))
    check("the lead at which the small budget stops", act.refused_at, plan.stop_at)
    check.holds("the stop is a BudgetExceeded", isinstance(act.refusal, BudgetExceeded))
    _check_money(check, "second", act, plan.paid_usd)
    check.holds("the provider's bill is within the small budget", act.bill_usd <= plan.small_budget_usd)
    check("calls denied", act.report.denied, 1)
    return check.problems


def _check_money(check: _Checks, name: str, act: Act, expected: Decimal) -> None:
    assert act.report is not None
    check(f"{name} agent: the provider's bill", act.bill_usd, expected)
    check(f"{name} agent: spent, against the provider's bill", act.report.spent_usd, act.bill_usd)
    check(f"{name} agent: held at the end", act.report.held_usd, Decimal(0))
    check(f"{name} agent: calls, against the provider's log", act.report.calls, len(act.log))
    usages = [exchange.usage for exchange in act.log if exchange.usage is not None]
    for bucket, key in (("input", "prompt_tokens"), ("output", "completion_tokens")):
        check(f"{name} agent: {bucket} tokens", getattr(act.report.tokens, bucket), sum(usage[key] for usage in usages))


class _Checks:
    """Collects what differs."""

    def __init__(self) -> None:
        self.problems: List[str] = []

    def __call__(self, what: str, got: object, expected: object) -> None:
        if got != expected:
            self.problems.append(f"{what}: {_short(got)}, expected {_short(expected)}")

    def holds(self, what: str, true: bool) -> None:
        if not true:
            self.problems.append(f"not so: {what}")


def _short(value: object) -> str:
    text = str(value) if isinstance(value, Decimal) else repr(value)
    return text if len(text) <= 120 else f"{text[:117]}..."
