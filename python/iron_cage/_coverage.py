"""Which HTTP clients and SDKs of this process are really intercepted."""
from __future__ import annotations

import sys
import threading
from contextvars import Context
from dataclasses import asdict, dataclass
from importlib import import_module
from importlib.util import find_spec
from inspect import iscoroutinefunction
from typing import Any, Mapping, Optional

from iron_cage._hooks import install
from iron_cage._hooks.canary import Canary, Perch
from iron_cage._hooks.clients import CLIENTS, UNSEEN, Client, Unseen
from iron_cage._hooks.common import unclaimed
from iron_cage._hooks.sdks import SDKS
from iron_cage.errors import NotProtected

#: Seconds for all canaries together; a client that hangs is not proven.
DEADLINE = 10.0

PROVEN, HOOKED, MISSED, UNSEEN_NOW, NOT_IMPORTED, NOT_INSTALLED = "proven", "hooked", "missed", "unseen", "not imported", "not installed"
#: Ways out of a process that no canary of it can prove or rule out.
LIMITS = (
    "other processes: a program that this one starts in a run goes on with it when it is Python and imports iron_cage",
    "code that opens a socket of its own",
    "clients that are not in this list",
)


@dataclass(frozen=True)
class ClientCoverage:
    """How far one client is intercepted.

    :ivar client: its name, such as "httpx"
    :ivar mode: "sync" or "async"; "" for a client that is not hooked
    :ivar version: of the package (of Python's own modules, Python's); None when it is not installed, or does not say
    :ivar how: "proven": a canary of it was seen, and changed, by our hook on both ways; "hooked": it is patched, and the canary could not be sent; "missed": its canary went past
        the hook, or a class derived from it does; "unseen": it is imported, and nothing can be hooked; "not imported": it will be hooked when it is imported, or, if nothing
        can be hooked, is not in use; "not installed"
    :ivar detail: why, and what to do about it; "" where there is nothing to say
    """

    client: str
    mode: str
    version: Optional[str]
    how: str
    detail: str = ""

    @property
    def is_gap(self) -> bool:
        """Whether LLM calls may leave through it unseen, or are not proven not to."""
        return self.how in (HOOKED, MISSED, UNSEEN_NOW)


@dataclass(frozen=True)
class SdkCoverage:
    """An SDK that is installed, and what its calls go through.

    :ivar sdk: its distribution, such as "openai"
    :ivar version: None when it does not say
    :ivar imported: whether this process has imported it
    :ivar through: the clients that may carry its calls
    :ivar how: "proven" when those that are imported are; "gap" when one of them is a gap; "not imported" when none is imported
    """

    sdk: str
    version: Optional[str]
    imported: bool
    through: tuple[str, ...]
    how: str


