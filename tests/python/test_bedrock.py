"""Bedrock: converse and invoke, whole and as binary event streams, by httpx and urllib3 with a key; botocore, which signs, is in test_hooks_botocore."""
import asyncio
import base64
import json
import struct
import zlib

import aiohttp
import httpx
import pytest
from botocore.eventstream import EventStreamBuffer

from bedrock_calls import CLEAN, CLIENTS, KEY, LEAKY, MAIL, REDACTED, url_of, via_httpx
from iron_cage import BudgetExceeded, CallDenied, PiiBlocked, Protection, SafetyConfig, ToolDenied, UnpricedModel
from iron_cage.testing import ProviderSimulator, Reply, ToolCall

MODEL = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
PRICES = {MODEL: ("3.3", "0.33", "16.5")}


@pytest.fixture
def sim():
    with ProviderSimulator(protocol="bedrock", require_auth=True) as simulator:
        yield simulator


def converse(text="tell me", limit=300, **fields):
    return {"messages": [{"role": "user", "content": [{"text": text}]}], "inferenceConfig": {"maxTokens": limit}, **fields}


def invoke(text="tell me", limit=300, **fields):
    return {"anthropic_version": "bedrock-2023-05-31", "max_tokens": limit, "messages": [{"role": "user", "content": text}], **fields}


def url(sim, how, model=MODEL):
    return url_of(sim, how, model)


def events(raw):
    """The payloads of a stream by botocore's own reader, which checks every checksum; of invoke what its chunks hold."""
    buffer = EventStreamBuffer()
    buffer.add_data(raw)
    found = []
    for event in buffer:
        payload = json.loads(event.payload)
        if "bytes" in payload:
            payload = json.loads(base64.b64decode(payload["bytes"]))
        found.append((event.headers.get(":event-type") or event.headers[":exception-type"], payload))
    return found


def said(raw, how):
    """(what is said, arguments of tools, what is thought)."""
    if how == "converse":
        blocks = json.loads(raw)["output"]["message"]["content"]
        return tuple(
            [pick(block) for block in blocks if name in block]
            for name, pick in (
                ("text", lambda b: b["text"]), ("toolUse", lambda b: b["toolUse"]["input"]), ("reasoningContent", lambda b: b["reasoningContent"]["reasoningText"]["text"]),
            )
        )
    if how == "invoke":
        blocks = json.loads(raw)["content"]
        return tuple([block[field] for block in blocks if block["type"] == kind] for kind, field in (("text", "text"), ("tool_use", "input"), ("thinking", "thinking")))
    parts = {"text": {}, "tool": {}, "thought": {}}
    for _, payload in events(raw):
        if "delta" not in payload:
            continue
        delta, index = payload["delta"], payload.get("contentBlockIndex", payload.get("index"))
        for kind, piece in (
            ("text", delta.get("text")), ("tool", delta.get("partial_json", (delta.get("toolUse") or {}).get("input"))),
            ("thought", delta.get("thinking", (delta.get("reasoningContent") or {}).get("text"))),
        ):
            if piece is not None:
                parts[kind][index] = parts[kind].get(index, "") + piece
    return list(parts["text"].values()), [json.loads(whole) for whole in parts["tool"].values()], list(parts["thought"].values())


def request(how, *args, **fields):
    return (converse if how.startswith("converse") else invoke)(*args, **fields)


HOW = pytest.mark.parametrize("how", ["converse", "converse-stream", "invoke", "invoke-with-response-stream"])
STREAMS = pytest.mark.parametrize("how", ["converse-stream", "invoke-with-response-stream"])


@HOW
@CLIENTS
def test_usage_costs_what_the_provider_bills(sim, send, how):
    sim.script([
        Reply(content="word " * 20), Reply(content="word " * 20, cached_tokens=2, cache_write_tokens=3, cache_write_1h_tokens=1), Reply(content="word " * 20, thinking="hm hm"),
        Reply(tool_calls=[ToolCall("lookup", {"city": "Paris"})]), Reply(content="word " * 500),
    ])
    protection = Protection(budget_usd=1)
    with protection:
        for limit in (300, 300, 300, 300, 40):
            assert send(url(sim, how), request(how, "tell me a tale of some length", limit))[0] == 200
    report = protection.report()
    assert report.spent_usd == sim.bill(PRICES) > 0
    assert (report.held_usd, report.calls, report.tokens.cached, report.tokens.cache_write) == (0, 5, 2, 4)
    assert sim.log[-1].usage.get("outputTokens", sim.log[-1].usage.get("output_tokens")) == 40


