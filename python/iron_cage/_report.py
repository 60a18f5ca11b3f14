"""What the library reports, as frozen values. Money is Decimal dollars, exact; durations are seconds."""
from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any, Mapping, Optional


def dollars(value: object) -> Optional[Decimal]:
    """The library's decimal string as a Decimal; None stays None."""
    return None if value is None else Decimal(str(value))


def instant(value: str) -> datetime:
    """The library's UTC instants; up to microseconds."""
    date, _, fraction = value.rstrip("Z").partition(".")
    return datetime.strptime(f"{date}.{fraction[:6] or '0'}", "%Y-%m-%dT%H:%M:%S.%f").replace(tzinfo=timezone.utc)


@dataclass(frozen=True)
class PiiFinding:
    """One piece of personal data, or one secret: what kind and where, never the value.

    :ivar kind: such as "EMAIL_ADDRESS"
    :ivar start: offset of its first character in the scanned text (Python characters)
    :ivar end: offset behind its last character
    :ivar score: confidence, 0 to 1
    :ivar evidence: what raised it, any of "pattern", "checksum", "context", "entropy", "custom", "external", "decoded"; empty in reports
    :ivar direction: "input", "output", or None for :func:`~iron_cage.scan`
    :ivar action: what was done about it, such as "redact"; None for :func:`~iron_cage.scan`
    """

    kind: str
    start: int
    end: int
    score: float
    direction: Optional[str] = None
    action: Optional[str] = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class JsonFinding(PiiFinding):
    """A finding in a JSON document: ``start`` and ``end`` lie in the text that the string at ``pointer`` stands for.

    :ivar pointer: of the value, or of the member whose name holds it (RFC 6901)
    :ivar part: "value" or "name"
    :ivar body_start: offset of its first character in the document (of its first byte, if the document was bytes)
    :ivar body_end: offset behind its last
    """

    pointer: str = ""
    part: str = "value"
    body_start: int = 0
    body_end: int = 0


@dataclass(frozen=True)
class StreamPart:
    """What a step of a :class:`~iron_cage.ScanStream` decided. The texts of all parts, one after another, are the whole text.

    :ivar findings: those that became certain, with places in the whole text
    :ivar text: the part as it is
    :ivar redacted: the part with each finding replaced, such as ``[EMAIL_REDACTED]``
    """

    findings: list[PiiFinding]
    text: str = field(repr=False)
    redacted: str


#: The bits of a finding's evidence, in the order in which they are told.
EVIDENCE = ("pattern", "checksum", "context", "entropy", "custom", "external", "decoded")


def findings(items: Any) -> list[PiiFinding]:
    """The findings of a JSON array."""
    return [
        PiiFinding(
            item["kind"], item["start"], item["end"], float(item.get("score", 0.0)), item.get("direction"), item.get("action"),
            tuple(item.get("evidence") or ()),
        )
        for item in items or ()
    ]


def json_findings(items: Any, in_bytes: bool) -> list[JsonFinding]:
    """The findings of a document."""
    places = ("body_byte_start", "body_byte_end") if in_bytes else ("body_start", "body_end")
    return [
        JsonFinding(
            item["kind"], item["start"], item["end"], float(item["score"]), None, None, tuple(item["evidence"]), item["pointer"], item["part"],
            item[places[0]], item[places[1]],
        )
        for item in items or ()
    ]


@dataclass(frozen=True)
class Tokens:
    """Tokens by what they are billed as. The first four do not overlap; ``reasoning`` is the hidden part of ``output``."""

    input: int = 0
    cached: int = 0
    cache_write: int = 0
    output: int = 0
    reasoning: int = 0

    @classmethod
    def _of(cls, data: Optional[Mapping[str, Any]]) -> Tokens:
        data = data or {}
        return cls(*(int(data.get(name) or 0) for name in ("input", "cached", "cache_write", "output", "reasoning")))

    @property
    def total(self) -> int:
        """All input and all output."""
        return self.input + self.cached + self.cache_write + self.output


@dataclass(frozen=True)
class ModelReport:
    """What one model was used for."""

    calls: int
    spent_usd: Decimal
    tokens: Tokens


