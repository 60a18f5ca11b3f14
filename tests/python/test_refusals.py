"""How a refusal travels: it stops the agent, and reaches the caller of the protected function as exactly its own error."""
import asyncio
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from multiprocessing.pool import ThreadPool

import httpx
import pytest
import requests

import iron_cage
from iron_cage import (
    AgentStopped, BudgetExceeded, CallDenied, CircuitOpen, LimitReached, PiiBlocked, Protection, SafetyConfig, UnpricedModel,
    protect_agent,
)
from iron_cage.testing import Reply

from conftest import TOO_LITTLE

EMAIL = "write to joe.bloggs@example.com please"


# What the error says.


def test_budget_exceeded_carries_the_sums_and_the_next_step(sim, post):
    @protect_agent(budget_usd=TOO_LITTLE)
    def agent():
        post()

    with pytest.raises(BudgetExceeded) as caught:
        agent()
    error = caught.value
    assert error.limit_usd == Decimal(TOO_LITTLE) and error.spent_usd == 0 and error.held_usd == 0 and error.needed_usd > error.limit_usd
    assert error.model == "gpt-4o" and error.reason and error.report.denied == 1 and error.result is None
    assert "budget of $0.000001" in str(error) and "Raise budget_usd" in str(error)
    assert error.__cause__ is None and error.__suppress_context__
    assert sim.log == []


def test_pii_blocked_tells_kind_and_place_but_never_the_value(sim, post):
    with pytest.raises(PiiBlocked) as caught:
        with Protection(pii_action="block"):
            post(EMAIL)
    assert [finding.kind for finding in caught.value.findings] == ["EMAIL_ADDRESS"]
    assert "bloggs" not in str(caught.value) + repr(caught.value.findings) + caught.value.reason
    assert sim.log == []


def test_output_is_blocked_too(sim, post):
    sim.reply = Reply(content=EMAIL)
    with pytest.raises(PiiBlocked):
        with Protection(pii_action="block") as protection:
            post("harmless")
    assert protection.report().calls == 1 and protection.report().held_usd == 0


def test_per_kind_actions_override(sim, post):
    with Protection(pii_action="block", safety=SafetyConfig(actions={"EMAIL_ADDRESS": "ignore"})):
        assert post(EMAIL)[0] == 200
    assert EMAIL in sim.log[0].json["messages"][0]["content"]


def test_unpriced_models_are_refused(sim, post):
    with pytest.raises(UnpricedModel, match="Price"):
        with Protection(budget_usd=1):
            post(model="no-such-model")
    assert sim.log == []


def test_unpriced_models_may_be_given_a_price(post):
    price = iron_cage.Price(input_usd_per_mtok=1, output_usd_per_mtok=2)
    with Protection(budget_usd=1, unpriced=price) as protection:
        assert post(model="no-such-model")[0] == 200
    assert protection.report().spent_usd > 0


def test_circuit_opens_and_does_not_latch(sim, post):
    sim.fail_next(2, status=500)
    protection = Protection(max_retries=0, circuit_breaker={"failure_threshold": 2, "recovery_timeout": 60})
    with pytest.raises(CircuitOpen) as caught:
        with protection:
            assert post()[0] == 500
            assert post()[0] == 500
            post()
    assert 0 < caught.value.retry_after <= 60
    sim.fail_next(1, status=500)
    protection = Protection(max_retries=0, circuit_breaker={"failure_threshold": 1, "recovery_timeout": 0.05})
    with protection:
        assert post()[0] == 500
    while protection.report().circuits[0].retry_after:
        time.sleep(0.01)
    with protection:
        assert post()[0] == 200
    assert protection.report().circuits[0].state == "closed"


def test_stop_is_a_kill_switch(post):
    protection = Protection()

    @protect_agent
    def agent():
        pass

    with pytest.raises(AgentStopped) as caught:
        with protection:
            assert post()[0] == 200
            protection.stop("operator")
            protection.stop("second")
            post()
    assert caught.value.why == "operator"


