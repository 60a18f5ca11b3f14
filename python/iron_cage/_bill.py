"""What a provider's answer cost, for answers that did not pass through a protected call."""
from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from json import dumps, loads
from typing import Any, Mapping, Optional

from iron_cage import _convert, _engine, _native, _price_files
from iron_cage.errors import ConfigError


@dataclass(frozen=True)
class BillItem:
    """One line of a bill.

    :ivar bucket: "input", "cached_input", "cache_write", "cache_write_hour", "output", "reasoning", "audio_input", "cached_audio_input", "audio_output", "image_input",
        "image_output", "search" or "request"
    :ivar count: tokens, searches or requests
    :ivar usd_each: dollars for each of them
    :ivar cost_usd: dollars, exact
    :ivar derived: the rules by which the price was found where none is stated; empty where one is
    """

    bucket: str
    count: int
    usd_each: Decimal
    cost_usd: Decimal
    derived: tuple[str, ...]


@dataclass(frozen=True)
class Bill:
    """What an answer used and cost.

    :ivar cost_usd: dollars, exact; None where the model has no price
    :ivar model: the name it was priced by
    :ivar provider: who serves it, as of ``python -m iron_cage prices``; None where that is not known
    :ivar api: how the answer tells its usage: "chat", "responses", "messages", "generate_content", "converse", "invoke", "cohere" or "ollama"
    :ivar usage: counts by bucket, disjoint but for "reasoning", which is a part of "output"; "search" counts searches
    :ivar items: the bill, line by line; "output" there is without "reasoning"
    :ivar estimated: a price was derived by a rule, or something was charged whose price nobody states: a premium service tier, tools of the provider
    :ivar problem: why the model has no price, or None
    :ivar source: where the prices come from
    :ivar checked: when they were last compared with it, "YYYY-MM-DD"
    """

    cost_usd: Optional[Decimal]
    model: str
    provider: Optional[str]
    api: str
    usage: Mapping[str, int]
    items: tuple[BillItem, ...] = field(repr=False)
    estimated: bool = False
    problem: Optional[str] = None
    source: Optional[str] = None
    checked: Optional[str] = None

    @classmethod
    def _of(cls, told: dict[str, Any]) -> Bill:
        bill = (told.get("bills") or [{}])[0]
        cost = bill.get("cost_usd")
        return cls(
            cost_usd=None if cost is None else Decimal(cost), model=told["model"], provider=told["provider"], api=told["api"], usage=told["usage"],
            items=tuple(_item(item) for item in bill.get("items", ())), estimated=bool(told["extra_charge"] or bill.get("derived")), problem=told["problem"],
            source=told.get("source"), checked=told.get("checked"),
        )


def price_response(
    response: Any, *, model: Optional[str] = None, provider: Optional[str] = None, host: Optional[str] = None, api: Optional[str] = None, at: Optional[str] = None, prices: Any = (),
) -> Bill:
    """What an answer of any provider cost, by the usage that it tells: for answers from a log, a batch, or a client that iron_cage does not see.

    :param response: the JSON of a whole answer, as text, bytes or as ``json.loads`` gives it, or an object of an SDK; of a streamed answer the event or chunk that tells the usage
        (OpenAI: the last chunk or ``response.completed``; Gemini: the last chunk; Bedrock: ``metadata``; Ollama: the last line); or the usage object alone
    :param model: the model's name; default: the one that the answer tells. Bedrock's converse and Cohere tell none
    :param provider: who served it, an id of ``python -m iron_cage prices``; default: whose the model is by its name
    :param host: the host that it was asked at, instead of ``provider``
    :param api: how the answer tells its usage, as of :attr:`Bill.api`; default: by its shape
    :param at: prices of that time, "YYYY-MM-DD" or "YYYY-MM-DDTHH:MM" in UTC; default: now
    :param prices: prices of your own, as of ``BudgetConfig(prices=...)``
    :raises ConfigError: the answer tells no usage, or an impossible one (a part above its whole, a negative count), or no model
    """
    query = {
        name: None if value is None else _convert.text(name, value) for name, value in (("model", model), ("provider", provider), ("host", host), ("api", api), ("at", at))
    }
    asked: dict[str, Any] = {name: value for name, value in query.items() if value is not None}
    own = _price_files.build("prices", prices)
    if own:
        asked["prices"] = own
    data, body = dumps(asked).encode(), _json("response", response)
    return Bill._of(loads(_native.take("ironcage_cost_answer", _engine.handle(), data, len(data), body, len(body))))


def _json(option: str, value: Any) -> bytes:
    """The JSON of an answer, whatever stands for it."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    if hasattr(value, "model_dump_json"):  # pydantic, which all vendor SDKs use
        return str(value.model_dump_json(by_alias=True)).encode("utf-8", "surrogatepass")
    if hasattr(value, "items") or isinstance(value, (list, tuple)):
        try:
            return dumps(value, default=lambda other: type(other).__name__, allow_nan=False).encode()  # boto3 puts dates and streams beside it
        except (TypeError, ValueError, RecursionError):
            raise ConfigError(f"{option}: is no JSON") from None
    raise ConfigError(f"{option}: the JSON of an answer (text, bytes, a mapping) or an object of an SDK expected, got {type(value).__name__}")


def _item(told: dict[str, Any]) -> BillItem:
    each = told.get("usd_each")
    return BillItem(
        bucket=told["bucket"], count=told["count"], usd_each=Decimal(told["usd_per_mtok"]).scaleb(-6) if each is None else Decimal(each), cost_usd=Decimal(told["cost_usd"]),
        derived=tuple(told["derived"]),
    )
