"""OpenAI's chat-completions format, with that of the legacy completions: checks a request, writes the answer whole or as a stream of server-sent events."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import zip_longest
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple, Type

from . import _tokens
from ._answer import Answer, Bill, usage_object
from ._errors import error
from ._reply import Reply, ToolCall
from ._request import Request

JSON_TYPE = "application/json"
STREAM_TYPE = "text/event-stream; charset=utf-8"
FINGERPRINT = "fp_simulated"
MAX_CHOICES = 128

#: Most output tokens of a choice, by https://platform.openai.com/docs/models. The first pattern counts that the model matches, with or without
#: its snapshot. Of models that match none no maximum is known.
_MOST_OUTPUT = (
    ("gpt-4o-2024-05-13", 4_096),
    ("gpt-4o", 16_384),
    ("gpt-4o-mini", 16_384),
    ("chatgpt-4o-latest", 16_384),
    ("gpt-4.1*", 32_768),
    ("gpt-4-turbo*", 4_096),
    ("gpt-4-*-preview", 4_096),
    ("gpt-4", 8_192),
    ("gpt-3.5-turbo", 4_096),
    ("o1-mini", 65_536),
    ("o1-preview", 32_768),
    ("o1*", 100_000),
    ("o3*", 100_000),
    ("o4-mini*", 100_000),
    ("gpt-5-pro", 272_000),
    ("gpt-5*-chat*", 16_384),
    ("gpt-5*", 128_000),
)
_SNAPSHOT = re.compile(r"-(\d{4}-\d\d-\d\d|\d{4})$")

_TO_LETTERS = str.maketrans("0123456789", "ghijklmnop")  # ids of letters alone look like no number that a scanner seeks

_RAW = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_ESCAPED = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


@dataclass(frozen=True)
class _Choice:
    """What one choice says after the output limit was applied. `tokens` counts hidden ones and filler too."""

    index: int
    content: Optional[str]
    refusal: Optional[str]
    calls: Sequence[Tuple[str, str, str]]
    finish_reason: str
    tokens: int
    reasoning: int


def check(request: Request, models: Sequence[str]) -> Optional[Answer]:
    """The provider's complaint about a chat-completions request, or None. models: those that exist; empty: all."""
    body = request.json
    if not isinstance(body, dict):
        return error(400, "We could not parse the JSON body of your request. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.")
    model = body.get("model")
    if not isinstance(model, str) or not model:
        return error(400, "you must provide a model parameter")
    if models and model not in models:
        return error(404, f"The model `{model}` does not exist or you do not have access to it.", code="model_not_found")
    messages = body.get("messages")
    if messages is None:
        return error(400, "Missing required parameter: 'messages'.", param="messages", code="missing_required_parameter")
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        return error(400, "Invalid type for 'messages': expected an array of objects.", param="messages", code="invalid_type")
    if not messages:
        return error(400, "Invalid 'messages': empty array. Expected an array with minimum length 1.", param="messages", code="empty_array")
    if body.get("stream_options") is not None and not request.stream:
        return error(400, "The 'stream_options' parameter is only allowed when 'stream' is enabled.", param="stream_options")
    return _check_numbers(body, model)


def _check_numbers(body: Mapping[str, Any], model: str) -> Optional[Answer]:
    if body.get("max_tokens") is not None and _reasons(model):
        words = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
        return error(400, words, param="max_tokens", code="unsupported_parameter")
    if body.get("max_tokens") is not None and body.get("max_completion_tokens") is not None:
        return error(400, "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.", code="invalid_parameter_combination")
    for name, highest in (("max_tokens", None), ("max_completion_tokens", None), ("n", MAX_CHOICES)):
        value = body.get(name)
        if value is None:
            continue
        if not isinstance(value, int) or isinstance(value, bool):
            return error(400, f"Invalid type for '{name}': expected an integer.", param=name, code="invalid_type")
        if value < 1:
            return error(400, f"Invalid '{name}': integer below minimum value. Expected a value >= 1, but got {value} instead.",
                         param=name, code="integer_below_min_value")
        if highest is not None and value > highest:
            return error(400, f"Invalid '{name}': integer above maximum value. Expected a value <= {highest}, but got {value} instead.",
                         param=name, code="integer_above_max_value")
    most = _most_output(model)
    for name in ("max_tokens", "max_completion_tokens"):
        value = body.get(name)
        if most is not None and value is not None and value > most:
            words = f"{name} is too large: {value}. This model supports at most {most} completion tokens, whereas you provided {value}."
            return error(400, words, param=name, code="invalid_value")
    return None


