"""Gemini's generateContent format: checks a request, writes the answer whole, as events or as an array of chunks, reckons its usage."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from . import _openai, _tokens
from ._answer import Answer, Bill
from ._openai import JSON_TYPE, STREAM_TYPE, _Choice, _cut, _ESCAPED, _letters, _RAW, _utf8
from ._reply import Reply
from ._request import Request

_STATUSES = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE"}
_VECTOR = (0.25, -0.5, 0.125, 0.75)


@dataclass(frozen=True)
class ContentBill(Bill):
    """What an answer costs: cached is part of the prompt; thoughts, here `reasoning`, come on top of the candidates."""

    def _object(self, output: int) -> Dict[str, Any]:
        thoughts = min(self.reasoning, output)
        usage: Dict[str, Any] = {"promptTokenCount": self.prompt, "candidatesTokenCount": output - thoughts, "totalTokenCount": self.prompt + output}
        if thoughts:
            usage["thoughtsTokenCount"] = thoughts
        if self.cached:
            usage["cachedContentTokenCount"] = self.cached
        return usage


def error(status: int, message: str) -> Answer:
    """An error as Google's APIs write it."""
    return Answer(status, JSON_TYPE, [_utf8(_RAW({"error": {"code": status, "message": message, "status": _STATUSES.get(status, "INTERNAL")}}))])


def scripted(reply: Reply) -> Answer:
    """The error that a reply asks for."""
    words = reply.error if isinstance(reply.error, str) else f"The provider simulator was told to answer {reply.status}."
    return error(reply.status, words)


def target(path: str) -> Tuple[str, str]:
    """(model, method) of a path such as /v1beta/models/NAME:generateContent; ("", "") of any other."""
    name, colon, method = path.partition("?")[0].rpartition("/")[2].partition(":")
    return (name, method) if colon and "/models/" in path else ("", "")


def check(request: Request, models: Sequence[str]) -> Optional[Answer]:
    """The provider's complaint about a request, or None. models: those that exist; empty: all."""
    body, (model, method) = request.json, target(request.path)
    if not isinstance(body, dict):
        return error(400, "Invalid JSON payload received.")
    if models and model not in models:
        return error(404, f"models/{model} is not found for API version v1beta, or is not supported for {method}.")
    if method in ("embedContent", "batchEmbedContents"):
        return None if body.get("content") or body.get("requests") else error(400, "content is required")
    contents = body.get("contents")
    if not contents or not isinstance(contents, (list, dict)):
        return error(400, "* GenerateContentRequest.contents: contents is not specified")
    limit = _config(body).get("maxOutputTokens")
    if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool) or limit < 1):
        return error(400, "Unable to submit request because it has a maxOutputTokens value that is out of range.")
    return None


def _config(body: Mapping[str, Any]) -> Mapping[str, Any]:
    given = body.get("generationConfig") or body.get("generation_config") or {}
    return {"maxOutputTokens": given.get("maxOutputTokens", given.get("max_output_tokens")), "candidateCount": given.get("candidateCount", given.get("candidate_count")) or 1}


def _contents(body: Mapping[str, Any]) -> List[Any]:
    found: List[Any] = []
    for name in ("systemInstruction", "system_instruction", "contents", "content"):
        given = body.get(name)
        found += given if isinstance(given, list) else [given] if given else []
    for nested in body.get("requests") or ():
        found += _contents(nested)
    return found


def _parts(content: Any) -> List[Any]:
    parts = content.get("parts") if isinstance(content, dict) else None
    return parts if isinstance(parts, list) else [parts] if parts else []


def last_text(body: Any) -> str:
    """Text of the last content."""
    contents = _contents(body) if isinstance(body, dict) else []
    return " ".join(part.get("text") or "" for part in _parts(contents[-1])) if contents else ""


def count_prompt(body: Mapping[str, Any]) -> int:
    """Prompt tokens of a request by the simulator's own rule."""
    total = _tokens.TOKENS_OF_PRIMING
    for content in _contents(body):
        total += _tokens.TOKENS_PER_MESSAGE
        for part in _parts(content):
            total += _tokens.count(part.get("text") or "")
            for name in ("functionCall", "functionResponse"):
                if part.get(name):
                    total += _tokens.count(json.dumps(part[name], ensure_ascii=False, separators=(",", ":")))
    if body.get("tools"):
        total += _tokens.count(json.dumps(body["tools"], ensure_ascii=False, separators=(",", ":")))
    return total


def count(request: Request) -> Answer:
    """:countTokens, which is free."""
    return Answer(200, JSON_TYPE, [_utf8(_RAW({"totalTokens": count_prompt(request.json.get("generateContentRequest") or request.json)}))])


