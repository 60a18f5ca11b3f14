"""Agent frameworks under protection, where they are installed (docs/frameworks.md tells which were, and which versions), and the examples that use them."""
from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any, Dict, Tuple

import agent_frameworks as frameworks
import pytest

from iron_cage import BudgetExceeded, price, protect_agent
from iron_cage.testing import ProviderSimulator, Reply, ToolCall

MAIL = "ada.lovelace@example.com"
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

FOUND = [one for one in frameworks.ALL if frameworks.installed(one)]
if not FOUND:
    pytest.skip(f"none of {', '.join(one.__name__ for one in frameworks.ALL)} is installed", allow_module_level=True)
CASES = pytest.mark.parametrize(("framework", "way"), [pytest.param(one, way, id=f"{one.__name__}-{way}") for one in FOUND for way in one.ways])


def protected(one: frameworks.Framework, way: str, text: str, options: Dict[str, Any]) -> Tuple[Any, Any]:
    """(call of the agent, its protection)."""
    if way.startswith("a"):

        @protect_agent(**options)
        async def agent() -> Any:
            return await getattr(one, way)(text)

        return (lambda: asyncio.run(agent())), agent.protection

    @protect_agent(**options)
    def plain() -> Any:
        return getattr(one, way)(text)

    return plain, plain.protection


def billed(sim: ProviderSimulator) -> Decimal:
    found = price(frameworks.MODEL)
    return sim.bill({frameworks.MODEL: (found.input_usd_per_mtok, found.cached_input_usd_per_mtok or 0, found.output_usd_per_mtok)})


@CASES
def test_an_agent_with_a_tool_answers_and_costs_what_is_billed(framework: Any, way: str) -> None:
    with ProviderSimulator() as sim:
        sim.script([Reply(tool_calls=[ToolCall("get_weather", {"city": "Paris"})]), Reply(content="Sunny in Paris.")])
        one = framework(sim)
        run, protection = protected(one, way, "What is the weather in Paris?", {"budget_usd": 1})
        assert run() == "Sunny in Paris."
        assert one.cities == ["Paris"]
        report = protection.report()
        assert (report.calls, report.held_usd, report.denied) == (2, 0, 0)
        assert report.spent_usd == billed(sim) > 0


@CASES
def test_personal_data_reaches_neither_the_provider_nor_the_tool(framework: Any, way: str) -> None:
    with ProviderSimulator() as sim:
        sim.script([Reply(tool_calls=[ToolCall("get_weather", {"city": MAIL})]), Reply(content=f"I wrote to {MAIL}, it is sunny.", chunk_size=3)])
        one = framework(sim)
        run, protection = protected(one, way, f"What is the weather? I am {MAIL}.", {"budget_usd": 1})
        assert run() == "I wrote to [EMAIL_REDACTED], it is sunny."
        assert one.cities == ["[EMAIL_REDACTED]"]
        assert all(MAIL.encode() not in exchange.body for exchange in sim.log)
        assert {finding.direction for finding in protection.report().pii_findings} == {"input", "output"}


@CASES
def test_a_refusal_stops_the_agent_and_reaches_the_caller_as_its_own_error(framework: Any, way: str) -> None:
    with ProviderSimulator() as sim:
        sim.reply = Reply(tool_calls=[ToolCall("get_weather", {"city": "Paris"})])  # a model that never comes to an end
        one = framework(sim)
        run, protection = protected(one, way, "What is the weather in Paris?", {"max_calls": 2, "budget_usd": 1})
        with pytest.raises(Exception) as stopped:
            run()
        assert type(stopped.value).__name__ == "LimitReached"
        assert len(sim.log) == 2 and protection.report().spent_usd == billed(sim)
        run, protection = protected(one, way, "What is the weather in Paris?", {"budget_usd": "0.000001"})
        with pytest.raises(BudgetExceeded) as caught:
            run()
        assert type(caught.value) is BudgetExceeded and len(sim.log) == 2


@pytest.mark.parametrize(
    ("example", "framework"),
    [
        pytest.param(f"{name}.py", one)
        for name, one in (
            ("langchain_agent", frameworks.LangChain), ("langgraph_agent", frameworks.LangGraph), ("openai_agents", frameworks.OpenAIAgents), ("llamaindex_agent", frameworks.LlamaIndex),
            ("litellm_agent", frameworks.LiteLLM), ("crewai_agent", frameworks.CrewAI),
        )
        if one in FOUND
    ],
)
def test_an_example_runs_as_it_is(example: str, framework: Any) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "OPENAI_API_KEY"}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    done = subprocess.run([sys.executable, example], cwd=EXAMPLES, env=environment, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    assert "I told [EMAIL_REDACTED] that it is sunny in Paris." in done.stdout
    assert "2 sent, 0 denied" in done.stdout
