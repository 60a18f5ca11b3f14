"""python -m iron_cage prices."""
import json
import subprocess
import sys

import pytest

from iron_cage import BudgetConfig, ConfigError, Price, Protection, UnpricedModel, price
from iron_cage.testing import ProviderSimulator


def run(*arguments):
    done = subprocess.run([sys.executable, "-m", "iron_cage", "prices", *map(str, arguments)], capture_output=True)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_without_a_model_the_providers_are_listed_with_their_counts():
    status, out, err = run()
    assert (status, err) == (0, "")
    rows = [line.split() for line in out.splitlines()]
    assert rows[0] == ["provider", "models", "checked", "source"]
    assert ["openrouter", "538", "2026-08-31", "https://openrouter.ai/models"] in rows
    assert "1276 models of 34 providers" in out


def test_with_a_provider_its_models_are_listed():
    status, out, _ = run("--provider", "perplexity")
    assert status == 0
    assert out.startswith("perplexity: dollars per million tokens, https://docs.perplexity.ai/guides/pricing, checked 2026-08-31\n")
    assert ["sonar-pro", "3", "-", "-", "15", "-"] in [line.split() for line in out.splitlines()]


def test_a_price_says_where_it_comes_from_and_what_is_derived():
    status, out, _ = run("claude-sonnet-4-5-20250929", "--at", "2026-08-31")
    assert status == 0
    assert "claude-sonnet-4-5-20250929 at anthropic: claude-sonnet-4-5" in out
    assert "found as   claude-sonnet-4-5 (a snapshot of it)" in out
    assert "source     https://www.anthropic.com/pricing#api, checked 2026-08-31" in out
    table = {line.split()[0]: line.split()[1:] for line in out.splitlines() if line.startswith("  ") and line.strip()}
    assert table["bucket"] == ["$", "per", "million", "above", "200,000"]
    assert table["input"] == ["3", "6"] and table["output"] == ["15", "22.5"]
    assert table["cache_write_hour"][:3] == ["6", "12", "derived:"]


def test_a_bill_is_told_line_by_line():
    status, out, _ = run("sonar-pro", "--provider", "perplexity", "--usage", '{"input": 1000, "output": 200}')
    assert status == 0
    assert [line.split() for line in out.splitlines()[-5:]] == [
        ["charged", "count", "$", "per", "million", "$"], ["request", "1", "0.014", "each", "0.014"], ["input", "1,000", "3", "0.003"], ["output", "200", "15", "0.003"],
        ["total", "0.02"],
    ]


def test_an_answer_is_priced_by_the_usage_it_tells(tmp_path):
    told = {"object": "chat.completion", "model": "gpt-4o-2024-08-06", "service_tier": "priority", "choices": [], "usage": {"prompt_tokens": 1000, "completion_tokens": 100}}
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(told))
    status, out, err = run("--answer", path)
    assert (status, err) == (0, "")
    assert "  answer     chat: input 1,000, output 100\n" in out
    assert [line.split() for line in out.splitlines()[-4:-1]] == [["input", "1,000", "2.5", "0.0025"], ["output", "100", "10", "0.001"], ["total", "0.0035"]]
    assert out.splitlines()[-1].startswith("Estimated: beside its tokens")
    assert json.loads(run("--answer", path, "--json")[1])["bills"][0]["cost_usd"] == "0.0035"
    path.write_text("{}")
    assert run("--answer", path) == (2, "", "prices: response: tells no usage, or an impossible one\n")
    assert run("--answer", tmp_path / "none")[0] == 2
    assert run("--answer", path, "--usage", "{}") == (2, "", "prices: --answer: cannot be given together with --usage\n")


def test_periods_are_told():
    assert "until 2026-09-01, when other prices begin" in run("claude-sonnet-5", "--at", "2026-08-31")[1]
    assert "from 2026-09-01" in run("claude-sonnet-5", "--at", "2026-09-01")[1]
    assert "each day from 00:30 to 16:30 UTC" in run("deepseek-chat", "--at", "2026-09-01T12:00")[1]
    assert "no change of price is known" in run("deepseek-chat", "--at", "2026-09-01T20:00")[1]


def test_an_unknown_model_ends_with_1_and_a_next_step():
    status, out, err = run("gpt-4o-mimi", "--provider", "openai")
    assert (status, out) == (1, "")
    assert err.startswith("gpt-4o-mimi: no price. OpenAI has no price for it in the catalogue.")
    assert "gpt-4o-mini" in err and "--file FILE" in err
    status, _, err = run("openai/gpt-4o")
    assert status == 1 and "It has a price at: openrouter. Say which: --provider ID" in err


