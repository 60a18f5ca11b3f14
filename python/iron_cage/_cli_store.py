"""python -m iron_cage store check [STATE]: whether an SQLite store is sound.

STATE is the store, such as sqlite:///spend.db, or the path of its file; default: IRON_CAGE_STATE. It may be in use.
Exit status: 0 sound, 1 something is wrong, or was and has been put right, 2 wrong usage or a store that cannot be opened.
"""
from __future__ import annotations

import argparse
import os
import sys
from json import dumps, loads
from typing import Any

from iron_cage import _engine, _native
from iron_cage.errors import ConfigError, StateError

SOUND, WRONG, USAGE = 0, 1, 2


def add(commands: Any) -> None:
    """Adds the command to the parser's."""
    store = commands.add_parser("store", help="check a store", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = store.add_subparsers(dest="verb", metavar="VERB", required=True)
    check = verbs.add_parser("check", help="check the file, the balances and the audit trail", description="Checks the structure of the file, every budget's held sum against its open holds, and the chain of the audit trail.")
    check.add_argument("state", metavar="STATE", nargs="?", help="the store, such as sqlite:///spend.db, or its path; default: IRON_CAGE_STATE")
    check.add_argument("--json", action="store_true", help="print a JSON object")
    check.set_defaults(run=_check, parser=check)


def _check(given: argparse.Namespace) -> int:
    state = given.state or os.environ.get("IRON_CAGE_STATE")
    if not state:
        given.parser.error("name a store, or set IRON_CAGE_STATE")
    options = dumps({"state": state}).encode()
    try:
        found = loads(_native.take("ironcage_store_check", _engine.handle(), options, len(options)))
    except ConfigError as error:
        given.parser.error(str(error))
    except StateError as error:
        print(error, file=sys.stderr)
        return USAGE
    if given.json:
        print(dumps(found, indent=2, ensure_ascii=False))
    else:
        for problem in found["problems"]:
            print(f"WRONG: {problem}")
        for repair in found["repaired"]:
            print(f"PUT RIGHT: {repair}")
        print(f"{'sound' if found['sound'] else 'not sound'}: {_count(found['budgets'], 'budget')}, {_count(found['open_holds'], 'open hold')}, {_count(found['entries'], 'audit entry', 'audit entries')}")
    return SOUND if found["sound"] else WRONG


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