@HOW
@CLIENTS
def test_what_is_found_is_redacted_in_both_directions(sim, send, how):
    sim.reply = Reply(content=LEAKY, tool_calls=[ToolCall("mail", {"to": MAIL})], chunk_size=3)
    protection = Protection(budget_usd=1)
    with protection:
        status, raw = send(url(sim, how), request(how, "to " + MAIL))
    assert (status, *said(raw, how)) == (200, [REDACTED], [{"to": "[EMAIL_REDACTED]"}], [])
    assert "to [EMAIL_REDACTED]" in sim.log[0].body.decode() and MAIL not in sim.log[0].body.decode()
    assert sorted((f.kind, f.direction) for f in protection.report().pii_findings) == [
        ("EMAIL_ADDRESS", "input"), ("EMAIL_ADDRESS", "output"), ("EMAIL_ADDRESS", "output"), ("PHONE_NUMBER", "output")]


@HOW
@CLIENTS
def test_nothing_is_changed_where_nothing_is_found(sim, send, how):
    sim.reply = Reply(content=CLEAN, tool_calls=[ToolCall("t", {"a": "ü"})], thinking="hm")
    sent = request(how, CLEAN)
    with Protection(budget_usd=1):
        raw = send(url(sim, how), sent)[1]
    assert raw == sim.log[0].response_body and sim.log[0].json == sent


@STREAMS
def test_a_stream_is_redacted_wherever_it_is_cut(sim, how):
    sim.reply = Reply(content=LEAKY, chunk_size=9)
    whole = via_httpx(url(sim, how), request(how))[1]
    with Protection():
        for cut in range(0, len(whole), 229):
            sim.reply = Reply(content=LEAKY, chunk_size=9, cut_at=cut)
            assert said(via_httpx(url(sim, how), request(how))[1], how)[0] == [REDACTED], cut


@STREAMS
@pytest.mark.parametrize("after", [0, 5, 300, 1200])
def test_a_stream_that_breaks_off_costs_what_came_and_is_never_free(sim, how, after):
    sim.reply = Reply(content="word " * 60, cut_after=after)
    protection = Protection(budget_usd=1)
    with protection, pytest.raises(httpx.HTTPError):
        via_httpx(url(sim, how), request(how))
    report = protection.report()
    assert report.spent_usd == report.estimated_usd > 0 and report.held_usd == 0
    assert report.spent_usd >= sim.bill(PRICES)


@STREAMS
@pytest.mark.parametrize("client", ["httpx", "aiohttp"])
def test_asynchronous_streams_are_redacted_too(sim, how, client):
    sim.reply = Reply(content=LEAKY, chunk_size=5, chunk_delay=0.001)

    async def fetch():
        if client == "httpx":
            async with httpx.AsyncClient() as session, session.stream("POST", url(sim, how), content=json.dumps(request(how)), headers=KEY) as response:
                return b"".join([piece async for piece in response.aiter_bytes()])
        async with aiohttp.ClientSession() as session, session.post(url(sim, how), data=json.dumps(request(how)), headers=KEY) as response:
            return b"".join([piece async for piece in response.content.iter_any()])

    protection = Protection(budget_usd=1)
    with protection:
        raw = asyncio.run(fetch())
    assert said(raw, how)[0] == [REDACTED]
    assert protection.report().spent_usd == sim.bill(PRICES)


@STREAMS
def test_a_cancelled_stream_costs_what_came(sim, how):
    sim.reply = Reply(content="word " * 200, chunk_delay=0.01)

    async def cancelled():
        async with httpx.AsyncClient() as session, session.stream("POST", url(sim, how), content=json.dumps(request(how)), headers=KEY) as response:
            async for _ in response.aiter_bytes():
                pass

    async def run():
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(cancelled(), 0.2)

    protection = Protection(budget_usd=1)
    with protection:
        asyncio.run(run())
    report = protection.report()
    assert report.held_usd == 0 and report.spent_usd == report.estimated_usd > 0


