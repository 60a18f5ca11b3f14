"""A refusal in every place where an agent's calls are made: nothing hangs, no thread but the agent's own is touched, and the boundary
raises the exact error with what the function returned."""
import asyncio
import contextvars
import faulthandler
import gc
import queue
import signal
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from decimal import Decimal
from multiprocessing.pool import ThreadPool

import anyio
import anyio.to_thread
import httpx
import pytest
import requests

from iron_cage import (
    AgentStopped, BudgetExceeded, CallDenied, CircuitOpen, LimitReached, PiiBlocked, Protection, _engine, _runs, current, protect_agent,
)
from iron_cage.testing import Reply

from conftest import TOO_LITTLE

#: Longer than anything here takes; what is not done by then hangs.
HANGS = 30
LEAK = Reply(content="words before " * 20 + "bob@example.com " + "words after " * 50, chunk_size=4)
ITEMS = [0, 1, 2]


def within(function, *args):
    """Runs it on a thread of its own, and fails instead of hanging."""
    done = Future()

    def work():
        try:
            done.set_result(function(*args))
        except BaseException as error:
            done.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    try:
        return done.result(HANGS)
    except TimeoutError:
        faulthandler.dump_traceback()
        raise


#: What a thread dies of, and what a finalizer raises, fails the test.
pytestmark = [
    pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning"),
    pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(autouse=True)
def every_run_and_call_ends():
    before = _runs.state.active
    yield
    if _runs.state.active != before or _engine.open_calls:
        gc.collect()
    assert _runs.state.active == before and not _engine.open_calls and current() is None


@contextmanager
def raised_by_finalizers():
    """The kinds of what Python reports of finalizers, to nobody, meanwhile."""
    seen, hook = [], sys.unraisablehook
    sys.unraisablehook = lambda args: seen.append(args.exc_type)
    try:
        yield seen
    finally:
        sys.unraisablehook = hook


class Worker:
    """A user's long-lived worker: a thread that serves whatever comes in its queue."""

    def __init__(self):
        self.queue = queue.Queue()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while True:
            item = self.queue.get()
            if item is None:
                return
            answer, function, args = item
            try:
                answer.set_result(function(*args))
            except Exception as error:  # not of BaseException: that would end this thread
                answer.set_exception(error)

    def ask(self, function, *args):
        answer = Future()
        self.queue.put((answer, function, args))
        return answer

    def map(self, function, items):
        return [answer.result(HANGS) for answer in [self.ask(function, item) for item in items]]

    def close(self):
        self.queue.put(None)
        self.thread.join(HANGS)
        assert not self.thread.is_alive()


@pytest.fixture
def early():
    """A worker that was started before any agent."""
    worker = Worker()
    yield worker
    assert worker.map(abs, [-1]) == [1], "it serves on"
    worker.close()


def in_threads(work, items):
    found = {}
    threads = [threading.Thread(target=lambda item=item: found.__setitem__(item, work(item))) for item in items]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [found[item] for item in items]


def in_timers(work, items):
    found, done = {}, threading.Semaphore(0)

    def fire(item):
        found[item] = work(item)
        done.release()

    for item in items:
        threading.Timer(0, fire, [item]).start()
    for _ in items:
        assert done.acquire(timeout=HANGS)
    return [found[item] for item in items]


def in_executor_map(work, items):
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(work, items))


def in_executor_submit(work, items):
    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(work, item) for item in items]
        assert len(list(as_completed(futures))) == len(items)
        return [future.result() for future in futures]


def in_pool(way):
    def run(work, items):
        with ThreadPool(2) as pool:
            found = way(pool, work, items)
            assert pool.map(abs, [-1]) == [1], "its threads live"
            return found

    return run


def in_worker(work, items):
    worker = Worker()
    try:
        return worker.map(work, items)
    finally:
        worker.close()


def in_loop(way):
    async def main(work, items):
        return [await way(work, item) for item in items]

    return lambda work, items: asyncio.run(main(work, items))


def in_own_executor(work, items):
    async def main():
        with ThreadPoolExecutor(2) as pool:
            return await asyncio.gather(*(asyncio.get_running_loop().run_in_executor(pool, work, item) for item in items))

    return asyncio.run(main())


def in_trio_thread(work, items):
    trio = pytest.importorskip("trio")

    async def main():
        return [await trio.to_thread.run_sync(work, item) for item in items]

    return trio.run(main)


def in_anyio_thread(work, items):
    async def main():
        return [await anyio.to_thread.run_sync(work, item) for item in items]

    return anyio.run(main)


