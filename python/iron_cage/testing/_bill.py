"""The provider's bill, reckoned apart from the protection engine: no line here is shared with it."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Any, Iterable, Mapping, Tuple, Union

from ._exchange import Exchange

Price = Union[Decimal, float, str]

Prices = Mapping[str, Tuple[Price, Price, Price]]
"""Model -> (input, cached input, output), dollars per million tokens as Decimal, int, float or str. Of a model that is sold by the
search (Cohere's rerank) the first is dollars for a thousand."""

_MILLION = Decimal(1_000_000)


def bill(records: Iterable[Union[Exchange, Mapping[str, Any]]], prices: Prices) -> Decimal:
    """Dollars for these exchanges, exact. Records are Exchanges, or their summaries as read from a log file.

    Raises KeyError for a billed model without a price.
    """
    total = Decimal(0)
    with localcontext() as context:
        context.prec = 60
        for record in records:
            usage, model = (record.usage, record.model) if isinstance(record, Exchange) else (record["usage"], record["model"])
            if usage is None:
                continue
            if model not in prices:
                raise KeyError(f"no price for the model {model!r}; prices are known for {sorted(prices)}")
            total += _dollars(usage, *prices[model])
    return total


def _dollars(usage: Mapping[str, Any], input_price: Price, cached_price: Price, output_price: Price) -> Decimal:
    if "billed_units" in usage:
        units = usage["billed_units"]
        if "search_units" in units:  # sold by the thousand
            return Decimal(units["search_units"]) * Decimal(str(input_price)) / 1000
        usage = {"prompt_tokens": units["input_tokens"], "completion_tokens": units["output_tokens"]}
    if "prompt_eval_count" in usage:
        usage = {"prompt_tokens": usage["prompt_eval_count"], "completion_tokens": usage.get("eval_count")}
    if "promptTokenCount" in usage:
        written = (usage.get("candidatesTokenCount") or 0) + (usage.get("thoughtsTokenCount") or 0)
        cached_part = usage.get("cachedContentTokenCount") or 0
        usage = {"prompt_tokens": usage["promptTokenCount"], "completion_tokens": written, "prompt_tokens_details": {"cached_tokens": cached_part}}
    if "inputTokens" in usage:
        kept: int = sum(part["inputTokens"] for part in usage.get("cacheDetails") or () if part["ttl"] == "1h")
        usage = {
            "input_tokens": usage["inputTokens"], "output_tokens": usage["outputTokens"],
            "cache_read_input_tokens": usage.get("cacheReadInputTokens") or usage.get("cacheReadInputTokenCount") or 0,
            "cache_creation_input_tokens": usage.get("cacheWriteInputTokens") or usage.get("cacheWriteInputTokenCount") or 0, "cache_creation": {"ephemeral_1h_input_tokens": kept},
        }
    if "input_tokens_details" in usage:
        read: int = (usage["input_tokens_details"] or {}).get("cached_tokens") or 0
        usage = {"prompt_tokens": usage["input_tokens"], "completion_tokens": usage["output_tokens"], "prompt_tokens_details": {"cached_tokens": read}}
    if "input_tokens" in usage:
        return _anthropic_dollars(usage, Decimal(str(input_price)), Decimal(str(cached_price)), Decimal(str(output_price)))
    cached: int = (usage.get("prompt_tokens_details") or {}).get("cached_tokens") or 0
    uncached: int = usage["prompt_tokens"] - cached
    completion: int = usage.get("completion_tokens") or 0  # embeddings have none
    # A float means what it shows when printed.
    price_input, price_cached, price_output = (Decimal(str(price)) for price in (input_price, cached_price, output_price))
    return (uncached * price_input + cached * price_cached + completion * price_output) / _MILLION


def _anthropic_dollars(usage: Mapping[str, Any], input_price: Decimal, cached_price: Decimal, output_price: Decimal) -> Decimal:
    """By Anthropic's price list: input, reads and writes are disjoint; a write costs 1.25 times the input, one for an hour twice the input."""
    written: int = usage.get("cache_creation_input_tokens") or 0
    hour: int = (usage.get("cache_creation") or {}).get("ephemeral_1h_input_tokens") or 0
    read: int = usage.get("cache_read_input_tokens") or 0
    fresh: int = usage["input_tokens"]
    output: int = usage["output_tokens"]
    dollars = fresh * input_price + read * cached_price + output * output_price
    return (dollars + (written - hour) * input_price * Decimal("1.25") + hour * input_price * 2) / _MILLION
