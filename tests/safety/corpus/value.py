"""What the generators of values give."""
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Value:
    """One value and the syntax that it cannot be written without.

    :ivar text: the value, which is the labelled span
    :ivar bare: it can be told for what it is without a word left of it
    :ivar before: what must stand directly left, such as ``postgres://``
    :ivar after: what must stand directly right, such as ``@db.example.com/app``
    :ivar trims: (from the start, from the end) of spans that are as good as the whole, such as an address without its prefix length
    :ivar tolerates: kinds that may be found in the value with its syntax as well
    :ivar labels: what may stand left of it in prose, where the kind alone does not say
    :ivar names: what a setting with it may be called; one of them, or one of the labels, is needed unless it is bare
    :ivar block: it stands on lines of its own
    """

    text: str
    bare: bool = False
    before: str = ""
    after: str = ""
    trims: tuple[tuple[int, int], ...] = ()
    tolerates: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    block: bool = False
