"""python -m iron_cage scan FILE...|-: personal data and secrets in files, by line and column. Fit for a pre-commit hook: the values are never shown.

Exit status: 0 nothing found, 1 something found, 2 wrong usage or a file that cannot be read.
"""
from __future__ import annotations

import argparse
import sys
from bisect import bisect_right
from json import dumps
from typing import Any, Iterator, Optional, Sequence

from iron_cage._configs import SafetyConfig
from iron_cage._report import PiiFinding
from iron_cage._scanner import Scanner
from iron_cage.errors import ConfigError

NOTHING, FOUND, USAGE = 0, 1, 2
#: A NUL byte this early says that a file is no text.
_LOOKED_AT = 8192
#: Files may be as long as the library takes at all.
_MOST_BYTES = 2_000_000_000
_BOMS = ((b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))


def add(commands: Any) -> None:
    """Adds the command to the parser's."""
    parser = commands.add_parser("scan", help="find personal data and secrets in files", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", metavar="FILE", nargs="+", help="files to scan; - is standard input")
    parser.add_argument("--json", action="store_true", help="print a JSON array")
    parser.add_argument("--kinds", type=_names, metavar="NAME,...", help='kinds and groups (personal, national, secret); "-URL" is an exclusion: --kinds=-URL,-DATE_TIME')
    parser.add_argument("--regions", type=_names, metavar="CC,...", help="countries whose identifiers are found without a word beside them")
    parser.add_argument("--min-score", type=float, metavar="X", help="drop findings of a lower score, 0 to 1")
    parser.set_defaults(run=run, parser=parser)


def run(given: argparse.Namespace) -> int:
    """Prints the findings; the exit status."""
    try:
        scanner = Scanner(SafetyConfig(kinds=given.kinds, regions=given.regions, min_score=given.min_score, max_text_bytes=_MOST_BYTES))
    except ConfigError as error:
        given.parser.error(str(error))
    return _scan(scanner, given.files, given.json)


def _scan(scanner: Scanner, files: Sequence[str], as_json: bool) -> int:
    status = NOTHING
    items: list[dict[str, Any]] = []
    for file in files:
        try:
            text = _read(file)
            found = scanner.scan(text) if text is not None else []
        except (OSError, UnicodeError, ConfigError) as error:
            said = str(error) if isinstance(error, ConfigError) else getattr(error, "strerror", None)
            print(f"{file}: {said or 'not the text that its beginning promises'}", file=sys.stderr)
            status = USAGE
            continue
        for item in _items(file, text or "", found):
            status = status or FOUND
            if as_json:
                items.append(item)
            else:
                print(f"{item['file']}:{item['line']}:{item['column']}: {item['kind']} {item['masked']} (score {item['score']:g})")
    if as_json:
        print(dumps(items, indent=2))
    return status


def _read(file: str) -> Optional[str]:
    """The text of a file; None where it is none."""
    if file == "-":
        data = sys.stdin.buffer.read()
    else:
        with open(file, "rb") as source:
            data = source.read()
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding)
    if b"\0" in data[:_LOOKED_AT]:
        return None
    # Bytes that are no UTF-8 become one character each, so that places stay right, and none that could be part of a value.
    return data.decode("utf-8", "replace")


def _items(file: str, text: str, findings: Sequence[PiiFinding]) -> Iterator[dict[str, Any]]:
    lines = [0]
    if findings:
        lines.extend(at + 1 for at, character in enumerate(text) if character == "\n")
    for finding in findings:
        line, last = bisect_right(lines, finding.start), bisect_right(lines, finding.end - 1)
        yield {
            "file": file,
            "line": line,
            "column": finding.start - lines[line - 1] + 1,
            "end_line": last,
            "end_column": finding.end - lines[last - 1] + 1,
            "kind": finding.kind,
            "score": finding.score,
            "evidence": list(finding.evidence),
            "masked": masked(text[finding.start:finding.end]),
        }


def masked(value: str) -> str:
    """A value that nobody can read: asterisks, but for the last four of more than eight letters and digits; one line, at most 40 characters."""
    known = [at for at, character in enumerate(value) if character.isalnum()]
    kept = set(known[-4:]) if len(known) > 8 else set()
    hidden = "".join(
        character if at in kept or (character.isascii() and character.isprintable() and not character.isalnum()) else "*" for at, character in enumerate(value)
    )
    return hidden if len(hidden) <= 40 else f"{hidden[:18]}...{hidden[-18:]}"


def _names(value: str) -> list[str]:
    return [name.strip() for name in value.split(",") if name.strip()]
