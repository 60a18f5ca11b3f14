"""Options of a sandbox, as the library takes them. What they mean and what is accepted is decided there; here are only types that JSON does not have."""
from __future__ import annotations

import json
import os
import sys
import tempfile

from iron_sandbox import errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Mapping, Optional

#: Options of lists of paths.
_PATHS = ("allowed_paths", "read_only_paths", "executable_paths", "denied_paths", "runtime_paths", "executables")


def policy(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options that were given, as JSON values."""
    given: dict[str, Any] = {}
    for name, value in options.items():
        if value is None:
            continue
        if name in _PATHS:
            if isinstance(value, (str, bytes, os.PathLike)):
                raise errors.PolicyError(f"{name}: must be a list of paths, not a single one")
            try:
                value = [_text(os.fspath(item), name) for item in value]
            except TypeError:
                raise errors.PolicyError(f"{name}: must be a list of paths") from None
        elif name == "keep_env":
            if isinstance(value, (str, bytes)):
                raise errors.PolicyError("keep_env: must be a list of names, not a single one")
            value = list(value)
        elif name == "allowed_domains":
            if isinstance(value, (str, bytes)):
                raise errors.PolicyError("allowed_domains: must be a list of names, not a single one")
            value = list(value)
        elif name in ("env", "extra_hosts"):
            try:
                value = dict(value)
            except (TypeError, ValueError):
                raise errors.PolicyError(f"{name}: must be a mapping") from None
            if name == "extra_hosts":
                value = {host: list(item) if isinstance(item, (tuple, set, frozenset)) else item for host, item in value.items()}
        elif name == "allow_network":
            value = _ports(value)
        given[name] = value
    return given


def _ports(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _ports(item) for key, item in value.items()}
    return list(value) if isinstance(value, (set, frozenset, tuple, range)) else value


def _text(path: Any, name: str) -> str:
    text = os.fsdecode(path)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise errors.PolicyError(f"{name}: a path that is not valid UTF-8 cannot be granted; grant its folder") from None
    return text


def setup(policy_values: Mapping[str, Any], prefixes: Optional[list[str]] = None) -> bytes:
    """All that the library needs: the policy, and what it should know of this process. Of the environment only what the policy names."""
    keep = policy_values.get("keep_env") or ()
    wanted = {"HOME", *(name for name in keep if isinstance(name, str)), *_PRESET_VARIABLES}
    document = {
        "policy": policy_values,
        "host": {
            "interpreter_prefixes": interpreter_prefixes() if prefixes is None else prefixes,
            "required_executables": [os.path.realpath(sys.executable)] if sys.executable else [],
            "environment": {name: os.environ[name] for name in sorted(wanted) if name in os.environ and _is_utf8(os.environ[name])},
        },
        "temporary_directory": os.path.realpath(tempfile.gettempdir()),
    }
    try:
        return json.dumps(document, allow_nan=False).encode("utf-8")
    except (TypeError, ValueError) as error:
        raise errors.PolicyError(f"an option has a value that is of no type for it: {error}") from None


#: What presets keep.
_PRESET_VARIABLES = ("LANG", "LC_ALL", "LC_CTYPE", "TZ", "PATH")


def _is_utf8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def interpreter_prefixes() -> list[str]:
    """Where this interpreter lives: a program in the sandbox may be it."""
    found: list[str] = []
    for prefix in (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix):
        real = os.path.realpath(prefix)
        if real not in found and real not in ("/", "/usr"):
            found.append(real)
    return found
