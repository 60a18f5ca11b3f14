"""aiohttp: whole and streamed, money, refusals, faults, cancellation, bodies of every kind, encodings."""
import asyncio
import gc
import gzip
import io
import json
from decimal import Decimal

import aiohttp
import pytest

from iron_cage import BudgetExceeded, CallDenied, PiiBlocked, Protection, SafetyConfig, protect_agent
from iron_cage.testing import ProviderSimulator, Reply

PRICES = {"gpt-4o": ("2.5", "1.25", "10")}
LEAKY = "Grüße 😀, write to jane.doe@example.co.uk or call +1 415 555 2671. End."
REDACTED = "Grüße 😀, write to [EMAIL_REDACTED] or call [PHONE_REDACTED]. End."
MAIL = "jane.doe@example.com"


def body(text="tell me", stream=False, **fields):
    streams = {"stream": True, "stream_options": {"include_usage": True}} if stream else {}
    return {"model": "gpt-4o", "max_tokens": 100, "messages": [{"role": "user", "content": text}], **streams, **fields}


def spelled(raw):
    """What a stream says."""
    text = ""
    for line in raw.decode().splitlines():
        if line.startswith("data: {"):
            text += "".join(choice["delta"].get("content") or "" for choice in json.loads(line[6:])["choices"])
    return text


def run(work, **session):
    """Runs work(session) in a loop of its own."""

    async def main():
        async with aiohttp.ClientSession(**session) as client:
            return await work(client)

    return asyncio.run(main())


def post(url, sent, **options):
    async def work(client):
        async with client.post(url, json=sent, **options) as response:
            return response.status, await response.read()

    return work


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_call_is_screened_and_billed(sim, url, stream):
    sim.reply = Reply(content=LEAKY, chunk_size=5)
    protection = Protection(budget_usd=1, pii_detection=True)
    with protection:
        status, raw = run(post(url, body("to " + MAIL, stream)))
    said = spelled(raw) if stream else json.loads(raw)["choices"][0]["message"]["content"]
    assert (status, said) == (200, REDACTED)
    assert sim.log[0].json["messages"][0]["content"] == "to [EMAIL_REDACTED]"
    report = protection.report()
    assert report.spent_usd == sim.bill(PRICES) > 0 and (report.held_usd, report.estimated_usd, report.calls) == (0, 0, 1)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("compress", [False, "gzip", "deflate"])
def test_nothing_is_changed_where_nothing_is_found(sim, url, stream, compress):
    sim.reply = Reply(content="größer", compress=compress)
    sent = json.dumps(body("hi", stream)).encode()

    async def work(client):
        async with client.post(url, data=sent, headers={"content-type": "application/json"}) as response:
            return response.headers.get("content-encoding"), await response.read()

    with Protection(budget_usd=1, pii_detection=True):
        encoding, raw = run(work)
    assert encoding == (compress or None)
    assert (sim.log[0].body, raw) == (sent, sim.log[0].response_text)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_what_the_session_leaves_encoded_is_decoded_where_it_changes(sim, url, stream):
    sim.reply = Reply(content=LEAKY, compress="gzip")

    async def work(client):
        async with client.post(url, json=body(stream=stream)) as response:
            return response.headers.get("content-encoding"), response.headers.get("content-length"), await response.read()

    with Protection(pii_detection=True):
        encoding, length, raw = run(work, auto_decompress=False)
    assert encoding is None and REDACTED in (spelled(raw) if stream else json.loads(raw)["choices"][0]["message"]["content"])
    assert length is None if stream else length == str(len(raw))
    sim.reply = Reply(content="clean", compress="gzip")
    with Protection(pii_detection=True):
        encoding, length, raw = run(work, auto_decompress=False)
    assert spelled(raw) == "clean" if stream else "clean" in gzip.decompress(raw).decode()