def complete(request: Request, reply: Reply) -> Answer:
    """The answer to a request that passed `check`."""
    model, method = target(request.path)
    prompt = count_prompt(request.json)
    if method == "embedContent":
        return Answer(200, JSON_TYPE, [_utf8(_RAW({"embedding": {"values": list(_VECTOR)}}))], bill=ContentBill(prompt, 0))
    if method == "batchEmbedContents":
        return Answer(200, JSON_TYPE, [_utf8(_RAW({"embeddings": [{"values": list(_VECTOR)} for _ in request.json.get("requests") or ()]}))], bill=ContentBill(prompt, 0))
    config = _config(request.json)
    content = reply.content if reply.content is not None or reply.tool_calls else f"You said: {last_text(request.json)}"
    choices = [_openai._choose(index, request, replace(reply, content=content, refusal=None), config["maxOutputTokens"]) for index in range(config["candidateCount"])]
    bill = ContentBill(prompt, sum(choice.tokens for choice in choices), min(reply.cached_tokens, prompt), sum(choice.reasoning for choice in choices))
    dumps = _ESCAPED if reply.ensure_ascii else _RAW
    head = {"modelVersion": model, "responseId": reply.id or _letters(request.index, 24)}
    if method != "streamGenerateContent":
        body: Dict[str, Any] = {"candidates": [_whole(choice, reply) for choice in choices], **head}
        if reply.usage != "absent":
            body["usageMetadata"] = _reported(bill, reply)
        return Answer(200, JSON_TYPE, [_utf8(dumps(body))], bill=bill)
    chunks, marks = _chunks(choices, bill, reply, head)
    if "alt=sse" in request.path:
        pieces = [_utf8("data: " + dumps(chunk) + "\r\n\r\n") for chunk in chunks]
        return Answer(200, STREAM_TYPE, pieces, chunked=True, streamed=True, bill=replace(bill, marks=marks))
    pieces = [_utf8(("[" if place == 0 else ",\r\n") + dumps(chunk) + ("]" if place == len(chunks) - 1 else "")) for place, chunk in enumerate(chunks)]
    return Answer(200, JSON_TYPE, pieces, chunked=True, bill=replace(bill, marks=marks))


def verbatim(request: Request, reply: Reply) -> Answer:
    """As in OpenAI's format."""
    return _openai.given_answer(request, reply, check, lambda plain: complete(request, plain).bill, ContentBill, "alt=sse" in request.path)


def _reported(bill: ContentBill, reply: Reply) -> Mapping[str, Any]:
    return bill.full() if isinstance(reply.usage, str) else reply.usage


def _reason(choice: _Choice) -> str:
    return "MAX_TOKENS" if choice.finish_reason == "length" else "STOP"


def _calls(choice: _Choice) -> List[Dict[str, Any]]:
    return [{"functionCall": {"name": name, "args": json.loads(arguments)}} for _, name, arguments in choice.calls]


def _whole(choice: _Choice, reply: Reply) -> Dict[str, Any]:
    parts: List[Dict[str, Any]] = [] if reply.thinking is None else [{"text": reply.thinking, "thought": True}]
    if choice.content is not None:
        parts.append({"text": choice.content})
    return {"content": {"parts": parts + _calls(choice), "role": "model"}, "finishReason": _reason(choice), "index": choice.index}


def _chunks(choices: Sequence[_Choice], bill: ContentBill, reply: Reply, head: Mapping[str, Any]) -> Tuple[List[Dict[str, Any]], List[int]]:
    """The chunks, and for each the output tokens generated by then; each has the usage so far."""
    chunks: List[Dict[str, Any]] = []
    marks: List[int] = []
    done = 0

    def emit(choice: _Choice, parts: List[Dict[str, Any]], generated: int, reason: Optional[str] = None) -> None:
        candidate: Dict[str, Any] = {"content": {"parts": parts, "role": "model"}, "index": choice.index}
        if reason is not None:
            candidate["finishReason"] = reason
        chunk: Dict[str, Any] = {"candidates": [candidate], **head}
        if reply.usage == "real":
            chunk["usageMetadata"] = bill._object(generated)
        elif reply.usage != "absent":
            chunk["usageMetadata"] = reply.usage
        chunks.append(chunk)
        marks.append(generated)

    for choice in choices:
        if reply.thinking is not None:
            for piece, _ in _cut(reply.thinking, reply.chunk_size):
                emit(choice, [{"text": piece, "thought": True}], done + choice.reasoning)
        done += choice.reasoning
        for piece, tokens in _cut(choice.content or "", reply.chunk_size):
            emit(choice, [{"text": piece}], done + tokens)
        done += choice.tokens - choice.reasoning
        emit(choice, _calls(choice) or [{"text": ""}], done, _reason(choice))
    return chunks, marks
