"""What was seen of everything that ran in one sandbox so far: for its report."""
from __future__ import annotations

import threading

from iron_sandbox._results import Denial, DomainUse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from iron_sandbox._results import Outcome

#: Kinds of denials, and names, that are kept apart. A program that makes up ever new ones costs no memory.
_MOST = 1000


class Seen:
    """Sums of outcomes. Usable from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._trees = 0
        self._ended: dict[str, int] = {}
        self._denials: dict[tuple[str, str, str], int] = {}
        self._not_listed = 0
        self._domains: dict[tuple[str, int], list[int]] = {}

    def add(self, outcome: Outcome) -> None:
        """A tree has ended."""
        with self._lock:
            self._trees += 1
            for reason in ("timeout",) if outcome.timed_out else (outcome.exceeded,) if outcome.exceeded else ():
                self._ended[reason] = self._ended.get(reason, 0) + 1
            self._not_listed += outcome.denials_not_listed
            for denial in outcome.denials:
                key = (denial.what, denial.target, denial.option)
                if key in self._denials or len(self._denials) < _MOST:
                    self._denials[key] = self._denials.get(key, 0) + denial.count
                else:
                    self._not_listed += denial.count
            for use in outcome.domains:
                place = (use.name, use.port)
                if place not in self._domains and len(self._domains) >= _MOST:
                    place = ("", 0)
                sums = self._domains.setdefault(place, [0, 0, 0])
                sums[0] += use.connections
                sums[1] += use.bytes_sent
                sums[2] += use.bytes_received

    def report(self) -> dict[str, Any]:
        """As a part of Sandbox.report()."""
        with self._lock:
            return {
                "trees": self._trees,
                "ended": dict(self._ended),
                "denials": tuple(Denial(what, target, option, count) for (what, target, option), count in self._denials.items()),
                "denials_not_listed": self._not_listed,
                "domains": tuple(DomainUse(name, port, *sums) for (name, port), sums in self._domains.items()),
            }
