"""Scanning speed through the C ABI against Python's own re with nine comparable patterns, same text, same process, in alternation.

usage: scan.py [--megabytes N]. Prints MB/s, medians of five, and the ratio.
"""

import argparse
import re
import statistics
import time

from iron_cage import _engine, _native

PATTERNS = [
    r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}",
    r"(?:\+?[0-9]{1,3}[ .-])?\(?[0-9]{3}\)?[ .-][0-9]{3}[ .-][0-9]{4}\b",
    r"\b[3-6][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{3,4}\b",
    r"\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b",
    r"\b[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}\b",
    r"\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b",
    r"\b(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}\b",
    r"\bsk-[A-Za-z0-9_-]{20,}",
    r"\bAKIA[0-9A-Z]{16}\b",
]
PROSE = "The report of the second quarter is due on Monday, 23 November; nobody has read it, and version 1.2 of the plan says 14:30. "
LEAK = "Write to jane.doe@example.org or call +1 415 555 2671, card 4111 1111 1111 1111, from 203.0.113.7. "


def seconds(work):
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=int, default=4)
    size = parser.parse_args().megabytes * 1_000_000
    pattern = re.compile("|".join(f"(?:{p})" for p in PATTERNS).encode())
    print(f"{'text':<34}{'re MB/s':>10}{'scan MB/s':>11}{'ratio':>8}")
    for name, unit in (("clean prose", PROSE), ("a finding every 200 characters", PROSE * 4 + LEAK)):
        text = (unit * (size // len(unit))).encode()

        def scan():
            _native.take("ironcage_safety_scan", _engine.handle(), _native.ffi.from_buffer(text), len(text))

        def rival():
            for _ in pattern.finditer(text):
                pass

        scan()
        pairs = [(seconds(rival), seconds(scan)) for _ in range(5)]
        theirs, ours = (len(text) / 1e6 / statistics.median(side) for side in zip(*pairs))
        print(f"{name:<34}{theirs:>10.0f}{ours:>11.0f}{ours / theirs:>8.1f}")


main()
