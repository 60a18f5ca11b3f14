"""Options of protect_agent and Protection, from their Python spellings to the JSON that the library takes.

None always means "not given": the defaults are the library's.
"""
from __future__ import annotations

import os
import sys
from json import dumps

from iron_cage import _convert, _scanner_options
from iron_cage.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Mapping, Optional

    from iron_cage._approvals import Approval
    from iron_cage._budget import Budget
    from iron_cage._otel import Instrumentation
    from iron_cage._report import AgentState

#: Keyword -> conversion, for those that the library knows by the same name.
_PLAIN: dict[str, Callable[[str, Any], Any]] = {
    "agent_id": _convert.text,
    "project": _convert.text,
    "tags": _convert.names,
    "budget_usd": _convert.money,
    "budget_scope": _convert.text,
    "warn_at": _convert.shares,
    "hold_wait": _convert.number,
    "lower_output": _convert.boolean,
    "pii_detection": _convert.boolean,
    "pii_action": _convert.text,
    "scan_output": _convert.boolean,
    "state": _convert.text,
    "unclaimed": _convert.text,
    "unscannable": _convert.text,
    "on_deny": _convert.text,
    "max_retries": _convert.integer,
    "max_calls": _convert.integer,
    "timeout": _convert.number,
    "tools": _convert.names,
}


def _price_files(option: str, value: Any) -> Any:
    from iron_cage._price_files import build  # seldom needed

    return build(option, value)


def _fallbacks(option: str, value: Any) -> dict[str, list[Any]]:
    """As the library takes it: without keys."""
    return {
        model: [each if isinstance(each, str) else each.described(f"{option}[{model!r}][{index}]") for index, each in enumerate(behind)]
        for model, behind in _convert.fallbacks(option, value).items()
    }


#: Seconds that the use of a tool waits for approval, where nobody says: as the library has it.
APPROVAL_TIMEOUT = 300.0

#: Field of a group -> name in the library, conversion.
_BUDGET = {
    "max_usd": ("budget_usd", _convert.money),
    "warn_at": ("warn_at", _convert.shares),
    "hold_wait": ("hold_wait", _convert.number),
    "lower_output": ("lower_output", _convert.boolean),
    "scope": ("budget_scope", _convert.text),
    "bound": ("bound", _convert.text),
    "prices": ("prices", _price_files),
    "degrade": ("degrade", _convert.models),
    "degrade_at": ("degrade_at", _convert.number),
    "reserve_usd": ("reserve_usd", _convert.money),
    "wrap_up_calls": ("wrap_up_calls", _convert.integer),
    "wrap_up_note": ("wrap_up_note", _convert.text),
}
_SAFETY = {
    "detection": ("pii_detection", _convert.boolean),
    "action": ("pii_action", _convert.text),
    "actions": ("pii_actions", _convert.texts),
    "scan_output": ("scan_output", _convert.boolean),
    "unscannable": ("unscannable", _convert.text),
    "key": ("key", _convert.keys),
    "tenant": ("tenant", _convert.text),
    "restore_in": ("restore_in", _convert.names),
}

_CONTROL = {
    "max_calls": ("max_calls", _convert.integer),
    "max_tokens": ("max_tokens", _convert.integer),
    "timeout": ("timeout", _convert.number),
    "tools": ("tools", _convert.names),
    "denied_tools": ("denied_tools", _convert.names),
    "loop_detection": ("loop_detection", _convert.loops),
    "approve_tools": ("approve_tools", _convert.names),
    "approval_timeout": ("approval_timeout", _convert.number),
    "kill_file": ("kill_file", _convert.absolute),
}

_BREAKER = {
    "failure_threshold": _convert.integer,
    "recovery_timeout": _convert.number,
    "failure_ratio": _convert.number,
    "failure_window": _convert.number,
    "minimum_calls": _convert.integer,
}

_LIMITS = {
    "requests_per_minute": ("requests_per_minute", _convert.integer),
    "tokens_per_minute": ("tokens_per_minute", _convert.integer),
    "max_concurrent": ("max_concurrent", _convert.integer),
    "max_wait": ("max_wait", _convert.number),
    "provider_limits": ("provider_limits", _convert.boolean),
}