@STREAMS
@CLIENTS
def test_an_exception_in_a_stream_reaches_the_caller(sim, send, how):
    def frame(headers, payload):  # an encoder of its own
        head = b"".join(bytes([len(n)]) + n + b"\7" + struct.pack(">H", len(v)) + v for n, v in headers)
        start = struct.pack(">II", len(head) + len(payload) + 16, len(head))
        message = start + struct.pack(">I", zlib.crc32(start)) + head + payload
        return message + struct.pack(">I", zlib.crc32(message))

    raw = frame([(b":exception-type", b"throttlingException"), (b":content-type", b"application/json"), (b":message-type", b"exception")], b'{"message":"slow down"}')
    sim.reply = Reply(raw_body=raw)
    protection = Protection(budget_usd=1)
    with protection:
        status, got = send(url(sim, how), request(how))
    assert (status, got) == (200, raw) and events(got) == [("throttlingException", {"message": "slow down"})]
    assert protection.report().spent_usd > 0


@STREAMS
@pytest.mark.parametrize("unscannable", ["warn", "deny"])
def test_a_stream_with_a_wrong_checksum_is_unscannable(sim, how, unscannable):
    whole = via_httpx(url(sim, how), request(how))[1]
    damaged = bytearray(whole)
    damaged[-1] ^= 1
    sim.reply = Reply(raw_body=bytes(damaged))
    protection = Protection(budget_usd=1, unscannable=unscannable)
    if unscannable == "deny":
        with pytest.raises(CallDenied, match="damaged"), protection:
            via_httpx(url(sim, how), request(how))
    else:
        with protection:
            assert via_httpx(url(sim, how), request(how))[1] == bytes(damaged)
    report = protection.report()
    assert report.unscannable == 1 and report.spent_usd > 0


def test_the_output_limit_is_lowered_in_the_inference_config(sim):
    sim.reply = Reply(content="word " * 3000)
    protection = Protection(budget_usd="0.05")
    with protection:
        assert via_httpx(url(sim, "converse"), {"messages": converse()["messages"]})[0] == 200
        assert via_httpx(url(sim, "converse"), converse(limit=60000, system=[{"text": "s"}]))[0] == 200
    first, second = (one.json["inferenceConfig"]["maxTokens"] for one in sim.log)
    assert 64 <= first < second < 3000
    assert protection.report().spent_usd == sim.bill(PRICES)


def test_texts_in_documents_and_signed_thoughts(sim):
    sim.reply = Reply(content="ok", thinking=f"about {MAIL}")
    protection = Protection(budget_usd=1)
    with protection:
        thought = json.loads(via_httpx(url(sim, "converse"), converse())[1])["output"]["message"]["content"][0]
        assert MAIL in thought["reasoningContent"]["reasoningText"]["text"]  # signed, and refused if it came back changed
        document = {"document": {"format": "txt", "name": "notes", "source": {"bytes": base64.b64encode(f"mail {MAIL}".encode()).decode()}}}
        image = {"image": {"format": "png", "source": {"bytes": "AA=="}}}
        turns = [*converse()["messages"], {"role": "assistant", "content": [thought]}, {"role": "user", "content": [document, {"text": "read it"}, image]}]
        assert via_httpx(url(sim, "converse"), {"messages": turns, "inferenceConfig": {"maxTokens": 9}})[0] == 200
    sent = sim.log[1].json["messages"]
    assert sent[1]["content"] == [thought]
    assert base64.b64decode(sent[2]["content"][0]["document"]["source"]["bytes"]) == b"mail [EMAIL_REDACTED]"
    assert protection.report().unscannable == 1


@HOW
def test_a_budget_is_enforced(sim, how):
    with pytest.raises(BudgetExceeded), Protection(budget_usd="0.000001"):
        via_httpx(url(sim, how), request(how))
    assert sim.log == []


