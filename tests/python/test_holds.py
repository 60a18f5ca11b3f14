"""Holds of the user's own on a budget: paid tools, GPUs."""
import asyncio
import gc
import json
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from redis_server import RedisServer

from iron_cage import AgentStopped, Budget, BudgetExceeded, ConfigError, Hold, Protection, StateError, spend


@pytest.fixture(params=["memory", "sqlite", "redis"])
def state(request, tmp_path):
    if request.param == "redis":
        server = RedisServer(tmp_path)
        yield f"redis://127.0.0.1:{server.port}?ns=holds"
        server.kill()
    else:
        yield None if request.param == "memory" else f"sqlite:///{tmp_path}/spend.db"


@pytest.fixture
def name(request):
    """Budgets in memory live as long as the process: each test has names of its own."""
    return lambda word="b": f"{word}-{abs(hash(request.node.nodeid)):x}"


def figures(budget):
    report = budget.report()
    return report.spent_usd, report.held_usd


def under(label, state=None):
    """What was spent under one label: calls, of them estimated, overbilled, cost."""
    found = [row for row in spend(by="model", state=state) if row.by["model"] == label]
    return [(row.calls, row.estimated, row.overbilled, row.cost_usd) for row in found]


class TestEnds:
    def test_settled_at_what_it_cost_and_only_once(self, state, name):
        budget = Budget(name(), 1, state=state)
        hold = budget.hold("0.75")
        assert figures(budget) == (0, Decimal("0.75")) and hold.held_usd == Decimal("0.75") and not hold.ended
        hold.settle(0.1)
        assert figures(budget) == (Decimal("0.1"), 0) and hold.ended
        for again in (lambda: hold.settle(0.1), hold.release):
            with pytest.raises(RuntimeError, match="this hold has ended"):
                again()
        assert figures(budget) == (Decimal("0.1"), 0)

    def test_a_block_that_is_left_without_a_settlement_costs_all_of_it(self, state, name):
        budget = Budget(name(), 1, state=state)
        with budget.hold(0.25, label=name("left")) as hold:
            pass
        with pytest.raises(ZeroDivisionError):
            with budget.hold(0.25, label=name("left")):
                1 / 0
        assert hold.ended and figures(budget) == (Decimal("0.5"), 0) and under(name("left"), state) == [(2, 2, 0, Decimal("0.5"))]

    def test_a_block_with_a_settlement_costs_that_and_with_a_release_nothing(self, state, name):
        budget = Budget(name(), 1, state=state)
        with budget.hold(0.25, label=name("done")) as hold:
            hold.settle(0)
        with budget.hold(0.25, label=name("not done")) as hold:
            hold.release()
        assert figures(budget) == (0, 0)
        assert under(name("done"), state) == [(1, 0, 0, 0)] and under(name("not done"), state) == []

    def test_garbage_costs_all_of_it(self, name):
        budget = Budget(name(), 1)
        budget.hold(0.25)
        cycle = [budget.hold(0.5)]
        cycle.append(cycle)
        del cycle
        gc.collect()
        assert figures(budget) == (Decimal("0.75"), 0)

    def test_above_the_hold_it_is_booked_in_full_and_told(self, state, name, caplog):
        budget = Budget(name(), 1, state=state)
        budget.hold(0.25, label=name("dear")).settle(3)
        assert figures(budget) == (3, 0) and under(name("dear"), state) == [(1, 0, 1, 3)]
        with Protection() as protection:
            protection.events()  # drains
            assert f"{name('dear')} cost $3, above the hold of $0.25 on budget {budget.name}" in caplog.text
            with pytest.raises(BudgetExceeded):
                budget.hold(0.01)
            budget.top_up(5)
            budget.hold(0.5).settle(1)
        assert [event["message"] for event in protection.events() if event["kind"] == "budget.overbilled"] == [f"a hold cost $1, above the hold of $0.5 on budget {budget.name}"]

    def test_each_that_is_above_its_hold_is_listed_in_the_report_and_in_that_of_the_budget_above(self, state, name):
        org = Budget(name("org"), 1000, state=state)
        team = Budget(name("team"), 1000, parent=org)
        for cost in (1, 2, 3):
            team.hold(2, label="gpu", provider="lambda", agent="me", project="p", tags=["b", "a"]).settle(cost)
        org.hold(1).settle(1.5)
        for _ in range(100):
            team.hold(0.001).settle(0.002)
        mine, all_ = team.report(), org.report()
        assert (mine.overrun_count, mine.overrun_usd, len(mine.overruns)) == (101, Decimal("1.1"), 100)
        assert (all_.overrun_count, all_.overrun_usd, len(all_.overruns)) == (102, Decimal("1.6"), 100)
        assert {(each.agent, each.model, each.tags, each.held_usd, each.billed_usd) for each in mine.overruns} == {("", "", (), Decimal("0.001"), Decimal("0.002"))}
        assert list(mine.overruns) == sorted(mine.overruns, key=lambda each: each.at, reverse=True)

    def test_an_overrun_says_when_whose_what_was_held_and_billed(self, state, name):
        budget = Budget(name(), 10, state=state)
        before = datetime.now(timezone.utc)
        budget.hold(2, label="gpu", provider="lambda", agent="me", project="p", tags=["b", "a"]).settle(3)
        [found] = budget.report().overruns
        assert (found.agent, found.provider, found.model, found.project, found.tags, found.held_usd, found.billed_usd) == ("me", "lambda", "gpu", "p", ("a", "b"), 2, 3)
        assert abs(found.at - before) < timedelta(seconds=30)

    def test_an_amount_is_rounded_up_to_a_picodollar(self, name):
        budget = Budget(name(), 1)
        held = {usd: budget.hold(usd).held_usd for usd in (0.1 + 0.2, 1e-13, Decimal("0.0000000000011"), "0.1")}
        assert held == {0.1 + 0.2: Decimal("0.300000000001"), 1e-13: Decimal("1e-12"), Decimal("0.0000000000011"): Decimal("0.000000000002"), "0.1": Decimal("0.1")}

    def test_floats_mean_what_they_show(self):
        from iron_cage._convert import pico

        for cents in list(range(0, 20_000, 7)) + [99_999, 900_000_000]:
            assert pico("usd", cents / 100) == cents * 10**10 == pico("usd", Decimal(cents) / 100) == pico("usd", f"{cents / 100:.2f}")
        for tiny in range(1, 10**6, 997):
            assert pico("usd", tiny / 10**12) == tiny and pico("usd", (10**14 - tiny) / 10**12) == 10**14 - tiny


