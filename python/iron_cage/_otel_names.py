"""Facts of a call under the names that OpenTelemetry's conventions for generative AI give them, and our own where they give none."""
from __future__ import annotations

from iron_cage import _abi

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Mapping

#: How a call ended, as of iron_cage.ended.
ENDINGS = {
    _abi.END_COMPLETE: "complete", _abi.END_NOT_SENT: "not_sent", _abi.END_NO_RESPONSE: "no_response", _abi.END_ABORTED: "aborted", _abi.END_WITHDRAWN: "withdrawn",
    _abi.END_CANCELLED: "cancelled", _abi.END_CUT: "cut",
}
#: Providers of the price catalogue that have another name there.
_PROVIDERS = {"aws": "aws.bedrock", "mistral": "mistral_ai", "moonshotai": "moonshot_ai", "x-ai": "x_ai"}
#: Where the provider is not known: whose format it is.
_FORMATS = {"gemini": "gcp.gen_ai", "bedrock": "aws.bedrock"}


def provider_name(facts: Mapping[str, Any], host: str) -> str:
    """gen_ai.provider.name."""
    provider = facts.get("provider")
    if provider is None:
        protocol = str(facts.get("protocol"))
        return _FORMATS.get(protocol, protocol)
    if provider == "google":
        return "gcp.vertex_ai" if "aiplatform" in host else "gcp.gemini"
    if provider == "azure":
        return "azure.ai.openai" if host.endswith(".openai.azure.com") else "azure.ai.inference"
    return _PROVIDERS.get(provider, str(provider))


def request_attributes(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked, by whom, under which limits."""
    out: dict[str, Any] = {"iron_cage.call.id": facts["call"], "iron_cage.agent.id": facts["agent_id"], "iron_cage.held.usd": float(facts["held_usd"])}
    if facts.get("model"):
        out["gen_ai.request.model"] = facts["model"]
    if facts["stream"]:
        out["gen_ai.request.stream"] = True
    if facts["max_tokens"] is not None:
        out["gen_ai.request.max_tokens"] = facts["max_tokens"]
    if facts["choices"] != 1:
        out["gen_ai.request.choice.count"] = facts["choices"]
    if facts["project"]:
        out["iron_cage.project"] = facts["project"]
    if facts["tags"]:
        out["iron_cage.tags"] = tuple(facts["tags"])
    if facts["asked_model"]:
        out["iron_cage.degraded.from"] = facts["asked_model"]
    for name in ("lowered", "retry"):
        if facts[name]:
            out["iron_cage." + name] = True
    for name in ("limit_usd", "remaining_usd"):
        if facts.get(name) is not None:
            out["iron_cage.budget." + name.replace("_", ".")] = float(facts[name])
    return out


def response_attributes(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What came of it."""
    out: dict[str, Any] = {}
    if "status" in facts:
        out["http.response.status_code"] = facts["status"]
    for name in ("response_model", "response_id"):
        if facts.get(name):
            out["gen_ai." + name.replace("_", ".")] = facts[name]
    if facts.get("finish_reasons"):
        out["gen_ai.response.finish_reasons"] = tuple(facts["finish_reasons"])
    if "first_piece" in facts:
        out["gen_ai.response.time_to_first_chunk"] = facts["first_piece"]
    if "cost_usd" in facts:
        out["iron_cage.cost.usd"] = float(facts["cost_usd"])
        out["iron_cage.cost.exact"] = facts["cost_usd"]
        out["iron_cage.estimated"] = facts["estimated"]
        out.update(_usage(facts["usage"], facts["usage_told"]))
    total = 0
    for kind, count in findings(facts).items():
        out["iron_cage.findings." + kind] = count
        total += count
    out["iron_cage.findings"] = total
    return out


def findings(facts: Mapping[str, Any]) -> dict[str, int]:
    """Kind -> how many, in the request and the answer."""
    counts: dict[str, int] = {}
    for place in ("findings_in_request", "findings_in_answer"):
        for kind, count in facts.get(place, {}).items():
            counts[kind] = counts.get(kind, 0) + count
    return counts


def _usage(usage: Mapping[str, int], told: bool) -> dict[str, int]:
    """Of what the provider did not tell, the conventions know nothing: it is counted, or a bound."""
    if not told:
        return {"iron_cage.usage.input_tokens": usage["input"], "iron_cage.usage.output_tokens": usage["output"]}
    out = {"gen_ai.usage.input_tokens": usage["input"], "gen_ai.usage.output_tokens": usage["output"]}
    for name, attribute in (("cached", "cache_read.input_tokens"), ("cache_write", "cache_creation.input_tokens"), ("reasoning", "reasoning.output_tokens")):
        if usage[name]:
            out["gen_ai.usage." + attribute] = usage[name]
    return out
