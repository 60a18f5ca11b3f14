"""Budgets as a user keeps them: windows, trees, top-ups, freezing, history; and what was spent, by whom."""
import csv
import io
import json
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import httpx
import pytest

from iron_cage import Budget, BudgetExceeded, ConfigError, StateError, protect_agent, spend
from iron_cage.testing import ProviderSimulator, Reply

PRICES = {"gpt-4o-mini": (Decimal("0.15"), Decimal("0.075"), Decimal("0.60"))}


def agent(provider, **options):
    @protect_agent(pii_detection=False, **options)
    def run(model="gpt-4o-mini", words=5):
        body = {"model": model, "max_tokens": 50, "messages": [{"role": "user", "content": "word " * words}]}
        return httpx.post(f"{provider.url}/v1/chat/completions", json=body)

    return run


@pytest.fixture(params=["memory", "sqlite"])
def state(request, tmp_path):
    return None if request.param == "memory" else f"sqlite:///{tmp_path}/spend.db"


@pytest.fixture
def name(request):
    """Budgets in memory live as long as the process: each test has names of its own."""
    return lambda word: f"{word}-{abs(hash(request.node.nodeid)):x}"


class TestOverruns:
    def test_a_call_that_its_provider_bills_above_the_hold_is_listed_by_every_budget_it_was_held_on(self, state, name):
        usage = {"prompt_tokens": 5, "completion_tokens": 100_000, "total_tokens": 100_005}
        with ProviderSimulator(reply=Reply(content="hello there", usage=usage)) as sim:
            outer_budget, inner_budget = Budget(name("outer"), 10, state=state), Budget(name("inner"), 10, state=state)
            run = agent(sim, budget=inner_budget, agent_id="inner")

            @protect_agent(budget=outer_budget, agent_id="outer", pii_detection=False)
            def outer():
                run()

            outer()
            billed = Decimal("0.06000075")  # what it says it used, at 0.15 and 0.60 dollars a million
            for budget in (inner_budget, outer_budget):
                [found] = budget.report().overruns
                assert (found.agent, found.model, found.billed_usd) == ("inner", "gpt-4o-mini", billed) and 0 < found.held_usd < billed
                assert budget.report().overrun_usd == billed - found.held_usd
            assert run.protection.report().budget.overruns == inner_budget.report().overruns
            assert [event["details"]["billed_usd"] for event in run.protection.events() if event["kind"] == "budget.overbilled"] == [str(billed)]


class TestTrees:
    def test_a_call_must_fit_every_budget_above_and_is_booked_in_all(self, sim, state, name):
        org = Budget(name("org"), "0.0001", state=state)
        team = Budget(name("team"), 10, parent=org)
        run = agent(sim, budget=Budget(name("agent"), 5, parent=team), agent_id="leaf")
        with pytest.raises(BudgetExceeded) as raised:
            for _ in range(50):
                run()
        assert f"budget {org.name} of $0.0001" in str(raised.value) and raised.value.budget == org.name and not raised.value.frozen
        assert raised.value.limit_usd == Decimal("0.0001")
        billed = sim.bill(PRICES)
        spent = {budget.name: budget.report().spent_usd for budget in (org, team)}
        assert spent == {org.name: billed, team.name: billed} and 0 < billed <= Decimal("0.0001")
        assert run.protection.report().budget.parent == team.name and team.report().parent == org.name and org.report().parent is None

    def test_nested_agents_on_a_budget_and_its_parent_are_charged_once(self, sim, state, name):
        team = Budget(name("team"), 1, state=state)
        inner = agent(sim, budget=Budget(name("agent"), 1, parent=team), agent_id="inner")

        @protect_agent(budget=team, agent_id="outer", pii_detection=False, state=state)
        def outer():
            inner()

        outer()
        assert team.report().spent_usd == inner.protection.report().budget.spent_usd == outer.protection.report().spent_usd == sim.bill(PRICES) > 0
        assert team.report().held_usd == 0

    def test_parents_are_fixed_and_of_the_same_store(self, state, tmp_path, name):
        org, other = Budget(name("org"), 1, state=state), Budget(name("other"), 1, state=state)
        Budget(name("team"), 1, parent=org)
        with pytest.raises(ConfigError, match=f'parent: "{name("team")}" already draws on "{org.name}"; a budget cannot be moved below "{other.name}"'):
            Budget(name("team"), 1, parent=other)
        with pytest.raises(ConfigError, match=f'parent: "{org.name}", on which "{name("stray")}" is to draw, is not in this store: open it first'):
            Budget(name("stray"), 1, parent=org, state=f"sqlite:///{tmp_path}/elsewhere.db")
        with pytest.raises(ConfigError, match="parent: a Budget expected, got str 'org'"):
            Budget(name("stray"), 1, parent="org")