class TestRefusals:
    def test_what_does_not_fit_is_refused_with_the_figures(self, state, name):
        budget = Budget(name(), 1, state=state)
        with budget.hold(0.75):
            with pytest.raises(BudgetExceeded) as raised:
                budget.hold(0.5, wait=0, label="gpu")
        error = raised.value
        assert (error.limit_usd, error.spent_usd, error.held_usd, error.needed_usd, error.model) == (1, 0, Decimal("0.75"), Decimal("0.5"), "gpu")

    def test_the_budget_above_refuses_by_its_name_and_a_frozen_one_says_so(self, name):
        org = Budget(name("org"), 1)
        team = Budget(name("team"), 5, parent=org)
        with pytest.raises(BudgetExceeded) as raised:
            team.hold(2)
        assert raised.value.budget == org.name
        team.freeze()
        with pytest.raises(BudgetExceeded, match="the budget is frozen"):
            team.hold(0.1)

    def test_the_kill_switch_of_the_run_refuses(self, name):
        budget = Budget(name(), 1)
        with pytest.raises(AgentStopped):
            with Protection() as protection:
                protection.stop("enough")
                budget.hold(0.1)
        budget.hold(0.1).settle(0.1)

    @pytest.mark.parametrize("arguments, message", [
        (dict(usd=0), r"^usd: must be above 0 and at most 9000000 dollars"), (dict(usd=-1.5), "^usd: must be above 0"), (dict(usd=10**30), "^usd: must be above 0"),
        (dict(usd=True), "^usd: .* got bool True"), (dict(usd=float("nan")), "^usd: "), (dict(usd="a dollar"), "^usd: "), (dict(usd=None), "^usd: "),
        (dict(usd=1, wait=-1), "^wait: must be 0 to 3600 seconds"), (dict(usd=1, wait=3601), "^wait: must be 0 to 3600 seconds"), (dict(usd=1, wait="long"), "^wait: "),
        (dict(usd=1, label="x" * 201), "^label: must be a string of 1 to 200 characters"), (dict(usd=1, agent=7), "^agent: "), (dict(usd=1, tags="ab"), "^tags: "),
        (dict(usd=1, tags=["a\nb"]), r"^tags\[0\]: must not have line breaks"), (dict(usd=1, tags=([],)), r"^tags\[0\]: "), (dict(usd=1, label="\ud800"), "^label: "),
    ])
    def test_bad_input_is_named(self, name, arguments, message):
        budget = Budget(name(), 10)
        with pytest.raises(ConfigError, match=message):
            budget.hold(**arguments)
        assert figures(budget) == (0, 0)

    def test_a_bad_settlement_leaves_the_hold_as_it_is(self, name):
        hold = Budget(name(), 10).hold(1)
        for bad in (-0.1, 9_000_001, float("inf"), None):
            with pytest.raises(ConfigError, match="^usd: "):
                hold.settle(bad)
        hold.settle(9_000_000)


