"""protect_agent and Protection: spellings, kinds of functions, runs, reports."""
import asyncio
import functools
import gc
import inspect
import threading

import httpx
import pytest

import iron_cage
from iron_cage import AgentStopped, BudgetExceeded, ConfigError, LimitReached, Protection, current, protect_agent

from conftest import TOO_LITTLE


def test_three_spellings_of_the_decorator():
    @protect_agent
    def bare():
        return current()

    @protect_agent()
    def empty():
        return current()

    @protect_agent(budget_usd=1)
    def given():
        return current()

    for agent in (bare, empty, given):
        assert agent() is agent.protection
    assert current() is None


def test_metadata_and_signature_stay():
    def agent(task: str, *, depth: int = 1) -> str:
        """Works."""
        return task * depth

    protected = protect_agent(agent)
    assert protected.__name__ == "agent" and protected.__doc__ == "Works." and protected.__wrapped__ is agent
    assert inspect.signature(protected) == inspect.signature(agent)
    assert protected("ab", depth=2) == "abab"


def test_kinds_stay_what_they_are():
    def plain(): ...
    async def coroutine(): ...
    def generator(): yield
    async def async_generator(): yield

    for function in (plain, coroutine, generator, async_generator, functools.partial(coroutine)):
        protected = protect_agent(function)
        for ask in (inspect.iscoroutinefunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction):
            assert ask(protected) == ask(function), (function, ask)


def test_sync_function_is_charged(sim, post):
    @protect_agent(budget_usd=1)
    def agent():
        return post("hello")

    assert agent()[0] == 200
    report = agent.protection.report()
    assert report.calls == 1 and report.spent_usd > 0 and report.held_usd == 0
    assert report.remaining_usd == 1 - report.spent_usd


def test_async_function_is_charged(url, chat):
    @protect_agent(budget_usd=1)
    async def agent():
        assert current() is agent.protection
        async with httpx.AsyncClient() as client:
            return (await client.post(url, json=chat())).status_code

    assert asyncio.run(agent()) == 200
    assert agent.protection.report().calls == 1


def test_generator_runs_protected_step_by_step(post):
    @protect_agent(budget_usd=1)
    def agent():
        received = yield post("one")[0]
        assert received == "sent" and current() is agent.protection
        try:
            yield post("two")[0]
        except KeyError as thrown:
            yield thrown
        return "returned"

    steps = agent()
    assert next(steps) == 200
    assert current() is None
    assert steps.send("sent") == 200
    error = KeyError("x")
    assert steps.throw(error) is error
    with pytest.raises(StopIteration) as stopped:
        next(steps)
    assert stopped.value.value == "returned"
    assert agent.protection.report().calls == 2


def test_generator_closed_early_closes_the_inner_one_and_the_run():
    closed = []

    @protect_agent
    def agent():
        try:
            yield 1
        finally:
            closed.append(current() is agent.protection)

    steps = agent()
    next(steps)
    steps.close()
    assert closed == [True] and current() is None
    assert iron_cage._runs.state.active == 0
    steps = agent()
    next(steps)
    del steps
    gc.collect()
    assert closed == [True, True] and iron_cage._runs.state.active == 0


def test_generator_may_move_between_threads(post):
    @protect_agent(budget_usd=TOO_LITTLE)
    def agent():
        yield 1
        post("refused")
        yield 2

    steps, raised = agent(), []
    next(steps)

    def consume():
        try:
            next(steps)
        except BudgetExceeded as error:
            raised.append(error)

    thread = threading.Thread(target=consume)
    thread.start()
    thread.join()
    assert len(raised) == 1


def test_async_generator_runs_protected_step_by_step(url, chat):
    @protect_agent(budget_usd=1)
    async def agent():
        async with httpx.AsyncClient() as client:
            for text in ("one", "two"):
                received = yield (await client.post(url, json=chat(text))).status_code
                assert received in (None, "sent")

    async def consume():
        steps = agent()
        assert await steps.__anext__() == 200
        assert current() is None
        assert await steps.asend("sent") == 200
        with pytest.raises(StopAsyncIteration):
            await steps.__anext__()
        steps = agent()
        await steps.__anext__()
        await steps.aclose()

    asyncio.run(consume())
    assert agent.protection.report().calls == 3
    assert iron_cage._runs.state.active == 0


