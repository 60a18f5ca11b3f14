"""A forked child goes on with what its parent had: one sum, one kill switch, one count of calls; nothing that was open is settled twice."""

import gc
import json
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from decimal import Decimal

import httpx
import pytest

import iron_cage
from iron_cage import AgentStopped, Budget, BudgetExceeded, LimitReached, Protection, protect_agent
from iron_cage.testing import ProviderSimulator, Reply, bill

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="fork")

LONG = os.environ.get("IRON_CAGE_LONG") == "1"
MODEL = "gpt-4o-mini"
PRICES = {MODEL: (Decimal("0.15"), Decimal("0.075"), Decimal("0.60"))}


def fork(work, wait=True):
    """What work() returns in a forked child, as JSON, or the name of what it raised. Without wait: (pid, a function that waits for it)."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            said = work()
        except BaseException as error:
            said = type(error).__name__
        os.write(writing, json.dumps(said, default=str).encode())
        os.close(writing)
        os._exit(0)
    os.close(writing)

    def told():
        with os.fdopen(reading) as pipe:
            said = pipe.read()
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        return json.loads(said)

    return told() if wait else (child, told)


@pytest.fixture
def ask(sim):
    """Makes one call with a client of its own; its status."""

    def call(text="hello", limit=100, **fields):
        body = {"model": MODEL, "max_tokens": limit, "messages": [{"role": "user", "content": text}], **fields}
        with httpx.Client(timeout=30, verify=False) as client:
            return client.post(f"{sim.base_url}/chat/completions", json=body).status_code

    return call


def test_parent_and_child_draw_on_one_budget_in_memory(sim, ask):
    @protect_agent(budget_usd=1)
    def agent():
        return ask()

    assert agent() == 200
    assert fork(agent) == 200
    assert fork(agent) == 200
    assert agent() == 200
    report = agent.protection.report()
    assert report.budget.spent_usd == sim.bill(PRICES) and len(sim.log) == 4
    assert report.calls == 2, "each process reports what it did itself"
    assert report.spent_usd == sim.bill(PRICES) / 2
    assert report.held_usd == 0


def test_what_a_child_spends_is_gone_for_its_parent_and_the_other_way_round(ask):
    @protect_agent(budget_usd="0.0002", lower_output=False)
    def agent():
        return ask(limit=300)

    def until_refused():
        calls = 0
        while True:
            try:
                agent()
                calls += 1
            except BudgetExceeded as error:
                return calls, str(error.spent_usd)

    calls, spent = fork(until_refused)
    assert calls > 0
    with pytest.raises(BudgetExceeded) as refused:
        agent()
    assert str(refused.value.spent_usd) == spent
    assert fork(until_refused) == [0, spent]


def test_budgets_scanners_and_prices_made_before_the_fork_work_in_the_child(sim, ask, tmp_path):
    memory = Budget("team", 1)
    durable = Budget("team", 1, state=f"sqlite:///{tmp_path}/spend.db")
    closed = Budget("kept", 1)
    with Protection(budget=closed):
        ask()
    closed.close()
    one, two = Protection(budget=memory), Protection(budget=durable)
    for protection in (one, two):
        with protection:
            assert ask() == 200

    def child():
        for protection in (one, two):
            with protection:
                ask()
        with Protection(budget=Budget("kept", 1), agent_id="new in the child"):
            ask()
        return [iron_cage.redact("jane@example.com"), iron_cage.scan("jane@example.com")[0].kind, str(iron_cage.price(MODEL).input_usd_per_mtok),
                *(str(budget.report().spent_usd.normalize()) for budget in (memory, durable, Budget("kept", 1)))]

    each = sim.bill(PRICES) / 3
    assert fork(child) == ["[EMAIL_REDACTED]", "EMAIL_ADDRESS", "0.15", *[str((2 * each).normalize())] * 3]
    assert memory.report().spent_usd == durable.report().spent_usd == 2 * each
    assert sim.bill(PRICES) == 6 * each


def test_the_run_of_the_forking_thread_goes_on_in_both(sim, ask):
    def both():
        ask()
        told = fork(lambda: [ask(), ask()])
        ask()
        return told

    capped = protect_agent(max_calls=3)(both)
    with pytest.raises(LimitReached):
        capped()
    assert len(sim.log) == 3, "one cap over both"

    sim.reply = Reply(content="word " * 300)
    scoped = protect_agent(budget_usd="0.0002", budget_scope="run", lower_output=False)(lambda: [fork(lambda: ask(limit=300)), ask(limit=300)])
    with pytest.raises(BudgetExceeded):
        scoped()
    assert len(sim.log) == 4, "the child took what there was"


def test_a_refusal_in_the_child_reaches_the_childs_boundary(ask):
    @protect_agent(budget_usd="0.000001")
    def agent():
        try:
            ask()
        except Exception:
            return "swallowed"

    assert fork(agent) == "BudgetExceeded"

    @protect_agent(budget_usd="0.000001")
    def forking():
        return fork(lambda: ask())

    assert forking() == "Refusal", "inside the run it is on its way to the boundary"


def test_the_kill_switch_stops_both(ask):
    protection = Protection()
    with protection:
        assert ask() == 200
    assert fork(lambda: protection.stop("enough, söze")) is None
    with pytest.raises(AgentStopped, match="enough, söze"):
        with protection:
            ask()

    other = Protection()
    reading, writing = os.pipe()
    began, begun = os.pipe()

    def child():
        with other:
            before = ask()
        os.write(begun, b"x")
        os.read(reading, 1)
        try:
            with other:
                ask()
        except AgentStopped as error:
            return [before, error.why]

    _, told = fork(child, wait=False)
    os.read(began, 1)
    other.stop("over")
    os.write(writing, b"x")
    assert told() == [200, "over"]


def test_what_is_open_at_the_fork_is_settled_once_and_by_the_parent(sim, ask):
    sim.reply = Reply(content="word " * 200)
    protection = Protection(budget_usd=1)
    with protection, httpx.Client(verify=False) as client:
        body = {"model": MODEL, "max_tokens": 400, "stream": True, "messages": [{"role": "user", "content": "go"}]}
        with client.stream("POST", f"{sim.base_url}/chat/completions", json=body) as response:
            lines = response.iter_lines()
            next(lines)
            held = protection.report().held_usd
            assert held > 0

            def child():
                nonlocal response, lines
                del lines, response  # whatever finalizers do here
                gc.collect()
                inside = ask("in the child")
                return [inside, str(protection.report().budget.held_usd)]

            assert fork(child) == [200, str(held)]
            for _ in lines:
                pass
    report = protection.report()
    assert report.held_usd == 0
    assert report.budget.spent_usd == sim.bill(PRICES) and len(sim.log) == 2


def test_a_generator_begun_before_the_fork_goes_on_in_the_child(sim, ask):
    @protect_agent(budget_usd=1)
    def agent():
        yield ask()
        yield ask()

    steps = agent()
    assert next(steps) == 200
    assert fork(lambda: [next(steps), list(steps)]) == [200, []]
    assert next(steps) == 200
    steps.close()
    assert agent.protection.report().budget.spent_usd == sim.bill(PRICES) and len(sim.log) == 3


def test_what_a_killed_child_holds_is_booked_in_full(sim, ask):
    sim.reply = Reply(content="x", delay=60)
    protection = Protection(budget_usd=1)
    child, _ = fork(lambda: protection.__enter__() and ask(limit=1000), wait=False)
    until(lambda: protection.report().budget.held_usd > 0)
    held = protection.report().budget.held_usd
    os.kill(child, signal.SIGKILL)
    until(lambda: protection.report().budget.held_usd == 0)  # a zombie is dead, too
    assert protection.report().budget.spent_usd == held
    os.waitpid(child, 0)
    assert protection.report().budget.spent_usd == held


def test_whoever_waits_for_the_money_of_another_process_gets_it(sim, ask):
    protection = Protection(budget_usd="0.0003", lower_output=False)
    sim.reply = Reply(content="x", delay=1.0)
    child, told = fork(lambda: protection.__enter__() and ask(limit=300), wait=False)
    until(lambda: protection.report().budget.held_usd > 0)
    with protection:
        assert ask(limit=300) == 200  # 0.00018 and more each: not beside one another
    assert told() == 200
    assert protection.report().budget.spent_usd == sim.bill(PRICES) and len(sim.log) == 2


def test_children_of_children_go_on(sim, ask):
    protection = Protection(budget_usd=1)

    def generation(left):
        with protection:
            status = ask(f"generation {left}")
        return [status, *(fork(lambda: generation(left - 1)) if left else [])]

    depth = 6
    assert generation(depth) == [200] * (depth + 1)
    assert protection.report().budget.spent_usd == sim.bill(PRICES) and len(sim.log) == depth + 1


def test_a_child_that_has_closed_all_descriptors_and_left_the_directory_goes_on(ask, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    protection = Protection(budget_usd=1, state="sqlite:///relative.db", agent_id="daemon")
    with protection:
        ask()

    def daemon():
        keep = {descriptor for descriptor in range(3, 1024) if is_pipe(descriptor)}
        for descriptor in range(3, 1024):
            if descriptor not in keep:
                try:
                    os.close(descriptor)
                except OSError:
                    pass
        os.chdir("/")
        with protection:
            return ask()

    assert fork(daemon) == 200
    assert not os.path.exists("/relative.db")
    with sqlite3.connect(tmp_path / "relative.db") as connection:
        assert connection.execute("select count(*) from audit_events where event_type = 'call.allowed'").fetchone() == (2,)


def is_pipe(descriptor):
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}").startswith("pipe:")
    except OSError:
        return False


def until(true, seconds=20):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


UNDER_LOAD = """
import os, sys, threading, time
import httpx, iron_cage
from iron_cage import Budget, BudgetExceeded, protect_agent, _engine