class TestWaiting:
    def test_it_waits_for_money_that_others_hold(self, state, name):
        budget = Budget(name(), 1, state=state)
        first = budget.hold(0.75)
        threading.Timer(0.2, first.settle, (0.25,)).start()
        budget.hold(0.75, wait=30).settle(0.5)
        assert figures(budget) == (Decimal("0.75"), 0)

    def test_ctrl_c_withdraws_it(self, name, interruptible):
        budget = Budget(name(), 1)
        with budget.hold(0.75):
            threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
            with pytest.raises(KeyboardInterrupt):
                budget.hold(0.75)
            assert figures(budget) == (0, Decimal("0.75"))
            budget.top_up(1)
            assert figures(budget) == (0, Decimal("0.75"))

    def test_tasks_wait_without_blocking_their_loop(self, state, name):
        budget = Budget(name(), 1, state=state)

        async def work():
            async with budget.hold_async(0.4) as hold:
                assert isinstance(hold, Hold)
                await asyncio.sleep(0.005)
                hold.settle(0.01)

        async def main():
            ticks = 0

            async def tick():
                nonlocal ticks
                while True:
                    await asyncio.sleep(0.001)
                    ticks += 1

            ticking = asyncio.create_task(tick())
            await asyncio.gather(*(work() for _ in range(20)))
            ticking.cancel()
            assert ticks > 20

        asyncio.run(main())
        assert figures(budget) == (Decimal("0.2"), 0)

    def test_a_task_that_is_cancelled_while_it_waits_holds_nothing(self, state, name):
        budget = Budget(name(), 1, state=state)

        async def main():
            hold = await budget.hold_async(0.75)
            waiting = [asyncio.create_task(budget.hold_async(0.75)._take()) for _ in range(20)]
            await asyncio.sleep(0.05)
            for task in waiting[:10]:
                task.cancel()
            hold.release()  # as the money comes
            for task in waiting[10:]:
                task.cancel()
            got = await asyncio.gather(*waiting, return_exceptions=True)
            assert all(isinstance(each, (asyncio.CancelledError, Hold)) for each in got)
            return [each.settle(0) for each in got if isinstance(each, Hold)]

        asyncio.run(main())
        deadline = time.monotonic() + 10
        while figures(budget) != (0, 0) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert figures(budget) == (0, 0)

    def test_an_async_block_that_is_left_by_cancellation_costs_all_of_it(self, name):
        budget = Budget(name(), 1)

        async def main():
            async def work():
                async with budget.hold_async(0.25):
                    await asyncio.sleep(60)

            task = asyncio.create_task(work())
            await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        asyncio.run(main())
        assert figures(budget) == (Decimal("0.25"), 0)

    def test_threads_never_exceed_it_and_nothing_is_lost(self, state, name):
        budget = Budget(name(), "0.3", state=state)
        settled, most = [], 20 if state else 200

        def work(seed):
            for i in range(most):
                try:
                    hold = budget.hold("0.01", wait=30)
                except BudgetExceeded:
                    return
                cost = Decimal((seed * 7 + i) % 11) / 1000
                hold.settle(cost)
                settled.append(cost)

        threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        spent, held = figures(budget)
        assert spent == sum(settled) <= Decimal("0.3") and held == 0


