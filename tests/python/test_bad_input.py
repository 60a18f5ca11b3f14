"""Bad input: wrong options, stores that cannot be used, bodies and answers that are not what they should be. A clear error or an untouched pass; never a crash."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
from decimal import Decimal

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from iron_cage import (
    Budget, BudgetConfig, BudgetExceeded, CallDenied, ConfigError, ControlConfig, Price, Protection, ReliabilityConfig, SafetyConfig, StateError, protect_agent,
)
from iron_cage.testing import ProviderSimulator, Reply

LONG = os.environ.get("IRON_CAGE_LONG") == "1"
NUMBERS = ["x", b"1", True, [], {}, object(), float("nan"), float("inf"), "½"]
BOOLEANS = [0, 1, "yes", "", b"", [], 1.0]
STRINGS = [3, 1.5, True, b"x", [], {}, object()]
ONE_OF = {
    "budget_scope": "protection, run", "pii_action": "redact, mask, hash, tokenise, block, warn, ignore", "unclaimed": "deny, pass", "unscannable": "warn, deny, allow",
    "on_deny": "raise, respond",
}


def wrong_options():
    def price(**fields):
        return Price(input_usd_per_mtok=1, output_usd_per_mtok=fields.pop("output", 1), **fields)

    money = "above 0 and at most 9000000 dollars"
    for name in ("budget_usd", "budget"):
        yield from ((name, value, name, "dollars") for value in ["x", "", b"5", True, [], {}, object(), float("nan"), float("inf"), "1e", "NaN"])
        yield from ((name, value, name, money) for value in [0, -1, "-0.5", 10**30, "1e400", 1e300, "0.0000000000001", 9000001])
    for name in ("hold_wait",):
        yield from ((name, value, name, "number") for value in NUMBERS)
        yield from ((name, value, name, "0 to 3600") for value in [-1, -0.001, 3600.1, 10**400])
    yield from (("warn_at", value, "warn_at", "number") for value in ["x", b"1", True, object(), float("nan"), [None], [0.5, "x"], {"a": 1}])
    yield from (("warn_at", value, "warn_at", "above 0 and at most 1") for value in [0, 1.01, -0.5, [0.5, 2], [0]])
    for name in ("lower_output", "pii_detection", "scan_output"):
        yield from ((name, value, name, "True or False") for value in BOOLEANS)
    for name, accepted in ONE_OF.items():
        yield from ((name, value, name, "string") for value in STRINGS)
        yield from ((name, value, name, accepted) for value in ["", "x", accepted.split(",")[0].upper(), accepted.split(",")[0] + " "])
    yield from (("agent_id", value, "agent_id", "string") for value in [*STRINGS, "\ud800"])
    yield from (("agent_id", value, "agent_id", "1 to 200") for value in ["", "x" * 201])
    yield from (("state", value, "state", "string") for value in STRINGS)
    yield from (("state", value, "state", "sqlite:///") for value in ["x", "postgres://x", "sqlite://", "sqlite:///"])
    yield from (("max_calls", value, "max_calls", "whole number") for value in [*NUMBERS, 1.5])
    yield from (("max_calls", value, "max_calls", "1 to 1000000000") for value in [0, -1, 10**9 + 1, 10**40])
    yield from (("timeout", value, "timeout", "number") for value in NUMBERS)
    yield from (("timeout", value, "timeout", "0.001 to 2592000") for value in [0, -1, 2592001])
    yield from (("tools", value, "tools", "list of strings") for value in ["find", b"find", 3, True])
    yield from (("tools", value, "tools[0]", "1 to 256") for value in [[""], ["x" * 257]])
    yield "tools", ["x"] * 1001, "tools", "at most 1000"
    yield from (("control", ControlConfig(max_tokens=value), "control=ControlConfig.max_tokens", "1 to 2000000000") for value in (0, -1, 2 * 10**9 + 1))
    yield from (("control", ControlConfig(denied_tools=value), "control=ControlConfig.denied_tools[0]", "1 to 256") for value in ([""], ["x" * 257]))
    yield from (("control", ControlConfig(loop_detection=value), "control=ControlConfig.loop_detection[nudge_after]", "2 to 1000") for value in ({"nudge_after": 1}, {"nudge_after": 1001}))
    yield "control", ControlConfig(loop_detection={"nudge_after": 5, "stop_after": 5}), "control=ControlConfig.loop_detection[stop_after]", "above nudge_after"
    yield from (("circuit_breaker", value, "circuit_breaker", "mapping") for value in [3, "on", b"", [], object()])
    yield from (("circuit_breaker", {key: 1}, "circuit_breaker", "failure_threshold and recovery_timeout") for key in ["", "threshold", 3])
    yield from (("circuit_breaker", {"failure_threshold": value}, "circuit_breaker.failure_threshold", "whole number") for value in [*NUMBERS, 2.5])
    yield from (("circuit_breaker", {"failure_threshold": value}, "circuit_breaker[failure_threshold]", "1 to 1000000") for value in [0, -1, 10**6 + 1])
    yield from (("circuit_breaker", {"recovery_timeout": value}, "circuit_breaker.recovery_timeout", "number") for value in NUMBERS)
    yield from (("circuit_breaker", {"recovery_timeout": value}, "circuit_breaker[recovery_timeout]", "0.001 to 86400") for value in [0, -1, 86401])
    yield from (("circuit_breaker", {"failure_ratio": value}, "circuit_breaker[failure_ratio]", "above 0 and at most 1") for value in [0, -0.1, 1.01])
    yield from (("circuit_breaker", {"failure_window": value}, "circuit_breaker[failure_window]", "1 to 86400") for value in [0, 0.5, 86401])
    yield from (("circuit_breaker", {"minimum_calls": value}, "circuit_breaker[minimum_calls]", "1 to 1000000") for value in [0, -1, 10**6 + 1])
    yield from (("unpriced", value, "unpriced", "Price") for value in [1.0, True, {}, [], b"deny"])
    yield from (("unpriced", value, "unpriced", "deny, warn") for value in ["", "free", "DENY"])
    yield "unpriced", Price(), "unpriced", "input_usd_per_mtok and output_usd_per_mtok"
    yield "unpriced", price(tiers=({"above_input_tokens": 1},)), "unpriced", "without tiers"
    yield from (("unpriced", price(output=value), "unpriced[output_usd_per_mtok]", "0 to 1000000") for value in [-1, 10**7, "0.0000001"])
    yield from (("unpriced", price(**{name: value}), f"unpriced[{name}]", "1 to 1000000000") for name in ("context_window", "max_output") for value in (0, -1, 10**10))
    yield from (("on_event", value, "on_event", "callable") for value in [3, "x", {}, []])
    for name, kind in (("safety", "SafetyConfig"), ("reliability", "ReliabilityConfig"), ("control", "ControlConfig")):
        yield from ((name, value, name, kind) for value in [3, "x", {}, [], BudgetConfig()])
    yield "budget", BudgetConfig(max_usd=0), "budget=BudgetConfig.max_usd", money
    yield "budget", BudgetConfig(warn_at=2), "budget=BudgetConfig.warn_at", "above 0 and at most 1"
    yield "budget", BudgetConfig(hold_wait=-1), "budget=BudgetConfig.hold_wait", "0 to 3600"
    yield "budget", BudgetConfig(scope="day"), "budget=BudgetConfig.scope", "protection, run"
    yield "budget", BudgetConfig(bound="x"), "budget=BudgetConfig.bound", "default, strict"
    yield "safety", SafetyConfig(action="x"), "safety=SafetyConfig.action", "redact, mask"
    yield "safety", SafetyConfig(actions={"NOPE": "warn"}), "safety=SafetyConfig.actions", "EMAIL_ADDRESS"
    yield "safety", SafetyConfig(actions={"EMAIL_ADDRESS": "x"}), "safety=SafetyConfig.actions", "redact, mask"
    yield "safety", SafetyConfig(unscannable="x"), "safety=SafetyConfig.unscannable", "warn, deny, allow"
    yield from (("reliability", ReliabilityConfig(failure_threshold=value), "reliability=ReliabilityConfig.failure_threshold", "1 to 1000000") for value in (0, 10**7))
    for name, most in (("requests_per_minute", 1_000_000), ("tokens_per_minute", 2_000_000_000), ("max_concurrent", 100_000)):
        yield from (("reliability", ReliabilityConfig(**{name: value}), f"reliability=ReliabilityConfig.{name}", f"1 to {most}") for value in (0, -1, most + 1))
    for name in ("max_wait", "retry_after_ceiling"):
        yield from (("reliability", ReliabilityConfig(**{name: value}), f"reliability=ReliabilityConfig.{name}", "0 to 3600") for value in (-0.1, 3600.1))
    yield from (("reliability", ReliabilityConfig(recovery_timeout=value), "reliability=ReliabilityConfig.recovery_timeout", "0.001 to 86400") for value in (0, 86401))


@pytest.mark.parametrize("name, value, spelled, accepted", wrong_options())
def test_a_wrong_option_is_named_as_it_was_spelled_with_what_is_accepted(name, value, spelled, accepted):
    for make in (lambda: Protection(**{name: value}), lambda: protect_agent(**{name: value})(lambda: None)):
        with pytest.raises(ConfigError) as caught:
            make()
        assert str(caught.value).startswith(spelled) and accepted in str(caught.value)


GROUPS = [
    (BudgetConfig, {"max_usd": [*NUMBERS], "warn_at": ["x", True, [None]], "hold_wait": NUMBERS, "lower_output": BOOLEANS, "scope": STRINGS, "bound": STRINGS}),
    (SafetyConfig, {"detection": BOOLEANS, "action": STRINGS, "actions": [3, "x", [], {"EMAIL_ADDRESS": 3}, {3: "warn"}], "scan_output": BOOLEANS, "unscannable": STRINGS}),
    (ControlConfig, {"max_calls": [*NUMBERS, 1.5], "max_tokens": [*NUMBERS, 1.5], "timeout": NUMBERS, "tools": ["x", 3], "denied_tools": ["x", [3]],
                     "loop_detection": [3, "x", {"rounds": 3}, {"nudge_after": "x"}, {"note": 3}]}),
    (ReliabilityConfig, {"failure_threshold": [*NUMBERS, 1.5], "recovery_timeout": NUMBERS, "failure_ratio": NUMBERS, "failure_window": NUMBERS, "minimum_calls": [*NUMBERS, 1.5],
                         "requests_per_minute": [*NUMBERS, 1.5], "tokens_per_minute": [*NUMBERS, 1.5], "max_concurrent": [*NUMBERS, 1.5], "max_wait": NUMBERS,
                         "provider_limits": [0, "no"], "retry_after_ceiling": NUMBERS}),
    (Price, {**{f"{bucket}_usd_per_mtok": NUMBERS for bucket in ("input", "output", "cached_input", "cache_write")},
             "context_window": [*NUMBERS, 1.5], "max_output": [*NUMBERS, 1.5], "tiers": [3, "x", [], {}]}),
]


@pytest.mark.parametrize("group, field, value", [(group, field, value) for group, fields in GROUPS for field, values in fields.items() for value in values])
def test_a_wrong_type_in_a_group_is_named_when_the_group_is_made(group, field, value):
    with pytest.raises(ConfigError) as caught:
        group(**{field: value})
    assert str(caught.value).startswith(f"{group.__name__}.{field}")


@pytest.mark.parametrize("wrong, meant", [
    ("budget_us", "budget_usd"), ("bugdet", "budget"), ("pii_actions", "pii_action"), ("holdwait", "hold_wait"), ("circuitbreaker", "circuit_breaker"),
    ("max_call", "max_calls"), ("agentid", "agent_id"), ("on_denial", "on_deny"), ("unclaimd", "unclaimed"), ("scan_outputs", "scan_output"),
])
def test_an_unknown_keyword_is_refused_with_the_nearest_name(wrong, meant):
    with pytest.raises(ConfigError, match=f"unknown option '{wrong}'; did you mean '{meant}'"):
        Protection(**{wrong: 1})


def test_there_is_no_option_for_a_file_of_prices():
    for name in ("price_file", "prices"):
        with pytest.raises(ConfigError, match=f"unknown option '{name}'.* There are: agent_id, budget"):
            Protection(**{name: "/no/such/file"})


def test_a_refused_option_leaves_nothing_behind(tmp_path):
    """No hook, no store, no protection: a new interpreter, where nothing else has installed any."""
    code = """
