"""What the lender knows of those that borrow."""
from __future__ import annotations

from collections import deque

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Mapping, Optional

    from iron_cage._lending.handshake import Handshake
    from iron_cage._runs import Run

#: Events of a borrower's own protections that it has not fetched.
EVENTS_KEPT = 10_000


class Loan:
    """One run that is lent."""

    __slots__ = ("handshake", "handle", "run")

    def __init__(self, handshake: Handshake, handle: int, run: Optional[Run]) -> None:
        self.handshake = handshake
        self.handle = handle
        self.run = run  # keeps its handle


class Borrower:
    """A process, and those that are forked from it: what they made is theirs."""

    def __init__(self, loan: Loan) -> None:
        self.loan = loan
        #: Handle -> (what frees it, the process that made it).
        self.own: dict[int, tuple[str, int]] = {}
        self.events: deque[Mapping[str, Any]] = deque(maxlen=EVENTS_KEPT)
        #: Processes that live.
        self.alive: set[int] = set()

    def may_use(self, handle: int) -> bool:
        """Whether it is the run that is lent, or something that it made."""
        return handle == self.loan.handle or handle in self.own
