"""OpenTelemetry: one span for each call that is made or refused, and metrics, by the conventions for generative AI. Imported where a protection asks for it, and only there.

Never with a text of a request or an answer, nor a value that was found. What is known of a call comes from the library when the call ends (ironcage_call_end_facts).
"""
from __future__ import annotations

import os
import sys
import threading
from collections import deque
from json import loads
from time import perf_counter, time_ns
from urllib.parse import urlsplit

from opentelemetry import context as otel_context
from opentelemetry import trace

from iron_cage import _abi, _engine, _native
from iron_cage._otel_metrics import Instruments, instruments_of, is_real
from iron_cage._otel_names import ENDINGS, provider_name, request_attributes, response_attributes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from queue import SimpleQueue
    from typing import Any, Mapping, Optional

    from iron_cage._hooks.common import Call

#: Under this name spans and metrics are found.
SCOPE = "iron_cage"
#: Ends that may come out of the garbage collector, in the middle of whatever the thread does: perhaps while it holds a lock of the SDK's.
_ANYWHERE = frozenset((_abi.END_ABORTED, _abi.END_CANCELLED, _abi.END_WITHDRAWN))
#: Ends that are errors by themselves, with what stands for the exception where none is known.
_FAILED = {_abi.END_NOT_SENT: "not_sent", _abi.END_NO_RESPONSE: "no_response", _abi.END_CANCELLED: "cancelled", _abi.END_CUT: "cut"}
#: How long the end of a run waits for the thread that ends spans, in seconds.
PATIENCE = 1.0


class Instrumentation:
    """Where the calls of one protection are told to. Providers are looked up at each call, for they may be set later."""

    def __init__(self, tracer_provider: Any, meter_provider: Any) -> None:
        self._tracer_provider = tracer_provider
        self._meter_provider = meter_provider
        self._known: Any = None
        self._tracer: Any = None
        self._changes: deque[tuple[str, str]] = deque(maxlen=1000)

    def tracer(self) -> Any:
        """The tracer, or None where the provider is the API's own, which keeps nothing."""
        provider = self._tracer_provider if self._tracer_provider is not None else trace.get_tracer_provider()
        if not is_real(provider):
            return None
        if provider is not self._known:
            self._tracer = provider.get_tracer(SCOPE, _abi.VERSION)
            self._known = provider
        return self._tracer

    def instruments(self) -> Optional[Instruments]:
        """The metrics, or None as of tracer()."""
        return instruments_of(self._meter_provider, SCOPE, _abi.VERSION)

    def listens(self) -> bool:
        """Whether somebody keeps what is told. Raises nothing."""
        try:
            return self.tracer() is not None or self.instruments() is not None
        except Exception:  # noqa: BLE001 - telemetry must not break the agent
            _failed()
            return False

    def event(self, event: Mapping[str, Any]) -> None:
        """An event of the protection: changes of circuits are for the spans of the calls concerned, and are counted. Only noted here: events are drained in garbage collections, too."""
        kind = str(event["kind"])
        if not kind.startswith("circuit."):
            return
        key = str((event.get("details") or {}).get("key", ""))
        self._changes.append((key, kind[len("circuit."):]))
        for attempt in list(_engine.traced.values()):
            if attempt.of is self and attempt.circuit == key:
                attempt.noted.append(("iron_cage." + kind, {"iron_cage.circuit.key": key}, int(event["time"] * 1_000_000_000)))

    def count(self) -> Optional[Instruments]:
        """Counts what was noted; the instruments for more."""
        metrics = self.instruments()
        while self._changes:
            try:
                key, state = self._changes.popleft()
            except IndexError:
                break  # another thread was faster
            if metrics is not None:
                metrics.circuit(key, state)
        return metrics


