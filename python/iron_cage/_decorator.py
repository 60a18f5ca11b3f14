"""protect_agent: a Protection around a function."""
from __future__ import annotations

from functools import update_wrapper
from types import AsyncGeneratorType, CoroutineType, GeneratorType

from iron_cage import _refusal
from iron_cage._protection import Protection
from iron_cage._runs import Ending
from iron_cage.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import (
        Any, AsyncGenerator, Awaitable, Callable, Generator, Generic, Mapping, NoReturn, Optional, Sequence, TypeVar, Union, overload,
    )

    from typing_extensions import ParamSpec

    from iron_cage._budget import Budget
    from iron_cage._configs import BudgetConfig, ControlConfig, ReliabilityConfig, SafetyConfig, TelemetryConfig
    from iron_cage._convert import Money
    from iron_cage._price import Price
    from iron_cage._report import AgentState
    from iron_cage._runs import Run

    P = ParamSpec("P")
    R = TypeVar("R")

    class ProtectedFunction(Generic[P, R]):
        """A function as protect_agent returns it. It exists for type checkers only: at run time it is a plain function."""

        protection: Protection

        def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R: ...

        @overload
        def __get__(self, instance: None, owner: Any) -> ProtectedFunction[P, R]: ...

        @overload
        def __get__(self, instance: object, owner: Any) -> ProtectedFunction[..., R]: ...

        def __get__(self, instance: object, owner: Any) -> Any: ...

    @overload
    def protect_agent(function: Callable[P, R]) -> ProtectedFunction[P, R]: ...

    @overload
    def protect_agent(
        *,
        budget: Optional[Union[Money, BudgetConfig, Budget]] = None,
        budget_usd: Optional[Money] = None,
        budget_scope: Optional[str] = None,
        warn_at: Optional[Union[float, Sequence[float]]] = None,
        hold_wait: Optional[float] = None,
        lower_output: Optional[bool] = None,
        pii_detection: Optional[Union[bool, SafetyConfig]] = None,
        pii_action: Optional[str] = None,
        scan_output: Optional[bool] = None,
        circuit_breaker: Optional[Union[bool, Mapping[str, float]]] = None,
        max_retries: Optional[int] = None,
        max_calls: Optional[int] = None,
        timeout: Optional[float] = None,
        tools: Optional[Sequence[str]] = None,
        agent_id: Optional[str] = None,
        project: Optional[str] = None,
        tags: Optional[Sequence[str]] = None,
        state: Optional[str] = None,
        on_deny: Optional[str] = None,
        unpriced: Optional[Union[str, Price]] = None,
        unclaimed: Optional[str] = None,
        unscannable: Optional[str] = None,
        strict: Optional[bool] = None,
        on_event: Optional[Callable[[Mapping[str, Any]], object]] = None,
        on_agent_state: Optional[Callable[[AgentState], object]] = None,
        safety: Optional[SafetyConfig] = None,
        reliability: Optional[ReliabilityConfig] = None,
        control: Optional[ControlConfig] = None,
        telemetry: Optional[TelemetryConfig] = None,
        **unknown: NoReturn,
    ) -> Callable[[Callable[P, R]], ProtectedFunction[P, R]]: ...

    def protect_agent(function: Any = None, **options: Any) -> Any: ...

else:

    def protect_agent(function: Any = None, **options: Any) -> Any:
        """Protects every LLM call that a function makes, with or without options:

        ``@protect_agent``, ``@protect_agent()``, ``@protect_agent(budget_usd=50.0)``.

        The function may be plain or async, a generator or an async generator, a method, a classmethod or a staticmethod; it stays what it
        is. It gets ``.protection``, the :class:`Protection` that lives as long as it does; each invocation is one run. The options are
        those of :class:`Protection`.

        When a call was refused, the function's caller gets the refusal as its own error (:class:`BudgetExceeded` and so on), however the
        function ended, with what it returned in ``error.result``.
        """
        if function is None:
            return lambda decorated: _protect(decorated, options)
        return _protect(function, options)


CO_GENERATOR, CO_COROUTINE, CO_ASYNC_GENERATOR = 0x20, 0x80, 0x200


def _protect(function: Any, options: Mapping[str, Any]) -> Any:
    if isinstance(function, (classmethod, staticmethod)):
        return type(function)(_protect(function.__func__, options))
    if isinstance(function, type) or not callable(function):
        raise ConfigError(
            f"protect_agent: a function expected, got {function!r}. Options are keywords: protect_agent(budget_usd=50.0)"
        )
    protection = Protection._of(options, _name(function))
    flags = _flags(function)
    if flags & CO_COROUTINE:
        wrapper = _around_coroutine(protection, function)
    elif flags & CO_ASYNC_GENERATOR:
        wrapper = _around_async_generator(protection, function)
    elif flags & CO_GENERATOR:
        wrapper = _around_generator(protection, function)
    else:
        wrapper = _around_call(protection, function)
    update_wrapper(wrapper, function)
    wrapper.protection = protection
    return wrapper


