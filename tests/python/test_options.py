"""Options: spellings, types, ranges, and what their errors say."""
from decimal import Decimal

import pytest

from iron_cage import Budget, BudgetConfig, ConfigError, ControlConfig, Price, Protection, ReliabilityConfig, SafetyConfig, StateError, protect_agent


@pytest.mark.parametrize("options", [
    {"budget": 50}, {"budget": 50.0}, {"budget": "50"}, {"budget": Decimal(50)}, {"budget_usd": 50.0},
    {"budget": BudgetConfig(max_usd=50.0)},
    {"budget_usd": "50.00"}, {"budget": BudgetConfig(max_usd=Decimal("50"), warn_at=[0.5, 1.0], hold_wait=1, lower_output=False)},
])
def test_a_budget_can_be_spelled_in_each_way(options):
    assert Protection(**options).report().remaining_usd == 50


def test_the_default_budget_is_no_limit():
    report = Protection().report()
    assert report.remaining_usd is None and report.spent_usd == 0


def test_floats_mean_what_they_show():
    assert Protection(budget_usd=0.1).report().remaining_usd == Decimal("0.1")
    assert Protection(budget_usd=1e-05).report().remaining_usd == Decimal("0.00001")


@pytest.mark.parametrize("name, value", [
    ("warn_at", 0.5), ("warn_at", [0.5, 0.9]), ("hold_wait", 0), ("lower_output", False), ("pii_detection", False), ("pii_action", "mask"),
    ("scan_output", False), ("circuit_breaker", True), ("circuit_breaker", False),
    ("circuit_breaker", {"failure_threshold": 3, "recovery_timeout": 60.0}), ("circuit_breaker", {}), ("max_calls", 1), ("agent_id", "x"),
    ("on_deny", "respond"), ("unpriced", "warn"), ("unpriced", Price(input_usd_per_mtok=1, output_usd_per_mtok="2.5")),
    ("unclaimed", "pass"), ("unscannable", "allow"), ("budget_scope", "run"), ("on_event", print), ("on_agent_state", print), ("safety", SafetyConfig()),
    ("safety", SafetyConfig(actions={"EMAIL_ADDRESS": "warn"}, action="block", detection=True, scan_output=True, unscannable="deny")),
    ("timeout", 1), ("timeout", 0.5), ("tools", []), ("tools", ("find", "mcp__*")), ("control", ControlConfig()),
    ("control", ControlConfig(max_calls=1, max_tokens=1, timeout=1, tools=["a"], denied_tools=["b"], loop_detection={"nudge_after": 2, "stop_after": 3, "note": "é"})),
    ("control", ControlConfig(loop_detection=False)), ("reliability", ReliabilityConfig()), ("reliability", ReliabilityConfig(failure_threshold=5, recovery_timeout=1.5, failure_ratio=0.5, failure_window=10, minimum_calls=4)),
])
def test_an_option_is_accepted(name, value):
    Protection(**{name: value}).close()


@pytest.mark.parametrize("options, says", [
    ({"budgt_usd": 5}, ["budgt_usd", "budget_usd"]),
    ({"pii_dedection": True}, ["pii_dedection", "pii_detection"]),
    ({"zzz": 1}, ["zzz", "budget"]),
    ({"budget": 5, "budget_usd": 5}, ["budget", "budget_usd"]),
    ({"budget": BudgetConfig(max_usd=5), "budget_usd": 5}, ["BudgetConfig.max_usd", "budget_usd"]),
    ({"budget": BudgetConfig(warn_at=0.5), "warn_at": 0.5}, ["BudgetConfig.warn_at", "warn_at"]),
    ({"safety": SafetyConfig(action="block"), "pii_action": "block"}, ["SafetyConfig.action", "pii_action"]),
    ({"reliability": ReliabilityConfig(failure_threshold=2), "circuit_breaker": False}, ["reliability", "circuit_breaker"]),
    ({"budget_usd": True}, ["budget_usd", "dollars", "bool"]),
    ({"budget_usd": 0}, ["budget_usd", "0"]),
    ({"budget_usd": -1}, ["budget_usd"]),
    ({"budget_usd": float("nan")}, ["budget_usd", "nan"]),
    ({"budget_usd": float("inf")}, ["budget_usd", "inf"]),
    ({"budget_usd": "many"}, ["budget_usd", "many"]),
    ({"budget": [5]}, ["budget", "list"]),
    ({"budget_scope": "day"}, ["budget_scope", "run"]),
    ({"warn_at": 1.5}, ["warn_at", "1"]),
    ({"warn_at": 0}, ["warn_at"]),
    ({"warn_at": "half"}, ["warn_at", "number"]),
    ({"warn_at": [0.5, True]}, ["warn_at", "number"]),
    ({"hold_wait": -1}, ["hold_wait", "3600"]),
    ({"hold_wait": "30"}, ["hold_wait", "number"]),
    ({"lower_output": 1}, ["lower_output", "True or False"]),
    ({"pii_detection": "yes"}, ["pii_detection", "True or False"]),
    ({"pii_action": "eat"}, ["pii_action", "redact"]),
    ({"pii_action": 3}, ["pii_action", "string"]),
    ({"scan_output": None, "unscannable": "maybe"}, ["unscannable", "deny"]),
    ({"safety": {"action": "block"}}, ["safety", "SafetyConfig"]),
    ({"safety": SafetyConfig(actions={"EMAIL_ADDRESS": "eat"})}, ["safety=SafetyConfig.actions", "redact"]),
    ({"circuit_breaker": 3}, ["circuit_breaker", "mapping"]),
    ({"circuit_breaker": {"threshold": 3}}, ["threshold", "failure_threshold"]),
    ({"circuit_breaker": {"failure_threshold": 0}}, ["failure_threshold", "1"]),
    ({"circuit_breaker": {"failure_threshold": 2.5}}, ["failure_threshold", "whole"]),
    ({"circuit_breaker": {"recovery_timeout": 0}}, ["recovery_timeout"]),
    ({"reliability": ReliabilityConfig(recovery_timeout=1e9)}, ["recovery_timeout", "86400"]),
    ({"max_calls": 0}, ["max_calls", "1"]),
    ({"max_calls": 1.5}, ["max_calls", "whole"]),
    ({"max_calls": 1, "control": ControlConfig(max_calls=1)}, ["ControlConfig.max_calls", "max_calls"]),
    ({"tools": ["a"], "control": ControlConfig(tools=["a"])}, ["ControlConfig.tools", "tools"]),
    ({"max_calls": True}, ["max_calls", "whole"]),
    ({"agent_id": ""}, ["agent_id", "200"]),
    ({"agent_id": "x" * 201}, ["agent_id", "200"]),
    ({"on_deny": "ignore"}, ["on_deny", "respond"]),
    ({"unpriced": "free"}, ["unpriced", "deny"]),
    ({"unpriced": 1.0}, ["unpriced", "Price"]),
    ({"unclaimed": "x"}, ["unclaimed", "pass"]),
    ({"on_event": "log"}, ["on_event", "callable"]),
    ({"on_agent_state": "log"}, ["on_agent_state", "callable"]),
    ({"state": "postgres://x"}, ["state", "sqlite:///"]),
])
def test_a_wrong_option_is_named_with_what_is_accepted(options, says):
    with pytest.raises(ConfigError) as caught:
        Protection(**options)
    for word in says:
        assert word in str(caught.value)