def test_methods_classmethods_and_staticmethods():
    class Agent:
        @protect_agent
        def method(self, value):
            return self, value, current()

        @protect_agent
        @classmethod
        def below(cls, value):
            return cls, value, current()

        @classmethod
        @protect_agent
        def above(cls, value):
            return cls, value, current()

        @protect_agent
        @staticmethod
        def static(value):
            return value, current()

    agent = Agent()
    assert agent.method(1) == (agent, 1, Agent.method.protection)
    assert agent.method.protection is Agent.method.protection
    assert Agent.below(2)[:2] == (Agent, 2) and Agent.below(2)[2] is Agent.below.protection
    assert agent.above(3)[:2] == (Agent, 3) and Agent.above(3)[2] is not None
    assert Agent.static(4)[0] == 4 and Agent.static(4)[1] is not None


def test_work_that_leaves_with_the_result_stays_protected(url, chat):
    async def work():
        async with httpx.AsyncClient() as client:
            return (await client.post(url, json=chat())).status_code

    def steps():
        yield httpx.post(url, json=chat()).status_code

    @protect_agent(budget_usd=1)
    def coroutine():
        return work()

    @protect_agent(budget_usd=1)
    def generator():
        return steps()

    assert asyncio.run(coroutine()) == 200 and coroutine.protection.report().calls == 1
    assert list(generator()) == [200] and generator.protection.report().calls == 1


def test_protection_accumulates_over_runs_and_max_calls_counts_per_run(post):
    @protect_agent(max_calls=1)
    def agent(calls):
        for _ in range(calls):
            post()

    agent(1)
    agent(1)
    with pytest.raises(LimitReached) as caught:
        agent(2)
    assert caught.value.limit == "calls"
    assert agent.protection.report().calls == 3 and agent.protection.report().denied == 1


def test_budget_scope_run_gives_each_run_a_fresh_budget(post):
    with Protection(budget_usd=1) as probe:
        post(max_tokens=16)
    cost = probe.report().spent_usd

    @protect_agent(budget_usd=cost * 40, budget_scope="run", lower_output=False, warn_at=1)
    def agent():
        return [post(max_tokens=16)[0] for _ in range(2)]

    for _ in range(30):
        assert agent() == [200, 200]
    assert agent.protection.report().spent_usd > cost * 40


def test_with_is_a_run_and_may_be_entered_again(post):
    protection = Protection(budget_usd=1)
    with protection as entered:
        assert entered is protection is current()
        with protection:
            post()
        assert current() is protection
    with protection:
        post()
    assert current() is None
    assert protection.report().calls == 2
    assert iron_cage._runs.state.active == 0


def test_async_with(url, chat):
    protection = Protection(budget_usd=1)

    async def main():
        async with protection:
            async with httpx.AsyncClient() as client:
                await client.post(url, json=chat())

    asyncio.run(main())
    assert protection.report().calls == 1


def test_one_protection_in_many_threads_at_once(post):
    protection = Protection(budget_usd=10)
    failures = []

    def work():
        try:
            for _ in range(3):
                with protection:
                    assert current() is protection
                    assert post()[0] == 200
                assert current() is None
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert protection.report().calls == 24 and iron_cage._runs.state.active == 0


def test_nested_protections_are_both_charged_and_must_both_agree(post):
    @protect_agent(budget_usd=TOO_LITTLE)
    def poor():
        return post()[0]

    @protect_agent(budget_usd=1)
    def rich():
        return post()[0]

    with Protection(budget_usd=1) as outer:
        assert rich() == 200
        with pytest.raises(BudgetExceeded):
            poor()
        assert post()[0] == 200
    assert outer.report().calls == 2
    assert rich.protection.report().calls == 1

    with pytest.raises(BudgetExceeded) as caught:
        with Protection(budget_usd=TOO_LITTLE):
            rich()
    assert caught.value.limit_usd is not None and caught.value.limit_usd < 1


def test_recursion_charges_once(post):
    @protect_agent(budget_usd=1)
    def agent(depth):
        return agent(depth - 1) if depth else post()[0]

    assert agent(4) == 200
    report = agent.protection.report()
    assert report.calls == 1 and sum(used.calls for used in report.by_model.values()) == 1
    once = report.spent_usd
    assert agent(0) == 200
    assert agent.protection.report().spent_usd == once * 2


def test_events_reach_the_protection_and_the_callback_in_the_callers_thread(post):
    seen = []
    protection = Protection(budget_usd=1, on_event=lambda event: seen.append((event["kind"], threading.get_ident())))
    with protection:
        post("write to joe@example.com")
    kinds = [event["kind"] for event in protection.events()]
    assert kinds and kinds == [kind for kind, _ in seen]
    assert {ident for _, ident in seen} == {threading.get_ident()}
    assert protection.events() == protection.events()


