"""cohere: the second API."""
from __future__ import annotations

import json
from typing import Any, Dict, Tuple

from sdks._base import LIMIT, SCHEMA, TOOL, Pieces, Said, Sdk, aleft, left


class Cohere(Sdk):
    module = "cohere"
    protocol = "cohere"
    model = "command-a-03-2025"

    def _clients(self) -> Tuple[Any, Any]:
        import cohere

        options: Dict[str, Any] = {"api_key": "any", "base_url": self.sim.url, "timeout": self.timeout}
        return cohere.ClientV2(**options), lambda: cohere.AsyncClientV2(**options)

    def _asked(self, text: str, tools: bool) -> Dict[str, Any]:
        asked: Dict[str, Any] = {"model": self.model, "messages": [{"role": "user", "content": text}], "max_tokens": LIMIT, "request_options": {"max_retries": 0}}
        if tools:
            asked["tools"] = [{"type": "function", "function": {"name": TOOL, "description": "Weather.", "parameters": SCHEMA}}]
        return asked

    @staticmethod
    def _read(answer: Any) -> Said:
        text = "".join(part.text for part in answer.message.content or () if part.type == "text")
        return text, [(call.function.name, json.loads(call.function.arguments)) for call in answer.message.tool_calls or ()]

    @staticmethod
    def _feed(pieces: Pieces, event: Any) -> None:
        if event.type == "content-delta":
            pieces.text += event.delta.message.content.text
        elif event.type == "tool-call-start":
            pieces.call(event.index, event.delta.message.tool_calls.function.name, event.delta.message.tool_calls.function.arguments)
        elif event.type == "tool-call-delta":
            pieces.call(event.index, "", event.delta.message.tool_calls.function.arguments)

    def whole(self, text: str, tools: bool = False) -> Said:
        return self._read(self._clients()[0].chat(**self._asked(text, tools)))

    def stream(self, text: str, tools: bool = False, stop_after: int = 0) -> Said:
        pieces = Pieces()
        stream = self._clients()[0].chat_stream(**self._asked(text, tools))
        for event in left(stream, stop_after):
            self._feed(pieces, event)
        stream.close()
        return pieces.said

    async def awhole(self, text: str, tools: bool = False) -> Said:
        return self._read(await self._clients()[1]().chat(**self._asked(text, tools)))

    async def astream(self, text: str, tools: bool = False, stop_after: int = 0) -> Said:
        pieces = Pieces()
        stream = self._clients()[1]().chat_stream(**self._asked(text, tools))
        async for event in aleft(stream, stop_after):
            self._feed(pieces, event)
        await stream.aclose()
        return pieces.said
