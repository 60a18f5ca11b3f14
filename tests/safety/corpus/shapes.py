"""Draws strings of a shape written in a small part of the language of regular expressions:
literals, escapes, classes, groups with alternatives, {n}, {m,n} and ?."""
from __future__ import annotations

from functools import lru_cache
from typing import Any

from .source import Source

Node = tuple[str, Any, int, int]


@lru_cache(maxsize=None)
def _parse(shape: str) -> list[list[Node]]:
    alternatives, end = _alternatives(shape, 0)
    if end != len(shape):
        raise ValueError(f"shape {shape!r} is not understood at {end}")
    return alternatives


def _alternatives(shape: str, at: int) -> tuple[list[list[Node]], int]:
    alternatives: list[list[Node]] = [[]]
    while at < len(shape) and shape[at] != ")":
        char = shape[at]
        if char == "|":
            alternatives.append([])
            at += 1
            continue
        kind: str
        what: Any
        if char == "(":
            what, at = _alternatives(shape, at + 1)
            if at >= len(shape):
                raise ValueError(f"shape {shape!r}: a group has no end")
            kind, at = "group", at + 1
        elif char == "[":
            kind, (what, at) = "class", _characters(shape, at + 1)
        elif char == "\\":
            kind, what, at = "class", shape[at + 1], at + 2
        elif char in "*+.^$":
            raise ValueError(f"shape {shape!r}: {char} is not of this language")
        else:
            kind, what, at = "class", char, at + 1
        low, high, at = _times(shape, at)
        alternatives[-1].append((kind, what, low, high))
    return alternatives, at


def _characters(shape: str, at: int) -> tuple[str, int]:
    characters = ""
    while shape[at] != "]":
        if shape[at + 1] == "-" and shape[at + 2] != "]":
            characters += "".join(map(chr, range(ord(shape[at]), ord(shape[at + 2]) + 1)))
            at += 3
        else:
            characters += shape[at]
            at += 1
    return characters, at + 1


def _times(shape: str, at: int) -> tuple[int, int, int]:
    if at < len(shape) and shape[at] == "?":
        return 0, 1, at + 1
    if at < len(shape) and shape[at] == "{":
        end = shape.index("}", at)
        low, _, high = shape[at + 1:end].partition(",")
        return int(low), int(high or low), end + 1
    return 1, 1, at


def draw(source: Source, shape: str) -> str:
    return _draw(source, _parse(shape))


def _draw(source: Source, alternatives: list[list[Node]]) -> str:
    out = []
    for kind, what, low, high in source.pick(alternatives):
        for _ in range(source.randint(low, high)):
            out.append(source.pick(what) if kind == "class" else _draw(source, what))
    return "".join(out)
