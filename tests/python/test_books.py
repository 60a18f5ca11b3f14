"""Guarantee 3: what protections report, what the store has, what its audit trail tells and an independent pricing of the simulator's log agree exactly."""
import json
import random
import sqlite3
import subprocess
import sys
from collections import Counter
from decimal import Decimal

import pytest

from iron_cage import Budget, spend
from iron_cage.testing import ProviderSimulator, Reply, bill

CALLS, WORKERS = 25, 3
PRICES = {
    "gpt-4o-mini": (Decimal("0.15"), Decimal("0.075"), Decimal("0.60")),
    "gpt-4o": (Decimal("2.5"), Decimal("1.25"), Decimal("10")),
    "gpt-4.1-mini": (Decimal("0.4"), Decimal("0.1"), Decimal("1.6")),
    "claude-haiku-4-5": (Decimal("1"), Decimal("0.1"), Decimal("5")),
}

WORKER = """
import json, random, sys, threading
import httpx, requests
from iron_cage import Budget, IronCageError, PiiBlocked, SafetyConfig, UnpricedModel, protect_agent, _engine
openai, anthropic, state, seed, calls = sys.argv[1:6]
_engine.add_hosts(openai + "=openai," + anthropic + "=anthropic")
team = Budget("team", 5, state=state)
rng = random.Random(seed)
refusals = []

@protect_agent(budget=Budget("agent " + seed, 3, parent=team), state=state, agent_id="agent " + seed, project="books", tags=["odd" if int(seed) % 2 else "even"], safety=SafetyConfig(actions={"CREDIT_CARD": "block"}), max_retries=0)
def call(kind, words):
    text = kind + " word" * words
    model = rng.choice(["gpt-4o-mini", "gpt-4o", "gpt-4.1-mini"])
    if kind == "unpriced":
        model = "no-such-model"
    if kind == "card":
        text += " 4111 1111 1111 1111"
    url, body = "http://%s/v1/chat/completions" % openai, {"model": model, "max_tokens": 120, "messages": [{"role": "user", "content": text}]}
    if rng.random() < 0.3 and kind in ("whole", "stream", "left", "429", "500"):
        url, body["model"] = "http://%s/v1/messages" % anthropic, "claude-haiku-4-5"
    if kind in ("stream", "left", "cut"):
        with httpx.stream("POST", url, json={**body, "stream": True}, timeout=30) as response:
            for piece in response.iter_raw():
                if kind == "left":
                    break
    elif rng.random() < 0.5:
        httpx.post(url, json=body, timeout=30).read()
    else:
        requests.post(url, json=body, timeout=30).content

def some(kinds):
    for kind in kinds:
        try:
            call(kind, rng.randint(1, 60))
        except (PiiBlocked, UnpricedModel) as error:
            refusals.append(type(error).__name__)
        except (IronCageError, httpx.HTTPError, requests.RequestException) as error:
            pass

kinds = ["whole", "stream", "left", "cut", "429", "500", "reset", "unpriced", "card"] + rng.choices(["whole", "stream"], k=int(calls) - 9)
rng.shuffle(kinds)
threads = [threading.Thread(target=some, args=(kinds[number::4],)) for number in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
report = call.protection.report()
print(json.dumps({"spent": str(report.spent_usd), "held": str(report.held_usd), "budget": str(report.budget.spent_usd), "refused": sorted(refusals),
                  "models": {model: [used.calls, str(used.spent_usd)] for model, used in report.by_model.items()}}))
"""


def answer(request):
    """By the first word of what is asked."""
    rng = random.Random(request.index)
    kind = str(request.json["messages"][-1]["content"]).split(" ")[0] if request.json else ""
    tokens = {"completion_tokens": rng.randint(1, 120), "cached_tokens": rng.choice((0, 0, 7))}
    if kind in ("429", "500"):
        return Reply(status=int(kind))
    if kind == "reset":
        return Reply(reset="before")
    if kind == "cut":
        return Reply(content="word " * 40, reset_after=1500, **tokens)
    return Reply(content="word " * rng.randint(1, 20), **tokens)


def total(figures):
    return sum((Decimal(figure) for figure in figures), Decimal(0))