host, state, forks, limit = sys.argv[1], sys.argv[2] or None, int(sys.argv[3]), sys.argv[4]
_engine.add_hosts(host + "=openai")
budget = Budget("all", limit, state=state)

@protect_agent(budget=budget)
def agent(client):
    body = {"model": "gpt-4o-mini", "max_tokens": 20, "messages": [{"role": "user", "content": "write to jane@example.com"}]}
    return client.post("http://%s/v1/chat/completions" % host, json=body, timeout=60).status_code

def child():
    with httpx.Client(verify=False) as client:
        status = agent(client)
    assert iron_cage.redact("a@example.com") == "[EMAIL_REDACTED]"
    return 0 if status == 200 else 1

stop = threading.Event()
def spend():
    with httpx.Client(verify=False) as client:
        while not stop.is_set():
            agent(client)
            time.sleep(0.02)
def scan():
    text = "jane@example.com and 4111 1111 1111 1111 " * 200
    while not stop.is_set():
        iron_cage.redact(text)
        time.sleep(0)

with httpx.Client(verify=False) as client:
    agent(client)
threads = [threading.Thread(target=spend) for _ in range(3)] + [threading.Thread(target=scan) for _ in range(2)]
[t.start() for t in threads]
failed, hung, living = 0, 0, []
def reap(limit):
    global failed, hung
    while len(living) > limit:
        pid, since = living.pop(0)
        while True:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                failed += status != 0
                break
            if time.monotonic() - since > 60:
                hung += 1
                os.kill(pid, 9)
                os.waitpid(pid, 0)
                break
            time.sleep(0.002)
