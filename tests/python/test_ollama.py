"""Ollama's own API: chat and generate, whole and as lines of JSON, embed; models that nobody sells by the token."""
import asyncio
import json

import httpx
import pytest
from clients import via_httpx, via_requests_in_pieces, via_urllib3_in_pieces

from iron_cage import BudgetConfig, BudgetExceeded, PiiBlocked, Price, Protection, SafetyConfig, UnpricedModel
from iron_cage.testing import ProviderSimulator, Reply, ToolCall

MODEL = "llama3.2"
OWN = {MODEL: Price("0.3", "2.5"), "nomic-embed-text": Price("0.1", 0)}
PRICES = {MODEL: ("0.3", "0.3", "2.5"), "nomic-embed-text": ("0.1", "0.1", "0")}
LEAKY = "Grüße 😀, write to jane.doe@example.co.uk or call +1 415 555 2671. End."
REDACTED = "Grüße 😀, write to [EMAIL_REDACTED] or call [PHONE_REDACTED]. End."
CLEAN = "Grüße 😀, nothing to see: 12:30, version 1.2.3, 2026-11-23, a@b and 1234. End."
MAIL = "jane.doe@example.com"


@pytest.fixture
def sim():
    with ProviderSimulator(protocol="ollama") as simulator:
        yield simulator


def priced(**options):
    return Protection(budget=BudgetConfig(max_usd=1, prices=OWN), **options)


def body(how="stream", text="tell me", limit=300, **fields):
    if how == "whole":
        fields["stream"] = False  # a stream is what comes without a word about it
    return {"model": MODEL, "messages": [{"role": "user", "content": text}], "options": {"num_predict": limit}, **fields}


def said(raw):
    """(what is said, calls of functions)."""
    text, calls = "", []
    for line in raw.splitlines():
        message = json.loads(line)["message"]
        text += message["content"]
        calls += [call["function"] for call in message.get("tool_calls", ())]
    return text, calls


HOW = pytest.mark.parametrize("how", ["whole", "stream"])
CLIENTS = pytest.mark.parametrize("send", [via_httpx, via_requests_in_pieces, via_urllib3_in_pieces], ids=["httpx", "requests", "urllib3"])


@HOW
@CLIENTS
def test_usage_costs_what_was_used(sim, send, how):
    sim.script([Reply(content="word " * 20), Reply(content="word " * 20, thinking="hm", reasoning_tokens=1), Reply(tool_calls=[ToolCall("lookup", {"city": "Paris"})]), Reply(content="word " * 500)])
    tools = [{"type": "function", "function": {"name": "lookup", "parameters": {"type": "object"}}}]
    protection = priced()
    with protection:
        for fields in ({}, {"think": True}, {"tools": tools}, {"limit": 40}):
            assert send(f"{sim.url}/api/chat", body(how, **fields))[0] == 200
        assert send(f"{sim.url}/api/generate", {"model": MODEL, "prompt": "go on", "stream": how == "stream", "options": {"num_predict": 9}})[0] == 200
        assert send(f"{sim.url}/api/embed", {"model": "nomic-embed-text", "input": ["one two", "three"]})[0] == 200
    report = protection.report()
    assert report.spent_usd == sim.bill(PRICES) > 0
    assert (report.held_usd, report.calls, report.estimated_usd) == (0, 6, 0)


@HOW
@CLIENTS
def test_what_is_found_is_redacted_in_both_directions(sim, send, how):
    sim.reply = Reply(content=LEAKY, tool_calls=[ToolCall("mail", {"to": MAIL})], chunk_size=3)
    protection = priced(pii_detection=True)
    with protection:
        status, raw = send(f"{sim.url}/api/chat", body(how, "to " + MAIL))
    assert (status, *said(raw)) == (200, REDACTED, [{"name": "mail", "arguments": {"to": "[EMAIL_REDACTED]"}}])
    assert sim.log[0].json["messages"][0]["content"] == "to [EMAIL_REDACTED]"
    assert sorted((f.kind, f.direction) for f in protection.report().pii_findings) == [
        ("EMAIL_ADDRESS", "input"), ("EMAIL_ADDRESS", "output"), ("EMAIL_ADDRESS", "output"), ("PHONE_NUMBER", "output")]


@HOW
@CLIENTS
def test_nothing_is_changed_where_nothing_is_found(sim, send, how):
    sim.reply = Reply(content=CLEAN, tool_calls=[ToolCall("t", {"a": "ü"})], thinking="hm", reasoning_tokens=1)
    sent = body(how, CLEAN)
    with priced(pii_detection=True):
        raw = send(f"{sim.url}/api/chat", sent)[1]
    assert raw == sim.log[0].response_body and sim.log[0].json == sent


def test_a_stream_is_redacted_wherever_it_is_cut(sim):
    sim.reply = Reply(content=LEAKY, chunk_size=9)
    whole = via_httpx(f"{sim.url}/api/chat", body())[1]
    with priced(pii_detection=True):
        for cut in range(0, len(whole), 67):
            sim.reply = Reply(content=LEAKY, chunk_size=9, cut_at=cut)
            assert said(via_httpx(f"{sim.url}/api/chat", body())[1])[0] == REDACTED, cut


@HOW
def test_a_compressed_answer_is_read(sim, how):
    sim.reply = Reply(content=LEAKY, compress=True)
    with priced(pii_detection=True):
        assert said(via_httpx(f"{sim.url}/api/chat", body(how))[1])[0] == REDACTED


def test_a_stream_that_is_cut_costs_what_came_so_far(sim):
    sim.reply = Reply(content="word " * 40, cut_after=2000)
    protection = priced()
    with protection, pytest.raises(httpx.HTTPError):
        via_httpx(f"{sim.url}/api/chat", body())
    report = protection.report()
    assert report.spent_usd == report.estimated_usd > 0 and report.held_usd == 0


