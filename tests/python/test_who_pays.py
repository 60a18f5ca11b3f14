"""Who pays: each call is billed to the runs it is made in, to each once, on whatever thread or task. The simulator's log is the bill."""
import asyncio
import contextvars
import gc
import queue
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from multiprocessing.pool import ThreadPool

import httpx
import pytest
import requests

import iron_cage
from iron_cage import BudgetExceeded, Protection, current, protect_agent
from iron_cage.testing import bill

from conftest import TOO_LITTLE

#: Dollars per million tokens: input, cached input, output. By its model one sees in the log whose call it was.
PRICES = {
    "gpt-4o": (Decimal("2.50"), Decimal("1.25"), Decimal("10.00")),
    "gpt-4o-mini": (Decimal("0.15"), Decimal("0.075"), Decimal("0.60")),
}
A, B = PRICES
PATIENCE = 20


@pytest.fixture(params=["httpx", "requests"])
def ask(request, url, chat):
    with httpx.Client(limits=httpx.Limits(max_connections=None)) as client:  # one for all threads: it is meant to be shared

        def call(model=A):
            body = chat("hello there", model=model, max_tokens=9)
            if request.param == "httpx":
                return client.post(url, json=body).status_code
            return requests.post(url, json=body).status_code

        yield call


@pytest.fixture
def aask(url, chat):
    async def ask(model=A):
        async with httpx.AsyncClient() as client:
            return (await client.post(url, json=chat("hello there", model=model, max_tokens=9))).status_code

    return ask


@pytest.fixture
def billed(sim):
    """billed(protection, calls, *models): the protection paid for all calls of these models in the log, no other, to the picodollar."""

    def check(protection, calls, *models):
        report = protection.report()
        log = [exchange for exchange in sim.log if exchange.model in models]
        assert report.calls == calls == len(log)
        assert report.spent_usd == bill(log, PRICES) and report.held_usd == 0 and report.estimated_usd == 0

    return check


@pytest.fixture(autouse=True)
def every_run_ends():
    yield
    assert iron_cage._runs.state.active == 0 and current() is None and not iron_cage._engine.open_calls


@pytest.mark.parametrize("kind", [ThreadPoolExecutor, ThreadPool])
@pytest.mark.parametrize("made", ["before", "inside the first"])
def test_pooled_threads_bill_each_run_its_own(sim, ask, billed, kind, made):
    pools = [kind(4)] if made == "before" else []

    def spread(model):
        if not pools:
            pools.append(kind(4))
        return list(pools[0].map(ask, [model] * 8))

    first = protect_agent(budget_usd=1)(lambda: spread(A))
    second = protect_agent(budget_usd=1)(lambda: spread(B))
    for _ in range(2):
        assert first() == [200] * 8 and second() == [200] * 8
    billed(first.protection, 16, A)
    billed(second.protection, 16, B)
    with pools[0]:
        pass


def test_one_pool_serves_two_agents_at_once_and_bills_each_its_own(sim, ask, billed):
    together = threading.Barrier(2)
    with ThreadPoolExecutor(3) as pool:

        def spread(model):
            together.wait(PATIENCE)
            return list(pool.map(ask, [model] * 12))

        agents = [protect_agent(budget_usd=1)(lambda model=model: spread(model)) for model in PRICES]
        callers = [threading.Thread(target=agent) for agent in agents]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join(PATIENCE)
    for agent, model in zip(agents, PRICES):
        billed(agent.protection, 12, model)


def test_the_default_executor_of_a_loop_bills_each_run_its_own(sim, ask, billed):
    async def spread(model):
        loop = asyncio.get_running_loop()
        return await asyncio.gather(
            *(loop.run_in_executor(None, ask, model) for _ in range(4)), *(asyncio.to_thread(ask, model) for _ in range(4))
        )

    agents = [protect_agent(budget_usd=1)(spread) for _ in PRICES]

    async def main():
        return await asyncio.gather(*(agent(model) for agent, model in zip(agents, PRICES)))

    assert asyncio.run(main()) == [[200] * 8] * 2
    for agent, model in zip(agents, PRICES):
        billed(agent.protection, 8, model)


# Calls without a run.


class Stranger:
    """A thread that belongs to no run."""

    def __init__(self):
        self.jobs, self.answers = queue.Queue(), queue.Queue()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        for job in iter(self.jobs.get, None):
            self.answers.put(job())

    def __call__(self, job):
        self.jobs.put(job)
        return self.answers.get(timeout=PATIENCE)


