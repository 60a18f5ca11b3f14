"""The end of processes that multiprocessing forks: they leave by os._exit, past atexit, so what is written behind would be lost there."""
from __future__ import annotations

from iron_cage import _engine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

#: After everything that the program itself has registered.
_LAST = -1000


class _Ending:
    """Registered once a process."""

    registered = False


_ending = _Ending()


def install(module: ModuleType) -> None:
    """For multiprocessing.util: in this process, if it is such a child, and in those that are forked from it."""
    if _ending.registered:
        return
    _ending.registered = True
    from multiprocessing.process import parent_process

    def end_with(_: object) -> None:
        module.Finalize(None, _engine.at_exit, exitpriority=_LAST)

    module.register_after_fork(_ending, end_with)
    if parent_process() is not None:
        end_with(None)
