"""The provider behind the port: from a request to the answer that the script, the protocol and the settings make of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Callable, Optional, Sequence, Union

from . import _openai
from ._answer import Answer
from ._errors import error, retry_headers, scripted
from ._reply import Reply
from ._request import Request

DEFAULT_MODELS = ("gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini", "gpt-5", "gpt-5-mini", "o3", "o4-mini")


@dataclass
class Provider:
    """Answers requests by path. next_reply may raise: that becomes a 500, and is kept in `fault`."""

    next_reply: Callable[[Request], Reply]
    models: Sequence[str] = ()
    require_auth: bool = False
    compress: Union[bool, str] = False
    created: Optional[int] = None
    fault: Optional[Exception] = None

    def decide(self, request: Request) -> Answer:
        """The answer to any request."""
        created = self.created if self.created is not None else int(time.time())
        path = request.path.partition("?")[0]
        if path.startswith("http://"):  # sent to us as to a proxy
            path = "/" + path[len("http://") :].partition("/")[2]
        if self.require_auth and not request.headers.get("authorization", "").startswith("Bearer "):
            return scripted(Reply(status=401))
        if path == "/v1/chat/completions":
            return self._chat(request, created) if request.method == "POST" else _not_allowed(request, path)
        if path == "/v1/models" or path.startswith("/v1/models/"):
            if request.method != "GET":
                return _not_allowed(request, path)
            models, model = self.models or DEFAULT_MODELS, path[len("/v1/models/") :]
            return _openai.show_model(models, model, created) if model else _openai.list_models(models, created)
        return error(404, f"Invalid URL ({request.method} {path})")

    def _chat(self, request: Request, created: int) -> Answer:
        try:
            reply = self.next_reply(request)
        except Exception as fault:  # the test's own mistake: the client sees it now, the test at the end of its `with`
            self.fault = self.fault or fault
            return error(500, f"A function given to the simulator failed: {type(fault).__name__}: {fault}", "server_error")
        if reply.raw_body is not None or reply.pieces is not None:
            answer = _openai.verbatim(request, reply)
        elif reply.status >= 400:
            answer = scripted(reply)
        elif reply.status >= 300:
            answer = Answer(reply.status, _openai.JSON_TYPE, [])
        else:
            complaint = _openai.check(request, self.models)
            if complaint is not None:
                return complaint
            answer = _openai.complete(request, reply, created)
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
