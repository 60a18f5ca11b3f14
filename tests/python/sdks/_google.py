"""google-genai."""
from __future__ import annotations

import json
from typing import Any, Dict

from sdks._base import LIMIT, SCHEMA, TOOL, Pieces, Said, Sdk, aleft, left


class GoogleGenAI(Sdk):
    module = "google.genai"
    protocol = "gemini"
    model = "gemini-2.5-flash"

    def _client(self) -> Any:
        from google import genai

        return genai.Client(api_key="any", http_options={"base_url": self.sim.base_url, "timeout": int(self.timeout * 1000)})

    def _asked(self, text: str, tools: bool) -> Dict[str, Any]:
        config: Dict[str, Any] = {"max_output_tokens": LIMIT, "automatic_function_calling": {"disable": True}}
        if tools:
            config["tools"] = [{"function_declarations": [{"name": TOOL, "description": "Weather.", "parameters_json_schema": SCHEMA}]}]
        return {"model": self.model, "contents": text, "config": config}

    @staticmethod
    def _feed(pieces: Pieces, chunk: Any) -> None:
        for part in chunk.candidates[0].content.parts or ():
            pieces.text += part.text or ""
            if part.function_call:
                pieces.call(object(), part.function_call.name, json.dumps(part.function_call.args))

    def whole(self, text: str, tools: bool = False) -> Said:
        pieces = Pieces()
        client = self._client()  # one that is garbage closes its connections
        self._feed(pieces, client.models.generate_content(**self._asked(text, tools)))
        return pieces.said

    def stream(self, text: str, tools: bool = False, stop_after: int = 0) -> Said:
        pieces = Pieces()
        client = self._client()
        stream = client.models.generate_content_stream(**self._asked(text, tools))
        for chunk in left(stream, stop_after):
            self._feed(pieces, chunk)
        stream.close()
        return pieces.said

    async def awhole(self, text: str, tools: bool = False) -> Said:
        pieces = Pieces()
        owner = self._client()
        async with owner.aio as client:
            self._feed(pieces, await client.models.generate_content(**self._asked(text, tools)))
        return pieces.said

    async def astream(self, text: str, tools: bool = False, stop_after: int = 0) -> Said:
        pieces = Pieces()
        owner = self._client()
        async with owner.aio as client:
            stream = await client.models.generate_content_stream(**self._asked(text, tools))
            async for chunk in aleft(stream, stop_after):
                self._feed(pieces, chunk)
            await stream.aclose()
        return pieces.said
