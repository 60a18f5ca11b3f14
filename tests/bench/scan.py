"""Scanning speed through the C ABI, all kinds on, against ripgrep with nine comparable patterns: same file, same run, one core each, in alternation.

usage: scan.py [--megabytes N] [--rounds N]. Prints GB/s, medians, and the ratio; then a short message, and how cost grows with length and with kinds.

The bars are set against ASCII, where ripgrep has its lazy DFA, and against a message a line: it searches line by line, once more where a line has a match, so several findings
in a long line (a whole request) cost it less than one in each short line; both are shown. Its \\b is Unicode's, so text with a curly quote or an accent here and there, as models
write, sends it to a slower engine: the rows with \u2019 and \u00e9 show that on 2 MB.
"""

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import tempfile
import time

from iron_cage import _engine, _native

PATTERNS = r"""
[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}
(?:\+?[0-9]{1,3}[ .-])?\(?[0-9]{3}\)?[ .-][0-9]{3}[ .-][0-9]{4}\b
\b[3-6][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{3,4}\b
\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b
\b[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}\b
\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b
\b(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}\b
https?://[^ "<>]+
\b(?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}\b
""".strip()
WORDS = """the quick report shows that our team moved from planning into delivery while customers asked about pricing support and roadmap details which we explained in
short notes after every meeting because clear answers help people decide faster than long documents and nobody reads appendices anyway unless something breaks at night when
engineers need facts about queues caches and retries""".split()
LEAKS = (
    lambda rng: f"user{rng.randint(1, 9999)}@example.com", lambda rng: f"({rng.randint(201, 989)}) {rng.randint(201, 989)}-{rng.randint(1000, 9999)}",
    lambda rng: "4111 1111 1111 1111", lambda rng: f"{rng.randint(100, 665)}-{rng.randint(10, 99)}-{rng.randint(1000, 9999)}", lambda rng: "DE89370400440532013000",
    lambda rng: f"8.8.{rng.randint(0, 255)}.{rng.randint(0, 255)}", lambda rng: f"https://example.com/a/{rng.randint(1, 99999)}",
    lambda rng: "2001:db8:85a3:1:2:8a2e:370:7334", lambda rng: "00:1b:44:11:3a:b7",
)
TYPOGRAPHIC = ("team\u2019s", "\u201cdone\u201d", "caf\u00e9", "\u2014")
MESSAGE = ("Please summarise the attached meeting notes for the team and list the three most important decisions, who owns them, and by when they should be done. "
           "Keep it short, friendly and clear; use bullets. Thanks").encode()


def chat(rng, every, words):
    """The body of a chat call: two to six messages, with one value that is found in every so many characters, or none."""
    messages = []
    for _ in range(rng.randint(2, 6)):
        text, due = "", every // 2
        while len(text) < rng.randint(200, 1500):
            text += " ".join(rng.choice(words) for _ in range(rng.randint(6, 18))).capitalize() + rng.choice([". ", ".\n", "? ", ", and so on. ", ": see below. "])
            if every and len(text) > due:
                text += rng.choice(LEAKS)(rng) + " "
                due += every
        messages.append({"role": rng.choice(["user", "assistant"]), "content": text})
    return json.dumps({"model": "gpt-4o-mini", "messages": messages, "temperature": 0.7, "max_tokens": 512}, ensure_ascii=False)


def message(rng, every, words):
    """A message in some 200 bytes of JSON, with one value that is found, or none."""
    text, due = "", rng.randint(20, 130)
    while len(text) < 150:
        text += " ".join(rng.choice(words) for _ in range(rng.randint(3, 6))) + rng.choice([". ", ", ", "? "])
        if every and len(text) > due:
            text += rng.choice(LEAKS)(rng) + " "
            due = every * 1000
    return json.dumps({"role": rng.choice(["user", "assistant"]), "content": text}, ensure_ascii=False)


