"""The httpx hook: bytes, streams, ends, waiting."""
import asyncio
import gc
import hashlib
import json
import signal
import threading
import time

import httpx
import pytest
import requests

import iron_cage
from iron_cage import Protection, _engine, protect_agent
from iron_cage.testing import Reply

LONG = "one two three four five six seven eight nine ten " * 20
SECRET = "write to joe.bloggs@example.com please"


@pytest.fixture(autouse=True)
def nothing_left_open():
    yield
    gc.collect()
    assert not _engine.open_calls
    assert iron_cage._runs.state.active == 0


def send(url, body, stream=False, read="read", **kwargs):
    """(status, headers without those of time and place, body bytes)."""
    with httpx.Client(**kwargs) as client:
        with client.stream("POST", url, content=json.dumps(body).encode(), headers={"content-type": "application/json"}) as response:
            if read == "raw":
                content = b"".join(response.iter_raw())
            elif read == "lines":
                content = "\n".join(response.iter_lines()).encode()
            else:
                content = response.read()
            assert response.request.content == json.dumps(body).encode()
            return response.status_code, volatile(response.headers.raw), content


def volatile(headers):
    return [(name, value) for name, value in headers if name.lower() not in (b"date", b"x-request-id")]


async def asend(url, body, read="read"):
    async with httpx.AsyncClient() as client:
        async with client.stream("POST", url, content=json.dumps(body).encode(), headers={"content-type": "application/json"}) as response:
            content = b"".join([p async for p in response.aiter_raw()]) if read == "raw" else await response.aread()
            return response.status_code, volatile(response.headers.raw), content


SAME_ID = Reply(content=LONG, id="chatcmpl-same")


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("read", ["read", "raw", "lines"])
def test_bytes_are_identical_when_nothing_is_rewritten(sim, url, chat, stream, read):
    sim.reply = SAME_ID
    bare = send(url, chat(LONG, stream), read=read)
    with Protection() as protection:
        protected = send(url, chat(LONG, stream), read=read)
    assert protected == bare
    first, second = sim.log
    assert first.request_sha256 == second.request_sha256
    assert {k.lower(): v for k, v in first.headers.items()} == {k.lower(): v for k, v in second.headers.items()}
    assert hashlib.sha256(protected[2]).hexdigest() == hashlib.sha256(bare[2]).hexdigest()
    assert protection.report().calls == 1


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("read", ["read", "raw"])
def test_async_bytes_are_identical_when_nothing_is_rewritten(sim, url, chat, stream, read):
    sim.reply = SAME_ID
    bare = asyncio.run(asend(url, chat(LONG, stream), read))

    @protect_agent
    async def agent():
        return await asend(url, chat(LONG, stream), read)

    assert asyncio.run(agent()) == bare
    assert sim.log[0].request_sha256 == sim.log[1].request_sha256


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_compressed_bodies_pass_untouched_and_are_counted(sim, url, chat, encoding):
    sim.reply = Reply(content=LONG, id="chatcmpl-same", compress=encoding)
    bare = send(url, chat(), read="raw")
    with Protection() as protection:
        assert send(url, chat(), read="raw") == bare
        assert json.loads(send(url, chat())[2])["choices"][0]["message"]["content"] == LONG
    assert protection.report().tokens.output == sum(e.usage["completion_tokens"] for e in sim.log[1:])


def test_compressed_streams_arrive_plain(sim, url, chat):
    sim.reply = Reply(content=LONG, id="chatcmpl-same", compress="gzip")
    bare = send(url, chat(stream=True))
    with Protection():
        status, headers, body = send(url, chat(stream=True))
        raw = send(url, chat(stream=True), read="raw")
    assert body == bare[2] == raw[2]
    assert b"content-encoding" not in [name.lower() for name, _ in headers]


def test_request_is_rewritten_with_its_length_and_the_response_keeps_the_original_request(sim, url, chat):
    sim.reply = Reply(content="ok")
    with Protection():
        send(url, chat(SECRET))  # asserts response.request
    exchange = sim.log[0]
    assert "joe.bloggs" not in exchange.body.decode() and "[EMAIL_REDACTED]" in exchange.body.decode()
    headers = {name.lower(): value for name, value in exchange.headers.items()}
    assert int(headers["content-length"]) == len(exchange.body)


