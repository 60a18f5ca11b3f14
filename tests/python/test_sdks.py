"""Providers' own SDKs under protection, where they are installed (docs/frameworks.md tells which were, and which versions): what they parse, what it costs, what they raise."""
from __future__ import annotations

import asyncio
import json
import re
from decimal import Decimal
from typing import Any, Callable, Dict, List, Tuple

import pytest
import sdks
from sdks import LIMIT, TOOL

from iron_cage import BudgetConfig, BudgetExceeded, Price, Protection, price, protect_agent
from iron_cage.testing import ProviderSimulator, Reply, ToolCall

MAIL = "ada.lovelace@example.com"
#: What llama and others without a price cost here.
LOCAL = Price(input_usd_per_mtok=1, output_usd_per_mtok=2)

FOUND = [one for one in sdks.ALL if sdks.installed(one)]
if not FOUND:
    pytest.skip(f"none of {', '.join(dict.fromkeys(one.module for one in sdks.ALL))} is installed", allow_module_level=True)
SDK = pytest.mark.parametrize("sdk", FOUND, ids=lambda one: one.__name__)
WAYS = pytest.mark.parametrize("way", ["whole", "stream", "awhole", "astream"])


def ask(one: sdks.Sdk, way: str, text: str, **more: Any) -> Any:
    """Says a text; async ways in a loop of their own."""
    if not way.startswith("a"):
        return getattr(one, way)(text, **more)
    return asyncio.run(getattr(one, way)(text, **more))


def protected(one: sdks.Sdk, way: str, text: str, options: Dict[str, Any], **more: Any) -> Tuple[Any, Any]:
    """The same under protect_agent: (what the agent returned, its protection)."""
    options = {"circuit_breaker": False, **options}
    if "budget" not in options:
        options["budget"] = BudgetConfig(max_usd=10, prices={one.model: LOCAL} if one.protocol == "ollama" else {})
    if way.startswith("a"):

        @protect_agent(**options)
        async def agent() -> Any:
            return await getattr(one, way)(text, **more)

        return (lambda: asyncio.run(agent())), agent.protection

    @protect_agent(**options)
    def plain() -> Any:
        return getattr(one, way)(text, **more)

    return plain, plain.protection


def billed(one: sdks.Sdk) -> Decimal:
    found = LOCAL if one.protocol == "ollama" else price(one.model)
    return one.sim.bill({one.model: (found.input_usd_per_mtok, found.cached_input_usd_per_mtok or 0, found.output_usd_per_mtok)})