# On the boundary's own thread and task: an exception that nothing swallows.


def wrap_everything(post):
    """An agent as frameworks write them: catch, wrap, retry."""
    errors = []
    for _ in range(3):
        try:
            return post()
        except Exception as error:
            errors.append(error)
    return errors


def test_it_passes_an_agent_that_catches_and_retries(sim, post):
    @protect_agent(budget_usd=TOO_LITTLE)
    def agent():
        reached.append("before")
        outcome = wrap_everything(post)
        reached.append("after")
        return outcome

    reached = []
    with pytest.raises(BudgetExceeded):
        agent()
    assert reached == ["before"] and sim.log == []


def test_it_passes_a_bare_except_in_the_end(sim, post):
    @protect_agent(budget_usd=TOO_LITTLE)
    def agent():
        for _ in range(3):
            try:
                post()
            except:  # noqa: E722 - that is what is tested
                pass
        return "unimpressed"

    with pytest.raises(BudgetExceeded) as caught:
        agent()
    assert caught.value.result == "unimpressed" and sim.log == []


def test_it_is_raised_from_what_the_agent_made_of_it(post):
    @protect_agent(budget_usd=TOO_LITTLE)
    def agent():
        try:
            post()
        except BaseException:
            raise ValueError("wrapped") from None

    with pytest.raises(BudgetExceeded) as caught:
        agent()
    assert isinstance(caught.value.__cause__, ValueError)


def test_later_calls_of_the_run_are_refused_but_not_those_of_the_next(sim, post):
    protection = Protection(pii_action="block")
    with pytest.raises(PiiBlocked):
        with protection:
            try:
                post(EMAIL)
            except BaseException:
                pass
            post("harmless")
    assert sim.log == []
    with protection:
        assert post("harmless")[0] == 200


def test_async_boundary(url, chat):
    @protect_agent(budget_usd=TOO_LITTLE)
    async def agent():
        async with httpx.AsyncClient() as client:
            try:
                await client.post(url, json=chat())
            except Exception:
                return "swallowed"

    with pytest.raises(BudgetExceeded) as caught:
        asyncio.run(agent())
    assert caught.value.result is None and caught.value.__suppress_context__


def test_generator_and_async_generator(url, chat):
    @protect_agent(budget_usd=TOO_LITTLE)
    def generator():
        yield 1
        try:
            httpx.post(url, json=chat())
        except Exception:
            yield "swallowed"

    @protect_agent(budget_usd=TOO_LITTLE)
    async def async_generator():
        yield 1
        async with httpx.AsyncClient() as client:
            await client.post(url, json=chat())
        yield 2

    async def consume():
        return [item async for item in async_generator()]

    with pytest.raises(BudgetExceeded):
        list(generator())
    with pytest.raises(BudgetExceeded):
        asyncio.run(consume())


# Elsewhere: a synthetic response, and the error at the boundary with what the function returned.


def test_foreign_threads_get_a_response_and_live_on(sim, post):
    alive = []

    @protect_agent(budget_usd=TOO_LITTLE)
    def agent():
        def work():
            alive.append(post()[0])
            alive.append("went on")

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        return alive

    with pytest.raises(BudgetExceeded) as caught:
        agent()
    assert caught.value.result == [402, "went on"] and sim.log == []


@pytest.mark.parametrize("pool", [ThreadPoolExecutor, ThreadPool])
def test_pools(pool, sim, post):
    @protect_agent(budget_usd=TOO_LITTLE)
    def agent():
        with pool(2) as executor:
            return list(executor.map(lambda text: post(text)[0], ["a", "b", "c"]))

    with pytest.raises(BudgetExceeded) as caught:
        agent()
    assert caught.value.result == [402, 402, 402] and sim.log == []