def in_future_callbacks(work, items):
    """Callbacks of a future that a thread of a pool completes, and of one that is completed here."""
    found, go = [], threading.Event()

    def callback(future):
        found.append(work(future.result()))

    with ThreadPoolExecutor(1) as pool:
        for item in items[:2]:
            go.clear()
            future = pool.submit(lambda item=item: go.wait(HANGS) and item)
            future.add_done_callback(callback)
            go.set()
            future.result()
    here = Future()
    here.add_done_callback(callback)
    here.add_done_callback(lambda future: found.append("the next callback"))
    here.set_result(items[2])
    assert found.pop() == "the next callback"
    return found


def in_pool_callbacks(work, items):
    found = queue.Queue()
    with ThreadPool(1) as pool:
        pool.apply_async(abs, (items[0],), callback=lambda item: found.put(work(item)))
        pool.map_async(abs, items[1:2], None, lambda items: found.put(work(items[0])))
        pool.apply_async(divmod, (1, 0), {}, None, lambda error: found.put(work(2)))
        return [found.get(timeout=HANGS) for _ in range(3)]


def in_lazy_items(work, items):
    """imap asks for its items on a thread of the pool."""
    with ThreadPool(1) as pool:
        first = list(pool.imap(same, (work(item) for item in items[:2])))
        return first + list(pool.imap_unordered(same, (work(item) for item in items[2:]), 2))


def same(item):
    return item


SYNC = {
    "threads": in_threads,
    "timers": in_timers,
    "ThreadPoolExecutor.map": in_executor_map,
    "ThreadPoolExecutor.submit": in_executor_submit,
    "ThreadPool.map": in_pool(lambda pool, work, items: pool.map(work, items)),
    "ThreadPool.starmap": in_pool(lambda pool, work, items: pool.starmap(work, [(item,) for item in items])),
    "ThreadPool.apply": in_pool(lambda pool, work, items: [pool.apply(work, (item,)) for item in items]),
    "ThreadPool.apply_async": in_pool(lambda pool, work, items: [one.get(HANGS) for one in [pool.apply_async(work, (i,)) for i in items]]),
    "ThreadPool.imap": in_pool(lambda pool, work, items: list(pool.imap(work, items))),
    "ThreadPool.imap_unordered": in_pool(lambda pool, work, items: list(pool.imap_unordered(work, items, 2))),
    "a worker": in_worker,
    "run_in_executor": in_loop(lambda work, item: asyncio.get_running_loop().run_in_executor(None, work, item)),
    "run_in_executor of one's own": in_own_executor,
    "asyncio.to_thread": in_loop(lambda work, item: asyncio.to_thread(work, item)),
    "anyio.to_thread": in_anyio_thread,
    "trio.to_thread": in_trio_thread,
    "callbacks of futures": in_future_callbacks,
    "callbacks of a pool": in_pool_callbacks,
    "items of imap": in_lazy_items,
}


async def gathered(work, items):
    return list(await asyncio.gather(*(work(item) for item in items)))


async def in_tasks(work, items):
    return [await task for task in [asyncio.ensure_future(work(item)) for item in items]]


async def in_task_group(work, items):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work(item)) for item in items]
    return [task.result() for task in tasks]


async def shielded(work, items):
    return [await asyncio.shield(work(item)) for item in items]


async def in_anyio_group(work, items):
    found = {}

    async def child(item):
        found[item] = await work(item)

    async with anyio.create_task_group() as group:
        for item in items:
            group.start_soon(child, item)
    return [found[item] for item in items]


async def in_consumer_task(work, items):
    """A consumer that the agent starts and that lives in the loop."""
    todo, done = asyncio.Queue(), asyncio.Queue()

    async def consume():
        while True:
            done.put_nowait(await work(await todo.get()))

    consumer = asyncio.ensure_future(consume())
    for item in items:
        todo.put_nowait(item)
    found = [await done.get() for _ in items]
    assert not consumer.done()
    consumer.cancel()
    return found


ASYNC = {
    "gather": (gathered, asyncio.run),
    "tasks": (in_tasks, asyncio.run),
    "shield": (shielded, asyncio.run),
    "a consumer": (in_consumer_task, asyncio.run),
    "anyio on asyncio": (in_anyio_group, lambda main: anyio.run(lambda: main, backend="asyncio")),
    "anyio on trio": (in_anyio_group, lambda main: pytest.importorskip("trio") and anyio.run(lambda: main, backend="trio")),
}
if sys.version_info >= (3, 11):
    ASYNC["TaskGroup"] = (in_task_group, asyncio.run)


