"""Bedrock's runtime: converse and converse-stream, Anthropic's models and Amazon's Nova by invoke and invoke-with-response-stream, count-tokens."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, replace
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple
from urllib.parse import unquote

from . import _anthropic, _openai, _tokens
from ._answer import Answer, Bill
from ._frames import EVENT_STREAM_TYPE, event
from ._openai import JSON_TYPE, _cut, _ESCAPED, _letters, _RAW, _utf8
from ._reply import Reply
from ._request import Request

OPERATIONS = ("converse", "converse-stream", "invoke", "invoke-with-response-stream", "count-tokens")

_ERRORS: Mapping[int, Tuple[str, str]] = {
    400: ("ValidationException", "The provided request is not valid"),
    401: ("UnrecognizedClientException", "The security token included in the request is invalid."),
    403: ("AccessDeniedException", "You don't have access to the model with the specified model ID."),
    404: ("ResourceNotFoundException", "The specified resource was not found."),
    408: ("ModelTimeoutException", "Model has timed out in processing the request. Try your request again."),
    424: ("ModelErrorException", "The request failed due to an error while processing the model."),
    429: ("ThrottlingException", "Too many requests, please wait before trying again."),
    500: ("InternalServerException", "The system encountered an unexpected error during processing. Try your request again."),
    503: ("ServiceUnavailableException", "Bedrock is unable to process your request."),
}
_BLOCKS = (
    "text", "image", "document", "video", "audio", "toolUse", "toolResult", "guardContent", "cachePoint", "reasoningContent", "citationsContent", "searchResult",
)
_PADDING = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


@dataclass(frozen=True)
class ConverseBill(Bill):
    """What an answer costs: `prompt` is what was neither read from nor written to a cache."""

    written: int = 0
    hour: int = 0

    def _object(self, output: int) -> Dict[str, Any]:
        usage: Dict[str, Any] = {"inputTokens": self.prompt, "outputTokens": output, "totalTokens": self.prompt + output + self.cached + self.written + self.hour}
        if self.cached or self.written or self.hour:
            usage.update(cacheReadInputTokens=self.cached, cacheWriteInputTokens=self.written + self.hour)
            usage["cacheDetails"] = [{"ttl": ttl, "inputTokens": tokens} for ttl, tokens in (("5m", self.written), ("1h", self.hour)) if tokens]
        return usage


@dataclass(frozen=True)
class NovaBill(Bill):
    """The same as Amazon's Nova models tell it by invoke."""

    written: int = 0

    def _object(self, output: int) -> Dict[str, Any]:
        return {
            "inputTokens": self.prompt, "outputTokens": output, "totalTokens": self.prompt + output + self.cached + self.written,
            "cacheReadInputTokenCount": self.cached, "cacheWriteInputTokenCount": self.written,
        }


def target(path: str) -> Tuple[str, str]:
    """(model, operation) of a path such as /model/NAME/converse; ("", "") of any other."""
    before, _, operation = path.partition("?")[0].rpartition("/")
    _, marker, model = before.partition("/model/")
    return (unquote(model), operation) if marker and operation in OPERATIONS else ("", "")


def error(status: int, message: Optional[str] = None) -> Answer:
    """An error as the service writes it."""
    kind, usual = _ERRORS.get(status, _ERRORS[500] if status >= 500 else _ERRORS[400])
    return Answer(status, JSON_TYPE, [_utf8(_RAW({"message": message or usual}))], headers=[("x-amzn-errortype", f"{kind}:http://internal.amazon.com/coral/com.amazon.bedrock/")])


def scripted(reply: Reply) -> Answer:
    """The error that a reply asks for."""
    if isinstance(reply.error, Mapping):
        answer = error(reply.status)
        answer.pieces = [_utf8(_RAW(dict(reply.error)))]
        return answer
    return error(reply.status, reply.error)


def check(request: Request, models: Sequence[str]) -> Optional[Answer]:
    """The service's complaint about a request, or None. models: those that exist; empty: all."""
    body, (model, operation) = request.json, target(request.path)
    if not isinstance(body, dict):
        return error(400, "The request body is not valid JSON.")
    if models and model not in models:
        return error(400, "The provided model identifier is invalid.")
    if operation == "count-tokens":
        return _check_count(body)
    if operation.startswith("invoke"):
        return _check_nova(request) if _is_nova(request) else _check_invoke(request)
    return _check_converse(body)


def _is_nova(request: Request) -> bool:
    """Whether a request to invoke is one to Amazon's Nova: by the model, or, where that does not tell, by the body."""
    model = target(request.path)[0]
    return "amazon.nova" in model or (model.startswith("arn:") and isinstance(request.json, dict) and request.json.get("schemaVersion") == "messages-v1")


