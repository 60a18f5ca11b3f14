"""Scans the labelled corpus and says how much of it was found, kind by kind and against the bars.

usage: score.py [--seed N] [--count N] [--kinds A,B] [--show-misses N] [--oracles] [--negatives] [--evasion] [--all] [--json FILE]

Exit code 0: every bar that was measured is held. Prints shapes such as 999-99-9999, never values.
"""
from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any, Callable, Iterable

import debian
import evasion
import oracles
from corpus.documents import Document, documents
from corpus.kinds import HEADLINE, groups
from measure import Tally, compare, shape

#: name → (precision, recall)
BARS = {"headline kinds in prose": (0.98, 0.97), "secrets": (0.95, 0.92)}


class Score:
    """Tallies of a corpus: by kind, by carrier, and of the groups that have bars."""

    def __init__(self) -> None:
        self.kinds: dict[str, Tally] = defaultdict(Tally)
        self.carriers: dict[str, Tally] = defaultdict(Tally)
        self.groups: dict[str, Tally] = defaultdict(Tally)
        self.misses: list[tuple[str, str, str]] = []

    def add(self, document: Document, findings: Iterable[Any]) -> None:
        verdict = compare(document, findings)
        for field, items in (("found", verdict.found), ("missed", verdict.missed), ("false", verdict.false), ("covered", verdict.covered)):
            for item in items:
                one = Tally(**{field: 1})
                self.kinds[item.kind] += one
                self.carriers[document.carrier] += one
                for group in self._groups(document, item.kind):
                    self.groups[group] += one
        for sort, wrong in (("missed", verdict.missed), ("false", verdict.false)):
            for item in wrong:
                self.misses.append((sort, item.kind, self._context(document, item)))

    @staticmethod
    def _groups(document: Document, kind: str) -> list[str]:
        group = groups().get(kind, "unknown")
        names = {"secret": ["secrets"], "national": ["national identifiers"]}.get(group, [f"{group} kinds"])
        if kind in HEADLINE and (document.prose or document.carrier == "none-prose"):
            names.append("headline kinds in prose")
        return [*names, "all kinds"]

    @staticmethod
    def _context(document: Document, item: Any) -> str:
        """Some text left and right of it; whatever is labelled there is masked as well, and every digit."""
        text = document.text
        for label in document.labels:
            text = text[:label.start] + "\0" * (label.end - label.start) + text[label.end:]

        def plain(part: str) -> str:
            return "".join("▒" if c == "\0" else " " if c.isspace() else "9" if c.isdigit() else c for c in part)

        return f"[{document.carrier} {document.language} {document.name}] {plain(text[max(0, item.start - 40):item.start])}⟦{shape(document.text[item.start:item.end])}⟧{plain(text[item.end:item.end + 12])}"

    def bars(self) -> dict[str, bool]:
        return {name: self.groups[name].precision >= p and self.groups[name].recall >= r for name, (p, r) in BARS.items() if name in self.groups}

    def json(self) -> dict[str, Any]:
        return {name: {key: tally.json() for key, tally in sorted(part.items())} for name, part in (("kinds", self.kinds), ("carriers", self.carriers), ("groups", self.groups))}


def score(scan: Callable[[str], Iterable[Any]], corpus: Iterable[Document]) -> Score:
    result = Score()
    for document in corpus:
        result.add(document, scan(document.text))
    return result


def _row(name: str, tally: Tally) -> str:
    total = tally.found + tally.missed
    return f"{name:<32}{total:>7}{tally.found:>7}{tally.false:>7}{tally.precision:>9.3f}{tally.recall:>9.3f}{tally.f1:>9.3f}{tally.covered / total if total else 1:>9.3f}"


def report(result: Score) -> None:
    head = f"{'':<32}{'placed':>7}{'found':>7}{'false':>7}{'P':>9}{'R':>9}{'F1':>9}{'covered':>9}"
    print(head)
    order = {kind: n for n, kind in enumerate(groups())}
    for kind in sorted(result.kinds, key=lambda k: order.get(k, len(order))):
        print(_row(kind, result.kinds[kind]))
    print("\n" + head)
    for carrier in sorted(result.carriers):
        print(_row(carrier, result.carriers[carrier]))
    print("\n" + head)
    for name in sorted(result.groups):
        print(_row(name, result.groups[name]))
    print()
    for name, passes in result.bars().items():
        p, r = BARS[name]
        print(f"bar: {name}: P ≥ {p}, R ≥ {r}: {'pass' if passes else 'FAIL'}")


def main() -> int:
    from iron_cage import scan

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=20, help="values of each kind; of common kinds eight times as many")
    parser.add_argument("--kinds", type=lambda text: text.split(","), help="only values of these, separated by commas")
    parser.add_argument("--show-misses", type=int, default=0, metavar="N", help="what was missed or false, up to N of each kind, with the value masked")
    parser.add_argument("--oracles", action="store_true", help="stdnum and phonenumbers as judges")
    parser.add_argument("--negatives", action="store_true", help="false alarms in Debian's own texts")
    parser.add_argument("--megabytes", type=float, default=10, help="size of these")
    parser.add_argument("--evasion", action="store_true", help="the table of evasion forms")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()

    started = time.perf_counter()
    result = score(scan, documents(options.seed, options.count, options.kinds))
    report(result)
    print(f"{time.perf_counter() - started:.1f} s")
    shown: dict[tuple[str, str], int] = defaultdict(int)
    for sort, kind, context in result.misses if options.show_misses else ():
        shown[sort, kind] += 1
        if shown[sort, kind] <= options.show_misses:
            print(f"{sort:<7}{kind:<28}{context}")
    data: dict[str, Any] = {"seed": options.seed, "count": options.count, **result.json(), "bars": result.bars()}
    if options.oracles or options.all:
        print()
        rows = [*oracles.numbers(scan, options.seed, 50), *oracles.phone_numbers(scan, options.seed, 50)]
        data["bars"]["oracles"] = oracles.report(rows)
        data["oracles"] = [vars(row) for row in rows]
    if options.negatives or options.all:
        print()
        data["negatives"] = debian.measure(scan, int(options.megabytes * 1e6))
        debian.report(data["negatives"])
        data["bars"]["negatives"] = data["negatives"]["passes"]
    if options.evasion or options.all:
        print()
        forms = list(evasion.measure(scan, options.seed, 20))
        evasion.report(forms)
        data["evasion"] = [vars(row) for row in forms]
        data["bars"]["evasion"] = all(row.exact == row.tried for row in forms)
    if options.json:
        Path(options.json).write_text(json.dumps(data, indent=1), encoding="utf-8")
    return 0 if all(data["bars"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