@pytest.fixture
def asks(url, chat):
    """Client -> ask(item, stream=False): status of a call, or the text of a streamed one."""

    def through_httpx(item, stream=False):
        with httpx.Client() as client:
            if not stream:
                return client.post(url, json=chat(max_tokens=5)).status_code
            with client.stream("POST", url, json=chat(stream=True)) as response:
                return "".join(response.iter_text())

    def through_requests(item, stream=False):
        with requests.Session() as session:
            if not stream:
                return session.post(url, json=chat(max_tokens=5)).status_code
            return b"".join(session.post(url, json=chat(stream=True), stream=True).iter_content(64)).decode()

    return {"httpx": through_httpx, "requests": through_requests}


@pytest.fixture(params=["httpx", "requests"])
def ask(request, asks):
    return asks[request.param]


@pytest.fixture
def ask_one(place, asks):
    """As ask, with one client in each place."""
    return asks[("httpx", "requests")[list(SYNC).index(place) % 2]]


@pytest.fixture
def ask_async(url, chat):
    async def ask(item, stream=False):
        async with httpx.AsyncClient() as client:
            if not stream:
                return (await client.post(url, json=chat(max_tokens=5))).status_code
            async with client.stream("POST", url, json=chat(stream=True)) as response:
                return "".join([text async for text in response.aiter_text()])

    return ask


def said(text):
    """What the deltas of a streamed answer say."""
    return "".join(part.split('"')[0] for part in text.split('"content":"')[1:])


def refused(error, kind, result, *, model="gpt-4o", **attributes):
    assert type(error) is kind, "exactly the public error"
    assert error.result == result and error.model == model and error.reason
    assert error.report.denied >= 1 or error.report.pii_findings
    assert error.report.held_usd == 0
    assert error.__cause__ is None and error.__suppress_context__, "nothing but the error itself is shown"
    for name, value in attributes.items():
        assert getattr(error, name) == value
    assert isinstance(str(error), str) and "bob@" not in str(error) + repr(error)


# The same agent in each place.


@pytest.mark.parametrize("place", SYNC)
def test_a_refusal_in_a_thread_is_a_response_there_and_the_error_at_the_boundary(sim, ask, place):
    @protect_agent(budget_usd=TOO_LITTLE)
    def agent():
        return SYNC[place](ask, ITEMS)

    with pytest.raises(BudgetExceeded) as caught:
        within(agent)
    refused(caught.value, BudgetExceeded, [402] * 3, limit_usd=Decimal(TOO_LITTLE), spent_usd=0, held_usd=0)
    assert sim.log == [] and agent.protection.report().denied == 3


@pytest.mark.parametrize("place", SYNC)
def test_with_respond_nothing_is_raised_in_a_thread_or_at_the_boundary(sim, ask_one, place):
    @protect_agent(budget_usd=TOO_LITTLE, on_deny="respond")
    def agent():
        return SYNC[place](ask_one, ITEMS)

    assert within(agent) == [402] * 3
    assert sim.log == [] and agent.protection.report().denied == 3


@pytest.mark.parametrize("on_deny", ["raise", "respond"])
@pytest.mark.parametrize("place", SYNC)
def test_a_stream_blocked_in_a_thread_ends_there_and_the_boundary_tells(sim, ask_one, place, on_deny):
    sim.reply = LEAK

    @protect_agent(pii_action="block", on_deny=on_deny)
    def agent():
        return SYNC[place](lambda item: said(ask_one(item, stream=True)), ITEMS[:3])

    if on_deny == "respond":
        texts = within(agent)
    else:
        with pytest.raises(PiiBlocked) as caught:
            within(agent)
        texts = caught.value.result
        refused(caught.value, PiiBlocked, texts)
        assert [finding.kind for finding in caught.value.findings] == ["EMAIL_ADDRESS"]
    assert any(text.startswith("words before") for text in texts)
    assert all("bob" not in text and "after" not in text for text in texts)
    report = agent.protection.report()
    assert report.held_usd == 0 and report.calls >= 1 and len(sim.wait_for(report.calls)) == report.calls


@pytest.mark.parametrize("place", ASYNC)
def test_a_refusal_in_a_task_is_a_response_there_and_the_error_at_the_boundary(sim, ask_async, place):
    way, run = ASYNC[place]

    @protect_agent(budget_usd=TOO_LITTLE)
    async def agent():
        return await way(ask_async, ITEMS)

    with pytest.raises(BudgetExceeded) as caught:
        within(lambda: run(agent()))
    refused(caught.value, BudgetExceeded, [402] * 3, limit_usd=Decimal(TOO_LITTLE), spent_usd=0, held_usd=0)
    assert sim.log == [] and agent.protection.report().denied == 3