@dataclass(frozen=True)
class Coverage:
    """What :func:`coverage` found. True when there is no gap; printed, a table.

    :ivar clients: one row for each client and mode
    :ivar sdks: one row for each SDK that is installed
    :ivar unclaimed: requests (POST) to LLM hosts that belonged to no run while runs were open, since this process began, whatever ``unclaimed=`` made of them
    :ivar limits: what cannot be told from inside this process
    """

    clients: tuple[ClientCoverage, ...]
    sdks: tuple[SdkCoverage, ...]
    unclaimed: int
    limits: tuple[str, ...] = LIMITS

    @property
    def gaps(self) -> tuple[ClientCoverage, ...]:
        """The rows through which LLM calls may leave unseen."""
        return tuple(row for row in self.clients if row.is_gap)

    @property
    def complete(self) -> bool:
        """Whether each client that is imported is proven."""
        return not self.gaps

    def __bool__(self) -> bool:
        return self.complete

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values, as ``python -m iron_cage coverage --json`` prints it."""
        return {"complete": self.complete, **asdict(self)}

    def __str__(self) -> str:
        lines = _table(
            ("client", "version", "how", ""),
            [(f"{row.client} ({row.mode})" if row.mode else row.client, row.version or "", row.how, row.detail) for row in self.clients if row.how != NOT_INSTALLED],
        )
        missing = dict.fromkeys(row.client for row in self.clients if row.how == NOT_INSTALLED)
        if missing:
            lines.append("not installed: " + ", ".join(missing))
        if self.sdks:
            lines += ["", *_table(("SDK", "version", "how", "through"), [(row.sdk, row.version or "", row.how, ", ".join(row.through)) for row in self.sdks])]
        lines += ["", f"calls of no run: {self.unclaimed:,}", "cannot be told from here: " + "; ".join(self.limits)]
        lines.append("complete: every client that is imported is proven" if self.complete else f"{len(self.gaps)} gap{'s' if len(self.gaps) != 1 else ''}")
        return "\n".join(lines)


def coverage(*, load: bool = False) -> Coverage:
    """Which HTTP clients and SDKs in this process are really intercepted, proven by a canary: a real request of each client that is imported to a socket on loopback.

    Nothing leaves this machine, and no report, budget, breaker, count or audit trail hears of it. It may be called at any time, inside a run and in a running event loop
    (which it blocks for some ten milliseconds). Outside of protections it tells what a protection would intercept.

    :param load: import the clients that are installed and not imported, and prove them, too
    """
    return Context().run(_coverage, load)  # in no run: what a strict one may not import is looked for, too


def _coverage(load: bool) -> Coverage:
    user = _User()
    install.add(user)
    try:
        if load:
            for client in CLIENTS:
                _load(client)
        clients = [*_proven(), *(_unseen(unseen) for unseen in UNSEEN)]
    finally:
        install.remove(user)
    return Coverage(tuple(clients), tuple(_sdks(clients)), unclaimed.count)


class _Required:
    """What stood when everything was proven."""

    standing: Optional[tuple[object, ...]] = None


_required = _Required()


def require() -> None:
    """For ``strict=True``: raises NotProtected unless every client that is imported is proven. Proves again only when something changed since.

    :raises NotProtected: it names each gap, and what to do
    """
    standing = install.standing()
    proven = _required.standing
    if proven is not None and len(proven) == len(standing) and all(before is now for before, now in zip(proven, standing)):
        return
    found = coverage()
    if found.gaps:
        said = "; ".join(f"{row.client}{' ' + row.version if row.version else ''}{' (' + row.mode + ')' if row.mode else ''}: {row.detail}" for row in found.gaps)
        raise NotProtected(f"strict=True was asked for, and LLM calls could leave unseen through {said}", found.gaps)
    _required.standing = install.standing()


class _User:
    """Keeps the hooks while canaries are sent."""


def _load(client: Client) -> None:
    if client.module not in sys.modules and _installed(client.module):
        try:
            import_module(client.module)
        except Exception:  # noqa: BLE001 - a package that is broken carries no calls
            pass


def _proven() -> list[ClientCoverage]:
    """The rows of the clients that have hooks."""
    imported = [client for client in CLIENTS if sys.modules.get(client.module) is not None]
    canaries: dict[tuple[str, str], Canary] = {}
    problem = "the canary had no answer in time"

    def send(perch: Perch) -> None:
        for client in imported:
            for mode in client.canaries:
                canaries[client.name, mode] = perch.send(client, mode, sys.modules[client.module])

    if imported:
        try:
            perch = Perch()
        except OSError as error:
            problem = f"no canary could be sent: there is no socket on loopback ({type(error).__name__})"
        else:
            # A thread of its own: there may be an event loop in this one, and its context variables are the agent's.
            thread = threading.Thread(target=send, args=(perch,), name="iron-cage-coverage", daemon=True)
            Context().run(thread.start)
            thread.join(DEADLINE)
            perch.close()
    return [_row(client, mode, canaries.get((client.name, mode)), client in imported, problem) for client in CLIENTS for mode in client.canaries]


def _row(client: Client, mode: str, canary: Optional[Canary], imported: bool, problem: str) -> ClientCoverage:
    if not imported:
        installed = _installed(client.module)
        return ClientCoverage(client.name, mode, _version(client.module) if installed else None, NOT_IMPORTED if installed else NOT_INSTALLED)
    version = _version(client.module)
    if canary is None:
        return ClientCoverage(client.name, mode, version, HOOKED, problem)
    failure = canary.failure
    if failure is not None:
        return ClientCoverage(client.name, mode, version, MISSED, failure)
    past = _past(client.module.partition(".")[0], mode if len(client.canaries) > 1 else None)
    return ClientCoverage(client.name, mode, version, MISSED if past else PROVEN, f"{', '.join(past)} replaces what is hooked and never calls it" if past else "")


def _past(package: str, mode: Optional[str]) -> list[str]:
    """Classes of others that derive from a client's and replace the hooked method (of this mode) without calling it."""
    found = []
    for owner, name in install.patches():
        if not isinstance(owner, type) or owner.__module__.partition(".")[0] != package or package == "http":  # urllib3 and others do so, and have hooks of their own
            continue
        if mode is not None and (mode == "async") != iscoroutinefunction(getattr(owner, name)):
            continue
        waiting = list(type.__subclasses__(owner))
        while waiting:
            derived = waiting.pop()
            waiting.extend(type.__subclasses__(derived))
            own = derived.__dict__.get(name)
            code = getattr(own, "__code__", None)
            if own is not None and derived.__module__.partition(".")[0] != package and (code is None or name not in code.co_names):
                found.append(f"{derived.__module__}.{derived.__qualname__}")
    return sorted(set(found))


