"""What a model costs."""
from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Mapping, Optional

from iron_cage import _convert

if TYPE_CHECKING:
    from iron_cage._convert import Money

BUCKETS = ("input_usd_per_mtok", "output_usd_per_mtok", "cached_input_usd_per_mtok", "cache_write_usd_per_mtok")


@dataclass(frozen=True)
class Price:
    """Dollars per million tokens. What a model does not bill, or the catalogue does not know, is None.

    Numbers and strings are accepted and become Decimal. As ``unpriced=Price(...)`` it is assumed for models without a price.

    :ivar tiers: the same buckets above a number of input tokens: mappings with "above_input_tokens"
    :ivar context_window: tokens, or None
    :ivar source: where the figures come from
    :ivar checked: when they were last compared with it
    """

    input_usd_per_mtok: Optional[Decimal] = None
    output_usd_per_mtok: Optional[Decimal] = None
    cached_input_usd_per_mtok: Optional[Decimal] = None
    cache_write_usd_per_mtok: Optional[Decimal] = None
    context_window: Optional[int] = None
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

    @classmethod
    def _of(cls, data: Mapping[str, Any]) -> Price:
        buckets: dict[str, Any] = {name: data.get(name) for name in BUCKETS}
        tiers = tuple(
            {name: _decimal(value) if name in BUCKETS else value for name, value in tier.items()} for tier in data.get("tiers") or ()
        )
        rest: dict[str, Any] = {name: data.get(name) for name in ("context_window", "model", "provider", "source", "checked")}
        return cls(**buckets, tiers=tiers, **rest)

    def _buckets(self) -> dict[str, str]:
        """As the library takes it."""
        return {name: format(value, "f") for name in BUCKETS if isinstance(value := getattr(self, name), Decimal)}


def _decimal(value: object) -> Optional[Decimal]:
    return None if value is None else Decimal(str(value))