class TestWindows:
    def test_a_new_window_lets_calls_through_again(self, sim, state, name):
        budget = Budget(name("w"), "0.00005", window=2, state=state)
        run = agent(sim, budget=budget, agent_id="a")
        with pytest.raises(BudgetExceeded):
            for _ in range(50):
                run()
        report = budget.report()
        assert (report.window, report.time_zone) == ("2", "UTC") and report.window_ends - datetime.now(timezone.utc) <= timedelta(seconds=2)
        while datetime.now(timezone.utc) < report.window_ends:
            pass
        again = agent(sim, budget=budget, agent_id="a")  # a run that was refused stays so
        assert again().status_code == 200
        assert "window_ended" in [event.what for event in budget.history()]

    def test_days_of_a_zone(self, state, name):
        budget = Budget(name("d"), 1, window="day", time_zone="Asia/Kathmandu", state=state)
        end = budget.report().window_ends
        assert (end.hour, end.minute) == (18, 15) and end.tzinfo is timezone.utc

    @pytest.mark.parametrize(("options", "message"), [
        ({"window": "week"}, 'window: must be "total", "day", "month" or a whole number of seconds, 1 to 31622400'),
        ({"window": 0}, "window: must be"),
        ({"window": 1.5}, "window: a whole number expected, got float 1.5"),
        ({"window": "day", "time_zone": "Mars/Olympus"}, 'time_zone: must be an IANA time zone such as "Europe/Berlin"'),
        ({"time_zone": "Europe/Berlin"}, 'time_zone: needs a window of "day" or "month"'),
    ])
    def test_what_is_no_window_is_told_with_what_is(self, options, message, name):
        with pytest.raises(ConfigError) as raised:
            Budget(name("w"), 1, **options)
        assert message in str(raised.value)


class TestChanges:
    def test_top_up_freeze_and_history(self, sim, state, name):
        budget = Budget(name("b"), "0.00001", state=state)
        run = agent(sim, budget=budget, agent_id="a")
        with pytest.raises(BudgetExceeded):
            run()
        same = "3f0c8e0a-5d0f-4c53-9d0e-0f7b6b1f0c11"
        assert budget.top_up("0.5", note="Weihnachtsgeschäft", request_id=same).limit_usd == Decimal("0.50001")
        assert budget.top_up("0.5", request_id=same).limit_usd == Decimal("0.50001")
        assert agent(sim, budget=budget, agent_id="a")().status_code == 200
        assert budget.freeze("looks wrong").frozen
        with pytest.raises(BudgetExceeded, match="the budget is frozen. Budget.unfreeze\\(\\) lets calls through again"):
            agent(sim, budget=budget, agent_id="a")()
        assert not budget.unfreeze().frozen
        assert budget.set_limit(2).limit_usd == Decimal("2.5")
        history = budget.history()
        assert [(event.what, event.amount_usd, event.note) for event in history] == [
            ("limit", 2, ""), ("unfrozen", None, ""), ("frozen", None, "looks wrong"), ("top_up", Decimal("0.5"), "Weihnachtsgeschäft"), ("opened", Decimal("0.00001"), ""),
        ]
        assert all(abs(event.at - datetime.now(timezone.utc)) < timedelta(minutes=1) for event in history)
        assert [event.what for event in budget.history(1)] == ["limit"]

    def test_the_limit_it_is_opened_with_again_leaves_the_top_up(self, state, name):
        budget = Budget(name("b"), 1, state=state)
        budget.top_up(5)
        assert Budget(name("b"), 1, state=state).report().limit_usd == 6

    @pytest.mark.parametrize(("change", "message"), [
        (lambda b: b.top_up("-1.5"), "usd: a top-up of -1.5 would take the limit below zero: it is 1"),
        (lambda b: b.top_up(10_000_000), "usd: must be an amount from -9000000 to 9000000 dollars"),
        (lambda b: b.top_up(1, request_id="again"), "request_id: must be a UUID"),
        (lambda b: b.top_up(1, note="x" * 201), "note: must be a string of 1 to 200 characters"),
        (lambda b: b.set_limit(0), "usd: must be an amount above 0"),
        (lambda b: b.history(0), "most: must be a whole number from 1 to 10000"),
    ])
    def test_what_does_not_fit_is_refused_and_changes_nothing(self, change, message, state, name):
        budget = Budget(name("b"), 1, state=state)
        with pytest.raises(ConfigError) as raised:
            change(budget)
        assert message in str(raised.value)
        assert budget.report().limit_usd == 1 and len(budget.history()) == 1


