"""What comes back of a sandbox: frozen, plain values."""
from __future__ import annotations

import json
from dataclasses import dataclass, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@dataclass(frozen=True)
class Denial:
    """Something that was refused. ``what``: the system call, "memory", "cpu", or "file" for one that the program complained about and the policy does not grant; ``target``: what it was about, "" where there is nothing to tell; ``option``: the option
    that would allow it, "" where none does; ``count``: how often."""

    what: str
    target: str
    option: str
    count: int

    def __str__(self) -> str:
        about = f" ({self.target})" if self.target else ""
        often = f", {self.count} times" if self.count > 1 else ""
        hint = f"; {self.option} would allow it" if self.option else "; no option allows it"
        return f"{self.what}{about} was refused{often}{hint}"


@dataclass(frozen=True)
class Usage:
    """What a tree of processes used: seconds (of the clock, of processors in programs and in the kernel), bytes, processes ever.

    ``max_rss_bytes`` is the most that one process had in memory; ``max_memory_bytes`` the most that was seen of all together, 0 where no limit made the supervisor look."""

    wall_seconds: float = 0.0
    user_seconds: float = 0.0
    system_seconds: float = 0.0
    max_rss_bytes: int = 0
    max_memory_bytes: int = 0
    processes: int = 0


@dataclass(frozen=True)
class DomainUse:
    """What was done with a name of ``allowed_domains``: connections that were made, bytes that programs sent and received. The name "" stands for all names beyond the
    first 200."""

    name: str
    port: int
    connections: int
    bytes_sent: int
    bytes_received: int


@dataclass(frozen=True)
class Outcome:
    """How a tree ended."""

    returncode: int
    timed_out: bool = False
    #: The limit for which it was ended: "memory", "cpu"; "" for none.
    exceeded: str = ""
    usage: Usage = field(default_factory=Usage)
    denials: tuple[Denial, ...] = ()
    #: Refusals of kinds beyond the first 200.
    denials_not_listed: int = 0
    #: Names that were reached.
    domains: tuple[DomainUse, ...] = ()

    @classmethod
    def of(cls, message: bytes) -> Outcome:
        """Reads what the library tells."""
        told: dict[str, Any] = json.loads(message)
        return cls(
            returncode=told["returncode"],
            timed_out=told["timed_out"],
            exceeded=told["exceeded"],
            usage=Usage(**{name: told["usage"][name] for name in Usage.__dataclass_fields__ if name in told["usage"]}),
            denials=tuple(Denial(denial["what"], denial["target"], denial["option"], denial["count"]) for denial in told["denials"]),
            denials_not_listed=told["denials_not_listed"],
            domains=tuple(DomainUse(*(use[name] for name in DomainUse.__dataclass_fields__)) for use in told.get("domains", ())),
        )


@dataclass(frozen=True)
class Completed:
    """What :meth:`Sandbox.exec` returns.

    ``returncode``: as of :mod:`subprocess`, minus the signal where one ended it. ``stdout``, ``stderr``: bytes, at most ``max_output_mb`` of each; ``truncated`` tells that
    there was more. ``timed_out``: the time was up. ``exceeded``: "memory" or "cpu" when it was ended for that. ``usage``: :class:`Usage`. ``denials``: what was refused.
    ``domains``: which names of ``allowed_domains`` were reached, and how much went there."""

    args: tuple[str, ...]
    returncode: int
    stdout: bytes
    stderr: bytes
    timed_out: bool
    exceeded: str
    truncated: bool
    usage: Usage
    denials: tuple[Denial, ...]
    domains: tuple[DomainUse, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether it ended by itself, with status 0."""
        return self.returncode == 0 and not self.timed_out and not self.exceeded
