"""Cohere's second API: chat, whole and as events; embed, rerank, which is sold by the search, and tokenize, which is free."""
import json

import pytest
from clients import via_httpx, via_requests, via_urllib3_in_pieces

from iron_cage import BudgetConfig, BudgetExceeded, CallDenied, PiiBlocked, Price, Protection, SafetyConfig, UnpricedModel
from iron_cage.testing import ProviderSimulator, Reply, ToolCall

MODEL = "command-r-08-2024"
PRICES = {MODEL: ("0.15", "0.15", "0.6"), "embed-v4.0": ("0.12", "0.12", "0"), "rerank-v3.5": ("2", "0", "0")}
LEAKY = "Grüße 😀, write to jane.doe@example.co.uk or call +1 415 555 2671. End."
REDACTED = "Grüße 😀, write to [EMAIL_REDACTED] or call [PHONE_REDACTED]. End."
CLEAN = "Grüße 😀, nothing to see: 12:30, version 1.2.3, 2026-11-23, a@b and 1234. End."
MAIL = "jane.doe@example.com"


@pytest.fixture
def sim():
    with ProviderSimulator(protocol="cohere") as simulator:
        yield simulator


def body(how="whole", text="tell me", limit=300, **fields):
    return {"model": MODEL, "messages": [{"role": "user", "content": text}], "max_tokens": limit, "stream": how == "stream", **fields}


def said(raw, how):
    """(what is said, arguments of calls)."""
    if how == "whole":
        message = json.loads(raw)["message"]
        return "".join(part.get("text", "") for part in message["content"]), [json.loads(call["function"]["arguments"]) for call in message.get("tool_calls", ())]
    text, arguments = "", {}
    for block in raw.decode().split("\n\n"):
        data = block.partition("data: ")[2]
        if not data or data == "[DONE]":
            continue
        event = json.loads(data)
        message = event.get("delta", {}).get("message", {})
        if event["type"] == "content-delta":
            text += message["content"].get("text", "")
        if event["type"] == "tool-call-delta":
            arguments[event["index"]] = arguments.get(event["index"], "") + message["tool_calls"]["function"]["arguments"]
    return text, [json.loads(one) for one in arguments.values()]


HOW = pytest.mark.parametrize("how", ["whole", "stream"])
CLIENTS = pytest.mark.parametrize("send", [via_httpx, via_requests, via_urllib3_in_pieces], ids=["httpx", "requests", "urllib3"])


@HOW
@CLIENTS
def test_usage_costs_what_the_provider_bills(sim, send, how):
    sim.script([Reply(content="word " * 20), Reply(content="word " * 20, thinking="hm", reasoning_tokens=1), Reply(tool_calls=[ToolCall("lookup", {"city": "Paris"})]), Reply(content="word " * 500)])
    tools = [{"type": "function", "function": {"name": "lookup", "parameters": {"type": "object"}}}]
    protection = Protection(budget_usd=1)
    with protection:
        for fields in ({}, {"thinking": {"type": "enabled", "token_budget": 20}}, {"tools": tools}, {"limit": 40}):
            assert send(f"{sim.url}/v2/chat", body(how, **fields))[0] == 200
    report = protection.report()
    assert report.spent_usd == sim.bill(PRICES) > 0
    assert (report.held_usd, report.calls, report.estimated_usd) == (0, 4, 0)


@HOW
@CLIENTS
def test_what_is_found_is_redacted_in_both_directions(sim, send, how):
    sim.reply = Reply(content=LEAKY, tool_calls=[ToolCall("mail", {"to": MAIL})], chunk_size=3)
    protection = Protection(budget_usd=1, pii_detection=True)
    with protection:
        status, raw = send(f"{sim.url}/v2/chat", body(how, "to " + MAIL, documents=[{"data": {"text": MAIL}}]))
    assert (status, *said(raw, how)) == (200, REDACTED, [{"to": "[EMAIL_REDACTED]"}])
    assert MAIL not in json.dumps(sim.log[0].json) and sim.log[0].json["messages"][0]["content"] == "to [EMAIL_REDACTED]"
    assert sorted((f.kind, f.direction) for f in protection.report().pii_findings) == [
        ("EMAIL_ADDRESS", "input"), ("EMAIL_ADDRESS", "input"), ("EMAIL_ADDRESS", "output"), ("EMAIL_ADDRESS", "output"), ("PHONE_NUMBER", "output")]


@HOW
@CLIENTS
def test_nothing_is_changed_where_nothing_is_found(sim, send, how):
    sim.reply = Reply(content=CLEAN, tool_calls=[ToolCall("t", {"a": "ü"})], thinking="hm", reasoning_tokens=1)
    sent = body(how, CLEAN)
    with Protection(budget_usd=1, pii_detection=True):
        raw = send(f"{sim.url}/v2/chat", sent)[1]
    assert raw == sim.log[0].response_body and sim.log[0].json == sent