class TestSpend:
    def test_report_store_and_bill_agree(self, sim, tmp_path):
        state = f"sqlite:///{tmp_path}/spend.db"
        agent(sim, state=state, agent_id="jane", project="søk", tags=["eu", "prod"])()
        run = agent(sim, budget_usd=5, state=state, agent_id="joe", tags=["eu"])
        run(words=100), run(model="gpt-4o")
        prices = {**PRICES, "gpt-4o": (Decimal("2.5"), Decimal("1.25"), Decimal("10"))}
        billed = sim.bill(prices)
        by_agent = spend("agent", state=state)
        assert [row.by["agent"] for row in by_agent] == ["joe", "jane"] and [row.calls for row in by_agent] == [2, 1]
        assert sum(row.cost_usd for row in by_agent) == billed
        assert by_agent[0].cost_usd == run.protection.report().spent_usd == run.protection.report().budget.spent_usd
        assert {(row.by["project"], row.by["tag"]): row.calls for row in spend(["project", "tag"], state=state)} == {("søk", "eu"): 1, ("søk", "prod"): 1, ("", "eu"): 2}
        assert [row.by for row in spend("provider", state=state)] == [{"provider": sim.host}]
        assert spend(state=state, until=datetime.now(timezone.utc) - timedelta(hours=2)) == []
        assert len(spend(state=state, since=datetime.now(timezone.utc).date())) == 2

    def test_nested_agents_are_reported_once_by_the_inner(self, sim, tmp_path):
        state = f"sqlite:///{tmp_path}/spend.db"
        inner = agent(sim, budget_usd=1, state=state, agent_id="inner", tags=["in"])

        @protect_agent(budget_usd=2, state=state, agent_id="outer", project="p", tags=["out"], pii_detection=False)
        def outer():
            inner()

        outer()
        rows = spend(["agent", "project"], state=state)
        assert [(row.by, row.calls, row.cost_usd) for row in rows] == [({"agent": "inner", "project": "p"}, 1, sim.bill(PRICES))]
        assert outer.protection.report().budget.spent_usd == rows[0].cost_usd
        assert sorted(row.by["tag"] for row in spend("tag", state=state)) == ["in", "out"]

    def test_what_is_no_dimension_or_no_time_is_told(self):
        with pytest.raises(ConfigError, match="by: 'colour' is none of agent, model, provider, project, tag"):
            spend("colour")
        with pytest.raises(ConfigError, match='since: must be an instant such as "2026-11-30T08:00:00Z", or a date'):
            spend(since="yesterday")
        with pytest.raises(ConfigError, match="tags"):
            protect_agent(tags=["a\nb"])(lambda: None)
        with pytest.raises(StateError):
            spend(state="sqlite:////nowhere/at/all.db")


class TestCommand:
    def run(self, *arguments):
        done = subprocess.run([sys.executable, "-m", "iron_cage", "spend", *arguments], capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    def test_table_json_and_csv(self, sim, tmp_path):
        path = f"{tmp_path}/spend.db"
        run = agent(sim, budget_usd=5, state=f"sqlite:///{path}", agent_id="joe", tags=["a", "b"])
        run(), run(model="gpt-4o")
        run.protection.report()
        status, out, _ = self.run(path, "--by", "model,agent")
        assert status == 0
        lines = out.splitlines()
        assert lines[0].split() == ["model", "agent", "calls", "input", "output", "cost"] and lines[2].split()[:3] == ["gpt-4o", "joe", "1"] and lines[-1].split()[:2] == ["total", "2"]
        status, out, _ = self.run(f"sqlite:///{path}", "--by", "tag", "--json")
        said = json.loads(out)
        assert status == 0 and [row["tag"] for row in said["rows"]] == ["a", "b"] and said["total"]["calls"] == 2
        assert Decimal(said["total"]["cost_usd"]) == run.protection.report().spent_usd
        status, out, _ = self.run(path, "--csv")
        rows = list(csv.DictReader(io.StringIO(out)))
        assert status == 0 and [row["model"] for row in rows] == ["gpt-4o", "gpt-4o-mini"] and sum(Decimal(row["cost_usd"]) for row in rows) == Decimal(said["total"]["cost_usd"])

    def test_a_wrong_name_makes_no_store_and_says_so(self, tmp_path):
        status, _, error = self.run(f"{tmp_path}/wrong.db")
        assert status == 2 and f"there is no store at {tmp_path}/wrong.db" in error and not list(tmp_path.iterdir())
        assert self.run(f"{tmp_path}/wrong.db", "--by", "colour")[0] == 2
