"""python -m iron_cage stop|resume|stopped: the kill switches of agents, by way of the store that they share.

STATE is the store, such as sqlite:///spend.db or redis://HOST, or the path of an SQLite file; default: IRON_CAGE_STATE. It must exist.
A stop reaches agents that run within about a second, and those that start later at once, until they are resumed.
Exit status: 0 done, 1 there was nothing to do (the agent was stopped already, or was not), 2 wrong usage or a store that cannot be used.
"""
from __future__ import annotations

import argparse
import os
import sys
from json import dumps, loads
from typing import Any

from iron_cage import _engine, _native
from iron_cage.errors import ConfigError, StateError

DONE, NOTHING, USAGE = 0, 1, 2


def add(commands: Any) -> None:
    """Adds the commands to the parser's."""
    for name, run, text in (("stop", _stop, "stop an agent, wherever it runs"), ("resume", _resume, "let a stopped agent go on"), ("stopped", _stopped, "list the agents that are stopped")):
        parser = commands.add_parser(name, help=text, description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
        parser.add_argument("--state", metavar="STATE", help="the store; default: IRON_CAGE_STATE")
        if run is not _stopped:
            parser.add_argument("--agent", metavar="ID", required=True, help="the agent_id of its protections")
        if run is _stop:
            parser.add_argument("--reason", metavar="TEXT", help='what the agent and its caller are told, 1 to 1000 characters (default: "stopped")')
        if run is _stopped:
            parser.add_argument("--json", action="store_true", help="print a JSON array")
        parser.set_defaults(run=run, parser=parser)


def _stop(given: argparse.Namespace) -> int:
    found = asked(given, stop=given.agent, reason=given.reason)
    if found is None:
        return USAGE
    why = next(each["reason"] for each in found["stopped"] if each["agent"] == given.agent)
    print(f"{given.agent} {'is' if found['changed'] else 'was already'} stopped: {why}")
    return DONE if found["changed"] else NOTHING


def _resume(given: argparse.Namespace) -> int:
    found = asked(given, resume=given.agent)
    if found is None:
        return USAGE
    print(f"{given.agent} may go on" if found["changed"] else f"{given.agent} was not stopped")
    return DONE if found["changed"] else NOTHING


def _stopped(given: argparse.Namespace) -> int:
    found = asked(given)
    if found is None:
        return USAGE
    if given.json:
        print(dumps(found["stopped"], indent=2, ensure_ascii=False))
    elif not found["stopped"]:
        print("no agent is stopped")
    else:
        for each in found["stopped"]:
            print(f"{each['agent']}  since {each['at'][:19].replace('T', ' ')} UTC: {each['reason']}")
    return DONE


def asked(given: argparse.Namespace, **options: Any) -> Any:
    """What the library says; None after a message."""
    state: str = given.state or os.environ.get("IRON_CAGE_STATE") or ""
    if not state:
        given.parser.error("name the store by --state, such as sqlite:///spend.db, or set IRON_CAGE_STATE")
    if state.startswith(("redis://", "rediss://")) and "create=" not in state:
        state += ("&" if "?" in state.rpartition("@")[2] else "?") + "create=off"  # a name that is written wrong makes no store
    data = dumps({"state": state, **{name: value for name, value in options.items() if value is not None}}).encode()
    try:
        return loads(_native.take("ironcage_store_control", _engine.handle(), data, len(data)))
    except ConfigError as error:
        given.parser.error(str(error))
    except StateError as error:
        print(error, file=sys.stderr)
    return None
