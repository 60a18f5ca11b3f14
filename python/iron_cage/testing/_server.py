"""A small HTTP/1.1 server on loopback: one thread per connection, kept alive, able to misbehave in every way an Answer asks for."""

from __future__ import annotations

import itertools
import json
import os
import socket
import threading
import time
import weakref
from typing import Any, Callable, Dict, Set, Tuple

from ._answer import Answer
from ._delivery import Delivery, Record
from ._reader import BadRequest, ClientLeft, Reader
from ._request import Request

Decide = Callable[[Request], Answer]


class Server:
    """Listens at once; `start` begins to accept. decide makes the answer. record is told of each delivery just before its last bytes are written, or
    when they will not be; a second time if writing those last bytes fails."""

    def __init__(self, host: str, port: int, decide: Decide, record: Record) -> None:
        self._decide = decide
        self._record = record
        self._listener = socket.create_server((host, port), backlog=1024)
        self.address: Tuple[str, int] = self._listener.getsockname()[:2]
        self._lock = threading.Lock()
        self._open: Dict[int, socket.socket] = {}
        self._threads: Set[threading.Thread] = set()
        self._connections = itertools.count()
        self._requests = itertools.count()
        self._closed = False
        self._acceptor = threading.Thread(target=self._accept, name="provider-simulator", daemon=True)
        _servers.add(self)

    def start(self) -> None:
        """Begins to accept connections."""
        self._acceptor.start()

    def close(self, timeout: float = 5.0) -> None:
        """Closes the port and every connection; waits at most `timeout` seconds for their threads. Idempotent."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        _shut(self._listener)
        if self._acceptor.is_alive():
            try:  # where shutting a listener down does not wake accept()
                socket.create_connection(self.address, 0.2).close()
            except OSError:
                pass
            self._acceptor.join(timeout)
        self._listener.close()
        with self._lock:
            for connection in self._open.values():
                _shut(connection)
            threads = list(self._threads)
        deadline = time.monotonic() + timeout
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join(max(0.0, deadline - time.monotonic()))

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                if self._closed:
                    return
                time.sleep(0.01)  # out of descriptors: the next accept may find one
                continue
            number = next(self._connections)
            thread = threading.Thread(target=self._serve, args=(number, connection), name=f"provider-simulator-{number}", daemon=True)
            with self._lock:
                if self._closed:
                    connection.close()
                    return
                self._open[number] = connection
                self._threads.add(thread)
            thread.start()

    def _serve(self, number: int, connection: socket.socket) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            reader = Reader(connection)
            while self._exchange(number, connection, reader):
                pass
        except (OSError, ClientLeft):
            pass
        finally:
            with self._lock:
                self._open.pop(number, None)
                self._threads.discard(threading.current_thread())
            _shut(connection)  # the FIN must go even if a forked child still holds the descriptor
            connection.close()

    def _exchange(self, number: int, connection: socket.socket, reader: Reader) -> bool:
        """One request and its answer. Returns whether the connection goes on."""
        try:
            read = reader.read()
        except BadRequest as fault:
            text = json.dumps({"error": {"message": str(fault), "type": "invalid_request_error", "param": None, "code": None}})
            connection.sendall(f"HTTP/1.1 {fault.status} Bad Request\r\ncontent-type: application/json\r\ncontent-length: {len(text)}\r\n"
                               f"connection: close\r\n\r\n{text}".encode())
            _linger(connection)
            return False
        if read is None:
            return False
        method, path, headers, body, keep_alive = read
        request = Request(next(self._requests), number, method, path, headers, body, _parse(body))
        answer = self._decide(request)
        Delivery(connection, request, answer, keep_alive, self._record).run()
        return keep_alive and not answer.reply.close and not self._closed

    def release_after_fork(self) -> None:
        """In a forked child, where no thread serves: lets go of the parent's sockets, so that closing them there still reaches the clients."""
        self._closed = True
        self._lock = threading.Lock()
        for one in [self._listener, *self._open.values()]:
            try:
                os.close(one.detach())
            except OSError:
                pass


def _parse(body: bytes) -> Any:
    if not body:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _shut(one: socket.socket) -> None:
    try:
        one.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def _linger(connection: socket.socket) -> None:
    """Swallows what the client is still sending, for a moment, so that closing does not destroy the answer."""
    try:
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(1.0)
        while connection.recv(65536):
            pass
    except OSError:
        pass


_servers: "weakref.WeakSet[Server]" = weakref.WeakSet()


def _release_all() -> None:
    for server in list(_servers):
        server.release_after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_release_all)
