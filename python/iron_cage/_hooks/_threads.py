"""Carries the run over to threads and pools, which do not inherit context variables: per work item, never per pooled thread."""
from __future__ import annotations

from iron_cage._hooks.common import carrying
from iron_cage._hooks.install import patch
from iron_cage._runs import current, state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Callable

#: Their threads serve whatever comes: work items carry the run, not the thread.
_POOLS = ("concurrent.futures.thread", "multiprocessing.pool")


def install(module: ModuleType) -> None:
    """Patches one of threading, concurrent.futures.thread and multiprocessing.pool."""
    if module.__name__ == "threading":
        patch(module.Thread, "start", _start)
    elif module.__name__ == "concurrent.futures.thread":
        patch(module.ThreadPoolExecutor, "submit", _submit)
    else:
        for name in ("apply_async", "_map_async", "imap", "imap_unordered"):
            patch(module.ThreadPool, name, _pooled)


def bound(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, executing in the run of the context that calls this, whatever thread executes it."""
    run, carry = current.get(), carrying.get()

    def in_run(*args: Any, **kwargs: Any) -> Any:
        outer, outer_carry = current.get(), carrying.get()
        current.set(run)
        carrying.set(carry)
        try:
            return function(*args, **kwargs)
        finally:
            current.set(outer)
            carrying.set(outer_carry)

    return in_run


def _start(original: Any) -> Any:
    def start(self: Any) -> None:
        run = current.get()
        target = getattr(self, "_target", None)
        if run is None or getattr(target, "__module__", None) in _POOLS:
            original(self)
            return
        inner = self.run
        carried = bound(inner)

        def run_once() -> None:
            self.__dict__.pop("run", None)
            if own is not None:
                self.run = own
            carried()

        own = self.__dict__.get("run")
        self.run = run_once
        try:
            original(self)
        except BaseException:
            self.__dict__.pop("run", None)
            if own is not None:
                self.run = own
            raise

    return start


def _submit(original: Any) -> Any:
    def submit(self: Any, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        if current.get() is None and not state.active:
            return original(self, fn, *args, **kwargs)
        return original(self, bound(fn), *args, **kwargs)

    return submit


def _pooled(original: Any) -> Any:
    def pooled(self: Any, func: Any, *args: Any, **kwargs: Any) -> Any:
        if current.get() is None and not state.active:
            return original(self, func, *args, **kwargs)
        return original(self, bound(func), *args, **kwargs)

    return pooled
