"""OpenTelemetry: one span for each attempt, whatever ends it, and metrics; against providers that keep what they are given."""

import asyncio
import gc
import json
import os
import subprocess
import sys
import threading
import time
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
import requests
import urllib3

from iron_cage import BudgetExceeded, ConfigError, Fallback, PiiBlocked, Protection, ReliabilityConfig, TelemetryConfig, protect_agent
from iron_cage.testing import ProviderSimulator, Reply

STANDIN = str(Path(__file__).parent / "otel_standin")
sys.path.insert(0, STANDIN)

from otel_sdk import KeepingMeterProvider, KeepingTracerProvider  # noqa: E402
from opentelemetry import context, trace  # noqa: E402

MAIL = "write to jane.doe@example.org"
PATIENCE = 60.0


@pytest.fixture
def tracers():
    return KeepingTracerProvider()


@pytest.fixture
def meters():
    return KeepingMeterProvider()


@pytest.fixture
def telemetry(tracers, meters):
    return TelemetryConfig(tracer_provider=tracers, meter_provider=meters)


def told(tracers, count):
    """Spans that ended; those that the garbage collector ends are told by another thread."""
    deadline = time.monotonic() + PATIENCE
    while len(tracers.ended) < count and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(tracers.ended) == count == len(tracers.started)
    return tracers.ended


def test_a_call_is_one_client_span_by_the_conventions(sim, post, telemetry, tracers, meters):
    sim.script([Reply(content=MAIL, cached_tokens=2, id="chatcmpl-1")])
    protection = Protection(budget_usd=1, agent_id="writer", project="search", tags=["eu", "beta"], telemetry=telemetry)
    with protection:
        assert post(MAIL, max_tokens=300)[0] == 200
    (span,) = told(tracers, 1)
    assert (span.name, span.kind) == ("chat gpt-4o", trace.SpanKind.CLIENT) and not span.failed
    assert span.at_start == {
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o", "server.address": "127.0.0.1", "server.port": sim.port,
    }
    usage = sim.log[-1].usage
    expected = {
        "gen_ai.request.max_tokens": 300, "gen_ai.response.model": "gpt-4o", "gen_ai.response.id": "chatcmpl-1", "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": usage["prompt_tokens"], "gen_ai.usage.output_tokens": usage["completion_tokens"], "gen_ai.usage.cache_read.input_tokens": 2,
        "http.response.status_code": 200, "iron_cage.agent.id": "writer", "iron_cage.project": "search", "iron_cage.tags": ("beta", "eu"),
        "iron_cage.findings": 2, "iron_cage.findings.EMAIL_ADDRESS": 2, "iron_cage.estimated": False, "iron_cage.ended": "complete", "iron_cage.budget.limit.usd": 1.0,
        "iron_cage.cost.exact": str(protection.report().spent_usd), "iron_cage.cost.usd": float(protection.report().spent_usd),
        "iron_cage.budget.remaining.usd": float(1 - protection.report().spent_usd),
    }
    assert {name: span.attributes.get(name) for name in expected} == expected
    assert span.attributes["iron_cage.held.usd"] >= span.attributes["iron_cage.cost.usd"] > 0
    assert len(span.attributes["iron_cage.call.id"]) == 32 and "gen_ai.request.stream" not in span.attributes and "error.type" not in span.attributes
    assert tracers.scopes[0][0] == "iron_cage"
    assert "jane" not in str(span.attributes) and "jane" not in str(meters.instruments["iron_cage.findings"].points)


