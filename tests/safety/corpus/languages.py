"""Sentences, names and places by language, read from data/languages."""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

DATA = Path(__file__).resolve().parent.parent / "data"


@dataclass(frozen=True)
class Language:
    """``with_label`` sentences have {label} left of {value}; ``without`` have {value} alone; ``filler`` have neither."""

    code: str
    latin: bool
    with_label: tuple[str, ...]
    without: tuple[str, ...]
    filler: tuple[str, ...]
    first: tuple[str, ...]
    last: tuple[str, ...]
    place: tuple[str, ...]
    greeting: tuple[str, ...]


def _read(path: Path) -> Language:
    lists: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line:
            sort, _, text = line.partition("\t")
            lists.setdefault(sort, []).extend(text.split("|") if sort in ("first", "last", "place", "greeting") else [text])

    def of(sort: str) -> tuple[str, ...]:
        return tuple(lists[sort])

    return Language(path.stem, all(ord(c) < 0x250 for c in "".join(lists["first"])), of("label"), of("bare"), of("filler"), of("first"), of("last"), of("place"), of("greeting"))


LANGUAGES = {path.stem: _read(path) for path in sorted((DATA / "languages").glob("*.txt"))}


def rows(name: str) -> Iterator[list[str]]:
    """The cells of a table in data, line by line, without its comments."""
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def _contexts() -> dict[str, dict[str, tuple[str, ...]]]:
    out: dict[str, dict[str, tuple[str, ...]]] = {}
    for kind, *parts in rows("contexts.tsv"):
        for part in parts:
            code, _, phrases = part.partition("=")
            out.setdefault(kind, {})[code] = tuple(phrases.split("|"))
    return out


#: Kind → language → what stands left of a value of it.
CONTEXTS = _contexts()
