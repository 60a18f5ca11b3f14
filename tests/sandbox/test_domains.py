"""Names that may be reached: real clients in a real sandbox, over the loopback, with pinned addresses in the resolver's place."""
from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from iron_sandbox import PolicyError, Sandbox, SandboxError

PYTHON = sys.executable


class Origin(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.answer(f"{self.headers['Host'].split(':')[0]} {self.path}".encode())

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length")
        data = self.rfile.read(int(length)) if length else b""
        while self.headers.get("Transfer-Encoding") == "chunked":
            size = int(self.rfile.readline(), 16)
            data += self.rfile.read(size)
            self.rfile.readline()
            if not size:
                break
        self.answer(str(len(data)).encode())

    def answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def port():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.fixture
def sandbox(port):
    return Sandbox(
        allowed_domains=[f"api.test:{port}", f"*.wild.test:{port}", f"bücher.test:{port}"],
        extra_hosts={"api.test": "127.0.0.1", "x.wild.test": ["127.0.0.1"], "bücher.test": "127.0.0.1", "wild.test": "127.0.0.1"},
        timeout=120,
    )


CLIENTS = {
    "urllib": "import sys, urllib.request\nprint(urllib.request.urlopen(sys.argv[1]).read().decode())",
    "requests": "import sys, requests\nprint(requests.get(sys.argv[1]).text)",
    "httpx": "import sys, httpx\nprint(httpx.get(sys.argv[1]).text)",
    "httpx asyncio": "import sys, asyncio, httpx\nasync def go():\n    async with httpx.AsyncClient() as client:\n        print((await client.get(sys.argv[1])).text)\nasyncio.run(go())",
}


def command(client: str) -> list[str]:
    if client.startswith("curl"):
        if not shutil.which("curl"):
            pytest.skip("no curl here")
        return ["curl", "-sS", *client.split()[1:]]
    module = client.split()[0]
    if subprocess.run([PYTHON, "-c", f"import {module}"], capture_output=True).returncode:
        pytest.skip(f"no {module} here")
    return [PYTHON, "-c", CLIENTS[client]]


@pytest.mark.parametrize("client", [*CLIENTS, "curl", "curl --proxytunnel"])
def test_ordinary_clients_reach_a_name_that_is_allowed_and_no_other(sandbox, port, client):
    argv = command(client)
    done = sandbox.exec([*argv, f"http://api.test:{port}/x"])
    assert done.stdout.strip() == b"api.test /x", done
    assert [(use.name, use.port, use.connections) for use in done.domains] == [("api.test", port, 1)]
    assert done.domains[0].bytes_received > 0
    refused = sandbox.exec([*argv, f"http://evil.test:{port}/x"])
    assert b"evil.test /x" not in refused.stdout
    assert (f"evil.test:{port}", "allowed_domains", 1) in [(denial.target, denial.option, denial.count) for denial in refused.denials if denial.what == "domain"], refused
    assert refused.domains == ()


@pytest.mark.parametrize("host, reached", [
    ("API.Test", True), ("api.test.", True), ("x.wild.test", True), ("xn--bcher-kva.test", True),
    ("wild.test", False), ("xapi.test", False), ("api.test.evil.test", False), ("127.0.0.1", False), ("2130706433", False), ("user@api.test", False),
])
def test_names_are_compared_in_one_form(sandbox, port, host, reached):
    program = "import os, socket, sys\ns = socket.create_connection(('127.0.0.1', 3128))\ns.sendall(('GET http://%s/ HTTP/1.1\\r\\n\\r\\n' % sys.argv[1]).encode())\nprint(s.makefile('rb').read().decode())"
    done = sandbox.exec([PYTHON, "-c", program, f"{host}:{port}"])
    assert done.returncode == 0, done
    assert (b"HTTP/1.1 200" in done.stdout or b"HTTP/1.0 200" in done.stdout) == reached, done.stdout


def test_nothing_else_can_be_connected_to(sandbox, port):
    program = """
import json, socket, sys
port, told = int(sys.argv[1]), {}
def attempt(name, call):
    try:
        call()
        told[name] = "done"
    except OSError as error:
        told[name] = type(error).__name__
def made(*kind):
    return socket.socket(*kind)
attempt("direct", lambda: made().connect(("127.0.0.1", port)))
attempt("other port", lambda: made().connect(("127.0.0.1", 3129)))
attempt("other address", lambda: made().connect(("127.0.0.2", 3128)))
attempt("ipv6", lambda: made(socket.AF_INET6).connect(("::1", port)))
attempt("udp", lambda: made(socket.AF_INET, socket.SOCK_DGRAM))
attempt("fast open", lambda: made().sendto(b"x", 0x20000000, ("127.0.0.1", port)))
attempt("deferred", lambda: made().setsockopt(6, 30, 1))
attempt("bind", lambda: made().bind(("127.0.0.1", 0)))
attempt("listen", lambda: made().listen())
reused = made()
attempt("proxy", lambda: reused.connect(("127.0.0.1", 3128)))
attempt("reused", lambda: reused.connect(("127.0.0.1", port)))
waiting = made()
waiting.setblocking(False)
attempt("not blocking", lambda: waiting.connect(("127.0.0.1", 3128)))
print(json.dumps(told))
"""
    done = sandbox.exec([PYTHON, "-c", program, str(port)])
    told = json.loads(done.stdout)
    assert {told.pop("proxy"), told.pop("not blocking")} == {"done"}, done
    assert "done" not in told.values(), told
    free = subprocess.run([PYTHON, "-c", "import socket, sys\nsocket.create_connection(('127.0.0.1', int(sys.argv[1]))).close()", str(port)])
    assert free.returncode == 0, "the control connects"


def test_bodies_go_through_whole(sandbox, port):
    if not shutil.which("curl"):
        pytest.skip("no curl here")
    for more in ([], ["-H", "Transfer-Encoding: chunked"]):
        done = sandbox.exec(["curl", "-sS", "--data-binary", "@-", *more, f"http://api.test:{port}/"], input=b"x" * 3_000_000)
        assert done.stdout == b"3000000", done


def test_what_was_seen_adds_up_in_the_report(sandbox, port):
    for _ in range(2):
        sandbox.exec(command("urllib") + [f"http://api.test:{port}/"])
        sandbox.exec(command("urllib") + ["http://evil.test/"])
    report = sandbox.report()
    assert report["trees"] == 4
    assert [(use.name, use.connections) for use in report["domains"]] == [("api.test", 2)]
    assert [denial.count for denial in report["denials"] if denial.target == "evil.test:80"] == [2]


def test_connections_end_with_their_tree(sandbox):
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(60)
    place = listener.getsockname()[1]
    held = Sandbox(allowed_domains=[f"hold.test:{place}"], extra_hosts={"hold.test": "127.0.0.1"})
    program = "import socket, sys, time\ns = socket.create_connection(('127.0.0.1', 3128))\ns.sendall(('CONNECT hold.test:%s HTTP/1.1\\r\\n\\r\\n' % sys.argv[1]).encode())\nprint(s.recv(100), flush=True)\ntime.sleep(600)"
    process = held.popen([PYTHON, "-c", program, str(place)], stdout=subprocess.PIPE)
    accepted, _ = listener.accept()
    assert b"200" in process.stdout.readline()
    process.kill()
    process.wait(60)
    accepted.settimeout(60)
    assert accepted.recv(1) == b""
    accepted.close()
    listener.close()


def test_options_that_contradict_each_other_are_refused():
    with pytest.raises(PolicyError, match="allowed_domains"):
        Sandbox(allowed_domains=["a.test"], allow_network=[443])
    with pytest.raises(PolicyError, match="allowed_domains"):
        Sandbox(allowed_domains="a.test")
    with pytest.raises(PolicyError, match=r"allowed_domains\[0\]"):
        Sandbox(allowed_domains=["127.0.0.1"])
    with pytest.raises(SandboxError, match="allowed_domains"):
        with Sandbox(allowed_domains=["a.test"]):
            os._exit(99)
