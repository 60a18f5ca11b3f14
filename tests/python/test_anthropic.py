"""Anthropic's messages, whole and streamed: the bill to the last picodollar, cache and thinking, texts wherever they stand, streams cut at every byte."""

import json
import os
from decimal import Decimal

import httpx
import pytest
from clients import via_requests, via_urllib3

from iron_cage import BudgetExceeded, CallDenied, CircuitOpen, PiiBlocked, Protection, UnpricedModel, protect_agent
from iron_cage.testing import ProviderSimulator, Reply, ToolCall

MODEL = "claude-haiku-4-5"
PRICES = {MODEL: (Decimal("1"), Decimal("0.1"), Decimal("5")), "claude-3-haiku-20240307": (Decimal("0.25"), Decimal("0.03"), Decimal("1.25"))}
LEAKY = "Grüße 😀, write to jane.doe@example.co.uk or call +1 415 555 2671. End."
REDACTED = "Grüße 😀, write to [EMAIL_REDACTED] or call [PHONE_REDACTED]. End."
CLEAN = "Grüße 😀, nothing to see: 12:30, version 1.2.3, 2026-11-23, a@b and 1234. End."


@pytest.fixture(scope="module")
def sim():
    with ProviderSimulator(protocol="anthropic") as simulator:
        yield simulator


def body(text="tell me", stream=False, **fields):
    return {"model": MODEL, "max_tokens": 300, "messages": [{"role": "user", "content": text}], **({"stream": True} if stream else {}), **fields}


def via_httpx(url, sent):
    with httpx.Client(verify=False) as client:
        response = client.post(url, json=sent, headers={"x-api-key": "any"})
    return response.status_code, response.content


def events(raw):
    """(event name, data) of a stream; each event names itself as its data does."""
    found = []
    for block in raw.decode().split("\n\n"):
        if not block:
            continue
        name, data = block.split("\n")
        data = json.loads(data[len("data: "):])
        assert name == "event: " + data["type"]
        found.append(data)
    return found


def spelled(raw):
    """What a stream says, block by block; a block that is stopped says no more."""
    blocks, stopped = {}, set()
    for event in events(raw):
        if event["type"] == "content_block_delta":
            assert event["index"] not in stopped
            delta = event["delta"]
            kind = {"text_delta": "text", "thinking_delta": "thinking", "input_json_delta": "partial_json"}.get(delta["type"])
            if kind:
                blocks[event["index"]] = blocks.get(event["index"], "") + delta[kind]
        elif event["type"] == "content_block_stop":
            stopped.add(event["index"])
    return [blocks[index] for index in sorted(blocks)]


def found(report):
    return [(f.kind, f.start, f.end, f.direction) for f in report.pii_findings]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("send", [via_httpx, via_requests, via_urllib3], ids=["httpx", "requests", "urllib3"])
def test_usage_with_cache_and_thinking_costs_what_the_provider_bills(sim, send, stream):
    sim.clear()
    sim.script([
        Reply(content="word " * 20),
        Reply(content="word " * 20, cached_tokens=7, cache_write_tokens=5),
        Reply(content="word " * 20, cached_tokens=3, cache_write_tokens=4, cache_write_1h_tokens=6),
        Reply(content="word " * 20, thinking="hmm " * 30, reasoning_tokens=11),
        Reply(tool_calls=[ToolCall("lookup", {"city": "Paris", "days": [1, 2, 3]})]),
    ])
    cached = [{"type": "text", "text": "some words of a system prompt that is long enough", "cache_control": {"type": "ephemeral"}}]
    hour = [{**cached[0], "cache_control": {"type": "ephemeral", "ttl": "1h"}}]
    tools = [{"name": "lookup", "description": "d", "input_schema": {"type": "object"}}]
    protection = Protection(budget_usd=1)
    with protection:
        for fields in ({}, {"system": cached}, {"system": hour}, {"thinking": {"type": "enabled", "budget_tokens": 1024}, "max_tokens": 2000}, {"tools": tools}):
            assert send(sim.url + "/v1/messages", body(stream=stream, **fields))[0] == 200
    report = protection.report()
    usages = [one.usage for one in sim.log]
    assert report.spent_usd == sim.bill(PRICES) > 0
    assert report.held_usd == 0 and report.calls == 5
    assert report.tokens.cached == sum(u["cache_read_input_tokens"] for u in usages) == 10
    assert report.tokens.cache_write == sum(u["cache_creation_input_tokens"] for u in usages) == 15
    assert report.tokens.input == sum(u["input_tokens"] for u in usages)
    assert report.tokens.output == sum(u["output_tokens"] for u in usages)
    assert report.tokens.reasoning == sum(u["output_tokens_details"]["thinking_tokens"] for u in usages) == 41
    # The price of an hour's cache is derived from the input's, and said to be.
    hourly = usages[2]
    assert report.estimated_usd == sim.bill(PRICES) - sum((cost([u]) for u in usages if u is not hourly), Decimal(0))


