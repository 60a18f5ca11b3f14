"""Processes that are started in a run get its handshake in their environment; nothing of what the user gives them is taken away.

A process that is started in no run, or forked, gets none: a forked child goes on with the run by itself.
"""
from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager

from iron_cage import _engine
from iron_cage._hooks.install import patch
from iron_cage._lending.handshake import VARIABLE
from iron_cage._runs import current, state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Iterator, Mapping, Optional

#: Where env stands among the arguments of subprocess.Popen, without self.
_ENV = 10
#: What a child needs to know the same hosts, if the user does not say otherwise.
_HOSTS = "IRON_CAGE_LLM_HOSTS"


def install(module: ModuleType) -> None:
    """Patches os, subprocess or multiprocessing.spawn."""
    if module.__name__ == "subprocess":
        patch(module.Popen, "__init__", _popen)
    elif module.__name__ == "multiprocessing.spawn":
        patch(module, "get_preparation_data", _get_preparation_data)
    else:
        for name, make in (("posix_spawn", _posix_spawn), ("posix_spawnp", _posix_spawn), ("execv", _execv), ("execve", _execve)):
            if hasattr(module, name):
                patch(module, name, make)
        if os.name == "posix":
            patch(module, "system", _system)


def _here(replaces: bool = False) -> Optional[str]:
    if not state.active and current.get() is None:
        return None
    from iron_cage._lending import loans

    return loans.here(replaces)


def _with(environment: Optional[Mapping[Any, Any]], text: str) -> dict[Any, Any]:
    """The environment (None: that of this process) and the handshake."""
    joined = dict(os.environ if environment is None else environment)
    joined.pop(VARIABLE.encode(), None)
    joined[VARIABLE] = text
    named = _engine.named_hosts()
    if named and _HOSTS.encode() not in joined:
        own = joined.get(_HOSTS)
        joined[_HOSTS] = named if not own or own == os.environ.get(_HOSTS) else f"{named},{own}"
    return joined


def _popen(original: Any) -> Any:
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        text = _here()
        if text is not None:
            if len(args) > _ENV:
                args = (*args[:_ENV], _with(args[_ENV], text), *args[_ENV + 1:])
            else:
                kwargs["env"] = _with(kwargs.get("env"), text)
        original(self, *args, **kwargs)

    return __init__


def _posix_spawn(original: Any) -> Any:
    def posix_spawn(path: Any, argv: Any, env: Any, *args: Any, **kwargs: Any) -> Any:
        text = _here()
        return original(path, argv, env if text is None else _with(env, text), *args, **kwargs)

    return posix_spawn


def _execve(original: Any) -> Any:
    def execve(path: Any, argv: Any, env: Any) -> Any:
        text = _here(replaces=True)
        return original(path, argv, env if text is None else _with(env, text))

    return execve


def _execv(original: Any) -> Any:
    def execv(path: Any, argv: Any, /) -> Any:
        text = _here(replaces=True)
        return original(path, argv) if text is None else os.execve(path, argv, _with(None, text))

    return execv


def _system(original: Any) -> Any:
    def system(command: Any) -> Any:
        if _here() is None or not isinstance(command, (str, bytes)):
            return original(command)
        # Not as words of the shell, which everybody sees in the list of processes, and not in this process's environment, where other threads would.
        sys.audit("os.system", os.fsencode(command))
        with _deaf() as defaults:
            process = os.posix_spawn("/bin/sh", ["sh", "-c", command], os.environ, setsigdef=defaults)  # which adds the handshake
            try:
                return os.waitpid(process, 0)[1]
            except ChildProcessError:
                return -1  # somebody else waits for all children, or SIGCHLD is ignored: as system(3)

    return system


@contextmanager
def _deaf() -> Iterator[list[int]]:
    """As system(3) has it: Ctrl-C is the command's while it runs. Gives the signals that the command gets back. Handlers belong to the main thread; elsewhere nothing changes."""
    import signal

    before = {}
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGQUIT):
            if signal.getsignal(number) not in (None, signal.SIG_IGN):
                before[number] = signal.signal(number, signal.SIG_IGN)
    try:
        yield list(before)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Joining:
    """Unpickled in a child of multiprocessing, it puts the handshake there before anything of the user's is imported. It needs no iron_cage for it: the paths are not set yet."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __reduce__(self) -> Any:
        return exec, (
            f"import os, sys\nos.environ[{VARIABLE!r}] = {self.text!r}\n"
            f"if 'iron_cage' in sys.modules:\n    from iron_cage._lending.borrowed import join\n    join({self.text!r})\n",
        )


def _get_preparation_data(original: Any) -> Any:
    def get_preparation_data(name: Any) -> Any:
        data = original(name)
        text = _here()
        if text is not None:
            data["iron_cage"] = _Joining(text)
        return data

    return get_preparation_data
