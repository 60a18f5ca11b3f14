"""The log file: every event as one line of JSON, whoever writes it, whatever happens to it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from iron_cage import BudgetExceeded, ConfigError, Protection, TelemetryConfig, _engine, _native
from iron_cage.testing import Reply

MAIL = "write to jane.doe@example.org"
PATIENCE = 60.0


@pytest.fixture
def path(tmp_path):
    return tmp_path / "agent.jsonl"


def flush():
    _native.release("ironcage_engine_flush", _engine.handle(), int(PATIENCE * 1000))  # a store of another test may be gone: that is no concern of the log


def lines(*paths):
    return [json.loads(line) for path in paths for line in path.read_text().splitlines()]


def until(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert condition()


def test_every_event_of_a_call_is_a_line_with_its_ids(sim, url, chat, path):
    sim.script([MAIL])
    with Protection(budget_usd=1, agent_id="writer", telemetry=TelemetryConfig(log_file=path)) as protection:
        httpx.post(url, json=chat(MAIL))
    flush()
    found = lines(path)
    assert [line["event"] for line in found] == ["pii.found", "call.allowed", "call.settled", "pii.found"]
    assert [line["level"] for line in found] == ["warning", "debug", "debug", "warning"]
    assert {line["agent_id"] for line in found} == {"writer"} and {line["pid"] for line in found} == {os.getpid()}
    assert len({line["call_id"] for line in found}) == len({line["run_id"] for line in found}) == 1 and re.fullmatch("[0-9a-f]{32}", found[0]["call_id"])
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", line["time"]) for line in found)
    assert found[0]["details"] == {"direction": "input", "kinds": {"EMAIL_ADDRESS": 1}} and found[2]["details"]["call"] == found[2]["call_id"]
    assert found[2]["details"]["cost_pico"] == int(protection.report().spent_usd * 10**12)
    assert list(found[0]) == ["time", "level", "event", "agent_id", "run_id", "call_id", "pid", "message", "details"]
    assert "jane" not in path.read_text()


def test_refusals_circuits_and_warnings_are_lines_and_on_event_gets_the_same(sim, url, chat, path):
    seen = []
    sim.script([Reply(status=500)])
    telemetry = TelemetryConfig(log_file=str(path))
    with Protection(agent_id="a", telemetry=telemetry, circuit_breaker={"failure_threshold": 1}, max_retries=0, on_deny="respond", on_event=seen.append) as protection:
        for _ in range(2):
            httpx.post(url, json=chat())
        protection.stop("enough")
        httpx.post(url, json=chat())
    with pytest.raises(BudgetExceeded), Protection(budget_usd="0.000001", agent_id="b", telemetry=telemetry):
        httpx.post(url, json=chat())
    flush()
    found = lines(path)
    ours = [(line["event"], line["call_id"], line["details"]) for line in found if line["agent_id"] == "a"]
    assert [kind for kind, _, _ in ours] == ["call.allowed", "circuit.opened", "call.settled", "call.denied", "agent.stopped", "call.denied"]
    assert [(event["kind"], event.get("call"), event["details"]) for event in seen] == ours == [
        (event["kind"], event.get("call"), event["details"]) for event in protection.events()]
    (refused,) = [line for line in found if line["agent_id"] == "b"]
    assert (refused["event"], refused["level"], refused["details"]["error"]) == ("call.denied", "warning", "BudgetExceeded")


def test_a_level_leaves_the_lower_ones_out_and_events_are_not_made_for_it(sim, url, chat, path):
    with Protection(budget_usd=1, telemetry=TelemetryConfig(log_file=path, log_level="warning")) as protection:
        httpx.post(url, json=chat(MAIL))
    flush()
    assert [line["event"] for line in lines(path)] == ["pii.found"]
    assert [event["kind"] for event in protection.events()] == ["pii.found"]


def test_a_folder_that_went_breaks_no_call_is_told_once_and_comes_back(sim, url, chat, tmp_path):
    folder = tmp_path / "logs"
    folder.mkdir()
    path = folder / "a.jsonl"
    with Protection(budget_usd=1, telemetry=TelemetryConfig(log_file=path)) as protection:
        httpx.post(url, json=chat())
        flush()
        shutil.rmtree(folder)
        for _ in range(3):
            assert httpx.post(url, json=chat()).status_code == 200
            flush()
        assert [line for line in protection.report().warnings if "cannot be written" in line] == protection.report().warnings and len(protection.report().warnings) == 1
        folder.mkdir()
        flush()
        until(path.exists)
    flush()
    assert [line["event"] for line in lines(path)].count("call.settled") == 3 and "log.failed" in [line["event"] for line in lines(path)]
    assert protection.report().log_dropped == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="Linux")
def test_a_full_disk_breaks_no_call(sim, url, chat, tmp_path):
    path = tmp_path / "full.jsonl"
    with Protection(budget_usd=1, telemetry=TelemetryConfig(log_file=path)) as protection:
        flush()
        path.unlink()
        path.symlink_to("/dev/full")
        assert httpx.post(url, json=chat()).status_code == 200
        flush()
        assert len(protection.report().warnings) == 1
        path.unlink()
        flush()
        until(path.exists)
    flush()
    assert [line["event"] for line in lines(path)].count("call.settled") == 1


WRITER = """
import sys, httpx
from iron_cage import Protection, TelemetryConfig
path, agent, count, url = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
with Protection(agent_id=agent, telemetry=TelemetryConfig(log_file=path, log_max_mb=0.1, log_backups=1000), circuit_breaker=False) as protection, httpx.Client() as client:
    from iron_cage import _engine
    _engine.add_hosts(url.split("/")[2] + "=openai")
    print("ready", flush=True)
    n = 0
    while count < 0 or n < count:
        client.post(url, json={"model": "gpt-4o", "messages": [{"role": "user", "content": str(n)}]})
        n += 1
