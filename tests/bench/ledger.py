"""Budgets from Python: holds and settlements in memory on one thread, and reports over a million settled calls, in memory and in SQLite.

usage: ledger.py [--rounds N]. The calls in memory are real ones. The SQLite file has the real schema, with a million calls of 1,000 agents, models, projects and tags over 30 days
summed into its rows as a store sums them; each figure is the whole of what Python does, JSON and Decimal included.
"""

import argparse
import random
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

from iron_cage import Budget, spend

CALLS = 1_000_000
AGENTS, MODELS, PROJECTS = 50, 5, 4
DAYS = 30


def pairs_per_second(budget, number, **attribution):
    started = time.perf_counter()
    for _ in range(number):
        budget.hold(0.001, **attribution).settle(0.0005)
    return number / (time.perf_counter() - started)


def milliseconds(rounds, report):
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        report()
        times.append((time.perf_counter() - started) * 1e3)
    return statistics.median(times)


def attributions():
    return [(f"agent-{a}", "provider", f"model-{m}", f"project-{p}", f"tag-{m % 3}\nteam-{a % 7}") for a in range(AGENTS) for m in range(MODELS) for p in range(PROJECTS)]


def fill_memory(budget):
    for number, (agent, provider, model, project, tags) in enumerate(attributions()):
        tags = tuple(tags.split("\n"))
        for _ in range(CALLS // 1000):
            budget.hold(0.001, agent=agent, provider=provider, label=model, project=project, tags=tags).settle(0.0005)


def fill_sqlite(path):
    Budget("b", 1_000_000, state=f"sqlite:///{path}").close()
    rng = random.Random(1)
    names = attributions()
    hour = 490_000
    sums = {}
    for _ in range(CALLS):
        key = (hour + rng.randrange(24 * DAYS), 1 + rng.randrange(len(names)))
        sums[key] = sums.get(key, 0) + 1
    connection = sqlite3.connect(path)
    with connection:
        connection.executemany("INSERT INTO attributions VALUES(?, ?, ?, ?, ?, ?)", ((number, *name) for number, name in enumerate(names, 1)))
        connection.executemany("INSERT INTO spend VALUES(?, ?, ?, 0, 0, ?, 0, ?, ?)", ((*key, calls, 900 * calls, 300 * calls, 500_000_000 * calls) for key, calls in sorted(sums.items())))
        connection.execute("INSERT INTO spend_days SELECT hour / 24, attribution, sum(calls), 0, 0, sum(input_tokens), 0, sum(output_tokens), sum(cost_pico) FROM spend GROUP BY 1, 2")
    connection.close()
    return len(sums), hour


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    budget = Budget("bench", 1_000_000)
    child = Budget("bench-child", 1_000_000, parent=budget)
    print(f"{'hold and settle, one thread':<60}{'pairs/s':>12}")
    for name, where, attribution in (("a budget", budget, {}), ("with label and tags", budget, {"label": "gpu", "tags": ("a", "b")}), ("a budget below another", child, {})):
        print(f"{name:<60}{max(pairs_per_second(where, 100_000, **attribution) for _ in range(rounds)):>12,.0f}")

    print(f"{'report over 1,000,000 settled calls of 1,000 attributions':<60}{'ms':>12}")
    before = sum(row.calls for row in spend())
    fill_memory(budget)
    assert sum(row.calls for row in spend()) == before + CALLS
    print(f"{'memory, spend() by model':<60}{milliseconds(rounds, spend):>12.1f}")
    print(f"{'memory, spend() by agent, model and tag':<60}{milliseconds(rounds, lambda: spend(['agent', 'model', 'tag'])):>12.1f}")
    print(f"{'memory, Budget.report()':<60}{milliseconds(rounds, budget.report):>12.1f}")
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "spend.db"
        rows, hour = fill_sqlite(path)
        state = f"sqlite:///{path}"
        kept = Budget("b", 1_000_000, state=state)
        assert sum(row.calls for row in spend(state=state)) == CALLS
        day = time.strftime("%Y-%m-%dT05:00:00Z", time.gmtime((hour + 24) * 3600))
        print(f"{f'SQLite ({rows:,} rows of hours), spend() by model':<60}{milliseconds(rounds, lambda: spend(state=state)):>12.1f}")
        print(f"{'SQLite, spend() by agent, model and tag':<60}{milliseconds(rounds, lambda: spend(['agent', 'model', 'tag'], state=state)):>12.1f}")
        print(f"{'SQLite, spend() since an hour of the second day':<60}{milliseconds(rounds, lambda: spend(since=day, state=state)):>12.1f}")
        print(f"{'SQLite, Budget.report()':<60}{milliseconds(rounds, kept.report):>12.1f}")
        kept.close()


if __name__ == "__main__":
    main()
