"""Functions that always run in a sandbox."""
from __future__ import annotations

import functools

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, TypeVar

    Function = TypeVar("Function", bound=Callable[..., Any])


def sandboxed(function: Any = None, /, **options: Any) -> Any:
    """Makes a function run in a sandbox of these options (:class:`Sandbox`), each call in a fresh interpreter. With or without parentheses; ``async def`` works too.

    The function gets ``.sandbox``, the sandbox, and ``.__wrapped__``, itself.
    """
    if function is None:
        return lambda decorated: sandboxed(decorated, **options)
    import inspect

    from iron_sandbox import _run
    from iron_sandbox._sandbox import Sandbox

    _run.check(function)
    state: list[Sandbox] = []

    def sandbox() -> Sandbox:
        # Made at the first call: the sandbox imports the module, too, and decorates there what it then calls directly.
        if not state:
            state.append(Sandbox(**options))
        return state[0]

    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def asynchronous(*args: Any, **kwargs: Any) -> Any:
            return await sandbox().arun(asynchronous, *args, **kwargs)

        wrapper: Any = asynchronous
    else:

        @functools.wraps(function)
        def synchronous(*args: Any, **kwargs: Any) -> Any:
            return sandbox().run(synchronous, *args, **kwargs)

        wrapper = synchronous
    wrapper.__iron_sandboxed__ = True
    wrapper.sandbox = sandbox
    return wrapper
