"""websockets and websocket-client: a socket to an LLM host is refused before anything is sent over it; other hosts are not touched."""
import asyncio
import base64
import hashlib
import importlib
import socket
import threading

import pytest

from iron_cage import CallDenied, Protection, coverage, protect_agent
from iron_cage._hooks import install


def _module(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


SANS_IO, LEGACY, SYNC, ASYNCIO, CLIENT = map(_module, ("websockets.client", "websockets.legacy.client", "websockets.sync.client", "websockets.asyncio.client", "websocket._core"))
if not any((SANS_IO, CLIENT)):
    pytest.skip("neither websockets nor websocket-client is installed", allow_module_level=True)


def by_legacy(url):
    async def main():
        async with LEGACY.connect(url) as opened:
            return await opened.recv()

    return asyncio.run(main())


def by_asyncio(url):
    async def main():
        async with ASYNCIO.connect(url) as opened:
            return await opened.recv()

    return asyncio.run(main())


def by_sync(url):
    with SYNC.connect(url) as opened:
        return opened.recv(timeout=60)


def by_websocket_client(url):
    opened = CLIENT.create_connection(url, timeout=60)
    try:
        return opened.recv()
    finally:
        opened.close()


CLIENTS = {name: client for name, client, module in (
    ("legacy", by_legacy, LEGACY), ("asyncio", by_asyncio, ASYNCIO), ("sync", by_sync, SYNC), ("websocket-client", by_websocket_client, CLIENT),
) if module is not None}
clients = pytest.mark.parametrize("connect", list(CLIENTS.values()), ids=list(CLIENTS))


def status(error):
    """What a client says of the answer to a handshake."""
    return error.response.status_code if hasattr(error, "response") else error.status_code


class Echo:
    """Greets whoever opens a socket, or sends it elsewhere."""

    def __init__(self, location=None):
        self._location = location
        # At an address of its own: the ports of simulators that were at 127.0.0.1 before stay known.
        self._socket = socket.create_server(("127.0.0.2", 0))
        self.url = f"ws://127.0.0.2:{self._socket.getsockname()[1]}/chat"
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def _serve(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(60)
                try:
                    self._answer(connection)
                except OSError:
                    pass

    def _answer(self, connection):
        head = b""
        while b"\r\n\r\n" not in head:
            piece = connection.recv(4096)
            if not piece:
                return
            head += piece
        if self._location:
            connection.sendall(f"HTTP/1.1 302 Found\r\nLocation: {self._location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            return
        key = next(line.split(b":")[1].strip() for line in head.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key:"))
        accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
        connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n\x81\x02hi")
        if connection.recv(4096):
            connection.sendall(b"\x88\x02\x03\xe8")  # the other side closes


@clients
@pytest.mark.parametrize("path", ["/v1/realtime?model=gpt-realtime", "/v1/responses", "/v1/chat/completions"])
def test_a_socket_to_an_llm_host_is_refused_before_anything_is_sent(sim, connect, path):
    protection = Protection(budget_usd=1)
    threads = threading.active_count()
    with pytest.raises(CallDenied), protection:
        connect(f"ws://{sim.host}{path}")
    assert sim.log == [] and threading.active_count() <= threads + 1  # the simulator's own, which may still be closing
    assert (protection.report().denied, protection.report().calls, protection.report().held_usd) == (1, 0, 0)


@clients
def test_with_respond_the_client_tells_of_it_as_of_a_handshake_that_was_rejected(sim, connect):
    with Protection(on_deny="respond"):
        with pytest.raises(Exception, match="403") as raised:
            connect(f"ws://{sim.host}/v1/realtime")
    assert status(raised.value) == 403 and type(raised.value).__module__.startswith("websocket")
    assert sim.log == []


@clients
def test_in_a_thread_the_client_tells_and_the_boundary_raises(sim, connect):
    said = []

    def work():
        try:
            connect(f"ws://{sim.host}/v1/realtime")
        except Exception as error:
            said.append(status(error))

    @protect_agent
    def agent():
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()

    with pytest.raises(CallDenied):
        agent()
    assert said == [403] and sim.log == []


@clients
def test_a_socket_to_another_host_is_not_touched(sim, connect):
    protection = Protection(budget_usd=1)
    with Echo() as echo, protection:
        assert connect(echo.url) == "hi"
    assert protection.report().denied == 0


@clients
def test_a_redirect_to_an_llm_host_is_refused(sim, connect):
    with Echo(location=f"ws://{sim.host}/v1/realtime") as echo:
        try:
            with Protection():
                connect(echo.url)
        except CallDenied:
            pass
        except Exception as error:
            assert status(error) == 302  # it follows none
        else:
            pytest.fail("it was opened")
    assert sim.log == []


@pytest.mark.skipif(SANS_IO is None, reason="websockets is not installed")
@pytest.mark.parametrize("by", ["connect", "send_request"])
def test_a_program_that_does_its_own_io_is_refused_its_handshake(sim, by):
    from websockets.uri import parse_uri

    make = getattr(SANS_IO, "ClientProtocol", None) or SANS_IO.ClientConnection
    there, elsewhere = make(parse_uri(f"ws://{sim.host}/v1/realtime")), make(parse_uri("ws://chat.example.org/"))
    with Protection():
        request = elsewhere.connect()
        elsewhere.send_request(request)
        assert elsewhere.data_to_send()
    with pytest.raises(CallDenied), Protection():
        there.connect() if by == "connect" else there.send_request(request)
    assert there.data_to_send() == []


def test_every_client_is_proven_and_strict_is_satisfied():
    with Protection(strict=True):
        found = coverage()
    proven = {(row.client, row.mode) for row in found.clients if row.how == "proven"}
    assert proven >= {row for row, module in (
        (("websockets (legacy)", "async"), LEGACY), (("websockets", "async"), ASYNCIO), (("websockets", "sync"), SYNC), (("websocket-client", "sync"), CLIENT),
    ) if module is not None}


def test_a_client_that_was_patched_after_us_is_missed(monkeypatch):
    if CLIENT is None:
        pytest.skip("websocket-client is not installed")
    with Protection():
        monkeypatch.setattr(CLIENT, "connect", CLIENT.connect.__wrapped__)
        gap, = coverage().gaps
    assert (gap.client, gap.how) == ("websocket-client", "missed") and "something replaced what we patched" in gap.detail


def test_hooks_go_with_the_last_protection():
    with Protection():
        patched = [(owner, name) for owner, name in install.patches() if "websocket" in getattr(owner, "__module__", getattr(owner, "__name__", ""))]
        assert patched and all(getattr(getattr(owner, name), install.MARK) for owner, name in patched)
    if not install.patches():
        assert not any(hasattr(getattr(owner, name), install.MARK) for owner, name in patched)
