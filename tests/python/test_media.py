"""Images, speech and transcriptions: what they cost, held and settled; prompts that are screened, in forms, too; sound that is handed on as it comes."""
import asyncio
import json
from decimal import Decimal

import aiohttp
import httpx
import pytest
import requests
import urllib3

from iron_cage import BudgetConfig, CallDenied, PiiBlocked, Price, Protection, SafetyConfig, UnpricedModel
from iron_cage.testing import ProviderSimulator, Reply

MAIL = "jane.doe@example.co.uk"
LEAKY = f"Grüße 😀, write to {MAIL}. End."
REDACTED = "Grüße 😀, write to [EMAIL_REDACTED]. End."
RECORDING = bytes(range(256)) * 8 + b"\r\n--\r\n\r\n" + b"--almost-a-boundary\r\n"

PAINTER = Price(5, 0, image_input_usd_per_mtok=10, image_output_usd_per_mtok=40, context_window=100_000)
SPEAKER = Price("0.6", 12, audio_output_usd_per_mtok=12, max_output=2_000, context_window=2_000)
BY_IMAGE = Price(0, 0, request_usd="0.04")
OWN = {"gpt-image-1": PAINTER, "gpt-4o-mini-tts": SPEAKER, "dall-e-3": BY_IMAGE}


@pytest.fixture
def sim():
    with ProviderSimulator() as simulator:
        yield simulator


def priced(limit=5, **options):
    return Protection(budget=BudgetConfig(max_usd=limit, prices=OWN), **options)


def form_by_httpx(url, fields, files):
    response = httpx.post(url, data=fields, files=files)
    return response.status_code, response.content


def form_by_requests(url, fields, files):
    response = requests.post(url, data=fields, files=files)
    return response.status_code, response.content


def form_by_urllib3(url, fields, files):
    with urllib3.PoolManager() as pool:
        response = pool.request("POST", url, fields={**fields, **files})
    return response.status, response.data


def form_by_aiohttp(url, fields, files):
    async def post():
        form = aiohttp.FormData()
        for name, value in fields.items():
            form.add_field(name, value)
        for name, (filename, content) in files.items():
            form.add_field(name, content, filename=filename)
        async with aiohttp.ClientSession() as session, session.post(url, data=form) as response:
            return response.status, await response.read()

    return asyncio.run(post())


FORMS = pytest.mark.parametrize("send", [form_by_httpx, form_by_requests, form_by_urllib3, form_by_aiohttp], ids=["httpx", "requests", "urllib3", "aiohttp"])


def transcribe(send, sim, prompt="", file=RECORDING, **fields):
    fields = {"model": "gpt-4o-transcribe", "prompt": prompt, **fields}
    return send(f"{sim.base_url}/audio/transcriptions", fields, {"file": ("talk.mp3", file)})


def heard(usage):
    """Dollars of a transcription: $2.5 a million text tokens, $6 of sound, $10 of output."""
    details = usage["input_token_details"]
    return (details["text_tokens"] * Decimal("2.5") + details["audio_tokens"] * 6 + usage["output_tokens"] * 10) / 1_000_000


@FORMS
@pytest.mark.parametrize("stream", [False, True])
def test_a_transcription_costs_its_usage_and_its_words_are_screened_both_ways(sim, send, stream):
    sim.reply = Reply(content=LEAKY)
    with Protection(budget_usd=1, pii_detection=True) as protection:
        status, raw = transcribe(send, sim, prompt=LEAKY, **({"stream": "true"} if stream else {}))
        report = protection.report()
    assert status == 200
    (exchange,) = sim.log
    assert exchange.body.count(b"[EMAIL_REDACTED]") == 1 and MAIL.encode() not in exchange.body
    assert RECORDING in exchange.body  # not a byte of the recording changed
    if stream:
        events = [json.loads(line[6:]) for line in raw.decode().splitlines() if line.startswith("data: ")]
        assert "".join(event.get("delta", "") for event in events) == REDACTED == events[-1]["text"]
    else:
        assert json.loads(raw)["text"] == REDACTED
    assert report.spent_usd == heard(exchange.usage) > 0 and report.held_usd == 0 and report.estimated_usd == 0
    assert [(finding.kind, finding.direction) for finding in report.pii_findings] == [("EMAIL_ADDRESS", "input"), ("EMAIL_ADDRESS", "output")]
    assert report.unscannable == 1