def test_events_of_one_agent_never_come_in_the_thread_of_another(post):
    threads, wrong, seen = 4, [], [[] for _ in range(4)]
    together = threading.Barrier(threads)

    def work(index):
        me = threading.get_ident()

        def on_event(event):
            seen[index].append(event)
            if threading.get_ident() != me:
                wrong.append(event["kind"])

        protection = Protection(on_event=on_event)
        together.wait()
        with protection:
            for _ in range(20):
                post("write to joe@example.com")
        assert seen[index] == protection.events()

    workers = [threading.Thread(target=work, args=(index,)) for index in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not wrong and all(len(events) >= 20 for events in seen)


def test_events_come_in_the_agents_thread_also_when_another_asks_for_the_report(post):
    seen = []
    protection = Protection(on_event=lambda event: seen.append(threading.get_ident()))

    def ask():
        protection.stop("enough")
        assert protection.report() and protection.events()

    with pytest.raises(AgentStopped), protection:
        other = threading.Thread(target=ask)
        other.start()
        other.join()
        assert not seen
        post()
    assert seen and set(seen) == {threading.get_ident()}


def test_closing_a_protection_hands_on_the_events_that_were_left(url, chat):
    seen = []
    protection = Protection(budget_usd=1, warn_at=[0.000001], on_event=seen.append)
    with httpx.Client() as client:
        with protection:
            response = client.send(client.build_request("POST", url, json=chat(stream=True, max_tokens=2000)), stream=True)
        response.close()
    protection.close()
    assert seen == protection.events()


def test_a_callback_may_call_and_ask_itself(post):
    protection, seen = None, []

    def on_event(event):
        seen.append(event)
        if len(seen) == 1:
            post("write to joe@example.com")
            protection.report()

    protection = Protection(on_event=on_event)
    with protection:
        post("write to joe@example.com")
    assert protection.report().calls == 2 and len(seen) == len(protection.events())


def test_ctrl_c_in_a_callback_withdraws_the_call(sim, post):
    def interrupted(event):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), Protection(budget_usd=1, on_event=interrupted) as protection:
        post("write to joe@example.com")
    assert not sim.log and not iron_cage._engine.open_calls
    assert protection.report().held_usd == 0 and protection.report().spent_usd == 0


def test_a_callback_that_raises_is_logged(post, caplog):
    def broken(event):
        raise RuntimeError("callback")

    with Protection(on_event=broken):
        assert post("write to joe@example.com")[0] == 200
    assert any(record.name == "iron_cage" and "on_event" in record.message for record in caplog.records)


def test_report_is_readable_and_exact(post):
    with Protection(budget_usd=1, agent_id="reader") as protection:
        post("write to joe@example.com")
    report = protection.report()
    assert report.pii_by_kind == {"EMAIL_ADDRESS": 1}
    assert [(f.kind, f.direction, f.action) for f in report.pii_findings] == [("EMAIL_ADDRESS", "input", "redact")]
    assert report.by_model["gpt-4o"].spent_usd == report.spent_usd
    for word in ("reader", "gpt-4o", "EMAIL_ADDRESS", "1 sent"):
        assert word in str(report)


def test_close_ends_a_protection_and_keeps_its_report(post):
    protection = Protection(budget_usd=1)
    with protection:
        post()
    protection.close()
    protection.close()
    assert protection.report().calls == 1
    with pytest.raises(RuntimeError, match="closed"):
        with protection:
            pass


def test_hooks_go_with_the_last_protection():
    from iron_cage._hooks import install

    before = list(install._users)  # those that other tests left open
    install._users.clear()
    try:
        protection = Protection()
        assert getattr(httpx.Client._send_single_request, install.MARK, False)
        assert getattr(threading.Thread.start, install.MARK, False)
        protection.close()
        assert not getattr(httpx.Client._send_single_request, install.MARK, False)
        assert not getattr(threading.Thread.start, install.MARK, False)
    finally:
        install._users.update(before)


