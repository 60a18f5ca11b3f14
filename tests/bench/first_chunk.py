"""How much later the first chunk of a stream reaches its reader: protected and bare in alternation over kept-alive loopback connections.

usage: first_chunk.py [--calls N]. The provider is a process of its own and sends its first chunk with the head. Prints one row per client: medians in
microseconds from the request to the first chunk, and from the response's head to the first chunk; the second has no part of what the request costs.
The bar is 1 millisecond added.
"""

import argparse
import asyncio
import contextlib
import http.client
import json
import statistics
import subprocess
import sys
import time

import httpx
import requests
import urllib3

import iron_cage
import iron_cage._engine

try:
    import aiohttp
except ImportError:
    aiohttp = None

BODY = json.dumps({"model": "gpt-4o-mini", "max_tokens": 64, "stream": True, "stream_options": {"include_usage": True},
                   "messages": [{"role": "user", "content": "tell me about the quarter " * 80}]}).encode()
HEADERS = {"content-type": "application/json", "authorization": "Bearer test"}


@contextlib.contextmanager
def simulator():
    command = [sys.executable, "-m", "iron_cage.testing", "--content", "all is well in this quarter", "--chunk-delay", "0.002"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        process.wait()


def with_httpx(url):
    client = httpx.Client(headers={**HEADERS, "accept-encoding": "identity"})

    def call():
        started = time.perf_counter()
        with client.stream("POST", url, content=BODY) as response:
            head = time.perf_counter()
            pieces = response.iter_bytes()
            next(pieces)
            first = time.perf_counter()
            for _ in pieces:
                pass
        return first - started, first - head

    return call


def with_async_httpx(url):
    client = httpx.AsyncClient(headers={**HEADERS, "accept-encoding": "identity"})
    loop = asyncio.new_event_loop()

    async def call():
        started = time.perf_counter()
        async with client.stream("POST", url, content=BODY) as response:
            head = time.perf_counter()
            pieces = response.aiter_bytes()
            await pieces.__anext__()
            first = time.perf_counter()
            async for _ in pieces:
                pass
        return first - started, first - head

    return lambda: loop.run_until_complete(call())


def with_requests(url):
    session = requests.Session()
    session.headers.update({**HEADERS, "accept-encoding": "identity"})

    def call():
        started = time.perf_counter()
        with session.post(url, data=BODY, stream=True) as response:
            head = time.perf_counter()
            pieces = response.iter_content(None)
            next(pieces)
            first = time.perf_counter()
            for _ in pieces:
                pass
        return first - started, first - head

    return call


def with_urllib3(url):
    pool = urllib3.PoolManager()

    def call():
        started = time.perf_counter()
        response = pool.request("POST", url, body=BODY, headers={**HEADERS, "accept-encoding": "identity"}, preload_content=False)
        head = time.perf_counter()
        pieces = response.stream(None)
        next(pieces)
        first = time.perf_counter()
        for _ in pieces:
            pass
        response.release_conn()
        return first - started, first - head

    return call


def with_http_client(url):
    host, path = url.removeprefix("http://").split("/", 1)
    connection = http.client.HTTPConnection(host)

    def call():
        started = time.perf_counter()
        connection.request("POST", f"/{path}", body=BODY, headers={**HEADERS, "accept-encoding": "identity"})
        response = connection.getresponse()
        head = time.perf_counter()
        response.read1()
        first = time.perf_counter()
        response.read()
        return first - started, first - head

    return call


def with_aiohttp(url):
    loop = asyncio.new_event_loop()
    session = None

    async def call():
        nonlocal session
        if session is None:
            session = aiohttp.ClientSession(headers={**HEADERS, "accept-encoding": "identity"})
        started = time.perf_counter()
        async with session.post(url, data=BODY) as response:
            head = time.perf_counter()
            await response.content.readany()
            first = time.perf_counter()
            await response.read()
        return first - started, first - head

    def run():
        return loop.run_until_complete(call())

    run.close = lambda: loop.run_until_complete(session.close())
    return run


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--calls", type=int, default=200)
    calls = parser.parse_args().calls
    with simulator() as host:
        iron_cage._engine.add_hosts(f"{host}=openai")
        url = f"http://{host}/v1/chat/completions"
        protection = iron_cage.Protection(budget_usd=1000, agent_id="bench")
        print(f"{'client':<16}{'bare µs':>10}{'protected':>11}{'added':>8}{'added after the head':>22}")
        worst = 0.0
        clients = {
            "httpx": with_httpx, "httpx, async": with_async_httpx, "requests": with_requests, "urllib3": with_urllib3, "http.client": with_http_client, "aiohttp": with_aiohttp,
        }
        for name, client in clients.items():
            if name == "aiohttp" and aiohttp is None:
                print(f"{name:<16} not here")
                continue
            call = client(url)
            bare, guarded = [], []
            for index in range(calls + 20):
                plain = call()
                with protection:
                    under = call()
                if index >= 20:
                    bare.append(plain)
                    guarded.append(under)
            if hasattr(call, "close"):
                call.close()
            added = statistics.median(under[0] - plain[0] for plain, under in zip(bare, guarded))
            after = statistics.median(under[1] - plain[1] for plain, under in zip(bare, guarded))
            worst = max(worst, added)
            first = [statistics.median(figures[0] for figures in rows) for rows in (bare, guarded)]
            print(f"{name:<16}{first[0] * 1e6:>10.0f}{first[1] * 1e6:>11.0f}{added * 1e6:>8.0f}{after * 1e6:>22.0f}")
        print(f"the first chunk comes at most {worst * 1e6:.0f} µs later; the bar is 1000: {'met' if worst <= 0.001 else 'NOT met'}")


main()