def _check_nova(request: Request) -> Optional[Answer]:
    body = request.json
    for key in body:
        if key not in ("schemaVersion", "messages", "system", "inferenceConfig", "toolConfig"):
            return error(400, f"Malformed input request: #: extraneous key [{key}] is not permitted, please reformat your input and try again.")
    limit = _nova_limit(body)
    if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool) or limit < 1):
        return error(400, f"Malformed input request: #/inferenceConfig/maxTokens: {limit} is not greater or equal to 1, please reformat your input and try again.")
    return _check_converse({"messages": body.get("messages")})


def _nova_limit(body: Mapping[str, Any]) -> Any:
    """The output limit, which has two names."""
    config = body.get("inferenceConfig") or {}
    return config.get("maxTokens", config.get("max_new_tokens"))


def _check_invoke(request: Request) -> Optional[Answer]:
    if not isinstance(request.json.get("anthropic_version"), str):
        return error(400, "Malformed input request: #: required key [anthropic_version] not found, please reformat your input and try again.")
    for extra in ("model", "stream"):
        if extra in request.json:
            return error(400, f"Malformed input request: #: extraneous key [{extra}] is not permitted, please reformat your input and try again.")
    complaint = _anthropic.check(_as_messages(request), ())
    return None if complaint is None else error(400, json.loads(complaint.pieces[0])["error"]["message"])


def _as_messages(request: Request) -> Request:
    """The same request as Anthropic would get it."""
    streamed = target(request.path)[1] == "invoke-with-response-stream"
    return replace(request, path="/v1/messages", json={**request.json, "model": target(request.path)[0], "stream": streamed})


def _check_count(body: Mapping[str, Any]) -> Optional[Answer]:
    given = body.get("input")
    if not isinstance(given, dict) or len(given) != 1 or next(iter(given)) not in ("converse", "invokeModel"):
        return error(400, "1 validation error detected: Value at 'input' failed to satisfy constraint: Member must not be null")
    if "converse" in given:
        return _check_converse(given["converse"])
    json.loads(base64.b64decode(given["invokeModel"]["body"], validate=True))
    return None


def _check_converse(body: Mapping[str, Any]) -> Optional[Answer]:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        return error(400, "The messages must contain at least one message.")
    before = None
    for index, message in enumerate(messages):
        role = message.get("role")
        if role not in ("user", "assistant"):
            return error(400, f"1 validation error detected: Value at 'messages.{index + 1}.member.role' failed to satisfy constraint: Member must satisfy enum value set: [user, assistant]")
        if role == before:
            return error(400, "A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.")
        before = role
        complaint = _check_content(f"messages.{index}", message.get("content"))
        if complaint is not None:
            return error(400, complaint)
    if messages[0]["role"] != "user":
        return error(400, "A conversation must start with a user message. Try again with a conversation that starts with a user message.")
    limit = (body.get("inferenceConfig") or {}).get("maxTokens")
    if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool) or limit < 1):
        return error(400, "1 validation error detected: Value at 'inferenceConfig.maxTokens' failed to satisfy constraint: Member must have value greater than or equal to 1")
    return None


def _check_content(where: str, content: Any) -> Optional[str]:
    if not isinstance(content, list) or not content:
        return f"The content field in the Message object at {where} is empty. Add a ContentBlock object to the content field and try again."
    for position, block in enumerate(content):
        if not isinstance(block, dict) or len(block) != 1 or next(iter(block)) not in _BLOCKS:
            return f"The format of the value at {where}.content.{position} is invalid. Provide a json object for the field and try again."
        if "text" in block and not isinstance(block["text"], str):
            return f"The format of the value at {where}.content.{position}.text is invalid."
        thought = (block.get("reasoningContent") or {}).get("reasoningText")
        if thought is not None and thought.get("signature") not in (None, _anthropic.sign(thought.get("text", ""))):
            return f"{where}.content.{position}: Invalid `signature` in `thinking` block"
    return None


def last_text(body: Any) -> str:
    """Text of the last message of the user."""
    messages = body.get("messages") if isinstance(body, dict) else None
    for message in reversed(messages if isinstance(messages, list) else []):
        if isinstance(message, dict) and message.get("role") == "user" and isinstance(message.get("content"), list):
            return " ".join(block["text"] for block in message["content"] if isinstance(block, dict) and isinstance(block.get("text"), str))
    return ""


def count_prompt(body: Mapping[str, Any]) -> int:
    """Prompt tokens of a request to converse by the simulator's own rule: words of the system prompt, the messages and the tools."""
    total = _tokens.TOKENS_OF_PRIMING + _words(body.get("system"))
    for message in body.get("messages") or ():
        total += _tokens.TOKENS_PER_MESSAGE + _words(message.get("content"))
    if body.get("toolConfig"):
        total += _tokens.count(json.dumps(body["toolConfig"], ensure_ascii=False, separators=(",", ":")))
    return total


