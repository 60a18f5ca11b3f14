"""Processes that are killed with -9 in the middle of everything: the budget they share is never overspent, and what they held is neither lost nor held for ever."""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest
from kill_matrix import STORES, Round, Wrong

from iron_cage.testing import bill

LONG = os.environ.get("IRON_CAGE_LONG") == "1"
PRICES = {"gpt-4o-mini": (Decimal("0.15"), Decimal("0.075"), Decimal("0.60"))}
THREADS = 64
EXPIRY = 2.0

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
    limits = httpx.Limits(max_connections=int(threads), max_keepalive_connections=int(threads))
    with httpx.Client(verify=False, timeout=120, limits=limits) as client:
        workers = [threading.Thread(target=work, args=(seed + str(n),)) for n in range(int(threads))]
        [t.start() for t in workers]
        [t.join() for t in workers]

print("ready", flush=True)
try:
    agent()
except BudgetExceeded as error:
    print("exceeded", flush=True)
"""

#: What people do with a database: open it, look, close it. Closing drops the POSIX locks of its process, and the last one to close deletes the log.
ONLOOKER = """
import sqlite3, sys, time
while True:
    connection = sqlite3.connect(sys.argv[1], timeout=30)
    connection.execute("select spent_pico, held_pico from budgets").fetchall()
    connection.close()
    time.sleep(0.01)
"""


@pytest.mark.parametrize("round", range(20 if LONG else 1))
def test_four_processes_of_64_threads_with_random_kills_and_restarts_never_exceed_the_budget(tmp_path, round):
    rng = random.Random(round)
    limit = Decimal("0.03")
    db, log = tmp_path / "spend.db", tmp_path / "log.jsonl"
    state = f"sqlite:///{db}?heartbeat=0.3&expiry={EXPIRY}"
    server = subprocess.Popen(
        [sys.executable, "-m", "iron_cage.testing", "--port", "0", "--log", str(log), "--completion-tokens", "200", "--delay", "0.002"],
        stdout=subprocess.PIPE, text=True)
    everybody, workers = [server], []
    try:
        host = server.stdout.readline().split()[-1]

        def start():
            workers.append(subprocess.Popen(
                [sys.executable, "-c", WORKER, host, state, str(limit), str(rng.random()), str(THREADS)], stdout=subprocess.PIPE, text=True))
            everybody.append(workers[-1])

        for _ in range(4):
            start()
        for worker in workers:
            assert worker.stdout.readline() == "ready\n"
        everybody.append(subprocess.Popen([sys.executable, "-c", ONLOOKER, str(db)]))
        kills = 0
        for _ in range(rng.randint(2, 3)):
            time.sleep(rng.uniform(0.02, 0.3))
            victim = workers.pop(rng.randrange(len(workers)))
            if victim.poll() is None:
                kills += 1
            victim.send_signal(signal.SIGKILL)
            victim.wait()
            start()
        for worker in workers:
            assert worker.wait(120) == 0
            assert "exceeded" in worker.stdout.read()
        ended = time.monotonic()
    finally:
        for process in everybody:
            process.terminate()
            process.wait()

    billed = bill([json.loads(line) for line in log.read_text().splitlines()], PRICES)
    spent, held = figures(db)
    print(f"\n    {kills} kills; budget ${limit}, billed ${billed} ({billed / limit:.1%}), store: spent ${spent}, held ${held}")
    assert kills > 0
    assert billed <= limit
    # what the killed processes had in flight is held or booked, and nothing that was billed is missing
    assert billed <= spent + held <= limit

    # whoever comes after the expiry finds nothing held
    time.sleep(max(0.0, ended + EXPIRY + 0.5 - time.monotonic()))
    look = "import sys; from iron_cage import Budget; b = Budget('team', sys.argv[2], state=sys.argv[1]); print(b.report().spent_usd, b.report().held_usd)"
    told = subprocess.run([sys.executable, "-c", look, state, str(limit)], capture_output=True, text=True, check=True).stdout.split()
    assert Decimal(told[0]) == spent + held and Decimal(told[1]) == 0
    with sqlite3.connect(db) as connection:
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
        assert connection.execute("select count(*) from holds where state = 0").fetchone() == (0,)


def figures(db):
    with sqlite3.connect(db) as connection:
        return [Decimal(value) / 10**12 for value in connection.execute("select spent_pico, held_pico from budgets").fetchone()]


def test_the_kill_matrix_of_threads_processes_and_stores(tmp_path):
    """A process of its own, without pytest's threads: it forks. The show is the same: python tests/python/kill_matrix.py --rounds 1000"""
    matrix = subprocess.run([sys.executable, str(Path(__file__).with_name("kill_matrix.py")), "--rounds", "1000" if LONG else "20"], capture_output=True, text=True)
    print("\n" + matrix.stdout)
    assert matrix.returncode == 0, matrix.stdout + matrix.stderr
    stores = STORES if shutil.which("redis-server") else STORES[:2]
    assert all(f"\n{store}" in matrix.stdout for store in stores)