"""


def start(path, agent, count, url):
    return subprocess.Popen([sys.executable, "-c", WRITER, str(path), agent, str(count), url], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))})


def test_processes_share_a_file_and_one_that_is_killed_leaves_no_torn_line(sim, url, path):
    killed = [start(path, f"killed {n}", -1, url) for n in range(2)]
    writers = [start(path, f"writer {n}", 150, url) for n in range(3)]
    for process in killed:
        process.stdout.readline()
    until(lambda: path.exists() and any(b"killed" in file.read_bytes() for file in path.parent.glob("agent.jsonl*")))
    for process in killed:
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)
    for process in writers:
        assert process.wait(120) == 0
    for process in killed + writers:
        process.stdout.close()
    backups = sorted(path.parent.glob("agent.jsonl.*[0-9]"), key=lambda file: -int(file.suffix[1:]))
    found = lines(*backups, path)
    for n in range(3):
        mine = [(line["event"], line["call_id"]) for line in found if line["agent_id"] == f"writer {n}"]
        assert len(set(mine)) == len(mine) == 300
    assert len(backups) >= 1 and max(file.stat().st_size for file in [*backups, path]) <= 100_000
    times = [line["time"] for line in found if line["agent_id"] == "writer 0"]
    assert times == sorted(times)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_a_forked_child_writes_to_the_same_file(sim, url, chat, path):
    with Protection(budget_usd=1, agent_id="both", telemetry=TelemetryConfig(log_file=path)):
        httpx.post(url, json=chat())
        child = os.fork()
        if child == 0:
            code = 1
            try:
                httpx.post(url, json=chat())
                flush()
                code = 0
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        httpx.post(url, json=chat())
    flush()
    settled = [line["pid"] for line in lines(path) if line["event"] == "call.settled"]
    assert sorted(settled) == sorted([os.getpid(), os.getpid(), child])


def test_what_is_told_at_exit_is_written(sim, url, path):
    process = start(path, "exit", 1, url)
    assert process.wait(PATIENCE) == 0
    process.stdout.close()
    assert [line["event"] for line in lines(path)] == ["call.allowed", "call.settled"]


@pytest.mark.parametrize("wrong, message", [
    ({"log_file": "/no/such/folder/a.jsonl"}, "TelemetryConfig.log_file: cannot be written"),
    ({"log_file": "a.jsonl", "log_max_mb": 0.05}, "TelemetryConfig.log_max_mb: must be a number from 0.1 to 100000"),
    ({"log_file": "a.jsonl", "log_backups": 1001}, "TelemetryConfig.log_backups: must be an integer from 0 to 1000"),
    ({"log_file": "a.jsonl", "log_level": "loud"}, "TelemetryConfig.log_level: must be one of debug, info, warning, error"),
    ({"log_level": "info"}, "TelemetryConfig.log_level: needs log_file"),
])
def test_wrong_options_say_what_is_accepted(tmp_path, monkeypatch, wrong, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=re.escape(message)):
        Protection(telemetry=TelemetryConfig(**wrong))


def test_a_path_that_is_none_is_an_error():
    with pytest.raises(ConfigError, match="TelemetryConfig.log_file: a path expected"):
        TelemetryConfig(log_file=7)


def test_relative_paths_are_those_of_where_it_was_made(sim, url, chat, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    protection = Protection(budget_usd=1, telemetry=TelemetryConfig(log_file=Path("here.jsonl")))
    monkeypatch.chdir("/")
    with protection:
        httpx.post(url, json=chat())
    flush()
    assert len(lines(tmp_path / "here.jsonl")) == 2
