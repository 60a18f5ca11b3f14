"""Kill switches that a signal throws: one handler of Python's for each signal, for as long as a protection wants it."""
from __future__ import annotations

import signal
import threading
import weakref

from iron_cage import _engine
from iron_cage.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Optional

    from iron_cage._protection import Protection

#: Of these the handler would run again and again, or never.
_UNFIT = frozenset(("SIGKILL", "SIGSTOP", "SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGABRT", "SIGCHLD"))


class _Watched:
    """A signal, who is stopped by it, and what handled it before."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.protections: list[weakref.ref[Protection]] = []
        self.before: Any = signal.signal(number, self)

    def __call__(self, number: int, frame: Optional[FrameType]) -> None:
        for each in list(self.protections):
            protection = each()
            if protection is not None and not protection._ended:
                try:
                    protection.stop(f"signal {signal.Signals(number).name}")
                except Exception:  # noqa: BLE001 - this is the middle of any code of the user's; stopped it is, perhaps not in the store
                    _engine.log(40, "a protection that was stopped by a signal could not write that to its store", exc_info=True)
        if callable(self.before):
            self.before(number, frame)

    def leave(self, protection: Protection) -> bool:
        """Whether nobody is left, and the handler from before is back."""
        self.protections = [each for each in self.protections if each() not in (None, protection)]
        if self.protections or threading.current_thread() is not threading.main_thread():
            return False  # elsewhere it stays, stops nobody, and goes on to the one before
        here: object = signal.getsignal(self.number)
        if here is self:
            signal.signal(self.number, self.before)
        return True


#: Changed in the main thread, and by whoever closes a protection.
_watched: dict[int, _Watched] = {}


def name(option: str, value: object) -> str:
    """The name of a signal that may stop."""
    given = value.name if isinstance(value, signal.Signals) else value
    if not isinstance(given, str) or given not in signal.Signals.__members__ or given in _UNFIT:
        raise ConfigError(f'{option}: the name of a signal expected, such as "SIGUSR1", which a program can handle ({", ".join(sorted(_UNFIT))} cannot stop an agent), got {value!r}')
    return given


def watch(protection: Protection, given: str) -> None:
    """From now on the signal stops it.

    :raises ConfigError: no handler can be set here
    """
    number = signal.Signals[given]
    known = _watched.get(number)
    here: object = signal.getsignal(number)
    if known is None or here is not known:
        if threading.current_thread() is not threading.main_thread():
            raise ConfigError(f"stop_signal: Python sets the handler of {given} in the main thread only; make the protection there, or stop it by kill_file or stop()")
        if here is None:
            raise ConfigError(f"stop_signal: {given} has a handler that Python did not set, and cannot give back; choose another signal")
        try:
            known = _watched[number] = _Watched(number)
        except (OSError, ValueError) as error:
            raise ConfigError(f"stop_signal: no handler can be set for {given} here: {error}") from None
    known.protections.append(weakref.ref(protection))


def leave(protection: Protection) -> None:
    """It is closed. The last one to leave a signal, in the main thread, puts the handler back that was there before."""
    for number, known in list(_watched.items()):
        if known.leave(protection):
            _watched.pop(number, None)