@dataclass(frozen=True)
class Overrun:
    """A call that was billed above what was held for it.

    :ivar at: when it was settled, by the store's clock, in UTC
    :ivar agent: whose call it was; "" where nobody said, as of the others
    :ivar model: of a hold of one's own: its label
    :ivar held_usd: what was held
    :ivar billed_usd: what it cost
    """

    at: datetime
    agent: str
    provider: str
    model: str
    project: str
    tags: tuple[str, ...]
    held_usd: Decimal
    billed_usd: Decimal

    @classmethod
    def _of(cls, data: Mapping[str, Any]) -> Overrun:
        return cls(
            at=instant(data["at"]),
            agent=data["agent"] or "",
            provider=data["provider"] or "",
            model=data["model"] or "",
            project=data["project"] or "",
            tags=tuple(data["tags"]),
            held_usd=Decimal(data["held_usd"]),
            billed_usd=Decimal(data["billed_usd"]),
        )


@dataclass(frozen=True)
class BudgetReport:
    """A budget as its store has it now, in dollars.

    :ivar limit_usd: of the current window, top-ups included; None: spend is tracked, not limited
    :ivar spent_usd: settled in the current window
    :ivar held_usd: held for calls in flight, those of the budgets below it included
    :ivar remaining_usd: limit, less spent and held
    :ivar window: "total", "day", "month", or seconds
    :ivar time_zone: whose midnights count
    :ivar window_ends: when the current window ends, in UTC; None for a total one
    :ivar parent: the name of the budget on which it draws, too
    :ivar frozen: nothing is granted
    :ivar overruns: the calls, here and in the budgets below, that were billed above what was held for them: the newest 100, newest first. They alone can take what is
        spent and held above the limit. Of budgets in memory: those of this process
    :ivar overrun_count: how many there ever were
    :ivar overrun_usd: by how much they were above their holds, all together
    """

    name: str
    limit_usd: Optional[Decimal]
    spent_usd: Decimal
    held_usd: Decimal
    remaining_usd: Optional[Decimal]
    window: str = "total"
    time_zone: str = "UTC"
    window_ends: Optional[datetime] = None
    parent: Optional[str] = None
    frozen: bool = False
    overruns: tuple[Overrun, ...] = ()
    overrun_count: int = 0
    overrun_usd: Decimal = Decimal(0)

    @classmethod
    def _of(cls, data: Mapping[str, Any]) -> BudgetReport:
        overruns = data.get("overruns") or {}
        return cls(
            name=str(data.get("name") or ""),
            limit_usd=dollars(data.get("limit_usd")),
            spent_usd=dollars(data.get("spent_usd")) or Decimal(0),
            held_usd=dollars(data.get("held_usd")) or Decimal(0),
            remaining_usd=dollars(data.get("remaining_usd")),
            window=str(data.get("window") or "total"),
            time_zone=str(data.get("time_zone") or "UTC"),
            window_ends=instant(data["window_ends"]) if data.get("window_ends") else None,
            parent=data.get("parent"),
            frozen=bool(data.get("frozen")),
            overruns=tuple(Overrun._of(each) for each in overruns.get("newest", ())),
            overrun_count=int(overruns.get("count") or 0),
            overrun_usd=dollars(overruns.get("above_usd")) or Decimal(0),
        )


@dataclass(frozen=True)
class AgentState:
    """An agent at one instant, in this process.

    :ivar agent_id: whose it is, over all protections of this id
    :ivar status: "idle" (no run is open), "running", "exceeded" (the last thing that it asked money for was refused for want of it, and nothing was let through since) or
        "stopped" (by :meth:`Protection.stop`, and no new protection of it has opened a run since)
    :ivar budget_spent: dollars that its calls, and the holds of one's own in its runs, cost
    :ivar pii_detections: how much was found in its traffic
    """

    agent_id: str
    status: str
    budget_spent: Decimal
    pii_detections: int

    @classmethod
    def _of(cls, data: Mapping[str, Any]) -> AgentState:
        return cls(data["agent_id"], data["status"], Decimal(data["budget_spent"]), data["pii_detections"])


