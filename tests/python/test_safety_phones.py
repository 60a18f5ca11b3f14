"""Telephone numbers of every region, in every form: tests/vectors/phones.json, made by build/phone-vectors."""
import json
from pathlib import Path

import pytest

from iron_cage import scan

ROWS = json.loads((Path(__file__).resolve().parent.parent / "vectors" / "phones.json").read_text(encoding="utf-8"))["rows"]


def found(left, number, right):
    return [(f.start, f.end) for f in scan(left + number + right) if f.kind == "PHONE_NUMBER"] == [(len(left), len(left) + len(number))]


@pytest.mark.parametrize("form", ["international", "e164", "rfc3966", "national"])
def test_numbers_of_every_region_are_found(form):
    rows = [row for row in ROWS if form in row]
    assert len(rows) > 400
    missed = []
    for row in rows:
        number = row[form].replace("tel:", "")
        left = {"rfc3966": "tel:", "national": row.get("word", "") + " "}.get(form, "It was ")
        if not found(left, number, ", I think."):
            missed.append((row["region"], row["sort"]))
    assert missed == []
