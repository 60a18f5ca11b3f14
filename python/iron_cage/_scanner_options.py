"""What a scanner looks for: from the Python spellings of SafetyConfig to the JSON that the library takes. Types are checked here, values there."""
from __future__ import annotations

from iron_cage import _convert
from iron_cage.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Mapping, Optional

    from iron_cage._configs import SafetyConfig

#: The kind of what a plain deny list finds.
DENIED = "DENIED"


def build(config: Optional[SafetyConfig], prefix: str = "SafetyConfig") -> dict[str, Any]:
    """The options of the library's scanner; empty for none."""
    options: dict[str, Any] = {}
    for name, convert in _FIELDS.items():
        value = getattr(config, name, None)
        if value is not None:
            options[name] = convert(f"{prefix}.{name}", value)
    return options


def strings(option: str, value: object) -> list[str]:
    """Several strings; one string is not several."""
    if isinstance(value, (str, bytes)) or not hasattr(value, "__iter__"):
        _convert.refuse(option, value, "a list of strings")
    return [_convert.text(f"{option}[{number}]", each) for number, each in enumerate(value)]


def patterns(option: str, value: object) -> list[dict[str, Any]]:
    """{"NAME": regex} or a list of {"name", "regex", "score", "context"}."""
    fields = {"name": _convert.text, "regex": _convert.text, "score": _convert.number, "context": strings}
    return _entries(option, value, fields, "regex", lambda each, regex: _convert.text(each, regex))


def dictionaries(option: str, value: object) -> list[dict[str, Any]]:
    """{"NAME": terms} or a list of {"name", "terms", "score", "ignore_case"}."""
    return _entries(option, value, {**_TERMS, "score": _convert.number}, "terms", strings)


def deny(option: str, value: object) -> list[dict[str, Any]]:
    """A list of values, {"NAME": values} or a list of {"name", "terms", "ignore_case"}."""
    if hasattr(value, "items") or isinstance(value, (str, bytes)) or not hasattr(value, "__iter__"):
        return _entries(option, value, _TERMS, "terms", strings)
    items = list(value)
    if any(hasattr(each, "items") for each in items):
        return _entries(option, items, _TERMS, "terms", strings)
    return [{"name": DENIED, "terms": strings(option, items)}] if items else []


def allow(option: str, value: object) -> dict[str, list[str]]:
    """A list of values, or {"values", "domains", "patterns"}."""
    if not hasattr(value, "items"):
        return {"values": strings(option, value)}
    return {_convert.text(option, name): strings(f"{option}[{name!r}]", each) for name, each in value.items()}


def _entries(
    option: str, value: object, fields: Mapping[str, Callable[[str, Any], Any]], main: str, read: Callable[[str, Any], Any]
) -> list[dict[str, Any]]:
    if hasattr(value, "items"):
        return [{"name": _convert.text(option, name), main: read(f"{option}[{name!r}]", each)} for name, each in value.items()]
    if isinstance(value, (str, bytes)) or not hasattr(value, "__iter__"):
        _convert.refuse(option, value, f'a mapping of names, or a list of mappings with "name" and "{main}"')
    entries = []
    for number, each in enumerate(value):
        place = f"{option}[{number}]"
        if not hasattr(each, "items"):
            _convert.refuse(place, each, f'a mapping with "name" and "{main}"')
        unknown = [str(name) for name in each if name not in fields]
        if unknown:
            raise ConfigError(f"{place}: unknown key {unknown[0]!r}; there are {', '.join(fields)}")
        entries.append({name: fields[name](f"{place}[{name!r}]", part) for name, part in each.items()})
    return entries


_TERMS: dict[str, Callable[[str, Any], Any]] = {"name": _convert.text, "terms": strings, "ignore_case": _convert.boolean}

_FIELDS: dict[str, Callable[[str, Any], Any]] = {
    "kinds": strings,
    "regions": strings,
    "min_score": _convert.number,
    "patterns": patterns,
    "dictionaries": dictionaries,
    "allow": allow,
    "deny": deny,
    "max_text_bytes": _convert.integer,
    "max_findings": _convert.integer,
}
