"""Many tasks on one event loop: nothing of ours blocks it, tasks share commits, and whatever point a call is cancelled at settles it once."""
import asyncio
import contextlib
import gc
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from iron_cage import Protection, _abi, _engine, _native
from iron_cage.testing import Reply

TASKS = 500


@contextlib.contextmanager
def provider(*options):
    """The simulator in a process of its own, so that the loop measured here is not blocked by it."""
    command = [sys.executable, "-m", "iron_cage.testing", "--until-stdin-closes", *options]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        host = process.stdout.readline().split()[-1]
        _engine.add_hosts(f"{host}=openai")
        yield f"http://{host}/v1/chat/completions"
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


class Store:
    """A store, seen and locked from outside: a lock of this process would be the library's, too."""

    OUTSIDE = """
import sqlite3, sys
seen, locking = (sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60) for _ in range(2))
seen.execute("begin")
seen.execute("select * from holds").fetchall()  # while somebody reads, the log is not begun anew, and all commits stay in it
for line in sys.stdin:
    print(*locking.execute(line).fetchone() or ["done"], flush=True)
"""

    def __init__(self, path):
        self.log = Path(f"{path}-wal")
        self.process = subprocess.Popen([sys.executable, "-c", self.OUTSIDE, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._run("select 1")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with self.process:
            self.process.stdin.close()

    def lock(self):
        self._run("begin immediate")

    def free(self):
        self._run("rollback")

    def holds(self):
        """How many holds are durable and not settled."""
        return int(self._run("select count(*) from holds"))

    def commits(self):
        """How many commits are in the log. A frame that ends one has the size of the database in its header, the others 0; see SQLite's description of its file format."""
        log = self.log.read_bytes()
        size = 24 + int.from_bytes(log[8:12], "big")
        headers = [log[at:at + 24] for at in range(32, len(log), size)]
        return sum(header[8:16] == log[16:24] and header[4:8] != bytes(4) for header in headers)

    def _run(self, statement):
        self.process.stdin.write(statement + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, "the process outside has failed"
        return answer.strip()


class Meeting:
    """Tasks wait here until it is opened; ``full`` is set when all of them are here."""

    def __init__(self):
        self.here, self.full, self.opened = 0, asyncio.Event(), asyncio.Event()

    def arrive(self):
        self.here += 1
        if self.here == TASKS:
            self.full.set()

    async def wait(self):
        self.arrive()
        await self.opened.wait()


class Blocking:
    """How long each step into the library, and each garbage collection that the package asks for, keeps the thread that makes it."""

    def __init__(self, monkeypatch):
        self.steps, self.collections = [], []
        for name in ("step", "call", "take", "release"):
            monkeypatch.setattr(_native, name, self.timed(getattr(_native, name), self.steps))
        monkeypatch.setattr(gc, "collect", self.timed(gc.collect, self.collections))

    @staticmethod
    def timed(function, seconds):
        def inner(*arguments):
            started = time.thread_time()  # not the wall: another process may have the core meanwhile
            wall = time.perf_counter()
            try:
                return function(*arguments)
            finally:
                seconds.append((time.perf_counter() - wall, time.thread_time() - started))

        return inner


def percentile(values, share):
    return sorted(values)[int(len(values) * share)]


class RunQueue:
    """How long this thread was ready to run while others had the processors: that is not the loop's lag. 0 where the kernel does not tell."""

    def __init__(self):
        try:
            self.descriptor = os.open("/proc/thread-self/schedstat", os.O_RDONLY)
        except OSError:
            self.descriptor = None

    def waited(self):
        return int(os.pread(self.descriptor, 100, 0).split()[1]) * 1e-9 if self.descriptor is not None else 0.0


async def load(url, body, lags):
    """500 tasks, each a call; a ticker beside them tells how late the loop is. Returns the part of the time that others had the processors."""
    over = asyncio.Event()
    queue = RunQueue()
    started, starved = time.perf_counter(), queue.waited()

    async def tick():
        while not over.is_set():
            due, waited = time.perf_counter() + 0.002, queue.waited()
            await asyncio.sleep(0.002)
            lags.append(max(0.0, time.perf_counter() - due - (queue.waited() - waited)))

    context = httpx.create_ssl_context(verify=False)
    limits = httpx.Limits(max_connections=None)
    clients = [httpx.AsyncClient(verify=context, timeout=60, limits=limits) for _ in range(20)]
    ticker = asyncio.ensure_future(tick())

    async def one(index):
        await asyncio.sleep(index * 0.01)  # httpx takes about 3 ms of the loop for a call: faster would measure httpx
        response = await clients[index % len(clients)].post(url, json=body)
        assert response.status_code == 200

    await asyncio.gather(*[one(index) for index in range(TASKS)])
    over.set()
    await ticker
    for client in clients:
        await client.aclose()
    return (queue.waited() - starved) / (time.perf_counter() - started)


def test_500_tasks_of_a_loop_with_a_durable_budget_are_not_held_up_by_the_library(tmp_path, chat, monkeypatch):
    body = chat("tell me about the quarter " * 20, max_tokens=64, stream=True)
    with provider("--content", "word " * 20, "--delay", "0.3") as url:
        bare, attempts = [], []
        asyncio.run(load(url, body, bare))
        least = percentile(bare, 0.99)
        for attempt in range(3):
            lags = []
            protection = Protection(budget_usd=1000, state=f"sqlite:///{tmp_path}/spend{attempt}.db")

            async def guarded():
                async with protection:
                    return await load(url, body, lags)

            with monkeypatch.context() as patching:
                blocking = Blocking(patching)
                starved = asyncio.run(guarded())
            report = protection.report()
            assert (report.calls, report.held_usd, report.denied) == (TASKS, 0, 0)
            # Streams that are being read are not looked for: what is left are those of the end of the run and of the report.
            assert len(blocking.collections) <= 2
            step = percentile([seconds for seconds, _ in blocking.steps], 0.99)
            lag = percentile(lags, 0.99)
            attempts.append((step < 0.001 and lag < max(0.005, least + 0.002), starved))
            print(f"\n    lag p99 {lag * 1e3:.2f} ms (bare {least * 1e3:.2f}), {len(blocking.steps)} steps into the library, p99 {step * 1e3:.2f} ms; "
                  f"others had the processors for {starved:.0%} of the time")
            if attempts[-1][0]:
                return
        if min(starved for _, starved in attempts) > 0.1:
            pytest.skip("other processes took the processors away: nothing can be said about the loop's lag")
        pytest.fail("the loop was late in all attempts")


def test_tasks_of_one_loop_share_commits(tmp_path, chat, url, monkeypatch):
    """What arrives while the store is busy becomes durable together, however fast the disk is: it is busy until all have asked, and until all have settled."""
    path = f"{tmp_path}/spend.db"
    protection = Protection(budget_usd=1000, state=f"sqlite:///{path}?heartbeat=3600&expiry=10800")  # a heartbeat would be a commit of its own

    async def agent(store):
        ready, asked, sent = Meeting(), Meeting(), Meeting()

        class Answers(httpx.AsyncBaseTransport):
            async def handle_async_request(self, request):
                await sent.wait()
                usage = {"prompt_tokens": 5, "completion_tokens": 5, "total_tokens": 10}
                message = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "ok"}}
                return httpx.Response(200, json={"id": "x", "object": "chat.completion", "model": "gpt-4o", "choices": [message], "usage": usage})

        async def on_its_way(request):  # all of httpx' work on a request is done before the store is locked: the wait for a lock has an end
            await ready.wait()

        def step(name, *arguments, _inner=_native.step):
            answer = _inner(name, *arguments)
            if name == "ironcage_call_begin":
                assert answer[0] == _abi.VERDICT_PENDING
                asked.arrive()
            return answer

        monkeypatch.setattr(_native, "step", step)
        async with protection, httpx.AsyncClient(transport=Answers(), event_hooks={"request": [on_its_way]}) as client:
            calls = asyncio.gather(*[client.post(url, json=chat(max_tokens=64)) for _ in range(TASKS)])
            await first_of(ready.full.wait(), calls)
            store.lock()
            opened = store.commits()
            ready.opened.set()
            await first_of(asked.full.wait(), calls)
            assert (store.commits(), sent.here) == (opened, 0)
            store.free()
            await first_of(sent.full.wait(), calls)
            held = store.commits()
            assert store.holds() == TASKS
            store.lock()
            sent.opened.set()
            assert [answer.status_code for answer in await calls] == [200] * TASKS
            assert (store.commits(), store.holds()) == (held, TASKS)
            store.free()
        report = protection.report()
        assert report.calls == TASKS and report.held_usd == 0 and store.holds() == 0
        return held - opened, store.commits() - held

    with Store(path) as store:
        holds, settlements = asyncio.run(agent(store))
    print(f"\n    {TASKS} holds in {holds} commits, as many settlements in {settlements}")
    assert (holds, settlements) == (1, 1)


async def first_of(awaitable, calls):
    """Waits, unless the calls end before: then one has failed."""
    awaited = asyncio.ensure_future(awaitable)
    await asyncio.wait([awaited, calls], return_when=asyncio.FIRST_COMPLETED)
    if calls.done():
        calls.result()
    assert awaited.done()


def test_the_tokenizer_is_not_loaded_on_the_loop(tmp_path):
    """Its tables take 100 ms and more; a fresh process, as they are loaded once."""
    script = tmp_path / "first.py"
    script.write_text("""
import asyncio, time
import httpx
from iron_cage import Protection, _abi, _native
from iron_cage.testing import ProviderSimulator, Reply

steps, verdicts = [], []
for name in ("step", "release"):
    def timed(*arguments, _inner=getattr(_native, name)):
        started = time.thread_time()
        try:
            answer = _inner(*arguments)
            verdicts.append((arguments[0], answer[0] if answer else None))
            return answer
        finally:
            steps.append(time.thread_time() - started)
    setattr(_native, name, timed)
body = {"model": "gpt-4o", "max_tokens": 64, "messages": [{"role": "user", "content": "tell me about the quarter " * 20}]}

async def main(sim):
    url = sim.base_url + "/chat/completions"
    async with httpx.AsyncClient() as client:
        protection = Protection(budget_usd="0.002")  # the tokens have to be counted
        async with protection:
            assert (await client.post(url, json=body)).status_code == 200
        assert protection.report().calls == 1 and protection.report().held_usd == 0

with ProviderSimulator() as sim:
    asyncio.run(main(sim))
assert ("ironcage_call_begin", _abi.VERDICT_PENDING) in verdicts, verdicts
print(max(steps))
""")
    best = 1.0
    for _ in range(3):
        answer = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, env=dict(os.environ), check=True)
        best = min(best, float(answer.stdout))
        if best < 0.05:
            break
    assert best < 0.05


