"""A running program, used as a subprocess.Popen is."""
from __future__ import annotations

import io
import os
import signal
import subprocess

from iron_sandbox import errors
from iron_sandbox._pumping import Pipes, pump
from iron_sandbox._tree import Tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO, Any, Optional, Sequence, Union

    from iron_sandbox._results import Outcome
    from iron_sandbox._sandbox import Sandbox


class Process:
    """A program that was started by :meth:`Sandbox.popen`. ``stdin``, ``stdout``, ``stderr``: binary files where PIPE was asked for, text with ``text=True``; else None.

    Leaving its ``with`` block, and letting go of it, ends the whole tree. ``outcome`` is :class:`Outcome`-like once it is over: usage, denials, timed_out."""

    def __init__(
        self, sandbox: Sandbox, argv: Sequence[str], *, stdin: Any = None, stdout: Any = None, stderr: Any = None, cwd: Optional[str] = None, timeout: Optional[float] = None, text: bool = False
    ) -> None:
        self.args = argv
        self._most = sandbox._most
        self._unread = b""
        self.stdin: Any = None
        self.stdout: Any = None
        self.stderr: Any = None
        theirs: list[int] = []
        opened: list[int] = []
        files: dict[str, IO[Any]] = {}
        try:
            for name, target, number in (("stdin", stdin, 0), ("stdout", stdout, 1), ("stderr", stderr, 2)):
                theirs.append(_descriptor(name, target, number, theirs, opened, files, text))
            self._tree = Tree(sandbox, argv, cwd, theirs, timeout)
        except BaseException:
            for file in files.values():
                file.close()
            raise
        finally:
            for descriptor in opened:
                os.close(descriptor)
        for name, file in files.items():
            setattr(self, name, file)
        self._tree.wait(started=True)
        if self._tree.error is not None:
            self._close_files()
            raise self._tree.error

    @property
    def pid(self) -> Optional[int]:
        """The number of the first process; None when it had ended before anybody asked."""
        return self._tree.pid

    @property
    def returncode(self) -> Optional[int]:
        """None while it runs; as of subprocess.Popen. -9 when its supervisor was ended with it."""
        if self._tree.outcome is not None:
            return self._tree.outcome.returncode
        return -signal.SIGKILL if self._tree.error is not None else None

    @property
    def outcome(self) -> Outcome:
        """How it ended; raises where it has not, or where its supervisor died."""
        if not self._tree.poll():
            raise errors.SandboxError("the program still runs")
        return self._tree.result()

    def poll(self) -> Optional[int]:
        """The return code, None while it runs."""
        self._tree.poll()
        return self.returncode

    def wait(self, timeout: Optional[float] = None) -> int:
        """Waits for the end of the tree.

        :raises subprocess.TimeoutExpired: it did not end in so many seconds; it runs on.
        """
        if not self._tree.wait(timeout):
            assert timeout is not None
            raise subprocess.TimeoutExpired(list(self.args), timeout)
        code = self.returncode
        assert code is not None
        return code

    def communicate(self, input: Union[bytes, str, None] = None) -> tuple[Any, Any]:  # noqa: A002 - subprocess's own name
        """Feeds its input and takes its output until it is over: (stdout, stderr), None where there is no pipe. At most ``max_output_mb`` of each is kept."""
        text = any(isinstance(file, io.TextIOBase) for file in (self.stdin, self.stdout, self.stderr))
        pipes = Pipes(self._most)
        for name, file in (("stdin", self.stdin), ("stdout", self.stdout), ("stderr", self.stderr)):
            if file is None:
                continue
            if name == "stdin":
                file.flush()
            pipes.adopt(name, os.dup(file.fileno()), name != "stdin")
            file.close()
        if self.stdin is not None:
            data = input.encode() if isinstance(input, str) else bytes(input or b"")
            pipes.feed("stdin", data)
        try:
            if not self._tree.is_over:
                pump(self._tree, pipes)
            pipes.drain()
        finally:
            pipes.close()
        taken = [bytes(pipes.output[name]) if name in pipes.output else None for name in ("stdout", "stderr")]
        decoded: list[Any] = [part.decode("utf-8", "replace") if text and part is not None else part for part in taken]
        return decoded[0], decoded[1]

    def send_signal(self, number: int) -> None:
        """Sends a signal to the first process."""
        if number < 1 or number > 64:
            raise ValueError("a signal is 1 to 64")
        self._tree.signal(number)

    def terminate(self) -> None:
        """SIGTERM to the first process."""
        self._tree.signal(signal.SIGTERM)

    def kill(self) -> None:
        """Ends the whole tree at once."""
        self._tree.signal(0)

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._close_files()
        self._tree.wait()

    def _close_files(self) -> None:
        for file in (self.stdin, self.stdout, self.stderr):
            if file is not None:
                try:
                    file.close()
                except OSError:
                    pass  # it is gone, and does not take what was left to say


def _descriptor(name: str, target: Any, number: int, theirs: list[int], opened: list[int], files: dict[str, IO[Any]], text: bool) -> int:
    """What the program gets as 0, 1 or 2; what was opened for it goes into opened, our end of a pipe into files."""
    if target is None:
        return number
    if target == subprocess.STDOUT and name == "stderr":
        return theirs[1]
    if target == subprocess.DEVNULL:
        opened.append(os.open(os.devnull, (os.O_RDONLY if name == "stdin" else os.O_WRONLY) | os.O_CLOEXEC))
        return opened[-1]
    if target == subprocess.PIPE:
        reading, writing = os.pipe2(os.O_CLOEXEC)
        ours, other, mode = (writing, reading, "w") if name == "stdin" else (reading, writing, "r")
        opened.append(other)
        files[name] = os.fdopen(ours, mode) if text else os.fdopen(ours, mode + "b")
        return other
    if isinstance(target, int):
        if target < 0:
            raise errors.PolicyError(f"{name}: must be PIPE, DEVNULL, a file, a descriptor or None")
        return target
    return int(target.fileno())