@pytest.mark.parametrize("place", ASYNC)
def test_with_respond_nothing_is_raised_in_a_task_or_at_the_boundary(sim, ask_async, place):
    way, run = ASYNC[place]

    @protect_agent(budget_usd=TOO_LITTLE, on_deny="respond")
    async def agent():
        return [await ask_async(0)] + await way(ask_async, ITEMS)

    assert within(lambda: run(agent())) == [402] * 4
    assert sim.log == []


@pytest.mark.parametrize("on_deny", ["raise", "respond"])
@pytest.mark.parametrize("place", ASYNC)
def test_a_stream_blocked_in_a_task_ends_there_and_the_boundary_tells(sim, ask_async, place, on_deny):
    sim.reply = LEAK
    way, run = ASYNC[place]

    async def read(item):
        return said(await ask_async(item, stream=True))

    @protect_agent(pii_action="block", on_deny=on_deny)
    async def agent():
        return await way(read, ITEMS)

    if on_deny == "respond":
        texts = within(lambda: run(agent()))
    else:
        with pytest.raises(PiiBlocked) as caught:
            within(lambda: run(agent()))
        texts = caught.value.result
        refused(caught.value, PiiBlocked, texts)
    assert any(text.startswith("words before") for text in texts)
    assert all("bob" not in text and "after" not in text for text in texts)


def test_a_refusal_on_trios_boundary_arrives_unwrapped(sim, ask_async):
    trio = pytest.importorskip("trio")

    @protect_agent(budget_usd=TOO_LITTLE)
    async def agent():
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.sleep, HANGS)
            await ask_async(0)

    with pytest.raises(BudgetExceeded) as caught:
        within(lambda: trio.run(agent))
    refused(caught.value, BudgetExceeded, None)


# Workers that outlive agents.


def test_a_worker_started_before_the_agent_is_refused_and_the_agent_told(sim, ask, early):
    @protect_agent(budget_usd=TOO_LITTLE)
    def agent():
        return early.map(ask, ITEMS)

    with pytest.raises(BudgetExceeded) as caught:
        within(agent)
    refused(caught.value, BudgetExceeded, [402] * 3, limit_usd=Decimal(TOO_LITTLE))

    @protect_agent(budget_usd=1)
    def rich():
        return early.map(ask, ITEMS)

    assert within(rich) == [200] * 3 and rich.protection.report().calls == len(sim.log) == 3


def test_a_worker_started_before_the_agent_reads_a_blocked_stream(sim, ask, early):
    sim.reply = LEAK

    @protect_agent(pii_action="block")
    def agent():
        return early.map(lambda item: said(ask(item, stream=True)), [0])[0]

    with pytest.raises(PiiBlocked) as caught:
        within(agent)
    assert caught.value.result.startswith("words before") and "bob" not in caught.value.result


def test_a_worker_started_before_the_agent_raises_nothing_with_respond(ask, early):
    @protect_agent(budget_usd=TOO_LITTLE, on_deny="respond")
    def agent():
        return early.map(ask, ITEMS)

    assert within(agent) == [402] * 3


def test_a_worker_started_in_an_agent_that_was_refused_serves_others_in_the_context_they_send(sim, ask):
    workers = []

    @protect_agent(budget_usd=TOO_LITTLE)
    def first():
        workers.append(Worker())
        return workers[0].map(ask, [0])

    with pytest.raises(BudgetExceeded):
        within(first)

    @protect_agent(budget_usd=1)
    def second():
        context = contextvars.copy_context()
        return workers[0].map(lambda item: context.run(ask, item), [0])

    # What comes with its context is the second agent's; what comes without is the work of the first, which was refused.
    assert within(second) == [200]
    assert second.protection.report().calls == len(sim.log) == 1
    assert workers[0].map(ask, [0]) == [402]
    workers[0].close()
    assert len(sim.log) == 1


def test_a_consumer_task_started_before_the_agent_is_refused_and_lives_on(sim, ask_async):
    @protect_agent(budget_usd=TOO_LITTLE)
    async def agent(todo, done):
        todo.put_nowait(0)
        return await done.get()

    async def main():
        todo, done = asyncio.Queue(), asyncio.Queue()

        async def consume():
            while True:
                done.put_nowait(await ask_async(await todo.get()))

        consumer = asyncio.ensure_future(consume())
        await asyncio.sleep(0)
        with pytest.raises(BudgetExceeded) as caught:
            await agent(todo, done)
        todo.put_nowait(0)
        served = await done.get()
        assert not consumer.done()
        consumer.cancel()
        return caught.value, served

    error, served = within(lambda: asyncio.run(main()))
    refused(error, BudgetExceeded, 402)
    assert served == 200 and len(sim.log) == 1