def corpus(megabytes, every, words=WORDS, line=chat):
    """JSON Lines: a whole request a line, or a message a line."""
    rng = random.Random(7)
    part, size = [], 0
    while size < min(megabytes, 4) << 20:
        part.append(line(rng, every, words))
        size += len(part[-1]) + 1
    return ("\n".join(part) + "\n").encode() * max(1, megabytes // 4)


def scanner(**options):
    """A scanner of the library."""
    data = json.dumps(options).encode()
    return _native.new_handle("ironcage_safety_scanner_new", _engine.handle(), data, len(data))


def scan(text, by=None):
    """How many findings a scanner (all kinds) has in the text. They come as an array of structs, which is part of the time; nothing is turned into Python objects."""
    out = _native.ffi.new("ironcage_buffer *")
    _native.call("ironcage_safety_scanner_find", out, by or EVERYTHING, _native.ffi.from_buffer(text), len(text))
    found = out.len // FINDING
    LIBRARY.ironcage_buffer_free(out)
    return found


LIBRARY = _native.load()
FINDING = _native.ffi.sizeof("ironcage_finding")
EVERYTHING = scanner()


def seconds(work):
    started = time.process_time()
    work()
    return time.process_time() - started


def per_byte(text, by=None, rounds=3):
    """Nanoseconds per byte, the least of some rounds."""
    repeats = max(1, 2_000_000 // len(text))
    return min(seconds(lambda: [scan(text, by) for _ in range(repeats)]) for _ in range(rounds)) / repeats / len(text) * 1e9


def rival(path, patterns):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(["rg", "--count-matches", "-j1", "--no-mmap", "-a", "-f", patterns, path], stdout=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def against(name, text, bar, rounds, folder):
    path, patterns = os.path.join(folder, "text.json"), os.path.join(folder, "patterns")
    with open(path, "wb") as file:
        file.write(text)
    with open(patterns, "w") as file:
        file.write(PATTERNS + "\n")
    found = scan(text)
    rival(path, patterns)
    pairs = [(rival(path, patterns), seconds(lambda: scan(text))) for _ in range(rounds)]
    theirs, ours = (len(text) / 1e9 / statistics.median(side) for side in zip(*pairs))
    per = f"one in {len(text) // found}" if found else "none"
    print(f"{name:<24}{theirs:>9.3f}{ours:>11.2f}{ours / theirs:>8.2f}{bar or '-':>6}   {per}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    clean = corpus(options.megabytes, 0)
    print(f"{'text':<24}{'rg GB/s':>9}{'scan GB/s':>11}{'ratio':>8}{'bar':>6}   findings")
    with tempfile.TemporaryDirectory() as folder:
        against("clean, a request a line", clean, 2, options.rounds, folder)
        against("clean, a message a line", corpus(options.megabytes, 0, line=message), 2, options.rounds, folder)
        against("200, a message a line", corpus(options.megabytes, 200, line=message), 1.2, options.rounds, folder)
        against("200, a request a line", corpus(options.megabytes, 200), None, options.rounds, folder)
        against("clean, with \u2019 and \u00e9", corpus(2, 0, [*WORDS, *TYPOGRAPHIC]), None, 1, folder)
        against("200, with \u2019 and \u00e9", corpus(2, 200, [*WORDS, *TYPOGRAPHIC]), None, 1, folder)

    calls = 100_000
    took = min(seconds(lambda: [scan(MESSAGE) for _ in range(calls)]) for _ in range(3))
    bare = min(seconds(lambda: [scan(b"") for _ in range(calls)]) for _ in range(3))
    print(f"\n{len(MESSAGE)}-character message: {took / calls * 1e6:.2f} us with the call from Python, {(took - bare) / calls * 1e6:.2f} us of it for the text (bar 1)")
    print("\ncost by length, ns per byte")
    leaky = corpus(options.megabytes, 200)
    texts = {"clean chat": clean, "a finding in 200": leaky, "digits only": b"4" * len(clean), "at signs": b"a@" * (len(clean) // 2), "open brackets": b"https://[" * (len(clean) // 9)}
    sizes = [size for size in (1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000) if size <= len(clean) * 2]
    print(f"{'text':<24}" + "".join(f"{size / 1000:>9g} KB" for size in sizes) + f"{'most/1 MB':>12}")
    for name, text in texts.items():
        text = text * -(-sizes[-1] // len(text))
        costs = [per_byte(text[:size]) for size in sizes]
        print(f"{name:<24}" + "".join(f"{cost:>12.2f}" for cost in costs) + f"{max(costs[3:]) / costs[3]:>12.2f}", flush=True)

    print("\nall kinds against every second kind by name, ns per byte (bar: all at most 1.25 times a half)")
    names = sorted(kind["name"] for kind in json.loads(_native.take("ironcage_safety_scanner_kinds", EVERYTHING))["kinds"])
    halves = [scanner(kinds=names[first::2]) for first in (0, 1)]
    for name, text in (("clean chat", clean[:16 << 20]), ("a finding in 200", leaky[:16 << 20])):
        rounds = [[per_byte(text, by, 1) for by in (EVERYTHING, *halves)] for _ in range(options.rounds)]
        everything, *parts = (statistics.median(side) for side in zip(*rounds))
        print(f"{name:<24}{len(names)} kinds {everything:.2f}, " + ", ".join(f"{len(names[n::2])} of them {part:.2f} (all / these {everything / part:.2f})" for n, part in enumerate(parts)))


main()
