"""Circuits that processes share through a store."""
import json
import subprocess
import sys
import time

import httpx
import pytest
from redis_server import RedisServer

from iron_cage import CircuitOpen, Protection
from iron_cage.testing import Reply

PATIENCE = 60
RECOVERY = 2.0

WORKER = """
import json, sys, httpx
from iron_cage import CallDenied, Protection
from iron_cage import _engine

state, url, host, budget = sys.argv[1:5]
_engine.add_hosts(f"{host}=openai")
protection = Protection(agent_id="there", state=state, budget_usd=float(budget) if budget else None, max_retries=0, circuit_breaker={"failure_threshold": 2, "recovery_timeout": 2.0})
body = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "hello"}], "max_tokens": 10}).encode()
for line in sys.stdin:
    if line == "report\\n":
        print(json.dumps([[c.state, c.elsewhere] for c in protection.report().circuits]), flush=True)
        continue
    try:
        with protection, httpx.Client() as client:
            print(client.post(url, content=body, headers={"content-type": "application/json"}).status_code, flush=True)
    except CallDenied as e:
        print(type(e).__name__, flush=True)
"""


@pytest.fixture(params=["sqlite", "redis"])
def state(request, tmp_path):
    if request.param == "redis":
        server = RedisServer(tmp_path)
        yield f"redis://127.0.0.1:{server.port}?ns=circuits"
        server.kill()
    else:
        yield f"sqlite:///{tmp_path}/shared.db?heartbeat=0.2&expiry=60"


class There:
    """Another process with a protection of its own on the same store."""

    def __init__(self, state, url, sim, budget="1"):
        self.process = subprocess.Popen([sys.executable, "-c", WORKER, state, url, sim.host, budget], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, what="call"):
        self.process.stdin.write(what + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture
def there(state, url, sim):
    workers = []

    def make(**options):
        workers.append(There(state, url, sim, **options))
        return workers[-1]

    yield make
    for worker in workers:
        worker.close()


def until(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


def test_what_opens_in_one_process_is_open_in_the_other_and_one_probe_closes_both(state, there, sim, url, chat):
    here = Protection(agent_id="here", state=state, budget_usd=1, max_retries=0, circuit_breaker={"failure_threshold": 2, "recovery_timeout": RECOVERY})
    other = there()
    assert other.ask() == "200"
    sim.fail_next(2, status=503)
    with here, httpx.Client() as client:
        for _ in range(2):
            assert client.post(url, json=chat(max_tokens=10)).status_code == 503
    sent = len(sim.log)
    until(lambda: json.loads(other.ask("report")) == [["open", True]])
    assert other.ask() == "CircuitOpen" and len(sim.log) == sent
    with pytest.raises(CircuitOpen):
        with here, httpx.Client() as client:
            client.post(url, json=chat(max_tokens=10))
    assert [(circuit.state, circuit.elsewhere) for circuit in here.report().circuits] == [("open", False)]
    time.sleep(RECOVERY)
    assert other.ask() == "200", "the other one probes what was opened here"
    until(lambda: [(circuit.state, circuit.elsewhere) for circuit in here.report().circuits] == [("closed", True)])
    with here, httpx.Client() as client:
        assert client.post(url, json=chat(max_tokens=10)).status_code == 200
    kinds = [(event["kind"], event["details"]["elsewhere"]) for event in here.events() if event["kind"].startswith("circuit.")]
    assert kinds == [("circuit.opened", False), ("circuit.closed", True)]


def test_while_one_process_probes_the_other_sends_nothing(state, there, sim, url, chat):
    here = Protection(agent_id="here", state=state, budget_usd=1, max_retries=0, circuit_breaker={"failure_threshold": 2, "recovery_timeout": RECOVERY})
    other = there()
    sim.fail_next(2, status=503)
    assert [other.ask(), other.ask()] == ["503", "503"]
    until(lambda: [(circuit.state, circuit.elsewhere) for circuit in here.report().circuits] == [("open", True)])
    time.sleep(RECOVERY)
    sim.reply = Reply("word " * 40)
    with here, httpx.Client() as client:
        with client.stream("POST", url, json=chat(stream=True)) as probe:
            pieces = probe.iter_raw()
            next(pieces)
            assert other.ask() == "CircuitOpen" and other.ask() == "CircuitOpen"
            for _ in pieces:
                pass
    assert len(sim.wait_for(3, timeout=PATIENCE)) == 3, "the two that failed, and the probe"
    until(lambda: json.loads(other.ask("report"))[0][0] == "closed")
    assert other.ask() == "200"


def test_without_a_budget_the_heartbeat_brings_the_news(tmp_path, sim, url, chat):
    state = f"sqlite:///{tmp_path}/shared.db?heartbeat=0.2&expiry=60"
    other = There(state, url, sim, budget="")
    here = Protection(agent_id="here", state=state, max_retries=0, circuit_breaker={"failure_threshold": 2, "recovery_timeout": 600})
    try:
        sim.fail_next(2, status=503)
        assert [other.ask(), other.ask()] == ["503", "503"]
        until(lambda: [(circuit.state, circuit.elsewhere) for circuit in here.report().circuits] == [("open", True)])
    finally:
        other.close()
