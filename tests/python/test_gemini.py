"""Gemini's generateContent, streamed as events and as an array, embedContent and countTokens; Anthropic's models at Vertex."""
import json
from decimal import Decimal

import httpx
import pytest
from clients import via_httpx, via_requests

from iron_cage import BudgetExceeded, PiiBlocked, Protection, SafetyConfig, UnpricedModel, _engine
from iron_cage.testing import ProviderSimulator, Reply, ToolCall

MODEL = "gemini-2.5-flash"
PRICES = {MODEL: ("0.3", "0.03", "2.5"), "gemini-embedding-001": ("0.15", "0.15", "0")}
LEAKY = "Grüße 😀, write to jane.doe@example.co.uk or call +1 415 555 2671. End."
REDACTED = "Grüße 😀, write to [EMAIL_REDACTED] or call [PHONE_REDACTED]. End."
CLEAN = "Grüße 😀, nothing to see: 12:30, version 1.2.3, 2026-11-23, a@b and 1234. End."
MAIL = "jane.doe@example.com"


@pytest.fixture
def sim():
    with ProviderSimulator(protocol="gemini") as simulator:
        yield simulator


def body(text="tell me", limit=300, **fields):
    return {"contents": [{"role": "user", "parts": [{"text": text}]}], "generationConfig": {"maxOutputTokens": limit}, **fields}


def url(sim, how="whole", model=MODEL):
    method = {"whole": "generateContent", "events": "streamGenerateContent?alt=sse", "array": "streamGenerateContent"}[how]
    return f"{sim.url}/v1beta/models/{model}:{method}"


def answers(raw, how):
    if how == "events":
        return [json.loads(block[6:]) for block in raw.decode().split("\r\n\r\n") if block]
    told = json.loads(raw)
    return told if how == "array" else [told]


def said(raw, how):
    """(what is said, calls of functions)."""
    text, calls = "", []
    for answer in answers(raw, how):
        for part in answer["candidates"][0]["content"]["parts"]:
            text += part.get("text", "") if not part.get("thought") else ""
            calls += [part["functionCall"]] if "functionCall" in part else []
    return text, calls


HOW = pytest.mark.parametrize("how", ["whole", "events", "array"])
CLIENTS = pytest.mark.parametrize("send", [via_httpx, via_requests], ids=["httpx", "requests"])


@HOW
@CLIENTS
def test_usage_costs_what_the_provider_bills(sim, send, how):
    sim.script([
        Reply(content="word " * 20), Reply(content="word " * 20, cached_tokens=4), Reply(content="word " * 20, reasoning_tokens=11, thinking="hmm"),
        Reply(tool_calls=[ToolCall("lookup", {"city": "Paris"})]), Reply(content="word " * 500),
    ])
    tools = [{"functionDeclarations": [{"name": "lookup", "parameters": {"type": "OBJECT"}}]}]
    protection = Protection(budget_usd=1)
    with protection:
        for fields in ({}, {"systemInstruction": {"parts": [{"text": "be very kind"}]}}, {}, {"tools": tools}, {"limit": 40}):
            assert send(url(sim, how), body(**fields))[0] == 200
    report = protection.report()
    assert report.spent_usd == sim.bill(PRICES) > 0
    assert (report.held_usd, report.calls, report.estimated_usd, report.tokens.reasoning, report.tokens.cached) == (0, 5, 0, 11, 4)


@HOW
@CLIENTS
def test_what_is_found_is_redacted_in_both_directions(sim, send, how):
    sim.reply = Reply(content=LEAKY, tool_calls=[ToolCall("mail", {"to": MAIL})], chunk_size=3)
    protection = Protection(budget_usd=1, pii_detection=True)
    with protection:
        status, raw = send(url(sim, how), body("to " + MAIL))
    assert (status, *said(raw, how)) == (200, REDACTED, [{"name": "mail", "args": {"to": "[EMAIL_REDACTED]"}}])
    assert sim.log[0].json["contents"][0]["parts"][0]["text"] == "to [EMAIL_REDACTED]"
    assert sorted((f.kind, f.direction) for f in protection.report().pii_findings) == [
        ("EMAIL_ADDRESS", "input"), ("EMAIL_ADDRESS", "output"), ("EMAIL_ADDRESS", "output"), ("PHONE_NUMBER", "output")]


@HOW
@CLIENTS
def test_nothing_is_changed_where_nothing_is_found(sim, send, how):
    sim.reply = Reply(content=CLEAN, tool_calls=[ToolCall("t", {"a": "ü"})], thinking="hm", reasoning_tokens=1)
    sent = body(CLEAN)
    with Protection(budget_usd=1, pii_detection=True):
        raw = send(url(sim, how), sent)[1]
    assert raw == sim.log[0].response_body and sim.log[0].json == sent


@pytest.mark.parametrize("how", ["events", "array"])
def test_a_stream_is_redacted_wherever_it_is_cut(sim, how):
    sim.reply = Reply(content=LEAKY, chunk_size=9)
    whole = via_httpx(url(sim, how), body())[1]
    with Protection(pii_detection=True):
        for cut in range(0, len(whole), 41):
            sim.reply = Reply(content=LEAKY, chunk_size=9, cut_at=cut)
            assert said(via_httpx(url(sim, how), body())[1], how)[0] == REDACTED, cut


def test_the_output_limit_is_lowered_in_the_generation_config(sim):
    sim.reply = Reply(content="word " * 3000)
    protection = Protection(budget_usd="0.02")
    with protection:
        assert via_httpx(url(sim), {"contents": [{"parts": [{"text": "x"}]}]})[0] == 200
        assert via_httpx(url(sim), {"contents": [{"parts": [{"text": "x"}]}], "generation_config": {"max_output_tokens": 60000, "topK": 3}})[0] == 200
    written, lowered = (one.json for one in sim.log)
    assert 1024 <= written["generationConfig"]["maxOutputTokens"] < lowered["generation_config"]["max_output_tokens"] < 8000
    assert protection.report().spent_usd == sim.bill(PRICES) <= Decimal("0.02")