def test_a_stream_is_redacted_wherever_it_is_cut(sim):
    sim.reply = Reply(content=LEAKY, chunk_size=9)
    whole = via_httpx(f"{sim.url}/v2/chat", body("stream"))[1]
    with Protection(pii_detection=True):
        for cut in range(0, len(whole), 67):
            sim.reply = Reply(content=LEAKY, chunk_size=9, cut_at=cut)
            assert said(via_httpx(f"{sim.url}/v2/chat", body("stream"))[1], "stream")[0] == REDACTED, cut


@HOW
def test_a_compressed_answer_is_read(sim, how):
    sim.reply = Reply(content=LEAKY, compress=True)
    with Protection(pii_detection=True):
        assert said(via_httpx(f"{sim.url}/v2/chat", body(how))[1], how)[0] == REDACTED


def test_the_output_limit_is_lowered(sim):
    sim.reply = Reply(content="word " * 3000)
    protection = Protection(budget_usd="0.001")
    with protection:
        assert via_httpx(f"{sim.url}/v2/chat", {"model": MODEL, "stream": False, "messages": [{"role": "user", "content": "x"}]})[0] == 200
        assert via_httpx(f"{sim.url}/v2/chat", body(limit=60000))[0] == 200
    assert all(64 <= one.json["max_tokens"] < 2000 for one in sim.log)
    assert protection.report().spent_usd == sim.bill(PRICES)


def test_a_budget_is_enforced(sim):
    with pytest.raises(BudgetExceeded), Protection(budget_usd="0.000001"):
        via_httpx(f"{sim.url}/v2/chat", body())
    assert sim.log == []


def test_embeddings_are_screened_and_cost_their_input(sim):
    protection = Protection(budget=BudgetConfig(max_usd=1, prices={"embed-v4.0": Price("0.12", 0)}), pii_detection=True)
    with protection:
        assert via_httpx(f"{sim.url}/v2/embed", {"model": "embed-v4.0", "input_type": "search_query", "texts": ["to " + MAIL, "plain words"]})[0] == 200
    assert sim.log[0].json["texts"] == ["to [EMAIL_REDACTED]", "plain words"]
    assert protection.report().spent_usd == sim.bill(PRICES) > 0 and protection.report().estimated_usd == 0


def test_a_search_without_a_price_is_refused_and_with_one_it_is_held_and_charged(sim):
    sent = {"model": "rerank-v3.5", "query": "who is " + MAIL, "documents": ["one"] * 150}
    with pytest.raises(UnpricedModel), Protection(budget_usd=1):
        via_httpx(f"{sim.url}/v2/rerank", sent)
    with pytest.raises(UnpricedModel, match="searches"), Protection(budget=BudgetConfig(max_usd=1, prices={"rerank-v3.5": Price(0, 0)})):
        via_httpx(f"{sim.url}/v2/rerank", sent)
    own = {"rerank-v3.5": Price(0, 0, search_usd="0.002")}
    with pytest.raises(BudgetExceeded), Protection(budget=BudgetConfig(max_usd="0.0039", prices=own)):
        via_httpx(f"{sim.url}/v2/rerank", sent)
    protection = Protection(budget=BudgetConfig(max_usd="0.004", prices=own), pii_detection=True)
    with protection:
        assert via_httpx(f"{sim.url}/v2/rerank", sent)[0] == 200
    assert sim.log[0].json["query"] == "who is [EMAIL_REDACTED]"
    assert protection.report().spent_usd == sim.bill(PRICES) > 0 and protection.report().estimated_usd == 0


def test_counting_tokens_is_free_and_screened(sim):
    protection = Protection(budget_usd="0.000001", pii_detection=True)
    with protection:
        assert via_httpx(f"{sim.url}/v1/tokenize", {"model": MODEL, "text": "to " + MAIL})[0] == 200
    assert sim.log[0].json["text"] == "to [EMAIL_REDACTED]" and protection.report().spent_usd == 0


@pytest.mark.parametrize("path", ["/v1/generate", "/v1/embed-jobs"])
def test_what_is_not_read_is_refused(sim, path):
    with pytest.raises(CallDenied, match="not understood"), Protection(budget_usd=1):
        via_httpx(sim.url + path, body())
    assert sim.log == []


@HOW
def test_a_blocked_answer_is_refused(sim, how):
    sim.reply = Reply(content=LEAKY)
    with pytest.raises(PiiBlocked), Protection(safety=SafetyConfig(actions={"EMAIL_ADDRESS": "block"})):
        via_httpx(f"{sim.url}/v2/chat", body(how))


def test_a_refusal_has_the_shape_of_the_apis_errors(sim):
    with Protection(budget_usd="0.000001", on_deny="respond"):
        status, raw = via_httpx(f"{sim.url}/v2/chat", body())
    assert status == 402 and json.loads(raw)["code"] == "budget_exceeded" and json.loads(raw)["message"].startswith("Iron Cage: ")


@pytest.mark.parametrize("status", [400, 429, 503])
def test_errors_of_the_provider_cost_nothing_and_are_the_same(sim, status):
    sim.reply = Reply(status=status)
    bare = via_httpx(f"{sim.url}/v2/chat", body())
    protection = Protection(budget_usd=1)
    with protection:
        assert via_httpx(f"{sim.url}/v2/chat", body()) == bare
    assert protection.report().spent_usd == 0 and protection.report().held_usd == 0
