"""What happens before a budget stops its agent: warnings of budgets, cheaper models, the reserve of a run; over real HTTP, against the simulator's own bill."""
import asyncio
import json
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import httpx
import pytest
import requests

from iron_cage import Budget, BudgetConfig, BudgetExceeded, ConfigError, Price, Protection, protect_agent
from iron_cage.testing import ProviderSimulator, Reply, bill

PRICES = {
    "gpt-4o": (Decimal("2.5"), Decimal("1.25"), Decimal("10")),
    "gpt-4o-mini": (Decimal("0.15"), Decimal("0.075"), Decimal("0.6")),
    "gpt-4.1-nano": (Decimal("0.1"), Decimal("0.025"), Decimal("0.4")),
    "claude-sonnet-4-5": (Decimal("3"), Decimal("0.3"), Decimal("15")),
    "claude-haiku-4-5": (Decimal("1"), Decimal("0.1"), Decimal("5")),
}
CHAIN = {"gpt-4o": "gpt-4o-mini", "gpt-4o-mini": "gpt-4.1-nano"}
NOTE = 'Come to an end: "now", bitte schön.'


@pytest.fixture(params=["memory", "sqlite"])
def state(request, tmp_path):
    return None if request.param == "memory" else f"sqlite:///{tmp_path}/spend.db"


@pytest.fixture
def name(request):
    """Budgets in memory live as long as the process: each test has names of its own."""
    return lambda word: f"{word}-{abs(hash(request.node.nodeid)):x}"


def chat(model="gpt-4o", limit=100, stream=False, **fields):
    return {"model": model, "max_tokens": limit, "messages": [{"role": "user", "content": "hello"}], **({"stream": True} if stream else {}), **fields}


def post(sim, **fields):
    return httpx.post(f"{sim.base_url}/chat/completions", json=chat(**fields), verify=False)


def via_httpx(url, body):
    response = httpx.post(url, json=body, verify=False)
    return response.status_code, response.content


def via_requests(url, body):
    response = requests.post(url, json=body)
    return response.status_code, response.content


def via_asyncio(url, body):
    async def send():
        async with httpx.AsyncClient(verify=False) as client:
            response = await client.post(url, json=body)
        return response.status_code, response.content

    return asyncio.run(send())


def told(protection, kind):
    return [event["details"] for event in protection.events() if event["kind"] == kind]


def sent(sim):
    """The models that were called, each once for all calls in a row."""
    models = [exchange.model for exchange in sorted(sim.log, key=lambda each: each.index)]
    return [model for index, model in enumerate(models) if index == 0 or models[index - 1] != model]


