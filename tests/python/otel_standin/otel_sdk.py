"""Providers that keep what they are given: strict about what the API says of types, as the real SDK is not."""
import threading
from typing import Any, Dict, List, Mapping, Optional, Tuple

from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, get_current_span, numbers


def checked(attributes: Mapping[str, Any]) -> Dict[str, Any]:
    for name, value in attributes.items():
        assert isinstance(name, str) and name
        if isinstance(value, tuple):
            assert value and all(isinstance(item, type(value[0])) for item in value), name
        else:
            assert isinstance(value, (bool, str, int, float)), (name, value)
    return dict(attributes)


class KeptSpan(Span):
    def __init__(self, provider: "KeepingTracerProvider", name: str, parent: Span, kind: SpanKind, attributes: Mapping[str, Any], start_time: Optional[int]) -> None:
        assert start_time is None or isinstance(start_time, int)
        self.provider, self.name, self.parent, self.kind, self.start_time = provider, name, parent, kind, start_time
        self.id = next(numbers)
        self.attributes = checked(attributes)
        self.at_start = dict(self.attributes)
        self.events: List[Tuple[str, Dict[str, Any]]] = []
        self.status = Status()
        self.end_time: Optional[int] = None

    def is_recording(self) -> bool:
        return self.end_time is None

    def set_attributes(self, attributes: Mapping[str, Any]) -> None:
        assert self.end_time is None
        self.attributes.update(checked(attributes))

    def set_status(self, status: Status) -> None:
        self.status = status

    def add_event(self, name: str, attributes: Optional[Mapping[str, Any]] = None, timestamp: Optional[int] = None) -> None:
        assert self.end_time is None and (timestamp is None or isinstance(timestamp, int) and timestamp >= (self.start_time or 0) - 10**9)
        self.events.append((name, checked(attributes or {})))

    def end(self, end_time: Optional[int] = None) -> None:
        with self.provider.lock:
            assert self.end_time is None, "a span ends once"
            assert isinstance(end_time, int) and end_time >= (self.start_time or 0)
            self.end_time = end_time
            self.provider.ended.append(self)

    @property
    def failed(self) -> bool:
        return self.status.status_code is StatusCode.ERROR


class KeepingTracer(Tracer):
    def __init__(self, provider: "KeepingTracerProvider") -> None:
        self.provider = provider

    def start_span(self, name: str, context: Optional[Context] = None, kind: SpanKind = SpanKind.INTERNAL, attributes: Any = None, start_time: Optional[int] = None) -> KeptSpan:
        span = KeptSpan(self.provider, name, get_current_span(context), kind, attributes or {}, start_time)
        with self.provider.lock:
            self.provider.started.append(span)
        return span


class KeepingTracerProvider:
    def __init__(self) -> None:
        self.lock = threading.Lock()  # not reentrant, as those of the SDK: whoever ends a span in a garbage collection stands still here
        self.started: List[KeptSpan] = []
        self.ended: List[KeptSpan] = []
        self.scopes: List[Tuple[str, Optional[str]]] = []

    def get_tracer(self, name: str, version: Optional[str] = None) -> KeepingTracer:
        self.scopes.append((name, version))
        return KeepingTracer(self)


class Instrument:
    def __init__(self, name: str, unit: str, boundaries: Any) -> None:
        self.name, self.unit, self.boundaries = name, unit, boundaries
        self.points: List[Tuple[float, Dict[str, Any]]] = []

    def record(self, amount: float, attributes: Optional[Mapping[str, Any]] = None) -> None:
        self.points.append((amount, checked(attributes or {})))

    add = record


class KeepingMeterProvider:
    """With boundaries=False it takes no advice about them, as an API from before 1.30."""

    def __init__(self, boundaries: bool = True) -> None:
        self.instruments: Dict[str, Instrument] = {}
        self.callbacks: Dict[str, Any] = {}
        self.takes_advice = boundaries

    def get_meter(self, name: str, version: Optional[str] = None) -> "KeepingMeterProvider":
        return self

    def create_histogram(self, name: str, unit: str = "", description: str = "", **advice: Any) -> Instrument:
        if advice and not self.takes_advice:
            raise TypeError("create_histogram() got an unexpected keyword argument")
        return self.instruments.setdefault(name, Instrument(name, unit, advice.get("explicit_bucket_boundaries_advisory")))

    def create_counter(self, name: str, unit: str = "", description: str = "") -> Instrument:
        return self.instruments.setdefault(name, Instrument(name, unit, None))

    def create_observable_gauge(self, name: str, callbacks: Any, unit: str = "", description: str = "") -> None:
        self.callbacks[name] = callbacks

    def points(self, name: str) -> List[Tuple[float, Dict[str, Any]]]:
        return self.instruments[name].points

    def observed(self, name: str) -> List[Tuple[float, Any]]:
        return [(seen.value, seen.attributes) for callback in self.callbacks[name] for seen in callback(None)]
