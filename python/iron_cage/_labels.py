"""What the code that executes now is doing, for the reports: names that a framework's callbacks tell, handed to the library with each call that begins."""
from __future__ import annotations

from contextvars import ContextVar
from json import dumps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

#: Names beyond these are left out: the innermost are kept. The library takes 32 tags of 100 characters.
MOST, LONGEST = 16, 100


class Scope:
    """One step of a framework that is under way. It ends by a mark, not by a reset of the variable: who ends it may execute in another context."""

    __slots__ = ("names", "open", "around", "__weakref__")

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.open = True
        #: What is true again in this context when this has ended.
        self.around = inside()


scope: ContextVar[Optional[Scope]] = ContextVar("iron_cage_scope", default=None)


def inside() -> Optional[Scope]:
    """The innermost scope of this context that has not ended."""
    found = scope.get()
    while found is not None and not found.open:
        found = found.around
    return found


def clean(kind: str, name: object) -> str:
    """A name as a tag: on one line, not too long."""
    return f"{kind}:{' '.join(str(name).split()) or 'unnamed'}"[:LONGEST]


def attributed(headers: bytes) -> bytes:
    """The headers of a request as the library takes them, with a line for what is being done now."""
    found = inside()
    if found is None or not found.names:
        return headers
    line = b"iron-cage-attribution: " + dumps({"tags": found.names[-MOST:]}).encode()
    return headers + b"\n" + line if headers else line
