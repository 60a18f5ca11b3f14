"""Canaries: requests that prove that a client is intercepted.

A canary is a real request to a socket on loopback. The hook is answered here, not by the library, so nothing is held, counted, screened or audited. It is told to send
another body, and to hand on another answer: it is proven by what arrives at the socket and what the client gets, not by a patch being in place. The canary of a client that
opens WebSockets is refused: it is proven by nothing arriving, and the client getting the refusal.
"""
from __future__ import annotations

import os
import socket
import threading
from contextvars import Context

from iron_cage import _engine
from iron_cage._hooks.common import REFUSE, REWRITE, Call, canaries
from iron_cage._runs import current

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

    from iron_cage._hooks.clients import Client

#: Both bodies are JSON, as those of a provider are.
_OFFERED, _SENT, _ANSWERED, _GIVEN = (b'{"canary": "%s"}' % word for word in (b"offered", b"sent", b"answered", b"given"))
#: A status that nothing else answers with.
_REFUSED = b"451"
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"


class Canary(Call):
    """The call of one canary, as a hook sees it."""

    __slots__ = ("begun", "ended", "heard", "arrived", "got", "error")

    def __init__(self) -> None:
        super().__init__(None)
        #: Whether anything arrived at the socket.
        self.heard = False
        #: How often a hook asked what to do with the request.
        self.begun = 0
        self.ended = False
        #: The body that arrived at the socket.
        self.arrived: Optional[bytes] = None
        #: What the client gave back.
        self.got: Optional[bytes] = None
        self.error: Optional[str] = None

    def offered(self, body: bytes) -> tuple[Call, int, Optional[bytes]]:
        """A hook shows the request."""
        self.begun += 1
        return self, REWRITE, _SENT

    def response(self, status: int, complete: bool, headers: bytes, body: bytes) -> tuple[int, Optional[bytes]]:
        """A hook shows the answer."""
        return REWRITE, _GIVEN

    def end(self, how: int) -> None:
        """The hook is done with it."""
        self.ended = True

    def retry(self, how: int, head: bytes = b"") -> bool:
        """Once is enough."""
        self.ended = True
        return False

    @property
    def failure(self) -> Optional[str]:
        """Why the client is not proven; None: it is."""
        if self.begun and self.arrived == _SENT and self.got == _GIVEN and self.ended:
            return None if self.begun == 1 else "its hook saw one request more than once"
        if self.error is not None:
            return f"the canary failed ({self.error})"
        if not self.begun:
            return "its hook did not see the canary: something replaced what we patched"
        return "its hook saw the canary, but not what became of it"


class SocketCanary(Canary):
    """The canary of a client that opens WebSockets."""

    __slots__ = ()

    def offered(self, body: bytes) -> tuple[Call, int, Optional[bytes]]:
        """A hook shows the handshake."""
        self.begun += 1
        return self, REFUSE, b'{"status": %s}' % _REFUSED

    @property
    def failure(self) -> Optional[str]:
        """Why the client is not proven; None: it is."""
        if self.heard:
            return "its handshake was sent, although it was refused" if self.begun else "its hook did not see the canary: something replaced what we patched"
        if self.begun and self.got == _REFUSED:
            return None if self.begun == 1 else "its hook saw one handshake more than once"
        if self.error is not None:
            return f"the canary failed ({self.error})"
        if not self.begun:
            return "its hook did not see the canary: something replaced what we patched"
        return "its hook refused the canary, and the client did not tell"


class Perch:
    """A socket on loopback that takes requests of canaries, one after another, while it is open."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._canary: Optional[Canary] = None
        try:
            self._socket.bind(("127.0.0.1", 0))
            self._socket.listen(8)
        except OSError:
            self._socket.close()
            raise
        self.port: int = self._socket.getsockname()[1]
        self._origin = (b"http", b"127.0.0.1", self.port)
        _engine.stand_in(self._origin)
        thread = threading.Thread(target=self._serve, name="iron-cage-canary", daemon=True)
        Context().run(thread.start)  # of no run

    def close(self) -> None:
        """No more."""
        _engine.stand_down(self._origin)
        try:
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes accept()
        except OSError:
            pass
        self._socket.close()

    def send(self, client: Client, mode: str, module: Any) -> Canary:
        """Sends one canary. Raises nothing."""
        canary = self._canary = SocketCanary() if client.opens_sockets else Canary()
        path = "/iron-cage/canary/" + os.urandom(8).hex()
        url = f"http://127.0.0.1:{self.port}{path}"
        canaries[url.encode()] = canary
        try:
            Context().run(self._in_run, canary, client, mode, module, url)
        except Exception as error:  # noqa: BLE001 - whatever a client does tells that it is not proven
            canary.error = type(error).__name__
        finally:
            canaries.pop(url.encode(), None)
        return canary

    def _in_run(self, canary: Canary, client: Client, mode: str, module: Any, url: str) -> None:
        pretend: Any = _Pretended()
        current.set(pretend)
        make = client.canaries[mode]
        canary.got = _finish(make(module, url, _OFFERED)) if mode == "async" else make(module, url, _OFFERED)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.settimeout(1.0)
                    canary = self._canary
                    if canary is not None:
                        canary.heard = bool(connection.recv(1, socket.MSG_PEEK))
                    body = _body(connection)
                    if canary is not None:
                        canary.arrived = body
                    connection.sendall(_HEAD % len(_ANSWERED) + _ANSWERED)
                except OSError:
                    continue


class _Pretended:
    """Stands for a run, so that hooks look at the requests of this context, whether or not anything is protected."""

    closed = True
    thread = task = parent = outer = None


def _finish(work: Any) -> Any:
    """Finishes a coroutine on a loop of its own, in this thread."""
    import asyncio

    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()


def _body(connection: socket.socket) -> bytes:
    """The body of one request."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(4096)
        if not piece:
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), None)
    while len(body) < length if length is not None else not body.endswith(b"0\r\n\r\n"):
        piece = connection.recv(4096)
        if not piece:
            break
        body += piece
    return body
