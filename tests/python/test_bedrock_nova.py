"""Bedrock's invoke of Amazon's Nova models, whole and as binary event streams of chunks."""
import base64
import json

import httpx
import pytest
from botocore.eventstream import EventStreamBuffer

from bedrock_calls import CLEAN, CLIENTS, LEAKY, MAIL, REDACTED, url_of, via_httpx
from iron_cage import BudgetExceeded, CallDenied, PiiBlocked, Protection, SafetyConfig, ToolDenied, UnpricedModel
from iron_cage.testing import ProviderSimulator, Reply, ToolCall

MODEL = "us.amazon.nova-lite-v1:0"
PRICES = {MODEL: ("0.06", "0.015", "0.24")}


@pytest.fixture
def sim():
    with ProviderSimulator(protocol="bedrock", require_auth=True) as simulator:
        yield simulator


def body(text="tell me", limit=300, name="maxTokens", **fields):
    return {"schemaVersion": "messages-v1", "system": [{"text": "be brief"}], "messages": [{"role": "user", "content": [{"text": text}]}], "inferenceConfig": {name: limit}, **fields}


def url(sim, how, model=MODEL):
    return url_of(sim, how, model)


def events(raw):
    """The events of a stream by botocore's own reader, which checks every checksum."""
    buffer = EventStreamBuffer()
    buffer.add_data(raw)
    return [json.loads(base64.b64decode(json.loads(event.payload)["bytes"])) for event in buffer]


def said(raw, how):
    """(what is said, arguments of tools)."""
    if how == "invoke":
        blocks = json.loads(raw)["output"]["message"]["content"]
        return "".join(block.get("text", "") for block in blocks), [block["toolUse"]["input"] for block in blocks if "toolUse" in block]
    text, tools = "", {}
    for event in events(raw):
        piece = event.get("contentBlockDelta", {})
        delta = piece.get("delta", {})
        text += delta.get("text", "")
        if "toolUse" in delta:
            tools[piece["contentBlockIndex"]] = tools.get(piece["contentBlockIndex"], "") + delta["toolUse"]["input"]
    return text, [json.loads(one) for one in tools.values()]


HOW = pytest.mark.parametrize("how", ["invoke", "invoke-with-response-stream"])


@HOW
@CLIENTS
def test_usage_costs_what_the_provider_bills(sim, send, how):
    sim.script([Reply(content="word " * 20), Reply(content="word " * 20, cached_tokens=5), Reply(tool_calls=[ToolCall("lookup", {"city": "Paris"})]), Reply(content="word " * 500), Reply(content="word " * 500)])
    protection = Protection(budget_usd=1)
    with protection:
        for limit, name in ((300, "maxTokens"), (300, "maxTokens"), (300, "maxTokens"), (40, "maxTokens"), (40, "max_new_tokens")):
            assert send(url(sim, how), body("tell me a tale of some length", limit, name))[0] == 200
    report = protection.report()
    assert report.spent_usd == sim.bill(PRICES) > 0
    assert (report.held_usd, report.calls, report.estimated_usd, report.tokens.cached) == (0, 5, 0, 5)
    assert [one.usage["outputTokens"] for one in sim.log[-2:]] == [40, 40]


@HOW
@CLIENTS
def test_what_is_found_is_redacted_in_both_directions(sim, send, how):
    sim.reply = Reply(content=LEAKY, tool_calls=[ToolCall("mail", {"to": MAIL})], chunk_size=3)
    protection = Protection(budget_usd=1, pii_detection=True)
    with protection:
        status, raw = send(url(sim, how), body("to " + MAIL))
    assert (status, *said(raw, how)) == (200, REDACTED, [{"to": "[EMAIL_REDACTED]"}])
    assert sim.log[0].json["messages"][0]["content"] == [{"text": "to [EMAIL_REDACTED]"}]
    assert sorted((f.kind, f.direction) for f in protection.report().pii_findings) == [
        ("EMAIL_ADDRESS", "input"), ("EMAIL_ADDRESS", "output"), ("EMAIL_ADDRESS", "output"), ("PHONE_NUMBER", "output")]


@HOW
@CLIENTS
def test_nothing_is_changed_where_nothing_is_found(sim, send, how):
    sim.reply = Reply(content=CLEAN, tool_calls=[ToolCall("t", {"a": "ü"})])
    sent = body(CLEAN)
    with Protection(budget_usd=1, pii_detection=True):
        raw = send(url(sim, how), sent)[1]
    assert raw == sim.log[0].response_body and sim.log[0].json == sent


