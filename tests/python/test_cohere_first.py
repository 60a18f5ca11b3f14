"""Cohere's first chat API, whole and as lines of JSON."""
import json

import httpx
import pytest
from clients import via_httpx, via_requests, via_urllib3_in_pieces

from iron_cage import BudgetExceeded, PiiBlocked, Protection, SafetyConfig, ToolDenied, UnpricedModel
from iron_cage.testing import ProviderSimulator, Reply, ToolCall

MODEL = "command-r-08-2024"
PRICES = {MODEL: ("0.15", "0.15", "0.6")}
LEAKY = "Grüße 😀, write to jane.doe@example.co.uk or call +1 415 555 2671. End."
REDACTED = "Grüße 😀, write to [EMAIL_REDACTED] or call [PHONE_REDACTED]. End."
CLEAN = "Grüße 😀, nothing to see: 12:30, version 1.2.3, 2026-11-23, a@b and 1234. End."
MAIL = "jane.doe@example.com"
TOOLS = [{"name": "mail", "description": "sends", "parameter_definitions": {"to": {"description": "whom", "type": "str", "required": True}}}]


@pytest.fixture
def sim():
    with ProviderSimulator(protocol="cohere") as simulator:
        yield simulator


@pytest.fixture
def url(sim):
    return f"{sim.url}/v1/chat"


def body(how="whole", text="tell me", limit=300, **fields):
    return {"model": MODEL, "message": text, "preamble": "be brief", "chat_history": [{"role": "USER", "message": "hello"}, {"role": "CHATBOT", "message": "yes?"}],
            "max_tokens": limit, "stream": how == "stream", **fields}


def said(raw, how):
    """(what is said in pieces, and as a whole; arguments of calls in pieces, and as wholes)."""
    if how == "whole":
        answer = json.loads(raw)
        return {answer["text"], answer["chat_history"][-1]["message"]}, [call["parameters"] for call in answer.get("tool_calls", ())]
    text, pieces, calls = "", {}, []
    for line in raw.decode().splitlines():
        event = json.loads(line)
        kind = event["event_type"]
        if kind == "text-generation":
            text += event["text"]
        elif kind == "tool-calls-chunk":
            delta = event["tool_call_delta"]
            pieces[delta["index"]] = pieces.get(delta["index"], "") + delta.get("parameters", "")
        elif kind == "tool-calls-generation":
            calls += [call["parameters"] for call in event["tool_calls"]]
        elif kind == "stream-end":
            last = event["response"]
    assert event["is_finished"] and calls == [call["parameters"] for call in last.get("tool_calls", ())] == [json.loads(one) for one in pieces.values()]
    return {text, last["text"], last["chat_history"][-1]["message"]}, calls


HOW = pytest.mark.parametrize("how", ["whole", "stream"])
CLIENTS = pytest.mark.parametrize("send", [via_httpx, via_requests, via_urllib3_in_pieces], ids=["httpx", "requests", "urllib3"])


@HOW
@CLIENTS
def test_usage_costs_what_the_provider_bills(sim, url, send, how):
    sim.script([Reply(content="word " * 20), Reply(tool_calls=[ToolCall("mail", {"to": "Paris"})]), Reply(content="word " * 500)])
    protection = Protection(budget_usd=1)
    with protection:
        for fields in ({}, {"tools": TOOLS}, {"limit": 40}):
            assert send(url, body(how, **fields))[0] == 200
    report = protection.report()
    assert report.spent_usd == sim.bill(PRICES) > 0
    assert (report.held_usd, report.calls, report.estimated_usd) == (0, 3, 0)


