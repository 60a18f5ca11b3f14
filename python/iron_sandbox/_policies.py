"""Policies as TOML files: the options of :class:`Sandbox` by their names."""
from __future__ import annotations

import importlib
import json

from iron_sandbox import errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Mapping


def load(path: str) -> dict[str, Any]:
    """Reads one. Python 3.11 has a reader; before it the package ``tomli`` is one."""
    reader: Any = None
    for name in ("tomllib", "tomli"):
        try:
            reader = importlib.import_module(name)
            break
        except ImportError:
            continue
    if reader is None:
        raise errors.PolicyError(f"{path}: reading TOML needs Python 3.11, or the package tomli")
    try:
        with open(path, "rb") as file:
            return dict(reader.load(file))
    except OSError as error:
        raise errors.PolicyError(f"{path}: {error.strerror}") from None
    except reader.TOMLDecodeError as error:
        raise errors.PolicyError(f"{path}: {error}") from None


def toml(options: Mapping[str, Any]) -> str:
    """Writes one. A JSON string is a TOML string."""
    lines = []
    for name, value in options.items():
        if isinstance(value, dict):
            value = "{ " + ", ".join(f"{key} = {json.dumps(item)}" for key, item in value.items()) + " }"
            lines.append(f"{name} = {value}")
        else:
            lines.append(f"{name} = {json.dumps(value, ensure_ascii=False)}")
    return "\n".join(lines) + "\n"
