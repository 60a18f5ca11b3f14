"""WebSockets to LLM hosts: whatever opens one, its handshake is judged here, before any of it is sent.

What goes through a socket once it stands is a conversation in a protocol of its own, which nobody here can read or price: it is judged as a request whose body nobody can
read, which the library refuses at every path that is an LLM's.
"""
from __future__ import annotations

from iron_cage import _engine
from iron_cage._hooks import _httplib
from iron_cage._hooks.common import NOT_SENT, PASS, REFUSE, Synthetic, begin, refuse, shown_headers
from iron_cage._runs import current, state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable, Optional

#: Should the library ever let one through: what it would hold for it bounds nothing.
_UNBOUNDED = b'{"reason": "a WebSocket to an LLM host can be neither read nor bounded", "status": 403}'


def judge(secure: bool, host: str, port: Optional[int], resource: str, headers: Iterable[tuple[Any, Any]] = ()) -> Optional[Synthetic]:
    """What to answer instead of opening a socket; None: it may be opened. Raises the refusal where it may travel.

    :param secure: whether it is ``wss``
    :param resource: path and query
    """
    if not state.active and current.get() is None:
        return None
    origin, target = _httplib.shown("https" if secure else "http", host, port, resource)
    if not _engine.recognise(*origin):
        return None
    call, kind, payload = begin(b"POST", target, shown_headers(headers), b"")
    if kind == PASS:
        return None
    if kind != REFUSE:
        call.end(NOT_SENT)
        payload = _UNBOUNDED
    return refuse(payload, call)
