"""The metrics of OpenTelemetry's conventions for generative AI, and our own."""
from __future__ import annotations

import weakref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator, Mapping, Optional

try:
    from opentelemetry import metrics as otel_metrics
except ImportError:  # an API from before 1.12 has none
    otel_metrics = None

#: As the conventions advise, in seconds and in tokens.
SECONDS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
TOKENS = (1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864)

_instruments: weakref.WeakKeyDictionary[Any, Instruments] = weakref.WeakKeyDictionary()


def is_real(provider: object) -> bool:
    """Whether a provider may keep anything: those of the API itself do not."""
    return not type(provider).__module__.startswith(("opentelemetry.trace", "opentelemetry.metrics"))


def instruments_of(provider: Any, scope: str, version: str) -> Optional[Instruments]:
    """Those of a meter provider (None: the global one), made once for each; None where it is the API's own."""
    if provider is None:
        if otel_metrics is None:
            return None
        provider = otel_metrics.get_meter_provider()
    if not is_real(provider):
        return None
    found = _instruments.get(provider)
    if found is None:
        found = _instruments.setdefault(provider, Instruments(provider.get_meter(scope, version)))
    return found


class Instruments:
    """Thread-safe, as instruments are."""

    def __init__(self, meter: Any) -> None:
        self._duration = _histogram(meter, "gen_ai.client.operation.duration", "s", "GenAI operation duration.", SECONDS)
        self._first = _histogram(
            meter, "gen_ai.client.operation.time_to_first_chunk", "s",
            "Time to receive the first chunk, measured from when the client issues the generation request to when the first chunk is received in the response stream.", SECONDS,
        )
        self._tokens = _histogram(meter, "gen_ai.client.token.usage", "{token}", "Number of input and output tokens used.", TOKENS)
        self._cost = meter.create_counter("iron_cage.cost", "{USD}", "Cost of LLM calls in US dollars, settled.")
        self._refusals = meter.create_counter("iron_cage.refusals", "{call}", "LLM calls that were refused, or whose answer was.")
        self._findings = meter.create_counter("iron_cage.findings", "{finding}", "Personal data and secrets found in requests and answers.")
        self._circuits = meter.create_counter("iron_cage.circuit.changes", "{change}", "Changes of the state of circuits.")
        self._remaining: dict[str, float] = {}
        meter.create_observable_gauge("iron_cage.budget.remaining", [self._observe], "{USD}", "What the budget of an agent had left after its last call, in US dollars.")

    def call(self, facts: Mapping[str, Any], provider: str, server: tuple[str, int], seconds: Optional[float], error: Optional[str]) -> None:
        """A call ended. seconds: None of one that never left."""
        common: dict[str, Any] = {"gen_ai.operation.name": facts["operation"], "gen_ai.provider.name": provider, "server.address": server[0], "server.port": server[1]}
        ours: dict[str, Any] = {"iron_cage.agent.id": facts["agent_id"], "gen_ai.provider.name": provider}
        if facts.get("project"):
            ours["iron_cage.project"] = facts["project"]
        if facts.get("model"):
            common["gen_ai.request.model"] = ours["gen_ai.request.model"] = facts["model"]
        if facts.get("response_model"):
            common["gen_ai.response.model"] = facts["response_model"]
        if seconds is not None:
            self._duration.record(seconds, {**common, "error.type": error} if error is not None else common)
        if "first_piece" in facts:
            self._first.record(facts["first_piece"], common)
        if facts.get("usage_told"):
            for kind in ("input", "output"):
                self._tokens.record(facts["usage"][kind], {**common, "gen_ai.token.type": kind})
        cost = float(facts.get("cost_usd") or 0)
        if cost:
            self._cost.add(cost, {**ours, "iron_cage.estimated": facts["estimated"]})
        if facts.get("refused"):
            self._refusals.add(1, {**ours, "error.type": facts["refused"]})
        for place in ("request", "answer"):
            for kind, count in facts.get("findings_in_" + place, {}).items():
                self._findings.add(count, {**ours, "iron_cage.finding.kind": kind, "iron_cage.finding.place": place})
        if facts.get("remaining_usd") is not None:
            self._remaining[facts["agent_id"]] = float(facts["remaining_usd"])

    def circuit(self, key: str, state: str) -> None:
        """A circuit is in another state now."""
        self._circuits.add(1, {"iron_cage.circuit.key": key, "iron_cage.circuit.state": state})

    def _observe(self, options: object) -> Iterator[Any]:
        for agent, remaining in list(self._remaining.items()):
            yield otel_metrics.Observation(remaining, {"iron_cage.agent.id": agent})


def _histogram(meter: Any, name: str, unit: str, description: str, boundaries: tuple[float, ...]) -> Any:
    try:
        return meter.create_histogram(name, unit, description, explicit_bucket_boundaries_advisory=list(boundaries))
    except TypeError:  # an API from before 1.30: views set them there
        return meter.create_histogram(name, unit, description)
