"""What a model costs."""
from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Mapping, Optional

from iron_cage import _convert
from iron_cage.errors import ConfigError

if TYPE_CHECKING:
    from iron_cage._convert import Money

BUCKETS = tuple(f"{name}_usd_per_mtok" for name in (
    "input", "output", "cached_input", "cache_write", "cache_write_hour", "reasoning", "audio_input", "cached_audio_input", "audio_output", "image_input", "image_output",
))
CHARGES = ("request_usd", "search_usd")
LIMITS = ("context_window", "max_output")


@dataclass(frozen=True)
class Price:
    """Dollars per million tokens, 0 to 1,000,000 with at most 6 decimal places. What a model does not bill, or the catalogue does not know, is None.

    Numbers and strings are accepted and become Decimal. As ``unpriced=Price(...)`` it is assumed for models without a price; then input and output
    are required, tiers are not accepted, and without max_output a request without an output limit of its own is given one of at most 4,096 tokens.
    In ``BudgetConfig(prices={"model": Price(...)})`` it is the price of that model; then input is required.

    :ivar tiers: the same buckets above a number of input tokens: mappings with "above_input_tokens"
    :ivar context_window: tokens of input and output together, or None
    :ivar max_output: the most output tokens that the model gives, or None
    :ivar provider: who serves it; of prices of your own: calls to others keep theirs
    :ivar source: where the figures come from
    :ivar checked: when they were last compared with it, "YYYY-MM-DD"
    :ivar request_usd: dollars for each call beside its tokens, 0 to 1,000 with at most 12 decimal places
    :ivar search_usd: dollars for each search of the provider's own web search, likewise
    """

    input_usd_per_mtok: Optional[Decimal] = None
    output_usd_per_mtok: Optional[Decimal] = None
    cached_input_usd_per_mtok: Optional[Decimal] = None
    cache_write_usd_per_mtok: Optional[Decimal] = None
    context_window: Optional[int] = None
    max_output: Optional[int] = None
    tiers: tuple[Mapping[str, Any], ...] = ()
    model: Optional[str] = None
    provider: Optional[str] = None
    source: Optional[str] = None
    checked: Optional[str] = None
    cache_write_hour_usd_per_mtok: Optional[Decimal] = None
    reasoning_usd_per_mtok: Optional[Decimal] = None
    audio_input_usd_per_mtok: Optional[Decimal] = None
    cached_audio_input_usd_per_mtok: Optional[Decimal] = None
    audio_output_usd_per_mtok: Optional[Decimal] = None
    image_input_usd_per_mtok: Optional[Decimal] = None
    image_output_usd_per_mtok: Optional[Decimal] = None
    request_usd: Optional[Decimal] = None
    search_usd: Optional[Decimal] = None

    if TYPE_CHECKING:  # takes more than it keeps

        def __init__(
            self,
            input_usd_per_mtok: Optional[Money] = None,
            output_usd_per_mtok: Optional[Money] = None,
            cached_input_usd_per_mtok: Optional[Money] = None,
            cache_write_usd_per_mtok: Optional[Money] = None,
            context_window: Optional[int] = None,
            max_output: Optional[int] = None,
            tiers: tuple[Mapping[str, Any], ...] = (),
            model: Optional[str] = None,
            provider: Optional[str] = None,
            source: Optional[str] = None,
            checked: Optional[str] = None,
            cache_write_hour_usd_per_mtok: Optional[Money] = None,
            reasoning_usd_per_mtok: Optional[Money] = None,
            audio_input_usd_per_mtok: Optional[Money] = None,
            cached_audio_input_usd_per_mtok: Optional[Money] = None,
            audio_output_usd_per_mtok: Optional[Money] = None,
            image_input_usd_per_mtok: Optional[Money] = None,
            image_output_usd_per_mtok: Optional[Money] = None,
            request_usd: Optional[Money] = None,
            search_usd: Optional[Money] = None,
        ) -> None: ...

    def __post_init__(self) -> None:
        for name in (*BUCKETS, *CHARGES):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, Decimal(_convert.money(f"Price.{name}", value)))
        for name in LIMITS:
            value = getattr(self, name)
            if value is not None:
                _convert.integer(f"Price.{name}", value)
        if not isinstance(self.tiers, tuple):
            _convert.refuse("Price.tiers", self.tiers, "a tuple of mappings")

    @classmethod
    def _of(cls, data: Mapping[str, Any]) -> Price:
        known: dict[str, Any] = {name: data.get(name) for name in (*BUCKETS, *CHARGES, *LIMITS, "model", "provider", "source", "checked")}
        tiers = tuple(
            {name: _decimal(value) if name in BUCKETS else value for name, value in tier.items()} for tier in data.get("tiers") or ()
        )
        return cls(tiers=tiers, **known)

    def _assumed(self, option: str) -> dict[str, Any]:
        """As the library takes it for an option."""
        if self.tiers:
            raise ConfigError(f"{option}: a Price without tiers expected; an assumed price holds for requests of any length")
        assumed: dict[str, Any] = {name: format(value, "f") for name in (*BUCKETS, *CHARGES) if isinstance(value := getattr(self, name), Decimal)}
        assumed.update({name: _convert.integer(f"{option}.{name}", value) for name in LIMITS if (value := getattr(self, name)) is not None})
        return assumed

    def _entry(self, model: str) -> dict[str, Any]:
        """As a model of a price file (docs/prices.md)."""
        prices = _buckets({name: getattr(self, name) for name in BUCKETS})
        prices.update({name[:-len("_usd")]: format(value, "f") for name in CHARGES if isinstance(value := getattr(self, name), Decimal)})
        if self.tiers:
            prices["tiers"] = [{"above_input_tokens": tier.get("above_input_tokens"), **_buckets(tier)} for tier in self.tiers]
        return {"id": model, "prices": prices, **{name: value for name in LIMITS if (value := getattr(self, name)) is not None}}


def _buckets(given: Mapping[str, Any]) -> dict[str, Any]:
    suffix = "_usd_per_mtok"
    return {name[:-len(suffix)]: _convert.money(f"Price.{name}", value) for name, value in given.items() if name.endswith(suffix) and value is not None}


def _decimal(value: object) -> Optional[Decimal]:
    return None if value is None else Decimal(str(value))