def _name(function: Any) -> str:
    function = getattr(function, "func", function)  # functools.partial
    module = getattr(function, "__module__", None) or "__main__"
    return f"{module}.{getattr(function, '__qualname__', None) or type(function).__qualname__}"


def _flags(function: Any) -> int:
    """Code flags, through partials, methods and callable objects."""
    while hasattr(function, "func") and hasattr(function, "keywords"):
        function = function.func
    function = getattr(function, "__func__", function)
    code = getattr(function, "__code__", None)
    if code is None:
        code = getattr(getattr(type(function), "__call__", None), "__code__", None)
    if code is None:
        return 0
    flags: int = code.co_flags
    # asyncio.coroutine-like markers: a plain function that says it is a coroutine function (inspect.markcoroutinefunction)
    return flags | CO_COROUTINE if getattr(function, "_is_coroutine_marker", None) is not None else flags


def _raise(error: BaseException, cause: Optional[BaseException]) -> NoReturn:
    raise error from cause


def _finish(run: Run, result: Any) -> Any:
    """The function returned: so does the boundary, unless the run remembers a refusal."""
    error: Any = _refusal.settle(run, None)[0]
    if error is None:
        return result
    error.result = result
    raise error from None


def _around_call(protection: Protection, function: Callable[..., Any]) -> Any:
    def protected(*args: Any, **kwargs: Any) -> Any:
        run = protection._open_run()
        run.enter()
        try:
            result = function(*args, **kwargs)
        except BaseException as raised:
            run.leave()
            error, cause = _refusal.settle(run, raised)
            if error is None:
                raise
            raise error from cause
        run.leave()
        result = _finish(run, result)
        # Work that has not begun yet leaves with the result: it goes on under the protection, as a run of its own.
        around = _LAZY.get(type(result))
        return result if around is None else around(protection, lambda: result)()

    return protected


def _around_coroutine(protection: Protection, function: Callable[..., Awaitable[Any]]) -> Any:
    async def protected(*args: Any, **kwargs: Any) -> Any:
        run = protection._open_run()
        ending = Ending(run)  # noqa: F841 - its end is its use
        run.enter()
        try:
            result = await function(*args, **kwargs)
        except BaseException as raised:
            run.leave()
            error, cause = _refusal.settle(run, raised)
            if error is None:
                raise
            raise error from cause
        run.leave()
        result = _finish(run, result)
        around = _LAZY.get(type(result))
        return result if around is None else around(protection, lambda: result)()

    return protected


def _around_generator(protection: Protection, function: Callable[..., Generator[Any, Any, Any]]) -> Any:
    # The context between two steps is the consumer's, so the run is bound around each step; another thread may make the next one.
    def protected(*args: Any, **kwargs: Any) -> Any:
        generator = function(*args, **kwargs)
        run = protection._open_run()
        ending = Ending(run)  # noqa: F841 - its end is its use
        step: Callable[..., Any] = generator.send
        argument: Any = None
        inside: Optional[Run] = None
        try:
            while True:
                run.enter_step(inside)
                try:
                    item = step(argument)
                finally:
                    inside = run.leave_step()
                try:
                    argument = yield item
                    step = generator.send
                except GeneratorExit:
                    run.enter_step(inside)
                    try:
                        generator.close()
                    finally:
                        run.leave_step()
                    raise
                except BaseException as thrown:
                    step, argument = generator.throw, thrown
        except StopIteration as stop:
            return _finish(run, stop.value)
        except BaseException as raised:
            error, cause = _refusal.settle(run, raised)
            if error is None:
                raise
            raise error from cause
        finally:
            run.close()

    return protected


def _around_async_generator(protection: Protection, function: Callable[..., AsyncGenerator[Any, Any]]) -> Any:
    async def protected(*args: Any, **kwargs: Any) -> Any:
        generator = function(*args, **kwargs)
        run = protection._open_run()
        ending = Ending(run)  # noqa: F841 - its end is its use
        step: Callable[..., Any] = generator.asend
        argument: Any = None
        inside: Optional[Run] = None
        try:
            while True:
                run.enter_step(inside)
                try:
                    item = await step(argument)
                finally:
                    inside = run.leave_step()
                try:
                    argument = yield item
                    step = generator.asend
                except GeneratorExit:
                    run.enter_step(inside)
                    try:
                        await generator.aclose()
                    finally:
                        run.leave_step()
                    raise
                except BaseException as thrown:
                    step, argument = generator.athrow, thrown
        except StopAsyncIteration:
            _finish(run, None)
        except BaseException as raised:
            error, cause = _refusal.settle(run, raised)
            if error is None:
                raise
            raise error from cause
        finally:
            run.close()

    return protected


_LAZY: Mapping[type, Callable[[Protection, Callable[..., Any]], Any]] = {
    CoroutineType: _around_coroutine,
    GeneratorType: _around_generator,
    AsyncGeneratorType: _around_async_generator,
}