@pytest.mark.parametrize("read", ["readany", "readline", "read", "chunked", "chunks", "iter", "exactly"])
def test_a_stream_is_the_same_however_it_is_read(sim, url, read):
    sim.reply = Reply(content=LEAKY, chunk_size=3)

    async def work(client):
        async with client.post(url, json=body(stream=True)) as response:
            content, pieces = response.content, []
            if read == "readany":
                while not content.at_eof():
                    pieces.append(await content.readany())
            elif read == "readline":
                while True:
                    line = await content.readline()
                    if not line:
                        break
                    pieces.append(line)
            elif read == "read":
                pieces.append(await response.read())
            elif read == "chunked":
                pieces = [piece async for piece in content.iter_chunked(7)]
            elif read == "chunks":
                pieces = [piece async for piece, _ in content.iter_chunks()]
            elif read == "iter":
                pieces = [line async for line in content]
            else:
                pieces.append(await content.readexactly(10))
                pieces.append(await content.read())
            return b"".join(pieces)

    protection = Protection(budget_usd=1, pii_detection=True)
    with protection:
        assert spelled(run(work)) == REDACTED
    assert protection.report().spent_usd == sim.bill(PRICES) > 0


def test_a_stream_is_redacted_wherever_it_is_cut(sim, url):
    sim.reply = Reply(content=LEAKY, chunk_size=9)
    whole = run(post(url, body(stream=True)))[1]

    async def work(client):
        for cut in range(0, len(whole), 29):
            sim.reply = Reply(content=LEAKY, chunk_size=9, cut_at=cut)
            async with client.post(url, json=body(stream=True)) as response:
                assert spelled(await response.read()) == REDACTED, cut

    with Protection(pii_detection=True):
        run(work)


def generated(data):
    async def pieces():
        for start in range(0, len(data), 11):
            yield data[start:start + 11]

    return pieces()


@pytest.mark.parametrize("make", [
    lambda data: data, lambda data: bytearray(data), lambda data: data.decode(), lambda data: io.BytesIO(data), lambda data: io.StringIO(data.decode()), generated,
], ids=["bytes", "bytearray", "text", "file", "text file", "generator"])
@pytest.mark.parametrize("text", ["to " + MAIL, "größer"])
def test_bodies_of_every_kind_are_read_and_rewritten(sim, url, make, text):
    sent = json.dumps(body(text)).encode()

    async def work(client):
        async with client.post(url, data=make(sent), headers={"content-type": "application/json"}) as response:
            return response.status

    protection = Protection(budget_usd=1, pii_detection=True)
    with protection:
        assert run(work) == 200
    assert sim.log[0].json == body(text.replace(MAIL, "[EMAIL_REDACTED]"))
    assert protection.report().spent_usd == sim.bill(PRICES)


def test_a_large_body_goes_through(sim, url):
    text = "word " * 300_000
    with Protection(pii_detection=True):
        assert run(post(url, body(text + MAIL)))[0] == 200
    assert sim.log[0].json["messages"][0]["content"] == text + "[EMAIL_REDACTED]"


def test_a_refusal_travels_to_the_boundary(sim, url):
    with pytest.raises(BudgetExceeded), Protection(budget_usd="0.000001"):
        run(post(url, body()))
    assert sim.log == []


def test_a_refusal_in_a_task_is_a_response(sim, url):
    async def work(client):
        async def call():
            async with client.post(url, json=body()) as response:
                assert response.content_type == "application/json" and response.headers["x-should-retry"] == "false"
                return response.status, json.loads(await response.text())

        return await asyncio.create_task(call())

    with pytest.raises(BudgetExceeded) as raised:
        @protect_agent(budget_usd="0.000001")
        def agent():
            return run(work)

        agent()
    status, told = raised.value.result
    assert status == 402 and told["error"]["type"] == "iron_cage_refusal" and sim.log == []


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_blocked_answer_is_refused(sim, url, stream):
    sim.reply = Reply(content=LEAKY)
    protection = Protection(budget_usd=1, safety=SafetyConfig(actions={"EMAIL_ADDRESS": "block"}))
    with pytest.raises(PiiBlocked), protection:
        run(post(url, body(stream=stream)))
    assert protection.report().spent_usd > 0 and protection.report().held_usd == 0


def test_a_blocked_answer_in_a_task_is_another_response(sim, url):
    sim.reply = Reply(content=LEAKY)

    async def work(client):
        return await asyncio.create_task(post(url, body())(client))

    with pytest.raises(PiiBlocked), Protection(on_deny="raise", safety=SafetyConfig(actions={"EMAIL_ADDRESS": "block"})):
        status, raw = run(work)
        assert status == 403 and b"jane" not in raw


