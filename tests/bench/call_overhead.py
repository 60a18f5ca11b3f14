"""Time that protection adds to one call over a kept-alive loopback connection: protected and bare in alternation, in the same run.

usage: call_overhead.py [--calls N]. Prints one table row per client: medians in microseconds, the median difference, the ratio, and what opening and
closing a run around a call takes.
The bar is 150 microseconds added per call with httpx and a 2 KB prompt.
"""

import argparse
import contextlib
import json
import statistics
import subprocess
import sys
import time

import httpx
import requests

import iron_cage
import iron_cage._engine

WORDS = "the quick brown fox jumps over the lazy dog while the report of the quarter is due on Monday and nobody has read it "


def body(size: int, stream: bool = False) -> bytes:
    text = (WORDS * (size // len(WORDS) + 1))[:size]
    request = {"model": "gpt-4o-mini", "max_tokens": 64, "messages": [{"role": "user", "content": text}]}
    if stream:
        request.update(stream=True, stream_options={"include_usage": True})
    return json.dumps(request).encode()


@contextlib.contextmanager
def simulator():
    """The provider in a process of its own: in ours it would wait for the same interpreter lock and blur the figures."""
    process = subprocess.Popen([sys.executable, "-m", "iron_cage.testing", "--port", "0"], stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        process.wait()


def measure(call, protection, calls):
    """Medians in seconds over alternating calls: bare, protected, the difference of neighbours, and opening and closing the run around a call."""
    def protected():
        with protection:
            call()

    for _ in range(50):
        call()
        protected()
    bare, guarded, runs = [], [], []
    clock = time.perf_counter
    for _ in range(calls):
        started = clock()
        call()
        between = clock()
        with protection:
            entered = clock()
            call()
            done = clock()
        ended = clock()
        bare.append(between - started)
        guarded.append(done - entered)
        runs.append((ended - between) - (done - entered))
    added = [g - b for g, b in zip(guarded, bare)]
    return tuple(statistics.median(figures) for figures in (bare, guarded, added, runs))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--calls", type=int, default=1000)
    calls = parser.parse_args().calls
    with simulator() as host:
        iron_cage._engine.add_hosts(f"{host}=openai")
        url = f"http://{host}/v1/chat/completions"
        headers = {"content-type": "application/json", "authorization": "Bearer test"}

        protection = iron_cage.Protection(budget_usd=1000, agent_id="bench")

        # The bare twin runs with no run open, in the same process and over the same connection.
        print(f"{'client':<16}{'prompt':>8}{'bare µs':>10}{'protected':>11}{'added':>8}{'ratio':>7}{'run':>7}")
        httpx_client = httpx.Client(headers=headers)
        session = requests.Session()
        session.headers.update(headers)
        rows = []
        for name, size, stream, send in (
            ("httpx", 2048, False, lambda b: httpx_client.post(url, content=b).read()),
            ("httpx stream", 2048, True, lambda b: httpx_client.post(url, content=b).read()),
            ("httpx", 102400, False, lambda b: httpx_client.post(url, content=b).read()),
            ("requests", 2048, False, lambda b: session.post(url, data=b).content),
        ):
            data = body(size, stream)
            bare, guarded, added, run = measure(lambda: send(data), protection, calls if size < 10000 else calls // 4)
            rows.append((name, size, added))
            print(f"{name:<16}{size:>8}{bare * 1e6:>10.0f}{guarded * 1e6:>11.0f}{added * 1e6:>8.0f}{guarded / bare:>7.2f}{run * 1e6:>7.0f}")
        added = rows[0][2] * 1e6
        print(f"httpx, 2 KB prompt: {added:.0f} µs added per call; the bar is 150: {'met' if added <= 150 else 'NOT met'}")


main()
