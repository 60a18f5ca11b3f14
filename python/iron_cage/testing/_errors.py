"""Error bodies in the provider's shape: {"error": {"message", "type", "param", "code"}}."""

from __future__ import annotations

import json
import math
from typing import Any, Dict, List, Mapping, Optional, Tuple

from ._answer import Answer
from ._reply import Reply

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
