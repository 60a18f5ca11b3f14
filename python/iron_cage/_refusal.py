"""How a refusal travels from a hook to the caller of the protected function."""
from __future__ import annotations

import sys
from json import loads

from iron_cage import errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Mapping, Optional

    from iron_cage._runs import Run


class Refusal(BaseException):
    """Carries a refusal up to the boundary. Not an Exception, so that agents and SDKs that catch, retry and wrap those let it pass."""

    def __init__(self, data: Mapping[str, Any], run: Run) -> None:
        super().__init__(data.get("reason"))
        self.data = data
        self.run = run


def travel(payload: Optional[bytes], run: Optional[Run]) -> Mapping[str, Any]:
    """Raises the refusal where that reaches the boundary of its run; elsewhere returns it, to be answered by a synthetic response."""
    data: Mapping[str, Any] = loads(payload or b"{}")
    if run is not None and not data.get("respond") and run.at_boundary():
        raise Refusal(data, run)
    return data


def settle(run: Run, raised: Optional[BaseException]) -> tuple[Optional[BaseException], Optional[BaseException]]:
    """Closes a run at its boundary: what to raise, the public error as a rule, and its cause; (None, None) when what happened shall stand."""
    remembered = run.close()
    if run.traced is not None:
        from iron_cage import _otel

        _otel.settle()
    carried = _find(raised)
    if carried is not None and carried.run is not run and not carried.run.closed:
        return None, None  # on its way to a boundary further out
    if raised is not None and carried is None and _stands(raised):
        return None, None
    if remembered is None and carried is not None:
        remembered = carried.data
    if remembered is None:
        return None, None
    ending = _ends_program(raised)
    error = errors.from_refusal(remembered)
    try:
        error.report = run.protection.report()
    except errors.IronCageError:
        pass
    if ending is not None:
        return ending, error  # Ctrl-C in one task, a refusal in another
    return error, _interrupted(carried) if raised is None or _only(raised) else raised


def _interrupted(carried: Optional[Refusal]) -> Optional[BaseException]:
    """The error of the agent's own that it was handling, or that was on its way, when a call was refused."""
    outside = set()
    frame: Any = sys._getframe(2)  # the boundary: what it and its callers have caught is theirs
    while frame is not None:
        outside.add(frame)
        frame = frame.f_back
    earlier = carried.__context__ if carried is not None else None
    while isinstance(earlier, Refusal):
        earlier = earlier.__context__
    caught = earlier.__traceback__ if isinstance(earlier, Exception) else None
    return earlier if caught is not None and caught.tb_frame not in outside else None


def _ends_program(raised: Optional[BaseException]) -> Optional[BaseException]:
    """Ctrl-C or exit in an exception group."""
    for inner in getattr(raised, "exceptions", ()):
        found = inner if isinstance(inner, (KeyboardInterrupt, SystemExit)) else _ends_program(inner)
        if found is not None:
            return found
    return None


def _find(raised: Optional[BaseException]) -> Optional[Refusal]:
    if isinstance(raised, Refusal):
        return raised
    for inner in getattr(raised, "exceptions", ()):
        found = _find(inner) if isinstance(inner, BaseException) else None
        if found is not None:
            return found
    return None


def _stands(raised: BaseException) -> bool:
    """Whether an exception leaves the boundary as it is, whatever the run remembers: cancellation, Ctrl-C, exit, a generator closed early."""
    inner = getattr(raised, "exceptions", None)
    if isinstance(inner, (tuple, list)) and inner:
        return all(_stands(each) for each in inner)
    if isinstance(raised, (KeyboardInterrupt, GeneratorExit, SystemExit)):
        return True
    cancelled = [getattr(sys.modules.get(module), name, None) for module, name in (("asyncio", "CancelledError"), ("trio", "Cancelled"))]
    return isinstance(raised, tuple(kind for kind in cancelled if kind is not None))


def _only(raised: BaseException) -> bool:
    """Whether nothing but our own travelling refusals is in it."""
    if isinstance(raised, Refusal):
        return True
    inner = getattr(raised, "exceptions", None)
    return isinstance(inner, (tuple, list)) and bool(inner) and all(_only(each) for each in inner)
