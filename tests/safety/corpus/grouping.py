"""Signs in groups, as numbers are written."""
from __future__ import annotations

from itertools import accumulate
from typing import Sequence


def split(text: str, sizes: Sequence[int], separator: str) -> str:
    """Groups of these sizes."""
    return separator.join(text[end - size:end] for size, end in zip(sizes, accumulate(sizes)))


def fours(text: str, separator: str) -> str:
    """Groups of four; what is left makes the last one."""
    return separator.join(text[n:n + 4] for n in range(0, len(text), 4))