import sys, os, httpx, requests
import urllib3
def patched():
    methods = httpx.Client._send_single_request, httpx.AsyncClient._send_single_request, urllib3.connectionpool.HTTPConnectionPool._make_request
    return [getattr(method, "__iron_cage__", False) for method in methods]
from iron_cage import ConfigError, Protection, current, protect_agent
for make in (lambda: Protection(budget_usd=-1, state=sys.argv[1]), lambda: Protection(budgt=1, state=sys.argv[1]), lambda: Protection(hold_wait="x", state=sys.argv[1]),
             lambda: protect_agent(max_calls=0, state=sys.argv[1])(print)):
    try:
        make()
    except ConfigError:
        pass
    else:
        sys.exit("accepted")
assert not any(patched()), "a hook is installed"
assert current() is None and not os.path.exists(sys.argv[1][len("sqlite:///"):]), "something is left"
Protection(budget_usd=1)
assert all(patched())
"""
    done = subprocess.run([sys.executable, "-c", code, f"sqlite:///{tmp_path}/left.db"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


# ---- Stores


def make_store(path):
    """A store with a budget in it, its log put into the file and gone, by another process."""
    code = """
import sqlite3, sys
from iron_cage import Budget
Budget("team", 5, state="sqlite:///" + sys.argv[1]).close()
"""
    subprocess.run([sys.executable, "-c", code, str(path)], check=True, timeout=60)
    query(path, "PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def query(path, sql):
    """In another process: a second SQLite in this one would not see the first one's locks."""
    code = "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1], isolation_level=None)\nprint(c.execute(sys.argv[2]).fetchall())\nc.close()"
    return subprocess.run([sys.executable, "-c", code, str(path), sql], check=True, timeout=60, capture_output=True, text=True).stdout


