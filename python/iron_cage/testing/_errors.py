"""Error bodies in the provider's shape. OpenAI: {"error": {"message", "type", "param", "code"}}; Anthropic: {"type": "error", "error": {"type", "message"}}."""

from __future__ import annotations

import json
import math
from typing import Any, Dict, List, Mapping, Optional, Tuple

from ._answer import Answer
from ._reply import Reply
from ._request import Request

_USUAL: Mapping[int, Tuple[str, str, Optional[str]]] = {
    400: ("Invalid request.", "invalid_request_error", None),
    401: (
        "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth "
        "(i.e. Authorization: Bearer YOUR_KEY).",
        "invalid_request_error",
        None,
    ),
    403: ("You are not allowed to access this resource.", "invalid_request_error", "unsupported_country_region_territory"),
    404: ("The requested resource was not found.", "invalid_request_error", None),
    408: ("The request timed out.", "timeout", None),
    409: ("The request conflicts with another one.", "invalid_request_error", None),
    429: ("Rate limit reached for requests. Please try again later.", "requests", "rate_limit_exceeded"),
    500: ("The server had an error while processing your request. Sorry about that!", "server_error", None),
    503: ("The server is currently overloaded with other requests. Sorry about that! Please retry.", "server_error", None),
}


def error(status: int, message: str, kind: str = "invalid_request_error", param: Optional[str] = None, code: Optional[str] = None) -> Answer:
    """An error answer; nothing is billed for it."""
    return _answer(status, {"message": message, "type": kind, "param": param, "code": code})


def scripted(reply: Reply) -> Answer:
    """The error answer that a Reply with a status of 400 or more asks for."""
    message, kind, code = _USUAL.get(reply.status, _USUAL[500] if reply.status >= 500 else _USUAL[400])
    if isinstance(reply.error, Mapping):
        inner = dict(reply.error)
    else:
        inner = {"message": reply.error or message, "type": kind, "param": None, "code": code}
    return _answer(reply.status, inner)


_NO_REQUEST = ',"request_id":null}'

_ANTHROPIC: Mapping[int, Tuple[str, str]] = {
    400: ("invalid_request_error", "Invalid request."),
    401: ("authentication_error", "x-api-key header is required"),
    402: ("billing_error", "Your credit balance is too low."),
    403: ("permission_error", "Your API key does not have permission to use the specified resource."),
    404: ("not_found_error", "Not Found"),
    413: ("request_too_large", "Request exceeds the maximum allowed number of bytes."),
    429: ("rate_limit_error", "This request would exceed your organization's rate limit."),
    500: ("api_error", "Internal server error"),
    504: ("timeout_error", "Request timed out."),
    529: ("overloaded_error", "Overloaded"),
}


def anthropic_error(status: int, message: Optional[str] = None) -> Answer:
    """An error answer of Anthropic's; nothing is billed for it."""
    kind, usual = _ANTHROPIC.get(status, _ANTHROPIC[500] if status >= 500 else _ANTHROPIC[400])
    return _anthropic_answer(status, {"type": kind, "message": message or usual})


def anthropic_scripted(reply: Reply) -> Answer:
    """As `scripted`, in Anthropic's shape."""
    if isinstance(reply.error, Mapping):
        return _anthropic_answer(reply.status, dict(reply.error))
    return anthropic_error(reply.status, reply.error)


def _anthropic_answer(status: int, inner: Dict[str, Any]) -> Answer:
    body = json.dumps({"type": "error", "error": inner}, ensure_ascii=False, separators=(",", ":"))[:-1] + _NO_REQUEST
    return Answer(status=status, content_type="application/json", pieces=[body.encode("utf-8", "backslashreplace")])


def identified(answer: Answer, request: Request) -> Answer:
    """Anthropic's error bodies name the request, as their headers do. Another answer stays as it is."""
    if answer.status >= 400 and len(answer.pieces) == 1 and answer.pieces[0].endswith(_NO_REQUEST.encode()):
        answer.pieces = [answer.pieces[0][: -len(_NO_REQUEST)] + f',"request_id":"{request.id}"}}'.encode()]
    return answer


def retry_headers(reply: Reply) -> List[Tuple[str, str]]:
    """`retry-after` and `retry-after-ms` of a reply."""
    seconds = reply.retry_after
    if seconds is None:
        if reply.status != 429:
            return []
        seconds = 1.0
    return [("retry-after", str(math.ceil(seconds))), ("retry-after-ms", str(round(seconds * 1000)))]


def _answer(status: int, inner: Dict[str, Any]) -> Answer:
    body = json.dumps({"error": inner}, indent=4, ensure_ascii=False) + "\n"
    return Answer(status=status, content_type="application/json", pieces=[body.encode("utf-8", "backslashreplace")])
