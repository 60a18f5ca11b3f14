"""What the documents name exists."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def test_every_test_that_the_guarantees_name_exists():
    text = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")
    named = re.findall(r"`(test_\w+\.py)::(\w+)`", text)
    assert len(named) > 30
    missing = [f"{file}::{test}" for file, test in named if f"def {test}(" not in source(file)]
    assert not missing
    files = re.findall(r"`(tests/[\w/.]+)`", text)
    assert [file for file in files if not (ROOT / file).exists()] == []


def source(file):
    path = ROOT / "tests" / "python" / file
    return path.read_text(encoding="utf-8") if path.exists() else ""


def test_links_between_documents_lead_somewhere():
    for document in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"
