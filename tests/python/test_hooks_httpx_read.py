"""Responses that the transport has read already: mocks, caches, transports that look at the body."""
import asyncio
import gzip
import json

import httpx
import pytest

import iron_cage
from iron_cage import PiiBlocked, Protection, _engine, protect_agent
from iron_cage.testing import Reply

URL = "https://api.openai.com/v1/chat/completions"
USAGE = {"prompt_tokens": 5, "completion_tokens": 5, "total_tokens": 10}


def whole(says):
    message = {"role": "assistant", "content": says}
    return {"id": "x", "object": "chat.completion", "model": "gpt-4o", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": USAGE}


def events(*pieces):
    """Server-sent events, one piece of text each."""
    common = {"id": "x", "object": "chat.completion.chunk", "model": "gpt-4o"}
    chunks = [{**common, "choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]} for piece in pieces]
    chunks.append({**common, "choices": [], "usage": USAGE})
    return b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks) + b"data: [DONE]\n\n"


SSE = {"content-type": "text/event-stream"}
JSON = {"content-type": "application/json"}
LEAK, CLEAN = whole("mail bob@example.com now"), whole("nothing to hide")


def post(kind, protection, make, **more):
    """One chat through a mock transport, by Client or AsyncClient."""
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}], **more}
    transport = httpx.MockTransport(lambda request: make())

    async def asynchronous():
        async with protection, httpx.AsyncClient(transport=transport) as client:
            return await client.post(URL, json=body)

    if kind == "async":
        return asyncio.run(asynchronous())
    with protection, httpx.Client(transport=transport) as client:
        return client.post(URL, json=body)


def settled(protection):
    report = protection.report()
    assert not _engine.open_calls and report.held_usd == 0 and report.estimated_usd == 0
    return (report.calls, report.tokens.input, report.tokens.output)


both = pytest.mark.parametrize("kind", ["sync", "async"])


@both
@pytest.mark.parametrize("given", [
    {"json": LEAK}, {"text": json.dumps(LEAK), "headers": JSON}, {"content": json.dumps(LEAK).encode(), "headers": JSON},
    {"content": gzip.compress(json.dumps(LEAK).encode()), "headers": {**JSON, "content-encoding": "gzip"}},
])
def test_a_whole_body_given_by_a_mock_is_redacted_and_settled(kind, given):
    protection = Protection(budget_usd=1)
    response = post(kind, protection, lambda: httpx.Response(200, extensions={"http_version": b"HTTP/2"}, **given))
    assert response.json()["choices"][0]["message"]["content"] == "mail [EMAIL_REDACTED] now"
    assert int(response.headers["content-length"]) == len(response.content) and "content-encoding" not in response.headers
    assert response.http_version == "HTTP/2" and json.loads(response.request.content)["model"] == "gpt-4o"
    assert settled(protection) == (1, 5, 5)


@both
def test_a_clean_body_given_by_a_mock_is_the_same_response(kind):
    made = httpx.Response(200, content=gzip.compress(json.dumps(CLEAN).encode()), headers={**JSON, "content-encoding": "gzip"})
    protection = Protection(budget_usd=1)
    assert post(kind, protection, lambda: made) is made
    assert made.json() == CLEAN and made.headers["content-encoding"] == "gzip"
    assert settled(protection) == (1, 5, 5)


@both
def test_events_given_by_a_mock_are_redacted_and_settled(kind):
    protection = Protection(budget_usd=1)
    response = post(kind, protection, lambda: httpx.Response(200, content=events("mail bob@exam", "ple.com now"), headers=SSE), stream=True)
    assert "bob@" not in response.text and "[EMAIL_REDACTED]" in response.text and response.text.endswith("data: [DONE]\n\n")
    assert settled(protection) == (1, 5, 5)


@both
def test_clean_events_given_by_a_mock_are_the_same_bytes(kind):
    made = httpx.Response(200, content=events("all ", "well"), headers=SSE)
    protection = Protection(budget_usd=1)
    options = {"stream": True, "stream_options": {"include_usage": True}}
    assert post(kind, protection, lambda: made, **options) is made
    assert made.content == events("all ", "well")
    assert settled(protection) == (1, 5, 5)


@both
@pytest.mark.parametrize("stream", [False, True])
def test_a_body_given_by_a_mock_is_blocked(kind, stream):
    given = {"content": events("mail bob@example.com now"), "headers": SSE} if stream else {"json": LEAK}
    with pytest.raises(PiiBlocked):
        post(kind, Protection(pii_action="block"), lambda: httpx.Response(200, **given), stream=stream)
    response = post(kind, Protection(pii_action="block", on_deny="respond"), lambda: httpx.Response(200, **given), stream=stream)
    assert response.status_code == 403 and "bob@" not in response.text


def test_a_mocks_events_can_be_read_as_a_stream():
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=events("mail bob@example.com now"), headers=SSE))
    with Protection(), httpx.Client(transport=transport) as client:
        with client.stream("POST", URL, json={"model": "gpt-4o", "messages": [{"role": "user", "content": "x"}], "stream": True}) as response:
            lines = list(response.iter_lines())
    assert any("[EMAIL_REDACTED]" in line for line in lines) and not any("bob@" in line for line in lines)


@both
@pytest.mark.parametrize("stream", [False, True])
def test_answers_that_the_transport_itself_reads_are_protected_like_others(sim, url, chat, kind, stream):
    class Reading(httpx.HTTPTransport):
        def handle_request(self, request):
            response = super().handle_request(request)
            response.request = request
            response.read()
            return response

    class AsyncReading(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request):
            response = await super().handle_async_request(request)
            response.request = request
            await response.aread()
            return response

    sim.reply = Reply(content="mail bob@example.com now", compress="gzip")

    @protect_agent(budget_usd=1)
    def agent():
        with httpx.Client(transport=Reading()) as client:
            return client.post(url, json=chat(stream=stream))

    @protect_agent(budget_usd=1)
    async def async_agent():
        async with httpx.AsyncClient(transport=AsyncReading()) as client:
            return await client.post(url, json=chat(stream=stream))

    asked, response = (agent, agent()) if kind == "sync" else (async_agent, asyncio.run(async_agent()))
    assert "bob@" not in response.text
    usage = sim.log[0].usage
    assert settled(asked.protection) == (1, usage["prompt_tokens"], usage["completion_tokens"])
    assert iron_cage._runs.state.active == 0
