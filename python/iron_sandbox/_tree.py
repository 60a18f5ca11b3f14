"""A program that runs in a sandbox, with all that came of it: one descriptor to poll, one outcome."""
from __future__ import annotations

import json
import os
import select
import weakref

from iron_sandbox import _native, errors
from iron_sandbox._results import Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional, Sequence

    from iron_sandbox._sandbox import Sandbox


class Tree:
    """A handle of the library. Whoever lets go of it ends what still runs."""

    handle: int
    #: Of the library: becomes readable when there is something to poll().
    descriptor: int

    def __init__(self, sandbox: Sandbox, argv: Sequence[str], cwd: Optional[str], descriptors: list[int], timeout: Optional[float], setup: Optional[str] = None, unconfined: bool = False) -> None:
        self.argv = argv
        self._seen = sandbox._seen
        handle = sandbox._handle(setup or "exec")
        self.handle, self.descriptor = _native.start(handle, block(argv), folder(cwd), descriptors, milliseconds(timeout), unconfined)
        self.generation = _native.generation
        self.state = _native.STARTING
        self.pid: Optional[int] = None
        self.outcome: Optional[Outcome] = None
        #: Options that would allow what was seen, where nothing was refused.
        self.proposal: dict[str, Any] = {}
        self.error: Optional[errors.SandboxError] = None
        self._finalizer = weakref.finalize(self, _native.free_process, self.handle, self.generation)
        self._finalizer.atexit = False

    @property
    def is_over(self) -> bool:
        """Whether nothing runs any more."""
        return self.state >= _native.ENDED

    def poll(self) -> bool:
        """Takes what news there is, without waiting. Whether it is over."""
        if not self.is_over:
            if self.generation != _native.host_generation():
                raise errors.SandboxError("a process that was forked cannot wait for what its parent started")
            state, message = _native.poll(self.handle)
            self.state = state
            if state == _native.RUNNING:
                self.pid = json.loads(message)["pid"]
            elif state == _native.ENDED:
                self.outcome = Outcome.of(message)
                self._seen.add(self.outcome)
                self.proposal = json.loads(message).get("proposal", {})
            elif state != _native.STARTING:
                self.error = self._failure(state, json.loads(message))
            if self.is_over:
                self.close()
        return self.is_over

    def wait(self, timeout: Optional[float] = None, started: bool = False) -> bool:
        """Waits for the end (or the start), at most so many seconds. Whether it came. A signal handler that raises ends the wait."""
        import time

        deadline = None if timeout is None else time.monotonic() + timeout
        poller: Optional[select.poll] = None
        while not self.poll() and not (started and self.state == _native.RUNNING):
            if poller is None:
                poller = select.poll()
                poller.register(self.descriptor, select.POLLIN)
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                return False
            poller.poll(None if left is None else left * 1000)
        return True

    def limit(self, timeout: Optional[float]) -> None:
        """Its time begins now: seconds, None for those of the policy."""
        if not self.is_over:
            _native.limit(self.handle, milliseconds(timeout))

    def signal(self, number: int) -> None:
        """Sends a signal to the first process; 0 ends the tree."""
        if not self.is_over:
            _native.signal(self.handle, number)

    def close(self) -> None:
        """Lets go of it. Idempotent."""
        self._finalizer()

    def result(self) -> Outcome:
        """The outcome; raises where there is none."""
        if self.error is not None:
            raise self.error
        assert self.outcome is not None
        return self.outcome

    def _failure(self, state: int, told: dict[str, Any]) -> errors.SandboxError:
        message = str(told["message"])
        if state == _native.LOST:
            return errors.SandboxLost(message)
        number = int(str(told["errno"]))
        if told["step"] == "execve" and number:
            hint = ""
            if number == 13:
                hint = "; executable_paths would allow it where it lies outside of what may be executed"
            return errors.NotStarted(number, f"{self.argv[0]} cannot be started: {message}{hint}", os.fspath(self.argv[0]))
        if told["step"] == "policy":
            return errors.PolicyError(message)
        return errors.SandboxError(f"{told['step']}: {message}")


def block(argv: Sequence[str]) -> bytes:
    """argv as the library takes it."""
    if isinstance(argv, (str, bytes)):
        raise errors.PolicyError("argv: must be a list of a program and its arguments, not a single text (there is no shell in between)")
    items = [os.fsencode(item) for item in argv]
    if not items or not items[0]:
        raise errors.PolicyError("argv: must have a program as its first item")
    if any(b"\0" in item for item in items):
        raise errors.PolicyError("argv: must not hold a NUL character")
    total = sum(len(item) + 9 for item in items)
    if total > 2 << 20:
        raise errors.NotStarted(7, f"argv has {total} bytes with its pointers; Linux takes at most 2 MiB together with the environment")
    if any(len(item) >= 128 << 10 for item in items):
        raise errors.NotStarted(7, "an item of argv has more than 131071 bytes, which is the most that Linux takes")
    return b"\0".join(items) + b"\0"


def folder(cwd: Optional[str]) -> bytes:
    """The working directory as the library takes it; empty for that of the policy."""
    if cwd is None:
        return b""
    path = os.fsencode(cwd)
    if not path.startswith(b"/") or b"\0" in path:
        raise errors.PolicyError("cwd: must be an absolute path without a NUL character")
    return path + b"\0"


def milliseconds(timeout: Optional[float]) -> int:
    """A timeout in seconds as the library takes it; -1 for that of the policy, 0 for none."""
    if timeout is None:
        return -1
    if timeout == 0 and timeout is not False:
        return 0
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not 0 < timeout <= 31_536_000:
        raise errors.PolicyError("timeout: must be a number of seconds above 0, at most 31536000")
    return max(1, int(timeout * 1000))
