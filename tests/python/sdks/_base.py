"""What all SDKs here have in common."""
from __future__ import annotations

import json
from typing import Any, AsyncIterator, Dict, Iterator, List, Tuple

from iron_cage.testing import ProviderSimulator

Said = Tuple[str, List[Tuple[str, Any]]]
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOL = "get_weather"
LIMIT = 400


class Sdk:
    """One SDK at one API. `tools=True` offers a tool. Clients try once, and are made where they are used."""

    module = "none"
    protocol = "openai"
    model = "gpt-4o"

    def __init__(self, sim: ProviderSimulator, timeout: float = 60.0) -> None:
        self.sim = sim
        self.timeout = timeout

    def whole(self, text: str, tools: bool = False) -> Said:
        raise NotImplementedError

    def stream(self, text: str, tools: bool = False, stop_after: int = 0) -> Said:
        """stop_after: leave the stream after so many events; 0: read it to its end."""
        raise NotImplementedError

    async def awhole(self, text: str, tools: bool = False) -> Said:
        raise NotImplementedError

    async def astream(self, text: str, tools: bool = False, stop_after: int = 0) -> Said:
        raise NotImplementedError


def left(stream: Iterator[Any], stop_after: int) -> Iterator[Any]:
    for number, event in enumerate(stream, 1):
        yield event
        if number == stop_after:
            break


async def aleft(stream: AsyncIterator[Any], stop_after: int) -> AsyncIterator[Any]:
    number = 0
    async for event in stream:
        number += 1
        yield event
        if number == stop_after:
            break


class Pieces:
    """Calls of tools that come in pieces, by their index."""

    def __init__(self) -> None:
        self.text = ""
        self._calls: Dict[Any, List[str]] = {}

    def call(self, index: Any, name: Any, arguments: Any) -> None:
        call = self._calls.setdefault(index, ["", ""])
        call[0] += name or ""
        call[1] += arguments or ""

    @property
    def said(self) -> Said:
        return self.text, [(name, json.loads(arguments or "{}")) for name, arguments in self._calls.values()]
