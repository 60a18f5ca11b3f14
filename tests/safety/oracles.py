"""Judges that are not ours: python3-stdnum and python3-phonenumbers.

Each number that they call valid must be found in a sentence with its word left of it; each with one digit changed that stdnum rejects must not be.

usage: oracles.py [--seed N] [--count N] [--json FILE]
"""
from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from typing import Any, Callable, Iterable, Iterator

import stdnum.iban
import stdnum.luhn
import stdnum.us.rtn

from corpus import financial, national, phones
from corpus.kinds import languages
from corpus.languages import CONTEXTS, LANGUAGES
from corpus.negatives import corrupt
from corpus.source import Source
from measure import shape

Scan = Callable[[str], Iterable[Any]]


@dataclass
class Row:
    """What one judge says of one kind."""

    name: str
    valid: int = 0
    found: int = 0
    wrong: int = 0
    rejected: int = 0
    missed: str = ""

    @property
    def passes(self) -> bool:
        return self.found == self.valid and self.rejected >= 0.99 * self.wrong


def _kinds() -> dict[str, tuple[Callable[[Source], str], Callable[[str], bool]]]:
    def luhn(text: str) -> bool:
        return bool(stdnum.luhn.is_valid(text.replace(" ", "").replace("-", "")))

    out: dict[str, tuple[Callable[[Source], str], Callable[[str], bool]]] = {
        "CREDIT_CARD": (lambda s: financial.credit_card(s).text, luhn),
        "IBAN_CODE": (lambda s: financial.iban_code(s).text, stdnum.iban.is_valid),
        "ABA_ROUTING_NUMBER": (lambda s: financial.aba_routing_number(s).text, stdnum.us.rtn.is_valid),
    }
    for kind, judge in national.JUDGES.items():
        out[kind] = (_text(kind), judge)
    return out


def _text(kind: str) -> Callable[[Source], str]:
    return lambda source: national.MAKERS[kind](source).text


def _sentence(kind: str, text: str, source: Source) -> tuple[str, int]:
    language = source.pick(languages(kind))
    left, right = source.pick(LANGUAGES[language].with_label).split("{value}")
    left = left.replace("{label}", source.pick(CONTEXTS[kind][language]))
    if left[-1:].isascii() and left[-1:].isalnum():
        left += " "
    return left + text + right, len(left)


def numbers(scan: Scan, seed: int, count: int) -> Iterator[Row]:
    """One row for each kind that stdnum knows."""
    for kind, (make, judge) in _kinds().items():
        source, row = Source(f"{seed}/oracle/{kind}"), Row(kind)
        while row.valid < count:
            text = make(source)
            # A kind may have numbers of which stdnum knows nothing, and forms that it does not read.
            if not judge(text):
                continue
            row.valid += 1
            whole, start = _sentence(kind, text, source)
            if any(f.kind == kind and (f.start, f.end) == (start, start + len(text)) for f in scan(whole)):
                row.found += 1
            else:
                row.missed = row.missed or shape(text)
            wrong = None if kind in national.UNCHECKED else corrupt(text, judge, source)
            if wrong is not None:
                row.wrong += 1
                whole, start = _sentence(kind, wrong, source)
                row.rejected += not any(f.kind == kind and f.start < start + len(wrong) and start < f.end for f in scan(whole))
        yield row


def phone_numbers(scan: Scan, seed: int, count: int) -> Iterator[Row]:
    """One row for each form of writing and one for each region; each number is in a sentence with a word for phone left of it."""
    forms = {form: Row(f"phone {form}") for form in ("international", "national", "e164")}
    for region in phones.REGIONS:
        source, row = Source(f"{seed}/oracle/phone/{region}"), Row(f"phone {region}")
        for n in range(max(3, count // 4)):
            form = tuple(forms)[n % 3]
            text = phones.write(phones.number(source, region), form)
            whole, start = _sentence("PHONE_NUMBER", text, source)
            hit = any(f.kind == "PHONE_NUMBER" and (f.start, f.end) == (start, start + len(text)) for f in scan(whole))
            for each in (row, forms[form]):
                each.valid += 1
                each.found += hit
                if not hit:
                    each.missed = each.missed or shape(text)
        yield row
    yield from forms.values()


def report(rows: list[Row]) -> bool:
    """Prints the table; whether all pass."""
    print(f"{'judge':<28}{'valid':>7}{'found':>7}{'wrong':>7}{'rejected':>10}   first miss")
    for row in rows:
        print(f"{row.name:<28}{row.valid:>7}{row.found:>7}{row.wrong or '-':>7}{(f'{row.rejected / row.wrong:.2%}' if row.wrong else '-'):>10}   {'ok' if row.passes else 'FAIL ' + row.missed}")
    valid, found = sum(r.valid for r in rows if not r.name.startswith("phone ")), sum(r.found for r in rows if not r.name.startswith("phone "))
    wrong, rejected = sum(r.wrong for r in rows), sum(r.rejected for r in rows)
    print(f"\nstdnum: {found} of {valid} valid numbers found; {rejected} of {wrong} wrong digits rejected ({rejected / max(wrong, 1):.2%}, bar 99 %)")
    by_form = [r for r in rows if r.name in ("phone international", "phone national", "phone e164")]
    if by_form:
        print("phonenumbers: " + ", ".join(f"{r.name[6:]} {r.found} of {r.valid}" for r in by_form))
    return all(row.passes for row in rows)


def main() -> int:
    from iron_cage import scan

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=50, help="valid numbers of each kind (a quarter of it for each region's phones)")
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()
    rows = [*numbers(scan, options.seed, options.count), *phone_numbers(scan, options.seed, options.count)]
    passes = report(rows)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump([vars(row) for row in rows], file, indent=1)
    return 0 if passes else 1


if __name__ == "__main__":
    sys.exit(main())