class TestDegrade:
    @pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
    @pytest.mark.parametrize("send", [via_httpx, via_requests, via_asyncio])
    def test_down_the_chain_until_nothing_fits_and_every_call_costs_what_its_model_bills(self, sim, send, stream):
        sim.reply = Reply(content="word " * 20)
        answers = []

        @protect_agent(budget=BudgetConfig(max_usd="0.003", degrade=CHAIN), agent_id="a", pii_detection=False)
        def agent():
            status = 200
            while status == 200:  # in a task of its own a refusal is a response
                status, answer = send(f"{sim.base_url}/chat/completions", chat(stream=stream))
                answers.append(answer)

        with pytest.raises(BudgetExceeded):
            agent()
        report = agent.protection.report()
        assert sent(sim) == ["gpt-4o", "gpt-4o-mini", "gpt-4.1-nano"]
        lowered = {exchange.model for exchange in sim.log if exchange.json["max_tokens"] != 100}
        assert lowered == {"gpt-4.1-nano"} and report.lowered > 0 and all(exchange.status == 200 for exchange in sim.log)
        assert report.spent_usd == report.budget.spent_usd == sim.bill(PRICES) and Decimal("0.0029") < report.spent_usd <= Decimal("0.003") and report.held_usd == 0
        calls = {model: [exchange for exchange in sim.log if exchange.model == model] for model in report.by_model}
        for model, used in report.by_model.items():
            assert (used.calls, used.spent_usd) == (len(calls[model]), bill(calls[model], PRICES))
        degraded = told(agent.protection, "budget.degraded")
        assert report.degraded == len(degraded) == len(sim.log) - report.by_model["gpt-4o"].calls
        assert {(each["from"], each["to"], each["why"]) for each in degraded} == {("gpt-4o", "gpt-4o-mini", "does_not_fit"), ("gpt-4o", "gpt-4.1-nano", "does_not_fit")}
        # The answer says which model gave it.
        assert b'"model":"gpt-4.1-nano"' in answers[report.calls - 1].replace(b": ", b":")

    def test_a_limit_goes_where_the_cheaper_model_takes_it_and_not_above_its_most(self, sim):
        @protect_agent(budget=BudgetConfig(max_usd="0.02", degrade={"gpt-4-turbo": "gpt-5-nano", "gpt-5": "gpt-4o-mini"}), agent_id="a")
        def agent(body):
            return httpx.post(f"{sim.base_url}/chat/completions", json=body)

        # The simulator, as the provider, answers 400 to max_tokens of a reasoning model, and to a limit above a model's most.
        assert agent(chat("gpt-4-turbo", 2000)).status_code == 200
        assert agent({"model": "gpt-5", "max_completion_tokens": 50_000, "messages": [{"role": "user", "content": "hello"}]}).status_code == 200
        limits = [{key: value for key, value in exchange.json.items() if key.startswith("max_")} for exchange in sim.log]
        assert limits == [{"max_completion_tokens": 2000}, {"max_completion_tokens": 16384}]

    def test_what_else_stands_in_the_body_stays_byte_for_byte(self, sim):
        body = b'{ "temperature" : 0.5e0,\n "messages":[{"role":"user","content":"gr\\u00fc\\u00dfe"}],"model": "gpt\\u002d4o" ,"max_tokens":100}\n'
        with Protection(budget=BudgetConfig(max_usd="0.0005", degrade=CHAIN), agent_id="a"):
            assert httpx.post(f"{sim.base_url}/chat/completions", content=body, headers={"content-type": "application/json"}).status_code == 200
        assert sim.log[0].body == body.replace(b"gpt\\u002d4o", b"gpt-4o-mini")

    def test_calls_wait_for_what_is_held_unless_degrade_at_says_otherwise(self, sim):
        def two_at_once(**options):
            began = threading.Event()

            def slow(_):
                began.set()
                return Reply(content="done", delay=0.3)

            sim.reply = slow
            before = len(sim.log)
            with Protection(budget=BudgetConfig(max_usd="0.0015", degrade=CHAIN, **options), agent_id="a") as protection, ThreadPoolExecutor(2) as pool:
                first = pool.submit(post, sim)
                assert began.wait(30)
                second = pool.submit(post, sim)
                assert first.result().status_code == second.result().status_code == 200
            return [exchange.model for exchange in sim.log[before:]], told(protection, "budget.degraded")

        assert two_at_once() == (["gpt-4o", "gpt-4o"], [])
        models, degraded = two_at_once(degrade_at=0.5)
        assert sorted(models) == ["gpt-4o", "gpt-4o-mini"] and [each["why"] for each in degraded] == ["degrade_at"]
        models, degraded = two_at_once(hold_wait=0)
        assert sorted(models) == ["gpt-4o", "gpt-4o-mini"] and [each["why"] for each in degraded] == ["waited_in_vain"]

    def test_a_retry_is_decided_anew_and_an_error_costs_nothing(self, sim):
        sim.script([Reply(status=500), Reply(content="done")])
        with Protection(budget=BudgetConfig(max_usd="0.0005", degrade=CHAIN), agent_id="a", max_retries=0) as protection:
            assert [post(sim).status_code for _ in range(2)] == [500, 200]
        report = protection.report()
        assert (report.retries, report.degraded, report.by_model["gpt-4o-mini"].calls, set(report.by_model)) == (1, 2, 2, {"gpt-4o-mini"})
        assert report.spent_usd == sim.bill(PRICES) > 0

    def test_nested_protections_settle_once_and_both_at_the_cheaper_price(self, sim, state, name):
        team = Budget(name("team"), "0.0005", state=state)

        @protect_agent(budget=BudgetConfig(max_usd=1, degrade=CHAIN), agent_id="inner", state=state)
        def inner():
            return post(sim)

        @protect_agent(budget=team, agent_id="outer", state=state)
        def outer():
            return inner()

        assert outer().json()["model"] == "gpt-4o-mini"
        billed = sim.bill(PRICES)
        reports = inner.protection.report(), outer.protection.report()
        assert team.report().spent_usd == billed > 0 and team.report().held_usd == 0
        assert [(report.spent_usd, report.degraded, set(report.by_model)) for report in reports] == [(billed, 1, {"gpt-4o-mini"})] * 2

    def test_azure_names_its_model_in_the_url_and_another_one_there(self, sim):
        with Protection(budget=BudgetConfig(max_usd="0.0005", degrade=CHAIN), agent_id="a") as protection:
            assert httpx.post(f"{sim.url}/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21", json=chat()).status_code == 200
        assert [exchange.path for exchange in sim.log] == ["/openai/deployments/gpt-4o-mini/chat/completions?api-version=2024-10-21"]
        assert (protection.report().degraded, set(protection.report().by_model)) == (1, {"gpt-4o-mini"})


