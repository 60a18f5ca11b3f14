"""OpenAI's images, speech and transcriptions: media that mean nothing, with the usage that the provider would tell."""

from __future__ import annotations

import base64
import json
from typing import Any, Dict, List, Optional, Sequence

from . import _tokens
from ._answer import Answer, Bill
from ._errors import error
from ._openai import JSON_TYPE, STREAM_TYPE, _RAW, _cut, _utf8
from ._reply import Reply
from ._request import Request

IMAGES = ("/v1/images/generations", "/v1/images/edits", "/v1/images/variations")
SPEECH = ("/v1/audio/speech",)
TRANSCRIPTIONS = ("/v1/audio/transcriptions", "/v1/audio/translations")
PATHS = (*IMAGES, *SPEECH, *TRANSCRIPTIONS)

PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")

#: What a second of sound and an image are billed, where a Reply says nothing else.
SOUND_TOKENS, IMAGE_TOKENS, FRAMES = 20, 272, 8


class _Bill(Bill):
    def _object(self, output: int) -> Dict[str, Any]:
        return {"input_tokens": self.prompt, "output_tokens": output, "total_tokens": self.prompt + output}


class _ImageBill(Bill):
    """`cached` are the images of the prompt here."""

    def _object(self, output: int) -> Dict[str, Any]:
        details = {"text_tokens": self.prompt - self.cached, "image_tokens": self.cached}
        return {"input_tokens": self.prompt, "input_tokens_details": details, "output_tokens": output, "total_tokens": self.prompt + output}


class _TranscriptionBill(Bill):
    """`cached` are the text tokens of the prompt here."""

    def _object(self, output: int) -> Dict[str, Any]:
        details = {"text_tokens": self.cached, "audio_tokens": self.prompt - self.cached}
        return {"type": "tokens", "input_tokens": self.prompt, "input_token_details": details, "output_tokens": output, "total_tokens": self.prompt + output}


def check(request: Request, models: Sequence[str]) -> Optional[Answer]:
    """The provider's complaint about a request, or None. models: those that exist; empty: all."""
    path = _path(request)
    given = fields(request)
    if given is None:
        return error(400, "We could not parse the body of your request.")
    if not given.get("model"):
        return error(400, "you must provide a model parameter", param="model")
    if models and given["model"] not in models:
        return error(404, f"The model '{given['model']}' does not exist", param="model", code="model_not_found")
    needed = "input" if path in SPEECH else "prompt" if path in IMAGES and not path.endswith("variations") else None
    if needed and not given.get(needed):
        return error(400, f"Missing required parameter: '{needed}'.", param=needed, code="missing_required_parameter")
    if path in TRANSCRIPTIONS and not request.files:
        return error(400, "Missing required parameter: 'file'.", param="file", code="missing_required_parameter")
    return None


def complete(request: Request, reply: Reply, created: int) -> Answer:
    """The answer to a request that passed `check`."""
    path = _path(request)
    given = fields(request) or {}
    if path in SPEECH:
        return _speech(given, reply)
    return _images(request, given, reply, created) if path in IMAGES else _transcription(request, given, reply)


def fields(request: Request) -> Optional[Dict[str, Any]]:
    """The fields of a JSON object or of a form; None when the body is neither."""
    if isinstance(request.json, dict):
        return request.json
    return dict(request.form) if request.form else None


def _path(request: Request) -> str:
    return request.path.partition("?")[0]


def _speech(given: Dict[str, Any], reply: Reply) -> Answer:
    spoken = str(given["input"])
    sound = [b"\xff\xfb\x90\x64" + bytes([frame]) * 413 for frame in range(FRAMES)]
    bill = _Bill(prompt=_tokens.count(spoken), completion=reply.completion_tokens or SOUND_TOKENS * FRAMES)
    if given.get("stream_format") != "sse":
        return Answer(200, "audio/mpeg", sound, chunked=True, bill=bill)
    events: List[Dict[str, Any]] = [{"type": "speech.audio.delta", "audio": base64.b64encode(frame).decode()} for frame in sound]
    return _stream(events, {"type": "speech.audio.done"}, bill, reply)


def _images(request: Request, given: Dict[str, Any], reply: Reply, created: int) -> Answer:
    count = int(given.get("n") or 1)
    pictures = len(request.files) * 100
    counted = _tokens.count(str(given.get("prompt") or "")) + pictures
    bill = _ImageBill(prompt=counted, completion=reply.completion_tokens or IMAGE_TOKENS * count, cached=pictures)
    picture = base64.b64encode(PNG).decode()
    if str(given.get("stream", "")).lower() == "true":
        kind = "image_edit" if _path(request).endswith("edits") else "image_generation"
        events = [
            {"type": f"{kind}.partial_image", "b64_json": picture, "partial_image_index": index} for index in range(int(given.get("partial_images") or 0))
        ]
        return _stream(events, {"type": f"{kind}.completed", "b64_json": picture}, bill, reply)
    body: Dict[str, Any] = {"created": created, "data": [{"b64_json": picture, **({"revised_prompt": reply.content} if reply.content else {})} for _ in range(count)]}
    return _whole(body, bill, reply)


def _transcription(request: Request, given: Dict[str, Any], reply: Reply) -> Answer:
    text = reply.content if isinstance(reply.content, str) else "You said nothing."
    prompt = _tokens.count(str(given.get("prompt") or ""))
    heard = max(1, sum(map(len, request.files.values())) // 100)
    bill = _TranscriptionBill(prompt=prompt + heard, completion=max(_tokens.count(text), reply.completion_tokens or 0), cached=prompt)
    if str(given.get("stream", "")).lower() == "true":
        events = [{"type": "transcript.text.delta", "delta": piece} for piece, _ in _cut(text, reply.chunk_size)]
        return _stream(events, {"type": "transcript.text.done", "text": text}, bill, reply)
    if given.get("response_format") in ("text", "srt", "vtt"):
        return Answer(200, "text/plain; charset=utf-8", [_utf8(text)], bill=bill)
    return _whole({"text": text}, bill, reply)


def _whole(body: Dict[str, Any], bill: Bill, reply: Reply) -> Answer:
    if reply.usage != "absent":
        body["usage"] = bill.full() if isinstance(reply.usage, str) else reply.usage
    return Answer(200, JSON_TYPE, [_utf8(_RAW(body))], bill=bill)


def _stream(events: List[Dict[str, Any]], last: Dict[str, Any], bill: Bill, reply: Reply) -> Answer:
    if reply.usage != "absent":
        last["usage"] = bill.full() if isinstance(reply.usage, str) else reply.usage
    pieces = [_utf8(f"data: {json.dumps(event, ensure_ascii=False)}\n\n") for event in (*events, last)]
    return Answer(200, STREAM_TYPE, pieces, chunked=True, streamed=True, bill=bill)