def test_a_call_is_measured(sim, post, telemetry, meters):
    with Protection(budget_usd=1, agent_id="writer", telemetry=telemetry) as protection:
        post(MAIL)
    common = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o", "gen_ai.response.model": "gpt-4o",
              "server.address": "127.0.0.1", "server.port": sim.port}
    ours = {"iron_cage.agent.id": "writer", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o"}
    usage = sim.log[-1].usage
    assert meters.points("gen_ai.client.token.usage") == [
        (usage["prompt_tokens"], {**common, "gen_ai.token.type": "input"}), (usage["completion_tokens"], {**common, "gen_ai.token.type": "output"})]
    ((seconds, attributes),) = meters.points("gen_ai.client.operation.duration")
    assert attributes == common and 0 < seconds < PATIENCE
    spent = protection.report().spent_usd
    assert meters.points("iron_cage.cost") == [(float(spent), {**ours, "iron_cage.estimated": False})]
    assert meters.points("iron_cage.findings") == [
        (1, {**ours, "iron_cage.finding.kind": "EMAIL_ADDRESS", "iron_cage.finding.place": place}) for place in ("request", "answer")[:len(meters.points("iron_cage.findings"))]]
    assert meters.observed("iron_cage.budget.remaining") == [(float(1 - spent), {"iron_cage.agent.id": "writer"})]
    assert meters.instruments["gen_ai.client.token.usage"].boundaries[:4] == [1, 4, 16, 64] and meters.instruments["gen_ai.client.token.usage"].unit == "{token}"
    assert meters.instruments["gen_ai.client.operation.duration"].boundaries[-1] == 81.92 and meters.instruments["gen_ai.client.operation.duration"].unit == "s"


@pytest.mark.parametrize("protocol, path, body, name, provider, reason", [
    ("openai", "/chat/completions", {"model": "gpt-4o", "stream_options": {"include_usage": True}}, "chat gpt-4o", "openai", "stop"),
    ("openai", "/responses", {"model": "gpt-4o", "input": "hello"}, "chat gpt-4o", "openai", None),
    ("anthropic", "/v1/messages", {"model": "claude-sonnet-4-5", "max_tokens": 100}, "chat claude-sonnet-4-5", "anthropic", "end_turn"),
    ("gemini", "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse", {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]},
     "generate_content gemini-2.5-flash", "gcp.gen_ai", "STOP"),
])
def test_a_stream_tells_what_its_events_tell(telemetry, tracers, meters, protocol, path, body, name, provider, reason):
    if protocol != "gemini":
        body = {**body, "stream": True}
        if "input" not in body:
            body["messages"] = [{"role": "user", "content": "hello"}]
    with ProviderSimulator(protocol=protocol) as sim, Protection(budget_usd=1, telemetry=telemetry):
        base = f"http://{sim.host}" + ("/v1" if protocol == "openai" else "")
        with httpx.stream("POST", base + path, json=body) as response:
            response.read()
    (span,) = told(tracers, 1)
    assert (span.name, span.attributes["gen_ai.provider.name"]) == (name, provider)
    assert span.attributes["gen_ai.request.stream"] is True and span.attributes["gen_ai.response.id"]
    assert span.attributes.get("gen_ai.response.finish_reasons") == ((reason,) if reason else None)
    assert span.attributes["gen_ai.usage.output_tokens"] > 0 and not span.attributes["iron_cage.estimated"]
    assert 0 < span.attributes["gen_ai.response.time_to_first_chunk"] < PATIENCE
    assert len(meters.points("gen_ai.client.operation.time_to_first_chunk")) == 1


def test_the_span_is_a_child_of_what_is_current_and_the_parent_of_what_is_sent(sim, url, chat, telemetry, tracers):
    seen = []

    class Transport(httpx.HTTPTransport):
        def handle_request(self, request):
            seen.append(trace.get_current_span())
            return super().handle_request(request)

    with Protection(budget_usd=1, telemetry=telemetry), httpx.Client(transport=Transport()) as client:
        outer = tracers.get_tracer("app").start_span("outer")
        token = context.attach(trace.set_span_in_context(outer))
        client.post(url, json=chat())
        assert trace.get_current_span() is outer
        context.detach(token)
        outer.end(time.time_ns())
    span, last = told(tracers, 2)
    assert span.parent is outer and last is outer and seen == [span]
    assert outer.start_time is None and span.end_time > span.start_time


def test_tasks_have_their_own_parents(sim, url, chat, telemetry, tracers):
    async def one(client, name):
        parent = tracers.get_tracer("app").start_span(name)
        context.attach(trace.set_span_in_context(parent))
        await client.post(url, json=chat(name))
        assert trace.get_current_span() is parent
        parent.end(time.time_ns())

    async def main():
        async with httpx.AsyncClient() as client:
            await asyncio.gather(*(one(client, f"task {n}") for n in range(8)))

    with Protection(budget_usd=1, telemetry=telemetry):
        asyncio.run(main())
    spans = [span for span in told(tracers, 16) if span.kind is trace.SpanKind.CLIENT]
    assert sorted(span.parent.name for span in spans) == [f"task {n}" for n in range(8)]