def _most_output(model: str) -> Optional[int]:
    if model.startswith("ft:"):
        model = model.split(":")[1]
    family = _SNAPSHOT.sub("", model)
    for pattern, most in _MOST_OUTPUT:
        if fnmatchcase(model, pattern) or fnmatchcase(family, pattern):
            return most
    return None


def _reasons(model: str) -> bool:
    return model.startswith(("o1", "o3", "o4", "gpt-5")) and not model.startswith("gpt-5-chat")


def complete(request: Request, reply: Reply, created: int) -> Answer:
    """The answer to a request that passed `check`. created: Unix seconds."""
    limit = request.json.get("max_completion_tokens") or request.json.get("max_tokens")
    choices = [_choose(index, request, reply, limit) for index in range(request.json.get("n") or 1)]
    prompt = _tokens.count_prompt(request.json)
    bill = Bill(
        prompt=prompt,
        completion=sum(choice.tokens for choice in choices),
        cached=min(reply.cached_tokens, prompt),
        reasoning=sum(choice.reasoning for choice in choices),
    )
    head = {"id": reply.id or f"chatcmpl-{_letters(request.index, 29)}", "created": created, "model": request.model}
    dumps = _ESCAPED if reply.ensure_ascii else _RAW
    if request.stream:
        pieces, marks = _stream(head, choices, bill, request, reply, dumps)
        bill = Bill(bill.prompt, bill.completion, bill.cached, bill.reasoning, marks)
        return Answer(200, STREAM_TYPE, pieces, chunked=True, streamed=True, bill=bill)
    body: Dict[str, Any] = {
        "id": head["id"],
        "object": "chat.completion",
        "created": created,
        "model": request.model,
        "choices": [_whole(choice) for choice in choices],
    }
    if reply.usage != "absent":
        body["usage"] = _reported(bill, reply)
    body["service_tier"] = "default"
    body["system_fingerprint"] = FINGERPRINT
    return Answer(200, JSON_TYPE, [_utf8(dumps(body))], bill=bill)


def check_completion(request: Request, models: Sequence[str]) -> Optional[Answer]:
    """The same of a request for legacy completions."""
    body = request.json
    if isinstance(body, dict) and "prompt" in body:
        request = replace(request, json={**body, "messages": [{"role": "user", "content": ""}]})
    return check(request, models)


def complete_text(request: Request, reply: Reply, created: int) -> Answer:
    """The answer to a request for legacy completions: as many as `n` for each prompt."""
    prompt = request.json.get("prompt")
    prompts = prompt if isinstance(prompt, list) and prompt and not isinstance(prompt[0], int) else [prompt]
    given = request.json.get("max_tokens")
    limit = 16 if given is None else given
    plain = replace(reply, tool_calls=(), refusal=None, content=reply.content if reply.content is not None else f"You said: {request.last_text}")
    choices = [_choose(index, request, plain, limit) for index in range(len(prompts) * (request.json.get("n") or 1))]
    counted = sum(_tokens.count(one) if isinstance(one, str) else len(one or ()) for one in prompts)
    bill = Bill(prompt=counted, completion=sum(choice.tokens for choice in choices), cached=min(reply.cached_tokens, counted))
    head = {"id": reply.id or f"cmpl-{_letters(request.index, 29)}", "object": "text_completion", "created": created, "model": request.model}
    dumps = _ESCAPED if reply.ensure_ascii else _RAW
    if not request.stream:
        shown = [{"text": choice.content, "index": choice.index, "logprobs": None, "finish_reason": choice.finish_reason} for choice in choices]
        body: Dict[str, Any] = {**head, "choices": shown}
        if reply.usage != "absent":
            body["usage"] = _reported(bill, reply)
        return Answer(200, JSON_TYPE, [_utf8(dumps(body))], bill=bill)
    options = request.json.get("stream_options")
    wants_usage = isinstance(options, dict) and options.get("include_usage") is True
    events, marks, done = [], [], 0
    for choice in choices:
        for piece, tokens in _cut(choice.content or "", reply.chunk_size):
            shown = [{"text": piece, "index": choice.index, "logprobs": None, "finish_reason": None}]
            events.append(_utf8("data: " + dumps({**head, "choices": shown}) + "\n\n"))
            marks.append(done + tokens)
        done += choice.tokens
        events.append(_utf8("data: " + dumps({**head, "choices": [{"text": "", "index": choice.index, "logprobs": None, "finish_reason": choice.finish_reason}]}) + "\n\n"))
        marks.append(done)
    if wants_usage and reply.usage != "absent":
        events.append(_utf8("data: " + dumps({**head, "choices": [], "usage": _reported(bill, reply)}) + "\n\n"))
        marks.append(done)
    events.append(b"data: [DONE]\n\n")
    marks.append(done)
    return Answer(200, STREAM_TYPE, events, chunked=True, streamed=True, bill=replace(bill, marks=marks))


