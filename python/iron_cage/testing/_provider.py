"""The provider behind the port: from a request to the answer that the script, the protocol and the settings make of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Callable, Dict, Optional, Sequence, Tuple, Union

from . import _anthropic, _bedrock, _embeddings, _gemini, _openai, _responses
from ._answer import Answer
from ._errors import anthropic_error, anthropic_scripted, error, retry_headers, scripted
from ._reply import Reply
from ._request import Request

DEFAULT_MODELS = ("gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini", "gpt-5", "gpt-5-mini", "o3", "o4-mini")
DEFAULT_ANTHROPIC_MODELS = ("claude-opus-4-5", "claude-sonnet-4-5", "claude-haiku-4-5")


_Format = Tuple[Callable[[Request, Sequence[str]], Optional[Answer]], Callable[[Request, Reply, int], Answer], Callable[[Request, Reply], Answer]]

_OPENAI: Dict[str, _Format] = {
    "/v1/chat/completions": (_openai.check, _openai.complete, _openai.verbatim),
    "/v1/completions": (_openai.check_completion, _openai.complete_text, _openai.verbatim),
    "/v1/responses": (_responses.check, _responses.complete, _responses.verbatim),
    "/v1/embeddings": (_embeddings.check, lambda request, reply, created: _embeddings.complete(request, reply), _openai.verbatim),
}
_ANTHROPIC: _Format = (_anthropic.check, lambda request, reply, created: _anthropic.complete(request, reply), _anthropic.verbatim)


_GEMINI: _Format = (_gemini.check, lambda request, reply, created: _gemini.complete(request, reply), _gemini.verbatim)
_BEDROCK: _Format = (_bedrock.check, lambda request, reply, created: _bedrock.complete(request, reply), _bedrock.verbatim)


@dataclass
class Provider:
    """Answers requests by path. next_reply may raise: that becomes a 500, and is kept in `fault`."""

    next_reply: Callable[[Request], Reply]
    models: Sequence[str] = ()
    require_auth: bool = False
    compress: Union[bool, str] = False
    created: Optional[int] = None
    protocol: str = "openai"
    fault: Optional[Exception] = None

    def decide(self, request: Request) -> Answer:
        """The answer to any request. One whose fields are of other kinds than the format has is bad, as it is for the provider."""
        try:
            return self._decide(request)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            words = "The request has a field of a kind that its format does not have."
            return self._error(400, words)

    def _error(self, status: int, words: str, kind: str = "invalid_request_error") -> Answer:
        """In the shape of the protocol; kind: what OpenAI calls it."""
        if self.protocol == "anthropic":
            return anthropic_error(status, words)
        if self.protocol == "gemini":
            return _gemini.error(status, words)
        return _bedrock.error(status, words) if self.protocol == "bedrock" else error(status, words, kind)

    def _decide(self, request: Request) -> Answer:
        created = self.created if self.created is not None else int(time.time())
        path = request.path.partition("?")[0]
        if path.startswith("http://"):  # sent to us as to a proxy
            path = "/" + path[len("http://") :].partition("/")[2]
        if self.protocol == "anthropic":
            return self._anthropic(request, path, created)
        if self.protocol == "gemini":
            return self._gemini(request, path, created)
        if self.protocol == "bedrock":
            return self._bedrock(request, path, created)
        if self.require_auth and not request.headers.get("authorization", "").startswith("Bearer "):
            return scripted(Reply(status=401))
        if path in _OPENAI:
            return self._chat(request, created, path) if request.method == "POST" else _not_allowed(request, path)
        if path == "/v1/responses/input_tokens" and request.method == "POST":
            return _responses.check(request, self.models) or _responses.count(request)
        if path == "/v1/models" or path.startswith("/v1/models/"):
            if request.method != "GET":
                return _not_allowed(request, path)
            models, model = self.models or DEFAULT_MODELS, path[len("/v1/models/") :]
            return _openai.show_model(models, model, created) if model else _openai.list_models(models, created)
        return error(404, f"Invalid URL ({request.method} {path})")

    def _anthropic(self, request: Request, path: str, created: int) -> Answer:
        if self.require_auth and not request.headers.get("x-api-key") and not request.headers.get("authorization", "").startswith("Bearer "):
            return anthropic_error(401)
        if path == "/v1/messages" and request.method == "POST":
            return self._chat(request, created, path)
        if path == "/v1/messages/count_tokens" and request.method == "POST":
            return _anthropic.check(request, self.models) or _anthropic.count(request)
        if path == "/v1/models" and request.method == "GET":
            return _anthropic.list_models(self.models or DEFAULT_ANTHROPIC_MODELS)
        return anthropic_error(404)

    def _gemini(self, request: Request, path: str, created: int) -> Answer:
        if self.require_auth and not request.headers.get("x-goog-api-key") and not request.headers.get("authorization", "").startswith("Bearer "):
            return _gemini.error(401, "Request is missing required authentication credential.")
        method = _gemini.target(path)[1]
        if method == "countTokens":
            return _gemini.count(request)
        if request.method == "POST" and method in ("generateContent", "streamGenerateContent", "embedContent", "batchEmbedContents"):
            return self._chat(request, created, path)
        return _gemini.error(404, f"Unknown path {path}")

    def _bedrock(self, request: Request, path: str, created: int) -> Answer:
        if self.require_auth and not request.headers.get("authorization", "").startswith(("AWS4-HMAC-SHA256 ", "Bearer ")):
            return _bedrock.error(403, "Missing Authentication Token")
        operation = _bedrock.target(path)[1]
        if request.method != "POST" or not operation:
            return _bedrock.error(404, "Unable to determine service/operation name to be authorized")
        if operation == "count-tokens":
            return _bedrock.check(request, self.models) or _bedrock.count(request)
        return self._chat(request, created, path)

    def _chat(self, request: Request, created: int, path: str) -> Answer:
        check, complete, verbatim = {"anthropic": _ANTHROPIC, "gemini": _GEMINI, "bedrock": _BEDROCK}.get(self.protocol) or _OPENAI[path]
        try:
            reply = self.next_reply(request)
        except Exception as fault:  # the test's own mistake: the client sees it now, the test at the end of its `with`
            self.fault = self.fault or fault
            words = f"A function given to the simulator failed: {type(fault).__name__}: {fault}"
            return self._error(500, words, "server_error")
        if reply.raw_body is not None or reply.pieces is not None:
            answer = verbatim(request, reply)
        elif reply.status >= 400:
            answer = {"anthropic": anthropic_scripted, "gemini": _gemini.scripted, "bedrock": _bedrock.scripted}.get(self.protocol, scripted)(reply)
        elif reply.status >= 300:
            answer = Answer(reply.status, _openai.JSON_TYPE, [])
        else:
            complaint = check(request, self.models)
            if complaint is not None:
                return complaint
            answer = complete(request, reply, created)
            answer.status = reply.status
        answer.headers += retry_headers(reply)
        answer.reply = reply
        if reply.chunked is not None:
            answer.chunked = reply.chunked
        encoding = self._encoding(request, reply)
        if encoding is not None:
            answer.encode(encoding)
        if reply.cut_at is not None:
            answer.cut(reply.cut_at)
        return answer

    def _encoding(self, request: Request, reply: Reply) -> Optional[str]:
        wanted = self.compress if reply.compress is None else reply.compress
        if not wanted or reply.raw_body is not None or reply.pieces is not None:
            return None
        name = "gzip" if wanted is True else str(wanted)
        return name if name in request.headers.get("accept-encoding", "").lower() else None


def _not_allowed(request: Request, path: str) -> Answer:
    return error(405, f"Not allowed to {request.method} on {path}.", code="method_not_supported")