def cost(usages):
    from iron_cage.testing import bill

    return bill([{"usage": usage, "model": MODEL} for usage in usages], PRICES)


def test_texts_of_a_request_are_redacted_wherever_they_stand_and_signed_thinking_stays(sim):
    from iron_cage.testing._anthropic import sign

    mail = "jane.doe@example.com"
    sim.clear()
    sent = body(
        system=[{"type": "text", "text": "system " + mail, "cache_control": {"type": "ephemeral"}}],
        metadata={"user_id": mail},
        tools=[{"name": "t", "description": "ask " + mail, "input_schema": {"type": "object"}}],
        messages=[
            {"role": "user", "content": [
                {"type": "text", "text": "text " + mail},
                {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "document " + mail}, "title": "title " + mail},
                {"type": "search_result", "source": "s", "title": "t", "content": [{"type": "text", "text": "result " + mail}]}]},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "signed " + mail, "signature": sign("signed " + mail)},
                {"type": "redacted_thinking", "data": "returned " + mail},
                {"type": "tool_use", "id": "toolu_a", "name": "t", "input": {"to": mail, "deep": [{"cc": mail}]}}]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "toolu_a", "content": [{"type": "text", "text": "tool " + mail}]},
                {"type": "tool_result", "tool_use_id": "toolu_a", "content": "string " + mail}]},
        ])
    protection = Protection(budget_usd=1)
    with protection:
        assert via_httpx(sim.url + "/v1/messages", sent)[0] == 200  # the provider refuses a changed thinking block
    got = sim.log[-1].body.decode()
    assert got == httpx.Request("POST", sim.url, json=sent).content.decode().replace(mail, "[EMAIL_REDACTED]") \
        .replace("signed [EMAIL_REDACTED]", "signed " + mail).replace("returned [EMAIL_REDACTED]", "returned " + mail)
    report = protection.report()
    assert len(report.pii_findings) == got.count("[EMAIL_REDACTED]") + 2  # what must come back unchanged is told
    assert report.spent_usd == sim.bill(PRICES)


def test_signed_thinking_is_refused_where_findings_block(sim):
    sim.clear()
    sent = body(messages=[{"role": "user", "content": "hello"}, {"role": "assistant", "content": [
        {"type": "thinking", "thinking": "jane.doe@example.com", "signature": "s"}]}, {"role": "user", "content": "on"}])
    with pytest.raises(PiiBlocked):
        with Protection(pii_action="block"):
            via_httpx(sim.url + "/v1/messages", sent)
    assert sim.log == []


REPLIES = {"text": Reply(content=LEAKY, chunk_size=9, id="msg_x"),
           "thinking": Reply(thinking=LEAKY, content=LEAKY, chunk_size=9, id="msg_x"),
           "tool": Reply(content="On it.", tool_calls=[ToolCall("mail", {"to": "jane.doe@example.co.uk"}, id="toolu_x")], chunk_size=5, id="msg_x")}
SAID = {"text": [REDACTED], "thinking": [LEAKY, REDACTED], "tool": ["On it.", '{"to":"[EMAIL_REDACTED]"}']}


@pytest.mark.parametrize("kind", list(REPLIES))
def test_a_leaky_stream_cut_at_every_byte_is_the_uncut_one(sim, kind):
    from dataclasses import replace

    sim.clear()
    spent = Decimal(0)
    with httpx.Client(verify=False) as client:

        def run(reply):
            nonlocal spent
            protection = Protection(budget_usd=1)
            sim.script([reply])
            with protection:
                raw = client.post(sim.url + "/v1/messages", json=body(stream=True)).content
            report = protection.report()
            spent += report.spent_usd
            assert report.estimated_usd == 0
            return spelled(raw), found(report), report.spent_usd

        uncut = run(REPLIES[kind])
        assert uncut[0] == SAID[kind]
        assert {one[0] for one in uncut[1]} == ({"EMAIL_ADDRESS"} if kind == "tool" else {"EMAIL_ADDRESS", "PHONE_NUMBER"})
        length = len(sim.log[-1].response_body)
        step = 1 if kind == "text" or os.environ.get("IRON_CAGE_LONG") == "1" else 7
        for position in range(1, length, step):
            assert run(replace(REPLIES[kind], cut_at=position)) == uncut, f"cut at byte {position}"
        assert spent == sim.bill(PRICES)