for i in range(forks):
    pid = os.fork()
    if pid == 0:
        try:
            code = child()
        except BaseException as error:
            print("child:", type(error).__name__, error, file=sys.stderr, flush=True)
            code = 2
        _engine.at_exit()  # what a process that ends properly does
        os._exit(code)
    living.append((pid, time.monotonic()))
    reap(3)
reap(0)
stop.set()
[t.join() for t in threads]
report = budget.report()
print(failed, hung, report.spent_usd, report.held_usd, flush=True)
"""


@pytest.mark.parametrize("durable", [False, True], ids=["memory", "sqlite"])
def test_forks_under_load_all_end_and_the_sum_is_the_bill(tmp_path, durable):
    forks = 1000 if LONG else 100
    state = f"sqlite:///{tmp_path}/spend.db" if durable else ""
    with ProviderSimulator(reply=Reply(content="fine"), register=False) as sim:
        run = subprocess.run([sys.executable, "-c", UNDER_LOAD, sim.host, state, str(forks), "5"], capture_output=True, text=True, timeout=900)
        assert run.returncode == 0, run.stderr
        failed, hung, spent, held = run.stdout.split()
        assert (failed, hung) == ("0", "0"), run.stderr
        print(f"\n    {forks} forks, {len(sim.log)} calls, ${spent} spent")
        assert Decimal(spent) == sim.bill(PRICES)
        assert Decimal(held) == 0
        assert len(sim.log) > forks


def test_a_budget_in_memory_is_not_overspent_by_many_children(tmp_path):
    limit = Decimal("0.002")
    code = """
import os, sys
import httpx
from iron_cage import BudgetExceeded, protect_agent, _engine
host, limit = sys.argv[1:]
_engine.add_hosts(host + "=openai")

@protect_agent(budget_usd=limit, pii_detection=False, hold_wait=20)
def agent(client):
    while True:
        body = {"model": "gpt-4o-mini", "max_tokens": 300, "messages": [{"role": "user", "content": "word " * 30}]}
        client.post("http://%s/v1/chat/completions" % host, json=body, timeout=60)

children = []
for _ in range(8):
    pid = os.fork()
    if pid == 0:
        with httpx.Client(verify=False) as client:
            try:
                agent(client)
            except BudgetExceeded:
                os._exit(0)
        os._exit(1)
    children.append(pid)
ends = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children]
budget = agent.protection.report().budget
print(*ends, budget.spent_usd, budget.held_usd)
"""
    with ProviderSimulator(reply=Reply(content="answer " * 60), register=False) as sim:
        run = subprocess.run([sys.executable, "-c", code, sim.host, str(limit)], capture_output=True, text=True, timeout=300)
        *ends, spent, held = run.stdout.split()
        assert ends == ["0"] * 8, run.stderr
        billed = sim.bill(PRICES)
    assert Decimal(spent) == billed <= limit
    assert billed >= limit * 9 / 10
    assert Decimal(held) == 0


WORK = """
import httpx, os
from iron_cage import Budget, protect_agent, _engine

