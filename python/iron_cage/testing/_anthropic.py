"""Anthropic's messages format: checks a request, writes the answer whole or as a stream of server-sent events, reckons its usage."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from . import _openai, _tokens
from ._answer import Answer, Bill
from ._errors import anthropic_error as error
from ._openai import JSON_TYPE, STREAM_TYPE, _cut, _ESCAPED, _letters, _RAW, _utf8
from ._reply import Reply
from ._request import Request

SIGNATURE = "EqQBCkYIBxgCKkBzaW11bGF0ZWQ="
_KINDS = ("text", "image", "document", "tool_use", "tool_result", "thinking", "redacted_thinking", "search_result", "server_tool_use")


@dataclass(frozen=True)
class _Message:
    """What the model says after the output limit was applied."""

    blocks: Sequence[Dict[str, Any]]
    tokens: int
    thinking: int
    stop_reason: str


def check(request: Request, models: Sequence[str]) -> Optional[Answer]:
    """The provider's complaint about a messages request, or None. models: those that exist; empty: all."""
    body = request.json
    if not isinstance(body, dict):
        return error(400, "The request body is not valid JSON.")
    model, messages, limit = body.get("model"), body.get("messages"), body.get("max_tokens")
    if not isinstance(model, str) or not model:
        return error(400, "model: Field required")
    if models and model not in models:
        return error(404, f"model: {model}")
    if not isinstance(messages, list):
        return error(400, "messages: Field required")
    if not messages:
        return error(400, "messages: at least one message is required")
    for index, message in enumerate(messages):
        complaint = _check_message(index, message)
        if complaint is not None:
            return error(400, complaint)
    if request.path.partition("?")[0].endswith("/count_tokens"):
        return None
    if not isinstance(limit, int) or isinstance(limit, bool):
        return error(400, "max_tokens: Field required" if limit is None else "max_tokens: Input should be a valid integer")
    if limit < 0:
        return error(400, "max_tokens: Input should be greater than or equal to 0")
    thinking = body.get("thinking")
    if isinstance(thinking, dict) and thinking.get("type") == "enabled":
        budget = thinking.get("budget_tokens")
        if not isinstance(budget, int) or budget < 1024:
            return error(400, "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024")
        if limit <= budget:
            return error(400, "`max_tokens` must be greater than `thinking.budget_tokens`.")
    return None


def _check_message(index: int, message: Any) -> Optional[str]:
    if not isinstance(message, dict) or message.get("role") not in ("user", "assistant"):
        return f"messages.{index}.role: Input should be 'user' or 'assistant'"
    content = message.get("content")
    if isinstance(content, str):
        return None
    if not isinstance(content, list):
        return f"messages.{index}.content: Field required"
    for position, block in enumerate(content):
        kind = block.get("type") if isinstance(block, dict) else None
        if kind not in _KINDS:
            return f"messages.{index}.content.{position}: Input tag '{kind}' found using 'type' does not match any of the expected tags"
        if kind == "thinking" and block.get("signature") != sign(block.get("thinking", "")):
            return f"messages.{index}.content.{position}: Invalid `signature` in `thinking` block"
    return None


def sign(thinking: str) -> str:
    """The signature of a thinking block: a changed text does not have it."""
    return SIGNATURE + hashlib.sha256(thinking.encode("utf-8", "surrogatepass")).hexdigest().translate(str.maketrans("0123456789", "ghijklmnop"))


def usage_object(prompt: int, written: int, hour: int, cached: int, output: int, thinking: int = 0) -> Dict[str, Any]:
    """The usage object: input, cache reads and cache writes are disjoint; thinking is part of the output."""
    return {
        "input_tokens": prompt,
        "cache_creation_input_tokens": written + hour,
        "cache_read_input_tokens": cached,
        "cache_creation": {"ephemeral_5m_input_tokens": written, "ephemeral_1h_input_tokens": hour},
        "output_tokens": output,
        "output_tokens_details": {"thinking_tokens": thinking},
        "service_tier": "standard",
    }


