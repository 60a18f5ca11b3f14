"""OpenAI's responses, embeddings and legacy completions, whole and streamed: the bill to the last picodollar, texts wherever they stand, streams cut at every byte."""
import asyncio
import base64
import json
from decimal import Decimal

import httpx
import pytest
from clients import via_httpx, via_requests, via_urllib3

from iron_cage import BudgetExceeded, CallDenied, PiiBlocked, Protection, UnpricedModel, protect_agent
from iron_cage.testing import ProviderSimulator, Reply, ToolCall

MODEL = "gpt-4.1-mini"
PRICES = {MODEL: ("0.4", "0.1", "1.6"), "gpt-5-mini": ("0.25", "0.025", "2"), "text-embedding-3-small": ("0.02", "0.02", "0"), "gpt-3.5-turbo-instruct": ("1.5", "1.5", "2")}
LEAKY = "Grüße 😀, write to jane.doe@example.co.uk or call +1 415 555 2671. End."
REDACTED = "Grüße 😀, write to [EMAIL_REDACTED] or call [PHONE_REDACTED]. End."
CLEAN = "Grüße 😀, nothing to see: 12:30, version 1.2.3, 2026-11-23, a@b and 1234. End."
MAIL = "jane.doe@example.com"


def body(text="tell me", stream=False, **fields):
    return {"model": MODEL, "input": text, "max_output_tokens": 300, **({"stream": True} if stream else {}), **fields}


CLIENTS = pytest.mark.parametrize("send", [via_httpx, via_requests, via_urllib3], ids=["httpx", "requests", "urllib3"])


def events(raw):
    """The data of a stream; each event names itself as its data does, and they are numbered."""
    found = []
    for block in raw.decode().split("\n\n"):
        if not block:
            continue
        name, data = block.split("\n")
        data = json.loads(data[len("data: "):])
        assert name == "event: " + data["type"] and data["sequence_number"] == len(found)
        found.append(data)
    return found


def tellings(raw):
    """Each text of a stream in all its tellings: joined pieces, done, item done, response."""
    said = events(raw)
    pieces, done = {}, {}
    for event in said:
        kind, _, what = event["type"].rpartition(".")
        key = (event.get("output_index"), kind)
        if what == "delta":
            pieces[key] = pieces.get(key, "") + event["delta"]
        elif what == "done" and key in pieces:
            done[key] = event.get("text", event.get("arguments", event.get("refusal")))
    assert pieces == done
    items = [event["item"] for event in said if event["type"] == "response.output_item.done"]
    assert items == said[-1]["response"]["output"]
    return list(done.values()), items


@CLIENTS
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_usage_costs_what_the_provider_bills(sim, send, stream):
    sim.script([
        Reply(content="word " * 20), Reply(content="word " * 20, cached_tokens=4), Reply(content="word " * 20, reasoning_tokens=11, thinking="hmm"),
        Reply(tool_calls=[ToolCall("lookup", {"city": "Paris"})]), Reply(content="word " * 500), Reply(refusal="I will not"),
    ])
    tools = [{"type": "function", "name": "lookup", "description": "d", "parameters": {"type": "object"}}]
    protection = Protection(budget_usd=1)
    with protection:
        for fields in ({}, {"instructions": "be very kind"}, {"model": "gpt-5-mini", "max_output_tokens": 2000}, {"tools": tools}, {"max_output_tokens": 40}, {}):
            assert send(sim.base_url + "/responses", body(stream=stream, **fields))[0] == 200
    report = protection.report()
    usages = [one.usage for one in sim.log]
    assert report.spent_usd == sim.bill(PRICES) > 0
    assert (report.held_usd, report.calls, report.estimated_usd) == (0, 6, 0)
    assert report.tokens.cached == sum(u["input_tokens_details"]["cached_tokens"] for u in usages) == 4
    assert report.tokens.reasoning == 11 and report.tokens.output == sum(u["output_tokens"] for u in usages)


@CLIENTS
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_what_is_found_in_an_answer_is_redacted_in_every_telling_and_told_once(sim, send, stream):
    sim.reply = Reply(content=LEAKY, tool_calls=[ToolCall("mail", {"to": MAIL})], chunk_size=3)
    protection = Protection(budget_usd=1, pii_detection=True)
    with protection:
        status, raw = send(sim.base_url + "/responses", body(stream=stream))
    assert status == 200
    if stream:
        texts, items = tellings(raw)
        assert texts == [REDACTED, '{"to":"[EMAIL_REDACTED]"}']
    else:
        items = json.loads(raw)["output"]
    assert items[0]["content"][0]["text"] == REDACTED and items[1]["arguments"] == '{"to":"[EMAIL_REDACTED]"}'
    assert [(f.kind, f.direction) for f in protection.report().pii_findings] == [("EMAIL_ADDRESS", "output"), ("PHONE_NUMBER", "output"), ("EMAIL_ADDRESS", "output")]