HOST = os.environ["FORK_TEST_HOST"]
_engine.add_hosts(HOST + "=openai")
budget = Budget("pool", 1, state="sqlite:///" + os.environ["FORK_TEST_DB"])

@protect_agent(budget=budget, agent_id="pool")
def agent(n):
    body = {"model": "gpt-4o-mini", "max_tokens": 20, "messages": [{"role": "user", "content": "n %d" % n}]}
    return httpx.post("http://%s/v1/chat/completions" % HOST, json=body, timeout=60, verify=False).status_code
"""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing_children_draw_on_one_store_and_leave_nothing_held(tmp_path, method):
    (tmp_path / "work_module.py").write_text(WORK)
    code = f"""
import multiprocessing, sys
import work_module
if __name__ == "__main__":
    context = multiprocessing.get_context({method!r})
    if {method!r} == "forkserver":
        context.set_forkserver_preload(["work_module"])
    assert work_module.agent(0) == 200
    with context.Pool(3) as pool:
        statuses = pool.map(work_module.agent, range(1, 31), chunksize=1)
        pool.close()
        pool.join()
    process = context.Process(target=work_module.agent, args=(31,))
    process.start()
    process.join()
    print(statuses.count(200), process.exitcode, work_module.budget.report().spent_usd, work_module.budget.report().held_usd)
"""
    (tmp_path / "main.py").write_text(code)
    with ProviderSimulator(reply=Reply(content="fine"), register=False) as sim:
        environment = {**os.environ, "FORK_TEST_HOST": sim.host, "FORK_TEST_DB": str(tmp_path / "pool.db")}
        run = subprocess.run([sys.executable, str(tmp_path / "main.py")], capture_output=True, text=True, timeout=120, env=environment)
        assert run.stdout.split() == ["30", "0", str(sim.bill(PRICES)), "0"], run.stderr
        assert len(sim.log) == 32


APP = """
import httpx, json, os
from iron_cage import BudgetExceeded, protect_agent, _engine

HOST = os.environ["FORK_TEST_HOST"]
_engine.add_hosts(HOST + "=openai")

@protect_agent(budget_usd="0.002", agent_id="web", hold_wait=10)
def agent():
    body = {"model": "gpt-4o-mini", "max_tokens": 300, "messages": [{"role": "user", "content": "word " * 30}]}
    return httpx.post("http://%s/v1/chat/completions" % HOST, json=body, timeout=60, verify=False).status_code

assert agent() == 200  # before the workers are forked

def app(environ, start_response):
    try:
        said = str(agent())
    except BudgetExceeded:
        said = "exceeded"
    if environ["PATH_INFO"] == "/report":
        budget = agent.protection.report().budget
        said = "%s %s" % (budget.spent_usd, budget.held_usd)
    start_response("200 OK", [("content-type", "text/plain")])
    return [("%d %s" % (os.getpid(), said)).encode()]
"""


def test_workers_of_gunicorn_with_preload_share_the_budget_of_the_application(tmp_path):
    pytest.importorskip("gunicorn")
    (tmp_path / "web_app.py").write_text(APP)
    socket = tmp_path / "web.sock"
    with ProviderSimulator(reply=Reply(content="answer " * 60), register=False) as sim:
        environment = {**os.environ, "FORK_TEST_HOST": sim.host}
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--preload", "--workers", "4", "--max-requests", "10", "--bind", f"unix:{socket}", "--chdir", str(tmp_path), "web_app:app"],
            env=environment, stderr=subprocess.PIPE, text=True)
        try:
            until(lambda: socket.exists() or server.poll() is not None)
            seen, workers, lock = [], set(), threading.Lock()

            def visit():
                with httpx.Client(transport=httpx.HTTPTransport(uds=str(socket), retries=3), timeout=60) as web:
                    for _ in range(10):
                        pid, said = web.get("http://app/", headers={"connection": "close"}).text.split(" ", 1)
                        with lock:
                            seen.append(said)
                            workers.add(pid)

            visitors = [threading.Thread(target=visit) for _ in range(8)]
            for visitor in visitors:
                visitor.start()
            for visitor in visitors:
                visitor.join(120)
            with httpx.Client(transport=httpx.HTTPTransport(uds=str(socket)), timeout=60) as web:
                _, spent, held = web.get("http://app/report").text.split()
        finally:
            server.terminate()
            server.communicate(timeout=30)
        billed = sim.bill(PRICES)
    assert len(seen) == 80 and set(seen) == {"200", "exceeded"}
    assert len(workers) > 4, "some were replaced, forked later"
    assert Decimal("0.002") * 9 / 10 <= billed <= Decimal("0.002")
    assert (Decimal(spent), Decimal(held)) == (billed, 0)
