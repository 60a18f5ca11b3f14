"""Counting tokens through the C ABI, against Microsoft.ML.Tokenizers: same texts, same run, one thread each, in alternation.

usage: tokens.py [--megabytes N] [--rounds N]. Prints MB/s of processor time, medians, and the ratio, by kind of text and tokenizer; then what the tables take to load, in a
process that has counted nothing before. Counts are compared: a difference ends the run.

The bar of 50 MB/s is set for chat text. Texts are made from a seed. The rival takes quadratic time for runs without a break, so it is not asked about those, nor about
characters outside the basic plane, which it counts by halves.
"""

import argparse
import base64
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time

from iron_cage import _engine, _native

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MODELS = {"o200k_base": "gpt-4o", "cl100k_base": "gpt-4"}
ENGLISH = """the quick report shows that our team moved from planning into delivery while customers asked about pricing support and roadmap details which we explained in
short notes after every meeting because clear answers help people decide faster than long documents and nobody reads appendices anyway unless something breaks at night when
engineers need facts about queues caches and retries antidisestablishmentarianism Kubernetes Reykjavik tokenizer unflappable don't it's we'll""".split()
GERMAN = """der die das Vertrag Geschäftsführer Übergabe Straßenverkehrsordnung größer müssen wir morgen besprechen weil Kündigungsfrist abgelaufen ist und Rechnung
Mehrwertsteuer enthält sowie Anlagen""".split()
RUSSIAN = """отчёт показывает что команда перешла от планирования к поставке пока клиенты спрашивали о ценах поддержке и сроках которые мы объяснили в коротких заметках""".split()
CHINESE = """报告显示我们的团队已经从计划阶段进入交付阶段客户询问了价格支持和路线图的细节我们在每次会议之后用简短的笔记解释因为清楚的回答帮助人们更快地做出决定"""
JAPANESE = """報告書によると私たちのチームは計画から納品に移りましたお客様は価格やサポートについて質問しましたカタカナもあります"""


def prose(rng, words, ends):
    return "".join(" ".join(rng.choice(words) for _ in range(rng.randint(5, 16))).capitalize() + rng.choice(ends) for _ in range(400))


def chinese(rng, letters=CHINESE + JAPANESE):
    return "".join("".join(letters[at : at + rng.randint(2, 14)] for at in (rng.randrange(len(letters) - 14) for _ in range(3))) + rng.choice("，。、！\n") for _ in range(600))


def code(rng):
    names = ["request", "maxTokens", "HttpClient", "_buffer", "getValueOrDefault", "i", "XMLParser", "snake_case_name"]
    lines = [
        "    public {0} {1}({0} {2}) => {2}.{1}({3});\n", "\tif ({0}[{3}] != null && {1}.{2} >= {3}) {{\n", "        return {0}.{1}(\"{2}\", {3});  // {0} {1}\n",
        "def {0}({1}, {2}={3}):\n", "  \"{0}\": {{\"{1}\": {3}, \"{2}\": [\"{0}\"]}},\n", "}}\n\n", "for ({0} = 0; {0} < {3}; {0}++) {1}[{0}] += {2};\n",
    ]
    return "".join(rng.choice(lines).format(*(rng.choice(names) for _ in range(3)), rng.randint(0, 5000)) for _ in range(1500))


def chat(rng):
    return json.dumps([{"role": rng.choice(["user", "assistant"]), "content": prose(rng, ENGLISH, [". ", ".\n", "? "])[:900]} for _ in range(60)], ensure_ascii=False)