def test_a_budget_is_enforced(sim):
    with pytest.raises(BudgetExceeded), Protection(budget_usd="0.000001"):
        via_httpx(url(sim), body())
    assert sim.log == []


@pytest.mark.parametrize("fields, said_why", [
    ({"tools": [{"googleSearch": {}}]}, "google_search"), ({"tools": [{"code_execution": {}}]}, "code_execution"),
    ({"generationConfig": {"responseModalities": ["TEXT", "IMAGE"]}}, "images in the answer"),
])
def test_what_has_no_price_is_refused(sim, fields, said_why):
    with pytest.raises(UnpricedModel, match=said_why), Protection(budget_usd=1):
        via_httpx(url(sim), {**body(), **fields})
    assert sim.log == []


@HOW
def test_a_blocked_answer_is_refused(sim, how):
    sim.reply = Reply(content=LEAKY)
    with pytest.raises(PiiBlocked), Protection(safety=SafetyConfig(actions={"EMAIL_ADDRESS": "block"})):
        via_httpx(url(sim, how), body())


def test_a_refusal_has_the_shape_of_googles_errors(sim):
    with Protection(budget_usd="0.000001", on_deny="respond"):
        status, raw = via_httpx(url(sim), body())
    told = json.loads(raw)["error"]
    assert (status, told["code"], told["status"], told["details"][0]["reason"]) == (402, 402, "FAILED_PRECONDITION", "budget_exceeded")


@pytest.mark.parametrize("status", [400, 429, 503])
def test_errors_of_the_provider_cost_nothing_and_are_the_same(sim, status):
    sim.reply = Reply(status=status)
    bare = via_httpx(url(sim), body())
    protection = Protection(budget_usd=1)
    with protection:
        assert via_httpx(url(sim), body()) == bare
    assert protection.report().spent_usd == 0 and protection.report().held_usd == 0


@pytest.mark.parametrize("method, sent", [
    ("embedContent", {"content": {"parts": [{"text": "to " + MAIL}]}}),
    ("batchEmbedContents", {"requests": [{"model": "models/m", "content": {"parts": [{"text": "to " + MAIL}]}}, {"content": {"parts": [{"text": "plain"}]}}]}),
])
def test_embeddings_are_screened_and_charged_by_an_estimate_as_they_tell_no_usage(sim, method, sent):
    protection = Protection(budget_usd=1, pii_detection=True)
    with protection:
        assert via_httpx(f"{sim.url}/v1beta/models/gemini-embedding-001:{method}", sent)[0] == 200
    assert MAIL not in json.dumps(sim.log[0].json) and "[EMAIL_REDACTED]" in json.dumps(sim.log[0].json)
    report = protection.report()
    assert report.spent_usd == report.estimated_usd >= sim.bill(PRICES) > 0 and report.held_usd == 0


def test_counting_tokens_is_free_and_screened(sim):
    protection = Protection(budget_usd="0.000001", pii_detection=True)
    with protection:
        assert via_httpx(f"{sim.url}/v1beta/models/{MODEL}:countTokens", {"contents": [{"parts": [{"text": "to " + MAIL}]}]})[0] == 200
    assert sim.log[0].json["contents"][0]["parts"][0]["text"] == "to [EMAIL_REDACTED]" and protection.report().spent_usd == 0


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_anthropics_models_at_vertex_are_messages_with_the_model_in_the_path(stream):
    with ProviderSimulator(protocol="anthropic") as behind:
        def answer(request):
            return Reply(content=LEAKY)

        behind.reply = answer
        # A gateway that speaks Google's paths: the simulator answers messages only, so the path is looked at by the library alone.
        _engine.add_hosts(f"{behind.host}=gemini")
        path = f"{behind.url}/v1/projects/p/locations/l/publishers/anthropic/models/claude-haiku-4-5@20251001:{'streamRawPredict' if stream else 'rawPredict'}"
        protection = Protection(budget_usd="0.000001")
        with pytest.raises(BudgetExceeded), protection:
            httpx.post(path, json={"anthropic_version": "vertex-2023-10-16", "max_tokens": 100, "stream": stream, "messages": [{"role": "user", "content": "hi"}]})
        assert protection.report().denied == 1


@pytest.mark.parametrize("sent", [[], {"contents": [{"parts": ["hi"]}]}, {"contents": [{"parts": [{"text": 5}]}]}, {**body(), "generationConfig": {"candidateCount": "2"}}])
def test_the_simulator_refuses_bodies_of_other_kinds_as_the_provider_does(sim, sent):
    status, raw = via_httpx(url(sim), sent)
    assert status == 400 and json.loads(raw)["error"]["status"] == "INVALID_ARGUMENT"


def test_what_stands_whole_in_one_part_is_found_beside_the_next(sim):
    parts = [{"text": "SSN 078-05-1120"}, {"text": "5 items"}]
    told = {"candidates": [{"content": {"parts": parts, "role": "model"}, "finishReason": "STOP"}], "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 5}}
    sim.reply = Reply(raw_body=json.dumps(told).encode(), usage={"promptTokenCount": 5, "candidatesTokenCount": 5})
    with Protection(pii_detection=True):
        raw = via_httpx(url(sim), body())[1]
    assert [part["text"] for part in json.loads(raw)["candidates"][0]["content"]["parts"]] == ["SSN [SSN_REDACTED]", "5 items"]
