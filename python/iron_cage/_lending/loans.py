"""Which handshake a process gets that is started here."""
from __future__ import annotations

import os
import threading
import weakref

from iron_cage import _native
from iron_cage._lending.handshake import GONE, VARIABLE
from iron_cage._runs import claim
from iron_cage.errors import StateError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

    from iron_cage._lending.lender import Lender
    from iron_cage._runs import Run

_lock = threading.RLock()
_lender: Optional[Lender] = None
#: Also those that the process issued from which this one was forked: that lends these runs, and goes on doing so when this one is replaced by exec.
_issued: weakref.WeakKeyDictionary[Run, str] = weakref.WeakKeyDictionary()


def here(replaces: bool = False) -> Optional[str]:
    """The text of the handshake for a process that the code which executes now starts; None: it is in no run.

    :param replaces: that process takes the place of this one, so that this one can lend nothing any more
    """
    run = claim()
    if run is None:
        return os.environ.get(VARIABLE) if _native.borrow is not None else None
    with _lock:
        text = _issued.get(run)
        if text is None:
            text = _lent(run, replaces)
            if text != str(GONE):
                _issued[run] = text
        return text


def _lent(run: Run, replaces: bool) -> str:
    global _lender
    from iron_cage._lending.borrowed import Library

    library = _native.load()
    if isinstance(library, Library):
        try:
            return library.lend(run.handle)
        except StateError:
            return str(GONE)
    if replaces:
        return str(GONE)
    if _lender is None or _lender.closed:
        from iron_cage._lending.lender import Lender

        _lender = Lender()
    return _lender.lend(run.handle, run)


def _after_fork() -> None:
    global _lock, _lender
    _lock = threading.RLock()
    if _lender is not None:
        _lender.abandon()
        _lender = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