@dataclass(frozen=True)
class BudgetEvent:
    """Something that happened to a budget.

    :ivar at: when, by the store's clock, in UTC
    :ivar what: "opened", "limit", "top_up", "frozen", "unfrozen" or "window_ended"
    :ivar amount_usd: the limit, the top-up, or what the window that ended had spent; None for the others
    :ivar note: the reason that was given
    """

    at: datetime
    what: str
    amount_usd: Optional[Decimal]
    note: str

    @classmethod
    def _of(cls, data: Mapping[str, Any]) -> BudgetEvent:
        return cls(instant(data["at"]), data["what"], dollars(data["amount_usd"]), data["note"])


@dataclass(frozen=True)
class Circuit:
    """The breaker of one provider host and model.

    :ivar state: "closed", "open" or "half_open"
    :ivar failures: failures in a row
    :ivar opened: how often it opened
    :ivar retry_after: seconds until it lets a probe through, or None
    :ivar elsewhere: another process, or another protection, that has the same store brought it into this state
    """

    key: str
    state: str
    failures: int
    opened: int
    retry_after: Optional[float]
    elsewhere: bool = False


@dataclass(frozen=True)
class Limit:
    """What one provider host and model is used for now, and who waits for it.

    :ivar requests: calls that began in the last 60 seconds; 0 where no rate is limited
    :ivar tokens: of these calls: of those in flight what they may use, of the others what they used; 0 where no rate is limited
    :ivar in_flight: calls on their way; 0 where nothing is limited
    :ivar waiting: calls that wait for their turn
    :ivar waited: calls that waited, and went
    :ivar paused_for: seconds for which the provider wants no calls, or None
    """

    key: str
    requests: int
    tokens: int
    in_flight: int
    waiting: int
    waited: int
    paused_for: Optional[float]


@dataclass(frozen=True)
class Overhead:
    """Seconds that protection added to a call."""

    p50: float
    p99: float


