"""What import plus the first protected call cost over bare Python doing the same call unprotected, each in fresh processes, in alternation.

usage: import_time.py [--runs N]. The bar is 60 ms.
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
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    with ProviderSimulator(register=False) as simulator:
        fill = {
            "url": simulator.base_url + "/chat/completions",
            "host": simulator.host,
            "body": {"model": "gpt-4o-mini", "max_tokens": 16, "messages": [{"role": "user", "content": "hello"}]},
        }
        bare, protected = BARE.format(**fill), PROTECTED.format(**fill)
        run(bare), run(protected)
        pairs = [(run(bare), run(protected)) for _ in range(runs)]
    base = statistics.median(b for b, _ in pairs)
    added = statistics.median(p - b for b, p in pairs)
    print(f"bare python + httpx + one call {base * 1e3:.0f} ms; import iron_cage + protection + the same call adds {added * 1e3:.0f} ms (ratio {(base + added) / base:.2f})")
    print(f"the bar is 60: {'met' if added * 1e3 <= 60 else 'NOT met'}")


main()