@pytest.mark.parametrize("send", [via_httpx, via_requests, via_urllib3], ids=["httpx", "requests", "urllib3"])
def test_a_clean_stream_cut_at_any_byte_is_byte_for_byte_the_bare_one(sim, send):
    def fetch(cut=None):
        sim.script([Reply(thinking="let me think", content=CLEAN, tool_calls=[ToolCall("t", {"a": 1}, id="toolu_x")], chunk_size=8, id="msg_x", cut_at=cut)])
        return send(sim.url + "/v1/messages", body(stream=True))

    bare = fetch()
    sent = sim.log[-1].request_sha256
    for position in range(1, len(bare[1]), 1 if os.environ.get("IRON_CAGE_LONG") == "1" else 7):
        with Protection(budget_usd=1):
            assert fetch(position) == bare, f"cut at byte {position}"
        assert sim.log[-1].request_sha256 == sent


def test_whole_answers_are_the_same_bytes_or_redacted_except_for_thinking(sim):
    for content, said in ((CLEAN, CLEAN), (LEAKY, REDACTED)):
        sim.script([Reply(content=content, thinking=content, id="msg_x")])
        with Protection(budget_usd=1):
            status, raw = via_httpx(sim.url + "/v1/messages", body())
        blocks = json.loads(raw)["content"]
        assert (status, blocks[0]["thinking"], blocks[1]["text"]) == (200, content, said)
        if content == CLEAN:
            assert raw == sim.log[-1].response_body


@pytest.mark.parametrize("thinks", [False, True])
@pytest.mark.parametrize("cut", [Reply(content="word " * 50, cut_after=2500), Reply(content="word " * 50, reset_after=2500)], ids=["cut", "reset"])
def test_a_cut_stream_is_charged_its_input_and_what_it_showed_or_the_hold_if_it_thinks(sim, cut, thinks):
    sim.clear()
    sim.script([cut])
    protection = Protection(budget_usd=1)
    fields = {"thinking": {"type": "enabled", "budget_tokens": 1024}, "max_tokens": 2000} if thinks else {}
    with protection:
        try:
            via_httpx(sim.url + "/v1/messages", body(stream=True, **fields))
        except httpx.TransportError:
            pass
    sim.wait_for(1)
    report = protection.report()
    assert report.spent_usd == report.estimated_usd >= sim.bill(PRICES) > 0 and report.held_usd == 0
    if thinks:
        assert report.tokens.output == 2000
    else:
        assert report.tokens.input == sim.log[-1].usage["input_tokens"]
        assert report.tokens.output < 150


def test_an_error_in_the_middle_of_a_stream_is_handed_on_and_estimated(sim):
    head = b'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_x","type":"message","role":"assistant","model":"m","content":[],' \
           b'"usage":{"input_tokens":9,"output_tokens":1}}}\n\nevent: content_block_start\ndata: {"type":"content_block_start","index":0,' \
           b'"content_block":{"type":"text","text":""}}\n\nevent: content_block_delta\ndata: {"type":"content_block_delta","index":0,' \
           b'"delta":{"type":"text_delta","text":"call +1 415"}}\n\n'
    tail = b'event: error\ndata: {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}\n\n'
    sim.script([Reply(pieces=[head, tail], usage={"input_tokens": 9, "output_tokens": 3})])
    protection = Protection(budget_usd=1)
    with protection:
        assert via_httpx(sim.url + "/v1/messages", body(stream=True)) == (200, head + tail)
    report = protection.report()
    assert report.tokens.input == 9 and report.estimated_usd == report.spent_usd > 0


def test_overload_is_the_providers_error_costs_nothing_and_opens_the_circuit(sim):
    sim.clear()
    sim.script([Reply(status=529)] * 3)
    protection = Protection(budget_usd=1, max_retries=0)
    with pytest.raises(CircuitOpen):
        with protection:
            for _ in range(3):
                status, raw = via_httpx(sim.url + "/v1/messages", body())
                assert status == 529 and json.loads(raw)["error"]["type"] == "overloaded_error"
            via_httpx(sim.url + "/v1/messages", body())
    assert protection.report().spent_usd == 0 and len(sim.log) == 3


