"""A budget is never overspent: the simulator's own log, priced independently, against the limit."""

import json
import random
import sqlite3
import subprocess
import sys
import threading
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

import iron_cage
from iron_cage import Budget, BudgetExceeded, Protection, protect_agent
from iron_cage.testing import ProviderSimulator, Reply

MODEL = "gpt-4o-mini"
# dollars per million tokens from the provider's page, written down here so that the bill does not come from the engine that it checks
PRICES = {MODEL: (Decimal("0.15"), Decimal("0.075"), Decimal("0.60"))}


def ask(client: httpx.Client, url: str, words: int, limit: "int | None" = None) -> httpx.Response:
    body = {"model": MODEL, "messages": [{"role": "user", "content": "word " * words}]}
    if limit is not None:
        body["max_tokens"] = limit
    return client.post(url + "/chat/completions", json=body, timeout=60)


def talkative(request):
    """An answer of random length, up to whatever limit the request has."""
    return Reply(content="answer " * random.Random(request.body).randint(20, 400), reasoning_tokens=0)


def test_64_threads_on_one_budget_never_exceed_it_and_use_nine_tenths():
    limit = Decimal("0.02")
    with ProviderSimulator(reply=talkative) as sim:

        @protect_agent(budget_usd=limit, pii_detection=False)
        def agent(seed):
            rng = random.Random(seed)
            with httpx.Client() as client:
                while True:
                    ask(client, sim.base_url, rng.randint(5, 200), rng.choice([200, 300, 400, None]))

        ends = []

        def run(seed):
            try:
                agent(seed)
            except BaseException as error:  # noqa: BLE001 - what ended it is what is checked
                ends.append(type(error))

        threads = [threading.Thread(target=run, args=(seed,)) for seed in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(240)
        assert not any(thread.is_alive() for thread in threads)
        billed = sim.bill(PRICES)
        report = agent.protection.report()

    assert ends == [BudgetExceeded] * 64
    print(f"\n    budget ${limit}, billed ${billed} ({billed / limit:.1%}) over {report.calls} calls, {report.lowered} lowered")
    assert billed <= limit
    assert billed >= limit * 9 / 10
    assert report.spent_usd == billed
    assert report.held_usd == 0


def test_a_durable_budget_goes_on_after_a_restart(tmp_path):
    code = """
import sys, httpx
from iron_cage import protect_agent, BudgetExceeded, _engine
_engine.add_hosts(sys.argv[1] + "=openai")
@protect_agent(budget_usd="0.001", agent_id="restarted", state="sqlite:///" + sys.argv[2])
def agent():
    httpx.post("http://%s/v1/chat/completions" % sys.argv[1], json={"model": "gpt-4o-mini", "max_tokens": 400, "messages": [{"role": "user", "content": "go"}]})
try:
    agent()
    print("ok")
except BudgetExceeded:
    print("exceeded")
"""
    with ProviderSimulator(reply=Reply(content="x", completion_tokens=400), register=False) as sim:
        outcomes = [subprocess.run([sys.executable, "-c", code, sim.host, str(tmp_path / "b.db")], capture_output=True, text=True, check=True).stdout.strip()
                    for _ in range(6)]
        assert outcomes[0] == "ok" and outcomes[-1] == "exceeded"
        assert sim.bill(PRICES) <= Decimal("0.001")
    with sqlite3.connect(tmp_path / "b.db") as connection:
        kinds = {row[0] for row in connection.execute("select distinct event_type from audit_events")}
        details = " ".join(row[0] for row in connection.execute("select details from audit_events"))
    assert {"call.allowed", "call.settled", "call.denied"} <= kinds
    assert "go" not in json.loads("[" + details.replace("} {", "},{") + "]")[0].values()


def test_a_named_budget_is_shared_by_two_agents():
    with ProviderSimulator(reply=Reply(content="x", completion_tokens=100)) as sim:
        budget = Budget("shared", "0.001")
        first = Protection(budget=budget, agent_id="first")
        second = Protection(budget=budget, agent_id="second")
        with httpx.Client() as client:
            for protection in (first, second):
                with protection:
                    assert ask(client, sim.base_url, 5, 100).status_code == 200
        report = budget.report()
        assert report.spent_usd == sim.bill(PRICES) == first.report().spent_usd + second.report().spent_usd
        assert report.remaining_usd == Decimal("0.001") - report.spent_usd


def test_an_unpriced_model_is_refused_and_an_assumed_price_is_charged():
    with ProviderSimulator(reply=Reply(content="x", completion_tokens=10)) as sim:

        def post():
            return httpx.post(sim.base_url + "/chat/completions", json={"model": "gpt-99-unknown", "max_tokens": 10, "messages": [{"role": "user", "content": "hi"}]})

        with pytest.raises(iron_cage.UnpricedModel):
            with Protection(budget_usd=1):
                post()
        assert not sim.log
        assumed = Protection(budget_usd=1, unpriced=iron_cage.Price(input_usd_per_mtok=Decimal(1), output_usd_per_mtok=Decimal(2)))
        with assumed:
            post()
        usage = sim.log[0].usage
        assert assumed.report().spent_usd == (Decimal(usage["prompt_tokens"]) + 2 * Decimal(usage["completion_tokens"])) / 10**6


@pytest.mark.parametrize("fault", [{"reset_after": 0}, {"reset_after": 40}, {"cut_after": 30}])
def test_a_whole_answer_that_was_cut_never_costs_less_than_the_provider_bills(fault):
    with ProviderSimulator(reply=Reply(content="word " * 150, bill_full=True, **fault)) as sim:
        protection = Protection(budget_usd=1)
        with protection, pytest.raises(httpx.TransportError):
            ask(httpx.Client(), sim.base_url, 5, 200)
        assert protection.report().spent_usd >= sim.bill(PRICES) > 0


def test_an_assumed_price_takes_window_and_limit_and_no_tiers():
    price = iron_cage.Price(input_usd_per_mtok=1, output_usd_per_mtok=2, context_window=8192, max_output=1000)
    with ProviderSimulator(reply=Reply(content="word " * 2000)) as sim, Protection(budget_usd=1, unpriced=price) as protection:
        body = {"model": "gpt-99-unknown", "messages": [{"role": "user", "content": "hi"}]}
        httpx.post(sim.base_url + "/chat/completions", json=body)
        assert sim.log[0].json == body, "the hold of 1,000 tokens fits: nothing is written"
    assert protection.report().lowered == 0
    with pytest.raises(iron_cage.ConfigError, match="max_output.*1 to 1000000000"):
        Protection(unpriced=iron_cage.Price(input_usd_per_mtok=1, output_usd_per_mtok=2, max_output=0))
    with pytest.raises(iron_cage.ConfigError, match="unpriced: a Price without tiers"):
        Protection(unpriced=iron_cage.price("gpt-5.4"))


def test_the_lowered_limit_reaches_the_provider_and_the_answer_costs_no_more():
    with ProviderSimulator(reply=Reply(content="word " * 5000)) as sim:
        protection = Protection(budget_usd="0.001")
        with protection:
            response = httpx.post(sim.base_url + "/chat/completions", json={"model": MODEL, "max_tokens": 16000, "messages": [{"role": "user", "content": "write"}]})
        assert response.status_code == 200
        sent = sim.log[0].json
        assert 64 <= sent["max_tokens"] < 16000
        assert sim.bill(PRICES) <= Decimal("0.001")
        assert protection.report().lowered == 1

    with ProviderSimulator() as sim:
        for model in ("gpt-4o", "gpt-4.1", "gpt-4-turbo", "gpt-5", "gpt-5-chat-latest", "o3"):
            for budget in (1, 5, 20, 50):
                with Protection(budget_usd=budget, lower_output=True):
                    answer = httpx.post(sim.base_url + "/chat/completions", json={"model": model, "messages": [{"role": "user", "content": "write"}]})
                assert answer.status_code == 200, f"{model}: {answer.text}"  # OpenAI refuses a limit above the model's own

    with ProviderSimulator() as sim, pytest.raises(BudgetExceeded) as refused:
        with Protection(budget_usd="0.001", lower_output=False):
            httpx.post(sim.base_url + "/chat/completions", json={"model": MODEL, "max_tokens": 16000, "messages": [{"role": "user", "content": "write"}]})
    assert refused.value.limit_usd == Decimal("0.001") and refused.value.needed_usd > Decimal("0.001")


if __name__ == "__main__":
    sys.exit(pytest.main([str(Path(__file__)), "-q", "-s"]))
