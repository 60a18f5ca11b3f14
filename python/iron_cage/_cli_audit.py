"""python -m iron_cage audit verify|export|prune STATE: the audit trail of an SQLite store.

STATE is the store, such as sqlite:///spend.db, or the path of its file; it may be in use.
Exit status: 0 done and intact, 1 the chain is broken, 2 wrong usage or a store that cannot be used.
"""
from __future__ import annotations

import argparse
import os
import sys
from json import dumps, loads
from typing import Any, Iterator

from iron_cage import _engine, _native
from iron_cage.errors import ConfigError, StateError

INTACT, BROKEN, USAGE = 0, 1, 2


def add(commands: Any) -> None:
    """Adds the command to the parser's."""
    audit = commands.add_parser("audit", help="verify, export and prune the audit trail of a store", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = audit.add_subparsers(dest="verb", metavar="VERB", required=True)

    verify = verbs.add_parser("verify", help="check the chain of hashes", description="Checks every entry against the chain of hashes, and names the first that does not fit.")
    verify.add_argument("--head", metavar="[ENTRY:]HASH", help="a head that verify printed earlier: that nothing up to it was cut off or written anew since")
    verify.add_argument("--json", action="store_true", help="print a JSON object")
    verify.set_defaults(run=_verify)

    export = verbs.add_parser("export", help="print the entries", description="Prints the entries as JSON lines or CSV.")
    form = export.add_mutually_exclusive_group()
    form.add_argument("--jsonl", dest="format", action="store_const", const="jsonl", help="JSON lines (the default)")
    form.add_argument("--csv", dest="format", action="store_const", const="csv", help="CSV; its details are character for character those that were hashed")
    export.add_argument("--since", metavar="TIME", help="from when on, in ISO 8601, such as 2026-01-31 or 2026-01-31T08:00:00Z (UTC where no zone is given)")
    export.add_argument("--until", metavar="TIME", help="up to, and without, this time")
    export.add_argument("--agent", metavar="ID", help="of this agent only")
    export.add_argument("--event", metavar="TYPE", help="of this type only, such as call.settled; pii.* is all that begin so")
    export.set_defaults(run=_export)

    prune = verbs.add_parser("prune", help="remove the oldest entries", description="Removes the oldest entries. The rest still verifies, and an entry tells of it. What is removed is checked first.")
    age = prune.add_mutually_exclusive_group(required=True)
    age.add_argument("--before", metavar="TIME", help="those before this time, in ISO 8601")
    age.add_argument("--older-than", metavar="DAYS", type=float, help="those older than so many days")
    prune.add_argument("--json", action="store_true", help="print a JSON object")
    prune.set_defaults(run=_prune)

    for parser in (verify, export, prune):
        parser.add_argument("state", metavar="STATE", help="the store, such as sqlite:///spend.db, or its path")
        parser.set_defaults(run=_guarded(parser.get_default("run")), parser=parser)


def _guarded(run: Any) -> Any:
    """Errors as messages; a reader that has left (audit export | head) is none."""

    def guarded(given: argparse.Namespace) -> int:
        try:
            return int(run(given))
        except ConfigError as error:
            given.parser.error(str(error))
        except StateError as error:
            print(error, file=sys.stderr)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return INTACT
        return USAGE

    return guarded


def _verify(given: argparse.Namespace) -> int:
    options = {"state": given.state, "head": given.head}
    found = _asked("ironcage_store_audit_verify", options)
    while not found["complete"]:
        found = _asked("ironcage_store_audit_verify", {**options, "after": found["next"]})
    fault = found["fault"]
    if given.json:
        del found["complete"], found["next"]
        print(dumps({"intact": fault is None, **found}, indent=2))
    elif fault is not None:
        print(f"BROKEN at entry {fault['entry']} ({fault['kind']}): {fault['message']}")
        print(f"the {_entries(found['entries'])} before it {'fits' if found['entries'] == 1 else 'fit'}")
    else:
        print(f"intact: {_entries(found['entries'])}" + (f", the first behind {found['checkpoint'].partition(':')[0]}, up to which they were pruned" if found["checkpoint"] else ""))
        if found["entries"]:
            print(f"head: {found['head']}")
            print("(note it elsewhere: verify --head finds what is cut off or written anew from here on)")
    return INTACT if fault is None else BROKEN


def _export(given: argparse.Namespace) -> int:
    out = sys.stdout.buffer
    for lines in _pages({name: getattr(given, name) for name in ("state", "format", "since", "until", "agent", "event")}):
        out.write(lines)
    out.flush()
    return INTACT


def _pages(options: dict[str, Any]) -> Iterator[bytes]:
    after = _native.ffi.new("int64_t *")
    while True:
        data = dumps({**options, "after": after[0]}).encode()
        yield _native.take("ironcage_store_audit_export", after, _engine.handle(), data, len(data))
        if not after[0]:
            return


def _prune(given: argparse.Namespace) -> int:
    found = _asked("ironcage_store_audit_prune", {"state": given.state, "before": given.before, "older_than_days": given.older_than})
    fault = found["fault"]
    if given.json:
        print(dumps(found, indent=2))
    else:
        print(f"{_entries(found['entries'])} removed" + (f"; the rest verifies from {found['checkpoint']}" if found["checkpoint"] else ""))
        if fault is not None:
            print(f"ended at entry {fault['entry']}, BROKEN ({fault['kind']}): {fault['message']}; what is left is evidence")
    return INTACT if fault is None else BROKEN


def _asked(export: str, options: dict[str, Any]) -> dict[str, Any]:
    data = dumps({name: value for name, value in options.items() if value is not None}).encode()
    answer: dict[str, Any] = loads(_native.take(export, _engine.handle(), data, len(data)))
    return answer


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count:,} entries"