def test_json_is_what_the_library_says():
    status, out, _ = run("gpt-4o", "--host", "team.openai.azure.com", "--usage", '{"input": 7}', "--json")
    answer = json.loads(out)
    assert (status, answer["provider"], answer["vendor_price"], answer["bills"][0]["cost_pico"]) == (0, "azure", True, 7 * 2_500_000)
    status, out, _ = run("nothing-like-it", "--json")
    assert status == 1 and json.loads(out)["problem"]


@pytest.mark.parametrize("arguments, said", [
    (["gpt-4o", "--usage", "[1]"], "--usage: a JSON object"), (["gpt-4o", "--usage", '{"tokens": 1}'], "is no bucket; there are input"), (["--provider", "acme"], "must be one of"),
    (["gpt-4o", "--at", "now"], "at: must be a date"), (["gpt-4o", "--file", "/no/such/file"], "/no/such/file cannot be read: No such file"),
])
def test_wrong_usage_ends_with_2_and_says_what_is_accepted(arguments, said):
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert said in err


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "prices.json"
    path.write_text('{\n  "schema": 1,\n  "models": [{"id": "house-model", "prices": {"input": 1, "output": "2"}}],\n  "aliases": {"prod-chat": "gpt-4o"}\n}\n')
    return path


def test_a_file_of_ones_own_is_used_and_its_mistakes_are_told_by_line(file):
    assert "found as   house-model (a price of your own; the name itself)" in run("house-model", "--file", file)[1]
    assert "an alias of gpt-4o" in run("prod-chat", "--file", file)[1]
    file.write_text('{\n  "schema": 1,\n  "models": [{"id": "x",\n    "prices": {"input": 1, "outptu": 2}}]\n}\n')
    status, _, err = run("x", "--file", file)
    assert status == 2
    assert err == (f"prices: prices: {file}, line 4: model 'x': 'outptu' is no price; there are input, cached_input, cache_write, cache_write_hour, output, reasoning, "
                   "audio_input, cached_audio_input, audio_output, image_input, image_output, and beside them from, daily, request, search, tiers\n")


def test_a_protection_charges_prices_of_files_and_of_code(file):
    import httpx

    def ask(sim, model):
        httpx.post(f"{sim.url}/v1/chat/completions", json={"model": model, "max_tokens": 10, "messages": [{"role": "user", "content": "hi"}]})
        usage = sim.log[-1].usage
        return usage["prompt_tokens"], usage["completion_tokens"]

    with ProviderSimulator() as sim:
        with Protection(budget=BudgetConfig(max_usd=1, prices=file)) as protection:
            read, written = ask(sim, "house-model")
        assert protection.report().spent_usd == (read * price_of(1) + written * price_of(2))
        own = {"other-model": Price(input_usd_per_mtok="0.5", output_usd_per_mtok=3, request_usd="0.01", tiers=({"above_input_tokens": 5, "input_usd_per_mtok": 7, "output_usd_per_mtok": 8},))}
        with Protection(budget=BudgetConfig(max_usd=1, prices=[file, own])) as protection:
            read, written = ask(sim, "other-model")
        each = (price_of(7), price_of(8)) if read > 5 else (price_of("0.5"), price_of(3))
        assert protection.report().spent_usd == read * each[0] + written * each[1] + price_of(10_000)
        with pytest.raises(UnpricedModel), Protection(budget=BudgetConfig(max_usd=1)):
            ask(sim, "house-model")


def price_of(dollars_per_million):
    from decimal import Decimal

    return Decimal(dollars_per_million) / 1_000_000


@pytest.mark.parametrize("prices, said", [
    (7, "BudgetConfig.prices: the path of a price file, a mapping of model names to Price, or a list of these expected"), ({"m": 1}, "BudgetConfig.prices['m']: a Price expected"),
    (["/no/such/file"], "/no/such/file cannot be read"), (b"x", "the path of a price file"),
])
def test_what_is_no_price_is_refused_when_the_group_is_made(prices, said):
    with pytest.raises(ConfigError) as caught:
        BudgetConfig(prices=prices)
    assert said in str(caught.value)


def test_a_price_out_of_range_names_model_and_range():
    with pytest.raises(ConfigError, match=r"budget=BudgetConfig.prices: prices given by code, line 2: model 'm': input is a price in dollars per million tokens, 0 to 1,000,000"):
        Protection(budget=BudgetConfig(prices={"m": Price(input_usd_per_mtok="1000001")}))
    with pytest.raises(ConfigError, match="a price of input is missing"):
        Protection(budget=BudgetConfig(prices={"m": Price(output_usd_per_mtok=1)}))


def test_price_has_every_bucket_of_the_catalogue():
    audio = price("gpt-realtime")
    assert (str(audio.audio_input_usd_per_mtok), str(audio.cached_audio_input_usd_per_mtok), str(audio.audio_output_usd_per_mtok)) == ("32", "0.4", "64")
    assert audio.image_input_usd_per_mtok is None and audio.request_usd is None