def test_chunked_requests_stay_chunked(sim, url, chat):
    def pieces(text):
        body = json.dumps(chat(text)).encode()
        yield body[:10]
        yield body[10:]

    with Protection():
        for text in ("harmless", SECRET):
            assert httpx.post(url, content=pieces(text)).status_code == 200
    for exchange in sim.log:
        headers = {name.lower(): value for name, value in exchange.headers.items()}
        assert headers["transfer-encoding"] == "chunked" and "content-length" not in headers
    assert b"joe.bloggs" not in sim.log[1].body


@pytest.mark.parametrize("compress", [False, "gzip"])
def test_response_is_rewritten_with_its_length(sim, url, chat, compress):
    sim.reply = Reply(content=SECRET, compress=compress)
    with Protection():
        response = httpx.post(url, json=chat())
    assert response.json()["choices"][0]["message"]["content"] == "write to [EMAIL_REDACTED] please"
    assert int(response.headers["content-length"]) == len(response.content) and "content-encoding" not in response.headers


@pytest.mark.parametrize("size", [1, 3, None])
def test_stream_is_redacted_however_it_is_cut(sim, url, chat, size):
    sim.reply = Reply(content=SECRET, chunk_size=size)
    with Protection() as protection:
        body = send(url, chat(stream=True))[2]
    assert b"joe" not in body and b"bloggs" not in body
    text = "".join(
        json.loads(line[6:])["choices"][0]["delta"].get("content") or ""
        for line in body.decode().splitlines() if line.startswith("data: {") and json.loads(line[6:])["choices"]
    )
    assert text == "write to [EMAIL_REDACTED] please" and body.rstrip().endswith(b"data: [DONE]")
    assert protection.report().pii_by_kind == {"EMAIL_ADDRESS": 1}


def test_usage_that_the_library_asked_for_is_hidden(sim, url, chat):
    with Protection() as protection:
        body = send(url, chat(stream=True, stream_options={}))[2]
    assert sim.log[0].json["stream_options"]["include_usage"] is True
    chunks = [json.loads(line[6:]) for line in body.decode().splitlines() if line.startswith("data: {")]
    assert chunks and all(chunk["choices"] and not chunk.get("usage") for chunk in chunks)
    assert protection.report().estimated_usd == 0 and protection.report().spent_usd > 0


def test_chunks_come_as_they_come(sim, url, chat):
    sim.reply = Reply(content="a b c d e f", chunk_delay=0.05)
    arrivals = []
    with Protection(), httpx.Client() as client, client.stream("POST", url, json=chat(stream=True)) as response:
        for _ in response.iter_raw():
            arrivals.append(time.monotonic())
    assert len(arrivals) >= 5
    assert arrivals[-1] - arrivals[0] > 0.15


def test_closed_early_settles_by_estimate_and_frees_the_connection(sim, url, chat):
    sim.reply = Reply(content=LONG, chunk_delay=0.005)
    with Protection(budget_usd=1) as protection, httpx.Client() as client:
        with client.stream("POST", url, json=chat(stream=True)) as response:
            for _ in response.iter_lines():
                break
        sim.reply = "ok"
        assert client.post(url, json=chat()).status_code == 200
    report = protection.report()
    assert report.held_usd == 0 and report.estimated_usd > 0 and report.calls == 2


def test_never_read_and_dropped_streams_settle(sim, url, chat):
    with Protection(budget_usd=1) as protection:
        client = httpx.Client()
        with client.stream("POST", url, json=chat(stream=True)):
            pass
        assert protection.report().held_usd == 0
        response = client.send(client.build_request("POST", url, json=chat(stream=True)), stream=True)
        assert protection.report().held_usd > 0
        del response
        gc.collect()
        assert protection.report().held_usd == 0
        client.close()
    assert protection.report().estimated_usd > 0


