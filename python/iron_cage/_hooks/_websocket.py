"""websocket-client: the function that opens the connection of a socket, and of each redirect; judged before it does."""
from __future__ import annotations

from iron_cage._hooks import sockets
from iron_cage._hooks.install import patch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from iron_cage._hooks.common import Synthetic

_MESSAGE = "Handshake status %d %s"


def install(module: ModuleType) -> None:
    """Patches websocket._core."""
    patch(module, "connect", _connect)


def _connect(original: Any) -> Any:
    def connect(url: str, *args: Any, **kwargs: Any) -> Any:
        from websocket._url import parse_url

        host, port, resource, secure = parse_url(url)
        answer = sockets.judge(secure, host, port, resource)
        if answer is not None:
            raise _rejected(answer)
        return original(url, *args, **kwargs)

    return connect


def _rejected(answer: Synthetic) -> Any:
    """As the client tells of a handshake that was not answered with 101."""
    from websocket._exceptions import WebSocketBadStatusException

    error = WebSocketBadStatusException(_MESSAGE, answer.status, "Refused")
    if _MESSAGE in str(error):
        error = WebSocketBadStatusException(_MESSAGE % (answer.status, "Refused"), answer.status)  # from 1.5 on it is given the whole message
    error.resp_headers = dict(answer.headers())
    error.resp_body = answer.body
    return error
