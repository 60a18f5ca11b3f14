"""Rates, calls in flight, and what providers say of theirs: through real clients, against the simulator."""
import asyncio
import json
import os
import subprocess
import sys
import threading
import time

import httpx
import pytest

from iron_cage import AgentStopped, LimitReached, Protection, ReliabilityConfig, protect_agent
from iron_cage.testing import Reply

PATIENCE = 60


def post(client, url, body):
    return client.post(url, content=json.dumps(body).encode(), headers={"content-type": "application/json"})


def limit(protection):
    (only,) = protection.report().limits
    return only


def until(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.01)


class Busy:
    """A reply of the simulator that knows how many requests are there at once, and lets them go when it is told."""

    def __init__(self, pause=0.02):
        self.gate = threading.Lock()
        self.now = self.most = 0
        self.pause = pause

    def __call__(self, request):
        with self.gate:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(self.pause)
        with self.gate:
            self.now -= 1
        return None


class TestInFlight:
    def test_threads_are_never_more_than_the_places(self, sim, url, chat):
        busy = sim.reply = Busy()
        protection = Protection(budget_usd=1, reliability=ReliabilityConfig(max_concurrent=2, max_wait=PATIENCE))

        def work():
            with protection, httpx.Client() as client:
                assert [post(client, url, chat()).status_code for _ in range(5)] == [200] * 5

        threads = [threading.Thread(target=work) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert busy.most <= 2 and len(sim.log) == 25
        assert (limit(protection).in_flight, limit(protection).waiting) == (0, 0) and limit(protection).waited > 0
        assert protection.report().held_usd == 0

    def test_tasks_wait_without_blocking_their_loop(self, sim, url, chat):
        busy = sim.reply = Busy(0.05)
        beats = 0

        async def main():
            nonlocal beats
            protection = Protection(reliability=ReliabilityConfig(max_concurrent=1, max_wait=PATIENCE))

            async def beat():
                nonlocal beats
                while True:
                    beats += 1
                    await asyncio.sleep(0.001)

            beating = asyncio.ensure_future(beat())
            async with protection, httpx.AsyncClient() as client:
                answers = await asyncio.gather(*(post(client, url, chat()) for _ in range(6)))
            beating.cancel()
            return [answer.status_code for answer in answers]

        assert asyncio.run(main()) == [200] * 6
        assert busy.most == 1 and beats > 20

    def test_a_stream_keeps_its_place_until_it_is_left(self, sim, url, chat):
        sim.reply = Reply("word " * 50, chunk_delay=0.001)
        protection = Protection(reliability=ReliabilityConfig(max_concurrent=1, max_wait=0))
        with protection, httpx.Client() as client:
            with client.stream("POST", url, json=chat(stream=True)) as stream:
                pieces = stream.iter_raw()
                next(pieces)
                assert limit(protection).in_flight == 1
                with pytest.raises(BaseException) as refused:
                    post(client, url, chat())
                assert "max_concurrent" in str(refused.value)
            assert limit(protection).in_flight == 0
            assert post(client, url, chat()).status_code == 200

    def test_a_cancelled_wait_leaves_the_line(self, sim, url, chat):
        async def main():
            sim.reply = Busy(0.3)
            protection = Protection(budget_usd=1, reliability=ReliabilityConfig(max_concurrent=1, max_wait=PATIENCE))
            async with protection, httpx.AsyncClient() as client:
                first = asyncio.ensure_future(post(client, url, chat()))
                while not limit(protection).in_flight if protection.report().limits else True:
                    await asyncio.sleep(0.01)
                second = asyncio.ensure_future(post(client, url, chat()))
                while not limit(protection).waiting:
                    await asyncio.sleep(0.01)
                second.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await second
                assert (await first).status_code == 200
                assert (await post(client, url, chat())).status_code == 200
            assert (limit(protection).in_flight, limit(protection).waiting, protection.report().held_usd, protection.report().calls) == (0, 0, 0, 2)

        asyncio.run(main())

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
    def test_a_forked_child_does_not_hold_the_places_of_its_parent(self, sim, url, chat):
        protection = Protection(reliability=ReliabilityConfig(max_concurrent=1, max_wait=0))
        sim.reply = Reply("word " * 50)
        with protection, httpx.Client() as client, client.stream("POST", url, json=chat(stream=True)) as stream:
            pieces = stream.iter_raw()
            next(pieces)
            child = os.fork()
            if child == 0:
                with httpx.Client() as own:
                    status = post(own, url, chat()).status_code
                os._exit(0 if status == 200 and len(protection.report().limits) == 1 and limit(protection).in_flight == 0 else 1)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
            assert limit(protection).in_flight == 1, "and ends none of them"

    def test_a_sub_process_that_is_killed_gives_its_place_back(self, sim, url, chat, tmp_path):
        """It borrows the library, and so the places, of the process that has the run."""
        program = tmp_path / "child.py"
        program.write_text(
            "import sys, iron_cage, httpx, json\n"
            "with httpx.Client() as client, client.stream('POST', sys.argv[1], json=json.loads(sys.argv[2])) as stream:\n"
            "    pieces = stream.iter_raw()\n"
            "    next(pieces)\n"
            "    print('reads', flush=True)\n"
            "    sys.stdin.read()\n"
        )
        sim.reply = Reply("word " * 50, chunk_delay=0.01)
        protection = Protection(reliability=ReliabilityConfig(max_concurrent=1, max_wait=PATIENCE))
        with protection, httpx.Client() as client:
            child = subprocess.Popen([sys.executable, str(program), url, json.dumps(chat(stream=True))], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            assert child.stdout.readline() == b"reads\n"
            assert limit(protection).in_flight == 1
            child.kill()
            child.wait()
            child.stdin.close()
            child.stdout.close()
            assert post(client, url, chat()).status_code == 200, "it waited for the place"
        assert limit(protection).in_flight == 0


class TestRates:
    def test_a_call_beyond_the_rate_is_refused_and_does_not_end_the_run(self, sim, url, chat):
        @protect_agent(reliability=ReliabilityConfig(requests_per_minute=2, max_wait=0.05))
        def agent(again):
            with httpx.Client() as client:
                for _ in range(2):
                    post(client, url, chat())
                if again:
                    post(client, url, chat())

        agent(again=False)
        with pytest.raises(LimitReached, match="2 calls a minute") as refused:
            agent(again=True)
        assert refused.value.limit == "requests_per_minute" and 50 < refused.value.retry_after <= 60
        assert len(sim.log) == 2 and limit(agent.protection).requests == 2
        with pytest.raises(LimitReached):
            agent(again=False)
        assert agent.protection.report().denied == 2

    def test_the_agent_that_gets_a_response_instead_sees_429(self, sim, url, chat):
        protection = Protection(reliability=ReliabilityConfig(requests_per_minute=1, max_wait=0), on_deny="respond")
        with protection, httpx.Client() as client:
            assert post(client, url, chat()).status_code == 200
            refused = post(client, url, chat())
        assert refused.status_code == 429 and refused.headers["x-should-retry"] == "false" and "requests_per_minute" in refused.text

    def test_tokens_are_corrected_to_what_was_used(self, sim, url, chat):
        sim.reply = "one two"
        protection = Protection(reliability=ReliabilityConfig(tokens_per_minute=2000, max_wait=0))
        with protection, httpx.Client() as client:
            for _ in range(5):
                assert post(client, url, chat(max_tokens=1500)).status_code == 200
        used = protection.report().tokens
        assert limit(protection).tokens == used.input + used.output < 200

    def test_a_call_that_can_never_fit_says_so(self, sim, url, chat):
        protection = Protection(reliability=ReliabilityConfig(tokens_per_minute=1000))
        with pytest.raises(LimitReached, match="waiting would be in vain") as refused:
            with protection, httpx.Client() as client:
                post(client, url, chat(max_tokens=1500))
        assert refused.value.limit == "tokens_per_minute" and refused.value.retry_after is None and not sim.log

    def test_stop_ends_a_wait(self, sim, url, chat):
        protection = Protection(reliability=ReliabilityConfig(requests_per_minute=1, max_wait=3600))

        def stop():
            until(lambda: protection.report().limits and limit(protection).waiting)
            protection.stop("enough")

        stopper = threading.Thread(target=stop)
        stopper.start()
        with pytest.raises(AgentStopped, match="enough"):
            with protection, httpx.Client() as client:
                post(client, url, chat())
                post(client, url, chat())
        stopper.join()
        assert limit(protection).waiting == 0 and len(sim.log) == 1

    def test_the_time_of_the_run_ends_a_wait(self, sim, url, chat):
        with pytest.raises(LimitReached) as refused:
            with Protection(reliability=ReliabilityConfig(requests_per_minute=1, max_wait=3600), timeout=0.5), httpx.Client() as client:
                post(client, url, chat())
                post(client, url, chat())
        assert refused.value.limit == "time"


class TestProviders:
    @pytest.mark.parametrize("head", [{"retry-after": "1", "retry-after-ms": "300"}, {"retry-after-ms": None, "retry-after": "0.3"}], ids=["ms", "seconds"])
    @pytest.mark.parametrize("client", ["httpx", "requests", "urllib3", "aiohttp", "http.client"])
    def test_after_429_the_next_call_waits_as_long_as_was_asked_for(self, sim, url, chat, client, head):
        sim.script([Reply(status=429, headers=head), "fine"])
        protection = Protection(max_retries=0)
        with protection:
            assert _status(client, url, chat()) == 429
            assert 0 < limit(protection).paused_for <= 0.3
            began = time.monotonic()
            assert _status(client, url, chat()) == 200
        assert time.monotonic() - began >= 0.25 and limit(protection).waited == 1
        assert sorted(event["kind"] for event in protection.events() if event["kind"] in ("provider.paused", "call.waited")) == ["call.waited", "provider.paused"]

    def test_nothing_waits_where_it_is_not_wanted(self, sim, url, chat):
        sim.script([Reply(status=429, headers={"retry-after": "3600", "retry-after-ms": None}), "fine", Reply(status=429, retry_after=30), "fine"])
        for config in (ReliabilityConfig(max_retries=0), ReliabilityConfig(provider_limits=False, max_retries=0)):
            protection = Protection(reliability=config)
            with protection, httpx.Client() as client:
                assert post(client, url, chat()).status_code == 429
                assert post(client, url, chat()).status_code == 200, "an hour is beyond the ceiling; or the provider is not followed"
            assert all(each.waited == 0 for each in protection.report().limits)

    def test_when_nothing_remains_the_next_call_waits_until_one_more_is_due(self, sim, url, chat):
        nothing = {"x-ratelimit-limit-requests": "10", "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "20s"}
        sim.script([Reply("fine", headers=nothing), Reply("fine")])
        protection = Protection(max_retries=0)
        with protection, httpx.Client() as client:
            began = time.monotonic()
            assert [post(client, url, chat()).status_code for _ in range(2)] == [200, 200]
        assert time.monotonic() - began >= 1.9 and limit(protection).waited == 1


def _status(client, url, body):
    data = json.dumps(body).encode()
    head = {"content-type": "application/json"}
    if client == "httpx":
        with httpx.Client() as own:
            return post(own, url, body).status_code
    if client == "requests":
        import requests

        return requests.post(url, data=data, headers=head).status_code
    if client == "urllib3":
        import urllib3

        with urllib3.PoolManager() as pool:
            return pool.request("POST", url, body=data, headers=head, retries=False).status
    if client == "aiohttp":
        import aiohttp

        async def main():
            async with aiohttp.ClientSession() as session, session.post(url, data=data, headers=head) as answer:
                await answer.read()
                return answer.status

        return asyncio.run(main())
    from http.client import HTTPConnection
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc)
    try:
        connection.request("POST", parts.path, data, head)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()
