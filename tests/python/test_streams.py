"""Streams cut at every byte: text, findings and cost equal those of the uncut stream; clean streams are the same bytes."""

import hashlib
import json
import os
from decimal import Decimal

import httpx
import pytest
import requests

from iron_cage import Protection
from iron_cage.testing import ProviderSimulator, Reply

LONG = os.environ.get("IRON_CAGE_LONG") == "1"
PRICES = {"gpt-4o-mini": (Decimal("0.15"), Decimal("0.075"), Decimal("0.60"))}
LEAKY = "Grüße 😀, write to jane.doe@example.co.uk or pay 4111 1111 1111 1111 (IBAN DE89 3704 0044 0532 0130 00), call +1 415 555 2671. End."
CLEAN = "Grüße 😀, nothing to see: 12:30, version 1.2.3, 2026-11-23, a@b and 1234. End."
REQUEST = {"model": "gpt-4o-mini", "stream": True, "stream_options": {"include_usage": True}, "max_tokens": 300,
           "messages": [{"role": "user", "content": "tell me"}]}


def content(raw: bytes) -> str:
    text = ""
    for line in raw.split(b"\n"):
        if line.startswith(b"data: {"):
            for choice in json.loads(line[6:])["choices"]:
                text += choice["delta"].get("content") or ""
    return text


def via_httpx(client: httpx.Client, url: str) -> bytes:
    with client.stream("POST", url, json=REQUEST) as response:
        return b"".join(response.iter_raw())


@pytest.fixture(scope="module")
def sim():
    with ProviderSimulator(created=1_700_000_000) as simulator:
        yield simulator


def test_a_leaky_stream_cut_at_every_byte_is_the_uncut_one(sim):
    """At every third without --long: the native tests cut at each, too."""
    url = sim.base_url + "/chat/completions"
    leaky = Reply(content=LEAKY, chunk_size=5)

    def run(client, reply):
        protection = Protection(budget_usd=1, agent_id="cut")
        sim.script([reply])
        with protection:
            raw = via_httpx(client, url)
        report = protection.report()
        return content(raw), [(f.kind, f.start, f.end) for f in report.pii_findings], report.spent_usd

    with httpx.Client() as client:
        text, findings, spent = uncut = run(client, leaky)
        assert text == ("Grüße 😀, write to [EMAIL_REDACTED] or pay [CREDIT_CARD_REDACTED] (IBAN [IBAN_REDACTED]), call [PHONE_REDACTED]. End.")
        assert [(kind, LEAKY[start:end]) for kind, start, end in findings] == [
            ("EMAIL_ADDRESS", "jane.doe@example.co.uk"), ("CREDIT_CARD", "4111 1111 1111 1111"),
            ("IBAN_CODE", "DE89 3704 0044 0532 0130 00"), ("PHONE_NUMBER", "+1 415 555 2671")]
        before = sim.bill(PRICES)
        length = len(sim.log[-1].response_body)
        tried = 0
        for position in range(1, length, 1 if LONG else 3):
            assert run(client, Reply(content=LEAKY, chunk_size=5, cut_at=position)) == uncut, f"cut at byte {position}"
            tried += 1
        assert sim.bill(PRICES) - before == spent * tried
    print(f"\n    {tried} cuts of a stream of {length} bytes")


