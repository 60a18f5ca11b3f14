"""requests before 2.30 sends bodies of unknown length past urllib3's pool, where the urllib3 hook does not see them.

For hosts that speak an LLM protocol such a body is read first and sent with its length. Later versions need nothing.
"""
from __future__ import annotations

from iron_cage import _engine
from iron_cage._hooks.common import carried
from iron_cage._hooks.install import patch
from iron_cage._runs import current, state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any


def install(module: ModuleType) -> None:
    """Patches requests.adapters, if it is one of those."""
    if "putrequest" in getattr(getattr(module.HTTPAdapter.send, "__code__", None), "co_names", ()):
        patch(module.HTTPAdapter, "send", _send)


def _send(original: Any) -> Any:
    def send(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.body is None or "Content-Length" in request.headers or (not state.active and current.get() is None) or carried():
            return original(self, request, *args, **kwargs)
        from urllib3.util import parse_url

        url: Any = parse_url(request.url)
        scheme, host = url.scheme or "http", (url.host or "").strip("[]")
        port = None if url.port == (443 if scheme == "https" else 80) else url.port
        if not _engine.recognise(scheme.encode(), host.encode("ascii", "replace"), port):
            return original(self, request, *args, **kwargs)
        body = request.body
        pieces = [body.read()] if hasattr(body, "read") else list(body)
        measured = request.copy()
        measured.body = b"".join(piece.encode("utf-8") if isinstance(piece, str) else bytes(piece) for piece in pieces)
        measured.headers.pop("Transfer-Encoding", None)
        measured.headers["Content-Length"] = str(len(measured.body))
        response = original(self, measured, *args, **kwargs)
        response.request = request
        return response

    return send