def test_a_protection_closed_during_a_run_guards_the_run_to_its_end(sim, post):
    from iron_cage._hooks import install

    before = list(install._users)  # those that other tests left open
    install._users.clear()
    try:
        protection = Protection(budget_usd=1)
        with protection:
            post()
            protection.close()
            assert post("write to joe@example.com")[0] == 200
            assert b"joe@" not in sim.log[-1].body
            assert protection.report().calls == 2, "the report is live until the run ends"
            with pytest.raises(RuntimeError, match="closed"):
                protection.__enter__()
        assert protection.report().calls == 2 and protection.report().held_usd == 0
        assert not getattr(httpx.Client._send_single_request, install.MARK, False)
        assert post("write to joe@example.com")[0] == 200
        assert b"joe@" in sim.log[-1].body and protection.report().calls == 2
    finally:
        install._users.update(before)


def test_the_last_of_several_open_runs_ends_a_closed_protection(sim, post):
    @protect_agent(budget_usd=1)
    def agent():
        yield post()[0]
        yield post()[0]

    first, second = agent(), agent()
    next(first), next(second)
    agent.protection.close()
    assert list(first) == [200]
    assert next(second) == 200 and agent.protection.report().calls == 4
    agent.protection.stop("handle is still there")
    second.close()
    assert agent.protection.report().calls == 4
    with pytest.raises(RuntimeError, match="closed"):
        next(agent())


def test_with_blocks_may_end_in_another_order_than_they_began(post):
    first, second = Protection(), Protection()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert current() is second
    post()
    second.__exit__(None, None, None)
    assert current() is None and iron_cage._runs.current.get() is None
    post()
    assert (first.report().calls, second.report().calls) == (1, 1), "the second run is nested in the first, and the last call in none"


def test_a_closed_protection_can_be_stopped_while_a_run_is_open_and_says_so_afterwards(post):
    protection = Protection(budget_usd=1)
    with pytest.raises(AgentStopped), protection:
        protection.close()
        protection.stop("enough")
        post()
    assert protection.report().denied == 1
    with pytest.raises(RuntimeError, match="closed"):
        protection.stop("too late")


def test_an_error_of_the_agent_stays_its_own(post):
    @protect_agent
    def agent():
        post()
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        agent()
    assert iron_cage._runs.state.active == 0


def test_options_are_checked_at_decoration():
    with pytest.raises(ConfigError):
        @protect_agent(budget_usd=-5)
        def agent(): ...


def test_a_with_block_around_a_yield_protects_both_sides_of_it(url, chat):
    inner = Protection(agent_id="inner", max_calls=2)

    @protect_agent(agent_id="outer")
    def agent():
        with httpx.Client() as client, inner:
            for _ in range(3):
                client.post(url, json=chat(max_tokens=5))
                yield

    steps = agent()
    next(steps)
    assert iron_cage.current() is None, "between two steps the context is the consumer's"
    next(steps)
    with pytest.raises(LimitReached):
        next(steps)
    assert (inner.report().calls, agent.protection.report().calls) == (2, 2)


def test_a_with_block_around_a_yield_ends_with_the_generator(url, chat):
    inner, other = Protection(agent_id="inner"), Protection(agent_id="other")

    @protect_agent(agent_id="outer")
    def agent():
        with inner:
            yield httpx.post(url, json=chat(max_tokens=5)).status_code
        yield httpx.post(url, json=chat(max_tokens=5)).status_code

    assert list(agent()) == [200, 200]
    assert (inner.report().calls, agent.protection.report().calls) == (1, 2)
    with other:
        for _ in agent():
            httpx.post(url, json=chat(max_tokens=5))
            break
        assert iron_cage.current() is other
    assert other.report().calls == 2, "the step, which it is around, and the loop's body"
    assert iron_cage.current() is None


def test_an_async_with_block_around_a_yield_protects_both_sides_of_it(url, chat):
    inner = Protection(agent_id="inner")

    @protect_agent(agent_id="outer")
    async def agent():
        async with httpx.AsyncClient() as client, inner:
            for _ in range(3):
                await client.post(url, json=chat(max_tokens=5))
                yield

    async def main():
        async for _ in agent():
            assert iron_cage.current() is None

    asyncio.run(main())
    assert (inner.report().calls, agent.protection.report().calls) == (3, 3)


def test_a_protected_generator_may_be_garbage(url, chat, capfd):
    @protect_agent
    def agent():
        yield httpx.post(url, json=chat(max_tokens=5)).status_code

    steps = agent()
    assert next(steps) == 200
    cycle = [steps]
    cycle.append(cycle)
    del steps, cycle
    gc.collect()
    assert capfd.readouterr().err == ""
    assert agent.protection.report().calls == 1