def test_refusals_are_failed_spans_and_counted(sim, url, chat, telemetry, tracers, meters):
    with pytest.raises(BudgetExceeded):
        with Protection(budget_usd="0.000001", agent_id="poor", telemetry=telemetry):
            httpx.post(url, json=chat())
    with pytest.raises(PiiBlocked):
        with Protection(pii_action="block", telemetry=telemetry):
            httpx.post(url, json=chat(MAIL))
    sim.script([MAIL])
    with pytest.raises(PiiBlocked):
        with Protection(pii_action="block", telemetry=telemetry):
            httpx.post(url, json=chat())
    spans = told(tracers, 3)
    assert [span.attributes["error.type"] for span in spans] == ["BudgetExceeded", "PiiBlocked", "PiiBlocked"] and all(span.failed for span in spans)
    assert [span.status.description for span in spans] == [None] * 3
    assert ["http.response.status_code" in span.attributes for span in spans] == [False, False, True] and "iron_cage.cost.usd" in spans[2].attributes
    assert [attributes["error.type"] for _, attributes in meters.points("iron_cage.refusals")] == ["BudgetExceeded", "PiiBlocked", "PiiBlocked"]
    assert len(meters.points("gen_ai.client.operation.duration")) == 1, "what never left took no time of the provider's"


def test_failures_of_the_provider_and_of_the_way_there_are_failed_spans(sim, url, chat, telemetry, tracers, meters):
    sim.script([Reply(status=500), Reply(status=429, retry_after=0), Reply(reset="before"), Reply(content="x" * 50, cut_after=20)])
    with Protection(budget_usd=1, telemetry=telemetry, circuit_breaker=False, max_retries=0):
        for _ in range(2):
            httpx.post(url, json=chat())
        for _ in range(2):
            with pytest.raises(httpx.TransportError):
                httpx.post(url, json=chat())
        with pytest.raises(httpx.ConnectError):
            httpx.post("http://127.0.0.1:9/v1/chat/completions".replace(":9/", f":{_closed_port(sim)}/"), json=chat())
    spans = told(tracers, 5)
    errors = [span.attributes["error.type"] for span in spans]
    assert errors[:2] == ["500", "429"] and errors[2].startswith("httpx.") and errors[3] == "cut" and errors[4] == "httpx.ConnectError"
    assert [span.attributes["iron_cage.ended"] for span in spans] == ["complete", "complete", "no_response", "cut", "not_sent"] and all(span.failed for span in spans)
    assert [span.attributes["http.response.status_code"] for span in spans[:2]] == [500, 429]
    assert [attributes["error.type"] for _, attributes in meters.points("gen_ai.client.operation.duration")] == errors


def _closed_port(sim):
    import socket

    from iron_cage import _engine

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    _engine.add_hosts(f"127.0.0.1:{port}=openai")
    return port


def test_each_attempt_of_a_request_has_its_span(sim, post, telemetry, tracers, meters):
    sim.script([Reply(status=503), Reply(reset="before"), Reply(content="done")])
    with Protection(budget_usd=1, telemetry=telemetry, reliability=ReliabilityConfig(max_retries=2, retry_delay=0.001)) as protection:
        outer = tracers.get_tracer("app").start_span("outer")
        token = context.attach(trace.set_span_in_context(outer))
        assert post()[0] == 200
        assert trace.get_current_span() is outer
        context.detach(token)
        outer.end(time.time_ns())
    *spans, _ = told(tracers, 4)
    assert [span.failed for span in spans] == [True, True, False] and {span.parent for span in spans} == {outer}
    assert spans[0].attributes["error.type"] == "503" and spans[1].attributes["error.type"] not in ("no_response", "_OTHER") and spans[1].attributes["iron_cage.ended"] == "no_response"
    assert [span.attributes.get("iron_cage.retry") for span in spans] == [None, True, True]
    assert len({span.attributes["iron_cage.call.id"] for span in spans}) == 3
    costs = [Decimal(span.attributes["iron_cage.cost.exact"]) for span in spans]
    assert sum(costs) == protection.report().spent_usd and costs[0] == 0 < costs[2] < costs[1]
    assert len(meters.points("gen_ai.client.operation.duration")) == 3


def test_attempts_at_other_hosts_and_beside_others_have_spans_of_their_own(sim, url, chat, telemetry, tracers):
    with ProviderSimulator() as other:
        sim.reply = Reply(status=503)
        with Protection(budget_usd=1, telemetry=telemetry, reliability=ReliabilityConfig(max_retries=0, fallback={"gpt-4o": Fallback(other.base_url, api_key="second")})):
            assert httpx.post(url, json=chat()).status_code == 200
        spans = told(tracers, 2)
        assert [span.attributes["server.port"] for span in spans] == [sim.port, other.port] and "second" not in repr([span.attributes for span in spans])
    sim.reply = None
    sim.script([Reply(delay=30), "quick"])
    with Protection(budget_usd=1, telemetry=telemetry, reliability=ReliabilityConfig(max_retries=0, hedge_after=0.01)) as protection:
        assert httpx.post(url, json=chat(max_tokens=50), timeout=60).status_code == 200
    lost, won = sorted(told(tracers, 4)[2:], key=lambda span: span.attributes["iron_cage.ended"])  # which is told first is nobody's word
    assert (lost.attributes["iron_cage.ended"], won.attributes["iron_cage.ended"]) == ("cancelled", "complete")
    assert sum(Decimal(span.attributes["iron_cage.cost.exact"]) for span in (lost, won)) == protection.report().spent_usd