def calls(one: sdks.Sdk, way: str, city: str) -> Reply:
    """The model calls a tool. Mistral streams a call in one piece, with its name, as its SDK expects it."""
    if not (isinstance(one, sdks.Mistral) and way.endswith("stream")):
        return Reply(tool_calls=[ToolCall(TOOL, {"city": city}, id="call00001")])
    head = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": one.model}
    call = {"id": "call00001", "index": 0, "function": {"name": TOOL, "arguments": json.dumps({"city": city}, ensure_ascii=False)}}
    usage = {"prompt_tokens": 9, "completion_tokens": 11, "total_tokens": 20}
    deltas: List[Dict[str, Any]] = [
        {**head, "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}]},
        {**head, "choices": [{"index": 0, "delta": {"content": "", "tool_calls": [call]}, "finish_reason": "tool_calls"}], "usage": usage},
    ]
    events = [f"data: {json.dumps(one_delta, ensure_ascii=False)}\n\n".encode() for one_delta in deltas]
    return Reply(pieces=[*events, b"data: [DONE]\n\n"], usage=usage)


def make(sdk: Any, **options: Any) -> sdks.Sdk:
    return sdk(ProviderSimulator(protocol=sdk.protocol), **options)


@SDK
@WAYS
def test_an_answer_is_read_and_costs_what_is_billed(sdk: Any, way: str) -> None:
    one = make(sdk)
    with one.sim:
        one.sim.script([Reply(content="Grüße 🙂, all is well.\nSecond line.")])
        run, protection = protected(one, way, "how is it", {})
        assert run() == ("Grüße 🙂, all is well.\nSecond line.", [])
        report = protection.report()
        assert (report.calls, report.held_usd, report.estimated_usd) == (1, 0, 0)
        assert report.spent_usd == billed(one) > 0


@SDK
@WAYS
def test_a_tool_call_is_read(sdk: Any, way: str) -> None:
    one = make(sdk)
    with one.sim:
        one.sim.script([calls(one, way, "Zürich")])
        run, protection = protected(one, way, "weather?", {}, tools=True)
        assert run() == ("", [(TOOL, {"city": "Zürich"})])
        assert protection.report().spent_usd == billed(one) > 0


@SDK
@WAYS
def test_personal_data_is_redacted_in_the_request_and_in_the_answer(sdk: Any, way: str) -> None:
    one = make(sdk)
    with one.sim:
        one.sim.script([Reply(content=f"I wrote to {MAIL} for you.", chunk_size=3), calls(one, way, MAIL)])
        run, protection = protected(one, way, f"write to {MAIL}", {})
        assert run() == ("I wrote to [EMAIL_REDACTED] for you.", [])
        assert MAIL.encode() not in one.sim.log[0].body and b"[EMAIL_REDACTED]" in one.sim.log[0].body
        assert {finding.direction for finding in protection.report().pii_findings} == {"input", "output"}
        run, _ = protected(one, way, "and now?", {}, tools=True)
        assert run() == ("", [(TOOL, {"city": "[EMAIL_REDACTED]"})])


@SDK
@WAYS
def test_a_refusal_reaches_the_caller_as_its_own_error(sdk: Any, way: str) -> None:
    one = make(sdk)
    with one.sim:
        run, protection = protected(one, way, "how is it", {"budget": BudgetConfig(max_usd=Decimal("0.000001"), prices={one.model: LOCAL} if one.protocol == "ollama" else {})})
        with pytest.raises(BudgetExceeded) as caught:
            run()
        assert type(caught.value) is BudgetExceeded
        assert one.sim.log == [] and protection.report().spent_usd == 0


FAULTS = {
    "bad request": Reply(status=400),
    "no key": Reply(status=401),
    "not found": Reply(status=404),
    "too fast": Reply(status=429, retry_after=7),
    "broken": Reply(status=500),
    "overloaded": Reply(status=529),
    "reset before": Reply(reset="before"),
    "reset in the body": Reply(content="word " * 50, reset_after=60),
    "cut in the body": Reply(content="word " * 50, cut_after=60),
}


def raised(call: Callable[[], Any]) -> BaseException:
    try:
        made = call()
    except Exception as error:
        return error
    pytest.fail(f"nothing was raised: {made!r}")


#: What differs from one answer to the next.
_ANY_REQUEST = re.compile("req_[0-9a-f]{32}|[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT")


def shown(error: BaseException) -> List[Any]:
    """What code that catches an error may look at: class, arguments, simple attributes, head of the response."""
    simple = {name: _ANY_REQUEST.sub("…", repr(value)) for name, value in sorted(vars(error).items()) if isinstance(value, (str, int, float, dict, list, type(None))) and name != "headers"}
    response = getattr(error, "response", None)
    head = None
    if response is not None and hasattr(response, "headers"):
        status = getattr(response, "status_code", getattr(response, "status", None))
        head = (status, sorted((name.lower(), value) for name, value in response.headers.items() if name.lower() not in ("date", "request-id", "x-request-id", "x-debug-trace-id", "openai-processing-ms")))
    cause = error.__cause__
    return [type(error), sorted(set(vars(error))), simple, head, type(cause), _ANY_REQUEST.sub("…", str(error))]


@SDK
@WAYS
@pytest.mark.parametrize("fault", FAULTS)
def test_errors_are_those_of_the_bare_client(sdk: Any, way: str, fault: str) -> None:
    one = make(sdk)
    with one.sim:
        one.sim.reply = FAULTS[fault]
        bare = raised(lambda: ask(one, way, "how is it"))
        run, protection = protected(one, way, "how is it", {"max_retries": 0})
        assert shown(raised(run)) == shown(bare)
        report = protection.report()
        assert report.held_usd == 0
        assert (report.spent_usd > 0) == fault.startswith(("reset", "cut"))


@SDK
@WAYS
def test_a_timeout_is_that_of_the_bare_client_and_costs_the_hold(sdk: Any, way: str) -> None:
    one = make(sdk, timeout=0.5)
    with one.sim:
        one.sim.reply = Reply(delay=60)
        bare = raised(lambda: ask(one, way, "how is it"))
        run, protection = protected(one, way, "how is it", {})
        assert shown(raised(run)) == shown(bare)
        report = protection.report()
        assert report.held_usd == 0 and report.spent_usd == report.estimated_usd > 0


@SDK
@pytest.mark.parametrize("way", ["awhole", "astream"])
def test_a_cancelled_call_costs_its_hold_and_stays_cancelled(sdk: Any, way: str) -> None:
    one = make(sdk)
    with one.sim:
        one.sim.reply = Reply(delay=60)
        prices = {one.model: LOCAL} if one.protocol == "ollama" else {}
        protection = Protection(budget=BudgetConfig(max_usd=10, prices=prices), circuit_breaker=False)

        async def agent() -> None:
            async with protection:
                await getattr(one, way)("how is it")

        async def cancel() -> None:
            task = asyncio.ensure_future(agent())
            while protection.report().held_usd == 0:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)  # let it be sent
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        asyncio.run(asyncio.wait_for(cancel(), 60))
        report = protection.report()
        assert report.held_usd == 0 and report.spent_usd == report.estimated_usd > 0


@SDK
@pytest.mark.parametrize("way", ["stream", "astream"])
def test_a_stream_that_is_left_costs_what_came(sdk: Any, way: str) -> None:
    one = make(sdk)
    with one.sim:
        one.sim.reply = Reply(content="word " * (LIMIT // 2), chunk_delay=0.01)
        run, protection = protected(one, way, "how is it", {}, stop_after=5)
        run()
        report = protection.report()
        assert report.calls == 1 and report.held_usd == 0 and report.spent_usd == report.estimated_usd > 0