def test_texts_of_a_request_are_redacted_wherever_they_stand_and_reasoning_stays(sim):
    sent = body(
        [
            {"role": "user", "content": "string " + MAIL},
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "part " + MAIL}]},
            {"type": "reasoning", "id": "rs_a", "summary": [{"type": "summary_text", "text": "thought of " + MAIL}]},
            {"type": "function_call", "call_id": "call_a", "name": "mail", "arguments": json.dumps({"to": MAIL})},
            {"type": "function_call_output", "call_id": "call_a", "output": "sent to " + MAIL},
            {"type": "function_call_output", "call_id": "call_b", "output": [{"type": "input_text", "text": "sent to " + MAIL}]},
        ],
        instructions="write to " + MAIL, metadata={"owner": MAIL}, tools=[{"type": "function", "name": "mail", "description": "ask " + MAIL, "parameters": {}}],
    )
    protection = Protection(budget_usd=1, pii_detection=True)
    with protection:
        assert via_httpx(sim.base_url + "/responses", sent)[0] == 200
    received = sim.log[0].json
    kept = "thought of " + MAIL
    assert json.dumps(received).count(MAIL) == 1 and received["input"][2]["summary"][0]["text"] == kept
    assert received == json.loads(json.dumps(sent).replace(MAIL, "[EMAIL_REDACTED]").replace("thought of [EMAIL_REDACTED]", kept))
    assert len(protection.report().pii_findings) == 9


@CLIENTS
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_nothing_is_changed_where_nothing_is_found(sim, send, stream):
    sim.reply = Reply(content=CLEAN, tool_calls=[ToolCall("t", {"a": "ü"})])
    sent = body(CLEAN, stream=stream)
    with Protection(budget_usd=1, pii_detection=True):
        raw = send(sim.base_url + "/responses", sent)[1]
    assert raw == sim.log[0].response_body and sim.log[0].json == sent


def test_a_stream_is_redacted_wherever_it_is_cut(sim):
    sim.reply = Reply(content=LEAKY, chunk_size=7)
    sent = body(stream=True)
    whole = via_httpx(sim.base_url + "/responses", sent)[1]
    protection = Protection(pii_detection=True)
    with protection, httpx.Client() as client:
        for cut in range(0, len(whole), 37):
            sim.reply = Reply(content=LEAKY, chunk_size=7, cut_at=cut)
            assert tellings(client.post(sim.base_url + "/responses", json=sent).content)[0] == [REDACTED]


def test_a_stream_that_breaks_off_costs_what_came_and_is_estimated(sim):
    sim.reply = Reply(content="word " * 200, reset_after=2000)
    protection = Protection(budget_usd=1)
    with protection, pytest.raises(httpx.HTTPError):
        via_httpx(sim.base_url + "/responses", body(stream=True))
    report = protection.report()
    assert report.spent_usd == report.estimated_usd > 0 and report.held_usd == 0


def test_async_streams_are_protected_too(sim):
    sim.reply = Reply(content=LEAKY)

    @protect_agent(budget_usd=1, pii_detection=True)
    async def agent():
        async with httpx.AsyncClient() as client, client.stream("POST", sim.base_url + "/responses", json=body(stream=True)) as response:
            return b"".join([piece async for piece in response.aiter_raw()])

    assert tellings(asyncio.run(agent()))[0] == [REDACTED]
    assert agent.protection.report().spent_usd == sim.bill(PRICES) > 0


def test_the_output_limit_is_lowered_in_its_own_field(sim):
    sim.reply = Reply(content="word " * 3000)
    protection = Protection(budget_usd="0.0005")
    with protection:
        assert via_httpx(sim.base_url + "/responses", {"model": MODEL, "input": "x"})[0] == 200
        assert via_httpx(sim.base_url + "/responses", body(max_output_tokens=4000))[0] == 200
    with pytest.raises(BudgetExceeded), protection:
        via_httpx(sim.base_url + "/responses", body(max_output_tokens=4000))
    written, lowered = (one.json for one in sim.log)
    assert set(written) == {"model", "input", "max_output_tokens"} and 64 <= written["max_output_tokens"] < lowered["max_output_tokens"] < 400
    assert protection.report().spent_usd == sim.bill(PRICES) <= Decimal("0.0005")


@pytest.mark.parametrize("fields, error, said", [
    ({"tools": [{"type": "web_search"}]}, UnpricedModel, "the provider's tool web_search"),
    ({"tools": [{"type": "mcp", "server_url": "https://x"}]}, UnpricedModel, "the provider's tool mcp"),
    ({"background": True}, UnpricedModel, "background"),
    ({"prompt": {"id": "pmpt_1"}}, CallDenied, "a stored prompt"),
    ({"max_output_tokens": "many"}, CallDenied, '"max_output_tokens" is not an integer'),
    ({"service_tier": "priority"}, UnpricedModel, "service_tier above the default"),
])
def test_what_cannot_be_bounded_or_priced_is_refused(sim, fields, error, said):
    with pytest.raises(error, match=said), Protection(budget_usd=1):
        via_httpx(sim.base_url + "/responses", body(**fields))
    assert sim.log == []