@dataclass(frozen=True)
class MessageBill(Bill):
    """What a message costs: `prompt` is what was neither read from nor written to a cache."""

    written: int = 0
    hour: int = 0

    def _object(self, output: int) -> Dict[str, Any]:
        return usage_object(self.prompt, self.written, self.hour, self.cached, output, min(self.reasoning, output))


def count_prompt(body: Mapping[str, Any]) -> int:
    """Prompt tokens of a messages request by the simulator's own rule: words of the system prompt, the messages and the tools."""
    total = _tokens.TOKENS_OF_PRIMING + _words(body.get("system"))
    for message in body.get("messages") or ():
        total += _tokens.TOKENS_PER_MESSAGE + (_words(message.get("content")) if isinstance(message, dict) else 0)
    if body.get("tools"):
        total += _tokens.count(json.dumps(body["tools"], ensure_ascii=False, separators=(",", ":")))
    return total


def _words(content: Any) -> int:
    if isinstance(content, str):
        return _tokens.count(content)
    if isinstance(content, list):
        return sum(_words(block) for block in content)
    if not isinstance(content, dict):
        return 0
    texts = sum(_words(content.get(key)) for key in ("text", "thinking", "content", "title") if content.get(key) is not None)
    if content.get("type") == "tool_use":
        texts += _tokens.count(json.dumps(content.get("input"), ensure_ascii=False, separators=(",", ":")))
    source = content.get("source")
    if isinstance(source, dict) and source.get("type") == "text":
        texts += _words(source.get("data"))
    return texts


def count(request: Request) -> Answer:
    """POST /v1/messages/count_tokens: free."""
    return Answer(200, JSON_TYPE, [_utf8(_RAW({"input_tokens": count_prompt(request.json)}))])


def complete(request: Request, reply: Reply) -> Answer:
    """The answer to a request that passed `check`."""
    message = _write(request, reply)
    bill = _bill(request, reply, message)
    head = {"id": reply.id or f"msg_{_letters(request.index, 24)}", "type": "message", "role": "assistant", "model": request.model}
    dumps = _ESCAPED if reply.ensure_ascii else _RAW
    if request.stream:
        pieces, marks = _stream(head, message, bill, reply, dumps)
        return Answer(200, STREAM_TYPE, pieces, chunked=True, streamed=True, bill=replace(bill, marks=marks))
    body: Dict[str, Any] = {**head, "content": message.blocks, "stop_reason": message.stop_reason, "stop_sequence": None}
    if reply.usage != "absent":
        body["usage"] = _reported(bill, reply)
    return Answer(200, JSON_TYPE, [_utf8(dumps(body))], bill=bill)


def verbatim(request: Request, reply: Reply) -> Answer:
    """As in OpenAI's format."""
    return _openai.given_answer(request, reply, check, lambda plain: _bill(request, plain, _write(request, plain)), MessageBill)


def _bill(request: Request, reply: Reply, message: _Message) -> MessageBill:
    prompt = count_prompt(request.json)
    cached = min(reply.cached_tokens, prompt)
    hour = min(reply.cache_write_1h_tokens, prompt - cached)
    written = min(reply.cache_write_tokens, prompt - cached - hour)
    return MessageBill(prompt=prompt - cached - hour - written, completion=message.tokens, cached=cached, reasoning=message.thinking, written=written, hour=hour)


def _reported(bill: MessageBill, reply: Reply) -> Mapping[str, Any]:
    return bill.full() if isinstance(reply.usage, str) else reply.usage


