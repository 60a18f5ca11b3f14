"""http.client and what stands on it alone: urllib.request. Clients with hooks of their own are counted once."""
import asyncio
import http.client
import io
import json
import urllib.error
import urllib.request

import pytest
import requests

from iron_cage import BudgetExceeded, CallDenied, PiiBlocked, Protection, SafetyConfig, protect_agent
from iron_cage.testing import Reply

PRICES = {"gpt-4o": ("2.5", "1.25", "10")}
LEAKY = "Grüße 😀, write to jane.doe@example.co.uk or call +1 415 555 2671. End."
REDACTED = "Grüße 😀, write to [EMAIL_REDACTED] or call [PHONE_REDACTED]. End."
MAIL = "jane.doe@example.com"


def body(text="tell me", stream=False, **fields):
    streams = {"stream": True, "stream_options": {"include_usage": True}} if stream else {}
    return {"model": "gpt-4o", "max_tokens": 100, "messages": [{"role": "user", "content": text}], **streams, **fields}


def said(raw, stream):
    if not stream:
        return json.loads(raw)["choices"][0]["message"]["content"]
    chunks = [json.loads(line[6:]) for line in raw.decode().splitlines() if line.startswith("data: {")]
    return "".join(choice["delta"].get("content") or "" for chunk in chunks for choice in chunk["choices"])


