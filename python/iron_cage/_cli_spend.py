"""python -m iron_cage spend: what a store says was spent, as a table, JSON or CSV."""
from __future__ import annotations

import argparse
import csv
import sys
from dataclasses import fields
from json import dumps
from typing import Any, Sequence

from iron_cage import _spend
from iron_cage._spend import Spend
from iron_cage.errors import ConfigError, StateError

OK, USAGE = 0, 2


def add(commands: Any) -> None:
    """Adds the command to the parser's."""
    parser = commands.add_parser("spend", help="what was spent, by agent, model, provider, project or tag", description=__doc__)
    parser.add_argument("state", nargs="?", metavar="STATE", help="the store, such as sqlite:///spend.db; default: IRON_CAGE_STATE")
    parser.add_argument("--by", default="model", metavar="NAME,...", help=f"what to group by: {', '.join(_spend.DIMENSIONS)} (default: model)")
    parser.add_argument("--since", metavar="TIME", help="from when on, in ISO 8601, such as 2026-11-01 (UTC); spend is kept by the hour")
    parser.add_argument("--until", metavar="TIME", help="up to when")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print a JSON object")
    form.add_argument("--csv", action="store_true", help="print CSV")
    parser.set_defaults(run=run, parser=parser)


def run(given: argparse.Namespace) -> int:
    """Prints the report; the exit status."""
    import os

    state: str = given.state or os.environ.get("IRON_CAGE_STATE") or ""
    if not state:
        given.parser.error("name the store, such as sqlite:///spend.db, or set IRON_CAGE_STATE")
    if ":" not in state:
        state = "sqlite:///" + state
    try:
        by = _spend.dimensions(given.by)
        _must_exist(state)
        lines = _spend.lines(state=state, since=given.since, until=given.until)
    except ConfigError as error:
        given.parser.error(str(error))
    except StateError as error:
        print(error, file=sys.stderr)
        return USAGE
    rows, total = _spend.grouped(lines, by), _spend.total(lines)
    if given.json:
        print(dumps({"by": by, "rows": [_plain(row) for row in rows], "total": _plain(total)}, indent=2))
    elif given.csv:
        writer = csv.writer(sys.stdout)
        names = [field.name for field in fields(Spend)][1:]
        writer.writerow([*by, *names])
        for row in rows:
            writer.writerow([*row.by.values(), *(format(getattr(row, name), "f") if name == "cost_usd" else getattr(row, name) for name in names)])
    else:
        _print_table(rows, total, by)
    return OK


def _must_exist(state: str) -> None:
    """A report makes no store: a name that is written wrong would leave an empty one behind."""
    import os

    path = state[len("sqlite:///"):].partition("?")[0]
    if state.startswith("sqlite:///") and not os.path.exists(path):
        raise ConfigError(f"state: there is no store at {path}")


def _plain(row: Spend) -> dict[str, Any]:
    return {**row.by, **{field.name: getattr(row, field.name) for field in fields(Spend) if field.name not in ("by", "cost_usd")}, "cost_usd": format(row.cost_usd, "f")}


def _print_table(rows: Sequence[Spend], total: Spend, by: Sequence[str]) -> None:
    if not rows:
        print("nothing was spent")
        return
    cells = [[*by, "calls", "input", "output", "cost"]]
    for row in rows:
        cells.append([*(value or "-" for value in row.by.values()), f"{row.calls:,}", f"{row.input_tokens:,}", f"{row.output_tokens:,}", _money(row)])
    cells.append(["total", *[""] * (len(by) - 1), f"{total.calls:,}", f"{total.input_tokens:,}", f"{total.output_tokens:,}", _money(total)])
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    for at, line in enumerate(cells):
        if at in (1, len(cells) - 1):
            print("  ".join("-" * width for width in widths))
        print("  ".join(cell.ljust(width) if column < len(by) else cell.rjust(width) for column, (cell, width) in enumerate(zip(line, widths))).rstrip())
    if total.estimated:
        print(f"{total.estimated:,} of {total.calls:,} calls were settled at an estimate")
    if total.overbilled:
        print(f"{total.overbilled:,} calls were billed above what was held for them")
    if "tag" in by and len(rows) > 1:
        print("a call with several tags counts under each; the total counts it once")


def _money(row: Spend) -> str:
    return f"${row.cost_usd:,.6f}"