def test_connect_errors_cost_nothing(chat):
    _engine.add_hosts("127.0.0.1:9=openai")
    with Protection(budget_usd=1, max_retries=0) as protection:
        with pytest.raises(httpx.ConnectError):
            httpx.post("http://127.0.0.1:9/v1/chat/completions", json=chat())
    report = protection.report()
    assert report.spent_usd == 0 and report.held_usd == 0


def test_no_response_costs_the_hold(sim, url, chat):
    sim.reply = Reply(reset="before")
    with Protection(budget_usd=1, max_retries=0) as protection:
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            httpx.post(url, json=chat(max_tokens=100))
    report = protection.report()
    assert report.spent_usd > 0 and report.estimated_usd == report.spent_usd and report.held_usd == 0


@pytest.mark.parametrize("fault", [{"cut_after": 30}, {"reset_after": 30}])
@pytest.mark.parametrize("stream", [False, True])
def test_read_errors_keep_their_type_and_what_came_before(sim, url, chat, fault, stream):
    sim.reply = Reply(content=LONG, id="chatcmpl-same", **fault)

    def read():
        got = b""
        with httpx.Client() as client:
            with pytest.raises(httpx.TransportError) as caught:
                with client.stream("POST", url, json=chat(stream=stream)) as response:
                    for piece in response.iter_raw():
                        got += piece
        return type(caught.value), got

    bare = read()
    with Protection() as protection:
        protected = read()
    assert protected[0] is bare[0]
    if "cut_after" in fault:  # after a reset the kernel may drop what was not read yet
        assert protected[1] == bare[1]
    assert protection.report().held_usd == 0


def test_read_timeout_keeps_its_type(sim, url, chat):
    sim.reply = Reply(hang=1.0)
    with Protection(budget_usd=1) as protection:
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(url, json=chat(), timeout=0.1)
    assert protection.report().held_usd == 0


def test_errors_of_the_provider_pass_and_cost_nothing(sim, url, chat):
    sim.script([Reply(status=429, retry_after=1), Reply(status=500)])
    with Protection(budget_usd=1, max_retries=0) as protection:
        assert [httpx.post(url, json=chat()).status_code for _ in range(2)] == [429, 500]
    assert protection.report().spent_usd == 0


def test_cancelled_tasks_settle(sim, url, chat):
    sim.reply = Reply(content=LONG, chunk_delay=0.02)

    @protect_agent(budget_usd=1)
    async def agent():
        async with httpx.AsyncClient() as client:
            whole = asyncio.ensure_future(client.post(url, json=chat()))
            streamed = asyncio.ensure_future(client.post(url, json=chat(stream=True)))
            await asyncio.sleep(0.1)
            whole.cancel()
            streamed.cancel()
            return await asyncio.gather(whole, streamed, return_exceptions=True)

    results = asyncio.run(agent())
    assert isinstance(results[1], asyncio.CancelledError)
    report = agent.protection.report()
    assert report.held_usd == 0 and report.spent_usd > 0


def hungry(chat):
    """A call whose hold takes more than half of the budget below."""
    return chat("x", max_tokens=600)


BUDGET = "0.008"  # gpt-4o: 600 output tokens hold 0.006


def test_a_task_waits_for_others_to_settle_without_blocking_the_loop(sim, url, chat):
    sim.reply = Reply(content="ok", delay=0.3)

    @protect_agent(budget_usd=BUDGET, lower_output=False)
    async def agent():
        ticks = 0

        async def tick():
            nonlocal ticks
            while True:
                await asyncio.sleep(0.01)
                ticks += 1

        ticker = asyncio.ensure_future(tick())
        async with httpx.AsyncClient() as client:
            start = time.monotonic()
            answers = await asyncio.gather(*(client.post(url, json=hungry(chat)) for _ in range(3)))
            took = time.monotonic() - start
        ticker.cancel()
        return [answer.status_code for answer in answers], took, ticks

    statuses, took, ticks = asyncio.run(agent())
    assert statuses == [200, 200, 200]
    assert took > 0.85, "three calls that fit one at a time go one after another"
    assert ticks > 40
    assert agent.protection.report().held_usd == 0