def test_the_limit_is_lowered_in_the_options(sim):
    sim.reply = Reply(content="word " * 3000)
    protection = Protection(budget=BudgetConfig(max_usd="0.001", prices=OWN))
    with protection:
        assert via_httpx(f"{sim.url}/api/generate", {"model": MODEL, "prompt": "x"})[0] == 200
        assert via_httpx(f"{sim.url}/api/generate", {"model": MODEL, "prompt": "x", "options": {"num_predict": -1, "seed": 3}})[0] == 200
    written, lowered = (one.json["options"] for one in sim.log)
    assert 64 <= written["num_predict"] <= 400 and 64 <= lowered["num_predict"] <= 400 and lowered["seed"] == 3
    assert protection.report().spent_usd == sim.bill(PRICES)


def test_a_local_model_is_refused_with_what_to_write(sim):
    with pytest.raises(UnpricedModel, match=r"Price\(0, 0\)"), Protection(budget_usd=1):
        via_httpx(f"{sim.url}/api/chat", body())
    assert sim.log == []


@pytest.mark.parametrize("model", ["command-r", "mistral-small", "deepseek-chat", "gpt-4o"])
def test_the_price_of_a_like_named_model_elsewhere_is_not_taken(sim, model):
    with pytest.raises(UnpricedModel), Protection(budget_usd=1):
        via_httpx(f"{sim.url}/api/chat", {**body(), "model": model})


@HOW
@pytest.mark.parametrize("options", [{"budget": BudgetConfig(max_usd="0.01", prices={MODEL: Price(0, 0)})}, {"budget_usd": "0.01", "unpriced": Price(0, 0)}], ids=["prices", "assumed"])
def test_a_model_that_costs_nothing_is_counted_and_left_alone(sim, how, options):
    sent = {"model": MODEL, "messages": [{"role": "user", "content": "hi", "images": ["iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg"]}], "stream": how == "stream"}
    protection = Protection(**options)
    with protection:
        raw = via_httpx(f"{sim.url}/api/chat", sent)[1]
    report = protection.report()
    assert sim.log[0].json == sent and raw == sim.log[0].response_body, "no limit is written where nothing is to be limited"
    assert (report.spent_usd, report.calls, report.estimated_usd, report.tokens.output) == (0, 1, 0, sim.log[0].usage["eval_count"])


def test_unpriced_models_may_go_with_a_warning(sim):
    protection = Protection(budget_usd=1, unpriced="warn")
    with protection:
        assert via_httpx(f"{sim.url}/api/chat", body())[0] == 200
    assert protection.report().spent_usd == 0 and any(MODEL in warning for warning in protection.report().warnings)


@pytest.mark.parametrize("method, path", [("POST", "/api/pull"), ("POST", "/api/show"), ("GET", "/api/tags"), ("GET", "/api/version")])
def test_the_household_is_free(sim, method, path):
    protection = Protection(budget_usd=1)
    with protection, httpx.Client() as client:
        assert client.request(method, sim.url + path, json={"model": "x"} if method == "POST" else None).status_code == 200
    assert protection.report().calls == 0


@HOW
def test_a_blocked_answer_is_refused(sim, how):
    sim.reply = Reply(content=LEAKY)
    with pytest.raises(PiiBlocked), priced(safety=SafetyConfig(actions={"EMAIL_ADDRESS": "block"})):
        via_httpx(f"{sim.url}/api/chat", body(how))


def test_a_refusal_has_the_shape_of_the_servers_errors(sim):
    with Protection(budget=BudgetConfig(max_usd="0.000001", prices=OWN), on_deny="respond"):
        status, raw = via_httpx(f"{sim.url}/api/chat", body())
    assert status == 402 and json.loads(raw)["code"] == "budget_exceeded" and json.loads(raw)["error"].startswith("Iron Cage: ")
    with pytest.raises(BudgetExceeded), Protection(budget=BudgetConfig(max_usd="0.000001", prices=OWN)):
        via_httpx(f"{sim.url}/api/chat", body())


@pytest.mark.parametrize("status", [400, 404, 503])
def test_errors_of_the_server_cost_nothing_and_are_the_same(sim, status):
    sim.reply = Reply(status=status)
    bare = via_httpx(f"{sim.url}/api/chat", body())
    protection = priced()
    with protection:
        assert via_httpx(f"{sim.url}/api/chat", body()) == bare
    assert protection.report().spent_usd == 0 and protection.report().held_usd == 0


def test_openais_protocol_is_read_there_too():
    with ProviderSimulator() as behind:
        from iron_cage import _engine

        _engine.add_hosts(f"{behind.host}=ollama")
        protection = priced()
        with protection:
            assert via_httpx(f"{behind.url}/v1/chat/completions", {"model": MODEL, "messages": [{"role": "user", "content": "hi"}], "max_tokens": 9})[0] == 200
        assert protection.report().spent_usd == behind.bill(PRICES) > 0


def test_an_async_client_reads_lines_as_they_come(sim):
    sim.reply = Reply(content=LEAKY, chunk_size=5)
    protection = priced(pii_detection=True)

    async def agent():
        async with protection, httpx.AsyncClient() as client, client.stream("POST", f"{sim.url}/api/chat", json=body()) as response:
            return [json.loads(line) async for line in response.aiter_lines()]

    lines = asyncio.run(agent())
    assert "".join(line["message"]["content"] for line in lines) == REDACTED and lines[-1]["done"] is True
    assert protection.report().spent_usd == sim.bill(PRICES)
