"""What a store says was spent, by agent, model, provider, project and tag."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from json import dumps, loads
from typing import Any, Iterable, Mapping, Optional, Union

from iron_cage import _convert, _engine, _native
from iron_cage.errors import ConfigError

#: What spend can be grouped by.
DIMENSIONS = ("agent", "model", "provider", "project", "tag")


@dataclass(frozen=True)
class Spend:
    """What was spent under one attribution.

    :ivar by: what it is grouped by, such as ``{"model": "gpt-4o-mini"}``; "" stands for none (no project, no tag)
    :ivar calls: settled calls
    :ivar estimated: how many of them at an estimate, holds of processes that died included
    :ivar overbilled: how many of them the provider billed above what was held for them
    :ivar input_tokens: all input, cached included
    :ivar cached_tokens: of the input, what came out of a cache
    :ivar output_tokens: all output, reasoning included
    :ivar cost_usd: exact dollars
    """

    by: Mapping[str, str]
    calls: int
    estimated: int
    overbilled: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    cost_usd: Decimal


def spend(
    by: Union[str, Iterable[str]] = "model",
    *,
    state: Optional[str] = None,
    since: Optional[Union[str, date, datetime]] = None,
    until: Optional[Union[str, date, datetime]] = None,
) -> list[Spend]:
    """What was spent in a store, dearest first.

    :param by: any of "agent", "model", "provider", "project" and "tag", one or several. By tag a call with several tags counts under each of them
    :param state: the store, such as ``sqlite:///PATH``; default: IRON_CAGE_STATE, else the memory of this process
    :param since: from when on: a datetime, a date, or either in ISO 8601; spend is kept in whole hours UTC, and without a zone UTC is meant
    :param until: up to when
    :raises ConfigError: an argument is none of these
    :raises StateError: the store cannot be read
    """
    return grouped(lines(state=state, since=since, until=until), dimensions(by))


def dimensions(by: Union[str, Iterable[str]]) -> list[str]:
    """What to group by, checked."""
    names = [name.strip() for name in by.split(",")] if isinstance(by, str) else list(by)
    for name in names:
        if name not in DIMENSIONS:
            raise ConfigError(f"by: {name!r} is none of {', '.join(DIMENSIONS)}")
    if not names or len(set(names)) < len(names):
        raise ConfigError(f"by: one or several of {', '.join(DIMENSIONS)} expected, each once")
    return names


def lines(*, state: Optional[str], since: object = None, until: object = None) -> list[dict[str, Any]]:
    """The store's lines, one for each attribution."""
    import os

    options = dumps({
        "state": _convert.text("state", state) if state is not None else os.environ.get("IRON_CAGE_STATE") or None,
        "since": _instant("since", since),
        "until": _instant("until", until),
    }).encode()
    return list(loads(_native.take("ironcage_spend", _engine.handle(), options, len(options))))


_SUMS = ("calls", "estimated", "overbilled", "input_tokens", "cached_tokens", "output_tokens")


def grouped(found: Iterable[Mapping[str, Any]], by: list[str]) -> list[Spend]:
    """Sums of lines, dearest first."""
    sums: dict[tuple[str, ...], list[Any]] = {}
    for line in found:
        for tag in (line["tags"] or [""]) if "tag" in by else [""]:
            key = tuple(tag if name == "tag" else line[name] for name in by)
            sum_ = sums.setdefault(key, [0] * len(_SUMS) + [Decimal(0)])
            for at, name in enumerate(_SUMS):
                sum_[at] += line[name]
            sum_[-1] += Decimal(line["cost_usd"])
    rows = [Spend(dict(zip(by, key)), *sum_) for key, sum_ in sums.items()]
    return sorted(rows, key=lambda row: (-row.cost_usd, tuple(row.by.values())))


def total(found: Iterable[Mapping[str, Any]]) -> Spend:
    """The sum of all lines, each call once."""
    rows = grouped(found, [])
    return rows[0] if rows else Spend({}, 0, 0, 0, 0, 0, 0, Decimal(0))


def _instant(option: str, value: object) -> Optional[str]:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=timezone.utc)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    _convert.refuse(option, value, "a datetime, a date, or either as text in ISO 8601")
