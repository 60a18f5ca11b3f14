"""Test agents without a provider: a simulator on loopback that speaks the provider's real wire format, and keeps an independent bill.

    from iron_cage.testing import ProviderSimulator, Reply

    with ProviderSimulator() as sim:
        sim.script(["Hello.", Reply(status=429, retry_after=0.01), Reply(content="Goodbye.", reset_after=40)])
        my_agent(base_url=sim.base_url)
        assert sim.log[0].usage["completion_tokens"] == 1

Under pytest the fixture `provider_simulator` gives a running one. From a shell: `python -m iron_cage.testing --port 8080 --log calls.jsonl`.

Names are imported when they are first used, so that the pytest plugin costs nothing at start-up.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, List

if TYPE_CHECKING:
    from ._bill import bill as bill
    from ._exchange import Exchange as Exchange
    from ._reply import Reply as Reply
    from ._reply import ToolCall as ToolCall
    from ._request import Request as Request
    from ._simulator import ProviderSimulator as ProviderSimulator
    from ._tokens import count as count_tokens
    from ._tokens import count_prompt as count_prompt_tokens

__all__ = ["Exchange", "ProviderSimulator", "Reply", "Request", "ToolCall", "bill", "count_prompt_tokens", "count_tokens"]

_HOMES = {
    "Exchange": ("_exchange", "Exchange"),
    "ProviderSimulator": ("_simulator", "ProviderSimulator"),
    "Reply": ("_reply", "Reply"),
    "Request": ("_request", "Request"),
    "ToolCall": ("_reply", "ToolCall"),
    "bill": ("_bill", "bill"),
    "count_prompt_tokens": ("_tokens", "count_prompt"),
    "count_tokens": ("_tokens", "count"),
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _HOMES[name]
    value = getattr(import_module(f".{module}", __name__), attribute)
    globals()[name] = value
    return value


def __dir__() -> List[str]:
    return sorted({*globals(), *__all__})
