"""The price oracle: every model of the catalogue, random usages, reckoned with Decimal straight from the source's figures, to the picodollar.

The figures stand in tests/vectors/price-figures.json, word for word (build/price-figures). The rules are written here a second time, from their documentation:
nothing is shared with the library or with the script that makes its catalogue. 1,000 usages per model with --long, 40 otherwise, of each period of its prices.
"""
import json
import os
import random
from collections import defaultdict
from decimal import ROUND_CEILING, Context, Decimal
from pathlib import Path

import pytest

from iron_cage import _engine, _native

USAGES = 1000 if os.environ.get("IRON_CAGE_LONG") == "1" else 40
FIGURES = json.loads((Path(__file__).resolve().parent.parent / "vectors" / "price-figures.json").read_text(encoding="utf-8"))
BY_PROVIDER = defaultdict(list)
for row in FIGURES:
    BY_PROVIDER[row["provider"]].append(row)

#: Where the vendor's page says otherwise than the source (the corrections of build/prices).
PAGES = {
    ("openai", "gpt-4o-audio-preview"): {"input_audio_mtok": "40", "output_audio_mtok": "80"},
    ("openai", "gpt-4o-mini-audio-preview"): {"input_audio_mtok": "10", "output_audio_mtok": "20"},
}
COUNTS = ("input", "cached_input", "cache_write", "cache_write_hour", "output", "audio_input", "cached_audio_input", "audio_output", "image_input", "image_output")
PROMPT = ("input", "cached_input", "cache_write", "cache_write_hour", "audio_input", "cached_audio_input", "image_input")
DAYS = ("2020-01-01T12:00:00", "2025-06-09T23:59:59", "2025-06-10T00:00:00", "2026-03-12T23:59:59", "2026-03-13T00:00:00", "2026-08-31T23:59:59", "2026-09-01T00:00:00",
        "2026-09-02T00:29:59", "2026-09-02T00:30:00", "2026-09-02T16:29:59", "2026-09-02T16:30:00")


def picodollars(figure):
    """Of one token, for a price in dollars per million: read to 15 digits, for the source has binary fractions, and rounded up."""
    return (Context(prec=15).create_decimal(figure) * 10**6).to_integral_value(ROUND_CEILING)


def valid(periods, at):
    """The last that holds at a time, else the first."""
    for period in reversed(periods):
        when = period["when"]
        if when.get("start_date", "") <= at[:10] and (
            "start_time" not in when or when["start_time"].rstrip("Z") <= at[11:] < when["end_time"].rstrip("Z")
        ):
            if when or len(periods) == 1:
                return period["dollars"]
    return periods[0]["dollars"]


def reckon(row, dollars, usage):
    """What the call costs in picodollars."""
    prompt = sum(usage[name] for name in PROMPT)

    def each(name):
        figure = dollars.get(name)
        if isinstance(figure, dict):
            steps = [step for step in figure["tiers"] if prompt > int(step["start"])]
            figure = max(steps, key=lambda step: int(step["start"]))["price"] if steps else figure["base"]
        return None if figure is None else picodollars(figure)

    def first(*known):
        return next(price for price in known if price is not None)

    text = each("input_mtok")
    answer = first(each("output_mtok"), text)
    five_quarters = (text * 5 / 4).to_integral_value(ROUND_CEILING)
    write = first(each("cache_write_mtok"), five_quarters if "claude" in row["id"] else text)
    audio = first(each("input_audio_mtok"), text)
    prices = {
        "input": text, "cached_input": first(each("cache_read_mtok"), text), "cache_write": write, "cache_write_hour": max(write, 2 * text), "output": answer,
        "audio_input": audio, "cached_audio_input": first(each("cache_audio_read_mtok"), audio), "audio_output": first(each("output_audio_mtok"), answer),
        "image_input": text, "image_output": answer,
    }
    per_call = Decimal(dollars.get("requests_kcount", 0)) * 10**9
    return per_call + sum(prices[name] * usage[name] for name in COUNTS)


def usages(rng):
    for number in range(USAGES):
        most = rng.choice((10, 3_000, 300_000, 2_000_000))
        usage = {name: rng.randint(0, most) if rng.random() < (0.9 if name in ("input", "output") else 0.3) else 0 for name in COUNTS}
        if number % 5 == 0:  # on both sides of where a price steps
            usage = {**dict.fromkeys(COUNTS, 0), "input": rng.choice((128_000, 200_000, 256_000, 272_000, 512_000)) + rng.randint(-1, 1), "output": rng.randint(0, 9)}
        yield usage


def ask(row, at, asked):
    query = json.dumps({"model": row["name"], "provider": row["provider"], "at": at, "usages": [{**usage, "reasoning": usage["output"] // 3} for usage in asked]}).encode()
    return json.loads(_native.take("ironcage_cost_explain", _engine.handle(), query, len(query)))


@pytest.mark.parametrize("provider", BY_PROVIDER)
def test_every_model_costs_to_the_picodollar_what_the_source_says(provider):
    rng = random.Random(provider)
    for row in BY_PROVIDER[provider]:
        for at in DAYS if len(row["prices"]) > 1 else DAYS[-1:]:
            asked = list(usages(rng))
            answer = ask(row, at, asked)
            assert answer.get("id") == row["id"], (row["name"], answer.get("problem"))
            dollars = {**valid(row["prices"], at), **PAGES.get((provider, row["id"]), {})}
            for usage, bill in zip(asked, answer["bills"]):
                assert bill["cost_pico"] == reckon(row, dollars, usage), (row["id"], at, usage)


def test_the_oracle_knows_every_model_of_the_catalogue():
    """But those that the catalogue keeps apart and the source does not: they have entries of their own (SPLIT in build/prices)."""
    apart = {"gpt-4o-2024-05-13", "gpt-5-chat", "gpt-5.1-chat", "gpt-5.2-chat", "gpt-5.5-chat", "o1-preview"}
    for provider, rows in BY_PROVIDER.items():
        query = json.dumps({"provider": provider}).encode()
        there = {model["id"] for model in json.loads(_native.take("ironcage_cost_explain", _engine.handle(), query, len(query)))["models"]}
        assert there - (apart if provider == "openai" else set()) == {row["id"] for row in rows}
    assert len(BY_PROVIDER) == 34


def test_the_oracle_would_tell_a_picodollar():
    row = next(row for row in FIGURES if row["id"] == "gpt-4o" and row["provider"] == "openai")
    usage = {**dict.fromkeys(COUNTS, 0), "input": 1}
    bill, = ask(row, DAYS[-1], [usage])["bills"]
    wrong = {**row["prices"][0]["dollars"], "input_mtok": "2.500001"}
    assert bill["cost_pico"] == reckon(row, row["prices"][0]["dollars"], usage) == reckon(row, wrong, usage) - 1
