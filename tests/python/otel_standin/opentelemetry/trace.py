"""Spans, and the provider that the API has of its own, which keeps none."""
import itertools
from enum import Enum
from typing import Any, Mapping, Optional

from opentelemetry.context import Context, get_current, set_value


class SpanKind(Enum):
    INTERNAL = 0
    SERVER = 1
    CLIENT = 2


class StatusCode(Enum):
    UNSET = 0
    OK = 1
    ERROR = 2


class Status:
    def __init__(self, status_code: StatusCode = StatusCode.UNSET, description: Optional[str] = None) -> None:
        self.status_code, self.description = status_code, description


class Span:
    """The one that keeps nothing."""

    def is_recording(self) -> bool:
        return False

    def set_attributes(self, attributes: Mapping[str, Any]) -> None: ...

    def set_status(self, status: Status) -> None: ...

    def add_event(self, name: str, attributes: Optional[Mapping[str, Any]] = None, timestamp: Optional[int] = None) -> None: ...

    def end(self, end_time: Optional[int] = None) -> None: ...


INVALID_SPAN = Span()
numbers = itertools.count(1)


class Tracer:
    def start_span(self, name: str, context: Optional[Context] = None, kind: SpanKind = SpanKind.INTERNAL, attributes: Any = None, start_time: Optional[int] = None) -> Span:
        return INVALID_SPAN


class NoOpTracerProvider:
    def get_tracer(self, name: str, version: Optional[str] = None) -> Tracer:
        raise AssertionError("the API's own provider is not to be asked")


_provider: Any = NoOpTracerProvider()


def get_tracer_provider() -> Any:
    return _provider


def set_tracer_provider(provider: Any) -> None:
    global _provider
    _provider = provider


def get_current_span(context: Optional[Context] = None) -> Span:
    span: Span = (get_current() if context is None else context).get("current-span", INVALID_SPAN)
    return span


def set_span_in_context(span: Span, context: Optional[Context] = None) -> Context:
    return set_value("current-span", span, context)