def test_an_attempt_that_is_not_made_after_all_has_none(sim, url, chat, telemetry, tracers):
    sim.script([Reply(status=503)] * 2)
    with Protection(budget_usd=1, telemetry=telemetry, max_calls=1, reliability=ReliabilityConfig(max_retries=2, retry_delay=0.001)):
        assert httpx.post(url, json=chat()).status_code == 503
    told(tracers, 1)


def test_streams_that_are_left_end_once(sim, url, chat, telemetry, tracers):
    with Protection(budget_usd=1, telemetry=telemetry):
        with httpx.stream("POST", url, json=chat(stream=True)) as response:
            for _ in response.iter_raw():
                break
        left = requests.post(url, json=chat(stream=True), stream=True)
        next(left.iter_content(1))
        del left
        gc.collect()
        dropped = urllib3.PoolManager().request("POST", url, body=json.dumps(chat(stream=True)).encode(), preload_content=False)
        del dropped
        gc.collect()
    spans = told(tracers, 3)
    assert {span.attributes["iron_cage.ended"] for span in spans} == {"aborted"} and not any(span.failed for span in spans)
    assert all(span.attributes["iron_cage.estimated"] and span.attributes["iron_cage.usage.input_tokens"] > 0 for span in spans)
    assert not any("gen_ai.usage.input_tokens" in span.attributes for span in spans), "what is counted here is not what the provider told"


def test_cancelled_tasks_end_their_spans(sim, url, chat, telemetry, tracers):
    sim.script([Reply(hang=PATIENCE)])

    async def main():
        async with httpx.AsyncClient() as client:
            task = asyncio.create_task(client.post(url, json=chat()))
            deadline = time.monotonic() + PATIENCE
            while not tracers.started and time.monotonic() < deadline:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    with Protection(budget_usd=1, telemetry=telemetry):
        asyncio.run(main())
    (span,) = told(tracers, 1)
    assert span.attributes["iron_cage.ended"] == "cancelled" and span.attributes["error.type"].endswith("CancelledError") and span.failed


def test_an_end_in_a_garbage_collection_does_not_stand_still_on_a_lock_of_the_sdk(sim, url, chat, telemetry, tracers):
    with Protection(budget_usd=1, telemetry=telemetry):
        cycle = [requests.post(url, json=chat(stream=True), stream=True)]
        cycle.append(cycle)
        del cycle
        ended = threading.Event()

        def collect():
            with tracers.lock:
                gc.collect()
            ended.set()

        threading.Thread(target=collect, daemon=True).start()
        assert ended.wait(PATIENCE)
    told(tracers, 1)


def test_circuits_are_told_at_the_span_that_changed_them(sim, url, chat, telemetry, tracers, meters):
    sim.script([Reply(status=500), Reply(status=500)])
    with Protection(budget_usd=1, telemetry=telemetry, circuit_breaker={"failure_threshold": 2}, on_deny="respond", max_retries=0):
        assert [httpx.post(url, json=chat()).status_code for _ in range(3)] == [500, 500, 503]
    spans = told(tracers, 3)
    key = f"{sim.host}|gpt-4o"
    assert [span.events for span in spans] == [[], [("iron_cage.circuit.opened", {"iron_cage.circuit.key": key})], []]
    assert spans[2].attributes["error.type"] == "CircuitOpen"
    assert meters.points("iron_cage.circuit.changes") == [(1, {"iron_cage.circuit.key": key, "iron_cage.circuit.state": "opened"})]


def test_the_innermost_protection_that_wants_it_has_the_span(sim, url, chat, telemetry, tracers):
    other = KeepingTracerProvider()
    with Protection(agent_id="outer", telemetry=telemetry):
        with Protection(agent_id="inner"):
            httpx.post(url, json=chat())
        with Protection(agent_id="innermost", telemetry=TelemetryConfig(tracer_provider=other, meter_provider=KeepingMeterProvider())):
            httpx.post(url, json=chat())
    assert [span.attributes["iron_cage.agent.id"] for span in told(tracers, 1)] == ["inner"]
    assert [span.attributes["iron_cage.agent.id"] for span in told(other, 1)] == ["innermost"]


