"""python -m iron_cage store check: whether a store is sound."""
import json
import sqlite3
import subprocess
import sys

import httpx
import pytest

from iron_cage import Budget, protect_agent


def check(*arguments, **environment):
    done = subprocess.run([sys.executable, "-m", "iron_cage", "store", "check", *arguments], capture_output=True, text=True, env={**__import__("os").environ, **environment})
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def path(sim, tmp_path):
    """A store with a call that was settled."""
    file = tmp_path / "spend.db"
    budget = Budget("team", 1, state=f"sqlite:///{file}")

    @protect_agent(budget=budget, agent_id="a")
    def agent():
        httpx.post(f"{sim.base_url}/chat/completions", json={"model": "gpt-4o", "max_tokens": 10, "messages": [{"role": "user", "content": "hello"}]})

    agent()
    budget.report()
    return file


def tamper(path, statement):
    with sqlite3.connect(path, timeout=10) as connection:
        connection.execute(statement)
    connection.close()


def test_a_sound_store_is_0_in_use_too(path):
    assert check(str(path)) == (0, "sound: 1 budget, 0 open holds, 2 audit entries\n", "")
    status, out, _ = check(f"sqlite:///{path}", "--json")
    assert status == 0 and json.loads(out) == {"sound": True, "problems": [], "repaired": [], "budgets": 1, "open_holds": 0, "entries": 2}
    assert check(IRON_CAGE_STATE=f"sqlite:///{path}")[0] == 0


def test_a_balance_that_was_changed_is_put_right_and_1(path):
    tamper(path, "update budgets set held_pico = 25000000000")
    status, out, _ = check(str(path))
    assert status == 1 and "PUT RIGHT: budget \"budget:team\"" in out and "held 0.025 dollars, but its open holds sum to 0;" in out and "not sound: 1 budget, 0 open holds, 3 audit entries" in out
    assert check(str(path)) == (0, "sound: 1 budget, 0 open holds, 3 audit entries\n", "")


def test_an_audit_trail_that_was_changed_is_1_and_named(path):
    tamper(path, "drop trigger audit_events_stay")
    tamper(path, "update audit_events set agent_id = 'b' where id = 1")
    status, out, _ = check(str(path), "--json")
    found = json.loads(out)
    assert status == 1 and found["sound"] is False and found["repaired"] == [] and "audit trail: entry 1 was changed" in found["problems"][0]


@pytest.mark.parametrize(("arguments", "message"), [
    (["no-such.db"], "there is no store"), ([], "name a store, or set IRON_CAGE_STATE"), (["redis://127.0.0.1:1/0"], "cannot be reached"), (["memory"], "only an SQLite store can be checked"),
])
def test_what_cannot_be_checked_is_2(tmp_path, arguments, message):
    status, out, error = check(*arguments, IRON_CAGE_STATE="")
    assert status == 2 and message in error and not out
