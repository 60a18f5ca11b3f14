"""Prices of the user's own, from files and from code, to the form that the library takes: names and texts of price files (docs/prices.md)."""
from __future__ import annotations

import os
from json import dumps

from iron_cage import _convert
from iron_cage.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Mapping

ACCEPTED = "the path of a price file, a mapping of model names to Price, or a list of these"


def build(option: str, value: Any) -> list[dict[str, str]]:
    """Files are read here; what stands in them is checked by the library, which names file and line."""
    if isinstance(value, (str, os.PathLike)) or hasattr(value, "items"):
        value = [value]
    if isinstance(value, bytes) or not hasattr(value, "__iter__"):
        _convert.refuse(option, value, ACCEPTED)
    files: list[dict[str, str]] = []
    for each in value:
        if isinstance(each, (str, os.PathLike)):
            files.append(_file(option, os.fspath(each)))
        elif hasattr(each, "items"):
            files.extend(_mapping(option, each))
        else:
            _convert.refuse(option, each, ACCEPTED)
    return files


def _file(option: str, path: Any) -> dict[str, str]:
    name = os.fsdecode(path)
    try:
        with open(path, encoding="utf-8") as file:
            return {"name": name, "text": file.read()}
    except (OSError, UnicodeError) as error:
        raise ConfigError(f"{option}: {name} cannot be read: {getattr(error, 'strerror', None) or 'it is no UTF-8'}") from None


def _mapping(option: str, prices: Mapping[Any, Any]) -> list[dict[str, str]]:
    """One file for each provider, and one for the prices that are of no provider in particular. A line holds a model, which the library's message names."""
    from iron_cage._price import Price

    by_origin: dict[tuple[Any, Any, Any], list[dict[str, Any]]] = {}
    for model, price in prices.items():
        if not isinstance(price, Price):
            _convert.refuse(f"{option}[{model!r}]", price, "a Price")
        entry = price._entry(_convert.text(f"{option}: the name of a model", model))
        by_origin.setdefault((price.provider, price.source, price.checked), []).append(entry)
    return [
        {"name": "prices given by code", "text": _text(dict(zip(("provider", "source", "checked"), origin)), entries)} for origin, entries in by_origin.items()
    ]


def _text(origin: Mapping[str, Any], entries: list[dict[str, Any]]) -> str:
    head = {"schema": 1, **{name: value for name, value in origin.items() if value is not None}}
    return dumps(head)[:-1] + ', "models": [\n' + ",\n".join(map(dumps, entries)) + "\n]}"