# Cancellation.

LONG = Reply(content="word " * 12, chunk_size=15)


class Driven:
    """A coroutine on a loop, cancelled at its k-th suspension (None: never): whatever it waits for then."""

    def __init__(self, coroutine, at, error=asyncio.CancelledError):
        self.coroutine, self.at, self.error, self.suspensions = coroutine, at, error, 0

    def __await__(self):
        steps = self.coroutine.__await__()
        value, thrown = None, None
        while True:
            try:
                awaited = steps.throw(thrown) if thrown is not None else steps.send(value)
            except StopIteration as end:
                return end.value
            thrown = None
            self.suspensions += 1
            if self.suspensions == self.at:
                if awaited is not None:
                    awaited.cancel()
                    awaited._asyncio_future_blocking = False
                thrown = self.error()
                continue
            try:
                value = yield awaited
            except BaseException as error:
                thrown = error


async def whole(client, url, body, seen):
    response = await client.post(url, json=body)
    seen.append("head")
    return response


async def streamed(client, url, body, seen):
    async with client.stream("POST", url, json=body) as response:
        seen.append("head")
        async for _ in response.aiter_raw():
            seen.append("piece")


@pytest.mark.parametrize("how", [whole, streamed])
@pytest.mark.parametrize("durable", [False, True], ids=["memory", "sqlite"])
def test_a_call_cancelled_at_any_suspension_settles_once(sim, url, chat, how, durable, tmp_path):
    body = chat("hello", stream=how is streamed, max_tokens=300)
    hold = None

    async def cancelled_at(k):
        nonlocal hold
        state = {"state": f"sqlite:///{tmp_path}/{how.__name__}{k}.db"} if durable else {}
        protection = Protection(budget_usd=1, **state)
        seen, exchanges = [], len(sim.log)
        sim.reply = LONG
        async with httpx.AsyncClient() as client:
            async with protection:
                driven = Driven(how(client, url, body, seen), k)
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.ensure_future(_awaits(driven))
        assert not _engine.open_calls and not _engine.streams and not _engine.idle
        deadline = time.monotonic() + 5  # a withdrawn hold comes back through the store's own thread
        while protection.report().held_usd and time.monotonic() < deadline:
            await asyncio.sleep(0.005)
        report = protection.report()
        assert report.held_usd == 0
        # The provider's own log says whether it was asked: then the call is counted once and not free; else it is free or, not known, the hold.
        await asyncio.sleep(0.01)
        asked = len(sim.log) > exchanges
        assert report.calls in (0, 1) and (report.calls == 1 or report.spent_usd == 0)
        if asked or seen:
            assert report.calls == 1 and report.spent_usd > 0
        if hold is not None:
            assert report.spent_usd <= hold
        if report.calls and not seen and not asked:
            assert report.estimated_usd == report.spent_usd
        # Nothing stays behind that would settle it again.
        gc.collect()
        after = protection.report()
        assert (after.calls, after.spent_usd, after.held_usd) == (report.calls, report.spent_usd, 0)
        return driven.suspensions, report

    async def every():
        nonlocal hold
        suspensions, report = await cancelled_at(None)
        assert report.calls == 1 and report.estimated_usd == 0 and report.spent_usd > 0
        hold = float(report.spent_usd) + 1  # replaced below by what a call without a head costs
        hold = (await _hold_of(url, body, sim))
        for k in range(1, suspensions + 1):
            await cancelled_at(k)
        return suspensions

    suspensions = asyncio.run(every())
    assert suspensions >= (4 if how is streamed else 3)
    print(f"\n    cancelled at each of {suspensions} suspensions")


