"""Budgets in a Redis server: several processes, and a server that is stopped, restarted and emptied."""
import os
import socket
import subprocess
import sys
import threading
import time
from decimal import Decimal

import httpx
import pytest
from redis_server import RedisServer

import iron_cage
from iron_cage import Budget, BudgetExceeded, ConfigError, StateError, protect_agent

MODEL = "gpt-4o-mini"
PRICES = {MODEL: (Decimal("0.15"), Decimal("0.075"), Decimal("0.60"))}

#: What an append-only file keeps is there after a kill -9 of the server.
DURABLE = ("--appendonly", "yes", "--appendfsync", "always")

WORKER = """
import random, sys, threading
import httpx
from iron_cage import Budget, BudgetExceeded, protect_agent, _engine
host, state, limit, seed, threads = sys.argv[1:6]
_engine.add_hosts(host + "=openai")
budget = Budget("team", limit, state=state)

@protect_agent(budget=budget, pii_detection=False, hold_wait=20, agent_id="worker")
def agent():
    def work(seed):
        rng = random.Random(seed)
        while True:
            body = {"model": "gpt-4o-mini", "max_tokens": 300, "messages": [{"role": "user", "content": "word " * rng.randint(5, 100)}]}
            if client.post("http://%s/v1/chat/completions" % host, json=body).status_code == 402:
                return
    with httpx.Client(verify=False, timeout=120) as client:
        workers = [threading.Thread(target=work, args=(seed + str(n),)) for n in range(int(threads))]
        [t.start() for t in workers]
        [t.join() for t in workers]

try:
    agent()
except BudgetExceeded as error:
    print("exceeded", flush=True)
"""


@pytest.fixture
def serve(tmp_path):
    """Starts a server; it is gone after the test."""
    servers = []

    def start(*arguments):
        servers.append(RedisServer(tmp_path, *arguments))
        return servers[-1]

    yield start
    for server in servers:
        server.kill()


@pytest.fixture
def ask(sim):
    """Makes one call; its status."""
    with httpx.Client(timeout=60, verify=False) as client:

        def call(limit=100):
            body = {"model": MODEL, "max_tokens": limit, "messages": [{"role": "user", "content": "hello"}]}
            return client.post(f"{sim.base_url}/chat/completions", json=body).status_code

        yield call