def overwrite(path, offset, what):
    with open(path, "r+b") as file:
        file.seek(offset)
        file.write(what)


def truncate(path):
    os.truncate(path, os.path.getsize(path) // 2)


UNUSABLE = {
    "text": (lambda path: path.write_text("hello, this is no database " * 500), "is not an SQLite database", "name another path"),
    "header": (lambda path: overwrite(make_store(path), 0, b"\0" * 100), "is not an SQLite database", "move the file away"),
    "page": (lambda path: overwrite(make_store(path), 100, os.urandom(3900)), "is damaged", "backup"),
    "truncated": (lambda path: truncate(make_store(path)), "is damaged", "backup"),
    "another": (lambda path: query(path, "CREATE TABLE x(a)"), "is not an Iron Cage store", "name a file of its own"),
    "newer": (lambda path: query(make_store(path), "UPDATE meta SET value = '999' WHERE key = 'schema_version'"), "newer Iron Cage", "upgrade"),
    "directory": (lambda path: path.mkdir(), "cannot be opened", "is a file in a writable directory"),
}


@pytest.mark.parametrize("what", UNUSABLE)
def test_a_store_that_cannot_be_used_is_named_with_the_next_step_and_left_as_it_is(tmp_path, what):
    path = tmp_path / "store.db"
    spoil, says, step = UNUSABLE[what]
    spoil(path)
    before = None if path.is_dir() else path.read_bytes()
    for make in (lambda: Budget("team", 5, state=f"sqlite:///{path}"), lambda: Protection(budget_usd=1, state=f"sqlite:///{path}")):
        with pytest.raises(StateError) as caught:
            make()
        assert str(path) in str(caught.value) and says in str(caught.value) and step in str(caught.value)
    assert before is None or path.read_bytes() == before
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    for left in tmp_path.glob("store.db-*"):
        left.unlink()
    assert Budget("team", 5, state=f"sqlite:///{path}").report().remaining_usd == 5


def test_a_log_full_of_garbage_is_no_harm(tmp_path):
    path = make_store(tmp_path / "store.db")
    (tmp_path / "store.db-wal").write_bytes(os.urandom(50_000))
    assert Budget("team", 5, state=f"sqlite:///{path}").report().remaining_usd == 5


def ask(sim, content="hello", timeout=60.0):
    body = {"model": "gpt-4o-mini", "max_tokens": 50, "messages": [{"role": "user", "content": content}]}
    return httpx.post(f"{sim.base_url}/chat/completions", json=body, timeout=timeout)


def test_a_store_deleted_in_use_refuses_calls_until_it_is_back(sim, tmp_path):
    path, away = tmp_path / "store.db", tmp_path / "away.db"
    protection = Protection(budget_usd=1, state=f"sqlite:///{path}", hold_wait=0)
    with protection:
        ask(sim)
    path.rename(away)
    for _ in range(2):
        with pytest.raises(StateError, match="store.db was deleted, moved or replaced while in use; put it back, or restart"), protection:
            ask(sim)
    assert len(sim.log) == 1
    away.rename(path)
    with protection:
        ask(sim)
    report = protection.report()
    assert report.spent_usd == sim.bill({"gpt-4o-mini": (Decimal("0.15"), Decimal("0.075"), Decimal("0.60"))}) and report.held_usd == 0


def test_a_store_locked_by_another_program_refuses_calls_and_recovers(sim, tmp_path):
    path = tmp_path / "store.db"
    protection = Protection(budget_usd=1, state=f"sqlite:///{path}", hold_wait=0)
    with protection:
        ask(sim)
    code = "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1], isolation_level=None)\nc.execute('BEGIN IMMEDIATE')\nprint('locked', flush=True)\nsys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as locker:
        assert locker.stdout.readline() == b"locked\n"
        with pytest.raises(StateError, match=r"store.db is locked by another program; end that"), protection:
            ask(sim)
        assert len(sim.log) == 1
        locker.stdin.close()
    with protection:
        ask(sim)
    assert protection.report().calls == 2 and protection.report().held_usd == 0


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0 or not shutil.which("setpriv"), reason="only root can become another user")
@pytest.mark.parametrize("what", ["file", "directory"])
def test_a_store_that_an_ordinary_user_may_not_write_is_named(what):
    with tempfile.TemporaryDirectory() as directory:  # pytest's own are closed to others
        path = f"{directory}/store.db"
        make_store(path)
        os.chmod(directory, 0o555 if what == "directory" else 0o777)
        os.chmod(path, 0o444 if what == "file" else 0o666)
        code = "import sys\nfrom iron_cage import Budget, StateError\ntry:\n    Budget('team', 5, state='sqlite:///' + sys.argv[1])\nexcept StateError as error:\n    print(error)"
        done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", sys.executable, "-c", code, path], capture_output=True, text=True, timeout=60)
        assert path in done.stdout and "writ" in done.stdout, done
        os.chmod(directory, 0o777)
        os.chmod(path, 0o666)
        assert Budget("team", 5, state=f"sqlite:///{path}").report().remaining_usd == 5