@pytest.fixture
def stranger():
    made = Stranger()
    yield made
    made.jobs.put(None)
    made.thread.join(PATIENCE)


def test_a_call_of_nobody_belongs_to_the_only_active_protection(sim, ask, stranger, billed):
    assert stranger(ask) == 200  # nothing is protected: it just passes
    sim.clear()
    with Protection(budget_usd=1) as only:
        assert stranger(ask) == 200 and ask() == 200
    billed(only, 2, A)


@pytest.mark.parametrize("unclaimed, status", [("deny", 403), ("pass", 200)])
def test_a_call_of_nobody_beside_several_protections_follows_unclaimed(sim, ask, stranger, billed, unclaimed, status):
    one, two = Protection(unclaimed=unclaimed), Protection(unclaimed=unclaimed)
    other = Stranger()

    with one:
        other(two.__enter__)
        assert stranger(lambda: ask(B)) == status
        assert ask(A) == 200, "nobody's refusal is not remembered by the runs of others"
        other(lambda: two.__exit__(None, None, None))
    other.jobs.put(None)
    billed(one, 1, A)
    assert two.report().calls == 0 and len(sim.log) == 1 + (status == 200)


# Protections in protections.


def test_nested_protections_are_both_charged(sim, ask, billed):
    with Protection(budget_usd=1) as outer:
        assert ask() == 200
        with Protection(budget_usd=1) as inner:
            assert ask(B) == 200
            with ThreadPoolExecutor(2) as pool:
                assert list(pool.map(ask, [B] * 4)) == [200] * 4
    billed(inner, 5, B)
    billed(outer, 6, A, B)


@pytest.mark.parametrize("poor", ["inner", "outer"])
def test_a_call_that_one_of_two_nested_protections_refuses_costs_neither(sim, ask, poor):
    outer = Protection(budget_usd=TOO_LITTLE if poor == "outer" else 1)
    inner = Protection(budget_usd=TOO_LITTLE if poor == "inner" else 1)
    with pytest.raises(BudgetExceeded) as caught:
        with outer, inner:
            ask()
    assert caught.value.limit_usd == Decimal(TOO_LITTLE) and not sim.log
    for protection in (outer, inner):
        assert protection.report().calls == 0 == protection.report().held_usd == protection.report().spent_usd


def test_a_protection_nested_in_itself_is_charged_once(sim, ask, billed):
    protection = Protection(budget_usd=1)
    with protection, protection, protection:
        assert ask() == 200
        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(ask, [A] * 3)) == [200] * 3
    billed(protection, 4, A)


# Functions.


def test_methods_classmethods_and_staticmethods_are_billed_for_all_objects_together(sim, ask, billed):
    class Agent:
        @protect_agent(budget_usd=1)
        def method(self):
            return ask(A)

        @protect_agent(budget_usd=1)
        @classmethod
        def of_class(cls):
            return ask(B)

        @staticmethod
        @protect_agent(budget_usd=1)
        def static():
            return Agent().method()

    assert [Agent().method(), Agent().method(), Agent.of_class(), Agent().of_class(), Agent.static()] == [200] * 5
    billed(Agent.method.protection, 3, A)
    billed(Agent.of_class.protection, 2, B)
    assert Agent.static.protection.report().calls == 1


@pytest.mark.parametrize("scope", ["protection", "run"])
def test_recursion_is_charged_once_for_each_call(sim, ask, billed, scope):
    @protect_agent(budget_usd=1, budget_scope=scope)
    def agent(depth):
        assert ask() == 200
        if depth:
            agent(depth - 1)
        return ask()

    assert agent(3) == 200
    billed(agent.protection, 8, A)


@pytest.mark.parametrize("scope", ["protection", "run"])
def test_recursion_of_coroutines_on_many_tasks_is_charged_once_for_each_call(sim, aask, billed, scope):
    @protect_agent(budget_usd=1, budget_scope=scope)
    async def agent(depth):
        assert await aask() == 200
        if depth:
            await asyncio.gather(agent(depth - 1), agent(depth - 1))

    asyncio.run(agent(3))
    billed(agent.protection, 15, A)


def in_threads(count, function):
    """Calls function(index) on so many threads at once; raises what one of them raised."""
    together, failures = threading.Barrier(count), []

    def work(index):
        try:
            together.wait(PATIENCE)
            function(index)
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=work, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    if failures:
        raise failures[0]


