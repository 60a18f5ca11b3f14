"""Work that outlives its run, and other ways out of a boundary."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import anyio
import httpx
import pytest
import requests

from iron_cage import LimitReached, PiiBlocked, Protection, protect_agent
from iron_cage.testing import Reply


def test_stragglers_of_a_pool_are_held_to_the_cap_of_the_run_that_ended(sim, chat, url):
    pool = ThreadPoolExecutor(1)
    held = threading.Event()

    def call():
        held.wait(10)
        return httpx.post(url, json=chat(max_tokens=5)).status_code

    @protect_agent(max_calls=2)
    def agent():
        return [pool.submit(call) for _ in range(10)]

    futures = agent()
    held.set()
    assert [future.result() for future in futures] == [200, 200] + [403] * 8
    assert len(sim.log) == 2
    pool.shutdown()


def test_a_straggler_is_billed_to_its_own_agent(sim, chat, url):
    go = threading.Event()

    @protect_agent(budget_usd=1)
    def starter():
        thread = threading.Thread(target=lambda: go.wait(10) and httpx.post(url, json=chat(max_tokens=5)))
        thread.start()
        return thread

    thread = starter()

    @protect_agent(budget_usd=1)
    def innocent():
        go.set()
        thread.join()

    innocent()
    assert starter.protection.report().calls == 1
    assert innocent.protection.report().calls == 0


def test_a_generator_that_an_async_function_returns_is_protected(sim, chat, url):
    async def inner():
        async with httpx.AsyncClient() as client:
            for _ in range(5):
                yield (await client.post(url, json=chat(max_tokens=5))).status_code

    @protect_agent(max_calls=2)
    async def agent():
        return inner()

    async def main():
        seen = []
        with pytest.raises(LimitReached):
            async for status in await agent():
                seen.append(status)
        return seen

    assert asyncio.run(main()) == [200, 200]
    assert len(sim.log) == 2


def test_a_refusal_arrives_out_of_an_anyio_task_group(sim, chat, url):
    @protect_agent(max_calls=2)
    async def agent():
        async with httpx.AsyncClient() as client, anyio.create_task_group() as group:

            async def post():
                (await client.post(url, json=chat(max_tokens=5))).raise_for_status()

            for _ in range(4):
                group.start_soon(post)

    with pytest.raises(LimitReached):
        asyncio.run(agent())
    assert len(sim.log) <= 2  # a refused sibling cancels the others


def test_ctrl_c_and_exit_leave_the_boundary_as_they_are(sim, chat, url):
    for kind in (KeyboardInterrupt, SystemExit):

        @protect_agent(max_calls=1, on_deny="raise")
        def agent():
            raise kind

        with pytest.raises(kind):
            agent()


@pytest.mark.parametrize("action", ["warn", "mask", "redact"])
@pytest.mark.parametrize("stream", [False, True])
def test_each_action_does_what_it_says_in_both_directions(sim, chat, url, action, stream):
    sim.script([Reply(content="Write to bob@example.org now.", chunk_size=3)])
    protection = Protection(pii_action=action)
    with protection:
        answer = httpx.post(url, json=chat("I am bob@example.org today", stream=stream)).text
    text = "".join(part.split('"')[0] for part in answer.split('"content":"')[1:])
    value = {"warn": "bob@example.org", "mask": "***@******e.org", "redact": "[EMAIL_REDACTED]"}[action]
    assert text == f"Write to {value} now."
    assert sim.log[-1].json["messages"][0]["content"] == f"I am {value} today"
    assert [finding.action for finding in protection.report().pii_findings] == [action, action]


def test_a_blocked_stream_ends_cleanly_through_requests(sim, chat, url):
    sim.script([Reply(content="words before " * 20 + "bob@example.org " + "words after " * 20, chunk_size=4)])
    with Protection(pii_action="block", on_deny="respond"), requests.Session() as session:
        text = session.post(url, json=chat(stream=True), stream=True).text
        answer = "".join(part.split('"')[0] for part in text.split('"content":"')[1:])
        assert answer.startswith("words before words before") and "bob" not in answer and "after" not in answer
        assert session.post(url, json=chat()).status_code == 200

    sim.script([Reply(content="words " * 20 + "bob@example.org ", chunk_size=4)])
    with pytest.raises(PiiBlocked), Protection(pii_action="block"):
        requests.post(url, json=chat(stream=True), stream=True).text


def test_streams_left_by_break_give_their_holds_back_before_a_call_is_refused(sim, chat, url):
    protection = Protection(budget_usd="0.05", hold_wait=10)
    with protection, httpx.Client() as client:
        for _ in range(12):
            response = client.send(client.build_request("POST", url, json=chat(stream=True)), stream=True)
            for _line in response.iter_lines():
                break
    assert protection.report().calls == 12


def test_background_work_of_a_library_is_refused_without_ending_the_agent(sim, chat, url):
    """Agent SDKs export traces from a thread of their own, to the provider's host, with prompts and answers in them."""
    statuses = []
    exported = threading.Event()

    def exporter():
        statuses.append(httpx.post(f"{sim.base_url}/traces/ingest", json={"data": [{"input": "ada@example.com"}]}).status_code)
        exported.set()

    @protect_agent(budget_usd=1)
    def agent():
        threading.Thread(target=exporter, daemon=True).start()
        assert exported.wait(10)
        return httpx.post(url, json=chat(max_tokens=5)).status_code

    # Started by the agent the thread is the run's; started before it, nobody's. Neither ends the run.
    assert agent() == 200
    lost = threading.Event()
    before = threading.Thread(target=lambda: (lost.wait(10), exported.clear(), exporter()), daemon=True)
    before.start()

    @protect_agent(budget_usd=1)
    def other():
        lost.set()
        before.join(10)
        return httpx.post(url, json=chat(max_tokens=5)).status_code

    assert other() == 200
    assert statuses == [403, 403]
    assert not [entry for entry in sim.log if "traces" in entry.path]