class TestWrapUp:
    def test_the_last_calls_draw_on_the_reserve_with_a_note_and_are_written_down(self, sim, tmp_path):
        state = f"sqlite:///{tmp_path}/spend.db"
        sim.reply = Reply(content="word", completion_tokens=100)
        calls = []

        @protect_agent(budget=BudgetConfig(max_usd="0.005", reserve_usd="0.0025", wrap_up_calls=2, wrap_up_note=NOTE), agent_id="a", state=state, pii_detection=False)
        def agent():
            while True:
                calls.append(post(sim).status_code)

        with pytest.raises(BudgetExceeded, match=r"\$0.0025\d* kept for wrapping up") as raised:
            agent()
        assert raised.value.reserve_usd == Decimal("0.0025")
        notes = [exchange.json["messages"][1:] for exchange in sim.log]
        assert notes == [[], [], [{"role": "user", "content": NOTE}], [{"role": "user", "content": NOTE}]] and calls == [200] * 4
        report = agent.protection.report()
        assert report.spent_usd == sim.bill(PRICES) and report.wrap_ups == 1 and "1 runs on their reserve" in str(report)
        (event,) = told(agent.protection, "budget.wrap_up")
        assert (event["reserve_usd"], event["calls"], event["model"]) == ("0.0025", 2, "gpt-4o")
        with sqlite3.connect(tmp_path / "spend.db") as database:
            trail = database.execute("select event_type, details from audit_events").fetchall()
        assert [json.loads(details) for kind, details in trail if kind == "budget.wrap_up"] == [event]
        assert not any("bitte" in details for _, details in trail)

    def test_an_error_of_the_provider_does_not_use_it_up(self, sim):
        sim.script([Reply(content="word", completion_tokens=100), Reply(status=429, retry_after=0.01), Reply(status=500), Reply(content="end", completion_tokens=100)])
        with pytest.raises(BudgetExceeded), Protection(budget=BudgetConfig(max_usd="0.0021", reserve_usd="0.001", hold_wait=0), agent_id="a", max_retries=0) as protection:
            assert [post(sim).status_code for _ in range(4)] == [200, 429, 500, 200]
            post(sim)
        assert protection.report().spent_usd == sim.bill(PRICES) and protection.report().wrap_ups == 1

    def test_after_the_cheaper_model(self, sim):
        sim.reply = Reply(content="word", completion_tokens=100)
        config = BudgetConfig(max_usd="0.0013", reserve_usd="0.00008", degrade={"gpt-4o": "gpt-4o-mini"})
        with pytest.raises(BudgetExceeded), Protection(budget=config, agent_id="a") as protection:
            while True:
                post(sim)
        assert sent(sim) == ["gpt-4o", "gpt-4o-mini"] and protection.report().wrap_ups == 1
        assert [event["kind"] for event in protection.events() if event["kind"] in ("budget.degraded", "budget.wrap_up")][-2:] == ["budget.degraded", "budget.wrap_up"]
        assert Decimal("0.00122") < protection.report().spent_usd == sim.bill(PRICES) <= Decimal("0.0013")

    def test_of_many_threads_exactly_the_allowed_calls_draw_on_it(self, sim, state, name):
        team = Budget(name("team"), "0.01", state=state)
        sim.reply = Reply(content="word", completion_tokens=100)
        barrier = threading.Barrier(16)
        with Protection(budget=BudgetConfig(shared=team, reserve_usd="0.005", wrap_up_calls=3, wrap_up_note=NOTE, hold_wait=10), agent_id="a", on_deny="respond") as protection:

            def work(_):
                barrier.wait()
                return [post(sim).status_code for _ in range(2)]

            with ThreadPoolExecutor(16) as pool:
                statuses = [status for each in pool.map(work, range(16)) for status in each]
        noted = [exchange for exchange in sim.log if len(exchange.json["messages"]) == 2]
        plain = [exchange for exchange in sim.log if len(exchange.json["messages"]) == 1]
        assert (len(noted), protection.report().wrap_ups, statuses.count(200)) == (3, 1, len(sim.log)) and statuses.count(402) == 32 - len(sim.log)
        assert sum(Decimal(exchange.usage["completion_tokens"]) for exchange in plain) * 10 / 10**6 <= Decimal("0.005")
        assert team.report().spent_usd == protection.report().spent_usd == sim.bill(PRICES) <= Decimal("0.01") and team.report().held_usd == 0

    @pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
    def test_with_anthropic_too(self, stream):
        body = {"model": "claude-sonnet-4-5", "max_tokens": 100, "system": "be brief", "messages": [{"role": "user", "content": "hello"}], "stream": stream}
        config = BudgetConfig(max_usd="0.004", degrade={"claude-sonnet-4-5": "claude-haiku-4-5"}, reserve_usd="0.0006", wrap_up_note=NOTE)
        with ProviderSimulator(Reply(content="word", completion_tokens=100), protocol="anthropic") as sim:
            with pytest.raises(BudgetExceeded), Protection(budget=config, agent_id="a", pii_detection=False) as protection:
                while True:
                    assert httpx.post(f"{sim.url}/v1/messages", json=body).status_code == 200
            assert sent(sim) == ["claude-sonnet-4-5", "claude-haiku-4-5"]
            assert [exchange.json["messages"][1:] for exchange in sim.log] == [[]] * (len(sim.log) - 1) + [[{"role": "user", "content": NOTE}]]
            assert protection.report().spent_usd == sim.bill(PRICES) <= Decimal("0.004")
            assert set(protection.report().by_model) == {"claude-sonnet-4-5", "claude-haiku-4-5"} and protection.report().wrap_ups == 1