class Attempt:
    """One call on its way."""

    __slots__ = ("of", "span", "circuit", "noted", "began", "facts", "context", "server", "_handle")

    span: Any

    def __init__(self, of: Instrumentation, context: Any, server: tuple[str, int], started: int, began: float, facts: Mapping[str, Any], handle: int) -> None:
        self.of = of
        self.context = context
        self.began = began
        self.facts = facts
        self._handle = handle
        elsewhere = facts.get("elsewhere")
        self.server = server if elsewhere is None else _server_of(elsewhere.encode())
        self.noted: list[tuple[str, Mapping[str, str], int]] = []
        model = facts.get("model")
        self.circuit = f"{facts.get('host')}|{model}"
        attributes = {
            "gen_ai.operation.name": facts["operation"],
            "gen_ai.provider.name": provider_name(facts, self.server[0]),
            "server.address": self.server[0],
            "server.port": self.server[1],
        }
        if model:
            attributes["gen_ai.request.model"] = model
        tracer = of.tracer()
        if tracer is None:
            self.span = trace.INVALID_SPAN
            return
        name = f"{facts['operation']} {model}" if model else facts["operation"]
        self.span = tracer.start_span(name, context=context, kind=trace.SpanKind.CLIENT, attributes=attributes, start_time=started)

    def enter(self) -> Any:
        """What is sent from here on is the span's: a token for leave()."""
        if self.span is trace.INVALID_SPAN:
            return None
        return otel_context.attach(trace.set_span_in_context(self.span))

    def leave(self, token: Any) -> None:
        """Undoes enter(), unless another context executes, as when the garbage collector ends a coroutine."""
        if token is not None and trace.get_current_span() is self.span:
            otel_context.detach(token)

    def end(self, how: int) -> None:
        """Ends the call in the library, and the span with what is known then."""
        facts = self.facts
        try:
            facts = loads(_native.take("ironcage_call_end_facts", self._handle, how) or b"{}") or facts
        except Exception:  # noqa: BLE001 - the store failed: the call has ended all the same
            _native.release("ironcage_call_end", self._handle, how)
        seconds, ended = perf_counter() - self.began, time_ns()
        error = _error(how, facts)
        if how in _ANYWHERE:
            _later(self, facts, how, error, seconds, ended)
        else:
            self.tell(facts, how, error, seconds, ended)

    def before_retry(self, how: int) -> tuple[Any, ...]:
        """What tell() is to be told once the library has ended this attempt, which may begin another. Raises nothing."""
        facts: dict[str, Any] = dict(self.facts)
        try:
            facts.update(loads(_native.take("ironcage_call_facts", self._handle)))
        except Exception:  # noqa: BLE001 - telemetry must not break the agent
            _failed()
        if "cost_usd" not in facts:  # no answer was shown: it costs its hold, or nothing if it never left
            cost = "0" if how == _abi.END_NOT_SENT else facts.get("unsettled_usd", "0")
            nothing = {"input": 0, "cached": 0, "cache_write": 0, "output": 0, "reasoning": 0}
            facts.update(cost_usd=cost, estimated=how != _abi.END_NOT_SENT, usage_told=False, usage=nothing)
        return facts, how, _error(how, facts), perf_counter() - self.began, time_ns()

    def precedes(self, handle: int, kind: int, payload: Optional[bytes]) -> None:
        """Another attempt follows, perhaps after a pause."""
        if kind == _abi.VERDICT_PENDING:
            _engine.ahead[handle] = self
        else:
            follows(self, handle, kind, payload)

    def tell(self, facts: Mapping[str, Any], how: Optional[int], error: Optional[str], seconds: float, ended: int) -> None:
        """Ends the span and counts. how: None of a call that was refused. Raises nothing."""
        try:
            _engine.drain(_engine.DRAINED)  # a circuit that this call opened
            _engine.traced.pop(self._handle, None)
            if self.span.is_recording():
                attributes = request_attributes(facts)
                attributes.update(response_attributes(facts))
                if how is not None:
                    attributes["iron_cage.ended"] = ENDINGS[how]
                if error is not None:
                    attributes["error.type"] = error
                self.span.set_attributes(attributes)
                for noted in self.noted:
                    self.span.add_event(*noted)
                if error is not None:
                    self.span.set_status(trace.Status(trace.StatusCode.ERROR))
            metrics = self.of.count()
            if metrics is not None:
                metrics.call(facts, provider_name(facts, self.server[0]), self.server, None if how in (None, _abi.END_WITHDRAWN) else seconds, error)
        except Exception:  # noqa: BLE001 - telemetry must not break the agent
            _failed()
        finally:
            _engine.traced.pop(self._handle, None)
            self.span.end(end_time=ended)


def begin(call: Call, of: Optional[Instrumentation], method: bytes, url: bytes, headers: bytes, body: bytes) -> tuple[int, Optional[bytes]]:
    """Call.begin() with a span. of: None where only the library knows whose call it is."""
    if of is not None and not of.listens():
        return call.begin(method, url, headers, body)
    started, began, context = time_ns(), perf_counter(), otel_context.get_current()
    kind, payload = call.begin(method, url, headers, body)
    try:
        if kind == _abi.VERDICT_REFUSE:
            refused = loads(payload or b"{}")
            facts = refused.get("facts")
        elif kind != _abi.VERDICT_PASS:
            facts = loads(_native.take("ironcage_call_facts", call.handle))
        else:
            return kind, payload
        if of is None and facts:
            of = _engine.instrumented.get(int(facts["protection"]))
        if of is not None and facts:
            attempt = Attempt(of, context, _server_of(url), started, began, facts, call.handle)
            if kind == _abi.VERDICT_REFUSE:
                refuse(attempt, facts)
            else:
                _engine.traced[call.handle] = attempt
    except Exception:  # noqa: BLE001 - telemetry must not break the agent
        _failed()
    except BaseException:  # Ctrl-C
        call.forget()
        raise
    return kind, payload


