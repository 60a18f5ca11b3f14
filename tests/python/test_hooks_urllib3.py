"""The urllib3 hook, and requests over it."""
import gc
import hashlib
import io
import json
import socket
import ssl
import subprocess
import threading
import time

import pytest
import requests
import urllib3
from urllib3.util import Retry

import iron_cage
from iron_cage import Protection, _engine
from iron_cage.testing import Reply

LONG = "one two three four five six seven eight nine ten " * 20
SECRET = "write to joe.bloggs@example.com please"
HEADERS = {"content-type": "application/json", "accept-encoding": "gzip, deflate"}


@pytest.fixture(autouse=True)
def nothing_left_open():
    yield
    gc.collect()
    assert not _engine.open_calls
    assert iron_cage._runs.state.active == 0


def encoded(body):
    return json.dumps(body).encode()


def same(headers):
    return [(name, value) for name, value in headers.items() if name.lower() not in ("date", "x-request-id")]


READERS = {
    "data": lambda pool, url, body: (lambda r: (r.status, same(r.headers), r.data))(
        pool.request("POST", url, body=body, headers=HEADERS)),
    "read": lambda pool, url, body: (lambda r: (r.status, same(r.headers), r.read(), r.release_conn())[:3])(
        pool.request("POST", url, body=body, headers=HEADERS, preload_content=False)),
    "raw": lambda pool, url, body: (lambda r: (r.status, same(r.headers), r.read(decode_content=False), r.release_conn())[:3])(
        pool.request("POST", url, body=body, headers=HEADERS, preload_content=False)),
    "amounts": lambda pool, url, body: (
        lambda r: (r.status, same(r.headers), b"".join(iter(lambda: r.read(7), b"")), r.release_conn())[:3])(
        pool.request("POST", url, body=body, headers=HEADERS, preload_content=False)),
    "stream": lambda pool, url, body: (lambda r: (r.status, same(r.headers), b"".join(r.stream(16)), r.release_conn())[:3])(
        pool.request("POST", url, body=body, headers=HEADERS, preload_content=False)),
}


@pytest.mark.parametrize("reader", sorted(READERS))
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("chunked", [False, True])
def test_urllib3_bytes_are_identical_when_nothing_is_rewritten(sim, url, chat, reader, stream, chunked):
    sim.reply = Reply(content=LONG, id="chatcmpl-same", chunked=chunked)
    body = encoded(chat(LONG, stream))
    with urllib3.PoolManager() as pool:
        bare = READERS[reader](pool, url, body)
        with Protection() as protection:
            protected = READERS[reader](pool, url, body)
            again = READERS[reader](pool, url, body)
        assert protected == bare == again
        assert pool.connection_from_url(url).num_connections == 1 or (stream and not chunked)
    assert len({exchange.request_sha256 for exchange in sim.log}) == 1
    assert protection.report().calls == 2


REQUESTS_READERS = {
    "content": lambda r: r.content,
    "lines": lambda r: b"\n".join(r.iter_lines()),
    "pieces": lambda r: b"".join(r.iter_content(None)),
    "bytes": lambda r: b"".join(r.iter_content(5)),
    "raw": lambda r: r.raw.read(decode_content=False),
}