def texts(size):
    """Kinds of text: name, whether the rival is asked, the text."""
    rng = random.Random(11)

    def fill(make):
        parts, have = [], 0
        while have < size:
            parts.append(make(rng))
            have += len(parts[-1].encode())
        return "".join(parts).encode()

    run = max(1, size // 4)
    return [
        ("English chat", True, fill(lambda r: prose(r, ENGLISH, [". ", ".\n", "? ", ", and so on. ", ": see below.\n\n"]))),
        ("chat JSON", True, fill(chat)),
        ("code", True, fill(code)),
        ("German", True, fill(lambda r: prose(r, GERMAN, [". ", ".\n"]))),
        ("Russian", True, fill(lambda r: prose(r, RUSSIAN, [". ", ".\n"]))),
        ("Chinese, Japanese", True, fill(chinese)),
        ("digits, tables", True, fill(lambda r: "\n".join("\t".join(f"{r.uniform(0, 9999):.2f}" for _ in range(8)) for _ in range(100)))),
        ("base64", True, fill(lambda r: base64.b64encode(r.randbytes(30_000)).decode() + "\n")),
        ("emoji", False, fill(lambda r: "".join(chr(0x1F600 + r.randrange(64)) for _ in range(2000)))),
        ("a run of one letter", False, b"a" * run),
        ("a run of letters", False, bytes(rng.choice(b"abcdefghijklmnopqrstuvwxyz") for _ in range(run))),
        ("a run of signs", False, bytes(rng.choice(b"!#$%&*+-./:;<=>?@^_|~") for _ in range(run))),
        ("--------= again", False, b"--------=" * (run // 9)),
        ("a run of spaces", False, b" " * run),
        ("invalid UTF-8", False, fill(lambda r: prose(r, ENGLISH, [". "])).replace(b"e", b"\xff")),
    ]


def count(text, model):
    """Seconds of the processor and tokens."""
    out = _native.ffi.new("int64_t *")
    name = model.encode()
    data = _native.ffi.from_buffer(text)
    started = time.thread_time()
    _native.call("ironcage_cost_count_tokens", out, _engine.handle(), data, len(text), name, len(name))
    return time.thread_time() - started, int(out[0])


class Rival:
    """Microsoft.ML.Tokenizers in a process of its own."""

    def __init__(self):
        command = ["dotnet", "run", "-c", "Release", "--project", os.path.join(ROOT, "tests/bench/Tokenizers.Bench"), "-v", "quiet"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def count(self, path, tokenizer):
        print(f"{tokenizer} {path}", file=self._process.stdin, flush=True)
        took, tokens = self._process.stdout.readline().split()
        return float(took), int(tokens)

    def close(self):
        self._process.stdin.close()
        self._process.wait()


def loading(tokenizer):
    """Milliseconds until the first count is there, and megabytes that the process has more by it, in a new process."""
    code = (
        "import time; from iron_cage import count_tokens, _engine; _engine.handle(); count_tokens\n"
        "def rss(): return int(open('/proc/self/statm').read().split()[1]) * 4096\n"
        "from iron_cage import price; price('gpt-4o')\n"
        f"before = rss(); started = time.perf_counter(); count_tokens('warm up', {MODELS[tokenizer]!r})\n"
        "print((time.perf_counter() - started) * 1e3, (rss() - before) / 1e6)"
    )
    rounds = [tuple(map(float, subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())) for _ in range(5)]
    return min(took for took, _ in rounds), statistics.median(grown for _, grown in rounds)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    made = texts(int(options.megabytes * 1e6))
    rival = Rival()
    try:
        with tempfile.TemporaryDirectory() as folder:
            for tokenizer, model in MODELS.items():
                print(f"{tokenizer:<24}{'ML MB/s':>9}{'ours MB/s':>11}{'ratio':>8}{'bar':>6}   bytes per token")
                for name, asked, text in made:
                    path = os.path.join(folder, "text")
                    with open(path, "wb") as file:
                        file.write(text)
                    _, tokens = count(text, model)
                    if asked and (theirs := rival.count(path, tokenizer)[1]) != tokens:
                        sys.exit(f"{name}: {tokens} tokens, {theirs} by the rival")
                    pairs = [(rival.count(path, tokenizer)[0] if asked else 0, count(text, model)[0]) for _ in range(options.rounds)]
                    theirs, ours = (statistics.median(side) for side in zip(*pairs))
                    speed = len(text) / 1e6 / ours
                    beside = f"{len(text) / 1e6 / theirs:>9.1f}{speed:>11.1f}{theirs / ours:>8.1f}" if asked else f"{'-':>9}{speed:>11.1f}{'-':>8}"
                    print(f"{name:<24}{beside}{'50' if name == 'English chat' else '-':>6}   {len(text) / tokens:.2f}", flush=True)
    finally:
        rival.close()
    print(f"\n{'tables':<24}{'ms to load':>12}{'MB':>8}   (bars: 60 ms, 15 MB)")
    for tokenizer in MODELS:
        took, grown = loading(tokenizer)
        print(f"{tokenizer:<24}{took:>12.1f}{grown:>8.1f}")


main()