@pytest.mark.parametrize("kind", [ThreadPoolExecutor, ThreadPool])
def test_the_threads_of_a_pool_serve_the_next_agent_after_a_refusal(sim, ask, kind):
    pool = kind(2)

    @protect_agent(budget_usd=TOO_LITTLE)
    def poor():
        return list(pool.map(ask, ITEMS))

    @protect_agent(budget_usd=1)
    def rich():
        return list(pool.map(ask, ITEMS))

    for _ in range(2):
        with pytest.raises(BudgetExceeded) as caught:
            within(poor)
        assert caught.value.result == [402] * 3
        assert within(rich) == [200] * 3
    assert rich.protection.report().calls == len(sim.log) == 6
    pool.shutdown() if kind is ThreadPoolExecutor else pool.terminate()


# Agents as people write them.


def test_a_bare_except_around_everything_cannot_keep_the_refusal(sim, ask):
    @protect_agent(budget_usd=TOO_LITTLE)
    def bare():
        for _ in range(3):
            try:
                ask(0)
            except:  # noqa: E722
                continue
        return "bare"

    @protect_agent(budget_usd=TOO_LITTLE)
    def base():
        try:
            ask(0)
        except BaseException:
            return "base"

    for agent in (bare, base):
        with pytest.raises(BudgetExceeded) as caught:
            within(agent)
        refused(caught.value, BudgetExceeded, agent.__name__)
    assert sim.log == []


def test_a_retry_loop_ends_with_the_error(sim, ask):
    @protect_agent(budget_usd=TOO_LITTLE)
    def agent():
        tries = 0
        while True:  # as tenacity's wait-and-retry on whatever comes
            try:
                return ask(0)
            except BaseException:
                tries += 1
                if tries == 5:
                    raise RuntimeError("gave up")

    with pytest.raises(BudgetExceeded) as caught:
        within(agent)
    assert isinstance(caught.value.__cause__, RuntimeError) and agent.protection.report().denied == 5
    assert sim.log == []


def test_a_retry_loop_over_statuses_in_a_pool_ends_with_the_error(sim, ask):
    def stubborn(item):
        statuses = []
        while len(statuses) < 5:
            statuses.append(ask(item))
            if statuses[-1] == 200:
                break
        return statuses

    @protect_agent(budget_usd=TOO_LITTLE)
    def agent():
        with ThreadPool(2) as pool:
            return pool.map(stubborn, ITEMS)

    with pytest.raises(BudgetExceeded) as caught:
        within(agent)
    refused(caught.value, BudgetExceeded, [[402] * 5] * 3)
    assert sim.log == []


def test_nested_finally_blocks_that_call_again_are_refused_each_time(sim, ask):
    reached = []

    @protect_agent(budget_usd=TOO_LITTLE)
    def agent():
        try:
            try:
                ask(0)
            finally:
                reached.append("first")
                ask(1)
        finally:
            reached.append("second")
            ask(2)

    with pytest.raises(BudgetExceeded) as caught:
        within(agent)
    refused(caught.value, BudgetExceeded, None)
    assert reached == ["first", "second"] and sim.log == [] and agent.protection.report().denied == 3


def test_an_error_that_was_on_its_way_when_a_call_was_refused_is_shown(ask):
    @protect_agent(budget_usd=TOO_LITTLE)
    def in_finally():
        try:
            raise ValueError("the agent's own")
        finally:
            ask(0)

    @protect_agent(budget_usd=TOO_LITTLE)
    def while_handling():
        try:
            raise ValueError("the agent's own")
        except ValueError:
            ask(0)

    @protect_agent(budget_usd=TOO_LITTLE)
    def plain():
        ask(0)

    for agent in (in_finally, while_handling):
        with pytest.raises(BudgetExceeded) as caught:
            within(agent)
        assert isinstance(caught.value.__cause__, ValueError)
    try:
        raise KeyError("the caller's")
    except KeyError:
        with pytest.raises(BudgetExceeded) as caught:
            plain()
    assert caught.value.__cause__ is None, "what the caller is about did not cause it"


def test_a_return_in_finally_is_the_result(ask):
    @protect_agent(budget_usd=TOO_LITTLE)
    def agent():
        try:
            ask(0)
        finally:
            return "anyway"  # noqa: B012

    with pytest.raises(BudgetExceeded) as caught:
        within(agent)
    refused(caught.value, BudgetExceeded, "anyway")


