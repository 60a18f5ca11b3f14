"""python -m iron_cage approvals list|approve|deny: the uses of tools that wait for approval, by way of the store that their agents share.

STATE is the store, such as sqlite:///spend.db or redis://HOST, or the path of an SQLite file; default: IRON_CAGE_STATE. What waits is there where a protection has no callable of its
own that approves. The list shows what each tool is used with, as the agent would see it.
Exit status: 0 done, 1 nothing of that id waits, 2 wrong usage or a store that cannot be used.
"""
from __future__ import annotations

import argparse
from json import dumps
from typing import Any

from iron_cage import _cli_stop
from iron_cage._cli_stop import DONE, NOTHING, USAGE


def add(commands: Any) -> None:
    """Adds the command to the parser's."""
    approvals = commands.add_parser("approvals", help="list, approve and deny uses of tools that wait", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = approvals.add_subparsers(dest="verb", metavar="VERB", required=True)
    listing = verbs.add_parser("list", help="what waits, the first to time out first")
    listing.add_argument("--json", action="store_true", help="print a JSON array")
    approve = verbs.add_parser("approve", help="let the agent use the tool")
    deny = verbs.add_parser("deny", help="do not")
    deny.add_argument("--reason", metavar="TEXT", help='what the agent and its caller are told, 1 to 1000 characters (default: "denied")')
    for parser, run in ((listing, _list), (approve, _approve), (deny, _deny)):
        parser.add_argument("--state", metavar="STATE", help="the store; default: IRON_CAGE_STATE")
        if parser is not listing:
            parser.add_argument("id", metavar="ID", help="of the use, from the list")
        parser.set_defaults(run=run, parser=parser)


def _list(given: argparse.Namespace) -> int:
    found = _cli_stop.asked(given)
    if found is None:
        return USAGE
    waiting = found["approvals"]
    if given.json:
        print(dumps([{name: value for name, value in each.items() if name != "protection"} for each in waiting], indent=2, ensure_ascii=False))
    elif not waiting:
        print("nothing waits for approval")
    else:
        for each in waiting:
            print(f"{each['id']}  {each['agent_id']}  {each['model']}  since {each['at'][:19].replace('T', ' ')} UTC\n    {each['tool']} {each['arguments']}")
    return DONE


def _approve(given: argparse.Namespace) -> int:
    return _told(_cli_stop.asked(given, approve=given.id), "approved")


def _deny(given: argparse.Namespace) -> int:
    return _told(_cli_stop.asked(given, deny=given.id, reason=given.reason), "denied")


def _told(found: Any, what: str) -> int:
    if found is None:
        return USAGE
    print(what if found["changed"] else "nothing of that id waits")
    return DONE if found["changed"] else NOTHING