def verbatim(request: Request, reply: Reply) -> Answer:
    """A body that the test gives byte for byte, in this format."""
    return given_answer(request, reply, check, lambda plain: complete(request, plain, 0).bill)


def given_answer(
    request: Request,
    reply: Reply,
    check: Callable[[Request, Sequence[str]], Optional[Answer]],
    bill_of: Callable[[Reply], Optional[Bill]],
    bill: Type[Bill] = Bill,
    streamed: Optional[bool] = None,
    stream_type: str = STREAM_TYPE,
) -> Answer:
    """An answer of any format whose body the test gives byte for byte, in one piece or several. Billed by `usage` if that is an object, else by the prompt and `content`; not
    at all unless the status is 2xx and the request is one that the provider takes. streamed: None: as the request says."""
    pieces = list(reply.pieces) if reply.pieces is not None else [reply.raw_body or b""]
    streamed = (request.stream if streamed is None else streamed) and reply.status < 300
    due: Optional[Bill] = None
    if reply.status < 300 and check(request, ()) is None:
        if isinstance(reply.usage, str):
            due = bill_of(replace(reply, content=reply.content or "", raw_body=None, pieces=None))
            due = due and replace(due, marks=None)
        else:
            due = bill(0, 0, given=dict(reply.usage))
    return Answer(reply.status, stream_type if streamed else JSON_TYPE, pieces, chunked=streamed, streamed=streamed, bill=due)


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")  # a lone surrogate becomes the \uXXXX it came from


def _reported(bill: Bill, reply: Reply) -> Mapping[str, Any]:
    if isinstance(reply.usage, str):
        return usage_object(bill.prompt, bill.completion, bill.cached, bill.reasoning)
    return reply.usage


def _choose(index: int, request: Request, reply: Reply, limit: Optional[int]) -> _Choice:
    content, calls = reply.content, reply.tool_calls
    if isinstance(content, (list, tuple)):
        content = content[index % len(content)] if content else None
    if content is None and not calls and reply.refusal is None:
        content = f"You said: {request.last_text}"
    text = content if isinstance(content, str) else None

    room: int = limit if limit is not None else 1 << 62
    reasoning = min(reply.reasoning_tokens, room)
    left = room - reasoning
    cut = reply.reasoning_tokens > room

    def within(wanted: str) -> str:
        nonlocal left, cut
        kept, tokens = _tokens.take(wanted, left)
        left -= tokens
        cut = cut or tokens < _tokens.count(wanted)
        return kept

    text = None if text is None else within(text)
    refusal = None if reply.refusal is None else within(reply.refusal)
    written = []
    for position, call in enumerate(calls):
        if cut:
            break
        name = within(call.name)
        if not cut:
            written.append((_call_id(call, request, index, position), name, within(call.arguments_text)))
    tokens = room - left
    if reply.completion_tokens is not None:
        cut = cut or reply.completion_tokens > room
        tokens = min(room, max(tokens, reply.completion_tokens))
    finish = "length" if cut else reply.finish_reason or ("tool_calls" if calls else "stop")
    return _Choice(index, text, refusal, written, finish, tokens, reasoning)


def _call_id(call: ToolCall, request: Request, choice: int, position: int) -> str:
    return call.id or f"call_{_letters(request.index, 16)}{_letters(choice, 4)}{_letters(position, 4)}"


def _letters(number: int, width: int) -> str:
    return f"{number:0{width}x}".translate(_TO_LETTERS)


