"""botocore, and so boto3: what is signed is judged before it is signed.

Endpoint.create_request makes and signs the request of each attempt: there its call begins, waits for money, and gets its body. Endpoint._send sends it over urllib3, whose
hook finds that call, begins none of its own, and sees the answer. Endpoint._needs_retry is asked after each attempt: there one that we add waits for its time, and botocore makes and
signs its request anew, as a signature tells its own.
"""
from __future__ import annotations

import io
import weakref
from urllib.parse import urlsplit

from iron_cage import _engine
from iron_cage._hooks import _httplib, approving
from iron_cage._hooks.common import (
    COMPLETE, NO_RESPONSE, NOT_SENT, OTHER_PATH, PASS, PENDING, REFUSE, REROUTE, REWRITE, WITHDRAWN, Call, Decided, Synthetic, begin, carried, decided, refuse, response_head, retry_head,
)
from iron_cage._hooks.install import patch
from iron_cage._hooks.rerouting import Route
from iron_cage._runs import current, state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Optional

#: What a request of botocore's carries from where it is made to where it is sent: a Decided, or the Synthetic of a refusal.
_MARK = "_iron_cage"

#: In the context of a request, whose calls _MARK names: the attempt that is to be made next, with what was said to it.
_AHEAD = "_iron_cage_ahead"


def install(module: ModuleType) -> None:
    """Patches botocore.endpoint."""
    patch(module.Endpoint, "create_request", _create_request)
    patch(module.Endpoint, "_get_response", _get_response)
    patch(module.Endpoint, "_send", _send)
    patch(module.Endpoint, "_needs_retry", _needs_retry)
    patch(module.Endpoint, "_send_request", _send_request)


def _create_request(original: Any) -> Any:
    def create_request(self: Any, params: Any, operation_model: Any = None) -> Any:
        if (not state.active and current.get() is None) or carried():
            return original(self, params, operation_model)
        parts = urlsplit(params["url"])
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        origin, target = _httplib.shown(parts.scheme, parts.hostname or "", parts.port, path)
        if not _engine.recognise(*origin):
            return original(self, params, operation_model)
        if hasattr(params.get("body"), "read"):
            params["body"] = params["body"].read()  # for this attempt, and for those that may follow
        body = _bytes(params.get("body"))
        context = params.get("context")
        ahead = context.pop(_AHEAD, None) if context is not None else None
        call, kind, payload = ahead or begin(params["method"].encode("ascii", "replace"), target, _httplib.request_lines(params.get("headers")), body, OTHER_PATH)
        if context is not None:
            context[_MARK] = call
        try:
            if kind == PENDING:
                kind, payload = call.wait_blocking()
            if kind == REFUSE:
                answer = refuse(payload, call)
                prepared = original(self, params, operation_model)
                setattr(prepared, _MARK, answer)
                return prepared
            if kind == REROUTE:
                route = Route(call, payload or b"")  # it is signed for this URL only afterwards
                payload, path, kind = route.body, route.target, REWRITE
                params = {**params, "url": route.url, "url_path": urlsplit(route.url).path}
            if kind == REWRITE:
                body = payload or b""
                headers = {name: value for name, value in params["headers"].items() if _httplib.text(name).lower() not in ("content-length", "content-encoding")}
                params = {**params, "body": body, "headers": headers}
            prepared = original(self, params, operation_model)
            if kind == PASS:
                return prepared
            if _bytes(prepared.body) == body and prepared.url == params["url"]:
                setattr(prepared, _MARK, _decided(prepared, call, body, path))
            else:
                call.end(WITHDRAWN)  # a handler made another request of it: judged as it is, where it is sent
            return prepared
        except BaseException:
            call.end(WITHDRAWN)
            raise

    return create_request


def _decided(prepared: Any, call: Call, body: bytes, path: str) -> Decided:
    unsent = weakref.finalize(prepared, call.end, WITHDRAWN)
    unsent.atexit = False
    return Decided(call, body, (path, prepared.url), unsent)


