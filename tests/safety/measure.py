"""Counts of what was found, missed and made up."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from corpus.documents import Document
from corpus.draft import Label


@dataclass
class Tally:
    """Exact span and kind. ``covered`` counts labelled values that findings of any kind cover whole: what a redaction would have hidden."""

    found: int = 0
    missed: int = 0
    false: int = 0
    covered: int = 0

    def __iadd__(self, other: Tally) -> Tally:
        self.found += other.found
        self.missed += other.missed
        self.false += other.false
        self.covered += other.covered
        return self

    @property
    def precision(self) -> float:
        """1 where nothing was found, since nothing was false."""
        return self.found / (self.found + self.false) if self.found + self.false else 1.0

    @property
    def recall(self) -> float:
        return self.found / (self.found + self.missed) if self.found + self.missed else 1.0

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / (self.precision + self.recall) if self.precision + self.recall else 0.0

    def json(self) -> dict[str, float]:
        return {"found": self.found, "missed": self.missed, "false": self.false, "covered": self.covered,
                "precision": round(self.precision, 4), "recall": round(self.recall, 4), "f1": round(self.f1, 4)}


@dataclass(frozen=True)
class Verdict:
    """One document against its findings."""

    found: list[Label]
    missed: list[Label]
    false: list[Any]
    covered: list[Label]


def compare(document: Document, findings: Iterable[Any]) -> Verdict:
    """Each label takes at most one finding; findings in tolerated places count neither way."""
    items = sorted(findings, key=lambda item: item.start)
    wanted = {(label.kind, *span): label for label in document.labels for span in label.spans}
    found, false = [], []
    for item in items:
        label = wanted.get((item.kind, item.start, item.end))
        if label is not None and label not in found:
            found.append(label)
        elif not any(t.kind == item.kind and t.start <= item.start and item.end <= t.end for t in document.tolerated):
            false.append(item)
    missed = [label for label in document.labels if label not in found]
    covered = [label for label in document.labels if _covers(items, *label.spans[-1])]
    return Verdict(found, missed, false, covered)


def _covers(items: list[Any], start: int, end: int) -> bool:
    """Whether findings, in the order of their starts, leave nothing of a span."""
    for item in items:
        if item.start <= start < item.end:
            start = item.end
    return start >= end


def shape(text: str, limit: int = 48) -> str:
    """The text with its signs replaced by their sort, such as 999-99-9999: what may be shown of a value."""
    masked = "".join("9" if c.isdigit() else "A" if c.isupper() else "a" if c.islower() else "\u00e6" if c.isalpha() else " " if c.isspace() else c for c in text)
    return masked if len(masked) <= limit else f"{masked[:limit - 1]}… ({len(masked)})"
