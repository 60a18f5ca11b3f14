"""Reads that block are cut when the agent is stopped or its time is over: every client, before the answer and in the middle of it."""
import asyncio
import http.client
import json
import threading
import time
from urllib.parse import urlsplit

import aiohttp
import httpx
import pytest
import requests
import urllib3
from test_stopping import PATIENCE

from iron_cage import AgentStopped, ControlConfig, LimitReached, Protection
from iron_cage._hooks import cutting
from iron_cage.testing import Reply

HEADERS = {"content-type": "application/json"}


def via_httpx(url, body, got):
    with httpx.Client(timeout=PATIENCE) as client, client.stream("POST", url, content=body, headers=HEADERS) as answer:
        for piece in answer.iter_raw():
            got(piece)
        return answer.status_code


def via_requests(url, body, got):
    with requests.Session() as session, session.post(url, data=body, headers=HEADERS, stream=True, timeout=PATIENCE) as answer:
        for piece in answer.iter_content(None):
            got(piece)
        return answer.status_code


def via_urllib3(url, body, got):
    with urllib3.PoolManager(retries=False, timeout=PATIENCE) as pool:
        answer = pool.request("POST", url, body=body, headers=HEADERS, preload_content=False)
        for piece in answer.stream():
            got(piece)
        return answer.status


def via_http_client(url, body, got):
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=PATIENCE)
    try:
        connection.request("POST", parts.path, body, HEADERS)
        answer = connection.getresponse()
        while piece := answer.read1():
            got(piece)
        return answer.status
    finally:
        connection.close()


async def async_httpx(url, body, got):
    async with httpx.AsyncClient(timeout=PATIENCE) as client, client.stream("POST", url, content=body, headers=HEADERS) as answer:
        async for piece in answer.aiter_raw():
            got(piece)
        return answer.status_code


async def async_aiohttp(url, body, got):
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(PATIENCE)) as session, session.post(url, data=body, headers=HEADERS) as answer:
        async for piece in answer.content.iter_any():
            got(piece)
        return answer.status


def on_asyncio(work):
    return lambda *arguments: asyncio.run(work(*arguments))


def on_trio(work):
    return lambda *arguments: pytest.importorskip("trio").run(work, *arguments)


CLIENTS = {
    "httpx": via_httpx, "requests": via_requests, "urllib3": via_urllib3, "http.client": via_http_client,
    "httpx-asyncio": on_asyncio(async_httpx), "httpx-trio": on_trio(async_httpx), "aiohttp": on_asyncio(async_aiohttp),
}


class Waiting:
    """A provider that does not answer, or stops in the middle, and tells when somebody waits for it."""

    def __init__(self, sim, **faults):
        self.somebody = threading.Event()
        self._reply = Reply(content="word " * 1000, hang=10 * PATIENCE, **faults)
        sim.reply = self._asked

    def _asked(self, request):
        self.somebody.set()
        return self._reply


#: where the provider falls silent -> its faults, whether a stream is asked for
PLACES = {"no head": ({}, False), "in the body": ({"cut_after": 50}, False), "in a stream": ({"cut_after": 2000}, True), "no head of a stream": ({}, True)}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("client", CLIENTS)
def test_a_stop_cuts_a_read_that_blocks(sim, url, chat, client, place):
    faults, stream = PLACES[place]
    waiting = Waiting(sim, **faults)
    protection = Protection(budget_usd=1)
    began, seen = threading.Event(), []

    def stop():
        waiting.somebody.wait(PATIENCE)
        if place == "in a stream":
            began.wait(PATIENCE)
        protection.stop("enough")

    def got(piece):
        seen.append(piece)
        began.set()

    stopping = threading.Thread(target=stop)
    stopping.start()
    start = time.monotonic()
    with pytest.raises(AgentStopped, match="enough"):
        with protection:
            CLIENTS[client](url, json.dumps(chat(stream=stream, max_tokens=1000)).encode(), got)
    stopping.join()
    assert time.monotonic() - start < PATIENCE, "the client's own timeout ended it"
    report = protection.report()
    assert report.calls == 1 and report.held_usd == 0 and report.spent_usd > 0 and report.denied == 1
    if place == "in a stream":
        assert seen
    else:
        assert b"word" not in b"".join(seen)  # where no exception may travel, the refusal is the answer


@pytest.mark.parametrize("client", ["httpx", "urllib3", "httpx-asyncio", "httpx-trio", "aiohttp"])
def test_so_does_the_end_of_the_runs_time(sim, url, chat, client):
    Waiting(sim)
    protection = Protection(budget_usd=1, timeout=0.3)
    start = time.monotonic()
    with pytest.raises(LimitReached) as caught:
        with protection:
            CLIENTS[client](url, json.dumps(chat(max_tokens=10)).encode(), [].append)
    assert caught.value.limit == "time" and time.monotonic() - start < PATIENCE
    assert protection.report().held_usd == 0


@pytest.mark.parametrize("client", CLIENTS)
def test_where_no_exception_may_travel_the_client_gets_a_response(sim, url, chat, client):
    waiting = Waiting(sim)
    protection = Protection(budget_usd=1, on_deny="respond")
    threading.Thread(target=lambda: waiting.somebody.wait(PATIENCE) and protection.stop("enough")).start()
    pieces = []
    with protection:
        assert CLIENTS[client](url, json.dumps(chat(max_tokens=10)).encode(), pieces.append) == 403
    assert b"enough" in b"".join(pieces) and protection.report().held_usd == 0


@pytest.mark.parametrize("work", [async_httpx, async_aiohttp], ids=["httpx", "aiohttp"])
def test_a_cancellation_of_the_users_own_stays_one(sim, url, chat, work):
    waiting = Waiting(sim)

    async def main():
        task = asyncio.ensure_future(work(url, json.dumps(chat(max_tokens=10)).encode(), [].append))
        while not waiting.somebody.is_set():
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    protection = Protection(budget_usd=1)
    with protection:
        asyncio.run(main())
    assert protection.report().held_usd == 0


def test_tasks_of_one_loop_are_cut_each_by_its_own_protection(sim, url, chat):
    waiting = Waiting(sim)
    stopped, other = Protection(budget_usd=1, control=ControlConfig(max_calls=5)), Protection(budget_usd=1)

    async def ask(protection):
        try:
            async with protection:
                await async_httpx(url, json.dumps(chat(max_tokens=10)).encode(), [].append)
        except AgentStopped:
            return "stopped"

    async def main():
        going_on = asyncio.ensure_future(ask(other))
        task = asyncio.ensure_future(ask(stopped))
        while not waiting.somebody.is_set() or other.report().calls + stopped.report().calls < 2:
            await asyncio.sleep(0.01)
        stopped.stop("enough")
        assert await task == "stopped" and not going_on.done()
        going_on.cancel()
        with pytest.raises(asyncio.CancelledError):
            await going_on
        assert getattr(asyncio.current_task(), "cancelling", int)() == 0

    asyncio.run(main())


def test_nothing_is_left_of_a_call_and_the_thread_goes(sim, url, chat):
    protection = Protection(budget_usd=1)
    with protection:
        for client in ("httpx", "urllib3", "http.client", "httpx-asyncio", "aiohttp"):
            assert CLIENTS[client](url, json.dumps(chat(stream=True, max_tokens=10)).encode(), [].append) == 200
    assert not cutting._watched
    end = time.monotonic() + PATIENCE
    while any(thread.name == "iron-cage-cutting" for thread in threading.enumerate()):
        assert time.monotonic() < end
        time.sleep(0.05)
