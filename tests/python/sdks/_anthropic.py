"""anthropic: messages."""
from __future__ import annotations

from typing import Any, Dict, Tuple

from sdks._base import LIMIT, SCHEMA, TOOL, Said, Sdk, aleft, left


class Anthropic(Sdk):
    module = "anthropic"
    protocol = "anthropic"
    model = "claude-haiku-4-5"

    def _clients(self) -> Tuple[Any, Any]:
        import anthropic

        options: Dict[str, Any] = {"base_url": self.sim.base_url, "api_key": "any", "max_retries": 0, "timeout": self.timeout}
        return anthropic.Anthropic(**options), lambda: anthropic.AsyncAnthropic(**options)

    def _asked(self, text: str, tools: bool) -> Dict[str, Any]:
        asked: Dict[str, Any] = {"model": self.model, "max_tokens": LIMIT, "messages": [{"role": "user", "content": text}]}
        if tools:
            asked["tools"] = [{"name": TOOL, "description": "Weather.", "input_schema": SCHEMA}]
        return asked

    @staticmethod
    def _read(answer: Any) -> Said:
        text = "".join(block.text for block in answer.content if block.type == "text")
        return text, [(block.name, block.input) for block in answer.content if block.type == "tool_use"]

    def whole(self, text: str, tools: bool = False) -> Said:
        with self._clients()[0] as client:
            return self._read(client.messages.create(**self._asked(text, tools)))

    def stream(self, text: str, tools: bool = False, stop_after: int = 0) -> Said:
        with self._clients()[0] as client, client.messages.stream(**self._asked(text, tools)) as stream:
            for _ in left(stream, stop_after):
                pass
            return ("", []) if stop_after else self._read(stream.get_final_message())

    async def awhole(self, text: str, tools: bool = False) -> Said:
        async with self._clients()[1]() as client:
            return self._read(await client.messages.create(**self._asked(text, tools)))

    async def astream(self, text: str, tools: bool = False, stop_after: int = 0) -> Said:
        async with self._clients()[1]() as client, client.messages.stream(**self._asked(text, tools)) as stream:
            async for _ in aleft(stream, stop_after):
                pass
            return ("", []) if stop_after else self._read(await stream.get_final_message())