@HOW
def test_a_blocked_answer_is_refused(sim, how):
    sim.reply = Reply(content=LEAKY)
    with pytest.raises(PiiBlocked), Protection(safety=SafetyConfig(actions={"EMAIL_ADDRESS": "block"})):
        via_httpx(url(sim, how), request(how))


@HOW
def test_tools_that_are_not_allowed_are_refused(sim, how):
    sim.reply = Reply(tool_calls=[ToolCall("delete_all", {})])
    with pytest.raises(ToolDenied), Protection(tools=["lookup"]):
        via_httpx(url(sim, how), request(how))


@pytest.mark.parametrize("fields, said_why", [
    ({"guardrailConfig": {"guardrailIdentifier": "g", "guardrailVersion": "1"}}, "guardrails"), ({"serviceTier": {"type": "priority"}}, "serviceTier"),
    ({"toolConfig": {"tools": [{"systemTool": {"name": "nova_grounding"}}]}}, "tools that the service runs"),
])
def test_what_has_no_price_is_refused(sim, fields, said_why):
    with pytest.raises(UnpricedModel, match=said_why), Protection(budget_usd=1):
        via_httpx(url(sim, "converse"), converse(**fields))
    assert sim.log == []


def test_other_vendors_bodies_are_refused_with_the_way_out(sim):
    with pytest.raises(CallDenied, match="call other models by converse"), Protection(budget_usd=1):
        via_httpx(url(sim, "invoke", "meta.llama3-3-70b-instruct-v1:0"), {"prompt": "hi", "max_gen_len": 5})
    assert sim.log == []


def test_counting_tokens_is_free_and_screened(sim):
    protection = Protection(budget_usd=1)
    with protection:
        status, raw = via_httpx(url(sim, "count-tokens"), {"input": {"converse": {"messages": converse(MAIL)["messages"]}}})
        body = base64.b64encode(json.dumps(invoke(MAIL)).encode()).decode()
        assert via_httpx(url(sim, "count-tokens"), {"input": {"invokeModel": {"body": body}}})[0] == 200
    assert (status, json.loads(raw)["inputTokens"]) == (200, 7)
    assert MAIL not in sim.log[0].body.decode() and MAIL.encode() not in base64.b64decode(sim.log[1].json["input"]["invokeModel"]["body"])
    assert protection.report().spent_usd == 0


def test_an_arn_is_priced_by_the_model_it_names(sim):
    arn = f"arn:aws:bedrock:us-east-1:123456789012:inference-profile/{MODEL}"
    protection = Protection(budget_usd=1)
    with protection:
        assert via_httpx(url(sim, "converse", arn), converse())[0] == 200
    assert protection.report().spent_usd == sim.bill({arn: PRICES[MODEL]}) > 0
    with pytest.raises(UnpricedModel, match="application-inference-profile"), Protection(budget_usd=1):
        via_httpx(url(sim, "converse", "arn:aws:bedrock:us-east-1:1:application-inference-profile/x"), converse())


@pytest.mark.parametrize("how, broken", [
    ("converse", []), ("converse", {"messages": []}), ("converse", {"messages": [{"role": "user", "content": "text"}]}),
    ("converse", {"messages": [{"role": "user", "content": [{"text": 7}]}]}), ("converse", converse(limit=0)), ("converse", converse(limit="9")),
    ("converse", {"messages": converse()["messages"] * 2}), ("converse", {"messages": [{"role": "user", "content": [{"nothing": 1}]}]}),
    ("invoke", {"max_tokens": 5, "messages": []}), ("invoke", {**invoke(), "model": "m"}), ("invoke", {"anthropic_version": "b", "messages": [{"role": "user", "content": "x"}]}),
    ("count-tokens", {}), ("count-tokens", {"input": {"invokeModel": {"body": "*"}}}),
])
def test_the_simulator_refuses_malformed_bodies_as_the_service_does(sim, how, broken):
    with httpx.Client() as client:
        response = client.post(url(sim, how), json=broken, headers=KEY)
    assert response.status_code == 400 and response.json()["message"]
    assert response.headers["x-amzn-errortype"].startswith("ValidationException:")
