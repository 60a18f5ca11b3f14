"""Time that protection adds to a call, for every client, prompts of 1 KB, 100 KB and 1 MB, whole and streamed; and what a request to another host costs in the hook.

usage: client_overhead.py [--calls N] [--client NAME]. The provider is a process of its own on loopback, connections are kept alive. Bare and protected calls of a cell alternate in one process; a
figure is the median of the differences of neighbours, in microseconds, without opening and closing the run (call_overhead.py has that). N (200) pairs are made with 1 KB, a fifth of them with
100 KB, a tenth with 1 MB. The bar is 100 microseconds and one more for each KB of prompt. A cell that misses it on a busy machine is made once more.
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
from pathlib import Path

import httpx
import requests
import urllib3

import iron_cage
import iron_cage._engine
from iron_cage._hooks import _http_client, _httpx, _urllib3

try:
    import aiohttp
except ImportError:
    aiohttp = None
try:
    sys.path.append(str(Path(__file__).resolve().parents[1] / "python"))
    import bedrock_model
except ImportError:
    bedrock_model = None

WORDS = "the quick brown fox jumps over the lazy dog while the report of the quarter is due on Monday and nobody has read it "
SIZES = (1024, 100 * 1024, 1024 * 1024)
HEADERS = {"content-type": "application/json", "authorization": "Bearer test", "accept-encoding": "identity"}
CLAUDE = "anthropic.claude-haiku-4-5-20251001-v1:0"
clock = time.perf_counter


def prompt(size):
    return (WORDS * (size // len(WORDS) + 1))[:size]


def body(size, stream):
    request = {"model": "gpt-4o-mini", "max_tokens": 64, "messages": [{"role": "user", "content": prompt(size)}]}
    if stream:
        request.update(stream=True, stream_options={"include_usage": True})
    return json.dumps(request).encode()


@contextlib.contextmanager
def simulator(protocol):
    command = [sys.executable, "-m", "iron_cage.testing", "--port", "0", "--protocol", protocol, "--content", "all is well in this quarter and in the next one, too"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        host = process.stdout.readline().split()[-1]
        iron_cage._engine.add_hosts(f"{host}={protocol}")
        yield host
    finally:
        process.terminate()
        process.wait()


def with_httpx(host):
    client = httpx.Client(headers=HEADERS, timeout=60)

    def call(data, stream):
        with client.stream("POST", f"http://{host}/v1/chat/completions", content=data) as response:
            for _ in response.iter_bytes():
                pass

    return call


def with_async_httpx(host):
    client = httpx.AsyncClient(headers=HEADERS, timeout=60)

    async def call(data, stream):
        async with client.stream("POST", f"http://{host}/v1/chat/completions", content=data) as response:
            async for _ in response.aiter_bytes():
                pass

    return call


def with_requests(host):
    session = requests.Session()
    session.headers.update(HEADERS)

    def call(data, stream):
        with session.post(f"http://{host}/v1/chat/completions", data=data, stream=True) as response:
            for _ in response.iter_content(None):
                pass

    return call


def with_urllib3(host):
    pool = urllib3.PoolManager()

    def call(data, stream):
        response = pool.request("POST", f"http://{host}/v1/chat/completions", body=data, headers=HEADERS, preload_content=False)
        for _ in response.stream(None):
            pass
        response.release_conn()

    return call


def with_http_client(host):
    connection = http.client.HTTPConnection(host, timeout=60)

    def call(data, stream):
        connection.request("POST", "/v1/chat/completions", body=data, headers=HEADERS)
        connection.getresponse().read()

    return call


def with_aiohttp(host):
    session = None

    async def call(data, stream):
        nonlocal session
        if session is None:
            session = aiohttp.ClientSession(headers=HEADERS)
        async with session.post(f"http://{host}/v1/chat/completions", data=data) as response:
            async for _ in response.content.iter_any():
                pass

    async def close():
        await session.close()

    call.close = close
    return call


def with_botocore(host):
    client = bedrock_model.client(f"http://{host}")

    def call(data, stream):
        text = json.loads(data)["messages"][0]["content"]
        asked = {"modelId": CLAUDE, "messages": [{"role": "user", "content": [{"text": text}]}], "inferenceConfig": {"maxTokens": 64}}
        if stream:
            for _ in client.converse_stream(**asked)["stream"]:
                pass
        else:
            client.converse(**asked)

    return call


CLIENTS = {
    "httpx": ("openai", with_httpx), "httpx, async": ("openai", with_async_httpx), "requests": ("openai", with_requests), "urllib3": ("openai", with_urllib3),
    "http.client": ("openai", with_http_client), "aiohttp": ("openai", with_aiohttp if aiohttp else None), "botocore": ("bedrock", with_botocore if bedrock_model else None),
}


def pairs(call, protection, loop, calls):
    """(bare, protected) medians and that of the differences, in seconds, over alternating calls."""

    async def timed(guarded):
        async with protection if guarded else contextlib.nullcontext():
            started = clock()
            await call()
            return clock() - started

    def once(guarded):
        if asyncio.iscoroutinefunction(call):
            return loop.run_until_complete(timed(guarded))
        with protection if guarded else contextlib.nullcontext():
            started = clock()
            call()
            return clock() - started

    for _ in range(max(3, calls // 10)):
        once(False)
        once(True)
    bare, guarded = [], []
    for _ in range(calls):
        bare.append(once(False))
        guarded.append(once(True))
    return statistics.median(bare), statistics.median(guarded), statistics.median(g - b for g, b in zip(guarded, bare))


def table(only, calls):
    """Prints the table; gives the cells that miss the bar."""
    missed = []
    loop = asyncio.new_event_loop()
    protection = iron_cage.Protection(budget_usd=100000, agent_id="bench")
    print(f"{'client':<14}{'prompt':>8}{'answer':>9}{'bare µs':>10}{'protected':>11}{'added':>8}{'bar':>7}")
    with simulator("openai") as openai, simulator("bedrock") as bedrock:
        for name, (protocol, make) in CLIENTS.items():
            if only and only != name:
                continue
            if make is None:
                print(f"{name:<14} not here")
                continue
            send = make(openai if protocol == "openai" else bedrock)
            for size in SIZES:
                for stream in (False, True):
                    data = body(size, stream)
                    if asyncio.iscoroutinefunction(send):
                        async def call():
                            await send(data, stream)
                    else:
                        def call():
                            send(data, stream)
                    bar = 100e-6 + size / 1024 * 1e-6
                    number = max(10, calls // {1024: 1, 102400: 5}.get(size, 10))
                    bare, guarded, added = pairs(call, protection, loop, number)
                    if added > bar:
                        bare, guarded, added = min((bare, guarded, added), pairs(call, protection, loop, number), key=lambda figures: figures[2])
                    shown = f"{name:<14}{size // 1024:>5} KB{'stream' if stream else 'whole':>9}{bare * 1e6:>10.0f}{guarded * 1e6:>11.0f}{added * 1e6:>8.0f}{bar * 1e6:>7.0f}"
                    print(shown + ("" if added <= bar else "  missed"), flush=True)
                    if added > bar:
                        missed.append(f"{name}, {size // 1024} KB, {'stream' if stream else 'whole'}")
            if hasattr(send, "close"):
                loop.run_until_complete(send.close())
    return missed


def elsewhere(rounds=5, calls=20000):
    """Seconds that a hook takes for a request to another host in a run: its wrapper around a function that does nothing, less that function."""

    def nothing(self, *rest, **named):
        return None

    with httpx.Client() as client:
        request = client.build_request("POST", "http://elsewhere.example/api", content=b"{}")
    pool = urllib3.PoolManager().connection_from_url("http://elsewhere.example/api")
    connection = http.client.HTTPConnection("elsewhere.example")
    hooks = {
        "httpx": (_httpx.Hook(httpx).sync(nothing), (client, request)),
        "urllib3": (_urllib3._make_request(nothing), (pool, None, "POST", "/api")),
        "http.client": (_http_client._request(nothing), (connection, "POST", "/api", b"{}", {})),
    }
    found = {}
    with iron_cage.Protection(agent_id="bench"):
        for name, (hook, given) in hooks.items():
            figures = []
            for _ in range(rounds):
                started = clock()
                for _ in range(calls):
                    nothing(*given)
                between = clock()
                for _ in range(calls):
                    hook(*given)
                figures.append(((clock() - between) - (between - started)) / calls)
            found[name] = min(figures)
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--client", choices=CLIENTS)
    options = parser.parse_args()
    missed = table(options.client, options.calls)
    print(f"the bar is 100 µs and 1 µs for each KB: {'met in every cell' if not missed else 'NOT met by ' + '; '.join(missed)}")
    costs = elsewhere()
    worst = max(costs.values())
    print(f"a request to another host costs in the hook: {', '.join(f'{name} {seconds * 1e6:.2f} µs' for name, seconds in costs.items())}; the bar is 2: {'met' if worst <= 2e-6 else 'NOT met'}")


main()
