"""Patching: once per method, only while protections exist, on import for what is not imported yet."""
from __future__ import annotations

import os
import sys
import threading
import weakref
from functools import update_wrapper

from iron_cage import _engine

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


def _httpx(module: ModuleType) -> None:
    from iron_cage._hooks import _httpx as hook

    hook.install(module)


def _urllib3(module: ModuleType) -> None:
    from iron_cage._hooks import _urllib3 as hook

    hook.install(module)


def _http_client(module: ModuleType) -> None:
    from iron_cage._hooks import _http_client as hook

    hook.install(module)


def _botocore(module: ModuleType) -> None:
    from iron_cage._hooks import _botocore as hook

    hook.install(module)


def _aiohttp(module: ModuleType) -> None:
    from iron_cage._hooks import _aiohttp as hook

    hook.install(module)


def _requests(module: ModuleType) -> None:
    from iron_cage._hooks import _requests as hook

    hook.install(module)


def _processes(module: ModuleType) -> None:
    from iron_cage._hooks import _processes as hook

    hook.install(module)


def _threads(module: ModuleType) -> None:
    from iron_cage._hooks import _threads as hook

    hook.install(module)


#: Module -> what patches it. The module is the one that defines the class.
TARGETS: dict[str, Callable[[ModuleType], None]] = {
    "threading": _threads,
    "concurrent.futures._base": _threads,
    "concurrent.futures.thread": _threads,
    "multiprocessing.pool": _threads,
    "multiprocessing.util": _processes,
    "httpx": _httpx,
    "httpx2": _httpx,
    "urllib3.connectionpool": _urllib3,
    "requests.adapters": _requests,
    "aiohttp.connector": _aiohttp,
    "botocore.endpoint": _botocore,
    "http.client": _http_client,
}


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
        except Exception:  # noqa: BLE001 - an import must not fail because of us; but it is a hole, so say it
            _engine.log(40, "%s cannot be intercepted: its LLM calls are NOT protected", name, exc_info=True)


class _Finder:
    """Finds nothing itself: lets the others find, and patches behind their loader."""

    def find_spec(self, name: str, path: Optional[Sequence[str]], target: Optional[ModuleType] = None) -> Any:
        if name not in TARGETS:
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