@pytest.mark.parametrize("client_name", ["httpx", "requests"])
def test_a_clean_stream_cut_at_every_byte_is_byte_for_byte_the_bare_one(sim, client_name):
    url = sim.base_url + "/chat/completions"
    with httpx.Client() as httpx_client, requests.Session() as session:

        def fetch() -> bytes:
            if client_name == "httpx":
                return via_httpx(httpx_client, url)
            with session.post(url, json=REQUEST, stream=True) as response:
                return b"".join(response.iter_content(None))

        sim.script([Reply(content=CLEAN, chunk_size=8, id="chatcmpl-1")])
        bare = fetch()
        bare_request = sim.log[-1].request_sha256
        for position in range(1, len(bare)):
            sim.script([Reply(content=CLEAN, chunk_size=8, id="chatcmpl-1", cut_at=position)])
            with Protection(budget_usd=1):
                guarded = fetch()
            assert hashlib.sha256(guarded).digest() == hashlib.sha256(bare).digest(), f"cut at byte {position}"
            assert sim.log[-1].request_sha256 == bare_request


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("escape", [False, True])
def test_bodies_are_the_same_bytes_with_and_without_protection(sim, stream, escape):
    url = sim.base_url + "/chat/completions"
    body = json.dumps({**REQUEST, "stream": stream} if stream else {k: v for k, v in REQUEST.items() if not k.startswith("stream")}, indent=3).encode()
    reply = Reply(content=CLEAN, id="chatcmpl-1", ensure_ascii=escape)

    def fetch():
        sim.script([reply])
        response = httpx.post(url, content=body, headers={"content-type": "application/json"})
        kept = [(k, v) for k, v in response.headers.raw if k.lower() not in (b"date", b"x-request-id", b"openai-processing-ms")]
        return response.content, sim.log[-1].request_sha256, sim.log[-1].response_sha256, kept

    bare = fetch()
    with Protection(budget_usd=1):
        guarded = fetch()
    assert guarded == bare


def test_usage_that_we_asked_for_is_not_shown_to_the_caller(sim):
    url = sim.base_url + "/chat/completions"
    request = {key: value for key, value in REQUEST.items() if key != "stream_options"}
    protection = Protection(budget_usd=1)
    sim.script([Reply(content="hello there")])
    with protection:
        raw = httpx.post(url, json=request).content
    assert sim.log[-1].json["stream_options"] == {"include_usage": True}
    assert b'"choices":[]' not in raw and raw.endswith(b"data: [DONE]\n\n")
    usage = sim.log[-1].usage
    report = protection.report()
    assert (report.tokens.input, report.tokens.output) == (usage["prompt_tokens"], usage["completion_tokens"])
    assert report.estimated_usd == 0


@pytest.mark.parametrize("reply", [Reply(content="word " * 50, cut_after=900), Reply(content="word " * 50, reset_after=900), Reply(content="word " * 50, usage="absent")])
def test_a_stream_without_its_usage_is_estimated_never_free(sim, reply):
    protection = Protection(budget_usd=1)
    sim.script([reply])
    with protection:
        try:
            httpx.post(sim.base_url + "/chat/completions", json=REQUEST)
        except httpx.TransportError:
            pass
    report = protection.report()
    assert report.spent_usd == report.estimated_usd > 0
    assert report.held_usd == 0


def test_a_stream_closed_early_is_estimated_and_a_dropped_one_too(sim):
    protection = Protection(budget_usd=1)
    reply = Reply(content="word " * 200, chunk_size=5, chunk_delay=0.001)
    with protection, httpx.Client() as client:
        sim.script([reply])
        with client.stream("POST", sim.base_url + "/chat/completions", json=REQUEST) as response:
            next(response.iter_raw())
        first = protection.report()
        assert first.spent_usd == first.estimated_usd > 0 and first.held_usd == 0
        sim.script([reply])
        response = client.send(client.build_request("POST", sim.base_url + "/chat/completions", json=REQUEST), stream=True)
        assert protection.report().held_usd > 0
        del response
        import gc
        gc.collect()
        second = protection.report()
        assert second.spent_usd > first.spent_usd and second.held_usd == 0


def test_blocked_output_ends_the_stream_with_its_own_error(sim):
    from iron_cage import PiiBlocked

    protection = Protection(budget_usd=1, pii_action="block")
    sim.script([Reply(content=LEAKY, chunk_size=5)])
    got = b""
    with pytest.raises(PiiBlocked) as blocked:
        with protection, httpx.Client() as client:
            with client.stream("POST", sim.base_url + "/chat/completions", json=REQUEST) as response:
                for piece in response.iter_raw():
                    got += piece
    assert b"jane" not in got and b"example" not in got
    assert blocked.value.findings[0].kind == "EMAIL_ADDRESS"
    assert protection.report().spent_usd > 0