async def _awaits(driven):
    return await driven


async def _hold_of(url, body, sim):
    """What a call costs whose answer never began."""
    protection = Protection(budget_usd=1, max_retries=0)
    sim.reply = Reply(reset="before")
    async with protection, httpx.AsyncClient() as client:
        with contextlib.suppress(httpx.TransportError):
            await client.post(url, json=body)
    return protection.report().spent_usd


@pytest.mark.parametrize("limit", [lambda call: asyncio.wait_for(call, 0.1)] + ([
    pytest.param(lambda call: _in_timeout(call), id="timeout")] if sys.version_info >= (3, 11) else []))
@pytest.mark.parametrize("reply", [Reply(delay=5), Reply(content="word " * 50, chunk_delay=0.02)], ids=["head", "body"])
def test_a_call_that_runs_into_a_timeout_settles_once(sim, url, chat, limit, reply):
    protection = Protection(budget_usd=1)
    sim.reply = reply

    async def agent():
        async with protection, httpx.AsyncClient() as client:
            # Below Python 3.11.4, anyio 3 cancels a second time and asyncio.timeout lets that through, without protection, too.
            with pytest.raises((asyncio.TimeoutError, asyncio.CancelledError)):
                await limit(streamed(client, url, chat(stream=True, max_tokens=200), []))

    asyncio.run(agent())
    report = protection.report()
    assert (report.calls, report.held_usd) == (1, 0) and report.spent_usd == report.estimated_usd > 0
    assert not _engine.open_calls


