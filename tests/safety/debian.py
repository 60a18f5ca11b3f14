"""False alarms in texts that have no personal data: what Debian's packages put on this machine. Nothing of it is copied; no value is printed.

Not counted: URL, DATE_TIME, IP_ADDRESS, MAC_ADDRESS. E-mail addresses and international phone numbers do stand in documentation: a finding is taken for a
true one where a plain pattern of our own sees an address, or python3-phonenumbers calls a number that starts with + valid; the table shows how many.

usage: debian.py [--megabytes N] [--json FILE]
"""
from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, Callable, Iterable, Iterator

import phonenumbers

from measure import shape

ROOTS = (("/usr/share/doc", ""), ("/usr/share/man", ".gz"), ("/usr/include", ".h"), ("/usr/lib/python3*", ".py"), ("/usr/share/common-licenses", ""),
         ("/usr/share/perl", ""), ("/var/log/dpkg.log", ""), ("/var/log/apt", ""), ("/var/log/alternatives.log", ""))
IGNORED = ("URL", "DATE_TIME", "IP_ADDRESS", "MAC_ADDRESS")
BAR = 1.0
_ADDRESS = re.compile(r"[^\s@<>()\[\]]+@(?:[\w-]+\.)+[^\W\d_]{2,24}")
_SUFFIXES = ("", ".gz", ".txt", ".h", ".py", ".md", ".log", ".pl", ".pm", ".html", ".rst", ".json", ".copyright", ".Debian", ".c", ".sh", ".conf", ".yaml")


def files(limit: int) -> Iterator[tuple[str, str]]:
    """(path, text) of files up to a number of bytes: from each root in turn, in the order of the digests of their paths."""
    queues = []
    for root, suffix in ROOTS:
        found: list[Path] = []
        for base in sorted(Path("/").glob(root.lstrip("/"))):
            found += [base] if base.is_file() else (p for p in base.rglob("*") if p.name.endswith(suffix) and p.suffix in _SUFFIXES)
        queues.append(sorted((p for p in found if p.is_file() and not p.is_symlink()), key=lambda p: hashlib.sha256(str(p).encode()).digest(), reverse=True))
    size = 0
    while any(queues):
        for queue in queues:
            if not queue:
                continue
            path = queue.pop()
            try:
                data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            except (OSError, EOFError, gzip.BadGzipFile):
                continue
            data = data[:200_000]
            if b"\0" in data:
                continue
            size += len(data)
            yield str(path), data.decode("utf-8", "replace")
            if size >= limit:
                return


def really(kind: str, value: str) -> bool:
    """Whether a check that is not ours takes it for what it was found as."""
    if kind == "EMAIL_ADDRESS":
        return _ADDRESS.fullmatch(value) is not None
    if kind == "PHONE_NUMBER" and value.startswith("+"):
        try:
            return phonenumbers.is_valid_number(phonenumbers.parse(value))
        except phonenumbers.NumberParseException:
            return False
    return False


def measure(scan: Callable[[str], Iterable[Any]], limit: int) -> dict[str, Any]:
    """Rates by kind and shapes of examples."""
    false: Counter[str] = Counter()
    true: Counter[str] = Counter()
    ignored: Counter[str] = Counter()
    examples: dict[str, Counter[str]] = defaultdict(Counter)
    size = count = 0
    for _, text in files(limit):
        count += 1
        size += len(text.encode("utf-8", "replace"))
        for finding in scan(text):
            value = text[finding.start:finding.end]
            if finding.kind in IGNORED:
                ignored[finding.kind] += 1
            elif really(finding.kind, value):
                true[finding.kind] += 1
            else:
                false[finding.kind] += 1
                examples[finding.kind][shape(value)] += 1
    units = max(size, 1) / 100_000
    return {
        "bytes": size, "files": count, "false_per_100kb": round(sum(false.values()) / units, 4), "bar": BAR, "passes": size > 0 and sum(false.values()) / units <= BAR,
        "false": dict(false.most_common()), "true": dict(true), "ignored": dict(ignored),
        "worst": [{"kind": kind, "per_100kb": round(n / units, 4), "shapes": [s for s, _ in examples[kind].most_common(5)]} for kind, n in false.most_common(3)],
    }


def report(result: dict[str, Any]) -> None:
    units = max(result["bytes"], 1) / 100_000
    print(f"{result['files']} files, {result['bytes'] / 1e6:.1f} MB of Debian's texts")
    print(f"{'kind':<28}{'false':>8}{'per 100 KB':>12}{'true':>8}   (true: a pattern of our own sees an e-mail address; phonenumbers calls a + number valid)")
    for kind in {**result["false"], **result["true"]}:
        print(f"{kind:<28}{result['false'].get(kind, 0):>8}{result['false'].get(kind, 0) / units:>12.4f}{result['true'].get(kind, 0):>8}")
    print("not counted: " + (", ".join(f"{kind} {n}" for kind, n in result["ignored"].items()) or "nothing"))
    for worst in result["worst"]:
        print(f"worst: {worst['kind']}, {worst['per_100kb']} per 100 KB, such as {' · '.join(worst['shapes'])}")
    print(f"false findings: {result['false_per_100kb']} per 100 KB, bar {BAR}: {'pass' if result['passes'] else 'FAIL'}")


def main() -> int:
    from iron_cage import scan

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=10)
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()
    result = measure(scan, int(options.megabytes * 1e6))
    report(result)
    if options.json:
        Path(options.json).write_text(json.dumps(result, indent=1), encoding="utf-8")
    return 0 if result["passes"] else 1


if __name__ == "__main__":
    sys.exit(main())
