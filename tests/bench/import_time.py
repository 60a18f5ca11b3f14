"""What import plus the first protected call cost over bare Python doing the same call unprotected, each in fresh processes, in pairs whose order
alternates.

usage: import_time.py [--runs N]. The bar is 60 ms of wall time, the difference of the medians; beside it the difference of the fastest runs, which other
work on the machine disturbs least.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time

from iron_cage.testing import ProviderSimulator

BARE = """
import httpx
httpx.post({url!r}, json={body!r})
"""

PROTECTED = """
import httpx
from iron_cage import protect_agent
import iron_cage._engine as engine
engine.add_hosts({host!r} + "=openai")
@protect_agent(budget_usd=1)
def agent():
    httpx.post({url!r}, json={body!r})
agent()
"""


def run(code: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""})
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=25)
    runs = parser.parse_args().runs
    with ProviderSimulator(register=False) as simulator:
        fill = {
            "url": simulator.base_url + "/chat/completions",
            "host": simulator.host,
            "body": {"model": "gpt-4o-mini", "max_tokens": 16, "messages": [{"role": "user", "content": "hello"}]},
        }
        bare, protected = BARE.format(**fill), PROTECTED.format(**fill)
        run(bare), run(protected)
        times: "tuple[list[float], list[float]]" = ([], [])
        for number in range(runs):
            for which in (0, 1) if number % 2 else (1, 0):
                times[which].append(run((bare, protected)[which]))
    print(f"{'':<10}{'bare ms':>9}{'protected':>11}{'added':>8}{'ratio':>7}")
    for name, of in (("median", statistics.median), ("fastest", min)):
        base, ours = (of(side) * 1e3 for side in times)
        print(f"{name:<10}{base:>9.0f}{ours:>11.0f}{ours - base:>8.0f}{ours / base:>7.2f}")
        if of is statistics.median:
            bar = f"import, protection and first call: {ours - base:.0f} ms added; the bar is 60: {'met' if ours - base <= 60 else 'NOT met'}"
    print(bar)


main()