@pytest.mark.parametrize("make, says", [
    (lambda: BudgetConfig(max_usd="x"), "BudgetConfig.max_usd"),
    (lambda: BudgetConfig(lower_output=1), "BudgetConfig.lower_output"),
    (lambda: SafetyConfig(actions="redact"), "SafetyConfig.actions"),
    (lambda: SafetyConfig(detection="no"), "SafetyConfig.detection"),
    (lambda: ReliabilityConfig(failure_threshold="3"), "ReliabilityConfig.failure_threshold"),
    (lambda: Price(input_usd_per_mtok=True), "Price.input_usd_per_mtok"),
    (lambda: Budget("", 5), "name"),
    (lambda: Budget("a", 0), "limit_usd"),
    (lambda: Budget(3, 5), "name"),
])
def test_a_wrong_value_in_a_group_is_named(make, says):
    with pytest.raises(ConfigError, match=says):
        make()


@pytest.mark.parametrize("options, spelling", [
    ({"budget": 0}, "budget"), ({"budget_usd": 0}, "budget_usd"), ({"budget": BudgetConfig(max_usd=0)}, "budget=BudgetConfig.max_usd"),
    ({"budget": BudgetConfig(warn_at=5)}, "budget=BudgetConfig.warn_at"), ({"pii_action": "eat"}, "pii_action"),
    ({"safety": SafetyConfig(action="eat")}, "safety=SafetyConfig.action"),
])
def test_a_value_out_of_range_is_named_as_it_was_spelled(options, spelling):
    with pytest.raises(ConfigError, match=f"^{spelling}: "):
        Protection(**options)


def test_the_state_of_a_budget_is_a_keyword():
    with pytest.raises(TypeError):
        Budget("team-a", 50, "sqlite:///spend.db")


def test_groups_are_frozen():
    with pytest.raises(AttributeError):
        BudgetConfig(max_usd=5).max_usd = 6


def test_the_decorator_refuses_what_the_protection_refuses():
    with pytest.raises(ConfigError, match="budget_usd"):
        protect_agent(budgt_usd=5)(lambda: None)


@pytest.mark.parametrize("what", [5, "agent", object()])
def test_only_functions_are_decorated(what):
    with pytest.raises(ConfigError, match="function"):
        protect_agent(what)


def test_classes_are_not_decorated():
    with pytest.raises(ConfigError, match="function"):
        @protect_agent
        class Agent:
            pass


def test_agent_id_comes_from_the_function_or_the_caller():
    @protect_agent
    def agent():
        pass

    assert agent.protection.report().agent_id.endswith("test_agent_id_comes_from_the_function_or_the_caller.<locals>.agent")
    assert "test_agent_id" in Protection().report().agent_id
    assert Protection(agent_id="mine").report().agent_id == "mine"


def test_state_comes_from_the_environment_unless_given(monkeypatch, tmp_path):
    path = tmp_path / "env.db"
    monkeypatch.setenv("IRON_CAGE_STATE", f"sqlite:///{path}")
    Protection(budget_usd=1).close()
    assert path.exists()
    other = tmp_path / "given.db"
    Protection(budget_usd=1, state=f"sqlite:///{other}").close()
    assert other.exists()


def test_a_store_that_cannot_be_reached_is_a_state_error(tmp_path):
    with pytest.raises(StateError):
        Protection(budget_usd=1, state=f"sqlite:///{tmp_path}/no/such/directory/x.db")


def test_a_budget_is_shared_by_name(tmp_path):
    state = f"sqlite:///{tmp_path}/team.db"
    first, second = Budget("team-a", 50, state=state), Budget("team-a", 50, state=state)
    assert first.report() == second.report()
    assert first.report().limit_usd == 50 and first.report().remaining_usd == 50
    report = Protection(budget=first).report()
    assert report.budget is not None and report.budget.name == "team-a"


def test_a_budget_and_an_amount_exclude_each_other():
    with pytest.raises(ConfigError, match="budget_usd"):
        Protection(budget=Budget("b", 5), budget_usd=5)