@pytest.mark.parametrize(("billed", "spent", "held", "message"), [
    (["0.5", "0.25"], "0.5", "0", "billed 0.75, but only 0.5 booked"),
    (["0.5"], "0.5", "0.1", "0.1 held by nobody"),
    (["0.5"], "2", "0", "spent 2 of"),
    (["0.01"], "0.03", "0", "0.02 booked above the bill for 0 calls at most"),
])
def test_the_matrix_would_tell_a_book_that_does_not_agree(monkeypatch, tmp_path, billed, spent, held, message):
    one = Round("", None, ("memory", 1, 1), message, tmp_path, None)
    one.limit = Decimal(1)
    monkeypatch.setattr(one, "books", lambda: [Decimal(spent), Decimal(held), Decimal(0), Decimal(0)])
    with pytest.raises(Wrong, match=message):
        one.compare([Decimal(call) for call in billed], [Decimal(0)])


def test_an_owner_that_wakes_after_its_expiry_corrects_once(tmp_path):
    """Stopped with a call in flight until its hold is booked by another process, then let go on: the real cost replaces what was booked."""
    db, log = tmp_path / "spend.db", tmp_path / "log.jsonl"
    state = f"sqlite:///{db}?heartbeat=0.1&expiry=0.6"
    sleeper = """
import sys, httpx
from iron_cage import Budget, protect_agent, _engine
_engine.add_hosts(sys.argv[1] + "=openai")
budget = Budget("team", 1, state=sys.argv[2])
@protect_agent(budget=budget)
def agent():
    body = {"model": "gpt-4o-mini", "max_tokens": 1000, "messages": [{"role": "user", "content": "go"}]}
    return httpx.post("http://%s/v1/chat/completions" % sys.argv[1], json=body, timeout=60).status_code
print("ready", flush=True)
print(agent(), flush=True)
"""
    look = "import sys; from iron_cage import Budget; b = Budget('team', 1, state=sys.argv[1]).report(); print(b.spent_usd, b.held_usd)"

    def other():
        return [Decimal(value) for value in subprocess.run([sys.executable, "-c", look, state], capture_output=True, text=True, check=True).stdout.split()]

    server = subprocess.Popen(
        [sys.executable, "-m", "iron_cage.testing", "--port", "0", "--log", str(log), "--completion-tokens", "20", "--delay", "1.5"],
        stdout=subprocess.PIPE, text=True)
    process = None
    try:
        host = server.stdout.readline().split()[-1]
        process = subprocess.Popen([sys.executable, "-c", sleeper, host, state], stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "ready\n"
        end = time.monotonic() + 20
        while not db.exists() or figures(db)[1] == 0:
            assert time.monotonic() < end
            time.sleep(0.01)
        held = figures(db)[1]
        process.send_signal(signal.SIGSTOP)
        time.sleep(1.0)
        assert other() == [held, 0], "booked in full"
        process.send_signal(signal.SIGCONT)
        assert process.stdout.readline() == "200\n"
        assert process.wait(20) == 0
    finally:
        for each in filter(None, (process, server)):
            each.kill()
            each.wait()
    billed = bill([json.loads(line) for line in log.read_text().splitlines()], PRICES)
    assert other() == [billed, 0] and billed < held
