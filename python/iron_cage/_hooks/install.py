"""Patching: once per method, only while protections exist, on import for what is not imported yet."""
from __future__ import annotations

import os
import sys
import threading
import weakref
from functools import update_wrapper

from iron_cage import _engine
from iron_cage._hooks.clients import CLIENTS, UNSEEN
from iron_cage._runs import strictly
from iron_cage.errors import NotProtected

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Callable, Optional, Sequence

MARK = "__iron_cage__"
_ABSENT: Any = object()

_lock = threading.RLock()
#: Protections that exist; one that is collected without close() leaves the hooks to the next close().
_users: weakref.WeakSet[Any] = weakref.WeakSet()
_patched: list[tuple[Any, str, Any, Any]] = []
_done: dict[str, Any] = {}


def patch(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    """Replaces a method of a class by make(the one that is there now); not if it is ours already, under whatever alias."""
    own = owner.__dict__.get(name, _ABSENT)
    original = own if own is not _ABSENT else getattr(owner, name)
    if getattr(original, MARK, False):
        return
    wrapper = update_wrapper(make(original), original)
    setattr(wrapper, MARK, True)
    setattr(owner, name, wrapper)
    _patched.append((owner, name, own, wrapper))


def _hook(name: str) -> Callable[[ModuleType], None]:
    """install() of a module in here, which is imported only then."""

    def install(module: ModuleType) -> None:
        from importlib import import_module

        import_module(f"iron_cage._hooks.{name}").install(module)

    return install


#: Module -> what patches it. The module is the one that defines the class. HTTP clients come from their own table.
TARGETS: dict[str, Callable[[ModuleType], None]] = {
    "threading": _hook("_threads"),
    "concurrent.futures._base": _hook("_threads"),
    "concurrent.futures.thread": _hook("_threads"),
    "multiprocessing.pool": _hook("_threads"),
    "multiprocessing.util": _hook("_processes"),
    "multiprocessing.spawn": _hook("_spawning"),
    "os": _hook("_spawning"),
    "subprocess": _hook("_spawning"),
    "httpcore": _hook("_httpcore"),
    "websockets.client": _hook("_websockets"),
    **{client.module: _hook(client.hook) for client in CLIENTS if client.hook is not None},
}
#: Modules of clients that no hook can see.
_UNSEEN = {unseen.module: unseen for unseen in UNSEEN}
_WATCHED = (*(client.module for client in CLIENTS), *_UNSEEN)


def add(protection: object) -> None:
    """A protection exists: hooks are there."""
    with _lock:
        _users.add(protection)
        if _FINDER not in sys.meta_path:
            sys.meta_path.insert(0, _FINDER)
        for name in TARGETS:
            module = sys.modules.get(name)
            if module is not None and not getattr(getattr(module, "__spec__", None), "_initializing", False):
                _apply(name, module)


def remove(protection: object) -> None:
    """A protection was closed: with the last one hooks go, where they are still the outermost."""
    with _lock:
        _users.discard(protection)
        if _users:
            return
        if _FINDER in sys.meta_path:
            sys.meta_path.remove(_FINDER)
        while _patched:
            owner, name, own, wrapper = _patched.pop()
            if owner.__dict__.get(name) is wrapper:
                if own is _ABSENT:
                    delattr(owner, name)
                else:
                    setattr(owner, name, own)
        _done.clear()


def _apply(name: str, module: ModuleType) -> None:
    with _lock:
        if _done.get(name) is module or not _users:
            return
        _done[name] = module
        try:
            TARGETS[name](module)
        except Exception as error:  # noqa: BLE001 - an import must not fail because of us; but it is a hole, so say it
            _engine.log(40, "%s cannot be intercepted: its LLM calls are NOT protected", name, exc_info=True)
            if strictly():
                raise NotProtected(f"{name} was imported and cannot be intercepted ({type(error).__name__}), and strict=True was asked for") from error


def patches() -> list[tuple[Any, str]]:
    """What is patched now: (class or module, name)."""
    with _lock:
        return [(owner, name) for owner, name, _, _ in _patched]


def standing() -> tuple[object, ...]:
    """What interception depends on, for a comparison with an earlier time: which clients are imported, what stands where we patched, and which classes derive from that."""
    with _lock:
        found: list[object] = [sys.modules.get(name) for name in _WATCHED]
        for owner, name, _, _ in _patched:
            found.append(owner.__dict__.get(name))
            if isinstance(owner, type):
                found.extend(type.__subclasses__(owner))
    return tuple(found)


class _Finder:
    """Finds nothing itself: lets the others find, and patches behind their loader."""

    def find_spec(self, name: str, path: Optional[Sequence[str]], target: Optional[ModuleType] = None) -> Any:
        if name not in TARGETS:
            unseen = _UNSEEN.get(name)
            if unseen is not None and strictly():
                raise NotProtected(f"{unseen.name} may not be imported here, as strict=True was asked for: {unseen.advice}")
            return None
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            if finder is self or find is None:
                continue
            spec = find(name, path, target)
            if spec is not None:
                if spec.loader is not None and hasattr(spec.loader, "exec_module"):
                    spec.loader = _Loader(spec.loader)
                return spec
        return None


class _Loader:
    """The real loader, and our patch after it."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: Any) -> Any:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        _apply(module.__name__, module)


_FINDER: Any = _Finder()


def _after_fork() -> None:
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
