"""python -m iron_cage COMMAND: one module for each command, which adds its arguments to the parser and sets ``run``."""
from __future__ import annotations

import argparse
from typing import Optional, Sequence

from iron_cage import (
    _cli_approvals,
    _cli_audit,
    _cli_coverage,
    _cli_prices,
    _cli_scan,
    _cli_spend,
    _cli_stop,
    _cli_store,
)

#: In the order of the help.
COMMANDS = (
    _cli_approvals,
    _cli_audit,
    _cli_coverage,
    _cli_prices,
    _cli_scan,
    _cli_spend,
    _cli_stop,
    _cli_store,
)


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m iron_cage", description="Protection for AI agents.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add(commands)
    given = parser.parse_args(arguments)
    return int(given.run(given))