@pytest.mark.parametrize("options, kind, status", [
    ({"max_calls": 1}, LimitReached, 403),
    ({"circuit_breaker": {"failure_threshold": 1, "recovery_timeout": 60}}, CircuitOpen, 503),
])
def test_each_kind_of_refusal_in_a_pool_arrives_as_itself(sim, ask, options, kind, status):
    if kind is CircuitOpen:
        sim.fail_next(1, status=500)

    @protect_agent(**options)
    def agent():
        ask(0)
        with ThreadPool(2) as pool:
            return pool.map(ask, ITEMS)

    with pytest.raises(CallDenied) as caught:
        within(agent)
    refused(caught.value, kind, [status] * 3)
    assert len(sim.log) == 1


def test_a_kill_switch_in_the_middle_of_a_pool_arrives_as_itself(sim, ask):
    @protect_agent
    def agent():
        def work(item):
            if item == 3:
                agent.protection.stop("enough")
            return ask(item)

        with ThreadPoolExecutor(1) as pool:
            return list(pool.map(work, range(6)))

    with pytest.raises(AgentStopped) as caught:
        within(agent)
    refused(caught.value, AgentStopped, [200] * 3 + [403] * 3, model=None, why="enough")
    assert len(sim.log) == 3


# Tasks, time limits and cancellation around a refused call.


@pytest.mark.skipif(sys.version_info < (3, 11), reason="timeout, TaskGroup")
def test_a_time_limit_around_a_refused_call_does_not_hide_it(sim, ask_async):
    @protect_agent(budget_usd=TOO_LITTLE)
    async def with_timeout():
        async with asyncio.timeout(HANGS):
            await ask_async(0)

    @protect_agent(budget_usd=TOO_LITTLE)
    async def with_wait_for():
        await asyncio.wait_for(ask_async(0), HANGS)

    for agent in (with_timeout, with_wait_for):
        with pytest.raises(BudgetExceeded) as caught:
            within(lambda: asyncio.run(agent()))
        refused(caught.value, BudgetExceeded, None)
    assert sim.log == []


def test_a_time_limit_around_the_agent_is_a_time_out_or_the_refusal(ask_async):
    @protect_agent(budget_usd=TOO_LITTLE)
    async def agent(pause):
        try:
            await ask_async(0)
        except BaseException:
            await asyncio.sleep(pause)
        return "went on"

    async def main(pause, limit):
        return await asyncio.wait_for(agent(pause), limit)

    with pytest.raises(asyncio.TimeoutError):
        within(lambda: asyncio.run(main(HANGS, 0.2)))
    with pytest.raises(BudgetExceeded) as caught:
        within(lambda: asyncio.run(main(0, HANGS)))
    assert caught.value.result == "went on"


def test_an_agent_in_gather_does_not_disturb_the_others(sim, ask_async):
    @protect_agent(budget_usd=TOO_LITTLE)
    async def poor():
        return await ask_async(0)

    @protect_agent(budget_usd=1)
    async def rich():
        return await ask_async(0)

    async def main():
        return await asyncio.gather(poor(), rich(), poor(), rich(), return_exceptions=True)

    first, second, third, fourth = within(lambda: asyncio.run(main()))
    assert type(first) is type(third) is BudgetExceeded and (second, fourth) == (200, 200)
    assert rich.protection.report().calls == len(sim.log) == 2


@pytest.mark.skipif(sys.version_info < (3, 11), reason="ExceptionGroup")
def test_a_group_of_a_refusal_and_other_errors_is_the_cause(ask_async):
    async def fails():
        raise ValueError("child")

    @protect_agent(budget_usd=TOO_LITTLE)
    async def agent():
        async with asyncio.TaskGroup() as outer:
            outer.create_task(asyncio.sleep(HANGS))
            async with asyncio.TaskGroup() as inner:
                inner.create_task(fails())
                try:
                    await asyncio.sleep(HANGS)
                finally:
                    await ask_async(0)

    with pytest.raises(BudgetExceeded) as caught:
        within(lambda: asyncio.run(agent()))
    assert any(isinstance(error, ValueError) for error in leaves(caught.value.__cause__))


def leaves(error):
    for inner in getattr(error, "exceptions", ()):
        yield from leaves(inner)
    if not hasattr(error, "exceptions"):
        yield error