def test_a_stream_is_redacted_wherever_it_is_cut_into_pieces(sim):
    sim.reply = Reply(content=LEAKY, chunk_size=9)
    whole = via_httpx(url(sim, "invoke-with-response-stream"), body())[1]
    with Protection(pii_detection=True):
        for cut in range(0, len(whole), 97):
            sim.reply = Reply(content=LEAKY, chunk_size=9, cut_at=cut)
            assert said(via_httpx(url(sim, "invoke-with-response-stream"), body())[1], "stream")[0] == REDACTED, cut


@HOW
def test_a_compressed_answer_is_read(sim, how):
    sim.reply = Reply(content=LEAKY, compress=True)
    with Protection(pii_detection=True):
        assert said(via_httpx(url(sim, how), body())[1], how)[0] == REDACTED


@HOW
@pytest.mark.parametrize("config", [{}, {"inferenceConfig": {"topK": 5}}, {"inferenceConfig": {"max_new_tokens": 60000}}, {"inferenceConfig": {"maxTokens": 60000}}], ids=["none", "other", "max_new_tokens", "maxTokens"])
def test_the_output_limit_is_lowered_where_it_stands(sim, how, config):
    sim.reply = Reply(content="word " * 3000)
    sent = {key: value for key, value in body().items() if key != "inferenceConfig"}
    protection = Protection(budget_usd="0.0005")
    with protection:
        assert via_httpx(url(sim, how), {**sent, **config})[0] == 200
    given = sim.log[0].json["inferenceConfig"]
    name = "max_new_tokens" if "max_new_tokens" in given else "maxTokens"
    assert 64 <= given[name] < 2100 and ("max_new_tokens" in given) == ("max_new_tokens" in config.get("inferenceConfig", {}))
    assert protection.report().spent_usd == sim.bill(PRICES)


@HOW
def test_a_budget_is_enforced(sim, how):
    with pytest.raises(BudgetExceeded), Protection(budget_usd="0.000001"):
        via_httpx(url(sim, how), body())
    assert sim.log == []


@HOW
def test_what_is_found_can_block(sim, how):
    sim.reply = Reply(content=LEAKY)
    with pytest.raises(PiiBlocked), Protection(budget_usd=1, safety=SafetyConfig(actions={"EMAIL_ADDRESS": "block"})):
        via_httpx(url(sim, how), body())


@HOW
def test_a_tool_that_is_not_allowed_is_seen_before_the_agent_sees_it(sim, how):
    sim.reply = Reply(tool_calls=[ToolCall("rm", {"path": "/"})])
    with pytest.raises(ToolDenied), Protection(tools=["lookup"]):
        via_httpx(url(sim, how), body())


def test_a_stream_that_is_cut_costs_what_came(sim):
    sim.reply = Reply(content="word " * 200, cut_after=40)
    protection = Protection(budget_usd=1)
    with protection, pytest.raises(httpx.HTTPError):
        via_httpx(url(sim, "invoke-with-response-stream"), body())
    report = protection.report()
    assert report.spent_usd == report.estimated_usd > 0 and report.held_usd == 0


@HOW
def test_errors_are_passed_and_cost_nothing(sim, how):
    sim.reply = Reply(status=400)
    protection = Protection(budget_usd=1)
    with protection:
        status, raw = via_httpx(url(sim, how), body())
    assert status == 400 and raw == sim.log[0].response_body and protection.report().spent_usd == 0


@HOW
def test_a_refusal_has_the_shape_of_the_service(sim, how):
    with Protection(budget_usd="0.000001", on_deny="respond"):
        status, raw = via_httpx(url(sim, how), body())
    assert status == 402 and json.loads(raw)["__type"] == "AccessDeniedException"


@HOW
def test_tools_that_the_service_runs_are_refused(sim, how):
    with pytest.raises(UnpricedModel, match="tools that the service runs"), Protection(budget_usd=1):
        via_httpx(url(sim, how), body(toolConfig={"tools": [{"systemTool": {"name": "nova_grounding"}}]}))
    assert sim.log == []


@HOW
@pytest.mark.parametrize("model", ["amazon.nova-canvas-v1:0", "amazon.titan-text-express-v1"])
def test_other_bodies_are_refused(sim, how, model):
    with pytest.raises(CallDenied, match="call other models by converse"), Protection(budget_usd=1):
        via_httpx(url(sim, how, model), {"taskType": "TEXT_IMAGE", "textToImageParams": {"text": "a cat"}} if "canvas" in model else {"schemaVersion": "messages-v1", "messages": []})
    assert sim.log == []