def test_a_full_disk_refuses_calls_and_loses_nothing(sim, tmp_path):
    """In another process: with RLIMIT_FSIZE its files cannot grow, as on a full disk."""
    code = """
import resource, signal, sys
import httpx
from iron_cage import Protection, StateError, _engine
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
url, path = sys.argv[1:]
_engine.add_hosts(url.split("/")[2] + "=openai")
protection = Protection(budget_usd=1, state="sqlite:///" + path, hold_wait=0)
def call():
    with protection:
        httpx.post(url, json={"model": "gpt-4o-mini", "max_tokens": 50, "messages": [{"role": "user", "content": "hello"}]})
call()
resource.setrlimit(resource.RLIMIT_FSIZE, (1024, resource.RLIM_INFINITY))
for _ in range(3):
    try:
        call()
    except StateError as error:
        assert path in str(error), error
        print("refused", error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
call()
report = protection.report()
print("spent", report.spent_usd, report.held_usd, report.calls)
"""
    done = subprocess.run([sys.executable, "-c", code, f"{sim.base_url}/chat/completions", str(tmp_path / "store.db")], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("refused") == 3 and len(sim.log) == 2, done.stdout
    spent = sim.bill({"gpt-4o-mini": (Decimal("0.15"), Decimal("0.075"), Decimal("0.60"))})
    words = done.stdout.splitlines()[-1].split()
    assert Decimal(words[1]) == spent and Decimal(words[2]) == 0 and words[3] == "2"


# ---- Bodies of requests

PRICES = {"gpt-4o-mini": (Decimal("0.15"), Decimal("0.075"), Decimal("0.60"))}
HEAD = b'{"model":"gpt-4o-mini","max_tokens":50,"messages":[{"role":"user","content":"'
TAIL = b'"}]}'
NESTED = b"[" * 10_000 + b"]" * 10_000


def send(sim, body, timeout=60.0):
    return httpx.post(f"{sim.base_url}/chat/completions", content=body, headers={"content-type": "application/json"}, timeout=timeout)


@pytest.mark.parametrize("body, says", [
    (b"hello", "not valid JSON"), (b"", "not valid JSON"), (b"[]", "not a JSON object"), (b"3", "not a JSON object"), (HEAD + b"x" + TAIL + b"}", "not valid JSON"),
    (b'{"model":"gpt-4o-mini","messages":' + NESTED + b"}", "nested deeper than 256"),
    (HEAD + b"x" + b'"}],"metadata":' + NESTED + b"}", "nested deeper than 256"),
    (b'{"model":"gpt-4o-mini","model":"gpt-4o","max_tokens":5,"messages":[]}', 'the key "model" twice'),
    (b'{"model":"gpt-4o-mini","max_tokens":5,"m\\u0061x_tokens":5000,"messages":[]}', 'the key "max_tokens" twice'),
    (b'{"model":"gpt-4o-mini","max_tokens":5,"messages":[],"mess\\u0061ges":[]}', 'the key "messages" twice'),
    (b'{"model":"gpt-4o-mini","max_tokens":5,"messages":[],"stream":false,"strea\\u006d":true}', 'the key "stream" twice'),
])
def test_a_body_that_cannot_be_judged_is_refused_and_not_sent(sim, body, says):
    protection = Protection(budget_usd=1)
    with pytest.raises(CallDenied) as caught, protection:
        send(sim, body)
    assert says in caught.value.reason
    assert sim.log == [] and protection.report().spent_usd == 0 and protection.report().held_usd == 0


def test_a_text_given_twice_is_redacted_twice(sim):
    body = HEAD + b'ada@example.org","conten\\u0074":"bob@example.org' + TAIL
    with Protection(budget_usd=1):
        send(sim, body)
    assert b"example.org" not in sim.log[0].body and sim.log[0].body.count(b"[EMAIL_REDACTED]") == 2


def test_bytes_that_are_no_utf8_reach_the_provider_as_they_are_and_cost_what_it_bills(sim):
    protection = Protection(budget_usd=1)
    with protection:
        assert send(sim, HEAD + b"\xff\xfe \xed\xa0\x80" + TAIL).status_code == 400
    assert sim.log[0].body == HEAD + b"\xff\xfe \xed\xa0\x80" + TAIL
    assert protection.report().spent_usd == sim.bill(PRICES) == 0 and protection.report().held_usd == 0


def test_a_body_of_64_megabytes_is_priced_and_refused(sim):
    protection = Protection(budget_usd="0.05")
    with pytest.raises(BudgetExceeded), protection:
        send(sim, HEAD + b"word " * (64 * 1024 * 1024 // 5) + TAIL)
    assert sim.log == [] and protection.report().held_usd == 0


def test_an_answer_of_64_megabytes_is_handed_on_as_it_is():
    answer = b'{"choices":[{"message":{"content":"' + b"word " * (64 * 1024 * 1024 // 5) + b'"}}],"usage":{"prompt_tokens":8,"completion_tokens":3}}'
    with ProviderSimulator(reply=Reply(raw_body=answer)) as sim:
        protection = Protection(budget_usd=1)
        with protection:
            assert send(sim, HEAD + b"hello" + TAIL).content == answer
        assert protection.report().spent_usd == Decimal("0.000003") and protection.report().held_usd == 0


# ---- Answers

#: What an estimate may cost at most: the hold of HEAD + "hello" + TAIL, with 50 tokens of output. And what it costs at least: anything.
HOLD = Decimal("0.00005")
LIES = [
    {"prompt_tokens": -5, "completion_tokens": -7, "total_tokens": -12}, {"prompt_tokens": 1.5, "completion_tokens": 2.5}, {"prompt_tokens": 5, "completion_tokens": -1},
    {"prompt_tokens": 10**30, "completion_tokens": 10**30}, {"prompt_tokens": 2**62, "completion_tokens": 2**62}, {"prompt_tokens": 1e400, "completion_tokens": 1},
    {"prompt_tokens": "9", "completion_tokens": "2"}, {"prompt_tokens": 0, "completion_tokens": 0}, {"prompt_tokens": None, "completion_tokens": None},
    {"prompt_tokens": [1], "completion_tokens": {}}, {}, {"prompt_tokens": 5}, {"completion_tokens": 5},
    {"prompt_tokens": 5, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 50}},
    {"prompt_tokens": 5, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": -50}}, "absent",
]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("lie", LIES, ids=repr)
def test_a_provider_that_lies_about_usage_is_estimated_and_its_answer_handed_on(lie, stream):
    with ProviderSimulator(reply=Reply(content="hello there", usage=lie)) as sim:
        protection = Protection(budget_usd=1)
        body = HEAD + b"hello" + b'"}]' + (b',"stream":true,"stream_options":{"include_usage":true}}' if stream else b"}")
        with protection:
            assert send(sim, body).content == sim.log[0].response_body
        report = protection.report()
        assert report.held_usd == 0 and 0 < report.spent_usd <= HOLD and report.estimated_usd == report.spent_usd
        # What is believed of a usage object is the provider's word for the bill; what is not is counted.
        assert report.spent_usd >= sim.bill(PRICES) or lie == {"prompt_tokens": 5}


def sse(*events):
    return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events) + b"data: [DONE]\n\n"


TEXT = {"choices": [{"index": 0, "delta": {"content": "word " * 30}}]}
WHOLE = json.dumps({"choices": [{"message": {"content": "hi"}}], "usage": {"prompt_tokens": 8, "completion_tokens": 3}}).encode()
ANSWERS = {
    "HTML that says it is JSON": (b"<html>no such page</html>", "application/json", None),
    "JSON that says it is a stream": (WHOLE, "text/event-stream", None),
    "a stream that says it is JSON": (sse(TEXT), "application/json", None),
    "usage before the text, and never again": (sse({"choices": [], "usage": {"prompt_tokens": 8, "completion_tokens": 0}}, TEXT), "text/event-stream", None),
    "usage before the text, then the right one": (
        sse({"choices": [], "usage": {"prompt_tokens": 8, "completion_tokens": 0}}, TEXT, {"choices": [], "usage": {"prompt_tokens": 8, "completion_tokens": 31}}),
        "text/event-stream", Decimal("0.0000198")),
    "nested 10,000 deep": (b'{"choices":' + NESTED + b',"usage":{"prompt_tokens":8,"completion_tokens":3}}', "application/json", None),
    "nothing": (b"", "application/json", None),
    "a stream of nothing": (b"", "text/event-stream", None),
    "a stream of bytes": (bytes(range(256)) * 40, "text/event-stream", None),
    "a line without end": (b"data: {" + b"x" * 1_000_000, "text/event-stream", None),
}


@pytest.mark.parametrize("what", ANSWERS)
@pytest.mark.parametrize("stream", [False, True], ids=["asked whole", "asked as a stream"])
def test_an_answer_that_is_not_what_it_says_is_handed_on_and_paid(what, stream):
    answer, content_type, cost = ANSWERS[what]
    with ProviderSimulator(reply=Reply(raw_body=answer, headers={"content-type": content_type})) as sim:
        protection = Protection(budget_usd=1)
        with protection:
            body = HEAD + b"hello" + b'"}]' + (b',"stream":true,"stream_options":{"include_usage":true}}' if stream else b"}")
            assert send(sim, body).content == answer
        report = protection.report()
        assert report.held_usd == 0 and 0 < report.spent_usd <= HOLD
        assert cost is None or report.spent_usd == cost


def test_an_answer_without_utf8_is_still_screened():
    answer = b'{"choices":[{"message":{"content":"\xff\xfe ada@example.org"}}],"usage":{"prompt_tokens":8,"completion_tokens":3}}'
    with ProviderSimulator(reply=Reply(raw_body=answer)) as sim, Protection(budget_usd=1) as protection:
        assert b"ada@" not in send(sim, HEAD + b"hello" + TAIL).content
        assert protection.report().spent_usd == Decimal("0.000003")


@pytest.mark.parametrize("length, raises", [("20", None), ("200000", httpx.RemoteProtocolError), ("abc", httpx.RemoteProtocolError), ("-1", httpx.RemoteProtocolError)])
def test_a_wrong_content_length_is_the_clients_own_error_and_paid(length, raises):
    with ProviderSimulator(reply=Reply(content="hello there you", headers={"content-length": length}, close=True)) as sim:
        protection = Protection(budget_usd=1)
        with protection:
            try:
                assert len(send(sim, HEAD + b"hello" + TAIL).content) == 20 and raises is None
            except httpx.HTTPError as error:
                assert raises is not None and isinstance(error, raises)
        report = protection.report()
        assert report.held_usd == 0 and sim.bill(PRICES) <= report.spent_usd <= HOLD and report.estimated_usd == report.spent_usd


def test_huge_headers_are_the_clients_own_matter():
    with ProviderSimulator(reply=Reply(content="hi", headers={"x-a": "y" * 60_000})) as sim, Protection(budget_usd=1) as protection:
        assert send(sim, HEAD + b"hello" + TAIL).headers["x-a"] == "y" * 60_000
        assert protection.report().spent_usd == sim.bill(PRICES)


# ---- Chance

GOOD_REQUEST = HEAD + b'write to ada@example.org \\u00e4"}],"tools":[{"type":"function","function":{"name":"f","parameters":{}}}],"n":1,"stream":false,"user":"u"}'
GOOD_STREAM = sse({"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]}, {"choices": [{"index": 0, "delta": {"content": "ada@exam"}}]},
                  {"choices": [{"index": 0, "delta": {"content": "ple.org"}}]}, {"choices": [], "usage": {"prompt_tokens": 8, "completion_tokens": 4}})
PIECES = st.sampled_from([b'"', b"{", b"}", b"[", b"]", b",", b":", b"\\", b"\\u", b"\\ud800", b"\xff", b"\0", b"\n\n", b"data: ", b"null", b"1e999", b"-1", b'"usage":', b'"model":',
                          b'"stream":true', b"\xf0\x9f\x98\x80", b"[DONE]", b"999999999999999999999"])
CHANGES = st.lists(st.tuples(st.sampled_from(["insert", "replace", "cut", "double"]), st.integers(0, 400), PIECES, st.integers(1, 40)), max_size=6)


def changed(body, changes):
    for how, at, piece, size in changes:
        at %= len(body) + 1
        if how == "insert":
            body = body[:at] + piece + body[at:]
        elif how == "replace":
            body = body[:at] + piece + body[at + len(piece):]
        elif how == "cut":
            body = body[:at] + body[at + size:]
        else:
            body = body[:at + size] + body[at:]
    return body


@pytest.fixture(scope="module")
def wild():
    with ProviderSimulator() as simulator, httpx.Client(timeout=20) as client:
        yield simulator, client


@settings(max_examples=3000 if LONG else 200, deadline=None, derandomize=not LONG, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(request=CHANGES, answer=CHANGES, streamed=st.booleans(), strict=st.booleans())
@example(request=[], answer=[], streamed=False, strict=True)
def test_mutated_bodies_never_break_anything_and_never_exceed_the_budget(wild, request, answer, streamed, strict):
    sim, client = wild
    base = WHOLE if not streamed else GOOD_STREAM
    sim.reply = Reply(raw_body=changed(base, answer), headers={"content-type": "text/event-stream" if streamed else "application/json"})
    body = changed(GOOD_REQUEST, request)
    limit = Decimal("0.0001") if strict else Decimal("0.01")
    protection = Protection(budget_usd=limit, hold_wait=0, pii_detection=True)
    try:
        with protection:
            for _ in range(3):
                client.post(f"{sim.base_url}/chat/completions", content=body, headers={"content-type": "application/json"})
    except CallDenied:
        pass  # refused, with a reason; anything else is a bug
    report = protection.report()
    assert report.held_usd == 0 and report.spent_usd <= limit
    protection.close()
