"""What agents are doing, spent and had found: agent_state, in memory."""
import os
import threading
from decimal import Decimal

import httpx
import pytest

from iron_cage import AgentState, AgentStopped, Budget, BudgetExceeded, Protection, agent_states
from iron_cage.testing import ProviderSimulator, Reply

PRICES = {"gpt-4o-mini": (Decimal("0.15"), Decimal("0.075"), Decimal("0.60"))}


def call(provider, text="hello", max_tokens=50):
    return httpx.post(f"{provider.url}/v1/chat/completions", json={"model": "gpt-4o-mini", "max_tokens": max_tokens, "messages": [{"role": "user", "content": text}]})


@pytest.fixture
def agent(request):
    return f"agent-{abs(hash(request.node.nodeid)):x}"


def listed(agent):
    return [state for state in agent_states() if state.agent_id == agent]


def test_an_agent_is_idle_running_and_idle_again_with_what_it_spent_and_had_found(sim, agent):
    protection = Protection(agent_id=agent)
    assert protection.agent_state == AgentState(agent, "idle", Decimal(0), 0)
    with protection:
        assert protection.agent_state.status == "running"
        call(sim, "write to ada@example.org and bob@example.org")
        assert protection.agent_state == AgentState(agent, "running", sim.bill(PRICES), 2)
        assert listed(agent) == [protection.agent_state]
    assert protection.agent_state == AgentState(agent, "idle", sim.bill(PRICES), 2)
    protection.close()
    assert listed(agent) == [] and protection.agent_state == AgentState(agent, "idle", sim.bill(PRICES), 2)


def test_protections_of_one_id_are_one_agent(sim, agent):
    first, second = Protection(agent_id=agent), Protection(agent_id=agent)
    with first:
        call(sim)
        inner = Protection(agent_id=agent + "-inner")
        with inner:
            call(sim)
    with second:
        call(sim)
        bill = sim.bill(PRICES)
        assert first.agent_state == second.agent_state == AgentState(agent, "running", bill, 0)
        assert [state.budget_spent < bill for state in listed(agent + "-inner")] == [True]
    first.close()
    assert listed(agent) == [second.agent_state]
    second.close()
    inner.close()
    assert listed(agent) == []


def test_an_agent_without_money_is_exceeded_until_something_is_let_through(sim, agent):
    budget = Budget(agent, "0.000001")
    protection = Protection(agent_id=agent, budget=budget)
    with pytest.raises(BudgetExceeded), protection:
        call(sim)
    assert protection.agent_state == AgentState(agent, "exceeded", Decimal(0), 0)
    budget.top_up(1)
    with protection:
        assert protection.agent_state.status == "exceeded"
        call(sim)
        assert protection.agent_state.status == "running"
        with pytest.raises(BudgetExceeded):
            budget.hold(100)
        assert protection.agent_state.status == "exceeded"
        budget.hold("0.25").settle("0.125")
        assert protection.agent_state == AgentState(agent, "running", sim.bill(PRICES) + Decimal("0.125"), 0)


def test_an_inner_agent_whose_outer_one_has_no_money_is_not_exceeded_itself(sim, agent):
    outer, inner = Protection(agent_id=agent + "-outer", budget_usd="0.000001"), Protection(agent_id=agent)
    with pytest.raises(BudgetExceeded), outer, inner:
        call(sim)
    assert (outer.agent_state.status, inner.agent_state.status) == ("exceeded", "idle")


def test_an_agent_is_stopped_until_another_protection_of_it_runs(sim, agent):
    protection = Protection(agent_id=agent)
    with pytest.raises(AgentStopped), protection:
        protection.stop("enough")
        assert protection.agent_state.status == "stopped"
        call(sim)
    assert protection.agent_state.status == "stopped"
    with pytest.raises(AgentStopped), protection:
        call(sim)
    assert protection.agent_state.status == "stopped"
    with Protection(agent_id=agent) as again:
        assert again.agent_state.status == protection.agent_state.status == "running"


def test_each_change_is_told_in_order_and_once(sim, agent):
    told, threads = [], set()

    def tell(state):
        told.append(state)
        threads.add(threading.get_ident())

    protection = Protection(agent_id=agent, on_agent_state=tell, budget_usd=1)
    with protection:
        call(sim, "write to ada@example.org")
        assert told[-1].budget_spent == sim.bill(PRICES)
    protection.close()
    bill = sim.bill(PRICES)
    assert told == [AgentState(agent, "running", Decimal(0), 0), AgentState(agent, "running", Decimal(0), 1), AgentState(agent, "running", bill, 1), AgentState(agent, "idle", bill, 1)]
    assert threads == {threading.get_ident()}
    assert [event["details"]["status"] for event in protection.events() if event["kind"] == "agent.state"] == ["running"] * 3 + ["idle"]


def test_nothing_is_told_that_nobody_asked_for_and_on_event_gets_both(sim, agent):
    seen = []
    with Protection(agent_id=agent, on_event=lambda event: seen.append(event["kind"])) as silent:
        call(sim)
    assert "agent.state" not in seen and not any(event["kind"] == "agent.state" for event in silent.events())
    with Protection(agent_id=agent, on_event=lambda event: seen.append(event["kind"]), on_agent_state=lambda state: None):
        call(sim)
    assert {"agent.state", "call.settled"} <= set(seen)


def test_a_callback_that_raises_is_logged(sim, agent, caplog):
    def broken(state):
        raise ValueError("of the callback")

    with Protection(agent_id=agent, on_agent_state=broken):
        call(sim)
    assert any(record.name == "iron_cage" and "on_agent_state raised" in record.message for record in caplog.records)


def test_threads_add_up(agent):
    with ProviderSimulator(reply=Reply(content="hi")) as sim, Protection(agent_id=agent) as protection:
        threads = [threading.Thread(target=lambda: [call(sim, f"to ada{i}@example.org") for i in range(10)]) for _ in range(8)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        assert protection.agent_state == AgentState(agent, "running", sim.bill(PRICES), 80)


def test_a_forked_child_has_states_of_its_own(sim, agent):
    protection = Protection(agent_id=agent)
    with protection:
        call(sim)
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                before = protection.agent_state
                call(sim)
                os.write(write, f"{before.budget_spent} {protection.agent_state.status} {protection.agent_state.budget_spent > 0}".encode())
            finally:
                os._exit(0)
        os.close(write)
        os.waitpid(child, 0)
        with os.fdopen(read) as pipe:
            assert pipe.read() == "0 running True"
        assert 0 < protection.agent_state.budget_spent < sim.bill(PRICES)