def test_the_same_function_from_64_threads_is_billed_to_the_picodollar(sim, ask, billed):
    @protect_agent(budget_usd=1)
    def agent():
        assert current() is agent.protection
        assert ask() == 200 == ask()

    in_threads(64, lambda _: agent())
    billed(agent.protection, 128, A)


def test_64_threads_and_two_protections_are_each_billed_their_own(sim, ask, billed):
    agents = [protect_agent(budget_usd=1)(lambda model=model: ask(model)) for model in PRICES]

    def work(index):
        assert agents[index % 2]() == 200 == agents[1 - index % 2]()

    in_threads(64, work)
    for agent, model in zip(agents, PRICES):
        billed(agent.protection, 64, model)
    assert sum(agent.protection.report().spent_usd for agent in agents) == sim.bill(PRICES)


# Contexts, callbacks, generators.


def test_a_copied_context_carries_its_run_wherever_it_runs(sim, ask, stranger, billed):
    first, second = Protection(budget_usd=1), Protection(budget_usd=1)
    with first:
        context = contextvars.copy_context()
        assert context.run(ask, A) == 200 == stranger(lambda: context.run(ask, A))
    with second:
        assert ask(B) == 200
        assert context.run(ask, A) == 200, "a run that has ended still pays for what goes on in its name"
    billed(first, 3, A)
    billed(second, 1, B)


def test_callbacks_of_a_loop_are_billed_to_who_scheduled_them(sim, ask, billed):
    async def agent(model):
        loop, said = asyncio.get_running_loop(), queue.Queue()
        loop.call_soon(lambda: said.put(ask(model)))
        loop.call_later(0.01, lambda: said.put(ask(model)))
        done = loop.create_future()
        done.add_done_callback(lambda _: said.put(ask(model)))
        done.set_result(None)
        while said.qsize() < 3:
            await asyncio.sleep(0.01)

    agents = [protect_agent(budget_usd=1)(agent) for _ in PRICES]

    async def main():
        await asyncio.gather(*(agent(model) for agent, model in zip(agents, PRICES)))

    asyncio.run(main())
    for agent, model in zip(agents, PRICES):
        billed(agent.protection, 3, model)


def test_an_async_generator_pays_whichever_task_asks_for_the_next_item(sim, aask, billed):
    @protect_agent(budget_usd=1)
    async def agent():
        for _ in range(4):
            yield await aask(A)

    async def main():
        other = Protection(budget_usd=1)
        steps = agent()
        assert await steps.__anext__() == 200

        async def ask_next():
            return await steps.__anext__()

        assert await asyncio.create_task(ask_next()) == 200
        assert await asyncio.wait_for(ask_next(), PATIENCE) == 200
        with other:
            assert await aask(B) == 200
        assert current() is None
        assert await asyncio.create_task(ask_next()) == 200
        return other

    billed(asyncio.run(main()), 1, B)
    billed(agent.protection, 4, A)


def test_interleaved_generators_are_each_billed_their_own(sim, ask, billed):
    def agent(model):
        for _ in range(3):
            yield ask(model)

    agents = [protect_agent(budget_usd=1)(agent) for _ in PRICES]
    assert list(zip(*(agent(model) for agent, model in zip(agents, PRICES)))) == [(200, 200)] * 3
    for agent, model in zip(agents, PRICES):
        billed(agent.protection, 3, model)


def beside(protection, function):
    """Calls function() while the protection has a run open on another thread, so that several protections are active."""
    other = Stranger()
    other(protection.__enter__)
    try:
        return function()
    finally:
        other(lambda: protection.__exit__(None, None, None))
        other.jobs.put(None)
        other.thread.join(PATIENCE)


def test_callbacks_of_futures_and_pools_are_billed_to_who_asked_for_them(sim, ask, billed):
    said = queue.Queue()

    def agent(model):
        asked = lambda _: said.put(ask(model))  # noqa: E731
        go = threading.Event()
        with ThreadPoolExecutor(1) as pool:
            later = pool.submit(go.wait, PATIENCE)
            later.add_done_callback(asked)
            go.set()
            later.result()
            later.add_done_callback(asked)  # done already: called here
        with ThreadPool(1) as pool:
            pool.apply_async(abs, (1,), callback=asked).get(PATIENCE)
            pool.map_async(abs, [1], callback=asked).get(PATIENCE)
            pool.apply_async(divmod, (1, 0), error_callback=asked).wait(PATIENCE)
            statuses = list(pool.imap(int, (ask(model) for _ in range(2))))
            return statuses + [said.get(timeout=PATIENCE) for _ in range(5)]

    first, second = (protect_agent(budget_usd=1)(lambda model=model: agent(model)) for model in PRICES)
    assert beside(second.protection, first) == [200] * 7
    assert beside(first.protection, second) == [200] * 7
    billed(first.protection, 7, A)
    billed(second.protection, 7, B)


