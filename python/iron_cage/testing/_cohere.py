"""Cohere's second API: chat, whole or as events, embed and rerank; chat of the first, whole or as lines."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, Dict, List, Mapping, Optional, Sequence

from . import _openai, _tokens
from ._answer import Answer, Bill
from ._openai import JSON_TYPE, _Choice, _cut, _ESCAPED, _letters, _RAW, _utf8
from ._reply import Reply
from ._request import Request

STREAM_TYPE = "text/event-stream"
LINES_TYPE = "application/stream+json"
PATHS = ("/v1/chat", "/v2/chat", "/v2/embed", "/v2/rerank")
_VECTOR = (0.25, -0.5, 0.125, 0.75)


@dataclass(frozen=True)
class UnitsBill(Bill):
    """What an answer costs. What was processed, with the vendor's own preamble, is told beside it."""

    searches: int = 0

    def _object(self, output: int) -> Dict[str, Any]:
        if self.searches:
            return {"billed_units": {"search_units": self.searches}}
        return {"billed_units": {"input_tokens": self.prompt, "output_tokens": output}, "tokens": {"input_tokens": self.prompt + 500, "output_tokens": output + 2}}


def error(status: int, message: str) -> Answer:
    """An error as the API writes it."""
    return Answer(status, JSON_TYPE, [_utf8(_RAW({"id": "0", "message": message}))])


def scripted(reply: Reply) -> Answer:
    """The error that a reply asks for."""
    return error(reply.status, reply.error if isinstance(reply.error, str) else f"The provider simulator was told to answer {reply.status}.")


def _path(request: Request) -> str:
    return request.path.partition("?")[0]


def check(request: Request, models: Sequence[str]) -> Optional[Answer]:
    """The provider's complaint about a request, or None. models: those that exist; empty: all."""
    body, path = request.json, _path(request)
    if not isinstance(body, dict):
        return error(400, "invalid request: the body is no JSON object")
    model = body.get("model")
    if not isinstance(model, str) or not model:
        return error(400, "invalid request: model is required")
    if models and model not in models:
        return error(404, f"model '{model}' not found, make sure the correct model ID was used and that you have access to the model.")
    if path == "/v2/embed":
        return None if isinstance(body.get("texts"), list) or isinstance(body.get("inputs"), list) else error(400, "invalid request: texts is required")
    if path == "/v2/rerank":
        return None if isinstance(body.get("documents"), list) and isinstance(body.get("query"), str) else error(400, "invalid request: query and documents are required")
    if path == "/v1/chat":
        return _check_first(body)
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages or not all(isinstance(message, dict) for message in messages):
        return error(400, "invalid request: messages must be a list of at least one message")
    return _check_limit(body)


def _check_limit(body: Mapping[str, Any]) -> Optional[Answer]:
    limit = body.get("max_tokens")
    if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool) or limit < 1):
        return error(400, "invalid request: max_tokens must be at least 1")
    return None


def _check_first(body: Mapping[str, Any]) -> Optional[Answer]:
    if not isinstance(body.get("message"), str) or not body["message"]:
        return error(400, "invalid request: message must be at least 1 token long or tool results must be specified.")
    for message in body.get("chat_history") or ():
        if message.get("role") not in ("USER", "CHATBOT", "SYSTEM", "TOOL"):
            return error(400, "invalid request: all elements in chat_history must have a role of USER, CHATBOT, SYSTEM or TOOL.")
    return _check_limit(body)