_ATTEMPTS = {
    "max_retries": ("max_retries", _convert.integer),
    "retry_delay": ("retry_delay", _convert.number),
    "retry_after_ceiling": ("retry_after_ceiling", _convert.number),
    "attempt_timeout": ("attempt_timeout", _convert.number),
    "total_timeout": ("total_timeout", _convert.number),
    "fallback": ("fallback", _fallbacks),
    "hedge_after": ("hedge_after", _convert.number),
    "fallback_to_memory": ("fallback_to_memory", _convert.boolean),
}

KEYWORDS = (*_PLAIN, "budget", "circuit_breaker", "unpriced", "safety", "reliability", "control", "telemetry", "strict", "on_event", "on_agent_state")


class Options:
    """What a protection is made of."""

    __slots__ = ("json", "budget", "strict", "on_event", "on_agent_state", "stop_signal", "approve", "approval_timeout", "instrumentation", "_spellings")

    def __init__(
        self,
        json: bytes,
        budget: Optional[Budget],
        strict: bool,
        on_event: Optional[Callable[[Mapping[str, Any]], object]],
        on_agent_state: Optional[Callable[[AgentState], object]],
        stop_signal: Optional[str],
        approve: Optional[Callable[[Approval], object]],
        approval_timeout: Optional[float],
        instrumentation: Optional[Instrumentation],
        spellings: Mapping[str, str],
    ) -> None:
        self.json = json
        self.budget = budget
        self.strict = strict
        self.on_event = on_event
        self.on_agent_state = on_agent_state
        self.stop_signal = stop_signal
        self.instrumentation = instrumentation
        self.approve = approve
        self.approval_timeout = APPROVAL_TIMEOUT if approval_timeout is None else approval_timeout
        self._spellings = spellings

    def respelled(self, error: ConfigError) -> ConfigError:
        """The library's complaint about an option, under the name by which it was given."""
        name, _, rest = str(error).partition(":")
        if name not in self._spellings:  # a part of an option: option[part]
            option, bracket, part = name.partition("[")
            return ConfigError(f"{self._spellings.get(option, option)}{bracket}{part}:{rest}")
        return ConfigError(f"{self._spellings[name]}:{rest}")


class _Collected(dict):  # type: ignore[type-arg]
    """The options so far, each with the spelling it came from."""

    def __init__(self) -> None:
        super().__init__()
        self.origin: dict[str, str] = {}

    def put(self, name: str, value: object, spelling: str) -> None:
        earlier = self.origin.setdefault(name, spelling)
        if earlier != spelling:
            raise ConfigError(f"{earlier} and {spelling} set the same option; give one of them")
        self[name] = value

    def put_group(self, group: object, prefix: str, fields: Mapping[str, tuple[str, Callable[[str, Any], Any]]]) -> None:
        for field, (name, convert) in fields.items():
            value = getattr(group, field)
            if value is not None:
                self.put(name, convert(f"{prefix}.{field}", value), f"{prefix}.{field}")