def _words(content: Any) -> int:
    if isinstance(content, str):
        return _tokens.count(content)
    if isinstance(content, list):
        return sum(_words(block) for block in content)
    if not isinstance(content, dict):
        return 0
    total = 0
    for name, value in content.items():
        if name in ("input", "json"):
            total += _tokens.count(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
        elif name == "source" and isinstance(value, dict) and isinstance(value.get("bytes"), str):
            total += _document(content.get("format"), value["bytes"])
        elif name not in ("format", "signature", "toolUseId", "status", "cachePoint"):
            total += _words(value)
    return total


def _document(kind: Any, encoded: str) -> int:
    return _tokens.count(base64.b64decode(encoded).decode("utf-8", "replace")) if kind in ("txt", "md", "csv", "html") else 0


def count(request: Request) -> Answer:
    """count-tokens, which is free."""
    given = request.json["input"]
    if "converse" in given:
        tokens = count_prompt(given["converse"])
    else:
        tokens = _anthropic.count_prompt(json.loads(base64.b64decode(given["invokeModel"]["body"])))
    return Answer(200, JSON_TYPE, [_utf8(_RAW({"inputTokens": tokens}))])


def complete(request: Request, reply: Reply) -> Answer:
    """The answer to a request that passed `check`."""
    operation = target(request.path)[1]
    if operation.startswith("invoke"):
        return _nova(request, reply) if _is_nova(request) else _invoke(request, reply)
    dumps = _ESCAPED if reply.ensure_ascii else _RAW
    message = _write(request, reply)
    bill = _bill(request, reply, message)
    if operation == "converse-stream":
        pieces, marks = _stream(message, bill, reply, lambda kind, fields: event(kind, _utf8(dumps(fields))))
        return Answer(200, EVENT_STREAM_TYPE, pieces, chunked=True, streamed=True, bill=replace(bill, marks=marks))
    blocks = [_block(block) for block in message.blocks]
    body: Dict[str, Any] = {"metrics": {"latencyMs": 1}, "output": {"message": {"content": blocks, "role": "assistant"}}, "stopReason": message.stop_reason}
    if reply.usage != "absent":
        body["usage"] = _reported(bill, reply)
    return Answer(200, JSON_TYPE, [_utf8(dumps(body))], bill=bill)


def _write(request: Request, reply: Reply) -> _anthropic._Message:
    """What the model says, within the limit of the inference config."""
    limit = (request.json.get("inferenceConfig") or {}).get("maxTokens")
    content = reply.content if reply.content is not None or reply.tool_calls or reply.thinking is not None else f"You said: {last_text(request.json)}"
    return _anthropic._write(replace(request, json={"max_tokens": limit}), replace(reply, content=content))


def _bill(request: Request, reply: Reply, message: _anthropic._Message) -> ConverseBill:
    prompt = count_prompt(request.json)
    cached = min(reply.cached_tokens, prompt)
    hour = min(reply.cache_write_1h_tokens, prompt - cached)
    written = min(reply.cache_write_tokens, prompt - cached - hour)
    return ConverseBill(prompt=prompt - cached - hour - written, completion=message.tokens, cached=cached, written=written, hour=hour)


def _reported(bill: Bill, reply: Reply) -> Mapping[str, Any]:
    return bill.full() if isinstance(reply.usage, str) else reply.usage


def _block(block: Mapping[str, Any]) -> Dict[str, Any]:
    """A block of Anthropic's as converse has it."""
    if block["type"] == "text":
        return {"text": block["text"]}
    if block["type"] == "thinking":
        return {"reasoningContent": {"reasoningText": {"signature": block["signature"], "text": block["thinking"]}}}
    return {"toolUse": {"input": block["input"], "name": block["name"], "toolUseId": f"tooluse_{block['id']}"}}


def _stream(message: _anthropic._Message, bill: Bill, reply: Reply, framed: Callable[[str, Dict[str, Any]], bytes]) -> Tuple[List[bytes], List[int]]:
    """The events, and for each the output tokens generated by then."""
    events: List[bytes] = []
    marks: List[int] = []
    generated = done = min(reply.reasoning_tokens, message.tokens)

    def emit(kind: str, **fields: Any) -> None:
        fields["p"] = _PADDING[: 1 + (7 * len(events)) % len(_PADDING)]
        events.append(framed(kind, fields))
        marks.append(generated)

    emit("messageStart", role="assistant")
    for index, block in enumerate(message.blocks):
        if block["type"] == "tool_use":
            generated = max(generated, done + _tokens.count(block["name"]))
            emit("contentBlockStart", contentBlockIndex=index, start={"toolUse": {"name": block["name"], "toolUseId": f"tooluse_{block['id']}"}})
        deltas = _deltas(block, reply.chunk_size)
        for delta, tokens in deltas:
            generated = max(generated, done + tokens)
            emit("contentBlockDelta", contentBlockIndex=index, delta=delta)
        done += max([tokens for _, tokens in deltas], default=0)
        emit("contentBlockStop", contentBlockIndex=index)
    generated = message.tokens
    emit("messageStop", stopReason=message.stop_reason)
    end: Dict[str, Any] = {"metrics": {"latencyMs": 1}}
    if reply.usage != "absent":
        end["usage"] = _reported(bill, reply)
    emit("metadata", **end)
    return events, marks


def _deltas(block: Mapping[str, Any], size: Optional[int]) -> List[Tuple[Dict[str, Any], int]]:
    """What a block is made of, each with the tokens of the block by then."""
    if block["type"] == "text":
        return [({"text": piece}, tokens) for piece, tokens in _cut(block["text"], size)]
    if block["type"] == "thinking":
        thought: List[Tuple[Dict[str, Any], int]] = [({"reasoningContent": {"text": piece}}, tokens) for piece, tokens in _cut(block["thinking"], size)]
        return [*thought, ({"reasoningContent": {"signature": block["signature"]}}, _tokens.count(block["thinking"]))]
    named = _tokens.count(block["name"])
    return [({"toolUse": {"input": piece}}, named + tokens) for piece, tokens in _cut(_RAW(block["input"]), size or 4)]


def _invoke(request: Request, reply: Reply) -> Answer:
    """Anthropic's answer, whole or each event in a chunk of its own."""
    answer = _anthropic.complete(_as_messages(request), replace(reply, id=reply.id or f"msg_bdrk_{_letters(request.index, 24)}"))
    if not answer.streamed or answer.bill is None:
        return answer
    pieces: List[bytes] = []
    marks: List[int] = []
    for piece, mark in zip(answer.pieces, answer.bill.marks or ()):
        data = piece.decode().partition("data: ")[2].strip()
        if data == '{"type":"ping"}':
            continue
        if '"type":"message_stop"' in data:
            usage = answer.bill.full()
            metrics = {"inputTokenCount": usage.get("input_tokens", 0), "outputTokenCount": usage.get("output_tokens", 0), "invocationLatency": 2, "firstByteLatency": 1}
            data = _RAW({"type": "message_stop", "amazon-bedrock-invocationMetrics": metrics})
        wrapped = {"bytes": base64.b64encode(data.encode()).decode(), "p": _PADDING[: 1 + (7 * len(pieces)) % len(_PADDING)]}
        pieces.append(event("chunk", _utf8(_RAW(wrapped))))
        marks.append(mark)
    return Answer(200, EVENT_STREAM_TYPE, pieces, chunked=True, streamed=True, bill=replace(answer.bill, marks=marks))


def _nova(request: Request, reply: Reply) -> Answer:
    """The answer of one of Amazon's Nova models: that of converse, whose events stand in chunks under their names."""
    dumps = _ESCAPED if reply.ensure_ascii else _RAW
    message = _write(replace(request, json={**request.json, "inferenceConfig": {"maxTokens": _nova_limit(request.json)}}), reply)
    prompt = count_prompt(request.json)
    cached = min(reply.cached_tokens, prompt)
    written = min(reply.cache_write_tokens, prompt - cached)
    bill = NovaBill(prompt=prompt - cached - written, completion=message.tokens, cached=cached, written=written)
    if not target(request.path)[1].endswith("stream"):
        body: Dict[str, Any] = {"output": {"message": {"content": [_block(block) for block in message.blocks], "role": "assistant"}}, "stopReason": message.stop_reason}
        if reply.usage != "absent":
            body["usage"] = _reported(bill, reply)
        return Answer(200, JSON_TYPE, [_utf8(dumps(body))], bill=bill)

    def framed(kind: str, fields: Dict[str, Any]) -> bytes:
        padding = fields.pop("p")
        inside: Dict[str, Any] = {kind: fields}
        if kind == "metadata" and reply.usage != "absent":
            inside["amazon-bedrock-invocationMetrics"] = {"inputTokenCount": bill.prompt, "outputTokenCount": bill.completion, "invocationLatency": 2, "firstByteLatency": 1}
        return event("chunk", _utf8(_RAW({"bytes": base64.b64encode(_utf8(dumps(inside))).decode(), "p": padding})))

    pieces, marks = _stream(message, bill, reply, framed)
    return Answer(200, EVENT_STREAM_TYPE, pieces, chunked=True, streamed=True, bill=replace(bill, marks=marks))


def verbatim(request: Request, reply: Reply) -> Answer:
    """As in OpenAI's format."""
    operation = target(request.path)[1]
    streamed = operation.endswith("stream")
    return _openai.given_answer(request, reply, check, lambda plain: complete(request, plain).bill, NovaBill if not operation.startswith("converse") and _is_nova(request) else ConverseBill, streamed, EVENT_STREAM_TYPE)