def _write(request: Request, reply: Reply) -> _Message:
    content = reply.content
    if isinstance(content, (list, tuple)):
        content = content[0] if content else None
    if content is None and not reply.tool_calls and reply.thinking is None:
        content = f"You said: {request.last_text}"
    room: int = request.json.get("max_tokens") if isinstance(request.json.get("max_tokens"), int) else 1 << 62
    left, cut = room, False

    def within(wanted: str) -> str:
        nonlocal left, cut
        kept, tokens = _tokens.take(wanted, left)
        left -= tokens
        cut = cut or tokens < _tokens.count(wanted)
        return kept

    blocks: List[Dict[str, Any]] = []
    hidden = min(reply.reasoning_tokens, left)
    left -= hidden
    if reply.thinking is not None:
        thinking = within(reply.thinking)
        blocks.append({"type": "thinking", "thinking": thinking, "signature": sign(thinking)})
    thought = room - left
    if isinstance(content, str) and not cut:
        blocks.append({"type": "text", "text": within(content)})
    for position, call in enumerate(reply.tool_calls):
        if cut:
            break
        name, arguments = within(call.name), within(call.arguments_text)
        if not cut:
            id = call.id or f"toolu_{_letters(request.index, 20)}{_letters(position, 4)}"
            blocks.append({"type": "tool_use", "id": id, "name": name, "input": json.loads(arguments)})
    tokens = room - left
    if reply.completion_tokens is not None:
        cut = cut or reply.completion_tokens > room
        tokens = min(room, max(tokens, reply.completion_tokens))
    stop = "max_tokens" if cut else reply.finish_reason or ("tool_use" if reply.tool_calls else "end_turn")
    return _Message(blocks, tokens, thought, stop)


def _stream(head: Mapping[str, Any], message: _Message, bill: MessageBill, reply: Reply, dumps: Any) -> Tuple[List[bytes], List[int]]:
    """The events, and for each the output tokens generated by then."""
    events: List[bytes] = []
    marks: List[int] = []
    generated = min(1, message.tokens)

    def emit(kind: str, **fields: Any) -> None:
        events.append(_utf8(f"event: {kind}\ndata: " + dumps({"type": kind, **fields}) + "\n\n"))
        marks.append(generated)

    real = dict(_reported(bill, reply))
    start: Dict[str, Any] = {**head, "content": [], "stop_reason": None, "stop_sequence": None}
    if reply.usage != "absent":
        seed = {key: value for key, value in real.items() if key != "output_tokens_details"}
        start["usage"] = {**seed, "output_tokens": min(1, message.tokens)}
    emit("message_start", message=start)
    done = min(reply.reasoning_tokens, message.tokens)
    for index, block in enumerate(message.blocks):
        generated = max(generated, done)
        opened, deltas = _parts(block, reply.chunk_size)
        emit("content_block_start", index=index, content_block=opened)
        if index == 0:
            emit("ping")
        for delta, tokens in deltas:
            generated = max(generated, done + tokens)
            emit("content_block_delta", index=index, delta=delta)
        done += max([tokens for _, tokens in deltas], default=0)
        emit("content_block_stop", index=index)
    generated = message.tokens
    end: Dict[str, Any] = {"delta": {"stop_reason": message.stop_reason, "stop_sequence": None}}
    if reply.usage != "absent":
        end["usage"] = {key: real[key] for key in ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens", "output_tokens_details") if key in real}
    emit("message_delta", **end)
    emit("message_stop")
    return events, marks


_Deltas = List[Tuple[Dict[str, Any], int]]


def _parts(block: Dict[str, Any], size: Optional[int]) -> Tuple[Dict[str, Any], _Deltas]:
    """The block as it opens, and its deltas with the tokens of the block by then."""
    if block["type"] == "text":
        return {"type": "text", "text": ""}, [({"type": "text_delta", "text": piece}, tokens) for piece, tokens in _cut(block["text"], size)]
    if block["type"] == "thinking":
        deltas: _Deltas = [({"type": "thinking_delta", "thinking": piece}, tokens) for piece, tokens in _cut(block["thinking"], size)]
        deltas.append(({"type": "signature_delta", "signature": block["signature"]}, _tokens.count(block["thinking"])))
        return {"type": "thinking", "thinking": "", "signature": ""}, deltas
    arguments = _RAW(block["input"])
    named = _tokens.count(block["name"])
    deltas = [({"type": "input_json_delta", "partial_json": ""}, named)]
    deltas += [({"type": "input_json_delta", "partial_json": piece}, named + tokens) for piece, tokens in _cut(arguments, size or 4)]
    return {**block, "input": {}}, deltas


def list_models(models: Sequence[str]) -> Answer:
    """GET /v1/models."""
    data = [{"type": "model", "id": model, "display_name": model, "created_at": "2025-01-01T00:00:00Z"} for model in models]
    return Answer(200, JSON_TYPE, [_utf8(_RAW({"data": data, "has_more": False, "first_id": models[0], "last_id": models[-1]}))])