def via_urllib(url, sent):
    asked = urllib.request.Request(url, data=json.dumps(sent).encode(), headers={"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(asked) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def via_http_client(url, sent):
    connection = http.client.HTTPConnection(url.split("/")[2])
    try:
        connection.request("POST", "/" + url.split("/", 3)[3], json.dumps(sent).encode(), {"content-type": "application/json"})
        with connection.getresponse() as response:
            return response.status, response.read()
    finally:
        connection.close()


CLIENTS = pytest.mark.parametrize("send", [via_urllib, via_http_client], ids=["urllib", "http.client"])
STREAMS = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


@CLIENTS
@STREAMS
def test_a_call_is_screened_and_billed(sim, url, send, stream):
    sim.reply = Reply(content=LEAKY, chunk_size=5)
    protection = Protection(budget_usd=1, pii_detection=True)
    with protection:
        status, raw = send(url, body("to " + MAIL, stream))
    assert (status, said(raw, stream)) == (200, REDACTED)
    assert sim.log[0].json["messages"][0]["content"] == "to [EMAIL_REDACTED]"
    report = protection.report()
    assert report.spent_usd == sim.bill(PRICES) > 0 and (report.held_usd, report.estimated_usd, report.calls) == (0, 0, 1)


@CLIENTS
@STREAMS
def test_nothing_is_changed_where_nothing_is_found(sim, url, send, stream):
    sent = body("größer", stream)
    with Protection(budget_usd=1, pii_detection=True):
        raw = send(url, sent)[1]
    assert raw == sim.log[0].response_body and sim.log[0].body == json.dumps(sent).encode()


@CLIENTS
def test_a_refusal_travels_to_the_boundary(sim, url, send):
    with pytest.raises(BudgetExceeded), Protection(budget_usd="0.000001"):
        send(url, body())
    assert sim.log == []


@CLIENTS
def test_a_refusal_in_a_thread_is_a_response(sim, url, send):
    @protect_agent(budget_usd="0.000001")
    async def agent():
        return await asyncio.get_running_loop().run_in_executor(None, send, url, body())

    with pytest.raises(BudgetExceeded) as raised:
        asyncio.run(agent())
    status, raw = raised.value.result
    assert status == 402 and json.loads(raw)["error"]["type"] == "iron_cage_refusal" and sim.log == []


@CLIENTS
@STREAMS
def test_a_blocked_answer_is_refused(sim, url, send, stream):
    sim.reply = Reply(content=LEAKY)
    with pytest.raises(PiiBlocked), Protection(safety=SafetyConfig(actions={"EMAIL_ADDRESS": "block"})):
        send(url, body(stream=stream))


@CLIENTS
@pytest.mark.parametrize("status", [400, 429, 500])
def test_errors_of_the_provider_cost_nothing_and_are_the_same(sim, url, send, status):
    sim.reply = Reply(status=status)
    bare = send(url, body())
    protection = Protection(budget_usd=1, max_retries=0)
    with protection:
        assert send(url, body()) == bare
    assert bare[0] == status and protection.report().spent_usd == 0 and protection.report().held_usd == 0


@CLIENTS
def test_a_reset_costs_what_may_have_been_done(sim, url, send):
    sim.reply = Reply(reset="before")
    protection = Protection(budget_usd=1, max_retries=0)
    with protection, pytest.raises((OSError, http.client.HTTPException)):
        send(url, body())
    report = protection.report()
    assert report.spent_usd == report.estimated_usd > 0 and report.held_usd == 0


def test_no_connection_costs_nothing(sim, url):
    sim.close()
    protection = Protection(budget_usd=1, max_retries=0)
    with protection, pytest.raises(OSError):
        via_http_client(url, body())
    assert protection.report().spent_usd == 0 and protection.report().held_usd == 0


@pytest.mark.parametrize("make", [
    lambda data: data, lambda data: data.decode(), lambda data: io.BytesIO(data), lambda data: iter([data[:9], data[9:]]),
], ids=["bytes", "text", "file", "iterable"])
@pytest.mark.parametrize("text", ["to " + MAIL, "plain"])
def test_bodies_of_every_kind_are_read_and_rewritten(sim, url, make, text):
    connection = http.client.HTTPConnection(sim.host)
    with Protection(pii_detection=True):
        connection.request("POST", "/v1/chat/completions", make(json.dumps(body(text)).encode()), {"content-type": "application/json"})
        assert connection.getresponse().read()
    connection.close()
    assert sim.log[0].json == body(text.replace(MAIL, "[EMAIL_REDACTED]"))


def test_a_connection_is_kept_alive(sim):
    connection = http.client.HTTPConnection(sim.host)
    protection = Protection(budget_usd=1, pii_detection=True)
    with protection:
        for stream in (False, True, False):
            connection.request("POST", "/v1/chat/completions", json.dumps(body(stream=stream)), {"content-type": "application/json"})
            with connection.getresponse() as response:
                assert response.status == 200 and response.read()
    connection.close()
    assert len({one.connection for one in sim.log}) == 1 and protection.report().spent_usd == sim.bill(PRICES)


def test_an_answer_that_is_never_asked_for_is_settled(sim):
    protection = Protection(budget_usd=1)
    with protection:
        connection = http.client.HTTPConnection(sim.host)
        connection.request("POST", "/v1/chat/completions", json.dumps(body()), {"content-type": "application/json"})
        del connection
    report = protection.report()
    assert report.spent_usd == report.estimated_usd > 0 and report.held_usd == 0


def test_a_request_that_is_sent_piece_by_piece_is_refused(sim):
    with pytest.raises(CallDenied), Protection(budget_usd=1):
        connection = http.client.HTTPConnection(sim.host)
        connection.putrequest("POST", "/v1/chat/completions")
    connection = http.client.HTTPConnection(sim.host)
    with Protection(budget_usd=1):
        connection.putrequest("GET", "/v1/models")
        connection.endheaders()
        assert connection.getresponse().status == 200
    connection.close()


def test_what_other_hooks_carry_is_counted_once(sim, url):
    protection = Protection(budget_usd=1)
    with protection:
        assert requests.post(url, json=body()).status_code == 200
    assert protection.report().calls == 1 and protection.report().spent_usd == sim.bill(PRICES)


def test_a_connection_that_was_closed_leaves_nothing_for_the_next_request(sim):
    protection = Protection(budget_usd=1)
    connection = http.client.HTTPConnection(sim.host)
    with protection:
        connection.request("POST", "/v1/chat/completions", json.dumps(body()), {"content-type": "application/json"})
        connection.close()
        assert protection.report().held_usd == 0
        connection.request("GET", "/v1/models")
        assert json.loads(connection.getresponse().read())["object"] == "list"
    connection.close()


def test_an_answer_that_is_asked_for_again_is_screened(sim):
    sim.reply = Reply(content=LEAKY, delay=0.5)
    connection = http.client.HTTPConnection(sim.host, timeout=0.2)
    with Protection(pii_detection=True):
        connection.request("POST", "/v1/chat/completions", json.dumps(body()), {"content-type": "application/json"})
        while True:
            try:
                raw = connection.getresponse().read()
                break
            except TimeoutError:
                pass
    connection.close()
    assert said(raw, False) == REDACTED


def test_what_never_left_costs_nothing(sim):
    protection = Protection(budget_usd=1)
    connection = http.client.HTTPConnection(sim.host)
    with protection:
        connection.connect()
        with pytest.raises(ValueError):
            connection.request("POST", "/v1/chat/completions", json.dumps(body()), {"x": "a\nb"})
    connection.close()
    assert protection.report().spent_usd == 0 and protection.report().held_usd == 0