def _whole(choice: _Choice) -> Dict[str, Any]:
    message: Dict[str, Any] = {"role": "assistant", "content": choice.content, "refusal": choice.refusal, "annotations": []}
    if choice.calls:
        message["tool_calls"] = [
            {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}} for id, name, arguments in choice.calls
        ]
    return {"index": choice.index, "message": message, "logprobs": None, "finish_reason": choice.finish_reason}


def _stream(
    head: Mapping[str, Any], choices: Sequence[_Choice], bill: Bill, request: Request, reply: Reply, dumps: Any
) -> Tuple[List[bytes], List[int]]:
    """The events, and for each the completion tokens generated by then."""
    options = request.json.get("stream_options")
    wants_usage = isinstance(options, dict) and options.get("include_usage") is True
    common = {"id": head["id"], "object": "chat.completion.chunk", "created": head["created"], "model": head["model"],
              "service_tier": "default", "system_fingerprint": FINGERPRINT}
    prefix = "data: " + dumps(common)[:-1] + ',"choices":['
    suffix = '],"usage":null}\n\n' if wants_usage else "]}\n\n"
    events: List[bytes] = []
    marks: List[int] = []
    generated = [0] * len(choices)
    for together in zip_longest(*[_deltas(choice, reply.chunk_size) for choice in choices]):
        for choice, step in zip(choices, together):
            if step is None:
                continue
            delta, finish, generated[choice.index] = step
            shown = f'{{"index":{choice.index},"delta":{dumps(delta)},"logprobs":null,"finish_reason":{dumps(finish)}}}'
            events.append(_utf8(prefix + shown + suffix))
            marks.append(sum(generated))
    if wants_usage and reply.usage != "absent":
        events.append(_utf8(prefix + '],"usage":' + dumps(_reported(bill, reply)) + "}\n\n"))
        marks.append(bill.completion)
    events.append(b"data: [DONE]\n\n")
    marks.append(bill.completion)
    return events, marks


_Step = Tuple[Dict[str, Any], Optional[str], int]


def _deltas(choice: _Choice, size: Optional[int]) -> Iterator[_Step]:
    """The deltas of one choice: delta object, finish reason, tokens generated so far."""
    generated = choice.reasoning
    first: Dict[str, Any] = {"role": "assistant", "content": None if choice.content is None else "", "refusal": None}
    yield first, None, generated
    for key, text in (("content", choice.content), ("refusal", choice.refusal)):
        for piece, tokens in _cut(text or "", size):
            yield {key: piece}, None, generated + tokens
        generated += _tokens.count(text or "")
    for position, (id, name, arguments) in enumerate(choice.calls):
        generated += _tokens.count(name)
        yield {"tool_calls": [{"index": position, "id": id, "type": "function", "function": {"name": name, "arguments": ""}}]}, None, generated
        for piece, tokens in _cut(arguments, size or 4):
            yield {"tool_calls": [{"index": position, "function": {"arguments": piece}}]}, None, generated + tokens
        generated += _tokens.count(arguments)
    yield {}, choice.finish_reason, choice.tokens


def _cut(text: str, size: Optional[int]) -> Iterator[Tuple[str, int]]:
    """Pieces of the text (of one token each, or of `size` characters), each with the tokens of the text begun by its end."""
    if size is None:
        yield from ((piece, position + 1) for position, piece in enumerate(_tokens.split(text)))
        return
    tokens, inside = 0, False
    for start in range(0, len(text), size):
        piece = text[start : start + size]
        tokens += _tokens.count(piece) - (1 if inside and not piece[0].isspace() else 0)
        inside = not piece[-1].isspace()
        yield piece, tokens


def list_models(models: Sequence[str], created: int) -> Answer:
    """GET /v1/models."""
    body = {"object": "list", "data": [_model(model, created) for model in models]}
    return Answer(200, JSON_TYPE, [_utf8(_RAW(body))])


def show_model(models: Sequence[str], model: str, created: int) -> Answer:
    """GET /v1/models/{model}."""
    if model not in models:
        return error(404, f"The model '{model}' does not exist", param="model", code="model_not_found")
    return Answer(200, JSON_TYPE, [_utf8(_RAW(_model(model, created)))])


def _model(model: str, created: int) -> Dict[str, Any]:
    return {"id": model, "object": "model", "created": created, "owned_by": "openai"}