def complete(request: Request, reply: Reply) -> Answer:
    """The answer to a request that passed `check`."""
    body, path = request.json, _path(request)
    if path == "/v2/embed":
        texts = body.get("texts") or []
        bill = UnitsBill(sum(_tokens.count(text) for text in texts), 0)
        told = {"id": _letters(request.index, 24), "embeddings": {"float": [list(_VECTOR) for _ in texts]}, "texts": texts, "meta": bill.full()}
        return Answer(200, JSON_TYPE, [_utf8(_RAW(told))], bill=bill)
    if path == "/v2/rerank":
        bill = UnitsBill(0, 0, searches=max(1, -(-len(body["documents"]) // 100)))
        found = [{"index": index, "relevance_score": 0.5} for index in range(len(body["documents"]))]
        return Answer(200, JSON_TYPE, [_utf8(_RAW({"id": _letters(request.index, 24), "results": found, "meta": bill.full()}))], bill=bill)
    if path == "/v1/chat":
        return _first(request, reply)
    choice = _openai._choose(0, request, replace(reply, refusal=None), body.get("max_tokens"))
    prompt = _tokens.count_prompt(body)
    bill = UnitsBill(prompt, choice.tokens, 0, choice.reasoning)
    dumps = _ESCAPED if reply.ensure_ascii else _RAW
    id = reply.id or _letters(request.index, 24)
    if not request.stream:
        whole: Dict[str, Any] = {"id": id, "finish_reason": _reason(choice), "message": _message(choice, reply)}
        if reply.usage != "absent":
            whole["usage"] = _reported(bill, reply)
        return Answer(200, JSON_TYPE, [_utf8(dumps(whole))], bill=bill)
    events, marks = _events(choice, bill, reply, id)
    pieces = [_utf8(f"event: {event['type']}\ndata: {dumps(event)}\n\n") for event in events] + [b"data: [DONE]\n\n"]
    return Answer(200, STREAM_TYPE, pieces, chunked=True, streamed=True, bill=replace(bill, marks=marks + [choice.tokens]))


def _first(request: Request, reply: Reply) -> Answer:
    """The answer of chat in the first API."""
    body = request.json
    said = [body.get("preamble"), *(message.get("message") for message in body.get("chat_history") or ()), body["message"]]
    messages = [{"role": "user", "content": text} for text in said if isinstance(text, str)]
    beside = [body[name] for name in ("documents", "tools", "tool_results") if body.get(name)]
    choice = _openai._choose(0, replace(request, json={"messages": messages}), replace(reply, refusal=None), body.get("max_tokens"))
    bill = UnitsBill(_tokens.count_prompt({"messages": messages, "tools": beside}), choice.tokens)
    dumps = _ESCAPED if reply.ensure_ascii else _RAW
    id = reply.id or _letters(request.index, 24)
    calls = [{"name": name, "parameters": json.loads(arguments)} for _, name, arguments in choice.calls]
    text = choice.content or ""
    history = [*(body.get("chat_history") or ()), {"role": "USER", "message": body["message"]}, {"role": "CHATBOT", "message": text}]
    whole: Dict[str, Any] = {
        "response_id": id, "text": text, "generation_id": f"g-{id}", "chat_history": history, "finish_reason": "MAX_TOKENS" if choice.finish_reason == "length" else "COMPLETE",
        **({"tool_calls": calls} if calls else {}), "meta": {"api_version": {"version": "1"}, **(_reported(bill, reply) if reply.usage != "absent" else {})},
    }
    if not request.stream:
        return Answer(200, JSON_TYPE, [_utf8(dumps(whole))], bill=bill)
    pieces: List[bytes] = []
    marks: List[int] = []
    done = 0

    def emit(kind: str, generated: int, **fields: Any) -> None:
        pieces.append(_utf8(dumps({"is_finished": kind == "stream-end", "event_type": kind, **fields}) + "\n"))
        marks.append(generated)

    emit("stream-start", 0, generation_id=f"g-{id}")
    for piece, tokens in _cut(text, reply.chunk_size):
        emit("text-generation", tokens, text=piece)
    done += _tokens.count(text)
    for position, (_, name, arguments) in enumerate(choice.calls):
        done += _tokens.count(name)
        emit("tool-calls-chunk", done, tool_call_delta={"index": position, "name": name})
        for piece, tokens in _cut(arguments, reply.chunk_size or 4):
            emit("tool-calls-chunk", done + tokens, tool_call_delta={"index": position, "parameters": piece})
        done += _tokens.count(arguments)
    if calls:
        emit("tool-calls-generation", done, text=text, tool_calls=calls)
    emit("stream-end", choice.tokens, finish_reason=whole["finish_reason"], response=whole)
    return Answer(200, LINES_TYPE, pieces, chunked=True, streamed=True, bill=replace(bill, marks=marks))


def verbatim(request: Request, reply: Reply) -> Answer:
    """As in OpenAI's format."""
    return _openai.given_answer(request, reply, check, lambda plain: complete(request, plain).bill, UnitsBill, stream_type=LINES_TYPE if _path(request) == "/v1/chat" else STREAM_TYPE)


def tokenize(request: Request) -> Answer:
    """/v1/tokenize, which is free."""
    words = str(request.json.get("text")).split()
    return Answer(200, JSON_TYPE, [_utf8(_RAW({"tokens": list(range(len(words))), "token_strings": words}))])


def _reported(bill: Bill, reply: Reply) -> Mapping[str, Any]:
    return bill.full() if isinstance(reply.usage, str) else reply.usage


def _reason(choice: _Choice) -> str:
    return "MAX_TOKENS" if choice.finish_reason == "length" else "TOOL_CALL" if choice.calls else "COMPLETE"


def _message(choice: _Choice, reply: Reply) -> Dict[str, Any]:
    content: List[Dict[str, Any]] = [] if reply.thinking is None else [{"type": "thinking", "thinking": reply.thinking}]
    if choice.content is not None:
        content.append({"type": "text", "text": choice.content})
    message: Dict[str, Any] = {"role": "assistant", "content": content}
    if choice.calls:
        message["tool_calls"] = [{"id": id, "type": "function", "function": {"name": name, "arguments": arguments}} for id, name, arguments in choice.calls]
    return message


def _events(choice: _Choice, bill: UnitsBill, reply: Reply, id: str) -> Any:
    """The events, and for each the output tokens generated by then."""
    events: List[Dict[str, Any]] = []
    marks: List[int] = []
    done = 0

    def emit(type: str, message: Optional[Mapping[str, Any]] = None, generated: int = 0, index: Optional[int] = None) -> None:
        event: Dict[str, Any] = {"type": type}
        if index is not None:
            event["index"] = index
        if message is not None:
            event["delta"] = {"message": message}
        events.append(event)
        marks.append(generated)

    emit("message-start", {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []})
    events[0]["id"] = id
    index = 0
    for kind, text, hidden in (("thinking", reply.thinking, choice.reasoning), ("text", choice.content, 0)):
        done += hidden
        if text is None:
            continue
        emit("content-start", {"content": {"type": kind, kind: ""}}, done, index)
        for piece, tokens in _cut(text, reply.chunk_size):
            emit("content-delta", {"content": {kind: piece}}, done if kind == "thinking" else done + tokens, index)
        emit("content-end", None, done, index)
        index += 1
    done += _tokens.count(choice.content or "")
    for position, (call, name, arguments) in enumerate(choice.calls):
        done += _tokens.count(name)
        emit("tool-call-start", {"tool_calls": {"id": call, "type": "function", "function": {"name": name, "arguments": ""}}}, done, position)
        for piece, tokens in _cut(arguments, reply.chunk_size or 4):
            emit("tool-call-delta", {"tool_calls": {"function": {"arguments": piece}}}, done + tokens, position)
        done += _tokens.count(arguments)
        emit("tool-call-end", None, done, position)
    emit("message-end", None, choice.tokens)
    events[-1]["delta"] = {"finish_reason": _reason(choice)}
    if reply.usage != "absent":
        events[-1]["delta"]["usage"] = _reported(bill, reply)
    return events, marks