def until(condition, seconds=20):
    """Waits until it is so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if condition():
                return
        except StateError:
            pass
        time.sleep(0.02)
    pytest.fail("it did not become so")


@pytest.mark.parametrize("lease", ["on", "off"])
def test_processes_share_one_budget_and_spend_it_to_the_picodollar(serve, sim, lease):
    server = serve()
    limit = Decimal("0.02")
    state = server.url(f"ns=team&lease={lease}&heartbeat=0.5&expiry=30")
    host = sim.base_url.split("/")[2]
    workers = [
        subprocess.Popen([sys.executable, "-c", WORKER, host, state, str(limit), str(n), "8"], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
        for n in range(3)
    ]
    assert [worker.communicate(timeout=120)[0] for worker in workers] == [b"exceeded\n"] * 3
    billed = sim.bill(PRICES)
    report = Budget("team", limit, state=state).report()
    assert (report.spent_usd, report.held_usd) == (billed, 0)
    assert limit * Decimal("0.9") < billed <= limit
    assert sum(line.cost_usd for line in iron_cage.spend(state=state)) == billed


def test_without_the_server_the_lease_is_used_then_calls_are_refused_and_all_is_told_afterwards(serve, sim, ask):
    server = serve(*DURABLE)
    budget = Budget("team", "0.01", state=server.url("timeout=0.5"))

    @protect_agent(budget=budget, pii_detection=False)
    def agent(calls):
        done = 0
        for _ in range(calls):
            ask()
            done += 1
        return done

    agent(50)
    before = len(sim.log)
    server.kill()
    with pytest.raises(StateError) as refused:
        agent(100_000)
    assert f"127.0.0.1:{server.port}" in str(refused.value) and "check that the server runs" in str(refused.value)
    assert len(sim.log) - before > 10, "the lease paid for some"
    server.start()
    until(lambda: budget.report().spent_usd == sim.bill(PRICES))
    assert budget.report().held_usd == 0
    assert agent(3) == 3


def test_with_refuse_nothing_goes_without_the_server(serve, sim, ask):
    server = serve(*DURABLE)
    budget = Budget("team", 1, state=server.url("outage=refuse"))

    @protect_agent(budget=budget, pii_detection=False)
    def agent():
        return ask()

    for _ in range(20):
        agent()
    server.kill()
    time.sleep(0.2)
    sent = len(sim.log)
    with pytest.raises(StateError):
        agent()
    assert len(sim.log) == sent
    server.start()

    def goes():
        return agent() == 200

    until(goes)


def test_an_emptied_server_is_a_state_error_for_all_and_never_a_second_grant(serve, sim, ask):
    server = serve()
    state = server.url("lease=off")
    budget = Budget("team", 1, state=state)

    @protect_agent(budget=budget, pii_detection=False)
    def agent():
        return ask()

    assert agent() == 200
    server.cli("flushall")
    sent = len(sim.log)
    with pytest.raises(StateError, match="its keys were removed"):
        agent()
    with pytest.raises(StateError, match="its keys were removed"):
        budget.report()
    other = [sys.executable, "-c", f"from iron_cage import Budget\nBudget('team', 1, state={state!r})"]
    run = subprocess.run(other, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    assert run.returncode != 0 and "StateError" in run.stderr and "its keys were removed" in run.stderr
    assert len(sim.log) == sent


def test_a_server_that_restarts_without_its_data_is_found_out(serve, ask):
    server = serve()
    budget = Budget("team", 1, state=server.url("heartbeat=0.2"))

    @protect_agent(budget=budget, pii_detection=False)
    def agent():
        return ask()

    assert agent() == 200
    server.kill()
    server.start()
    until(lambda: server.cli("hget", "ironcage:{default}:meta", "damaged") != "")
    with pytest.raises(StateError, match="its keys were removed"):
        agent()


def test_the_password_is_in_no_message(serve):
    server = serve("--requirepass", "hunter2")
    with pytest.raises(StateError) as refused:
        Budget("team", 1, state=server.url(credentials=":hunter3@"))
    assert "refused user and password" in str(refused.value) and "hunter" not in str(refused.value)
    budget = Budget("team", 1, state=server.url(credentials=":hunter2@"))
    assert "hunter" not in repr(budget)
    server.kill()
    with pytest.raises(StateError) as lost:
        budget.report()
    assert "hunter" not in str(lost.value)
    with pytest.raises(ConfigError) as wrong:
        Budget("team", 1, state=server.url("lease=perhaps", credentials=":hunter2@"))
    assert 'lease must be "on" or "off"' in str(wrong.value) and "hunter" not in str(wrong.value)
    server.start()


def test_over_tls_the_certificate_must_be_trusted(serve, tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True,
    )
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    serve("--tls-port", str(port), "--tls-cert-file", str(certificate), "--tls-key-file", str(key), "--tls-auth-clients", "no")

    def opens(host, trusted):
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **({"SSL_CERT_FILE": str(certificate)} if trusted else {})}
        code = f"from iron_cage import Budget\nprint(Budget('team', 7, state='rediss://{host}:{port}').report().limit_usd)"
        return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env)

    assert opens("localhost", trusted=True).stdout.strip() == "7"
    for host, trusted in (("localhost", False), ("127.0.0.1", True)):
        refused = opens(host, trusted)
        assert refused.returncode != 0 and "StateError" in refused.stderr and f"no certificate that this machine trusts for {host}" in refused.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="fork")
def test_a_forked_child_draws_on_the_same_budget_with_a_lease_of_its_own(serve, sim, ask):
    server = serve()
    budget = Budget("team", 1, state=server.url("ns=forks"))

    @protect_agent(budget=budget, pii_detection=False)
    def agent():
        body = {"model": MODEL, "max_tokens": 100, "messages": [{"role": "user", "content": "hello"}]}
        return httpx.post(f"{sim.base_url}/chat/completions", json=body, timeout=60).status_code

    assert agent() == 200
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = 0 if agent() == 200 and agent() == 200 and budget.report().spent_usd > 0 else 1
        finally:
            os._exit(code)
    assert agent() == 200
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert len(sim.log) == 4
    assert budget.report().spent_usd == sim.bill(PRICES)


def test_a_budget_that_is_used_up_is_exceeded_on_many_threads(serve, sim, ask):
    server = serve()
    budget = Budget("team", "0.001", state=server.url())

    @protect_agent(budget=budget, pii_detection=False, on_deny="respond")
    def agent():
        statuses = []

        def work():
            while (status := ask()) == 200:
                statuses.append(status)
            statuses.append(status)

        threads = [threading.Thread(target=work) for _ in range(8)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        return statuses

    statuses = agent()
    assert statuses.count(402) == 8 and statuses.count(200) > 5
    assert budget.report().spent_usd == sim.bill(PRICES) <= Decimal("0.001")
    with pytest.raises(BudgetExceeded):

        @protect_agent(budget=budget, pii_detection=False)
        def again():
            ask()

        again()