def test_report_store_audit_trail_and_an_independent_pricing_of_the_log_agree_exactly(tmp_path):
    path = tmp_path / "spend.db"
    state = f"sqlite:///{path}"
    with ProviderSimulator(answer, register=False) as openai, ProviderSimulator(answer, protocol="anthropic", register=False) as anthropic:
        workers = [subprocess.Popen([sys.executable, "-c", WORKER, openai.host, anthropic.host, state, str(seed), str(CALLS)], stdout=subprocess.PIPE, text=True)
                   for seed in range(WORKERS)]
        reports = [json.loads(worker.communicate(timeout=120)[0]) for worker in workers]
        log = openai.log + anthropic.log
    assert all(report["refused"] == ["PiiBlocked", "UnpricedModel"] and Decimal(report["held"]) == 0 for report in reports)
    assert Counter(exchange.status for exchange in log)[429] == Counter(exchange.status for exchange in log)[500] == WORKERS

    with sqlite3.connect(path) as connection:
        entries = [json.loads(details) for details, in connection.execute("select details from audit_events where event_type = 'call.settled'")]
        assert connection.execute("select count(*) from holds").fetchone() == (0,)
    connection.close()
    for entry in entries:
        entry["cost"] = Decimal(entry["cost_pico"]) / 10**12
    assert len({entry["call"] for entry in entries}) == len(entries)

    # the report, the store and the audit trail, estimates included
    booked = total(entry["cost"] for entry in entries)
    budgets = {name: Budget(name, limit, state=state).report() for name, limit in [("team", 5), *((f"agent {seed}", 3) for seed in range(WORKERS))]}
    assert budgets["team"].spent_usd == booked and budgets["team"].held_usd == 0
    assert total(row.cost_usd for row in spend(state=state)) == booked == total(report["spent"] for report in reports)
    for seed, report in enumerate(reports):
        row, = [row for row in spend("agent", state=state) if row.by["agent"] == f"agent {seed}"]
        assert row.cost_usd == budgets[f"agent {seed}"].spent_usd == Decimal(report["spent"]) == Decimal(report["budget"])
    by_tag = {row.by["tag"]: row.cost_usd for row in spend("tag", state=state)}
    assert by_tag == {"even": total(reports[seed]["spent"] for seed in range(0, WORKERS, 2)), "odd": Decimal(reports[1]["spent"])}
    by_model = {row.by["model"]: (row.calls, row.cost_usd) for row in spend(state=state) if row.cost_usd}
    for model, row in by_model.items():
        used = [report["models"][model] for report in reports if model in report["models"]]
        ours = [entry["cost"] for entry in entries if entry["model"] == model]
        assert row[1] == total(cost for _, cost in used) == total(ours)
    assert set(by_model) == set(PRICES)

    # the provider's bill, model by model and call by call; what was left or cut is estimated, from what came
    for model in PRICES:
        billed = Counter(bill([exchange], PRICES) for exchange in log if exchange.model == model and exchange.completed and exchange.usage)
        settled = Counter(entry["cost"] for entry in entries if entry["model"] == model and not entry["estimated"] and entry["cost"])
        estimated = [entry for entry in entries if entry["model"] == model and entry["estimated"] and entry["cost"]]
        assert settled - billed == Counter(), f"{model}: settled at what nobody billed"
        # the provider may have written the end of a stream that was left, for which there is an estimate
        assert sum((billed - settled).values()) <= len(estimated), f"{model}: billed and not settled"
    assert sum(1 for entry in entries if entry["estimated"] and entry["cost"]) <= 3 * WORKERS
    assert booked > 0 and len(entries) >= WORKERS * (CALLS - 9)


def test_whole_calls_cost_in_every_book_what_the_provider_bills(tmp_path):
    """Without anything estimated: one sum."""
    state = f"sqlite:///{tmp_path}/spend.db"
    with ProviderSimulator(answer, register=False) as openai, ProviderSimulator(answer, protocol="anthropic", register=False) as anthropic:
        source = WORKER.replace('["whole", "stream", "left", "cut", "429", "500", "reset", "unpriced", "card"]', '["whole", "429", "500"] + ["unpriced", "card"] * 3')
        assert source != WORKER
        workers = [subprocess.Popen([sys.executable, "-c", source, openai.host, anthropic.host, state, str(seed), str(CALLS)], stdout=subprocess.PIPE, text=True)
                   for seed in range(WORKERS)]
        reports = [json.loads(worker.communicate(timeout=120)[0]) for worker in workers]
        billed = openai.bill(PRICES) + anthropic.bill(PRICES)
    assert total(report["spent"] for report in reports) == billed == Budget("team", 5, state=state).report().spent_usd == total(row.cost_usd for row in spend(state=state))
    with sqlite3.connect(tmp_path / "spend.db") as connection:
        settled = connection.execute("select sum(json_extract(details, '$.cost_pico')) from audit_events where event_type = 'call.settled'").fetchone()[0]
    connection.close()
    assert Decimal(settled) / 10**12 == billed > 0