def test_what_was_said_before_is_held_at_the_context_window(sim):
    with pytest.raises(BudgetExceeded), Protection(budget_usd="0.3"):
        via_httpx(sim.base_url + "/responses", body(previous_response_id="resp_1"))
    protection = Protection(budget_usd=1)
    with protection:
        assert via_httpx(sim.base_url + "/responses", body(previous_response_id="resp_1"))[0] == 200
    assert protection.report().spent_usd == sim.bill(PRICES)


def test_counting_tokens_is_free_and_screened(sim):
    protection = Protection(budget_usd="0.000001", pii_detection=True)
    with protection:
        assert via_httpx(sim.base_url + "/responses/input_tokens", {"model": MODEL, "input": "to " + MAIL})[0] == 200
    assert sim.log[0].json["input"] == "to [EMAIL_REDACTED]" and protection.report().spent_usd == 0


def letters(text):
    """Token numbers of cl100k_base: the printable characters of ASCII are its first tokens, a space is 220."""
    return [220 if c == " " else ord(c) - 33 for c in text]


@CLIENTS
def test_embeddings_cost_their_input_alone(sim, send):
    protection = Protection(budget_usd=1)
    with protection:
        for given in ("a few words here", ["a few words", "and more"], letters("numbers"), [letters("numbers"), letters("two")]):
            status, raw = send(sim.base_url + "/embeddings", {"model": "text-embedding-3-small", "input": given, "encoding_format": "base64"})
            assert status == 200 and base64.b64decode(json.loads(raw)["data"][0]["embedding"])
    report = protection.report()
    assert report.spent_usd == sim.bill(PRICES) > 0
    assert (report.held_usd, report.estimated_usd, report.tokens.output) == (0, 0, 0)


@pytest.mark.parametrize("given, leaves", [
    ("to " + MAIL, "to [EMAIL_REDACTED]"),
    (["plain", "to " + MAIL], ["plain", "to [EMAIL_REDACTED]"]),
    (letters("to " + MAIL), "to [EMAIL_REDACTED]"),
    ([letters("plain"), letters("to " + MAIL)], ["plain", "to [EMAIL_REDACTED]"]),
    ([letters("plain"), letters("clean")], [letters("plain"), letters("clean")]),
])
def test_embeddings_leave_redacted_also_as_token_numbers(sim, given, leaves):
    protection = Protection(pii_detection=True)
    with protection:
        assert via_httpx(sim.base_url + "/embeddings", {"model": "text-embedding-3-small", "input": given})[0] == 200
    assert sim.log[0].json["input"] == leaves
    assert [f.kind for f in protection.report().pii_findings] == (["EMAIL_ADDRESS"] if leaves != given else [])


def test_token_numbers_that_nobody_can_read_follow_unscannable(sim):
    sent = {"model": "text-embedding-3-small", "input": [100_000_000]}
    with pytest.raises(CallDenied, match="token numbers"), Protection(pii_detection=True, unscannable="deny"):
        via_httpx(sim.base_url + "/embeddings", sent)
    assert sim.log == []


@CLIENTS
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_legacy_completions_are_protected_like_chats(sim, send, stream):
    sim.reply = Reply(content=LEAKY)
    sent = {"model": "gpt-3.5-turbo-instruct", "prompt": ["to " + MAIL, "and more"], "n": 2, "max_tokens": 50, **({"stream": True} if stream else {})}
    protection = Protection(budget_usd=1, pii_detection=True)
    with protection:
        status, raw = send(sim.base_url + "/completions", sent)
    assert status == 200 and sim.log[0].json["prompt"][0] == "to [EMAIL_REDACTED]"
    texts = {}
    for data in [json.loads(line[6:]) for line in raw.decode().splitlines() if line.startswith("data: {")] if stream else [json.loads(raw)]:
        for choice in data["choices"]:
            texts[choice["index"]] = texts.get(choice["index"], "") + choice["text"]
    assert texts == {index: REDACTED for index in range(4)}
    assert protection.report().spent_usd == sim.bill(PRICES) > 0 and protection.report().estimated_usd == 0


def test_a_block_in_a_repeated_telling_still_blocks(sim):
    from iron_cage import SafetyConfig

    sim.reply = Reply(content=LEAKY)
    for stream in (False, True):
        with pytest.raises(PiiBlocked), Protection(safety=SafetyConfig(actions={"EMAIL_ADDRESS": "block"})):
            via_httpx(sim.base_url + "/responses", body(stream=stream))