def test_calls_of_threads_without_a_run_are_told_where_the_only_protection_says(sim, url, chat, telemetry, tracers):
    before = threading.Event()

    def work():
        before.wait(PATIENCE)
        httpx.post(url, json=chat())

    thread = threading.Thread(target=work)
    thread.start()
    with Protection(agent_id="only", telemetry=telemetry):
        before.set()
        thread.join(PATIENCE)
    (span,) = told(tracers, 1)
    assert span.attributes["iron_cage.agent.id"] == "only"


def test_the_decorator_takes_it_and_an_error_in_the_sdk_breaks_nothing(sim, url, chat, tracers, caplog):
    class Broken(KeepingTracerProvider):
        def get_tracer(self, name, version=None):
            raise RuntimeError("broken")

    @protect_agent(telemetry=TelemetryConfig(tracer_provider=tracers, meter_provider=KeepingMeterProvider(boundaries=False)))
    def agent():
        return httpx.post(url, json=chat()).status_code

    assert agent() == 200
    told(tracers, 1)

    @protect_agent(telemetry=TelemetryConfig(tracer_provider=Broken()))
    def unlucky():
        return httpx.post(url, json=chat()).status_code

    assert unlucky() == 200 and unlucky.protection.report().calls == 1
    assert "OpenTelemetry" in caplog.text


def test_the_apis_own_providers_are_not_asked(sim, url, chat, monkeypatch):
    from iron_cage import _native

    taken = []
    monkeypatch.setattr(_native, "take", lambda name, *rest, _take=_native.take: (taken.append(name), _take(name, *rest))[1])
    with Protection(telemetry=TelemetryConfig(opentelemetry=True)):
        assert httpx.post(url, json=chat()).status_code == 200  # they would raise
    assert not [name for name in taken if name.startswith("ironcage_call")]


def test_a_provider_that_is_set_later_is_found(sim, url, chat, tracers, monkeypatch):
    with Protection(telemetry=TelemetryConfig(opentelemetry="auto")):
        httpx.post(url, json=chat())
        monkeypatch.setattr(trace, "_provider", tracers)
        httpx.post(url, json=chat())
    told(tracers, 1)


@pytest.mark.parametrize("wrong, message", [
    ({"opentelemetry": "yes"}, 'True, False or "auto" expected'), ({"opentelemetry": 1}, 'True, False or "auto" expected'),
    ({"tracer_provider": 7}, "tracer_provider: an object with get_tracer"), ({"meter_provider": "x"}, "meter_provider: an object with get_meter"),
])
def test_wrong_options_say_what_is_accepted(wrong, message):
    with pytest.raises(ConfigError, match=message):
        TelemetryConfig(**wrong)


def test_off_with_a_provider_and_on_without_the_package_are_errors(tracers):
    with pytest.raises(ConfigError, match="False, and a provider was given"):
        Protection(telemetry=TelemetryConfig(opentelemetry=False, tracer_provider=tracers))
    with pytest.raises(ConfigError, match="a TelemetryConfig expected"):
        Protection(telemetry=True)
    code = """
import sys
sys.modules["opentelemetry"] = None
from iron_cage import ConfigError, Protection, TelemetryConfig
Protection(telemetry=TelemetryConfig(opentelemetry="auto")).close()
try:
    Protection(telemetry=TelemetryConfig(opentelemetry=True))
except ConfigError as error:
    sys.exit(0 if "iron-cage[otel]" in str(error) else 2)
sys.exit(3)
"""
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_without_it_nothing_of_it_is_imported(sim, url, chat):
    code = f"""
import sys
import httpx
from iron_cage import Protection
from iron_cage.testing import ProviderSimulator
with ProviderSimulator() as sim, Protection(budget_usd=1):
    httpx.post(sim.base_url + "/chat/completions", json={chat()!r})
sys.exit(any(name.startswith("opentelemetry") or "_otel" in name for name in sys.modules))
"""
    assert subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": os.pathsep.join([STANDIN, *filter(None, sys.path)])}).returncode == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_a_forked_child_leaves_the_spans_of_its_parent_alone_and_has_its_own(sim, url, chat, telemetry, tracers):
    with Protection(budget_usd=1, telemetry=telemetry):
        with httpx.stream("POST", url, json=chat(stream=True)) as response:
            child = os.fork()
            if child == 0:
                code = 1
                try:
                    httpx.post(url, json=chat())
                    gc.collect()
                    code = 0 if [span.attributes.get("iron_cage.ended") for span in tracers.ended] == ["complete"] else 2
                finally:
                    os._exit(code)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
            response.read()
    (span,) = told(tracers, 1)
    assert span.attributes["iron_cage.ended"] == "complete"
