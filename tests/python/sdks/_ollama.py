"""ollama."""
from __future__ import annotations

import json
from typing import Any, Dict

from sdks._base import LIMIT, SCHEMA, TOOL, Pieces, Said, Sdk, aleft, left


class Ollama(Sdk):
    module = "ollama"
    protocol = "ollama"
    model = "llama3.2"

    def _asked(self, text: str, tools: bool) -> Dict[str, Any]:
        asked: Dict[str, Any] = {"model": self.model, "messages": [{"role": "user", "content": text}], "options": {"num_predict": LIMIT}}
        if tools:
            asked["tools"] = [{"type": "function", "function": {"name": TOOL, "description": "Weather.", "parameters": SCHEMA}}]
        return asked

    @staticmethod
    def _feed(pieces: Pieces, chunk: Any) -> None:
        pieces.text += chunk.message.content or ""
        for call in chunk.message.tool_calls or ():
            pieces.call(object(), call.function.name, json.dumps(dict(call.function.arguments)))

    def whole(self, text: str, tools: bool = False) -> Said:
        import ollama

        pieces = Pieces()
        self._feed(pieces, ollama.Client(self.sim.url, timeout=self.timeout).chat(**self._asked(text, tools)))
        return pieces.said

    def stream(self, text: str, tools: bool = False, stop_after: int = 0) -> Said:
        import ollama

        pieces = Pieces()
        stream = ollama.Client(self.sim.url, timeout=self.timeout).chat(**self._asked(text, tools), stream=True)
        for chunk in left(stream, stop_after):
            self._feed(pieces, chunk)
        stream.close()
        return pieces.said

    async def awhole(self, text: str, tools: bool = False) -> Said:
        import ollama

        pieces = Pieces()
        self._feed(pieces, await ollama.AsyncClient(self.sim.url, timeout=self.timeout).chat(**self._asked(text, tools)))
        return pieces.said

    async def astream(self, text: str, tools: bool = False, stop_after: int = 0) -> Said:
        import ollama

        pieces = Pieces()
        stream = await ollama.AsyncClient(self.sim.url, timeout=self.timeout).chat(**self._asked(text, tools), stream=True)
        async for chunk in aleft(stream, stop_after):
            self._feed(pieces, chunk)
        await stream.aclose()
        return pieces.said