@dataclass(frozen=True)
class Report:
    """What happened under a protection so far.

    :ivar spent_usd: settled, in dollars
    :ivar held_usd: held for calls in flight
    :ivar remaining_usd: what is left, or None without a limit
    :ivar budget: the named budget it draws on, or None
    :ivar calls: LLM calls that left the process
    :ivar denied: calls that were refused
    :ivar retries: calls that repeat a failed one: added here (docs/retries.md), marked so by the SDK (x-stainless-retry-count above 0), or with the same body within 60 s of a failure that
        clients try again (408, 409, 429, 5xx, a broken connection)
    :ivar hedges: calls that were made a second time beside one that was not answered yet
    :ivar fallbacks: calls that went to another model or host as the one that was asked for failed (``by_model`` has them under the one that was called), or were answered from memory
    :ivar lowered: calls whose output limit was lowered to fit the budget
    :ivar degraded: calls that went to a cheaper model than they asked for; ``by_model`` has them under the one that was called
    :ivar wrap_ups: runs that began to draw on their reserve
    :ivar unscannable: contents that no one could read
    :ivar estimated_usd: the part of spent_usd that had to be estimated
    :ivar tokens: by billing kind
    :ivar by_model: model name -> :class:`ModelReport`
    :ivar pii_findings: the first 10,000, in order
    :ivar pii_by_kind: kind -> how many, of all
    :ivar circuits: one per provider host and model
    :ivar limits: one per provider host and model that is limited, or that said something of its own limits
    :ivar warnings: readable lines
    :ivar log_dropped: events that were not written to the log file, as they came faster than it could be written
    :ivar overhead: seconds added per call
    """

    agent_id: str
    spent_usd: Decimal
    held_usd: Decimal
    remaining_usd: Optional[Decimal]
    budget: Optional[BudgetReport]
    calls: int
    denied: int
    retries: int
    lowered: int
    degraded: int
    fallbacks: int
    hedges: int
    wrap_ups: int
    unscannable: int
    estimated_usd: Decimal
    tokens: Tokens
    by_model: Mapping[str, ModelReport]
    pii_findings: list[PiiFinding] = field(repr=False)
    pii_by_kind: Mapping[str, int]
    circuits: list[Circuit]
    warnings: list[str]
    log_dropped: int
    overhead: Overhead
    limits: tuple[Limit, ...] = ()

    @classmethod
    def _of(cls, data: Mapping[str, Any]) -> Report:
        overhead = data.get("overhead") or {}
        budget = data.get("budget")
        return cls(
            agent_id=str(data.get("agent_id") or ""),
            spent_usd=dollars(data.get("spent_usd")) or Decimal(0),
            held_usd=dollars(data.get("held_usd")) or Decimal(0),
            remaining_usd=dollars(data.get("remaining_usd")),
            budget=BudgetReport._of(budget) if budget else None,
            calls=int(data.get("calls") or 0),
            denied=int(data.get("denied") or 0),
            retries=int(data.get("retries") or 0),
            lowered=int(data.get("lowered") or 0),
            degraded=int(data.get("degraded") or 0),
            fallbacks=int(data.get("fallbacks") or 0),
            hedges=int(data.get("hedges") or 0),
            wrap_ups=int(data.get("wrap_ups") or 0),
            unscannable=int(data.get("unscannable") or 0),
            estimated_usd=dollars(data.get("estimated_usd")) or Decimal(0),
            tokens=Tokens._of(data.get("tokens")),
            by_model={
                model: ModelReport(
                    int(used.get("calls") or 0), dollars(used.get("spent_usd")) or Decimal(0), Tokens._of(used.get("tokens"))
                )
                for model, used in (data.get("by_model") or {}).items()
            },
            pii_findings=findings(data.get("pii_findings")),
            pii_by_kind=dict(data.get("pii_by_kind") or {}),
            circuits=[
                Circuit(each["key"], each["state"], int(each.get("failures") or 0), int(each.get("opened") or 0), each.get("retry_after"), bool(each.get("elsewhere")))
                for each in data.get("circuits") or ()
            ],
            warnings=[str(line) for line in data.get("warnings") or ()],
            log_dropped=int(data.get("log_dropped") or 0),
            overhead=Overhead(float(overhead.get("p50") or 0.0), float(overhead.get("p99") or 0.0)),
            limits=tuple(Limit(**each) for each in data.get("limits") or ()),
        )

    def __str__(self) -> str:
        from iron_cage.errors import _money

        limit = "" if self.remaining_usd is None else f", {_money(self.remaining_usd)} left"
        estimated = f" ({_money(self.estimated_usd)} estimated)" if self.estimated_usd else ""
        tokens = self.tokens
        lines = [
            f"agent     {self.agent_id}",
            f"money     {_money(self.spent_usd)} spent{estimated}, {_money(self.held_usd)} held{limit}",
            f"calls     {self.calls} sent, {self.denied} denied, {self.retries} retried, {self.lowered} lowered",
            f"tokens    {tokens.input} input, {tokens.cached} cached, {tokens.cache_write} cache write, "
            f"{tokens.output} output, {tokens.reasoning} reasoning",
        ]
        for model, used in sorted(self.by_model.items()):
            lines.append(f"model     {model}: {used.calls} calls, {_money(used.spent_usd)}")
        if self.degraded or self.wrap_ups:
            lines.append(f"stages    {self.degraded} to cheaper models, {self.wrap_ups} runs on their reserve")
        if self.pii_by_kind:
            lines.append("findings  " + ", ".join(f"{kind} {count}" for kind, count in sorted(self.pii_by_kind.items())))
        if self.unscannable:
            lines.append(f"unread    {self.unscannable} contents that could not be scanned")
        for circuit in self.circuits:
            lines.append(f"circuit   {circuit.key}: {circuit.state}, opened {circuit.opened} times")
        for use in self.limits:
            if use.waiting or use.waited or use.paused_for is not None:
                pause = "" if use.paused_for is None else f", paused for {use.paused_for} s"
                lines.append(f"limit     {use.key}: {use.in_flight} in flight, {use.waiting} waiting, {use.waited} waited{pause}")
        lines.extend(f"warning   {line}" for line in self.warnings)
        lines.append(f"overhead  {self.overhead.p50 * 1000:.3f} ms median, {self.overhead.p99 * 1000:.3f} ms at p99")
        return "\n".join(lines)