@pytest.mark.parametrize("reply, error", [
    (Reply(reset="before"), aiohttp.ClientError), (Reply(reset_after=20), aiohttp.ClientError), (Reply(reset_after=200, content="word " * 100), aiohttp.ClientError),
], ids=["before", "early", "in the body"])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_broken_answer_is_the_same_error_and_costs_what_may_have_been_done(sim, url, reply, error, stream):
    sim.reply = reply
    with pytest.raises(error) as bare:
        run(post(url, body(stream=stream)))
    protection = Protection(budget_usd=1, max_retries=0)
    with protection, pytest.raises(error) as protected:
        run(post(url, body(stream=stream)))
    assert type(protected.value) is type(bare.value)
    report = protection.report()
    assert report.spent_usd == report.estimated_usd > 0 and report.held_usd == 0


def test_what_came_before_a_break_is_read_before_the_error(sim, url):
    sim.reply = Reply(content="word " * 200, reset_after=3000)

    async def work(client):
        pieces = []
        async with client.post(url, json=body(stream=True)) as response:
            with pytest.raises(aiohttp.ClientError):
                async for piece in response.content.iter_any():
                    pieces.append(piece)
        return b"".join(pieces)

    with Protection(budget_usd=1, pii_detection=True):
        assert spelled(run(work) .rsplit(b"\n\n", 1)[0]).startswith("word word")


@pytest.mark.parametrize("status", [400, 401, 429, 500, 503])
def test_errors_of_the_provider_cost_nothing_and_are_the_same(sim, url, status):
    sim.reply = Reply(status=status)
    bare = run(post(url, body()))
    protection = Protection(budget_usd=1, max_retries=0)
    with protection:
        assert run(post(url, body())) == bare
    assert protection.report().spent_usd == 0 and protection.report().held_usd == 0


def test_raise_for_status_raises_as_before(sim, url):
    sim.reply = Reply(status=500)
    with Protection(budget_usd=1, max_retries=0), pytest.raises(aiohttp.ClientResponseError):
        run(post(url, body()), raise_for_status=True)


def test_no_connection_costs_nothing(sim):
    with ProviderSimulator() as gone:
        url = gone.base_url + "/chat/completions"
    protection = Protection(budget_usd=1, max_retries=0)
    with protection, pytest.raises(aiohttp.ClientConnectorError):
        run(post(url, body()))
    assert protection.report().spent_usd == 0 and protection.report().held_usd == 0


def test_a_cancelled_call_is_settled(sim, url):
    sim.reply = Reply(delay=30)

    async def work(client):
        task = asyncio.create_task(post(url, body())(client))
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    protection = Protection(budget_usd=1)
    with protection:
        run(work)
    report = protection.report()
    assert report.spent_usd == report.estimated_usd > 0 and report.held_usd == 0


def test_a_timeout_is_the_same_error_and_is_settled(sim, url):
    sim.reply = Reply(delay=30)
    protection = Protection(budget_usd=1)
    with protection, pytest.raises(asyncio.TimeoutError):
        run(post(url, body()), timeout=aiohttp.ClientTimeout(total=0.3))
    assert protection.report().spent_usd > 0 and protection.report().held_usd == 0


@pytest.mark.parametrize("leave", ["context", "close", "drop"])
def test_a_stream_that_is_left_is_settled(sim, url, leave):
    sim.reply = Reply(content="word " * 400, chunk_delay=0.005)

    async def work(client):
        response = await client.post(url, json=body(stream=True, max_tokens=500))
        await response.content.readany()
        if leave == "context":
            async with response:
                pass
        elif leave == "close":
            response.close()
        del response
        gc.collect()
        await asyncio.sleep(0)

    protection = Protection(budget_usd=1)
    with protection:
        run(work)
        gc.collect()
    report = protection.report()
    assert 0 < report.spent_usd == report.estimated_usd < Decimal("0.005") and report.held_usd == 0


def test_redirects_are_calls_of_their_own(sim, url):
    sim.script([Reply(status=307, headers={"location": url}), Reply(content="there")])
    protection = Protection(budget_usd=1)
    with protection:
        assert run(post(url, body()))[0] == 200
    assert protection.report().calls == 2 and protection.report().spent_usd == sim.bill(PRICES)


def test_connections_are_kept_alive_and_shared_by_many_calls(sim, url):
    async def main():
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=5)) as client:
            await asyncio.gather(*[post(url, body(f"call {n}", stream=n % 2 == 0))(client) for n in range(60)])

    protection = Protection(budget_usd=1)
    with protection:
        asyncio.run(main())
    assert protection.report().calls == 60 and protection.report().spent_usd == sim.bill(PRICES)
    assert len({one.connection for one in sim.log}) <= 5