def follows(failed: Attempt, handle: int, kind: int, payload: Optional[bytes]) -> None:
    """The pause before an attempt is over: its span begins, unless it is not made after all. Raises nothing."""
    try:
        if kind == _abi.VERDICT_PASS:
            return
        facts = loads(payload or b"{}").get("facts") if kind == _abi.VERDICT_REFUSE else loads(_native.take("ironcage_call_facts", handle))
        if not facts:
            return
        attempt = Attempt(failed.of, failed.context, failed.server, time_ns(), perf_counter(), facts, handle)
        if kind == _abi.VERDICT_REFUSE:
            refuse(attempt, facts)
        else:
            _engine.traced[handle] = attempt
    except Exception:  # noqa: BLE001 - telemetry must not break the agent
        _failed()


def refused(handle: int, payload: Optional[bytes]) -> None:
    """A call that waited was refused."""
    attempt = _engine.traced.pop(handle, None)
    if attempt is not None:
        refuse(attempt, loads(payload or b"{}").get("facts") or attempt.facts)


def refuse(attempt: Attempt, facts: Mapping[str, Any]) -> None:
    """The call was refused before it left."""
    attempt.tell(facts, None, str(facts.get("refused") or "_OTHER"), perf_counter() - attempt.began, time_ns())


def _failed() -> None:
    _engine.log(40, "a call could not be told to OpenTelemetry", exc_info=True)


def _error(how: int, facts: Mapping[str, Any]) -> Optional[str]:
    """error.type: our refusal, the status, the exception, or how the call ended; None if it was none."""
    refused = facts.get("refused")
    if refused:
        return str(refused)
    status = facts.get("status", 0)
    if status >= 400:
        return str(status)
    if how not in _FAILED:
        return None
    raised = sys.exc_info()[0]
    if raised is None or how == _abi.END_CUT:
        return _FAILED[how]
    return raised.__qualname__ if raised.__module__ == "builtins" else f"{raised.__module__}.{raised.__qualname__}"


def _server_of(url: bytes) -> tuple[str, int]:
    parts = urlsplit(url.decode("ascii", "replace"))
    try:
        port = parts.port
    except ValueError:
        port = None
    return parts.hostname or "", port or (80 if parts.scheme == "http" else 443)


# Ends out of the garbage collector go to a thread: to append to a SimpleQueue is safe anywhere.

_lock = threading.RLock()
_waiting: Optional[SimpleQueue[Any]] = None


def _later(*end: Any) -> None:
    queue = _waiting if _waiting is not None else _start()
    if queue is not None:
        queue.put(end)
    else:
        _tell(*end)


def _tell(attempt: Attempt, *rest: Any) -> None:
    attempt.tell(*rest)


def _start() -> Optional[SimpleQueue[Any]]:
    """None where no thread can be had any more, as at the interpreter's exit."""
    global _waiting
    from contextvars import Context
    from queue import SimpleQueue

    with _lock:
        if _waiting is None:
            queue: SimpleQueue[Any] = SimpleQueue()
            try:
                Context().run(threading.Thread(target=_end_all, args=(queue,), name="iron-cage-telemetry", daemon=True).start)
            except RuntimeError:
                return None
            _waiting = queue
        return _waiting


def _end_all(queue: SimpleQueue[Any]) -> None:
    while True:
        end = queue.get()
        if isinstance(end, threading.Event):
            end.set()
        else:
            _tell(*end)
        del end


def settle() -> None:
    """Waits, but not for long, until spans that ended elsewhere are told, and counts what was noted. Raises nothing."""
    try:
        for each in list(_engine.instrumented.values()):
            each.count()
    except Exception:  # noqa: BLE001 - telemetry must not break the agent
        _failed()
    if _waiting is not None:
        done = threading.Event()
        _waiting.put(done)
        done.wait(PATIENCE)


def _after_fork() -> None:
    global _lock, _waiting
    _lock = threading.RLock()
    _waiting = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