class TestAttribution:
    def test_it_is_reported_under_the_run_and_what_is_said(self, state, name):
        budget = Budget(name(), 10, state=state)
        with Protection(agent_id=name("agent"), project="p", tags=["t"], state=state):
            budget.hold(1, label="a100", provider="lambda", tags=["s"]).settle(0.5)
            budget.hold(1, label="a100", provider="lambda", tags=["s"]).settle(0.25)
            budget.hold(1, agent=name("other"), project="q").settle(0.125)
        mine = [row for row in spend(by=["agent", "provider", "model", "project", "tag"], state=state) if row.by["agent"] in (name("agent"), name("other"))]
        expected = {(name("agent"), "lambda", "a100", "p", "s"): (2, Decimal("0.75")), (name("agent"), "lambda", "a100", "p", "t"): (2, Decimal("0.75")),
                    (name("other"), "", "", "q", "t"): (1, Decimal("0.125"))}
        assert {tuple(row.by.values()): (row.calls, row.cost_usd) for row in mine} == expected

    def test_a_durable_store_keeps_it_in_the_audit_trail(self, tmp_path, name):
        state = f"sqlite:///{tmp_path}/spend.db"
        budget = Budget("b", 10, state=state)
        budget.hold(1, label="gpu", agent="me").settle(0.5)
        budget.hold(1, agent="me").release()
        del budget
        lines = subprocess.run([sys.executable, "-m", "iron_cage", "audit", "export", state], capture_output=True, text=True, check=True).stdout.splitlines()
        kept = [(line["event_type"], line["agent_id"], line["details"].get("label"), line["details"].get("hold_pico", line["details"].get("cost_pico")))
                for line in map(json.loads, lines) if line["event_type"].startswith("hold.")]
        assert kept == [("hold.taken", "me", "gpu", 10**12), ("hold.settled", "me", "gpu", 5 * 10**11), ("hold.taken", "me", "", 10**12), ("hold.released", "me", "", 0)]

    def test_a_warning_of_the_run_s_budget_comes_with_the_settlement(self, name):
        budget = Budget(name(), 1)
        with Protection(budget=budget, warn_at=0.5) as protection:
            budget.hold(0.75).settle(0.6)
            assert [event["kind"] for event in protection.events()] == ["budget.warning"]


CHILD = """
import os, sys
from iron_cage import Budget
budget = Budget("b", 1, state=sys.argv[1])
hold = budget.hold(0.25)
other = budget.hold(0.125)
print("held", flush=True)
"""


class TestProcesses:
    def test_a_forked_child_cannot_end_the_hold_of_its_parent(self, name, state):
        if state and "redis" in state:
            state += "&lease=off"  # else what the child leaves behind is its lease, until that expires
        budget = Budget(name(), 1, state=state)
        hold = budget.hold(0.25)
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                for end in (lambda: hold.settle(0), hold.release):
                    try:
                        end()
                    except RuntimeError as error:
                        os.write(write, str(error).encode() + b"\n")
                with budget.hold(0.125) as own:
                    own.settle(0.0625)
                hold.__exit__(None, None, None)
                del hold
                gc.collect()
                os.write(write, str(budget.report().spent_usd).encode())
            finally:
                os._exit(0)
        os.close(write)
        os.waitpid(child, 0)
        with os.fdopen(read, "rb") as pipe:
            said = pipe.read().decode().splitlines()
        assert said == ["this hold has ended, or belongs to the process that this one was forked from"] * 2 + ["0.0625"]
        assert figures(budget) == (Decimal("0.0625"), Decimal("0.25"))
        hold.settle(0.125)
        assert figures(budget) == (Decimal("0.1875"), 0)

    def test_what_is_open_at_exit_costs_all_of_it(self, tmp_path):
        state = f"sqlite:///{tmp_path}/spend.db"
        subprocess.run([sys.executable, "-c", CHILD, state], check=True, stdout=subprocess.DEVNULL)
        assert figures(Budget("b", 1, state=state)) == (Decimal("0.375"), 0)

    def test_what_a_killed_process_held_costs_all_of_it_after_the_expiry(self, tmp_path):
        state = f"sqlite:///{tmp_path}/spend.db?heartbeat=0.1&expiry=0.5"
        process = subprocess.Popen([sys.executable, "-c", CHILD + "import time; time.sleep(600)", state], stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "held\n"
        budget = Budget("b", 1, state=state)
        assert figures(budget) == (0, Decimal("0.375"))
        process.kill()
        process.wait()
        with pytest.raises(BudgetExceeded) as raised:  # it fits beside neither: it waits until what was held is booked
            budget.hold(0.75, wait=60)
        assert (raised.value.spent_usd, raised.value.held_usd) == (Decimal("0.375"), 0) and figures(budget) == (Decimal("0.375"), 0)

    def test_what_a_killed_child_held_in_memory_costs_all_of_it(self, name):
        budget = Budget(name(), 1)
        budget.hold(0.125).settle(0.125)
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            holds = [budget.hold(0.25), budget.hold(0.0625)]
            os.write(write, b"held")
            time.sleep(600)
            os._exit(len(holds))
        assert os.read(read, 4) == b"held"
        assert figures(budget) == (Decimal("0.125"), Decimal("0.3125"))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        assert figures(budget) == (Decimal("0.4375"), 0)

    def test_a_store_that_is_gone_is_an_error_and_holds_nothing(self, tmp_path):
        budget = Budget("b", 1, state=f"sqlite:///{tmp_path}/spend.db")
        os.rename(tmp_path / "spend.db", tmp_path / "away.db")
        with pytest.raises(StateError):
            budget.hold(0.25)
        os.rename(tmp_path / "away.db", tmp_path / "spend.db")
        assert figures(budget) == (0, 0)