class TestWarnings:
    def test_a_budget_warns_once_of_itself_and_of_those_above(self, sim, state, name):
        org = Budget(name("org"), "0.002", warn_at=0.5, state=state)
        team = Budget(name("team"), "0.001", parent=org, warn_at=[0.25, 0.75], window=3600, time_zone="UTC")
        other = Budget(name("other"), 1, parent=org)
        sim.reply = Reply(content="word", completion_tokens=20)

        def spend(budget, agent_id, calls):
            with Protection(budget=budget, agent_id=agent_id) as protection:
                for _ in range(calls):
                    assert post(sim, limit=20).status_code == 200
            return [(each["budget"], each["threshold"]) for each in told(protection, "budget.warning")]

        # A call costs a little more than $0.0002.
        assert spend(team, "a", 2) == [(team.name, 0.25)]
        assert spend(team, "b", 2) == [(team.name, 0.75)]
        assert spend(other, "c", 2) == [(org.name, 0.5)]
        assert spend(team, "d", 0) == spend(other, "e", 1) == []

    def test_told_in_time_to_a_callback(self, sim, name):
        seen = []
        team = Budget(name("team"), "0.0005", warn_at=[0.4])
        sim.reply = Reply(content="word", completion_tokens=20)
        with Protection(budget=team, agent_id="a", on_event=lambda event: seen.append(event["kind"])):
            post(sim, limit=20)
            assert "budget.warning" in seen


