"""mistralai."""
from __future__ import annotations

from typing import Any, Dict

from sdks._base import LIMIT, SCHEMA, TOOL, Pieces, Said, Sdk, aleft, left
from sdks._openai import OpenAIChat


class Mistral(Sdk):
    module = "mistralai"
    model = "mistral-small-latest"

    def _client(self) -> Any:
        try:
            from mistralai.client import Mistral as Client
        except ImportError:  # before its version 2
            from mistralai import Mistral as Client
        return Client(api_key="any", server_url=self.sim.url, timeout_ms=int(self.timeout * 1000))

    def _asked(self, text: str, tools: bool) -> Dict[str, Any]:
        asked: Dict[str, Any] = {"model": self.model, "messages": [{"role": "user", "content": text}], "max_tokens": LIMIT}
        if tools:
            asked["tools"] = [{"type": "function", "function": {"name": TOOL, "description": "Weather.", "parameters": SCHEMA}}]
        return asked

    _read = staticmethod(OpenAIChat._read)

    @staticmethod
    def _feed(pieces: Pieces, event: Any) -> None:
        OpenAIChat._feed(pieces, event.data)

    def whole(self, text: str, tools: bool = False) -> Said:
        with self._client() as client:
            return self._read(client.chat.complete(**self._asked(text, tools)))

    def stream(self, text: str, tools: bool = False, stop_after: int = 0) -> Said:
        pieces = Pieces()
        with self._client() as client, client.chat.stream(**self._asked(text, tools)) as stream:
            for event in left(stream, stop_after):
                self._feed(pieces, event)
        return pieces.said if not stop_after else (pieces.text, [])

    async def awhole(self, text: str, tools: bool = False) -> Said:
        async with self._client() as client:
            return self._read(await client.chat.complete_async(**self._asked(text, tools)))

    async def astream(self, text: str, tools: bool = False, stop_after: int = 0) -> Said:
        pieces = Pieces()
        async with self._client() as client, await client.chat.stream_async(**self._asked(text, tools)) as stream:
            async for event in aleft(stream, stop_after):
                self._feed(pieces, event)
        return pieces.said if not stop_after else (pieces.text, [])
