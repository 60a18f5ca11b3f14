"""The kill matrix: processes that are killed with -9 in the middle of everything and started again, threads x processes x store, a round of each after the other.

    python tests/python/kill_matrix.py --rounds 1000

Every round makes a budget of its own, lets forked processes spend it over HTTP until it is exhausted, kills one or two of them at random moments, starts others in
their place, and then compares four books: the simulator's log, priced here with Decimal; the budget; the store's report by attribution; and its audit trail.
What must be true is in `Round.compare`. Prints a table, and exits with 1 if anything was not so.
"""
from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path

import urllib3

from iron_cage import Budget, BudgetExceeded, IronCageError, _engine, protect_agent, spend

THREADS, PROCESSES, STORES = (1, 8, 64), (1, 4), ("memory", "sqlite", "redis", "redis, no lease")
MODEL = "gpt-4o-mini"
INPUT, OUTPUT = Decimal("0.15") / 10**6, Decimal("0.60") / 10**6
ANSWER, LIMIT_TOKENS, WORDS = 200, 300, 60
#: What a call can hold at most: its output limit, and its prompt with room for the bound.
HOLD = LIMIT_TOKENS * OUTPUT + 4 * (WORDS + 20) * INPUT
HEARTBEAT, EXPIRY = 0.1, 0.5


class Wrong(Exception):
    """A book that does not agree."""


