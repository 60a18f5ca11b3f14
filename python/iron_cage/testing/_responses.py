"""OpenAI's responses format: checks a request, writes the answer whole or as a stream of server-sent events, reckons its usage."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from . import _openai, _tokens
from ._answer import Answer, Bill
from ._errors import error
from ._openai import JSON_TYPE, STREAM_TYPE, _Choice, _cut, _ESCAPED, _letters, _RAW, _utf8
from ._reply import Reply
from ._request import Request

_LEAST_OUTPUT = 16
_TEXTS = ("input_text", "output_text", "text", "refusal", "summary_text", "reasoning_text")


@dataclass(frozen=True)
class ResponseBill(Bill):
    """What a response costs: cached is part of the input, reasoning part of the output."""

    def _object(self, output: int) -> Dict[str, Any]:
        return {
            "input_tokens": self.prompt, "input_tokens_details": {"cached_tokens": self.cached}, "output_tokens": output,
            "output_tokens_details": {"reasoning_tokens": min(self.reasoning, output)}, "total_tokens": self.prompt + output,
        }


def check(request: Request, models: Sequence[str]) -> Optional[Answer]:
    """The provider's complaint about a request for a response, or None. models: those that exist; empty: all."""
    body = request.json
    if not isinstance(body, dict):
        return error(400, "We could not parse the JSON body of your request.")
    model, given, limit = body.get("model"), body.get("input"), body.get("max_output_tokens")
    if not isinstance(model, str) or not model:
        return error(400, "Missing required parameter: 'model'.", param="model", code="missing_required_parameter")
    if models and model not in models:
        return error(400, f"The requested model '{model}' does not exist.", param="model", code="model_not_found")
    if not isinstance(given, (str, list)):
        return error(400, "Missing required parameter: 'input'.", param="input", code="missing_required_parameter")
    if isinstance(given, list) and not all(isinstance(item, dict) for item in given):
        return error(400, "Invalid type for 'input[0]': expected an input item.", param="input", code="invalid_type")
    if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool)):
        return error(400, "Invalid type for 'max_output_tokens': expected an integer.", param="max_output_tokens", code="invalid_type")
    if limit is not None and limit < _LEAST_OUTPUT:
        words = f"Invalid 'max_output_tokens': integer below minimum value. Expected a value >= {_LEAST_OUTPUT}, but got {limit} instead."
        return error(400, words, param="max_output_tokens", code="integer_below_min_value")
    for name in ("max_tokens", "max_completion_tokens", "messages", "stream_options"):
        if name in body and name != "stream_options":
            return error(400, f"Unsupported parameter: '{name}'.", param=name, code="unsupported_parameter")
    return None


def count_prompt(body: Mapping[str, Any]) -> int:
    """Input tokens of a request by the simulator's own rule."""
    total = _tokens.TOKENS_OF_PRIMING + _tokens.count(body.get("instructions") or "")
    given = body.get("input")
    for item in [{"content": given}] if isinstance(given, str) else given or ():
        total += _tokens.TOKENS_PER_MESSAGE + _words(item)
    if body.get("tools"):
        total += _tokens.count(json.dumps(body["tools"], ensure_ascii=False, separators=(",", ":")))
    return total


def _words(item: Any) -> int:
    if isinstance(item, str):
        return _tokens.count(item)
    if isinstance(item, list):
        return sum(_words(part) for part in item)
    if not isinstance(item, dict):
        return 0
    own = item.get("text") if item.get("type") in _TEXTS else None
    return _words(own) + sum(_words(item.get(key)) for key in ("content", "output", "arguments", "summary", "input", "refusal") if item.get(key) is not None)


def count(request: Request) -> Answer:
    """POST /v1/responses/input_tokens: free."""
    return Answer(200, JSON_TYPE, [_utf8(_RAW({"object": "response.input_tokens", "input_tokens": count_prompt(request.json)}))])


def complete(request: Request, reply: Reply, created: int) -> Answer:
    """The answer to a request that passed `check`. created: Unix seconds."""
    choice = _openai._choose(0, request, reply, request.json.get("max_output_tokens"))
    prompt = count_prompt(request.json)
    bill = ResponseBill(prompt=prompt, completion=choice.tokens, cached=min(reply.cached_tokens, prompt), reasoning=choice.reasoning)
    dumps = _ESCAPED if reply.ensure_ascii else _RAW
    output = _output(request, reply, choice)
    if request.stream:
        pieces, marks = _stream(_response(request, reply, created), output, choice, bill, reply, dumps)
        return Answer(200, STREAM_TYPE, pieces, chunked=True, streamed=True, bill=replace(bill, marks=marks))
    body = _finished(_response(request, reply, created), output, choice, bill, reply)
    return Answer(200, JSON_TYPE, [_utf8(dumps(body))], bill=bill)


def verbatim(request: Request, reply: Reply) -> Answer:
    """As in OpenAI's format."""
    return _openai.given_answer(request, reply, check, lambda plain: complete(request, plain, 0).bill, ResponseBill)


def id_of(request: Request, reply: Reply) -> str:
    """What the response to a request is called."""
    return reply.id or f"resp_{_letters(request.index, 32)}"


