"""What a model costs."""
from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Mapping, Optional

from iron_cage import _convert
from iron_cage.errors import ConfigError

if TYPE_CHECKING:
    from iron_cage._convert import Money

BUCKETS = ("input_usd_per_mtok", "output_usd_per_mtok", "cached_input_usd_per_mtok", "cache_write_usd_per_mtok")
LIMITS = ("context_window", "max_output")


@dataclass(frozen=True)
class Price:
    """Dollars per million tokens. What a model does not bill, or the catalogue does not know, is None.

    Numbers and strings are accepted and become Decimal. As ``unpriced=Price(...)`` it is assumed for models without a price; then input and output
    are required, tiers are not accepted, and without max_output a request without an output limit of its own is given one of at most 4,096 tokens.

    :ivar tiers: the same buckets above a number of input tokens: mappings with "above_input_tokens"
    :ivar context_window: tokens of input and output together, or None
    :ivar max_output: the most output tokens that the model gives, or None
    :ivar source: where the figures come from
    :ivar checked: when they were last compared with it
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
        ) -> None: ...

    def __post_init__(self) -> None:
        for name in BUCKETS:
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
        buckets: dict[str, Any] = {name: data.get(name) for name in BUCKETS}
        tiers = tuple(
            {name: _decimal(value) if name in BUCKETS else value for name, value in tier.items()} for tier in data.get("tiers") or ()
        )
        rest: dict[str, Any] = {name: data.get(name) for name in (*LIMITS, "model", "provider", "source", "checked")}
        return cls(**buckets, tiers=tiers, **rest)

    def _assumed(self, option: str) -> dict[str, Any]:
        """As the library takes it for an option."""
        if self.tiers:
            raise ConfigError(f"{option}: a Price without tiers expected; an assumed price holds for requests of any length")
        assumed: dict[str, Any] = {name: format(value, "f") for name in BUCKETS if isinstance(value := getattr(self, name), Decimal)}
        assumed.update({name: _convert.integer(f"{option}.{name}", value) for name in LIMITS if (value := getattr(self, name)) is not None})
        return assumed


def _decimal(value: object) -> Optional[Decimal]:
    return None if value is None else Decimal(str(value))
