"""Carries the run over to threads and pools, which do not inherit context variables: per work item, never per pooled thread."""
from __future__ import annotations

from functools import partial

from iron_cage._hooks.common import carrying
from iron_cage._hooks.install import patch
from iron_cage._runs import come_back, current, state, step_aside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Callable, Iterable, Iterator

#: Their threads serve whatever comes: work items carry the run, not the thread.
_POOLS = ("concurrent.futures.thread", "multiprocessing.pool")


def install(module: ModuleType) -> None:
    """Patches one of threading, concurrent.futures._base, concurrent.futures.thread and multiprocessing.pool."""
    if module.__name__ == "threading":
        patch(module.Thread, "start", _start)
    elif module.__name__ == "concurrent.futures._base":
        patch(module.Future, "add_done_callback", _add_done_callback)
    elif module.__name__ == "concurrent.futures.thread":
        patch(module.ThreadPoolExecutor, "submit", _submit)
    else:
        for name in ("apply_async", "_map_async"):
            patch(module.ThreadPool, name, _pooled)
        for name in ("imap", "imap_unordered"):
            patch(module.ThreadPool, name, _pooled_lazily)


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


def called_back(function: Callable[..., Any]) -> Callable[..., Any]:
    """As bound(), for what a future or pool calls when it is done: others wait for it behind that, so no refusal is raised there."""
    run, in_run = current.get(), bound(function)

    def callback(*args: Any, **kwargs: Any) -> Any:
        aside = step_aside(run)
        try:
            return in_run(*args, **kwargs)
        finally:
            come_back(aside)

    return callback


def _add_done_callback(original: Any) -> Any:
    def add_done_callback(self: Any, fn: Any) -> None:
        original(self, fn if current.get() is None else called_back(fn))

    return add_done_callback


def _pooled(original: Any) -> Any:
    code = original.__code__
    callbacks = [(name, code.co_varnames.index(name) - 2) for name in ("callback", "error_callback")]  # behind self and func

    def pooled(self: Any, func: Any, *args: Any, **kwargs: Any) -> Any:
        if current.get() is None and not state.active:
            return original(self, func, *args, **kwargs)
        given = list(args)
        for name, place in callbacks:
            if kwargs.get(name) is not None:
                kwargs[name] = called_back(kwargs[name])
            elif place < len(given) and given[place] is not None:
                given[place] = called_back(given[place])
        return original(self, bound(func), *given, **kwargs)

    return pooled


def _pooled_lazily(original: Any) -> Any:
    def pooled(self: Any, func: Any, iterable: Any, *args: Any, **kwargs: Any) -> Any:
        if current.get() is None and not state.active:
            return original(self, func, iterable, *args, **kwargs)
        return original(self, bound(func), _items(iterable), *args, **kwargs)

    return pooled


def _items(iterable: Iterable[Any]) -> Iterator[Any]:
    """The items of an iterable that a thread of the pool asks for, each in the run of the context that calls this."""
    return iter(partial(bound(next), iter(iterable), _END), _END)


#: Behind the last item.
_END: Any = object()