async def _in_timeout(call):
    async with asyncio.timeout(0.1):
        await call


def test_a_cancelled_wait_for_money_gives_its_place_to_the_next(sim, url, chat):
    """600 output tokens hold 0.006: two do not fit beside each other. The second waits, the third behind it is small."""
    protection = Protection(budget_usd="0.008", lower_output=False)
    sim.reply = Reply(content="ok", delay=0.6)

    async def agent():
        async with protection, httpx.AsyncClient() as client:
            def post(tokens):
                return asyncio.ensure_future(client.post(url, json=chat("x", max_tokens=tokens)))

            first = post(600)
            await asyncio.sleep(0.1)
            second, third = post(600), None
            await asyncio.sleep(0.05)
            third = post(20)
            await asyncio.sleep(0.1)
            arrived = len(protection.report().by_model), protection.report().calls
            second.cancel()
            with pytest.raises(asyncio.CancelledError):
                await second
            await asyncio.sleep(0.1)
            left = protection.report().calls
            assert not first.done()
            assert [(await task).status_code for task in (first, third)] == [200, 200]
            return arrived[1], left

    before, after = asyncio.run(agent())
    assert (before, after) == (1, 2)
    report = protection.report()
    assert (report.calls, report.held_usd) == (2, 0)
    assert len(sim.log) == 2
