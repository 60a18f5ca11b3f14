"""Iron Cage: protection for AI agents.

::

    from iron_cage import protect_agent

    @protect_agent(budget_usd=50.0, pii_detection=True)
    def my_agent(task): ...

    my_agent.protection.report()
"""
from __future__ import annotations

from iron_cage import errors
from iron_cage._abi import VERSION as __version__
from iron_cage._budget import Budget
from iron_cage._decorator import protect_agent
from iron_cage._functions import agent_states, count_tokens, price, restore
from iron_cage._hold import Hold
from iron_cage._protection import Protection
from iron_cage._protection import current_protection as current
from iron_cage._scanner import Scanner, redact, redact_json, scan, scan_json
from iron_cage.errors import (
    AgentStopped,
    BudgetExceeded,
    CallDenied,
    CircuitOpen,
    ConfigError,
    IronCageError,
    LimitReached,
    NativeError,
    NotProtected,
    PiiBlocked,
    StateError,
    ToolDenied,
    UnpricedModel,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iron_cage._approvals import Approval
    from iron_cage._bill import Bill, BillItem, price_response
    from iron_cage._configs import BudgetConfig, ControlConfig, ReliabilityConfig, SafetyConfig, TelemetryConfig
    from iron_cage._coverage import ClientCoverage, Coverage, SdkCoverage, coverage
    from iron_cage._fallback import Fallback
    from iron_cage._price import Price
    from iron_cage._report import AgentState, JsonFinding, PiiFinding, Report, StreamPart
    from iron_cage._scan_stream import ScanStream
    from iron_cage._spend import Spend, spend

__all__ = [
    "AgentState",
    "AgentStopped",
    "Approval",
    "Bill",
    "BillItem",
    "Budget",
    "BudgetConfig",
    "BudgetExceeded",
    "CallDenied",
    "CircuitOpen",
    "ClientCoverage",
    "ConfigError",
    "ControlConfig",
    "Coverage",
    "Fallback",
    "Hold",
    "IronCageError",
    "JsonFinding",
    "LimitReached",
    "NativeError",
    "NotProtected",
    "PiiBlocked",
    "PiiFinding",
    "Price",
    "Protection",
    "ReliabilityConfig",
    "Report",
    "SafetyConfig",
    "ScanStream",
    "Scanner",
    "SdkCoverage",
    "StateError",
    "StreamPart",
    "TelemetryConfig",
    "ToolDenied",
    "UnpricedModel",
    "Spend",
    "__version__",
    "agent_states",
    "count_tokens",
    "coverage",
    "current",
    "price",
    "price_response",
    "protect_agent",
    "redact",
    "redact_json",
    "restore",
    "scan",
    "scan_json",
    "spend",
]

# Dataclasses take longer to import than all the rest: these come when they are asked for.
_LATER = {
    "AgentState": "_report",
    "Approval": "_approvals",
    "Bill": "_bill",
    "BillItem": "_bill",
    "price_response": "_bill",
    "BudgetConfig": "_configs",
    "ClientCoverage": "_coverage",
    "Coverage": "_coverage",
    "SdkCoverage": "_coverage",
    "coverage": "_coverage",
    "ControlConfig": "_configs",
    "Fallback": "_fallback",
    "SafetyConfig": "_configs",
    "ReliabilityConfig": "_configs",
    "TelemetryConfig": "_configs",
    "Price": "_price",
    "JsonFinding": "_report",
    "PiiFinding": "_report",
    "Report": "_report",
    "ScanStream": "_scan_stream",
    "Spend": "_spend",
    "spend": "_spend",
    "StreamPart": "_report",
}


def __getattr__(name: str) -> object:
    home = _LATER.get(name)
    if home is None:
        raise AttributeError(f"module 'iron_cage' has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f"iron_cage.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _join() -> None:
    """A process that was started in a run goes on with it."""
    from os import environ

    text = environ.get("IRON_CAGE_RUN")
    if text:
        from iron_cage._lending.borrowed import join

        join(text)


_join()