@pytest.mark.parametrize("reader", sorted(REQUESTS_READERS))
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("chunked", [False, True])
def test_requests_bytes_are_identical_when_nothing_is_rewritten(sim, url, chat, reader, stream, chunked):
    sim.reply = Reply(content=LONG, id="chatcmpl-same", chunked=chunked)

    def send(session):
        with session.post(url, data=encoded(chat(LONG, stream)), headers=HEADERS, stream=True) as response:
            content = REQUESTS_READERS[reader](response)
            return response.status_code, same(response.headers), content, hashlib.sha256(content).hexdigest()

    with requests.Session() as session:
        bare = send(session)
        with Protection() as protection:
            assert send(session) == bare
    assert sim.log[0].request_sha256 == sim.log[1].request_sha256
    assert {k.lower(): v for k, v in sim.log[0].headers.items()} == {k.lower(): v for k, v in sim.log[1].headers.items()}
    assert protection.report().calls == 1


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
@pytest.mark.parametrize("chunked", [False, True])
def test_compressed_bodies_pass_untouched(sim, url, chat, encoding, chunked):
    sim.reply = Reply(content=LONG, id="chatcmpl-same", compress=encoding, chunked=chunked)
    with urllib3.PoolManager() as pool:
        bare = READERS["raw"](pool, url, encoded(chat()))
        with Protection() as protection:
            assert READERS["raw"](pool, url, encoded(chat())) == bare
            assert json.loads(READERS["data"](pool, url, encoded(chat()))[2])["choices"][0]["message"]["content"] == LONG
    assert protection.report().tokens.output == sum(exchange.usage["completion_tokens"] for exchange in sim.log[1:])


@pytest.mark.parametrize("chunked", [False, True])
def test_compressed_streams_arrive_plain(sim, url, chat, chunked):
    sim.reply = Reply(content=LONG, id="chatcmpl-same", compress="gzip", chunked=chunked)
    bare = requests.post(url, json=chat(stream=True), headers=HEADERS).content
    with Protection():
        response = requests.post(url, json=chat(stream=True), headers=HEADERS)
        assert response.content == bare and "content-encoding" not in response.headers


@pytest.mark.parametrize("kind", ["bytes", "str", "file", "iterable", "generator"])
@pytest.mark.parametrize("text", ["harmless", SECRET])
def test_bodies_of_every_kind_are_read_and_rewritten(sim, url, chat, kind, text):
    data = encoded(chat(text))
    make = {
        "bytes": lambda: data, "str": lambda: data.decode(), "file": lambda: io.BytesIO(data),
        "iterable": lambda: [data[:9], data[9:]], "generator": lambda: (piece for piece in (data[:9], data[9:])),
    }[kind]
    with urllib3.PoolManager() as pool:
        bare = pool.request("POST", url, body=make(), headers=HEADERS)
        with Protection():
            protected = pool.request("POST", url, body=make(), headers=HEADERS)
        chunked = pool.urlopen("POST", url, body=make(), headers=HEADERS, chunked=True) if kind in ("bytes", "iterable") else None
    assert bare.status == protected.status == 200 and (chunked is None or chunked.status == 200)
    first, second = sim.log[:2]
    framing = [{k.lower(): v for k, v in e.headers.items() if k.lower() == "transfer-encoding"} for e in (first, second)]
    assert framing[0] == framing[1]
    if text == SECRET:
        assert b"[EMAIL_REDACTED]" in second.body and b"bloggs" not in second.body
    else:
        assert first.body == second.body


@pytest.mark.parametrize("kind", ["generator", "file"])
def test_requests_bodies_of_unknown_length_are_seen(sim, url, chat, kind):
    data = encoded(chat(SECRET))
    body = (piece for piece in (data[:9], data[9:])) if kind == "generator" else io.BytesIO(data)
    with Protection() as protection:
        assert requests.post(url, data=body, headers=HEADERS).status_code == 200
    assert protection.report().calls == 1 and b"bloggs" not in sim.log[0].body


@pytest.mark.parametrize("compress", [False, "gzip"])
@pytest.mark.parametrize("chunked", [False, True])
def test_response_is_rewritten(sim, url, chat, compress, chunked):
    sim.reply = Reply(content=SECRET, compress=compress, chunked=chunked)
    with Protection(), requests.Session() as session:
        for _ in range(2):
            response = session.post(url, json=chat(), headers=HEADERS)
            assert response.json()["choices"][0]["message"]["content"] == "write to [EMAIL_REDACTED] please"
            assert "content-encoding" not in response.headers
            if not chunked:
                assert int(response.headers["content-length"]) == len(response.content)
    assert sim.log[0].connection == sim.log[1].connection