def _unseen(unseen: Unseen) -> ClientCoverage:
    if sys.modules.get(unseen.module) is not None:
        return ClientCoverage(unseen.name, "", _version(unseen.module), UNSEEN_NOW, unseen.advice)
    installed = _installed(unseen.module)
    return ClientCoverage(unseen.name, "", _version(unseen.module) if installed else None, NOT_IMPORTED if installed else NOT_INSTALLED, unseen.advice if installed else "")


def _sdks(clients: list[ClientCoverage]) -> list[SdkCoverage]:
    rows: list[SdkCoverage] = []
    for sdk in SDKS:
        if not _installed(sdk.module):
            continue
        carriers = [row for row in clients if row.client in sdk.through and row.how not in (NOT_IMPORTED, NOT_INSTALLED)]
        how = "gap" if any(row.is_gap for row in carriers) else PROVEN if carriers else NOT_IMPORTED
        rows.append(SdkCoverage(sdk.name, _version(sdk.module, sdk.name), sdk.module in sys.modules, sdk.through, how))
    return rows


def _installed(module: str) -> bool:
    if sys.modules.get(module) is not None:
        return True
    top = module.partition(".")[0]
    try:
        # The parent of a name with dots would be imported: only namespaces (google) are looked into.
        return find_spec(module if top == "google" else top) is not None
    except (ImportError, ValueError, AttributeError, NotProtected):
        return False


def _version(module: str, distribution: Optional[str] = None) -> Optional[str]:
    top = module.partition(".")[0]
    if top in ("http", "urllib"):
        return "{}.{}.{}".format(*sys.version_info)
    said = getattr(sys.modules.get(module if top == "google" else top), "__version__", None)
    if isinstance(said, str):
        return said
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(distribution or _DISTRIBUTIONS.get(top) or top)
    except PackageNotFoundError:
        return None


#: Distributions that are not called as what they bring.
_DISTRIBUTIONS: Mapping[str, str] = {**{unseen.module: unseen.name for unseen in UNSEEN}, "websocket": "websocket-client"}


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head) - 1)]
    return ["  ".join((*(cell.ljust(width) for cell, width in zip(row, widths)), row[-1])).rstrip() for row in (head, *rows)]