def test_run_in_executor_and_to_thread(url, chat):
    def work():
        return requests.post(url, json=chat()).status_code

    @protect_agent(budget_usd=TOO_LITTLE)
    async def agent():
        loop = asyncio.get_running_loop()
        return [await loop.run_in_executor(None, work), await asyncio.to_thread(work)]

    with pytest.raises(BudgetExceeded) as caught:
        asyncio.run(agent())
    assert caught.value.result == [402, 402]


def test_gather(url, chat):
    @protect_agent(budget_usd=TOO_LITTLE)
    async def agent():
        async with httpx.AsyncClient() as client:
            answers = await asyncio.gather(*(client.post(url, json=chat()) for _ in range(3)))
        return [answer.status_code for answer in answers]

    with pytest.raises(BudgetExceeded) as caught:
        asyncio.run(agent())
    assert caught.value.result == [402, 402, 402]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="TaskGroup")
def test_task_group_children_get_a_response_and_its_body_an_unwrapped_error(url, chat):
    async def child():
        async with httpx.AsyncClient() as client:
            return (await client.post(url, json=chat())).status_code

    @protect_agent(budget_usd=TOO_LITTLE)
    async def children():
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(child()) for _ in range(3)]
        return [task.result() for task in tasks]

    @protect_agent(budget_usd=TOO_LITTLE)
    async def body():
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.sleep(0))
            await child()

    with pytest.raises(BudgetExceeded) as caught:
        asyncio.run(children())
    assert caught.value.result == [402, 402, 402]
    with pytest.raises(BudgetExceeded) as caught:
        asyncio.run(body())
    assert caught.value.__suppress_context__


def test_anyio_task_group(url, chat):
    import anyio

    statuses = []

    async def child():
        async with httpx.AsyncClient() as client:
            statuses.append((await client.post(url, json=chat())).status_code)

    @protect_agent(budget_usd=TOO_LITTLE)
    async def agent():
        async with anyio.create_task_group() as group:
            group.start_soon(child)
            group.start_soon(child)
        return "done"

    with pytest.raises(BudgetExceeded) as caught:
        anyio.run(agent)
    assert statuses == [402, 402] and caught.value.result == "done"


def test_the_response_looks_like_the_providers_and_stops_retries(url, chat):
    seen = []

    @protect_agent(budget_usd=TOO_LITTLE)
    def agent():
        def work():
            for response in (httpx.post(url, json=chat()), requests.post(url, json=chat())):
                seen.append((response.status_code, response.headers["x-should-retry"], response.json()["error"]["message"]))
                with pytest.raises((httpx.HTTPStatusError, requests.HTTPError)):
                    response.raise_for_status()

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()

    with pytest.raises(BudgetExceeded):
        agent()
    assert [(status, retry) for status, retry, _ in seen] == [(402, "false"), (402, "false")] and all(message for *_, message in seen)


def test_on_deny_respond_raises_nothing_anywhere(sim, post):
    @protect_agent(budget_usd=TOO_LITTLE, on_deny="respond")
    def agent():
        return [post()[0], post()[0]]

    assert agent() == [402, 402] and sim.log == []
    assert agent.protection.report().denied == 2


def test_cancellation_and_exit_are_not_replaced(post):
    @protect_agent(budget_usd=TOO_LITTLE)
    def agent():
        try:
            post()
        except BaseException:
            pass
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        agent()


def test_inner_boundary_raises_its_own_error_and_the_outer_goes_on(post):
    @protect_agent(budget_usd=TOO_LITTLE)
    def inner():
        post()

    @protect_agent
    def outer():
        try:
            inner()
        except CallDenied as error:
            return type(error), post()[0]

    assert outer() == (BudgetExceeded, 200)