def build(given: Mapping[str, Any], default_agent_id: str) -> Options:
    """Translates what was given. ConfigError names the option, and what is accepted."""
    for keyword in given:
        if keyword not in KEYWORDS:
            raise _unknown(keyword)
    given = {keyword: value for keyword, value in given.items() if value is not None}
    if _is(given.get("pii_detection"), "SafetyConfig"):
        if "safety" in given:
            raise ConfigError("pii_detection=SafetyConfig(...) and safety set the same option; give one of them")
        given["safety"] = given.pop("pii_detection")
    out = _Collected()
    for keyword, value in given.items():
        if keyword in _PLAIN:
            out.put(keyword, _PLAIN[keyword](keyword, value), keyword)
    budget = _budget(given.get("budget"), out)
    safety = given.get("safety")
    if safety is not None:
        _expect("safety", safety, "SafetyConfig")
        _safety(safety, "safety=SafetyConfig", out)
    control = given.get("control")
    stop_signal = approve = None
    if control is not None:
        _expect("control", control, "ControlConfig")
        approve = control.approve
        if control.approve_tools is not None and approve is None:
            out["show_approvals"] = True
        if control.approve_tools is None and (approve is not None or control.approval_timeout is not None):
            raise ConfigError("control=ControlConfig.approve_tools: must name the tools that approve and approval_timeout are about")
        if control.stop_signal is not None:
            stop_signal = _convert.signal("control=ControlConfig.stop_signal", control.stop_signal)
        out.put_group(control, "control=ControlConfig", _CONTROL)
    instrumentation = _telemetry(given.get("telemetry"), out)
    _circuit(given, out)
    _unpriced(given.get("unpriced"), out)
    on_event = given.get("on_event")
    if on_event is not None and not callable(on_event):
        _convert.refuse("on_event", on_event, "a callable that takes one event")
    on_agent_state = given.get("on_agent_state")
    if on_agent_state is not None and not callable(on_agent_state):
        _convert.refuse("on_agent_state", on_agent_state, "a callable that takes one AgentState")
    out.setdefault("agent_id", default_agent_id[-200:])
    state = os.environ.get("IRON_CAGE_STATE")
    if state:
        out.setdefault("state", state)
    if "key" not in out:
        keys = environment_keys()
        if keys:
            out.put("key", keys, "IRON_CAGE_KEY")
    if on_event is not None or on_agent_state is not None:
        out["eager_events"] = True
    if on_agent_state is not None:
        out["agent_state_events"] = True
    strict = given.get("strict")
    return Options(dumps(out).encode(), budget, strict is not None and _convert.boolean("strict", strict), on_event, on_agent_state, stop_signal, approve, out.get("approval_timeout"), instrumentation, out.origin)


def environment_keys() -> list[str]:
    """The keys of IRON_CAGE_KEY, the current one first."""
    return [key.strip() for key in os.environ.get("IRON_CAGE_KEY", "").split(",") if key.strip()]


def _safety(config: Any, prefix: str, out: _Collected) -> None:
    out.put_group(config, prefix, _SAFETY)
    scanner = _scanner_options.build(config, prefix)
    if scanner:
        out.put("pii_scanner", scanner, prefix)


def _budget(value: Any, out: _Collected) -> Optional[Budget]:
    """budget= takes an amount, a BudgetConfig or a Budget."""
    if value is None:
        return None
    if _is(value, "BudgetConfig"):
        out.put_group(value, "budget=BudgetConfig", _BUDGET)
        return _shared(value.shared, "budget=BudgetConfig.shared", out)
    if _is(value, "Budget"):
        return _shared(value, "budget=Budget(...)", out)
    out.put("budget_usd", _convert.money("budget", value), "budget")
    return None


def _shared(budget: Optional[Budget], spelling: str, out: _Collected) -> Optional[Budget]:
    """A budget with a name, beside which there is no amount."""
    if budget is not None and "budget_usd" in out:
        raise ConfigError(f"{spelling} and {out.origin['budget_usd']} set the same option; give one of them")
    return budget


def _circuit(given: Mapping[str, Any], out: _Collected) -> None:
    breaker, reliability = given.get("circuit_breaker"), given.get("reliability")
    if reliability is not None:
        _expect("reliability", reliability, "ReliabilityConfig")
        out.put_group(reliability, "reliability=ReliabilityConfig", _ATTEMPTS)
        out.put_group(reliability, "reliability=ReliabilityConfig", _LIMITS)
        if all(getattr(reliability, name) is None for name in _BREAKER):
            reliability = None
    if breaker is not None and reliability is not None:
        raise ConfigError("circuit_breaker and reliability=ReliabilityConfig set the same option; give one of them")
    if reliability is not None:
        breaker = {name: getattr(reliability, name) for name in _BREAKER if getattr(reliability, name) is not None}
        out.origin.update({f"circuit_breaker[{name}]": f"reliability=ReliabilityConfig.{name}" for name in _BREAKER})
    if breaker is None or breaker is True:
        if reliability is None and breaker is None:
            return
        breaker = {}
    if breaker is False:
        out.put("circuit_breaker", None, "circuit_breaker")
        return
    if isinstance(breaker, (str, bytes)) or not hasattr(breaker, "items"):
        _convert.refuse("circuit_breaker", breaker, 'True, False or a mapping such as {"failure_threshold": 3, "recovery_timeout": 60.0}')
    settings: dict[str, object] = {}
    for name, value in breaker.items():
        if name not in _BREAKER:
            raise ConfigError(f"circuit_breaker: unknown key {name!r}; it has failure_threshold and recovery_timeout, failure_ratio, failure_window and minimum_calls")
        settings[name] = _BREAKER[name](f"circuit_breaker.{name}", value)
    out.put("circuit_breaker", settings, "circuit_breaker")


