"""Compressed streams: read in every way, left early, damaged, cut at every byte; slow readers and endless lines do not grow the memory."""
import asyncio
import gc
import gzip
import json
import os
import random
import statistics
import subprocess
import sys
import time
import zlib

import httpx
import pytest
import requests

from iron_cage import Protection, _engine
from iron_cage.testing import Reply

brotli = pytest.importorskip("brotli")
zstandard = pytest.importorskip("zstandard")

LONG = os.environ.get("IRON_CAGE_LONG") == "1"
USAGE = {"prompt_tokens": 5, "completion_tokens": 9, "total_tokens": 14}


def events(*pieces):
    """Server-sent events, one piece of text each."""
    common = {"id": "x", "object": "chat.completion.chunk", "model": "gpt-4o"}
    chunks = [{**common, "choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]} for piece in pieces]
    chunks.append({**common, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    chunks.append({**common, "choices": [], "usage": USAGE})
    return b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks) + b"data: [DONE]\n\n"


CLEAN = events(*["all is well, Grüße 😀 "] * 20)
LEAKY = events(*["words "] * 5, "mail bob@exam", "ple.com now", *[" words"] * 5)


def zstd(data):
    """In many blocks, as of a server that flushes: a single block is decoded all at once."""
    packer = zstandard.ZstdCompressor().compressobj()
    blocks = [packer.compress(part) + packer.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK) for part in split(data, 400)]
    return b"".join(blocks) + packer.flush()


def raw_deflate(data):
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


ENCODINGS = {
    "gzip": ("gzip", gzip.compress),
    "gzip in members": ("gzip", lambda data: gzip.compress(data[:200]) + gzip.compress(data[200:])),
    "deflate": ("deflate", zlib.compress),
    "raw deflate": ("deflate", raw_deflate),
    "br": ("br", brotli.compress),
    "zstd": ("zstd", zstd),
}


def split(data, size=50):
    return [data[at:at + size] for at in range(0, len(data), size)]


def reply(encoding, pieces, **more):
    return Reply(pieces=pieces, usage=USAGE, headers={"content-type": "text/event-stream", "content-encoding": encoding}, **more)


def joined(pieces, method):
    if method.endswith("iter_lines"):
        return "\n".join(line.rstrip("\n") for line in pieces)  # httpx kept the line ends before 0.24
    return type(pieces[0])().join(pieces) if pieces else b""


def httpx_reads(method):
    def read(url, body):
        with httpx.Client() as client, client.stream("POST", url, json=body) as response:
            if method == "read":
                return response.read()
            return joined(list(getattr(response, method)()), method)

    return read


def async_reads(method):
    def read(url, body):
        async def run():
            async with httpx.AsyncClient() as client, client.stream("POST", url, json=body) as response:
                if method == "aread":
                    return await response.aread()
                return joined([piece async for piece in getattr(response, method)()], method)

        return asyncio.run(run())

    return read


def requests_reads(method):
    def read(url, body):
        with requests.post(url, json=body, stream=True) as response:
            if method == "iter_lines":
                return b"\n".join(response.iter_lines())
            if method == "raw.read":
                return response.raw.read(decode_content=True)
            if method == "raw.stream":
                return b"".join(response.raw.stream(64, decode_content=True))
            return response.content if method == "content" else b"".join(response.iter_content(7))

    return read


READS = {
    **{f"httpx.{name}": httpx_reads(name) for name in ("read", "iter_bytes", "iter_text", "iter_lines")},
    **{f"httpx.{name}": async_reads(name) for name in ("aread", "aiter_bytes", "aiter_text", "aiter_lines")},
    **{f"requests.{name}": requests_reads(name) for name in ("content", "iter_content", "iter_lines", "raw.read", "raw.stream")},
}


def known(read, encoding):
    """Whether this client itself can read the encoding: zstd came to httpx with 0.28, to urllib3 with 2.0."""
    if encoding != "zstd":
        return True
    if read.startswith("httpx"):
        from httpx import _decoders

        return "zstd" in _decoders.SUPPORTED_DECODERS
    from urllib3.util.request import ACCEPT_ENCODING

    return "zstd" in ACCEPT_ENCODING


def text(data):
    data = data if isinstance(data, str) else data.decode()
    return data.rstrip("\n")


def settled(protection, calls=1):
    report = protection.report()
    assert not _engine.open_calls and report.held_usd == 0 and report.calls == calls
    return report


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("name", ENCODINGS)
def test_a_compressed_stream_reads_as_without_protection_and_redacted_where_it_must(sim, url, chat, read, name):
    encoding, pack = ENCODINGS[name]
    body = chat(stream=True)
    if known(read, encoding) and not (name == "gzip in members" and read.startswith("httpx")):  # httpx stops after the first
        sim.reply = reply(encoding, split(pack(CLEAN)))
        assert text(READS[read](url, body)) == text(CLEAN)
    protection = Protection(budget_usd=1)
    with protection:
        sim.reply = reply(encoding, split(pack(CLEAN)))
        assert text(READS[read](url, body)) == text(CLEAN)
        sim.reply = reply(encoding, split(pack(LEAKY)))
        redacted = text(READS[read](url, body))
    assert "[EMAIL_REDACTED]" in redacted and "bob@" not in redacted and "ple.com" not in redacted and redacted.endswith("data: [DONE]")
    report = settled(protection, 2)
    assert report.estimated_usd == 0 and (report.tokens.input, report.tokens.output) == (10, 18)


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_compressed_stream_read_raw_is_the_plain_one_and_says_so(sim, url, chat, name):
    """Bytes that were scanned are handed on plain; the header that would deny it goes."""
    encoding, pack = ENCODINGS[name]
    sim.reply = reply(encoding, split(pack(CLEAN)))
    protection = Protection(budget_usd=1)
    with protection:
        with httpx.Client() as client, client.stream("POST", url, json=chat(stream=True)) as response:
            assert "content-encoding" not in response.headers
            assert b"".join(response.iter_raw()) == CLEAN
        with requests.post(url, json=chat(stream=True), stream=True) as response:
            assert "content-encoding" not in response.headers
            assert response.raw.read() == CLEAN
    assert settled(protection, 2).estimated_usd == 0


@pytest.mark.parametrize("client", ["httpx", "async", "requests"])
@pytest.mark.parametrize("name", ENCODINGS)
@pytest.mark.parametrize("after", [0, 1, 3, None], ids=["never read", "one", "three", "dropped"])
def test_a_compressed_stream_that_is_left_is_settled_and_not_free(sim, url, chat, client, name, after):
    encoding, pack = ENCODINGS[name]
    noise = random.Random(1)
    words = events(*["".join(noise.choice("abcdefgh ") for _ in range(40)) for _ in range(60)])  # so that it stays long when packed
    sim.reply = reply(encoding, split(pack(words), 200))
    protection = Protection(budget_usd=1)
    body = chat(stream=True, max_tokens=2000)

    async def asynchronous():
        async with httpx.AsyncClient() as made:
            response = await made.send(made.build_request("POST", url, json=body), stream=True)
            if after:
                pieces = response.aiter_bytes()
                for _ in range(after):
                    await pieces.__anext__()
            if after is not None:
                await response.aclose()

    with protection:
        if client == "async":
            asyncio.run(asynchronous())
        elif client == "httpx":
            with httpx.Client() as made:
                response = made.send(made.build_request("POST", url, json=body), stream=True)
                pieces = response.iter_bytes()
                for _ in range(after or 0):
                    next(pieces)
                if after is not None:
                    response.close()
                del response, pieces
        else:
            response = requests.post(url, json=body, stream=True)
            pieces = response.iter_content(20)
            for _ in range(after or 0):
                next(pieces)
            if after is not None:
                response.close()
            del response, pieces
        gc.collect()
    report = settled(protection)
    assert report.spent_usd == report.estimated_usd > 0


def test_a_gzip_stream_cut_at_every_byte_is_the_uncut_one(sim, url, chat):
    packed = gzip.compress(LEAKY, mtime=0)
    expected = None
    with httpx.Client() as client:
        for position in range(len(packed)):
            sim.reply = reply("gzip", [packed[:position], packed[position:]] if position else [packed])
            protection = Protection(budget_usd=1)
            with protection:
                got = client.post(url, json=chat(stream=True)).content
            found = [(finding.kind, finding.start, finding.end) for finding in protection.report().pii_findings]
            answer = got, found, settled(protection).spent_usd
            expected = expected or answer
            assert answer == expected, f"cut at byte {position}"
    assert b"[EMAIL_REDACTED]" in expected[0] and b"bob@" not in expected[0]
    print(f"\n    {len(packed)} cuts")


DAMAGED = {
    "truncated gzip": ("gzip", lambda: gzip.compress(CLEAN)[:-30]),
    "gzip without its trailer": ("gzip", lambda: gzip.compress(CLEAN)[:-8]),
    "garbage for gzip": ("gzip", lambda: b"this is no gzip at all" * 10),
    "gzip, then garbage": ("gzip", lambda: gzip.compress(CLEAN) + b"garbage"),
    "garbage inside gzip": ("gzip", lambda: gzip.compress(CLEAN)[:60] + b"\xff" * 40 + gzip.compress(CLEAN)[100:]),
    "gzip with a wrong checksum": ("gzip", lambda: gzip.compress(CLEAN)[:-8] + b"\0" * 8),
    "garbage for deflate": ("deflate", lambda: b"\xff" * 200),
    "truncated deflate": ("deflate", lambda: zlib.compress(CLEAN)[:-30]),
    "garbage for br": ("br", lambda: b"\xff" * 200),
    "truncated br": ("br", lambda: brotli.compress(CLEAN)[:-10]),
}


def outcome(read, url, body):
    try:
        return "ok", text(READS[read](url, body))
    except Exception as error:
        return type(error), None


@pytest.mark.parametrize("read", ["httpx.read", "httpx.iter_lines", "httpx.aiter_bytes", "requests.content", "requests.iter_lines", "requests.raw.read"])
@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_encoding_fails_as_without_protection_and_is_settled(sim, url, chat, read, name):
    encoding, make = DAMAGED[name]
    sim.reply = reply(encoding, split(make()))
    body = chat(stream=True)
    bare = outcome(read, url, body)
    protection = Protection(budget_usd=1)
    with protection:
        guarded = outcome(read, url, body)
    assert guarded == bare
    gc.collect()
    assert settled(protection).spent_usd > 0


# Time to the first chunk.

def test_the_first_chunk_comes_less_than_a_millisecond_later(chat):
    command = [sys.executable, "-m", "iron_cage.testing", "--until-stdin-closes", "--content", "hello there, all is well today", "--chunk-delay", "0.001"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        host = process.stdout.readline().split()[-1]
        _engine.add_hosts(f"{host}=openai")
        url = f"http://{host}/v1/chat/completions"
        body = chat("tell me about the quarter " * 20, stream=True, max_tokens=100)
        protection = Protection(budget_usd=1000)

        def first(client):
            started = time.perf_counter()
            with client.stream("POST", url, json=body) as response:
                pieces = response.iter_raw()
                next(pieces)
                took = time.perf_counter() - started
                for _ in pieces:
                    pass
            return took

        with httpx.Client() as client:
            for attempt in range(5):
                added = []
                for _ in range(60):
                    bare = first(client)
                    with protection:
                        added.append(first(client) - bare)
                median = statistics.median(added)
                if median < 0.001:
                    break
        print(f"\n    first chunk {median * 1e6:.0f} µs later (median of {len(added)})")
        assert median < 0.001
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


# Memory.

def resident():
    with open("/proc/self/statm") as statistics_file:
        return int(statistics_file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Source:
    """A provider that sends without end until it is not read, in a process of its own. Told on its output how much it could send."""

    def __init__(self, head, piece, megabytes):
        code = f"""
import socket, sys
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
connection = server.accept()[0]
data = b""
while b"\\r\\n\\r\\n" not in data:
    data += connection.recv(65536)
head, _, rest = data.partition(b"\\r\\n\\r\\n")
length = int([line for line in head.lower().split(b"\\r\\n") if line.startswith(b"content-length")][0].split(b":")[1])
while len(rest) < length:
    rest += connection.recv(65536)
connection.sendall(b"HTTP/1.1 200 OK\\r\\ncontent-type: text/event-stream\\r\\nconnection: close\\r\\n\\r\\n" + {head!r})
piece = {piece!r}
sent = 0
try:
    while sent < {megabytes} << 20:
        connection.sendall(piece)
        sent += len(piece)
        if sent % (1 << 20) < len(piece):
            print(sent, flush=True)
except OSError:
    pass
connection.close()
"""
        self.process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        port = int(self.process.stdout.readline())
        _engine.add_hosts(f"127.0.0.1:{port}=openai")
        self.url = f"http://127.0.0.1:{port}/v1/chat/completions"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


EVENT = b"data: " + json.dumps({"id": "x", "object": "chat.completion.chunk", "model": "gpt-4o", "choices": [
    {"index": 0, "delta": {"content": "word " * 400}, "finish_reason": None}]}).encode() + b"\n\n"


def read_slowly(client, url, body, pause):
    """Reads all, with a pause after the first piece: (bytes, growth of this process at its most)."""
    def pieces():
        if client == "httpx":
            with httpx.Client(timeout=60) as made, made.stream("POST", url, json=body) as response:
                yield from response.iter_raw()
        else:
            with requests.post(url, json=body, stream=True) as response:
                yield from response.iter_content(65536)

    gc.collect()
    before, most, size = resident(), 0, 0
    for number, piece in enumerate(pieces()):
        size += len(piece)
        if number == 1:
            time.sleep(pause)
        if number % 50 == 0:
            most = max(most, resident() - before)
    return size, most


@pytest.mark.parametrize("client", ["httpx", "requests"])
def test_a_slow_reader_of_a_long_stream_does_not_grow_the_memory(chat, client):
    megabytes = 200 if LONG else 64
    with Source(b"", EVENT * 8, 32) as source, Protection(budget_usd=1000):  # what is loaded once, and what the collector of the library lets grow first
        read_slowly(client, source.url, chat(stream=True, max_tokens=10000), 0)
    protection = Protection(budget_usd=1000)
    with Source(b"", EVENT * 8, megabytes) as source, protection:
        size, most = read_slowly(client, source.url, chat(stream=True, max_tokens=10000), 0.5)
    assert size >= megabytes << 20
    print(f"\n    {size >> 20} MB, at most {most >> 20} MB more")
    assert most < 40 << 20
    report = settled(protection)
    assert report.spent_usd == report.estimated_usd > 0


def test_a_stream_that_is_not_read_is_not_taken_from_the_provider(chat):
    with Source(b"", EVENT * 8, 200) as source, Protection(budget_usd=1000), httpx.Client(timeout=60) as client:
        with client.stream("POST", source.url, json=chat(stream=True, max_tokens=1000)) as response:
            pieces = response.iter_raw()  # kept: dropping it closes the response
            next(pieces)
            before = resident()
            time.sleep(0.7)
            assert resident() - before < 8 << 20 and source.process.poll() is None
            os.set_blocking(source.process.stdout.fileno(), False)
            sent = int((source.process.stdout.read() or "0").split()[-1])
    assert sent < 40 << 20  # what the kernel's buffers take


@pytest.mark.parametrize("client", ["httpx", "requests"])
def test_an_endless_line_is_screened_as_text_and_handed_on_in_bounded_memory(chat, client):
    """Beyond 8 MiB without its end it is no event."""
    megabytes = 200 if LONG else 48
    protection = Protection(budget_usd=1000)
    with Source(b"data: {\"mail bob@example.com ", b"word " * 4000, megabytes) as source, protection:
        size, most = read_slowly(client, source.url, chat(stream=True, max_tokens=10000), 0)
    print(f"\n    {size >> 20} MB in one line, at most {most >> 20} MB more")
    assert size >= megabytes << 20 and most < 144 << 20
    report = settled(protection)
    assert [finding.kind for finding in report.pii_findings] == ["EMAIL_ADDRESS"] and report.spent_usd > 0
