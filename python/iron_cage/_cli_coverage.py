"""python -m iron_cage coverage: which HTTP clients that are installed here would be intercepted, proven by a canary of each on loopback.

The same for a process of yours: iron_cage.coverage() inside it. Exit status: 0 everything is proven, 1 there is a gap.
"""
from __future__ import annotations

import argparse
from json import dumps
from typing import Any

PROVEN, GAP = 0, 1


def add(commands: Any) -> None:
    """Adds the command to the parser's."""
    command = commands.add_parser(
        "coverage", help="which HTTP clients are intercepted", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--json", action="store_true", help="print a JSON object")
    command.set_defaults(run=_coverage)


def _coverage(given: argparse.Namespace) -> int:
    from iron_cage._coverage import coverage

    found = coverage(load=True)
    print(dumps(found.as_dict(), indent=2) if given.json else found)
    return PROVEN if found else GAP