_LOG: dict[str, tuple[str, Callable[[str, Any], Any]]] = {
    "log_file": ("file", _convert.path), "log_max_mb": ("max_mb", _convert.number), "log_backups": ("backups", _convert.integer), "log_level": ("level", _convert.text),
}


def _log(config: Any, out: _Collected) -> None:
    """The log file."""
    settings = {}
    for field, (name, convert) in _LOG.items():
        value = getattr(config, field)
        if value is None:
            continue
        if config.log_file is None:
            raise ConfigError(f"telemetry=TelemetryConfig.{field}: needs log_file")
        settings[name] = convert(f"telemetry=TelemetryConfig.{field}", value)
        out.origin[f"log[{name}]"] = f"telemetry=TelemetryConfig.{field}"
    if settings:
        out.put("log", settings, "telemetry=TelemetryConfig.log_file")


def _telemetry(config: Any, out: _Collected) -> Optional[Instrumentation]:
    if config is None:
        return None
    _expect("telemetry", config, "TelemetryConfig")
    _log(config, out)
    given = config.tracer_provider is not None or config.meter_provider is not None
    wanted = config.opentelemetry if config.opentelemetry is not None else given
    if not wanted:
        if given:
            raise ConfigError("telemetry=TelemetryConfig.opentelemetry: False, and a provider was given; leave one of them out")
        return None
    try:
        from iron_cage._otel import Instrumentation
    except ImportError as error:
        if wanted == "auto":
            return None
        raise ConfigError(f"telemetry=TelemetryConfig.opentelemetry: the package opentelemetry-api is not installed ({error}); install iron-cage[otel]") from None
    out.put("call_facts", True, "telemetry=TelemetryConfig.opentelemetry")
    return Instrumentation(config.tracer_provider, config.meter_provider)


def _unpriced(value: Any, out: _Collected) -> None:
    if value is None:
        return
    if _is(value, "Price"):
        value = value._assumed("unpriced")
    elif not isinstance(value, str):
        _convert.refuse("unpriced", value, '"deny", "warn" or a Price')
    out.put("unpriced", value, "unpriced")


_HOMES = {
    "BudgetConfig": "iron_cage._configs",
    "SafetyConfig": "iron_cage._configs",
    "ReliabilityConfig": "iron_cage._configs",
    "ControlConfig": "iron_cage._configs",
    "TelemetryConfig": "iron_cage._configs",
    "Budget": "iron_cage._budget",
    "Price": "iron_cage._price",
}


def _is(value: object, kind: str) -> bool:
    """isinstance without importing the module: who has an instance has imported it."""
    module = sys.modules.get(_HOMES[kind])
    return module is not None and isinstance(value, getattr(module, kind))


def _expect(option: str, value: object, kind: str) -> None:
    if not _is(value, kind):
        _convert.refuse(option, value, f"a {kind}")


def _unknown(keyword: str) -> ConfigError:
    from difflib import get_close_matches

    near = get_close_matches(keyword, KEYWORDS, n=1, cutoff=0.5)
    meant = f"; did you mean {near[0]!r}?" if near else "."
    return ConfigError(f"unknown option {keyword!r}{meant} There are: {', '.join(sorted(KEYWORDS))}")