def test_a_recording_is_held_at_the_window_of_its_model(sim):
    # 16,000 tokens of sound at $6 and 2,000 of output at $10 a million
    seen = []
    sim.reply = lambda request: seen.append(protection.report().held_usd)
    with Protection(budget_usd=1) as protection:
        assert transcribe(form_by_httpx, sim)[0] == 200
    assert seen == [(16_000 * Decimal(6) + 2_000 * 10) / 1_000_000]
    with pytest.raises(Exception, match="0.116"):
        with Protection(budget_usd="0.1"):
            transcribe(form_by_httpx, sim)
    assert len(sim.log) == 1


@pytest.mark.parametrize("form", ["text", "srt"])
def test_a_transcription_that_is_only_text_is_screened_and_estimated(sim, form):
    sim.reply = Reply(content=LEAKY)
    with Protection(budget_usd=1, pii_detection=True, tools=["search"]) as protection:  # it can use no tool, so nobody need read it as JSON
        assert transcribe(form_by_httpx, sim, response_format=form) == (200, REDACTED.encode())
    report = protection.report()
    assert 0 < report.spent_usd == report.estimated_usd <= Decimal("0.116")


@pytest.mark.parametrize("change, problem", [
    (lambda body: body.replace(b'name="prompt"', b'name="model"'), 'the field "model" twice'),
    (lambda body: body.replace(b'name="prompt"', b'name="x"; name="prompt"'), "no name that is clear"),
    (lambda body: body.replace(b'name="prompt"', b"name*=utf-8''prompt"), "no name that is clear"),
    (lambda body: body[:-20], "has no end"),
    (lambda body: body + b"more", "something after its form"),
    (lambda body: b"\r\n" + body, "neither a JSON object nor multipart/form-data"),
    (lambda body: body.replace(b'name="model"', b'name="modell"'), "names no model"),
])
def test_a_form_that_can_be_read_in_two_ways_is_not_sent(sim, change, problem):
    request = requests.Request("POST", f"{sim.base_url}/audio/transcriptions", data={"model": "gpt-4o-transcribe", "prompt": "x"}, files={"file": ("a", b"b")}).prepare()
    body = change(request.body)
    with pytest.raises(CallDenied, match=problem):
        with Protection(budget_usd=1):
            httpx.post(request.url, content=body, headers={"content-type": request.headers["content-type"]})
    assert sim.log == []


def speak(sim, text="hello there", **fields):
    return {"url": f"{sim.base_url}/audio/speech", "json": {"model": "gpt-4o-mini-tts", "voice": "alloy", "input": text, **fields}}


def test_sound_is_handed_on_as_it_comes(sim):
    sim.reply = Reply(cut_after=1_000, hang=600)  # the rest is never spoken
    with priced(pii_detection=True) as protection, httpx.Client() as client, client.stream("POST", **speak(sim, LEAKY)) as response:
        assert next(response.iter_raw()).startswith(b"\xff\xfb")
    report = protection.report()
    assert json.loads(sim.wait_for(1)[0].body)["input"] == REDACTED
    assert report.spent_usd == report.estimated_usd > Decimal(2_000 * 12) / 1_000_000 and report.held_usd == 0  # nobody knows: what was held


@pytest.mark.parametrize("client", ["requests", "urllib3", "aiohttp"])
def test_sound_reaches_every_client(sim, client):
    asked = speak(sim)
    with priced() as protection:
        if client == "requests":
            got = requests.post(**asked).content
        elif client == "urllib3":
            got = urllib3.PoolManager().request("POST", asked["url"], body=json.dumps(asked["json"]), headers={"content-type": "application/json"}).data
        else:
            async def post():
                async with aiohttp.ClientSession() as session, session.post(**asked) as response:
                    return await response.read()

            got = asyncio.run(post())
    assert got == sim.log[0].response_body and protection.report().spent_usd > 0


def test_speech_as_events_costs_its_usage(sim):
    with priced() as protection:
        raw = httpx.post(**speak(sim, stream_format="sse")).content
    usage = sim.log[0].usage
    assert raw == sim.log[0].response_body
    assert protection.report().spent_usd == (usage["input_tokens"] * Decimal("0.6") + usage["output_tokens"] * 12) / 1_000_000
    assert protection.report().estimated_usd == 0