def test_a_callback_that_comes_after_its_run_is_still_billed_to_it(sim, ask, billed):
    go, pool = threading.Event(), ThreadPoolExecutor(1)

    @protect_agent(budget_usd=1)
    def agent():
        pool.submit(go.wait, PATIENCE).add_done_callback(lambda _: ask())

    agent()
    go.set()
    pool.shutdown()
    billed(agent.protection, 1, A)


def test_the_garbage_collectors_callbacks_are_billed_once_to_the_run_they_come_in(sim, ask, billed):
    class Thing:
        def __del__(self):
            said.append(ask())

    said, things = [], []

    @protect_agent(budget_usd=1)
    def agent():
        cycle = [Thing()]
        cycle.append(cycle)
        del cycle
        weak = type("Weak", (), {})()
        things.append(weakref.ref(weak, lambda _: said.append(ask())))
        weakref.finalize(weak, lambda: said.append(ask()))
        del weak
        assert len(said) == 2
        started = []

        def on_collection(phase, info):
            if phase == "stop" and not started:
                started.append(1)
                said.append(ask())

        gc.callbacks.append(on_collection)
        try:
            gc.collect()
        finally:
            gc.callbacks.remove(on_collection)

    beside(Protection(), agent)
    assert said == [200] * 4
    billed(agent.protection, 4, A)


def test_a_worker_started_in_a_run_stays_its_own_unless_an_item_brings_its_context(sim, ask, billed):
    workers = []

    @protect_agent(budget_usd=1)
    def first():
        workers.append(Stranger())
        return workers[0](lambda: ask(A))

    @protect_agent(budget_usd=1)
    def second():
        context = contextvars.copy_context()
        return workers[0](lambda: context.run(ask, B)), workers[0](lambda: ask(A))

    assert first() == 200 and second() == (200, 200)
    workers[0].jobs.put(None)
    workers[0].thread.join(PATIENCE)
    billed(first.protection, 2, A)
    billed(second.protection, 1, B)


def test_calls_of_nobody_beside_several_runs_of_one_protection_are_its_own(sim, ask, stranger, billed):
    protection = Protection(budget_usd=1, max_calls=2, on_deny="respond")
    for _ in range(2):  # with the last run goes what calls of none in particular have used up
        with protection:
            assert beside(protection, lambda: [stranger(ask) for _ in range(3)]) == [200, 200, 403]
            assert [ask(), ask(), ask()] == [200, 200, 403], "its own cap is untouched"
    billed(protection, 8, A)


def test_recursion_stays_within_the_budget_of_the_outermost_run(sim, ask):
    with Protection(budget_usd=1) as probe:
        ask()
    cost, before = probe.report().spent_usd, len(sim.log)

    @protect_agent(budget_usd=cost * Decimal("3.5"), budget_scope="run", lower_output=False, hold_wait=0, warn_at=1)
    def agent(depth):
        ask()
        return agent(depth - 1) if depth else "done"

    for _ in range(2):
        with pytest.raises(BudgetExceeded):
            agent(20)
    # The hold of a call is at least its cost, so less than three and a half calls fit; a fresh budget at each depth would let all through.
    assert 2 <= len(sim.log) - before <= 6
    assert agent.protection.report().spent_usd == bill(sim.log[before:], PRICES)


def test_64_threads_that_interleave_two_generators_each_bill_both_exactly(sim, ask, billed):
    def steps(model):
        yield ask(model)
        yield ask(model)

    agents = [protect_agent(budget_usd=1)(steps) for _ in PRICES]

    def work(index):
        order = list(zip(agents, PRICES))[:: 1 if index % 2 else -1]
        assert list(zip(*(agent(model) for agent, model in order))) == [(200, 200)] * 2
        assert current() is None

    in_threads(64, work)
    for agent, model in zip(agents, PRICES):
        billed(agent.protection, 128, model)
    assert sum(agent.protection.report().spent_usd for agent in agents) == sim.bill(PRICES)
