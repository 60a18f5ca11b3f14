"""python -m iron_cage prices: providers and their models, and what a call would be charged and why.

Without MODEL: the providers, or with --provider the models of one. With MODEL: its price by bucket, where it comes from, and with --usage the bill of one call.
--usage takes a JSON object of counts by bucket: {"input": 1200, "cached_input": 800, "output": 300, "reasoning": 100}; reasoning is a part of output.
--answer takes the JSON of a provider's answer instead, which tells its usage and usually its model: what did this call cost?

Exit status: 0 told, 1 the model has no price, 2 wrong usage or a price file that cannot be read.
"""
from __future__ import annotations

import argparse
import sys
from json import JSONDecodeError, dumps, loads
from typing import Any, Optional, Sequence

from iron_cage import _engine, _native, _price_files
from iron_cage.errors import ConfigError

TOLD, UNPRICED, USAGE = 0, 1, 2


def add(commands: Any) -> None:
    """Adds the command to those of the program."""
    parser = commands.add_parser("prices", help="what a model costs, and why", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", metavar="MODEL", nargs="?", help="the name that requests use")
    parser.add_argument("--provider", metavar="ID", help="who serves it; without: whose it is by its name")
    parser.add_argument("--host", metavar="HOST", help="the host that it is asked at, instead of --provider")
    parser.add_argument("--usage", metavar="JSON", help="counts by bucket of one call")
    parser.add_argument("--answer", metavar="FILE", help="an answer to price by the usage that it tells; -: standard input")
    parser.add_argument("--at", metavar="TIME", help="prices of that time: YYYY-MM-DD or YYYY-MM-DDTHH:MM, UTC (default: now)")
    parser.add_argument("--file", metavar="FILE", action="append", default=[], help="a price file of your own; several: the last goes first")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Answers; returns the exit status."""
    try:
        if given.answer is not None and given.usage is not None:
            raise ConfigError("--answer: cannot be given together with --usage")
        body = None if given.answer is None else _answer(given.answer)
        answer = explain(given.model, given.provider, given.host, given.at, _usage(given.usage), given.file, body)
    except ConfigError as error:
        print(f"prices: {error}", file=sys.stderr)
        return USAGE
    status = UNPRICED if answer.get("problem") else TOLD
    if given.json:
        print(dumps(answer, indent=2))
    elif status == UNPRICED:
        print("\n".join(_unpriced(answer)), file=sys.stderr)
    else:
        print("\n".join(_model(answer) if "model" in answer else _models(answer) if "models" in answer else _providers(answer)))
    return status


def explain(
    model: Optional[str] = None, provider: Optional[str] = None, host: Optional[str] = None, at: Optional[str] = None, usage: Optional[dict[str, Any]] = None,
    files: Any = (), body: Optional[bytes] = None,
) -> dict[str, Any]:
    """What ironcage_cost_explain says, or of an answer's body ironcage_cost_answer."""
    query = {"model": model, "provider": provider, "host": host, "at": at, "usages": [usage] if usage is not None else None}
    query["prices"] = _price_files.build("prices", files) or None
    data = dumps({name: value for name, value in query.items() if value is not None}).encode()
    export, rest = ("ironcage_cost_explain", ()) if body is None else ("ironcage_cost_answer", (body, len(body)))
    answer: dict[str, Any] = loads(_native.take(export, _engine.handle(), data, len(data), *rest))
    return answer


def _answer(path: str) -> bytes:
    try:
        if path == "-":
            return sys.stdin.buffer.read()
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise ConfigError(f"--answer: {path} cannot be read: {error.strerror}") from None


def _usage(text: Optional[str]) -> Optional[dict[str, Any]]:
    if text is None:
        return None
    try:
        usage = loads(text)
    except JSONDecodeError:
        usage = None
    if not isinstance(usage, dict):
        raise ConfigError('--usage: a JSON object of counts by bucket expected, such as {"input": 1200, "output": 300}')
    return usage


def _providers(answer: dict[str, Any]) -> list[str]:
    rows = [(each["id"], str(each["models"]), each["checked"], each["source"]) for each in answer["providers"]]
    total = sum(each["models"] for each in answer["providers"])
    return [*_table(("provider", "models", "checked", "source"), rows, right={1}), "", f"{total} models of {len(rows)} providers. One of them: prices --provider ID; a model: prices MODEL"]


def _models(answer: dict[str, Any]) -> list[str]:
    shown = ("input", "cached_input", "cache_write", "output")
    rows = [(each["id"], *(each[name] or "-" for name in shown), str(each["tiers"] or "-")) for each in answer["models"]]
    heading = f"{answer['provider']}: dollars per million tokens, {answer['source']}, checked {answer['checked']}"
    return [heading, "", *_table(("model", *shown, "steps"), rows, right=set(range(1, 6)))]


def _unpriced(answer: dict[str, Any]) -> list[str]:
    lines = [f"{answer['model']}: no price. {answer['problem'][0].upper()}{answer['problem'][1:]}."]
    if answer["elsewhere"]:
        lines.append(f"  It has a price at: {', '.join(answer['elsewhere'])}. Say which: --provider ID")
    if answer["nearest"]:
        lines.append(f"  Similar names with a price: {', '.join(answer['nearest'])}")
    lines.append('  A price of your own: --file FILE, and BudgetConfig(prices="FILE") in code (docs/prices.md)')
    return lines


def _model(answer: dict[str, Any]) -> list[str]:
    served = answer["provider"] or "any provider"
    lines = [f"{answer['model']} at {served}: {answer['id']}" + (", deprecated" if answer["deprecated"] else "")]
    lines.append(f"  found as   {answer['matched']} ({answer['rule']})")
    lines.append(f"  source     {answer['source']}" + (f", checked {answer['checked']}" if answer["checked"] else ""))
    lines.append(f"  valid      {_period(answer)}")
    if "usage" in answer:
        told = ", ".join(f"{name} {count:,}" for name, count in answer["usage"].items() if count)
        lines.append(f"  answer     {answer['api']}: {told}")
    limits = [f"{words} {answer[name]:,}" for name, words in (("context_window", "context window"), ("max_output", "most output")) if answer[name]]
    if limits:
        lines.append(f"  tokens     {', '.join(limits)}")
    for name, words in (("request_usd", "for each call"), ("search_usd", "for each search")):
        if answer[name]:
            lines.append(f"  and        ${answer[name]} {words}")
    starts = [f"above {tier['above_input_tokens']:,}" if tier["above_input_tokens"] else "$ per million" for tier in answer["tiers"]]
    rows = []
    for name, base in answer["tiers"][0]["buckets"].items():
        notes = [each for each in base["derived"] if each != "the vendor's own price"]
        if name in answer["rounded_up"]:
            notes.append("rounded up to a picodollar per token")
        rows.append((name, *(tier["buckets"][name]["usd_per_mtok"] for tier in answer["tiers"]), f"derived: {'; '.join(notes)}" if base["derived"] and notes else "; ".join(notes)))
    lines += ["", *_table(("bucket", *starts, ""), rows, right=set(range(1, 1 + len(starts))))]
    if answer["vendor_price"]:
        lines += ["", f"The vendor's own price: the catalogue has none of {served}, which may charge more. Sums count as estimated."]
    for bill in answer["bills"]:
        items = [(item["bucket"], f"{item['count']:,}", item.get("usd_per_mtok") or f"{item['usd_each']} each", item["cost_usd"]) for item in bill["items"]]
        lines += ["", *_table(("charged", "count", "$ per million", "$"), [*items, ("total", "", "", bill["cost_usd"])], right={1, 2, 3})]
        if bill["derived"]:
            lines.append(f"Estimated: {'; '.join(bill['derived'])}")
        if answer.get("extra_charge"):
            lines.append("Estimated: beside its tokens something was charged whose price is not known (a premium tier, tools of the provider)")
    return lines


def _period(answer: dict[str, Any]) -> str:
    said = [f"from {answer['from']}"] if answer["from"] else []
    if answer["until"]:
        said.append(f"until {answer['until']}, when other prices begin")
    if answer["daily"]:
        said.append("each day from {} to {} UTC".format(*answer["daily"]))
    return ", ".join(said) or "no change of price is known"


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], right: set[int]) -> list[str]:
    widths = [max(len(row[at]) for row in [heads, *rows]) for at in range(len(heads))]
    return ["  " + "  ".join(cell.rjust(width) if at in right else cell.ljust(width) for at, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in [heads, *rows]]