@pytest.mark.parametrize("size", [1, 3, None])
@pytest.mark.parametrize("chunked", [False, True])
def test_stream_is_redacted_however_it_is_cut(sim, url, chat, size, chunked):
    sim.reply = Reply(content=SECRET, chunk_size=size, chunked=chunked)
    with Protection() as protection:
        body = b"\n".join(requests.post(url, json=chat(stream=True), stream=True).iter_lines())
    assert b"joe" not in body and b"bloggs" not in body and body.rstrip().endswith(b"data: [DONE]")
    assert protection.report().pii_by_kind == {"EMAIL_ADDRESS": 1}


@pytest.mark.parametrize("chunked", [False, True])
def test_chunks_come_as_they_come(sim, url, chat, chunked):
    sim.reply = Reply(content="a b c d e f", chunk_delay=0.05, chunked=chunked)
    arrivals = []
    with Protection(), requests.post(url, json=chat(stream=True), stream=True) as response:
        for line in response.iter_lines(chunk_size=1):
            if line:
                arrivals.append(time.monotonic())
    assert len(arrivals) >= 5 and arrivals[-1] - arrivals[0] > 0.15


def test_closed_early_never_read_and_dropped_streams_settle(sim, url, chat):
    sim.reply = Reply(content=LONG, chunk_delay=0.002)
    with Protection(budget_usd=1) as protection, requests.Session() as session:
        with session.post(url, json=chat(stream=True), stream=True) as response:
            next(response.iter_lines())
        assert protection.report().held_usd == 0
        with session.post(url, json=chat(stream=True), stream=True):
            pass
        assert protection.report().held_usd == 0
        response = session.post(url, json=chat(stream=True), stream=True)
        del response
        gc.collect()
        assert protection.report().held_usd == 0
        sim.reply = "ok"
        assert session.post(url, json=chat()).status_code == 200
    assert protection.report().calls == 4 and protection.report().estimated_usd > 0


def test_connect_errors_cost_nothing(chat):
    _engine.add_hosts("127.0.0.1:9=openai")
    with Protection(budget_usd=1, max_retries=0) as protection:
        with pytest.raises(requests.ConnectionError):
            requests.post("http://127.0.0.1:9/v1/chat/completions", json=chat())
    assert protection.report().spent_usd == 0 and protection.report().held_usd == 0


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """(key, certificate of localhost that nobody trusts)."""
    place = tmp_path_factory.mktemp("tls")
    key, cert = str(place / "key.pem"), str(place / "cert.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True,
    )
    return key, cert


@pytest.mark.parametrize("fails", ["certificate", "name", "fingerprint", "no TLS", "closed", "timeout"])
def test_a_tls_handshake_that_fails_costs_nothing(chat, certificate, fails):
    key, cert = certificate
    pool = {"ca_certs": cert if fails == "name" else None, "assert_fingerprint": "00" * 32 if fails == "fingerprint" else None}
    heard = []

    def serve():
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(60)
            try:
                if fails in ("certificate", "name", "fingerprint"):
                    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                    context.load_cert_chain(cert, key)
                    with context.wrap_socket(connection, server_side=True) as secured:
                        heard.append(secured.recv(4096))
                else:
                    connection.recv(4096)
                    if fails == "timeout":
                        connection.recv(4096)  # until the client has gone
                    elif fails == "no TLS":
                        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            except OSError:
                pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        host = f"127.0.0.1:{listener.getsockname()[1]}"
        _engine.add_hosts(host + "=openai")
        thread = threading.Thread(target=serve)
        thread.start()
        with Protection(budget_usd=1, max_retries=0) as protection, urllib3.PoolManager(retries=False, timeout=0.3 if fails == "timeout" else 60, **pool) as manager:
            with pytest.raises(urllib3.exceptions.HTTPError):
                manager.request("POST", f"https://{host}/v1/chat/completions", body=encoded(chat(max_tokens=100)), headers=HEADERS)
        thread.join(60)
    report = protection.report()
    assert (report.spent_usd, report.estimated_usd, report.held_usd) == (0, 0, 0)
    assert not any(heard)