@pytest.mark.skipif(sys.version_info < (3, 11), reason="ExceptionGroup")
@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit])
def test_ctrl_c_or_exit_beside_a_refusal_ends_the_program_and_names_the_refusal(ask, end):
    @protect_agent(budget_usd=TOO_LITTLE)
    def agent():
        errors = []
        for fails in (lambda: ask(0), lambda: raise_(end)):
            try:
                fails()
            except BaseException as error:
                errors.append(error)
        raise BaseExceptionGroup("both", [BaseExceptionGroup("inner", errors)])  # noqa: F821

    with pytest.raises(end) as caught:
        within(agent)
    assert isinstance(caught.value.__cause__, BudgetExceeded)


def raise_(kind):
    raise kind


def test_ctrl_c_while_a_refusal_is_on_its_way_stands(ask):
    @protect_agent(budget_usd=TOO_LITTLE)
    def agent():
        try:
            ask(0)
        finally:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        within(agent)


def test_a_signal_handler_that_calls_is_refused_on_the_agents_thread(sim, ask):
    @protect_agent(budget_usd=TOO_LITTLE)
    def agent():
        signal.raise_signal(signal.SIGUSR1)
        time.sleep(HANGS)

    @protect_agent(budget_usd=TOO_LITTLE)
    def hardened():
        try:
            signal.raise_signal(signal.SIGUSR1)
        except BaseException:
            return "survived"

    old = signal.signal(signal.SIGUSR1, lambda *_: ask(0))
    try:
        with pytest.raises(BudgetExceeded):
            agent()
        with pytest.raises(BudgetExceeded) as caught:
            hardened()
    finally:
        signal.signal(signal.SIGUSR1, old)
    assert caught.value.result == "survived" and sim.log == []


def test_a_signal_handler_of_a_loop_gets_a_response(sim, ask):
    @protect_agent(budget_usd=TOO_LITTLE)
    async def agent():
        loop = asyncio.get_running_loop()
        answered = loop.create_future()
        loop.add_signal_handler(signal.SIGUSR1, lambda: answered.set_result(ask(0)))
        signal.raise_signal(signal.SIGUSR1)
        return await asyncio.wait_for(answered, HANGS)

    with pytest.raises(BudgetExceeded) as caught:
        asyncio.run(agent())
    refused(caught.value, BudgetExceeded, 402)
    assert sim.log == []


# Generators and coroutines that are left half-way.


def test_a_generator_whose_end_is_refused_is_left_without_harm(sim, ask):
    seen = []

    @protect_agent(budget_usd=TOO_LITTLE)
    def agent():
        try:
            yield 1
        finally:
            seen.append("end")
            try:
                ask(0)
            except BaseException as error:
                seen.append(type(error).__name__)
                raise

    with raised_by_finalizers() as raised:
        for step in agent():
            break
        gc.collect()
    assert seen == ["end", "Refusal"] and current() is None and sim.log == []
    assert raised == [BudgetExceeded], "nobody is there to be told, but it is the public error"
    steps = agent()
    next(steps)
    with pytest.raises(BudgetExceeded):
        steps.close()


def test_a_plain_generator_of_the_agent_dropped_while_it_calls_tells_the_boundary(ask):
    @protect_agent(budget_usd=TOO_LITTLE)
    def agent():
        def steps():
            try:
                yield 1
            finally:
                ask(0)

        for _ in steps():
            break
        gc.collect()
        return "done"

    with raised_by_finalizers(), pytest.raises(BudgetExceeded) as caught:
        agent()
    assert caught.value.result == "done"


def test_generators_left_in_many_ways_leave_nothing_behind(sim, ask):
    @protect_agent(budget_usd=1)
    def agent():
        yield ask(0)
        yield ask(1)

    for step in agent():
        break
    steps = agent()
    next(steps)
    del steps
    cycle = [agent()]
    next(cycle[0])
    cycle.append(cycle)
    del cycle
    elsewhere = agent()
    next(elsewhere)
    thread = threading.Thread(target=elsewhere.close)
    thread.start()
    thread.join()
    gc.collect()
    assert agent.protection.report().calls == len(sim.log) == 4 and agent.protection.report().held_usd == 0


def abandoned(make):
    """Starts a task, and closes its loop with the task in the middle."""
    loop = asyncio.new_event_loop()

    async def main():
        task = asyncio.ensure_future(make())
        task._log_destroy_pending = False
        for _ in range(20):
            await asyncio.sleep(0.005)

    loop.run_until_complete(main())
    loop.close()


class Never(httpx.AsyncBaseTransport):
    """A provider that never answers."""

    async def handle_async_request(self, request):
        await asyncio.get_running_loop().create_future()