def test_counting_tokens_is_free_and_screened(sim):
    sim.clear()
    sent = body("write to jane.doe@example.com")
    del sent["max_tokens"]
    protection = Protection(budget_usd="0.000001")
    with protection:
        status, raw = via_httpx(sim.url + "/v1/messages/count_tokens", sent)
    assert status == 200 and json.loads(raw)["input_tokens"] > 0
    assert sim.log[-1].json["messages"][0]["content"] == "write to [EMAIL_REDACTED]"
    report = protection.report()
    assert (report.spent_usd, report.held_usd, len(report.pii_findings)) == (0, 0, 1)


def test_the_output_is_lowered_but_never_to_the_thinking_budget(sim):
    sim.clear()
    protection = Protection(budget_usd="0.02")
    with protection:
        via_httpx(sim.url + "/v1/messages", body(max_tokens=100_000))
        assert sim.log[-1].json["max_tokens"] < 4_000
    assert protection.report().lowered == 1

    @protect_agent(budget_usd="0.015")
    def thinker():
        via_httpx(sim.url + "/v1/messages", body(max_tokens=100_000, thinking={"type": "enabled", "budget_tokens": 2048}))

    with pytest.raises(BudgetExceeded):
        thinker()
    with Protection(budget_usd="0.0175"):
        via_httpx(sim.url + "/v1/messages", body(max_tokens=100_000, thinking={"type": "enabled", "budget_tokens": 2048}))
    assert 2048 + 1024 <= sim.log[-1].json["max_tokens"] < 3_600
    assert len(sim.log) == 2


@pytest.mark.parametrize(("fields", "error", "said"), [
    ({"tools": [{"type": "web_search_20250305", "name": "web_search", "max_uses": 1}]}, UnpricedModel, "web_search"),
    ({"speed": "fast"}, UnpricedModel, "speed"),
    ({"inference_geo": "us"}, UnpricedModel, "inference_geo"),
    ({"fallbacks": [{"model": "claude-opus-4-5"}]}, UnpricedModel, "fallbacks"),
    ({"mcp_servers": [{"type": "url", "url": "https://mcp.example.com", "name": "m"}]}, CallDenied, "mcp_servers"),
    ({"container": "container_x"}, CallDenied, "container"),
    ({"context_management": {"edits": [{"type": "compact_20260112"}]}}, CallDenied, "context_management"),
])
def test_what_has_no_price_or_no_bound_is_refused_in_words(sim, fields, error, said):
    sim.clear()
    with pytest.raises(error, match=said):
        with Protection(budget_usd=1):
            via_httpx(sim.url + "/v1/messages", body(**fields))
    assert sim.log == []


@pytest.mark.parametrize("path", ["/v1/messages/batches", "/v1/complete"])
def test_other_paths_of_the_provider_are_refused(sim, path):
    sim.clear()
    with pytest.raises(CallDenied, match="messages"):
        with Protection(budget_usd=1):
            via_httpx(sim.url + path, body())
    assert sim.log == []


@pytest.mark.parametrize("send", [via_httpx, via_requests, via_urllib3], ids=["httpx", "requests", "urllib3"])
def test_a_refusal_passes_through_except_exception(sim, send):
    sim.clear()

    @protect_agent(budget_usd="0.000001")
    def agent():
        try:
            send(sim.url + "/v1/messages", body())
        except Exception:
            return "swallowed"

    with pytest.raises(BudgetExceeded):
        agent()
    assert sim.log == []


def test_a_refusal_that_responds_has_the_providers_shape(sim):
    protection = Protection(budget_usd="0.000001", on_deny="respond")
    with protection:
        status, raw = via_httpx(sim.url + "/v1/messages", body())
    assert status == 402
    error = json.loads(raw)
    assert error["type"] == "error" and error["error"]["type"] == "billing_error" and error["error"]["message"].startswith("Iron Cage: ")


def test_cache_writes_are_held_at_their_own_price(sim):
    long = "word " * 2000
    holds = []
    for control in (None, {"type": "ephemeral"}, {"type": "ephemeral", "ttl": "1h"}):
        block = {"type": "text", "text": long, **({"cache_control": control} if control else {})}
        protection = Protection(budget_usd=100)  # so much that bytes are counted, not tokens

        def look(request, protection=protection):
            holds.append(protection.report().held_usd)
            return Reply(content="ok", cache_write_1h_tokens=10_000)

        sim.script([look])
        with protection:
            via_httpx(sim.url + "/v1/messages", body(system=[block], max_tokens=0))
    plain, short, hour = holds
    assert Decimal("1.2") < short / plain < Decimal("1.3") and Decimal("1.9") < hour / plain < Decimal("2.1")