@HOW
@CLIENTS
def test_what_is_found_is_redacted_in_both_directions(sim, url, send, how):
    sim.reply = Reply(content=LEAKY, tool_calls=[ToolCall("mail", {"to": MAIL})], chunk_size=3)
    protection = Protection(budget_usd=1, pii_detection=True)
    with protection:
        status, raw = send(url, body(how, "to " + MAIL, documents=[{"snippet": MAIL}]))
    assert (status, *said(raw, how)) == (200, {REDACTED}, [{"to": "[EMAIL_REDACTED]"}])
    assert MAIL not in json.dumps(sim.log[0].json) and sim.log[0].json["message"] == "to [EMAIL_REDACTED]"
    assert sorted((f.kind, f.direction) for f in protection.report().pii_findings) == [
        ("EMAIL_ADDRESS", "input"), ("EMAIL_ADDRESS", "input"), ("EMAIL_ADDRESS", "output"), ("EMAIL_ADDRESS", "output"), ("PHONE_NUMBER", "output")]


@HOW
@CLIENTS
def test_nothing_is_changed_where_nothing_is_found(sim, url, send, how):
    sim.reply = Reply(content=CLEAN, tool_calls=[ToolCall("t", {"a": "ü"})])
    sent = body(how, CLEAN, tools=TOOLS)
    with Protection(budget_usd=1, pii_detection=True):
        raw = send(url, sent)[1]
    assert raw == sim.log[0].response_body and sim.log[0].json == sent


def test_a_stream_is_redacted_wherever_it_is_cut_into_pieces(sim, url):
    sim.reply = Reply(content=LEAKY, chunk_size=9)
    whole = via_httpx(url, body("stream"))[1]
    with Protection(pii_detection=True):
        for cut in range(0, len(whole), 67):
            sim.reply = Reply(content=LEAKY, chunk_size=9, cut_at=cut)
            assert said(via_httpx(url, body("stream"))[1], "stream")[0] == {REDACTED}, cut


@HOW
def test_a_compressed_answer_is_read(sim, url, how):
    sim.reply = Reply(content=LEAKY, compress=True)
    with Protection(pii_detection=True):
        assert said(via_httpx(url, body(how))[1], how)[0] == {REDACTED}


def test_the_output_limit_is_lowered(sim, url):
    sim.reply = Reply(content="word " * 3000)
    protection = Protection(budget_usd="0.001")
    with protection:
        assert via_httpx(url, {"model": MODEL, "message": "x"})[0] == 200
        assert via_httpx(url, body(limit=60000))[0] == 200
    assert all(64 <= one.json["max_tokens"] < 2000 for one in sim.log)
    assert protection.report().spent_usd == sim.bill(PRICES)


def test_a_budget_is_enforced(sim, url):
    with pytest.raises(BudgetExceeded), Protection(budget_usd="0.000001"):
        via_httpx(url, body())
    assert sim.log == []


@HOW
def test_what_is_found_can_block(sim, url, how):
    sim.reply = Reply(content=LEAKY)
    with pytest.raises(PiiBlocked), Protection(budget_usd=1, safety=SafetyConfig(actions={"EMAIL_ADDRESS": "block"})):
        via_httpx(url, body(how))


@HOW
def test_a_tool_that_is_not_allowed_is_seen_before_the_agent_sees_it(sim, url, how):
    sim.reply = Reply(tool_calls=[ToolCall("rm", {"path": "/"})])
    with pytest.raises(ToolDenied), Protection(tools=["mail"]):
        via_httpx(url, body(how, tools=TOOLS))


def test_a_stream_that_is_cut_costs_what_came(sim, url):
    sim.reply = Reply(content="word " * 200, cut_after=40)
    protection = Protection(budget_usd=1)
    with protection, pytest.raises(httpx.HTTPError):
        via_httpx(url, body("stream"))
    report = protection.report()
    assert report.spent_usd == report.estimated_usd > 0 and report.held_usd == 0


def test_errors_are_passed_and_cost_nothing(sim, url):
    sim.reply = Reply(status=400)
    protection = Protection(budget_usd=1)
    with protection:
        status, raw = via_httpx(url, body())
    assert status == 400 and raw == sim.log[0].response_body and protection.report().spent_usd == 0


def test_connectors_have_no_price(sim, url):
    with pytest.raises(UnpricedModel, match="connectors"), Protection(budget_usd=1):
        via_httpx(url, body(connectors=[{"id": "web-search"}]))
    assert sim.log == []
