"""Responses that OpenAI keeps, fetched again: whole and as a stream. Their texts are screened; nothing is charged for them."""
import asyncio
import json

import aiohttp
import httpx
import pytest
import requests
import urllib3

from iron_cage import AgentStopped, ControlConfig, PiiBlocked, Protection, SafetyConfig, ToolDenied
from iron_cage.testing import Reply, ToolCall

LEAKY = "Grüße 😀, write to jane.doe@example.co.uk or call +1 415 555 2671. End."
REDACTED = "Grüße 😀, write to [EMAIL_REDACTED] or call [PHONE_REDACTED]. End."


def by_httpx(url):
    return httpx.get(url).content


def by_requests(url):
    return requests.get(url).content


def by_urllib3(url):
    with urllib3.PoolManager() as pool:
        return pool.request("GET", url).data


def by_aiohttp(url):
    async def main():
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            return await response.read()

    return asyncio.run(main())


CLIENTS = pytest.mark.parametrize("get", [by_httpx, by_requests, by_urllib3, by_aiohttp], ids=["httpx", "requests", "urllib3", "aiohttp"])
HOW = pytest.mark.parametrize("how", ["whole", "stream"])


@pytest.fixture
def stored(sim):
    """Has the provider answer, outside of protections: what is to be fetched, by what it says."""

    def make(how, **reply):
        sim.reply = Reply(**reply)
        made = httpx.post(f"{sim.base_url}/responses", json={"model": "gpt-4o", "input": "say it"}).json()
        return f"{sim.base_url}/responses/{made['id']}" + ("?include_obfuscation=false&stream=true" if how == "stream" else "")

    return make


def said(raw, how):
    """(text in pieces or whole; as the last event tells it)."""
    if how == "whole":
        output = json.loads(raw)["output"]
        return {part["text"] for item in output if item["type"] == "message" for part in item["content"]}
    text, last = "", None
    for line in raw.decode().splitlines():
        if line.startswith("data: {"):
            event = json.loads(line[6:])
            if event["type"] == "response.output_text.delta":
                text += event["delta"]
            last = event
    return {text, *(part["text"] for item in last["response"]["output"] if item["type"] == "message" for part in item["content"])}


@HOW
@CLIENTS
def test_texts_are_screened_and_nothing_is_charged(sim, stored, get, how):
    url = stored(how, content=LEAKY, chunk_size=3)
    protection = Protection(budget_usd=1, pii_detection=True)
    with protection:
        assert said(get(url), how) == {REDACTED}
    report = protection.report()
    assert (report.spent_usd, report.held_usd, report.estimated_usd, report.tokens.input, report.tokens.output) == (0, 0, 0, 0, 0)
    assert {(f.kind, f.direction) for f in report.pii_findings} == {("EMAIL_ADDRESS", "output"), ("PHONE_NUMBER", "output")}


@HOW
@CLIENTS
def test_nothing_is_changed_where_nothing_is_found(sim, stored, get, how):
    url = stored(how, content="nothing to see")
    with Protection(budget_usd=1, pii_detection=True):
        raw = get(url)
    assert raw == sim.log[-1].response_body and sim.log[-1].method == "GET"


@HOW
def test_what_is_found_can_block(stored, how):
    url = stored(how, content=LEAKY)
    with pytest.raises(PiiBlocked), Protection(safety=SafetyConfig(actions={"EMAIL_ADDRESS": "block"})):
        by_httpx(url)


@HOW
def test_a_tool_that_is_not_allowed_is_seen_before_the_agent_sees_it(stored, how):
    url = stored(how, tool_calls=[ToolCall("rm", {"path": "/"})])
    with pytest.raises(ToolDenied), Protection(tools=["lookup"]):
        by_httpx(url)


@HOW
def test_fetching_counts_as_no_call_and_is_no_loop(stored, how):
    url = stored(how, tool_calls=[ToolCall("lookup", {"city": "Paris"})])
    with Protection(control=ControlConfig(max_calls=1, loop_detection=True), budget_usd="0.00000001"):
        for _ in range(12):
            assert b"lookup" in by_httpx(url)


def test_a_compressed_one_is_read(stored):
    url = stored("whole", content=LEAKY, compress=True)
    with Protection(pii_detection=True):
        assert said(by_httpx(url), "whole") == {REDACTED}


def test_a_stream_that_is_left_ends_and_costs_nothing(stored):
    url = stored("stream", content="word " * 300)
    protection = Protection(budget_usd=1)
    with protection, httpx.stream("GET", url) as response:
        next(response.iter_bytes())
    assert (protection.report().spent_usd, protection.report().held_usd) == (0, 0)


def test_an_error_is_passed_as_it_is(sim):
    with Protection(budget_usd=1):
        answer = httpx.get(f"{sim.base_url}/responses/resp_none")
    assert answer.status_code == 404 and answer.content == sim.log[-1].response_body


def test_the_kill_switch_holds_for_it(sim, stored):
    url = stored("whole", content="x")
    protection = Protection()
    protection.stop("enough")
    with pytest.raises(AgentStopped), protection:
        by_httpx(url)
    assert len(sim.log) == 1


def test_other_gets_pass_unseen(sim):
    protection = Protection(budget_usd=1)
    with protection:
        assert httpx.get(f"{sim.base_url}/models").status_code == 200
        httpx.get(f"{sim.base_url}/responses/resp_x/input_items")
    assert protection.report().calls == 0 and len(sim.log) == 2
