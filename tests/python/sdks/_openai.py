"""openai: chat completions and responses."""
from __future__ import annotations

import json
from typing import Any, Dict, Tuple

from sdks._base import LIMIT, SCHEMA, TOOL, Pieces, Said, Sdk, aleft, left


class OpenAIChat(Sdk):
    module = "openai"

    def _clients(self) -> Tuple[Any, Any]:
        import openai

        options: Dict[str, Any] = {"base_url": self.sim.base_url, "api_key": "any", "max_retries": 0, "timeout": self.timeout}
        return openai.OpenAI(**options), lambda: openai.AsyncOpenAI(**options)

    def _asked(self, text: str, tools: bool, stream: bool) -> Dict[str, Any]:
        asked: Dict[str, Any] = {"model": self.model, "messages": [{"role": "user", "content": text}], "max_tokens": LIMIT}
        if stream:
            asked.update(stream=True, stream_options={"include_usage": True})
        if tools:
            asked["tools"] = [{"type": "function", "function": {"name": TOOL, "description": "Weather.", "parameters": SCHEMA}}]
        return asked

    @staticmethod
    def _read(answer: Any) -> Said:
        message = answer.choices[0].message
        return message.content or "", [(call.function.name, json.loads(call.function.arguments)) for call in message.tool_calls or ()]

    @staticmethod
    def _feed(pieces: Pieces, chunk: Any) -> None:
        for choice in chunk.choices:
            pieces.text += choice.delta.content or ""
            for call in choice.delta.tool_calls or ():
                pieces.call(call.index, call.function.name, call.function.arguments)

    def whole(self, text: str, tools: bool = False) -> Said:
        with self._clients()[0] as client:
            return self._read(client.chat.completions.create(**self._asked(text, tools, False)))

    def stream(self, text: str, tools: bool = False, stop_after: int = 0) -> Said:
        pieces = Pieces()
        with self._clients()[0] as client, client.chat.completions.create(**self._asked(text, tools, True)) as stream:
            for chunk in left(stream, stop_after):
                self._feed(pieces, chunk)
        return pieces.said if not stop_after else (pieces.text, [])

    async def awhole(self, text: str, tools: bool = False) -> Said:
        async with self._clients()[1]() as client:
            return self._read(await client.chat.completions.create(**self._asked(text, tools, False)))

    async def astream(self, text: str, tools: bool = False, stop_after: int = 0) -> Said:
        pieces = Pieces()
        async with self._clients()[1]() as client, await client.chat.completions.create(**self._asked(text, tools, True)) as stream:
            async for chunk in aleft(stream, stop_after):
                self._feed(pieces, chunk)
        return pieces.said if not stop_after else (pieces.text, [])


class OpenAIResponses(OpenAIChat):
    def _asked(self, text: str, tools: bool, stream: bool) -> Dict[str, Any]:
        asked: Dict[str, Any] = {"model": self.model, "input": text, "max_output_tokens": LIMIT, "stream": stream}
        if tools:
            asked["tools"] = [{"type": "function", "name": TOOL, "description": "Weather.", "parameters": SCHEMA, "strict": False}]
        return asked

    @staticmethod
    def _read(answer: Any) -> Said:
        return answer.output_text, [(item.name, json.loads(item.arguments)) for item in answer.output if item.type == "function_call"]

    @staticmethod
    def _feed(pieces: Pieces, event: Any) -> None:
        if event.type == "response.output_text.delta":
            pieces.text += event.delta
        elif event.type == "response.output_item.done" and event.item.type == "function_call":
            pieces.call(event.output_index, event.item.name, event.item.arguments)

    def whole(self, text: str, tools: bool = False) -> Said:
        with self._clients()[0] as client:
            return self._read(client.responses.create(**self._asked(text, tools, False)))

    def stream(self, text: str, tools: bool = False, stop_after: int = 0) -> Said:
        pieces = Pieces()
        with self._clients()[0] as client, client.responses.create(**self._asked(text, tools, True)) as stream:
            for event in left(stream, stop_after):
                self._feed(pieces, event)
        return pieces.said

    async def awhole(self, text: str, tools: bool = False) -> Said:
        async with self._clients()[1]() as client:
            return self._read(await client.responses.create(**self._asked(text, tools, False)))

    async def astream(self, text: str, tools: bool = False, stop_after: int = 0) -> Said:
        pieces = Pieces()
        async with self._clients()[1]() as client, await client.responses.create(**self._asked(text, tools, True)) as stream:
            async for event in aleft(stream, stop_after):
                self._feed(pieces, event)
        return pieces.said