class TestOptions:
    @pytest.mark.parametrize(("options", "message"), [
        ({"degrade": ["gpt-4o"]}, 'BudgetConfig.degrade: a mapping of models to cheaper ones such as {"gpt-5": "gpt-5-mini"} expected, got list'),
        ({"degrade": {"gpt-4o": 1}}, "BudgetConfig.degrade['gpt-4o']: a string expected, got int 1"),
        ({"degrade": {}}, "budget=BudgetConfig.degrade: must name 1 to 100 models, each with a cheaper one"),
        ({"degrade": {"a": "b", "b": "a"}, "max_usd": 1}, "budget=BudgetConfig.degrade: goes round in a circle: a -> b -> a"),
        ({"degrade": {"gpt-4o": "no-such"}, "max_usd": 1}, "budget=BudgetConfig.degrade: the model 'no-such' has no price"),
        ({"degrade_at": 0.5, "max_usd": 1}, "budget=BudgetConfig.degrade_at: needs degrade"),
        ({"degrade_at": 0, "max_usd": 1, "degrade": CHAIN}, "budget=BudgetConfig.degrade_at: must be a number above 0 and at most 1"),
        ({"degrade_at": 1, "degrade": CHAIN}, "budget=BudgetConfig.degrade_at: needs a budget"),
        ({"reserve_usd": 1}, "budget=BudgetConfig.reserve_usd: needs a budget"),
        ({"reserve_usd": 1, "max_usd": 1}, "budget=BudgetConfig.reserve_usd: must be below the budget of $1"),
        ({"reserve_usd": -1, "max_usd": 1}, "budget=BudgetConfig.reserve_usd: must be an amount above 0"),
        ({"wrap_up_calls": 0, "reserve_usd": 1, "max_usd": 2}, "budget=BudgetConfig.wrap_up_calls: must be an integer from 1 to 1000"),
        ({"wrap_up_calls": 2, "max_usd": 2}, "budget=BudgetConfig.wrap_up_calls: needs reserve_usd"),
        ({"wrap_up_calls": 1.5}, "BudgetConfig.wrap_up_calls: a whole number expected, got float 1.5"),
        ({"wrap_up_note": "", "reserve_usd": 1, "max_usd": 2}, "budget=BudgetConfig.wrap_up_note: must be a string of 1 to 4000 characters"),
        ({"wrap_up_note": "x" * 4001, "reserve_usd": 1, "max_usd": 2}, "budget=BudgetConfig.wrap_up_note: must be a string of 1 to 4000 characters"),
        ({"wrap_up_note": "x", "max_usd": 2}, "budget=BudgetConfig.wrap_up_note: needs reserve_usd"),
        ({"shared": "team"}, "BudgetConfig.shared: a Budget expected, got str 'team'"),
    ])
    def test_what_is_no_option_is_told_with_what_is(self, options, message):
        with pytest.raises(ConfigError) as raised:
            Protection(budget=BudgetConfig(**options), agent_id="a")
        assert message in str(raised.value)

    def test_a_shared_budget_is_no_second_amount_and_bounds_the_reserve(self, name):
        team = Budget(name("team"), 1)
        with pytest.raises(ConfigError, match="budget=BudgetConfig.shared and budget=BudgetConfig.max_usd set the same option; give one of them"):
            Protection(budget=BudgetConfig(max_usd=1, shared=team), agent_id="a")
        with pytest.raises(ConfigError, match=r"budget=BudgetConfig.reserve_usd: must be below the budget of \$1"):
            Protection(budget=BudgetConfig(shared=team, reserve_usd=1), agent_id="a")
        Protection(budget=BudgetConfig(shared=team, reserve_usd="0.999999999999", degrade={"gpt-4o": "ours"}, prices={"ours": Price(1, 2)}), agent_id="a").close()
        Protection(budget=BudgetConfig(shared=team, degrade={"gpt-4o": "ours"}), agent_id="a", unpriced="warn").close()

    @pytest.mark.parametrize(("value", "message"), [
        ("0.5", "warn_at: a number expected, got str '0.5'"),
        ([0], "warn_at: must be a list of numbers above 0 and at most 1"),
        (2, "warn_at: must be a list of numbers above 0 and at most 1"),
    ])
    def test_thresholds_of_a_budget_are_shares(self, value, message, name):
        with pytest.raises(ConfigError) as raised:
            Budget(name("b"), 1, warn_at=value)
        assert str(raised.value) == message