def _get_response(original: Any) -> Any:
    def _get_response(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return original(self, request, *args, **kwargs)
        finally:
            ready = getattr(request, _MARK, None)
            if isinstance(ready, Decided):
                ready.withdraw()  # answered by a handler before it was sent, or not sent for another reason

    return _get_response


def _send(original: Any) -> Any:
    def _send(self: Any, request: Any) -> Any:
        ready = getattr(request, _MARK, None)
        if isinstance(ready, Synthetic):
            return _synthetic(request, ready)
        if not isinstance(ready, Decided):
            return original(self, request)
        token = decided.set(ready)
        try:
            response = original(self, request)
        except Exception:
            if ready.take_unseen():
                ready.call.end(NOT_SENT if type(self.http_session).__module__ == "botocore.httpsession" else NO_RESPONSE)
            raise
        finally:
            decided.reset(token)
        return _judged(request, response, ready.call) if ready.take_unseen() else response

    return _send


def _needs_retry(original: Any) -> Any:
    def _needs_retry(self: Any, attempts: Any, operation_model: Any, request_dict: Any, response: Any = None, caught_exception: Any = None) -> Any:
        if response is not None and hasattr(response[0], _MARK):
            return False  # a refusal stays one
        call = (request_dict.get("context") or {}).get(_MARK)
        if call is not None and call.again is not None:
            kind, payload = call.wait_again()
            if kind != PASS:
                request_dict["context"][_AHEAD] = call, kind, payload
                return True
        if call is not None and call.is_last:
            return False  # the cap is one for botocore's own attempts and ours
        return original(self, attempts, operation_model, request_dict, response, caught_exception)

    return _needs_retry


def _send_request(original: Any) -> Any:
    def _send_request(self: Any, request_dict: Any, operation_model: Any) -> Any:
        try:
            return original(self, request_dict, operation_model)
        finally:
            context = request_dict.get("context")
            if context is not None:
                call = context.pop(_MARK, None)
                if context.pop(_AHEAD, None) is not None or (call is not None and call.again is not None):
                    call.end(WITHDRAWN)  # botocore did not come back for it

    return _send_request


def _judged(request: Any, response: Any, call: Call) -> Any:
    """The answer of a session that no hook sees: read whole, streams too."""
    plain = response.content
    lines = response_head([(str(name).encode("iso-8859-1", "replace"), str(value).encode("iso-8859-1", "replace")) for name, value in response.headers.items()])[0]
    kind, payload = call.response(response.status_code, True, lines, plain)
    if kind == PENDING:
        kind, payload = approving.ask(call, payload)
    if response.status_code < 400:
        call.end(COMPLETE)
    else:
        call.retry(COMPLETE, retry_head([(str(name).encode("iso-8859-1", "replace"), str(value).encode("iso-8859-1", "replace")) for name, value in response.headers.items()]))
    if kind == REFUSE:
        return _synthetic(request, refuse(payload, call))
    headers, body = dict(response.headers.items()), plain
    if kind == REWRITE:
        body = payload or b""
        headers = {name: value if str(name).lower() != "content-length" else str(len(body)) for name, value in headers.items()}
    return _response(request, response.status_code, headers, body)


def _synthetic(request: Any, answer: Synthetic) -> Any:
    """The response of a refusal that may not travel as an exception."""
    response = _response(request, answer.status, dict(answer.headers()), answer.body)
    setattr(response, _MARK, answer)
    return response


def _response(request: Any, status: int, headers: dict[str, str], body: bytes) -> Any:
    from botocore.awsrequest import AWSResponse
    from urllib3 import HTTPResponse

    raw: Any = HTTPResponse(body=io.BytesIO(body), headers=headers, status=status, preload_content=False, decode_content=False)
    return AWSResponse(request.url, status, headers, raw)


def _bytes(body: Any) -> bytes:
    if isinstance(body, str):
        return body.encode("utf-8")
    return bytes(body) if isinstance(body, (bytes, bytearray, memoryview)) else b""