def test_a_refusal_of_the_outer_protection_reaches_the_outer_boundary(post):
    @protect_agent
    def inner():
        post()

    @protect_agent(budget_usd=TOO_LITTLE)
    def outer():
        try:
            inner()
        except CallDenied:
            return "inner told me"

    with pytest.raises(BudgetExceeded) as caught:
        outer()
    assert caught.value.limit_usd == Decimal(TOO_LITTLE)


# Calls without a run.


def in_thread_without_run(function):
    """Runs it on a thread that was started before any protection was entered."""
    start, box = threading.Event(), []

    def work():
        start.wait()
        box.append(function())

    thread = threading.Thread(target=work)
    thread.start()

    def finish():
        start.set()
        thread.join()
        return box[0]

    return finish


def test_unclaimed_with_one_active_belongs_to_that_one(post):
    finish = in_thread_without_run(lambda: post()[0])
    with Protection(budget_usd=1) as protection:
        assert finish() == 200
    assert protection.report().calls == 1


def test_unclaimed_with_several_active_is_denied_or_passed(sim, post):
    for unclaimed, expected in (("deny", 403), ("pass", 200)):
        finish = in_thread_without_run(lambda: post()[0])
        with Protection(unclaimed=unclaimed) as one:
            held = threading.Event()
            entered = threading.Event()

            def other():
                with Protection(unclaimed=unclaimed):
                    entered.set()
                    held.wait()

            second = threading.Thread(target=other)
            iron_cage._runs.current.set(None)  # the second is not nested in the first
            second.start()
            entered.wait()
            status = finish()
            held.set()
            second.join()
        assert (status == 200) == (expected == 200), (unclaimed, status)
        assert one.report().calls == 0


def test_a_call_after_the_run_has_ended_is_charged_to_its_protection(post):
    go, box = threading.Event(), []

    @protect_agent(budget_usd=1)
    def agent():
        def work():
            go.wait()
            box.append(post()[0])

        thread = threading.Thread(target=work)
        thread.start()
        return thread

    thread = agent()
    go.set()
    thread.join()
    assert box == [200] and agent.protection.report().calls == 1
    assert iron_cage._runs.state.active == 0


def test_pooled_threads_bill_each_item_to_its_own_run(post):
    with ThreadPoolExecutor(1) as pool:
        with Protection(budget_usd=1) as first:
            assert pool.submit(lambda: post()[0]).result() == 200
        with Protection(budget_usd=1) as second:
            assert [pool.submit(lambda: post()[0]).result() for _ in range(2)] == [200, 200]
        assert pool.submit(lambda: post()[0]).result() == 200
    assert (first.report().calls, second.report().calls) == (1, 2)


@pytest.mark.parametrize("schedule", ["call_soon", "done callback"])
def test_a_callback_of_a_loop_gets_a_response_not_an_exception(sim, url, chat, schedule):
    """A loop that a BaseException of a callback runs through is dead, and what its tasks await never comes."""

    @protect_agent(max_calls=1)
    def agent():
        with httpx.Client() as client:
            client.post(url, json=chat())

            async def main():
                loop = asyncio.get_running_loop()
                said = loop.create_future()

                def callback(_=None):
                    said.set_result(client.post(url, json=chat()).status_code)

                if schedule == "call_soon":
                    loop.call_soon(callback)
                else:
                    first = loop.create_future()
                    first.add_done_callback(callback)
                    first.set_result(None)
                return await said

            return asyncio.run(main())

    with pytest.raises(LimitReached) as refused:
        agent()
    assert refused.value.result == 403


def test_a_run_entered_in_a_callback_of_a_loop_has_its_boundary_there(url, chat):
    async def main():
        loop = asyncio.get_running_loop()
        seen = loop.create_future()

        def callback():
            try:
                with Protection(max_calls=1):
                    httpx.post(url, json=chat())
                    httpx.post(url, json=chat())
            except BaseException as error:
                seen.set_result(error)

        loop.call_soon(callback)
        return await seen

    assert isinstance(asyncio.run(main()), LimitReached)
