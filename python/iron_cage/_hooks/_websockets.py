"""websockets 10 and later: the asyncio, threading and trio clients, which share one protocol without I/O, and the older client ("legacy").

A handshake is judged where the connection stands and nothing has been sent over it, that of each redirect anew: at the handshake of the connection, which closes it again, or
else (trio, programs that do their own I/O) where the protocol writes it.
"""
from __future__ import annotations

import weakref
from inspect import iscoroutinefunction

from iron_cage._hooks import sockets
from iron_cage._hooks.install import patch
from iron_cage._refusal import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any


#: Protocols whose handshake was judged.
_judged: weakref.WeakSet[Any] = weakref.WeakSet()


def install(module: ModuleType) -> None:
    """Patches websockets.client, websockets.sync.client, websockets.asyncio.client, or websockets.legacy.client."""
    if module.__name__ == "websockets.client":
        protocol = getattr(module, "ClientProtocol", None) or module.ClientConnection  # as it was called in 10
        patch(protocol, "connect", _connect)
        patch(protocol, "send_request", _send_request)
    elif hasattr(module, "WebSocketClientProtocol"):
        patch(module.WebSocketClientProtocol, "handshake", _legacy(module))
    else:
        connection = module.ClientConnection
        patch(connection, "handshake", _async if iscoroutinefunction(connection.handshake) else _sync)


def _connect(original: Any) -> Any:
    def connect(self: Any) -> Any:
        _judge(self, ())
        return original(self)

    return connect


def _send_request(original: Any) -> Any:
    def send_request(self: Any, request: Any) -> None:
        _judge(self, request.headers.raw_items())  # it may have been made by other means than connect()
        original(self, request)

    return send_request


def _judge(protocol: Any, headers: Any) -> None:
    if protocol in _judged:
        return
    uri = protocol.uri if hasattr(protocol, "uri") else protocol.wsuri  # until 14
    answer = sockets.judge(uri.secure, uri.host, uri.port, uri.resource_name, headers)
    if answer is not None:
        from websockets.datastructures import Headers
        from websockets.exceptions import InvalidStatus
        from websockets.http11 import Response

        raise InvalidStatus(Response(answer.status, "Refused", Headers(answer.headers()), answer.body))
    _judged.add(protocol)


def _sync(original: Any) -> Any:
    def handshake(self: Any, *args: Any, **kwargs: Any) -> None:
        try:
            _judge(self.protocol, ())
        except Refusal:  # the client cleans up after an Exception only
            self.close_socket()
            self.recv_events_thread.join()
            raise
        original(self, *args, **kwargs)

    return handshake


def _async(original: Any) -> Any:
    async def handshake(self: Any, *args: Any, **kwargs: Any) -> None:
        try:
            _judge(self.protocol, ())
        except Refusal:
            self.transport.abort()
            raise
        await original(self, *args, **kwargs)

    return handshake


def _legacy(module: Any) -> Any:
    def make(original: Any) -> Any:
        async def handshake(self: Any, wsuri: Any, *args: Any, **kwargs: Any) -> None:
            try:
                answer = sockets.judge(wsuri.secure, wsuri.host, wsuri.port, wsuri.resource_name)
            except Refusal:
                self.fail_connection()
                await self.wait_closed()
                raise
            if answer is not None:
                raise module.InvalidStatusCode(answer.status, module.Headers(answer.headers()))
            await original(self, wsuri, *args, **kwargs)

        return handshake

    return make