def test_no_response_costs_the_hold(sim, url, chat):
    sim.reply = Reply(reset="before")
    with Protection(budget_usd=1, max_retries=0) as protection:
        with pytest.raises(requests.ConnectionError):
            requests.post(url, json=chat(max_tokens=100))
    report = protection.report()
    assert report.spent_usd > 0 and report.estimated_usd == report.spent_usd and report.held_usd == 0


@pytest.mark.parametrize("fault", [{"cut_after": 30}, {"reset_after": 30}, {"cut_after": 30, "hang": 1.0}], ids=["cut", "reset", "hang"])
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("chunked", [False, True])
def test_read_errors_keep_their_type_and_what_came_before(sim, url, chat, fault, stream, chunked):
    sim.reply = Reply(content=LONG, id="chatcmpl-same", chunked=chunked, **fault)

    def read():
        got, error = b"", None
        try:
            with requests.post(url, json=chat(stream=stream), stream=True, timeout=0.3) as response:
                for piece in response.iter_content(1):
                    got += piece
        except requests.RequestException as caught:
            error = type(caught)
        return error, got

    bare = read()
    with Protection() as protection:
        protected = read()
    assert protected[0] is bare[0]
    if "reset_after" not in fault:  # after a reset the kernel may drop what was not read yet
        assert protected[1] == bare[1]
    assert protection.report().held_usd == 0


def test_attempts_that_urllib3_retries_are_calls_of_their_own(sim, url, chat):
    sim.fail_next(2, status=503)
    retries = Retry(total=3, status_forcelist=[503], backoff_factor=0, **{
        "allowed_methods" if hasattr(Retry.DEFAULT, "allowed_methods") else "method_whitelist": None})
    with Protection(budget_usd=1, circuit_breaker=False, max_retries=0) as protection, urllib3.PoolManager() as pool:
        response = pool.request("POST", url, body=encoded(chat()), headers=HEADERS, retries=retries)
    assert response.status == 200 and len(response.retries.history) == 2
    report = protection.report()
    assert report.calls == 3 and report.held_usd == 0


def test_connections_are_reused(sim, url, chat):
    with Protection(), requests.Session() as session:
        for stream in (False, True, False, True):
            assert session.post(url, json=chat(stream=stream)).status_code == 200
    assert len({exchange.connection for exchange in sim.log}) == 1


def test_a_blocked_stream_does_not_poison_the_connection(sim, url, chat):
    from iron_cage import PiiBlocked

    with requests.Session() as session:
        sim.reply = Reply(content=SECRET + LONG)
        with pytest.raises(PiiBlocked):
            with Protection(pii_action="block"):
                session.post(url, json=chat(stream=True))
        sim.reply = Reply(content="clean")
        with Protection():
            assert session.post(url, json=chat()).json()["choices"][0]["message"]["content"] == "clean"


def test_through_a_forwarding_proxy_the_target_counts(sim, url, chat):
    """The proxy is the simulator itself: it answers absolute URLs, too, or not at all; either way the call was seen."""
    with Protection() as protection:
        requests.post(url, json=chat(), proxies={"http": f"http://localhost:{sim.port}"})
    assert protection.report().calls == 1


def test_response_objects_keep_their_attributes(sim, url, chat):
    with urllib3.PoolManager() as pool:
        bare = pool.request("POST", url, body=encoded(chat()), headers=HEADERS)
        with Protection():
            protected = pool.request("POST", url, body=encoded(chat()), headers=HEADERS)
    for name in ("status", "version", "reason", "retries"):
        assert str(getattr(protected, name)) == str(getattr(bare, name))
    assert protected.geturl() == bare.geturl() and protected.isclosed() == bare.isclosed()
    with Protection():
        response = requests.post(url, json=chat())
    assert response.ok and response.cookies == requests.cookies.RequestsCookieJar() and response.elapsed.total_seconds() > 0
