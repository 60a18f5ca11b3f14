"""Option values from Python types to those of the library: types are checked here, ranges there."""
from __future__ import annotations

import sys

from iron_cage.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from decimal import Decimal
    from typing import Any, Callable, Mapping, NoReturn, Union

    Money = Union[int, float, str, Decimal]
else:
    Money = object


def refuse(option: str, value: object, accepted: str) -> NoReturn:
    """Raises the ConfigError of one option."""
    raise ConfigError(f"{option}: {accepted} expected, got {type(value).__name__} {_shown(value)}")


def money(option: str, value: object) -> str:
    """Dollars as an exact decimal string: what the number shows when printed, so 0.1 is 0.1."""
    accepted = "dollars > 0 as a number, a string or a Decimal"
    if isinstance(value, bool):
        refuse(option, value, accepted)
    if isinstance(value, int):
        return int.__repr__(value)
    decimal = sys.modules.get("decimal")
    if isinstance(value, (float, str)) or (decimal is not None and isinstance(value, decimal.Decimal)):
        from decimal import Decimal, InvalidOperation

        try:
            exact = Decimal(float.__repr__(value) if isinstance(value, float) else value)
        except InvalidOperation:
            refuse(option, value, accepted)
        if not exact.is_finite():
            refuse(option, value, accepted)
        return format(exact, "f")
    refuse(option, value, accepted)


def pico(option: str, value: object) -> int:
    """Dollars in whole picodollars (10⁻¹² $), upwards: of what the number shows when printed. Out of 64 bits: the nearest that is not."""
    if type(value) is float and 0.0 <= value < 1000.0:
        # The one number of at most 12 decimals that prints so, if there is one: doubles are denser than these up to 9,007.
        nearest = round(value * 1e12)
        if nearest / 1e12 == value:
            return nearest
    if type(value) is int:
        exact = value * 10**12
    else:
        from decimal import ROUND_CEILING, Context, Decimal

        exact = int(Context(prec=400).scaleb(Decimal(money(option, value)), 12).to_integral_value(ROUND_CEILING))
    return max(-(2**63), min(exact, 2**63 - 1))


def number(option: str, value: object) -> float:
    """A finite number; bool is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        if not isinstance(value, (bool, str, bytes)) and hasattr(value, "__float__"):
            value = float(value)  # Decimal, Fraction, numpy scalars
        else:
            refuse(option, value, "a number")
    if value != value or value in (float("inf"), float("-inf")):
        refuse(option, value, "a finite number")
    return value


def integer(option: str, value: object) -> int:
    """A whole number; bool is none."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        refuse(option, value, "a whole number")
    return int(value.__index__())


def boolean(option: str, value: object) -> bool:
    """True or False and nothing that merely looks like it."""
    if not isinstance(value, bool):
        refuse(option, value, "True or False")
    return value


def text(option: str, value: object) -> str:
    """A str that is text: the library takes UTF-8, which has no halves of surrogate pairs."""
    if not isinstance(value, str):
        refuse(option, value, "a string")
    try:
        value.encode()
    except UnicodeEncodeError:
        refuse(option, value, "a string without halves of surrogate pairs")
    return value


def path(option: str, value: Any) -> str:
    """A path, absolute from here on: the directory may change."""
    import os

    if not isinstance(value, str) and not hasattr(value, "__fspath__"):
        refuse(option, value, "a path")
    return os.path.abspath(text(option, os.fspath(value)))


def texts(option: str, value: object) -> dict[str, str]:
    """A mapping of str to str."""
    if not hasattr(value, "items"):
        refuse(option, value, "a mapping of finding kinds to actions")
    return {text(option, key): text(f"{option}[{key!r}]", each) for key, each in value.items()}


def models(option: str, value: object) -> dict[str, str]:
    """Names of models to names of models."""
    if not hasattr(value, "items"):
        refuse(option, value, 'a mapping of models to cheaper ones such as {"gpt-5": "gpt-5-mini"}')
    return {text(option, key): text(f"{option}[{key!r}]", each) for key, each in value.items()}


def fallbacks(option: str, value: object) -> dict[str, list[Any]]:
    """Names of models to one or several others: names, and Fallbacks, which stay as they are."""
    if not hasattr(value, "items"):
        refuse(option, value, 'a mapping of models to others such as {"gpt-4o": ["gpt-4.1", "gpt-4o-mini"]}')
    return {text(option, key): _behind(f"{option}[{key!r}]", each) for key, each in value.items()}


def _behind(option: str, value: Any) -> list[Any]:
    from iron_cage._fallback import Fallback

    if isinstance(value, (str, Fallback)):
        return [value]
    if isinstance(value, bytes) or not hasattr(value, "__iter__"):
        refuse(option, value, "a list of names of models and Fallbacks")
    return [each if isinstance(each, Fallback) else text(f"{option}[{index}]", each) for index, each in enumerate(value)]


def shares(option: str, value: object) -> list[float]:
    """One number or several."""
    if isinstance(value, (str, bytes)) or not hasattr(value, "__iter__"):
        return [number(option, value)]
    return [number(option, each) for each in value]


def names(option: str, value: object) -> list[str]:
    """Several strings."""
    if isinstance(value, (str, bytes)) or not hasattr(value, "__iter__"):
        refuse(option, value, "a list of strings")
    return [text(f"{option}[{index}]", each) for index, each in enumerate(value)]


def approver(option: str, value: object) -> object:
    """What is asked whether a tool may be used."""
    if not callable(value):
        refuse(option, value, "a callable that takes one Approval")
    return value


def absolute(option: str, value: object) -> str:
    """A path, made absolute."""
    import os

    if not isinstance(value, (str, os.PathLike)) or not os.fspath(value):
        refuse(option, value, "a path")
    return os.path.abspath(text(option, os.fspath(value)))


def signal(option: str, value: object) -> str:
    """The name of a signal."""
    from iron_cage import _signals  # seldom needed

    return _signals.name(option, value)


def loops(option: str, value: Any) -> Union[bool, dict[str, object]]:
    """Whether runs that repeat themselves are told and stopped, and when."""
    if isinstance(value, bool):
        return value
    if not hasattr(value, "items"):
        refuse(option, value, 'True, False or a mapping such as {"nudge_after": 3, "stop_after": 5}')
    settings: dict[str, object] = {}
    for name, each in value.items():
        if name in ("nudge_after", "stop_after"):
            settings[name] = integer(f"{option}[{name}]", each)
        elif name == "note":
            settings[name] = text(f"{option}[{name}]", each)
        else:
            raise ConfigError(f"{option}: unknown key {name!r}; it has nudge_after, stop_after and note")
    return settings


def keys(option: str, value: object) -> list[str]:
    """One key or several, as texts. What is refused is not shown: it may be a key with a slip."""
    if isinstance(value, (str, bytes)) or not hasattr(value, "__iter__"):
        value = [value]
    found = []
    for each in value:
        if isinstance(each, bytes) and len(each) == 32:
            found.append(each.hex())
        elif isinstance(each, str):
            found.append(each)
        else:
            raise ConfigError(f"{option}: 32 bytes, or their base64 or hexadecimal text, or several of these expected, got {type(each).__name__}")
    return found


def check(group: str, instance: object, fields: Mapping[str, Callable[[str, Any], Any]]) -> None:
    """Checks the types of a frozen option group."""
    for name, convert in fields.items():
        value = getattr(instance, name)
        if value is not None:
            convert(f"{group}.{name}", value)


def _shown(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
