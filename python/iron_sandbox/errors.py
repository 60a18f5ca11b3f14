"""What this package raises.

    SandboxError(Exception)
    ├── PolicyError(ValueError)    options that cannot be meant; the message names the option and what is accepted
    ├── NotEnforceable             this system cannot enforce an option; every one that is lost is named
    ├── NotStarted(OSError)        the program could not be started: .errno, .filename
    ├── SandboxLost                the supervisor was ended, and with it everything that it had started
    └── RemoteError                a function that ran in a sandbox raised, or did not come back: .type_name, .message, .remote_traceback
"""
from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional


class SandboxError(Exception):
    """Something could not be done as asked for. Nothing ran unconfined."""


class PolicyError(SandboxError, ValueError):
    """Options that cannot be meant. The message names the option and what is accepted."""


class NotEnforceable(SandboxError):
    """This system cannot enforce what was asked for. The message names every option that is lost; ``best_effort=True`` goes on without."""


class NotStarted(SandboxError, OSError):
    """The program could not be started: ``.errno`` and ``.filename`` as of OSError."""

    def __init__(self, errno: int, message: str, filename: Optional[str] = None) -> None:
        super().__init__(errno, message, filename)


class SandboxLost(SandboxError):
    """The supervisor was ended from outside, and with it everything that it had started. The next call starts another."""


class RemoteError(SandboxError):
    """A function that ran in a sandbox raised what is no built-in exception, or ended without a result.

    ``.type_name`` is the qualified name of the exception, "" where there was none; ``.message`` its text; ``.remote_traceback`` the traceback as text.
    """

    def __init__(self, message: str, type_name: str = "", remote_traceback: str = "") -> None:
        super().__init__(f"{type_name}: {message}" if type_name else message)
        self.type_name = type_name
        self.message = message
        self.remote_traceback = remote_traceback