def child(work):
    """Runs work() in a forked process, which tells what it gives as JSON: (pid, a function that reads it; None if it was killed)."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.close(reading)
            os.write(writing, json.dumps(work(), default=str).encode())
            _engine.at_exit()
            status = 0
        except BaseException as error:
            os.write(2, f"a child failed: {error!r}\n".encode())
        finally:
            os._exit(status)
    os.close(writing)

    def told():
        with os.fdopen(reading) as pipe:
            said = pipe.read()
        status = os.waitpid(pid, 0)[1]
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            return None
        if status != 0:
            raise Wrong(f"a process ended with {os.waitstatus_to_exitcode(status)}")
        return json.loads(said)

    return pid, told


class Round:
    """One budget, its processes and its books."""

    def __init__(self, host, log, cell, seed, directory, redis):
        self.host, self.log, (self.store, self.threads, self.processes) = host, log, cell
        self.rng = random.Random(seed)
        # Room for each thread to hold, and for calls beside.
        self.limit = Decimal(self.threads * self.processes + 100) * HOLD / 2
        self.name = f"team-{seed}"
        self.memory = Budget(self.name, self.limit) if self.store == "memory" else None
        self.audit = None
        self.state = None
        if self.store == "sqlite":
            self.audit = directory / f"{seed}.db"
            self.state = f"sqlite:///{self.audit}?heartbeat={HEARTBEAT}&expiry={EXPIRY}"
        elif self.store != "memory":
            lease = "off" if "no lease" in self.store else "on"
            self.state = f"redis://127.0.0.1:{redis}/0?ns=n{seed}&lease={lease}&heartbeat={HEARTBEAT}&expiry={EXPIRY}"
        self.killed = 0

    def budget(self):
        return self.memory or Budget(self.name, self.limit, state=self.state)

    def work(self, seed):
        """Spends until nothing is left; gives what this process settled."""
        @protect_agent(budget=self.budget(), pii_detection=False, hold_wait=30, agent_id=f"worker-{self.threads}", state=self.state)
        def agent():
            pool = urllib3.PoolManager(maxsize=self.threads, retries=False)

            def calls(seed):
                rng = random.Random(seed)
                while True:
                    body = {"model": MODEL, "max_tokens": LIMIT_TOKENS, "messages": [{"role": "user", "content": "word " * rng.randint(5, WORDS)}]}
                    answer = pool.request("POST", f"http://{self.host}/v1/chat/completions", body=json.dumps(body).encode(), headers={"content-type": "application/json"})
                    if answer.status != 200:
                        return

            threads = [threading.Thread(target=calls, args=(f"{seed} {number}",)) for number in range(self.threads)]
            [thread.start() for thread in threads]
            [thread.join() for thread in threads]

        try:
            agent()
        except BudgetExceeded:
            return str(agent.protection.report().spent_usd)
        raise Wrong("a process ended before the budget")

    def run(self):
        start = self.log.stat().st_size
        workers = [child(lambda number=number: self.work(f"{self.name} {number}")) for number in range(self.processes)]
        for number in range(self.rng.randint(1, 2)):
            self.wait()
            pid, told = workers.pop(self.rng.randrange(len(workers)))
            os.kill(pid, signal.SIGKILL)
            if told() is None:
                self.killed += 1
            workers.append(child(lambda number=number: self.work(f"{self.name} again {number}")))
        survivors = [Decimal(told()) for _, told in workers]
        with self.log.open() as log:
            log.seek(start)
            records = [json.loads(line) for line in log]
        return self.compare([self.price(record["usage"]) for record in records if record["usage"]], survivors)

    def wait(self):
        """Until some moment: while processes begin, or when so many calls more were made, and a little later."""
        if self.rng.random() < 0.2:
            time.sleep(self.rng.uniform(0, 0.05))
            return
        record, calls = 300, self.rng.uniform(0, 40)
        goal, end = self.log.stat().st_size + calls * record, time.monotonic() + 1
        while self.log.stat().st_size < goal and time.monotonic() < end:
            time.sleep(0.0005)
        time.sleep(self.rng.uniform(0, 0.004))

    @staticmethod
    def price(usage):
        return usage["prompt_tokens"] * INPUT + usage["completion_tokens"] * OUTPUT

    def books(self):
        """As whoever comes after the expiry finds them."""
        def look():
            budget = self.budget()
            end = time.monotonic() + 20
            while budget.report().held_usd > 0 and time.monotonic() < end:
                time.sleep(0.02)
            report = budget.report()
            rows = spend("agent", state=self.state) if self.state else []
            return [report.spent_usd, report.held_usd, sum(row.cost_usd for row in rows), sum(row.calls for row in rows)]

        return [Decimal(str(figure)) for figure in child(look)[1]()]

    def compare(self, billed, survivors):
        """1: never overspent. 2: every hold ended, what killed processes had is booked, and no more. 3: all books agree."""
        spent, held, reported, calls = self.books()
        total = sum(billed)
        orphans = self.killed * self.threads
        self.check(total <= spent, f"billed {total}, but only {spent} booked")
        self.check(spent <= self.limit, f"spent {spent} of {self.limit}")
        self.check(held == 0, f"{held} held by nobody")
        self.check(sum(survivors) <= total, "processes report more than was billed")
        # The lease of a killed process is booked with its room; else what is booked above the bill is at most its holds.
        if self.store != "redis":
            self.check(spent - total <= orphans * HOLD, f"{spent - total} booked above the bill for {orphans} calls at most")
        if self.killed == 0:
            self.check(spent == total == sum(survivors), f"nobody was killed: spent {spent}, billed {total}, reported {sum(survivors)}")
        if self.state:
            self.check(reported == spent, f"the report has {reported}, the budget {spent}")
        if self.audit:
            self.compare_audit(billed, spent, calls)
        return len(billed), total, spent

    def compare_audit(self, billed, spent, calls):
        with sqlite3.connect(self.audit) as connection:
            self.check(connection.execute("pragma integrity_check").fetchone() == ("ok",), "integrity")
            self.check(connection.execute("select count(*) from holds where state = 0").fetchone() == (0,), "a hold is open")
            entries = [(kind, json.loads(details)) for kind, details in connection.execute("select event_type, details from audit_events")]
        connection.close()
        settled = [(entry["call"].replace("-", ""), Decimal(entry["cost_pico"]) / 10**12) for kind, entry in entries if kind == "call.settled"]
        ended = [(entry["call"].replace("-", ""), Decimal(entry["actual_pico"]) / 10**12) for kind, entry in entries if kind == "hold.expired"]
        corrected = {entry["call"].replace("-", ""): Decimal(entry["actual_pico"] - entry["held_pico"]) / 10**12 for kind, entry in entries if kind == "hold.corrected"}
        self.check(len(dict(settled)) == len(settled) and len(dict(ended)) == len(ended), "a call ended twice")
        # One that expired and was corrected was settled, too, by an owner that had been silent.
        lost = {call: amount for call, amount in ended if call not in corrected}
        self.check(not lost.keys() & dict(settled).keys(), "a call was settled and expired")
        self.check(sum(cost for _, cost in settled) + sum(lost.values()) == spent, "the audit trail has another sum")
        self.check(calls == len(settled) + len(lost), "the report has another number of calls")
        # Call by call: what was settled was billed, and for what was billed beside there is a hold that was booked.
        beside = Counter(billed)
        beside.subtract(cost for _, cost in settled)
        self.check(min(beside.values(), default=0) >= 0, "a call was settled at what nobody billed")
        self.check(sum(beside.values()) <= len(lost), f"{sum(beside.values())} billed calls are in no book")

    def check(self, condition, what):
        if not condition:
            raise Wrong(f"{self.store}, {self.threads} threads x {self.processes} processes, {self.name}: {what}")


def cells(stores):
    return [(store, threads, processes) for store in stores for threads in THREADS for processes in PROCESSES]


def simulator(log):
    process = subprocess.Popen(
        [sys.executable, "-m", "iron_cage.testing", "--log", str(log), "--completion-tokens", str(ANSWER), "--delay", "0.002", "--until-stdin-closes"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    return process, process.stdout.readline().split()[-1]


def run(rounds, seed, stores=STORES):
    """Runs the rounds; gives the table as text, and what was wrong."""
    table, faults = {cell: [0, 0, 0, Decimal(0), Decimal(0), Decimal(0), 0.0] for cell in cells(stores)}, []
    order = []
    rng = random.Random(seed)
    while len(order) < rounds:
        order += rng.sample(list(table), len(table))
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as path:
        directory = Path(path)
        servers = [None, None]
        log = directory / "log.jsonl"
        log.touch()
        try:
            servers[0], host = simulator(log)
            port = None
            if any(store.startswith("redis") for store in stores):
                from redis_server import RedisServer

                servers[1] = RedisServer(directory)
                port = servers[1].port
            _engine.add_hosts(host + "=openai")
            for number, cell in enumerate(order[:rounds]):
                row, began = table[cell], time.monotonic()
                one = Round(host, log, cell, f"{seed}-{number}", directory, port)
                try:
                    calls, billed, spent = one.run()
                    row[2] += calls
                    row[3], row[4], row[5] = row[3] + one.limit, row[4] + billed, row[5] + spent
                except (Wrong, IronCageError) as error:
                    faults.append(f"{type(error).__name__}: {error}")
                row[0], row[1], row[6] = row[0] + 1, row[1] + one.killed, row[6] + time.monotonic() - began
        finally:
            if servers[0]:
                servers[0].kill()
                servers[0].wait()
            if servers[1]:
                servers[1].kill()
    return text(table, faults), faults


def text(table, faults):
    lines = [f"{'store':<16}{'threads':>8}{'processes':>10}{'rounds':>8}{'kills':>7}{'calls':>8}{'limit $':>11}{'billed $':>11}{'spent $':>11}{'s':>8}"]
    rows = [(*cell, *figures) for cell, figures in table.items() if figures[0]]
    rows.append(("all", "", "", *(sum(figures[at] for figures in table.values()) for at in range(7))))
    lines += [f"{store:<16}{threads:>8}{processes:>10}{rounds:>8}{kills:>7}{calls:>8}{limit:>11.6f}{billed:>11.6f}{spent:>11.6f}{seconds:>8.1f}"
              for store, threads, processes, rounds, kills, calls, limit, billed, spent, seconds in rows]
    lines.append(f"{len(faults)} rounds in which a book did not agree")
    return "\n".join(lines + faults)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=24, help="one is about a second (default: each combination once)")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    stores = STORES if shutil.which("redis-server") else STORES[:2]
    table, faults = run(given.rounds, given.seed, stores)
    print(table)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
