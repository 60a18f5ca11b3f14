"""Pricing of one usage, through the C ABI: the time of a question about 100,000 usages of one model, less that of the same question about a model without
a price (the JSON alone is read), divided by their number. Both read and check the same usages; the first prices them and writes each sum.

usage: pricing.py [--rounds N]. Prints microseconds per usage, medians; and the first price of a fresh process, which reads one provider's file.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time

from iron_cage import _engine, _native

USAGE = {"input": 1200, "cached_input": 800, "cache_write": 100, "output": 300, "reasoning": 100}
FIRST = """
import time
from iron_cage import _engine, _native
_engine.handle()
name = b"{model}"
started = time.perf_counter()
_native.take("ironcage_cost_price", _engine.handle(), name, len(name))
print((time.perf_counter() - started) * 1e3)
"""


def ask(query):
    started = time.perf_counter()
    _native.take("ironcage_cost_explain", _engine.handle(), query, len(query))
    return time.perf_counter() - started


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    number = 100_000
    print(f"{'model':<42}{'us per usage':>14}")
    for provider, model in (("openai", "gpt-4o"), ("anthropic", "claude-sonnet-4-5"), ("azure", "gpt-5.4"), ("openrouter", "anthropic/claude-sonnet-4.5")):
        priced, read = (json.dumps({"model": name, "provider": provider, "usages": [USAGE] * number}).encode() for name in (model, "no-such-model"))
        ask(priced), ask(read)
        times = [ask(priced) - ask(read) for _ in range(rounds)]
        print(f"{provider + ' ' + model:<42}{statistics.median(times) / number * 1e6:>14.2f}")
    first = [float(subprocess.run([sys.executable, "-c", FIRST.format(model="gpt-4o")], capture_output=True, text=True, check=True).stdout) for _ in range(rounds)]
    print(f"first price of a process: {statistics.median(first):.1f} ms")


if __name__ == "__main__":
    main()
