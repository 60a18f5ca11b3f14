"""The provider behind the port: from a request to the answer that the script, the protocol and the settings make of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Callable, Dict, Optional, Sequence, Tuple, Union

from . import _anthropic, _bedrock, _cohere, _embeddings, _gemini, _media, _ollama, _openai, _responses
from ._answer import Answer
from ._errors import anthropic_error, anthropic_scripted, error, identified, retry_headers, scripted
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
    **{path: (_media.check, _media.complete, _openai.verbatim) for path in _media.PATHS},
}
_ANTHROPIC: _Format = (_anthropic.check, lambda request, reply, created: _anthropic.complete(request, reply), _anthropic.verbatim)
_GEMINI: _Format = (_gemini.check, lambda request, reply, created: _gemini.complete(request, reply), _gemini.verbatim)
_BEDROCK: _Format = (_bedrock.check, lambda request, reply, created: _bedrock.complete(request, reply), _bedrock.verbatim)
_OLLAMA: _Format = (_ollama.check, _ollama.complete, _ollama.verbatim)
_COHERE: _Format = (_cohere.check, lambda request, reply, created: _cohere.complete(request, reply), _cohere.verbatim)
_FORMATS: Dict[str, _Format] = {"anthropic": _ANTHROPIC, "gemini": _GEMINI, "bedrock": _BEDROCK, "ollama": _OLLAMA, "cohere": _COHERE}

#: So many responses can be fetched.
_MOST_STORED = 1000

PROTOCOLS = ("openai", *_FORMATS)

_ERRORS: Dict[str, Callable[[int, str], Answer]] = {
    "openai": lambda status, words: error(status, words, "server_error") if status >= 500 else error(status, words),
    "anthropic": anthropic_error, "gemini": _gemini.error, "bedrock": _bedrock.error, "ollama": _ollama.error, "cohere": _cohere.error,
}
_SCRIPTED: Dict[str, Callable[[Reply], Answer]] = {
    "openai": scripted, "anthropic": anthropic_scripted, "gemini": _gemini.scripted, "bedrock": _bedrock.scripted, "ollama": _ollama.scripted, "cohere": _cohere.scripted,
}


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
    #: Requests for responses and the replies to them, by the ids of the responses: the latest of them can be fetched.
    stored: Dict[str, Tuple[Request, Reply]] = field(default_factory=dict)

    def decide(self, request: Request) -> Answer:
        """The answer to any request. One whose fields are of other kinds than the format has is bad, as it is for the provider."""
        try:
            answer = self._decide(request)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            words = "The request has a field of a kind that its format does not have."
            answer = _ERRORS[self.protocol](400, words)
        answer.protocol = self.protocol
        return identified(answer, request)

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
        if self.protocol == "ollama":
            return self._ollama(request, path, created)
        if self.protocol == "cohere":
            return self._cohere(request, path, created)
        deployed = request.deployment is not None
        if self.require_auth and not request.headers.get("authorization", "").startswith("Bearer ") and not (deployed and request.headers.get("api-key")):
            return scripted(Reply(status=401))
        if deployed and "api-version=" in request.path:
            path = "/v1/" + path.split("/", 4)[4]
        if path in _OPENAI:
            return self._chat(request, created, path) if request.method == "POST" else _not_allowed(request, path)
        if path == "/v1/responses/input_tokens" and request.method == "POST":
            return _responses.check(request, self.models) or _responses.count(request)
        if path.startswith("/v1/responses/") and request.method == "GET":
            return self._fetch(request, path[len("/v1/responses/") :], created)
        if path == "/v1/models" or path.startswith("/v1/models/"):
            if request.method != "GET":
                return _not_allowed(request, path)
            models, model = self.models or DEFAULT_MODELS, path[len("/v1/models/") :]
            return _openai.show_model(models, model, created) if model else _openai.list_models(models, created)
        return error(404, f"Invalid URL ({request.method} {path})")

    def _fetch(self, request: Request, id: str, created: int) -> Answer:
        """What was answered before, whole or streamed again. Nothing is billed for it."""
        if id not in self.stored:
            return error(404, f"Response with id '{id}' not found.")
        asked, reply = self.stored[id]
        streams = "stream=true" in request.path.partition("?")[2].split("&")
        answer = _responses.complete(replace(asked, json={**asked.json, "stream": streams}), reply, created)
        answer.bill = None
        return self._delivered(answer, request, reply)

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

    def _ollama(self, request: Request, path: str, created: int) -> Answer:
        if path in _ollama.PATHS and request.method == "POST":
            return self._chat(request, created, path)
        return _ollama.household(request, self.models) or _ollama.error(404, "404 page not found")

    def _cohere(self, request: Request, path: str, created: int) -> Answer:
        if self.require_auth and not request.headers.get("authorization", "").lower().startswith("bearer "):
            return _cohere.error(401, "no api key supplied")
        if path in _cohere.PATHS and request.method == "POST":
            return self._chat(request, created, path)
        if path == "/v1/tokenize" and request.method == "POST":
            return _cohere.tokenize(request)
        return _cohere.error(404, "no such endpoint")

    def _chat(self, request: Request, created: int, path: str) -> Answer:
        check, complete, verbatim = _FORMATS[self.protocol] if self.protocol in _FORMATS else _OPENAI[path]
        try:
            reply = self.next_reply(request)
        except Exception as fault:  # the test's own mistake: the client sees it now, the test at the end of its `with`
            self.fault = self.fault or fault
            words = f"A function given to the simulator failed: {type(fault).__name__}: {fault}"
            return _ERRORS[self.protocol](500, words)
        if reply.raw_body is not None or reply.pieces is not None:
            answer = verbatim(request, reply)
        elif reply.status >= 400:
            answer = identified(_SCRIPTED[self.protocol](reply), request)  # before it is encoded
        elif reply.status >= 300:
            answer = Answer(reply.status, _openai.JSON_TYPE, [])
        else:
            complaint = check(request, self.models)
            if complaint is not None:
                return complaint
            answer = complete(request, reply, created)
            answer.status = reply.status
            if path == "/v1/responses" and request.json.get("store") is not False:
                if len(self.stored) >= _MOST_STORED:
                    self.stored.pop(next(iter(self.stored)), None)
                self.stored[_responses.id_of(request, reply)] = request, reply
        answer.headers += retry_headers(reply)
        answer.reply = reply
        if reply.chunked is not None:
            answer.chunked = reply.chunked
        return self._delivered(answer, request, reply)

    def _delivered(self, answer: Answer, request: Request, reply: Reply) -> Answer:
        """As it goes over the wire: encoded, and cut where the reply says so."""
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