def test_speech_whose_most_nobody_knows_is_refused_with_what_would_help(sim):
    with pytest.raises(CallDenied, match="max_output of the model's Price"):
        with Protection(budget_usd=5):
            httpx.post(**speak(sim))
    assert sim.log == []


def paint(sim, prompt="a cat", model="gpt-image-1", **fields):
    return {"url": f"{sim.base_url}/images/generations", "json": {"model": model, "prompt": prompt, **fields}}


@pytest.mark.parametrize("fields, tokens", [
    ({}, 6240), ({"quality": "low", "size": "1024x1024"}, 272), ({"quality": "medium", "size": "1536x1024", "n": 3}, 3 * 1568),
    ({"quality": "high", "size": "auto"}, 6240), ({"quality": "low", "stream": True, "partial_images": 2}, 408 + 200),
])
def test_images_are_held_at_their_table_and_cost_their_usage(sim, fields, tokens):
    held = []

    def reply(request):
        held.append(protection.report().held_usd)
        return Reply(completion_tokens=200)

    sim.reply = reply
    with priced(pii_detection=True) as protection:
        raw = httpx.post(**paint(sim, LEAKY, **fields)).content
    (exchange,) = sim.log
    usage = exchange.usage
    assert exchange.json["prompt"] == REDACTED and raw == exchange.response_body
    output = Decimal(tokens * 40) / 1_000_000
    assert output < held[0] < output + Decimal("0.001")  # and the prompt
    assert protection.report().spent_usd == (usage["input_tokens"] * Decimal(5) + usage["output_tokens"] * 40) / 1_000_000
    assert protection.report().estimated_usd == 0


@FORMS
def test_images_that_are_changed_are_sent_as_they_are_and_billed_as_images(sim, send):
    with priced(pii_detection=True) as protection:
        status, _ = send(f"{sim.base_url}/images/edits", {"model": "gpt-image-1", "prompt": LEAKY, "quality": "low", "n": "2"}, {"image": ("a.png", RECORDING)})
    assert status == 200
    (exchange,) = sim.log
    assert RECORDING in exchange.body and exchange.body.count(b"[EMAIL_REDACTED]") == 1
    details = exchange.usage["input_tokens_details"]
    assert details["image_tokens"] == 100
    expected = (details["text_tokens"] * Decimal(5) + 100 * 10 + exchange.usage["output_tokens"] * 40) / 1_000_000
    assert protection.report().spent_usd == expected and protection.report().unscannable == 1


def test_models_that_are_sold_by_the_image_cost_the_request_one_at_a_time(sim):
    sim.reply = Reply(usage="absent")
    with priced() as protection:
        assert httpx.post(**paint(sim, model="dall-e-3", size="1792x1024", quality="hd")).status_code == 200
    assert protection.report().spent_usd == Decimal("0.04")
    with pytest.raises(UnpricedModel, match="several images"):
        with priced():
            httpx.post(**paint(sim, model="dall-e-3", n=2))
    assert len(sim.log) == 1


def test_images_without_a_price_are_refused_and_a_size_that_no_table_has(sim):
    with pytest.raises(UnpricedModel):
        with Protection(budget_usd=5):
            httpx.post(**paint(sim))
    with pytest.raises(CallDenied, match="max_output"):
        with Protection(budget=BudgetConfig(max_usd=5, prices={"gpt-image-9": Price(5, 0, image_output_usd_per_mtok=40)})):
            httpx.post(**paint(sim, model="gpt-image-9", size="8192x8192"))
    assert sim.log == []


def test_a_prompt_may_be_blocked_and_what_cannot_be_read_denied(sim):
    with pytest.raises(PiiBlocked):
        with priced(pii_action="block"):
            httpx.post(**paint(sim, LEAKY))
    with pytest.raises(CallDenied):
        with Protection(budget_usd=1, pii_detection=True, unscannable="deny"):
            transcribe(form_by_httpx, sim)
    with priced(safety=SafetyConfig(detection=False)):
        assert httpx.post(**paint(sim, LEAKY)).status_code == 200
    assert [exchange.json["prompt"] for exchange in sim.log] == [LEAKY]
