"""Feeds a program's input and takes its output, within bounds, until it is over."""
from __future__ import annotations

import os
import select

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Optional

    from iron_sandbox._tree import Tree

_CHUNK = 1 << 16


class Pipes:
    """The host's ends of the pipes of a program. Output beyond the cap is read and dropped: a program that floods is not stopped by it, and costs no memory."""

    def __init__(self, most: int, relay: Optional[dict[str, int]] = None) -> None:
        self.most = most
        #: Descriptors to which output goes as it comes, instead of being kept.
        self.relay = relay or {}
        self.ours: dict[int, str] = {}
        self.theirs: list[int] = []
        self.output: dict[str, bytearray] = {}
        self.sizes: dict[str, int] = {}
        self.caps: dict[str, int] = {}
        self._input: dict[int, memoryview] = {}

    def reading(self, name: str, most: Optional[int] = None) -> int:
        """A pipe that the program writes: its end. At most so many bytes of it are kept, else as many as of the others."""
        ours, theirs = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(ours, False)
        self.ours[ours] = name
        self.theirs.append(theirs)
        self.output[name] = bytearray()
        self.sizes[name] = 0
        self.caps[name] = self.most if most is None else most
        return theirs

    def writing(self, name: str, data: Optional[bytes] = None) -> int:
        """A pipe that the program reads: its end. No data at all: it is fed later. Empty: the end of the file at once."""
        if data is not None and not data:
            theirs = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
            self.theirs.append(theirs)
            return theirs
        theirs, ours = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(ours, False)
        self.ours[ours] = name
        if data is not None:
            self._input[ours] = memoryview(data)
        self.theirs.append(theirs)
        return theirs

    def adopt(self, name: str, descriptor: int, reading: bool) -> None:
        """Takes over an end that is there already."""
        os.set_blocking(descriptor, False)
        self.ours[descriptor] = name
        if reading:
            self.output[name] = bytearray()
            self.sizes[name] = 0
            self.caps[name] = self.most

    def feed(self, name: str, data: bytes) -> None:
        """Gives a pipe its data."""
        for descriptor, known in self.ours.items():
            if known == name:
                self._input[descriptor] = memoryview(data)

    def handed_over(self) -> None:
        """The program has its ends."""
        for descriptor in self.theirs:
            os.close(descriptor)
        self.theirs.clear()

    def close(self) -> None:
        """Closes what is open."""
        self.handed_over()
        for descriptor in self.ours:
            os.close(descriptor)
        self.ours.clear()
        self._input.clear()

    @property
    def truncated(self) -> bool:
        """Whether there was more than the cap."""
        return any(size > self.caps[name] for name, size in self.sizes.items())

    def wants_to_write(self, descriptor: int) -> bool:
        """Whether this is an end that input goes into."""
        return descriptor in self._input

    def serve(self, descriptor: int) -> None:
        """Does what a ready descriptor is ready for."""
        if descriptor in self._input:
            self._write(descriptor)
        elif descriptor in self.ours:
            self._read(descriptor)

    def drain(self) -> None:
        """The program and all that came of it are gone: what they wrote is in the pipes, and nothing more will come."""
        for descriptor in list(self.ours):
            while self.ours.get(descriptor) in self.output:
                if not self._read(descriptor):
                    break
        self.close()

    def _forget(self, descriptor: int) -> None:
        os.close(descriptor)
        del self.ours[descriptor]
        self._input.pop(descriptor, None)

    def _read(self, descriptor: int) -> bool:
        try:
            chunk = os.read(descriptor, _CHUNK)
        except BlockingIOError:
            return False
        if not chunk:
            self._forget(descriptor)
            return False
        name = self.ours[descriptor]
        kept = self.caps[name] - min(self.sizes[name], self.caps[name])
        self.sizes[name] += len(chunk)
        if kept:
            if name in self.relay:
                _write_all(self.relay[name], chunk[:kept])
            else:
                self.output[name] += chunk[:kept]
        return True

    def _write(self, descriptor: int) -> None:
        data = self._input[descriptor]
        if not data:
            self._forget(descriptor)
            return
        try:
            self._input[descriptor] = data = data[os.write(descriptor, data[:_CHUNK]):]
        except BlockingIOError:
            return
        except BrokenPipeError:
            data = memoryview(b"")  # it does not want to know
        if not data:
            self._forget(descriptor)


def _write_all(descriptor: int, chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        try:
            view = view[os.write(descriptor, view):]
        except OSError:
            return  # the host's own output is closed or full: its own problem


def pump(tree: Tree, pipes: Pipes, done: Optional[Callable[[], bool]] = None) -> None:
    """Until the tree is over, or until done() says that enough has come."""
    poller = select.poll()
    poller.register(tree.descriptor, select.POLLIN)
    for descriptor in pipes.ours:
        poller.register(descriptor, select.POLLOUT if pipes.wants_to_write(descriptor) else select.POLLIN)
    while not (done and done()):
        for descriptor, _ in poller.poll():
            if descriptor == tree.descriptor:
                if tree.poll():
                    pipes.drain()
                    return
                continue
            pipes.serve(descriptor)
            if descriptor not in pipes.ours:
                poller.unregister(descriptor)