def test_calls_wait_for_money_without_blocking_the_loop(sim, url):
    sim.reply = Reply(content="word " * 50, delay=0.1)
    ticks = []

    async def tick():
        while True:
            ticks.append(1)
            await asyncio.sleep(0.01)

    async def work(client):
        ticking = asyncio.create_task(tick())
        statuses = await asyncio.gather(*[post(url, body(max_tokens=100))(client) for _ in range(6)])
        ticking.cancel()
        return [status for status, _ in statuses]

    protection = Protection(budget_usd="0.005", lower_output=False)
    with protection:
        assert run(work) == [200] * 6
    assert protection.report().spent_usd == sim.bill(PRICES) and len(ticks) > 15


def test_sessions_and_responses_that_are_none_of_a_model_pass_unseen(sim):
    async def work(client):
        async with client.get(sim.base_url + "/models") as response:
            return response.status

    with Protection(budget_usd="0.000001"):
        assert run(work) == 200


def test_hooks_go_with_the_last_protection():
    before = (aiohttp.BaseConnector.connect, aiohttp.ClientResponse.start)
    protection = Protection()
    assert aiohttp.BaseConnector.connect is not before[0] or hasattr(before[0], "__iron_cage__")
    protection.close()
    gc.collect()


def test_a_protection_inside_asyncio_nests(sim, url):
    outer, inner = Protection(budget_usd=1), Protection(budget_usd=1)

    async def work(client):
        async with outer:
            async with inner:
                await post(url, body())(client)

    run(work)
    assert outer.report().spent_usd == inner.report().spent_usd == sim.bill(PRICES)


def test_long_lines_are_read_as_the_session_is_set(sim, url):
    sim.reply = Reply(content="x" * 300_000, chunk_size=300_000)

    async def work(client):
        async with client.post(url, json=body(stream=True), read_bufsize=2 ** 22) as response:
            return max([len(line) async for line in response.content])

    with Protection(pii_detection=True):
        assert run(work) > 300_000


def test_chunks_end_where_something_came(sim, url):
    sim.reply = Reply(content="one two three")

    async def work(client):
        async with client.post(url, json=body(stream=True)) as response:
            return [end for _, end in [pair async for pair in response.content.iter_chunks()]]

    bare = run(work)
    with Protection(pii_detection=False):
        assert run(work) == bare
    with Protection(pii_detection=True):  # what is held back goes with what came later
        assert 1 < sum(run(work)) <= sum(bare)


def test_a_stream_that_was_blocked_is_closed(sim, url):
    sim.reply = Reply(content=LEAKY + " word" * 500, chunk_delay=0.002)

    async def main():
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as client:
            async with client.post(url, json=body(stream=True, max_tokens=600)) as response:
                await response.read()
                sim.reply = Reply(content="clean")
                async with client.post(url, json=body()) as second:
                    return await asyncio.wait_for(second.read(), 5)

    protection = Protection(on_deny="respond", safety=SafetyConfig(actions={"EMAIL_ADDRESS": "block"}))
    with protection:
        assert b"clean" in asyncio.run(main())
    assert protection.report().held_usd == 0


def test_sockets_that_are_upgraded_are_refused(sim):
    async def work(client):
        async with client.ws_connect(f"ws://{sim.host}/v1/realtime") as socket:
            await socket.receive()

    with pytest.raises(CallDenied), Protection(budget_usd=1):
        run(work)
    assert sim.log == []


def test_a_stream_that_is_dropped_while_its_session_lives_is_settled(sim, url):
    sim.reply = Reply(content="word " * 400, chunk_delay=0.005)

    async def work(client):
        response = await client.post(url, json=body(stream=True, max_tokens=500))
        await response.content.readany()
        del response
        gc.collect()
        await asyncio.sleep(0.1)
        return protection.report().held_usd

    protection = Protection(budget_usd=1)
    with protection:
        assert run(work) == 0


class Kept(aiohttp.ClientResponse):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)


def test_responses_of_ones_own_class_are_made_for_refusals_too(sim, url):
    with Protection(budget_usd="0.000001", on_deny="respond"):
        status, _ = run(post(url, body()), response_class=Kept)
    assert status == 402
