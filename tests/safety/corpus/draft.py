"""A text in the making that knows where its values are."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable

from .value import Value


@dataclass(frozen=True)
class Label:
    """A value: the span that must be found, and spans that are as good."""

    kind: str
    start: int
    end: int
    others: tuple[tuple[int, int], ...] = ()

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        return ((self.start, self.end), *self.others)


@dataclass(frozen=True)
class Tolerated:
    """A place where a finding of a kind is neither asked for nor wrong."""

    kind: str
    start: int
    end: int


@dataclass
class Draft:
    text: str = ""
    labels: list[Label] = field(default_factory=list)
    tolerated: list[Tolerated] = field(default_factory=list)

    def add(self, text: str) -> Draft:
        self.text += text
        return self

    def tolerate(self, text: str, *kinds: str) -> Draft:
        self.tolerated += [Tolerated(kind, len(self.text), len(self.text) + len(text)) for kind in kinds]
        return self.add(text)

    def place(self, kind: str, value: Value) -> Draft:
        start = len(self.text) + len(value.before)
        end = start + len(value.text)
        self.labels.append(Label(kind, start, end, tuple((start + a, end - b) for a, b in value.trims)))
        self.tolerated += [Tolerated(other, start - len(value.before), end + len(value.after)) for other in value.tolerates]
        return self.add(value.before + value.text + value.after)

    def join(self, other: Draft, escape: Callable[[str], str] = str) -> Draft:
        """Appends another, each of its characters written as ``escape`` says."""
        places, out = [len(self.text)], []
        for char in other.text:
            out.append(escape(char))
            places.append(places[-1] + len(out[-1]))
        self.labels += [Label(l.kind, places[l.start], places[l.end], tuple((places[a], places[b]) for a, b in l.others)) for l in other.labels]
        self.tolerated += [Tolerated(t.kind, places[t.start], places[t.end]) for t in other.tolerated]
        return self.add("".join(out))
