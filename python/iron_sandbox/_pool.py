"""Interpreters that were started before they are needed. Each is used once: what one function leaves behind no other finds."""
from __future__ import annotations

import os
import threading

from iron_sandbox import errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

    from iron_sandbox._run import Worker
    from iron_sandbox._sandbox import Sandbox


_making = threading.Lock()


def of(sandbox: Sandbox) -> Pool:
    """The pool of a sandbox in this process, made at the first use."""
    with _making:
        if sandbox._pool is None or sandbox._pool.pid != os.getpid():
            sandbox._pool = Pool(sandbox, sandbox._pool_size)
        return sandbox._pool


def _after_fork() -> None:
    global _making
    _making = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


class Pool:
    """Keeps a number of interpreters waiting, of the setup that was asked for last. They are started by a thread of its own."""

    def __init__(self, sandbox: Sandbox, size: int) -> None:
        self.pid = os.getpid()
        self._sandbox = sandbox
        self._size = size
        self._setup = ""
        self._idle: list[Worker] = []
        self._closed = False
        self._wanted = threading.Condition()
        self._thread: Optional[threading.Thread] = None

    def take(self, setup: str) -> Optional[Worker]:
        """One that waits; None: none does."""
        stale: list[Worker] = []
        worker = None
        with self._wanted:
            if setup != self._setup:
                stale, self._idle, self._setup = self._idle, [], setup
            while self._idle and worker is None:
                worker = self._idle.pop(0)
                if worker.tree.poll():  # it was ended meanwhile
                    stale.append(worker)
                    worker = None
        for old in stale:
            old.close()
        return worker

    def refill(self) -> None:
        """Starts what is missing, in a thread of its own."""
        with self._wanted:
            if self._closed or self.pid != os.getpid():
                return
            if self._thread is None:
                self._thread = threading.Thread(target=self._fill, name="iron_sandbox pool", daemon=True)
                self._thread.start()
            self._wanted.notify()

    def close(self) -> None:
        """Ends those that wait."""
        with self._wanted:
            self._closed = True
            idle, self._idle = self._idle, []
            self._wanted.notify()
        for worker in idle:
            worker.close()

    @property
    def waiting(self) -> int:
        """How many wait."""
        with self._wanted:
            return len(self._idle)

    def _fill(self) -> None:
        from iron_sandbox._run import Worker

        while True:
            with self._wanted:
                while not self._closed and len(self._idle) >= self._size:
                    self._wanted.wait()
                if self._closed:
                    return
                setup = self._setup
            try:
                worker = Worker(self._sandbox, setup)
            except errors.SandboxError:
                with self._wanted:
                    if not self._closed:
                        self._wanted.wait(1.0)  # the caller meets the same error, and tells it
                continue
            with self._wanted:
                if not self._closed and setup == self._setup:
                    self._idle.append(worker)
                    continue
            worker.close()
