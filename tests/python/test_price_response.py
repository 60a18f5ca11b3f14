"""What answers of providers cost: tests/vectors/usage, whose dollars were worked out by hand, and what people pass in."""
import json
from decimal import Decimal
from pathlib import Path

import pytest

import iron_cage
from iron_cage import ConfigError, price_response

VECTORS = [
    pytest.param(path.stem, vector, id=f"{path.stem}: {vector['name']}")
    for path in sorted((Path(__file__).parent.parent / "vectors" / "usage").glob("*.json")) for vector in json.loads(path.read_text())
]
WHEN = "2026-09-01T10:00"
CHAT = {"model": "gpt-4o", "choices": [{"message": {"content": "größer zq-secret"}}], "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}}


@pytest.mark.parametrize("provider, vector", VECTORS)
def test_an_answer_costs_what_its_provider_would_charge(provider, vector):
    served = None if provider == "local" else provider
    bill = price_response(vector["body"], model=vector.get("model"), provider=served, at=WHEN)
    assert (bill.api, {name: count for name, count in bill.usage.items() if count}) == (vector["api"], vector["usage"])
    if vector["cost_usd"] is None:
        assert bill.cost_usd is None and bill.problem and bill.items == ()
        return
    assert (bill.cost_usd, bill.estimated, bill.problem) == (Decimal(vector["cost_usd"]), vector.get("estimated", False), None)
    assert sum(item.cost_usd for item in bill.items) == bill.cost_usd
    assert all(item.cost_usd == item.count * item.usd_each for item in bill.items)
    assert bill.provider == provider and bill.source and bill.checked


class Dumped:
    """As pydantic's models do."""

    def model_dump_json(self, by_alias=False):
        assert by_alias
        return json.dumps(CHAT)


@pytest.mark.parametrize("response", [CHAT, json.dumps(CHAT), json.dumps(CHAT).encode(), bytearray(json.dumps(CHAT).encode()), Dumped(), CHAT["usage"]])
def test_answers_are_taken_as_they_come(response):
    assert price_response(response, model="gpt-4o", at=WHEN).cost_usd == Decimal("0.0035")


def test_what_boto3_puts_beside_the_answer_does_no_harm():
    import datetime

    response = {"usage": {"inputTokens": 100, "outputTokens": 20, "totalTokens": 120}, "ResponseMetadata": {"Date": datetime.datetime(2026, 1, 1), "Stream": object()}}
    assert price_response(response, model="amazon.nova-pro-v1:0", at=WHEN).cost_usd == Decimal("0.000144")


def test_prices_of_ones_own_go_first():
    own = {"gpt-4o": iron_cage.Price(input_usd_per_mtok=1, output_usd_per_mtok=2)}
    bill = price_response(CHAT, prices=own)
    assert bill.cost_usd == Decimal("0.0012") and [(item.bucket, item.count, item.usd_each) for item in bill.items] == [
        ("input", 1000, Decimal("0.000001")), ("output", 100, Decimal("0.000002"))]


@pytest.mark.parametrize("arguments, said", [
    (dict(response="zq-secret"), "response: is no JSON"),
    (dict(response={"choices": []}), "response: tells no usage, or an impossible one"),
    (dict(response={"usage": {"prompt_tokens": 3, "completion_tokens": 1}}), "model: is not told by the answer, so it must be given"),
    (dict(response=7), "response: the JSON of an answer"),
    (dict(response=CHAT, api="soap"), "api: must be one of chat, responses"),
    (dict(response=CHAT, api="messages"), "response: tells no usage"),
    (dict(response=CHAT, provider="nobody"), "provider: must be one of"),
    (dict(response=CHAT, at="soon"), "at: must be a date"),
    (dict(response=CHAT, model=7), "model: "),
])
def test_what_cannot_be_priced_is_refused_at_the_door(arguments, said):
    with pytest.raises(ConfigError) as refused:
        price_response(**arguments)
    assert str(refused.value).startswith(said)
    assert "zq-secret" not in str(refused.value)


def test_an_answer_of_an_unknown_model_is_counted_and_not_priced():
    bill = price_response({**CHAT, "model": "nobody-knows-7"})
    assert bill.cost_usd is None and bill.usage["input"] == 1000 and bill.problem