def test_cancelling_a_waiting_task_withdraws_its_call(sim, url, chat):
    sim.reply = Reply(content="ok", delay=0.3)

    @protect_agent(budget_usd=BUDGET, lower_output=False)
    async def agent():
        async with httpx.AsyncClient() as client:
            first = asyncio.ensure_future(client.post(url, json=hungry(chat)))
            await asyncio.sleep(0.05)
            second = asyncio.ensure_future(client.post(url, json=hungry(chat)))
            await asyncio.sleep(0.05)
            second.cancel()
            await first
            with pytest.raises(asyncio.CancelledError):
                await second

    asyncio.run(agent())
    assert len(sim.log) == 1 and agent.protection.report().held_usd == 0


def test_a_thread_waits_for_others_to_settle(sim, url, chat):
    sim.reply = Reply(content="ok", delay=0.2)
    statuses = []
    with Protection(budget_usd=BUDGET, lower_output=False) as protection:
        threads = [threading.Thread(target=lambda: statuses.append(httpx.post(url, json=hungry(chat)).status_code)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert statuses == [200, 200, 200] and protection.report().held_usd == 0


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs setitimer")
def test_ctrl_c_while_waiting_withdraws_the_call(sim, url, chat):
    sim.reply = Reply(content="ok", delay=1.0)
    with Protection(budget_usd=BUDGET, lower_output=False) as protection:
        first = threading.Thread(target=lambda: httpx.post(url, json=hungry(chat)))
        first.start()
        time.sleep(0.2)
        previous = signal.signal(signal.SIGALRM, signal.default_int_handler)
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            start = time.monotonic()
            with pytest.raises(KeyboardInterrupt):
                httpx.post(url, json=hungry(chat))
            assert time.monotonic() - start < 0.5
        finally:
            signal.signal(signal.SIGALRM, previous)
        first.join()
    assert len(sim.log) == 1 and protection.report().held_usd == 0


def test_many_loops_wait_at_once(sim, url, chat):
    sim.reply = Reply(content="ok", delay=0.05)
    protection = Protection(budget_usd=BUDGET, lower_output=False)
    statuses = []

    async def main():
        async with protection, httpx.AsyncClient() as client:
            for answer in await asyncio.gather(*(client.post(url, json=hungry(chat)) for _ in range(3))):
                statuses.append(answer.status_code)

    threads = [threading.Thread(target=lambda: asyncio.run(main())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 12
    assert protection.report().calls == 12 and protection.report().held_usd == 0


def test_a_custom_transport_over_requests_is_one_call(url, chat):
    class Transport(httpx.BaseTransport):
        def handle_request(self, request):
            response = requests.post(str(request.url), data=request.read(), headers={"content-type": "application/json"})
            return httpx.Response(response.status_code, content=response.content)

    with Protection() as protection, httpx.Client(transport=Transport()) as client:
        assert client.post(url, json=chat()).status_code == 200
    assert protection.report().calls == 1


def test_clients_and_subclasses_made_before_the_protection_are_covered(url, chat):
    class Mine(httpx.Client):
        pass

    client = Mine()
    with Protection() as protection:
        assert client.post(url, json=chat()).status_code == 200
    client.close()
    assert protection.report().calls == 1


def test_other_hosts_and_unprotected_code_go_untouched(sim, chat):
    other = sim.url.replace("127.0.0.1", "localhost")
    with Protection() as protection:
        assert httpx.get(f"{other}/v1/models").status_code == 200
    assert httpx.post(f"{sim.base_url}/chat/completions", json=chat(SECRET)).status_code == 200
    assert protection.report().calls == 0
    assert SECRET.encode() in sim.log[-1].body


def test_redirects_and_event_hooks_see_the_original_request(url, chat):
    seen = []
    with Protection(), httpx.Client(event_hooks={"response": [lambda response: seen.append(response.request.content)]}) as client:
        client.post(url, json=chat(SECRET))
    assert SECRET.encode() in seen[0]


def test_no_more_retries_is_said_in_a_header_only_when_it_must(sim, url, chat):
    sim.reply = Reply(status=500)
    with Protection(circuit_breaker=False, max_retries=0):
        assert "x-should-retry" not in httpx.post(url, json=chat()).headers
