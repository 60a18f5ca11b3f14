"""The only source of chance: seeded, the same on every machine."""
from __future__ import annotations

import random
import string
from typing import Callable, Sequence, TypeVar

T = TypeVar("T")

HEX = "0123456789abcdef"
UPPER = string.ascii_uppercase
ALNUM = string.ascii_letters + string.digits


class Source(random.Random):
    """A Random with the draws that values need."""

    def pick(self, items: Sequence[T]) -> T:
        return items[self.randrange(len(items))]

    def chance(self, share: float) -> bool:
        return self.random() < share

    def of(self, alphabet: str, count: int) -> str:
        return "".join(self.pick(alphabet) for _ in range(count))

    def digits(self, count: int) -> str:
        return self.of(string.digits, count)

    def uuid(self) -> str:
        return "-".join(self.of(HEX, n) for n in (8, 4, 4, 4, 12))

    def date(self, first: int = 1940, last: int = 2007) -> tuple[int, int, int]:
        """A day that every calendar has."""
        return self.randint(first, last), self.randint(1, 12), self.randint(1, 28)

    def until(self, valid: Callable[[str], bool], make: Callable[[], str], tries: int = 200_000) -> str:
        """Draws until the oracle says yes: how values with check digits are made without knowing the rule."""
        for _ in range(tries):
            value = make()
            if valid(value):
                return value
        raise AssertionError(f"no valid value in {tries} tries, the last was of length {len(value)}")
