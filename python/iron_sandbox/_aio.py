"""The same for asyncio: the loop watches the descriptors."""
from __future__ import annotations

import asyncio

from iron_sandbox._pumping import Pipes
from iron_sandbox._tree import Tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional, Sequence

    from iron_sandbox._results import Completed
    from iron_sandbox._sandbox import Sandbox


async def pump(tree: Tree, pipes: Pipes) -> None:
    """Until the tree is over."""
    loop = asyncio.get_running_loop()
    over: asyncio.Future[None] = loop.create_future()
    watched: set[int] = set()

    def forget(descriptor: int) -> None:
        if descriptor in watched:
            watched.discard(descriptor)
            loop.remove_reader(descriptor)
            loop.remove_writer(descriptor)

    def attempt(action: Callable[[], Any]) -> None:
        try:
            action()
        except BaseException as error:  # noqa: BLE001 - goes to the one who waits
            if not over.done():
                over.set_exception(error)

    def news() -> None:
        if tree.poll() and not over.done():
            over.set_result(None)

    def ready(descriptor: int) -> None:
        pipes.serve(descriptor)
        if descriptor not in pipes.ours:
            forget(descriptor)

    try:
        watched.add(tree.descriptor)
        loop.add_reader(tree.descriptor, attempt, news)
        for descriptor in list(pipes.ours):
            watched.add(descriptor)
            (loop.add_writer if pipes.wants_to_write(descriptor) else loop.add_reader)(descriptor, attempt, lambda descriptor=descriptor: ready(descriptor))
        await over
    finally:
        for descriptor in list(watched):
            forget(descriptor)
    pipes.drain()


async def exec(sandbox: Sandbox, argv: Sequence[str], data: bytes, timeout: Optional[float], cwd: Optional[str]) -> Completed:  # noqa: A001
    """Sandbox.exec."""
    from iron_sandbox._sandbox import _completed

    pipes = Pipes(sandbox._most)
    try:
        tree = Tree(sandbox, argv, cwd, [pipes.writing("stdin", data), pipes.reading("stdout"), pipes.reading("stderr")], timeout)
        pipes.handed_over()
        try:
            await pump(tree, pipes)
        finally:
            tree.close()
        return _completed(sandbox, argv, tree, pipes)
    finally:
        pipes.close()


async def run(sandbox: Sandbox, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Sandbox.run."""
    from iron_sandbox import _run

    call = _run.Call(function, args, kwargs)
    worker = _run.take(sandbox, call.setup)
    try:
        _run._flush()
        worker.begin(call.request)
        await pump(worker.tree, worker.pipes)
        return call.result(worker)
    finally:
        worker.close()
        _run.refill(sandbox)