def _response(request: Request, reply: Reply, created: int) -> Dict[str, Any]:
    """The response as it begins."""
    body = request.json
    return {
        "id": id_of(request, reply), "object": "response", "created_at": created, "status": "in_progress", "background": False, "error": None,
        "incomplete_details": None, "instructions": body.get("instructions"), "max_output_tokens": body.get("max_output_tokens"), "model": request.model, "output": [],
        "parallel_tool_calls": True, "previous_response_id": body.get("previous_response_id"), "reasoning": {"effort": None, "summary": None}, "service_tier": "default",
        "store": True, "temperature": 1.0, "text": {"format": {"type": "text"}}, "tool_choice": "auto", "tools": body.get("tools") or [], "top_p": 1.0, "usage": None,
        "metadata": {},
    }


def _finished(response: Dict[str, Any], output: Sequence[Dict[str, Any]], choice: _Choice, bill: ResponseBill, reply: Reply) -> Dict[str, Any]:
    cut = choice.finish_reason == "length"
    done: Dict[str, Any] = {**response, "status": "incomplete" if cut else "completed", "output": list(output)}
    if cut:
        done["incomplete_details"] = {"reason": "max_output_tokens"}
    done["usage"] = None if reply.usage == "absent" else bill.full() if isinstance(reply.usage, str) else reply.usage
    return done


def _output(request: Request, reply: Reply, choice: _Choice) -> List[Dict[str, Any]]:
    """The items of the finished output."""
    items: List[Dict[str, Any]] = []
    status = "incomplete" if choice.finish_reason == "length" else "completed"

    def id(prefix: str) -> str:
        return f"{prefix}_{_letters(request.index, 24)}{_letters(len(items), 4)}"

    if choice.reasoning:
        summary = [] if reply.thinking is None else [{"type": "summary_text", "text": reply.thinking}]
        items.append({"id": id("rs"), "type": "reasoning", "summary": summary})
    parts: List[Dict[str, Any]] = []
    if choice.content is not None:
        parts.append({"type": "output_text", "annotations": [], "logprobs": [], "text": choice.content})
    if choice.refusal is not None:
        parts.append({"type": "refusal", "refusal": choice.refusal})
    if parts:
        items.append({"id": id("msg"), "type": "message", "status": status, "content": parts, "role": "assistant"})
    for call_id, name, arguments in choice.calls:
        items.append({"id": id("fc"), "type": "function_call", "status": status, "arguments": arguments, "call_id": call_id, "name": name})
    return items


def _stream(
    response: Dict[str, Any], output: Sequence[Dict[str, Any]], choice: _Choice, bill: ResponseBill, reply: Reply, dumps: Any
) -> Tuple[List[bytes], List[int]]:
    """The events, and for each the output tokens generated by then."""
    events: List[bytes] = []
    marks: List[int] = []
    done = 0

    def emit(kind: str, generated: int, **fields: Any) -> None:
        events.append(_utf8(f"event: {kind}\ndata: " + dumps({"type": kind, "sequence_number": len(events), **fields}) + "\n\n"))
        marks.append(generated)

    emit("response.created", 0, response=response)
    emit("response.in_progress", 0, response=response)
    for index, item in enumerate(output):
        place = {"output_index": index, "item_id": item["id"]}
        if item["type"] == "reasoning":
            emit("response.output_item.added", choice.reasoning, output_index=index, item={**item, "summary": []})
            for number, one in enumerate(item["summary"]):
                emit("response.reasoning_summary_part.added", choice.reasoning, **place, summary_index=number, part={"type": "summary_text", "text": ""})
                for piece, _ in _cut(one["text"], reply.chunk_size):
                    emit("response.reasoning_summary_text.delta", choice.reasoning, **place, summary_index=number, delta=piece)
                emit("response.reasoning_summary_text.done", choice.reasoning, **place, summary_index=number, text=one["text"])
                emit("response.reasoning_summary_part.done", choice.reasoning, **place, summary_index=number, part=one)
            done = choice.reasoning
        elif item["type"] == "message":
            emit("response.output_item.added", done, output_index=index, item={**item, "status": "in_progress", "content": []})
            for position, part in enumerate(item["content"]):
                done = _part(emit, {**place, "content_index": position}, part, done, reply)
        else:
            done += _tokens.count(item["name"])
            emit("response.output_item.added", done, output_index=index, item={**item, "status": "in_progress", "arguments": ""})
            for piece, tokens in _cut(item["arguments"], reply.chunk_size or 4):
                emit("response.function_call_arguments.delta", done + tokens, **place, delta=piece)
            done += _tokens.count(item["arguments"])
            emit("response.function_call_arguments.done", done, **place, arguments=item["arguments"], name=item["name"])
        emit("response.output_item.done", done, output_index=index, item=item)
    last = _finished(response, output, choice, bill, reply)
    emit(f"response.{last['status']}", bill.completion, response=last)
    return events, marks


def _part(emit: Any, place: Mapping[str, Any], part: Dict[str, Any], done: int, reply: Reply) -> int:
    """The events of one content part; gives the tokens generated by its end."""
    name, kind = ("text", "output_text") if part["type"] == "output_text" else ("refusal", "refusal")
    emit("response.content_part.added", done, **place, part={**part, name: ""})
    more = {"logprobs": []} if kind == "output_text" else {}
    for piece, tokens in _cut(part[name], reply.chunk_size):
        emit(f"response.{kind}.delta", done + tokens, **place, delta=piece, **more)
    done += _tokens.count(part[name])
    emit(f"response.{kind}.done", done, **place, **{name: part[name]}, **more)
    emit("response.content_part.done", done, **place, part=part)
    return done