def left_in_its_body(url, chat):
    @protect_agent
    async def agent():
        await asyncio.get_running_loop().create_future()

    return agent


def left_in_a_call(url, chat):
    @protect_agent(budget_usd=1)
    async def agent():
        await httpx.AsyncClient(transport=Never()).post(url, json=chat())

    return agent


def left_waiting_for_money(url, chat):
    @protect_agent(budget_usd="0.01", lower_output=False)
    async def agent():
        client = httpx.AsyncClient(transport=Never())
        await asyncio.gather(*(client.post(url, json=chat(max_tokens=900)) for _ in range(2)))

    return agent


def left_in_a_step(url, chat):
    @protect_agent
    async def steps():
        yield 1
        await asyncio.get_running_loop().create_future()

    async def agent():
        async for _ in steps():
            pass

    agent.protection = steps.protection
    return agent


def left_between_steps(url, chat):
    kept = []

    @protect_agent
    async def steps():
        try:
            yield 1
        finally:
            await asyncio.sleep(0)

    async def agent():
        kept.append(steps())
        await kept[0].__anext__()
        kept.clear()
        await asyncio.get_running_loop().create_future()

    agent.protection = steps.protection
    return agent


def left_while_its_loop_is_gone(url, chat):
    made = []

    @protect_agent
    async def steps():
        try:
            yield 1
        finally:
            await asyncio.sleep(0)

    async def agent():
        made.append(steps())
        await made[0].__anext__()

    agent.protection = steps.protection
    agent.made = made
    return agent


LEFT = [left_in_its_body, left_in_a_call, left_waiting_for_money, left_in_a_step, left_between_steps, left_while_its_loop_is_gone]


@pytest.mark.parametrize("left", LEFT)
def test_an_agent_left_with_its_loop_ends_when_it_is_garbage_and_the_next_pays_for_itself_alone(sim, url, chat, left):
    first = left(url, chat)
    gc.collect()
    gc.disable()
    try:
        abandoned(first)
        outer, second = Protection(agent_id="outer"), Protection(agent_id="second")
        with outer, second:
            getattr(first, "made", []).clear()
            gc.collect()  # ends the first here, in the context of the second
            assert current() is second
            assert httpx.post(url, json=chat(max_tokens=5)).status_code == 200
            assert _runs.state.active == 2
        assert (outer.report().calls, second.report().calls) == (1, 1) and len(sim.log) == 1
    finally:
        gc.enable()
    assert first.protection.report().held_usd == 0
    first.protection.close()
    outer.close()
    second.close()


def test_a_coroutine_that_awaits_while_it_is_garbage_ends_its_run_all_the_same():
    @protect_agent
    async def agent():
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            await never

    class Forever:
        def __await__(self):
            while True:
                yield

    never = Forever()
    abandoned(agent)
    with Protection() as other, raised_by_finalizers() as raised:
        gc.collect()
        assert current() is other
        assert _runs.state.active == 1
    assert set(raised) == {RuntimeError}, "Python's own: it ignored GeneratorExit"


def test_an_async_generator_left_by_break_in_a_living_loop_ends_its_run(sim, ask_async):
    @protect_agent(max_calls=1)
    async def agent():
        yield await ask_async(0)
        yield await ask_async(1)

    async def main():
        async for _ in agent():
            break
        gc.collect()
        for _ in range(5):
            await asyncio.sleep(0)  # the loop closes it in a task of its own
        assert _runs.state.active == 0
        steps = agent()
        await steps.__anext__()
        with pytest.raises(LimitReached):
            await steps.__anext__()

    within(lambda: asyncio.run(main()))
    assert len(sim.log) == 2


def test_with_respond_generators_raise_nothing(ask, ask_async):
    @protect_agent(max_calls=1, on_deny="respond")
    def steps():
        for item in ITEMS:
            yield ask(item)

    @protect_agent(max_calls=1, on_deny="respond")
    async def async_steps():
        for item in ITEMS:
            yield await ask_async(item)

    async def main():
        return [item async for item in async_steps()]

    assert within(lambda: list(steps())) == [200, 403, 403]
    assert within(lambda: asyncio.run(main())) == [200, 403, 403]


def test_what_a_generator_returned_is_the_result_and_no_stop_iteration_is_shown(ask):
    @protect_agent(budget_usd=TOO_LITTLE)
    def agent():
        try:
            ask(0)
        except BaseException:
            pass
        yield 1
        return "returned"

    steps = agent()
    assert next(steps) == 1
    with pytest.raises(BudgetExceeded) as caught:
        next(steps)
    refused(caught.value, BudgetExceeded, "returned")
