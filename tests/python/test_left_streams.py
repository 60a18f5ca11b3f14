"""Streams that their reader leaves: by break, by dropping them, by an error of ours in the middle. What they hold comes back at once."""
import asyncio
import gc
import threading

import httpx
import pytest
import requests

from iron_cage import Budget, BudgetExceeded, PiiBlocked, Protection, _engine, protect_agent
from iron_cage.testing import Reply

LONG = Reply(content="word " * 200)
LEAK = Reply(content="words before " * 20 + "bob@example.com " + "words after " * 200)


@pytest.fixture(autouse=True)
def the_collector_does_not_come_by_itself():
    gc.collect()
    gc.disable()
    yield
    gc.enable()
    gc.collect()
    assert not _engine.open_calls


class Stream:
    """As the streams of the SDKs: an iterator that is its own attribute, so a cycle."""

    def __init__(self, response):
        self.response = response
        self._iterator = self._lines()

    def _lines(self):
        yield from self.response.iter_lines()

    def __iter__(self):
        for line in self._iterator:
            yield line


def opened(client, url, body):
    if isinstance(client, httpx.Client):
        return Stream(client.send(client.build_request("POST", url, json=body), stream=True))
    return Stream(client.post(url, json=body, stream=True))


@pytest.fixture(params=[httpx.Client, requests.Session])
def client(request):
    with request.param() as made:
        yield made


def test_a_stream_left_by_break_costs_what_came_and_no_more_when_the_run_ends(sim, url, chat, client):
    sim.reply = LONG

    @protect_agent(budget_usd=1)
    def agent():
        for _ in opened(client, url, chat(stream=True)):
            break
        return "done"

    assert agent() == "done"
    assert not _engine.open_calls
    report = agent.protection.report()
    assert report.held_usd == 0 and report.spent_usd == report.estimated_usd > 0


def test_runs_that_leave_their_streams_do_not_starve_the_next_without_waiting(sim, url, chat, client):
    sim.reply = LONG

    @protect_agent(budget_usd="0.05", hold_wait=0, lower_output=False)
    def agent():
        for _ in opened(client, url, chat(stream=True, max_tokens=3000)):
            break

    for _ in range(8):
        agent()
    assert agent.protection.report().denied == 0


def test_an_errors_report_does_not_count_streams_that_were_left(sim, url, chat, client):
    sim.reply = LONG

    @protect_agent(budget_usd="0.05", hold_wait=0, lower_output=False)
    def agent():
        for _ in opened(client, url, chat(stream=True, max_tokens=1000)):
            break
        client.post(url, json=chat(max_tokens=16000))

    with pytest.raises(BudgetExceeded) as refused:
        agent()
    assert refused.value.report.held_usd == 0


def test_reports_do_not_count_streams_that_were_left(sim, url, chat, client):
    sim.reply = LONG
    budget = Budget("left", 1)
    protection = Protection(budget=budget)
    for report in (protection.report, budget.report):
        with protection:
            for _ in opened(client, url, chat(stream=True)):
                break
            assert report().held_usd == 0


def test_a_stream_that_can_still_be_read_stays_open(sim, url, chat, client):
    sim.reply = LONG
    protection = Protection(budget_usd=1)
    with protection:
        stream = opened(client, url, chat(stream=True))
        lines = iter(stream)
        next(lines)
        assert protection.report().held_usd > 0
    assert protection.report().held_usd > 0
    assert sum("word" in str(line) for line in lines) > 100
    assert protection.report().held_usd == 0 and protection.report().estimated_usd == 0


def test_a_loop_over_a_response_that_ends_by_break_ends_the_call_at_once(sim, url, chat):
    sim.reply = LONG
    with Protection(budget_usd=1), httpx.Client() as client:
        response = client.send(client.build_request("POST", url, json=chat(stream=True)), stream=True)
        for _ in response.iter_lines():
            break
        assert not _engine.open_calls
        response.close()


def test_an_async_stream_left_by_break_ends_with_its_loop_at_the_latest(sim, url, chat):
    sim.reply = LONG

    @protect_agent(budget_usd=1)
    async def agent():
        async with httpx.AsyncClient() as client:
            response = await client.send(client.build_request("POST", url, json=chat(stream=True)), stream=True)
            async for _ in response.aiter_lines():
                break

    asyncio.run(agent())
    assert agent.protection.report().held_usd == 0


ONE = httpx.Limits(max_connections=1)
SOON = httpx.Timeout(5, pool=1)  # where the connection is lost, the next call fails for want of one


def test_an_error_of_ours_in_a_stream_gives_its_connection_back(sim, url, chat):
    damaged = Reply(raw_body=b"this is not gzip", headers={"content-encoding": "gzip", "content-type": "text/event-stream"}, usage={})
    kept = []
    with httpx.Client(limits=ONE, timeout=SOON) as client:
        for reply, error in ((LEAK, PiiBlocked), (damaged, httpx.DecodingError), (LEAK, PiiBlocked)):
            sim.reply = reply
            with pytest.raises(error), Protection(pii_action="block"):
                kept.append(client.send(client.build_request("POST", url, json=chat(stream=True)), stream=True))
                for _ in kept[-1].iter_raw():
                    pass
        sim.reply = "ok"
        assert client.post(url, json=chat()).status_code == 200


def test_an_error_of_ours_in_an_async_stream_gives_its_connection_back(sim, url, chat):
    damaged = Reply(raw_body=b"this is not gzip", headers={"content-encoding": "gzip", "content-type": "text/event-stream"}, usage={})
    kept = []

    async def main():
        async with httpx.AsyncClient(limits=ONE, timeout=SOON) as client:
            for reply, error in ((LEAK, PiiBlocked), (damaged, httpx.DecodingError), (LEAK, PiiBlocked)):
                sim.reply = reply
                with pytest.raises(error):
                    async with Protection(pii_action="block"):
                        kept.append(await client.send(client.build_request("POST", url, json=chat(stream=True)), stream=True))
                        async for _ in kept[-1].aiter_raw():
                            pass
            sim.reply = "ok"
            assert (await client.post(url, json=chat())).status_code == 200

    asyncio.run(main())


def test_a_stream_may_be_collected_while_its_thread_holds_the_lock_of_the_pool(sim, url, chat):
    """As when a collection comes in the middle of the pool's own work: taking the lock there once more would hang for ever."""
    sim.reply = LONG
    with Protection(budget_usd=1) as protection, httpx.Client() as client:
        for _ in opened(client, url, chat(stream=True)):
            break
        pool = client._transport._pool
        lock = next(vars(pool)[name] for name in ("_pool_lock", "_optional_thread_lock") if name in vars(pool))

        def collect():
            with lock:
                gc.collect()

        thread = threading.Thread(target=collect, daemon=True)
        thread.start()
        thread.join(10)
        assert not thread.is_alive()
        assert not _engine.open_calls and protection.report().held_usd == 0
