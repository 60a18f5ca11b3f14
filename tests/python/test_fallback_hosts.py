"""Other hosts of the same protocol, and hedges, through every client: two providers whose logs and bills count apart, and keys that go nowhere else."""
import asyncio
import json
import logging
import subprocess
import sys
import threading

import aiohttp
import httpx
import pytest
import requests
import trio
import urllib3
from senders import SENDERS, in_httpx, via_httpx

from iron_cage import CallDenied, CircuitOpen, ConfigError, Fallback, Protection, ReliabilityConfig
from iron_cage.testing import ProviderSimulator, Reply
from iron_cage.testing._bill import bill

PRICES = {"gpt-4o": ("2.5", "1.25", "10"), "gpt-4o-mini": ("0.15", "0.075", "0.6")}
MAIL = "jane.doe@example.com"
FIRST, SECOND = "sk-first-zq4711", "sk-second-zq4712"
HEADERS = {"content-type": "application/json", "authorization": f"Bearer {FIRST}", "x-api-key": FIRST, "cookie": f"session={FIRST}", "openai-organization": FIRST, "user-agent": "agent/1"}


@pytest.fixture
def other():
    with ProviderSimulator(created=1_700_000_000) as simulator:
        yield simulator


@pytest.fixture(params=SENDERS, ids=list(SENDERS))
def send(request):
    return SENDERS[request.param]


def behind(other, **given):
    given = {"api_key": lambda: SECOND, **given}
    return {"gpt-4o": [Fallback(other.base_url, **given)]}


def protected(fallback, events=None, **more):
    reliability = ReliabilityConfig(fallback=fallback, max_retries=0, **more)
    return Protection(budget_usd=1, reliability=reliability, on_event=None if events is None else events.append)


def keys_seen(simulator):
    return {name for one in simulator.log for name, value in one.headers.items() if FIRST in value}, {name for one in simulator.log for name, value in one.headers.items() if SECOND in value}


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_another_host_is_asked_by_its_own_key_and_its_answer_is_the_clients(sim, other, url, chat, send, stream, caplog, tmp_path):
    caplog.set_level(logging.DEBUG)
    sim.reply = Reply(status=503)
    other.reply = Reply(content="write to " + MAIL, headers={"set-cookie": "a=b"})
    events = []
    protection = protected(behind(other, model="gpt-4o-mini"), events)
    with protection:
        status, headers, body = send(url, chat("to " + MAIL, stream=stream), headers=HEADERS)
    assert status == 200 and b"[EMAIL_REDACTED]" in body and MAIL.encode() not in body and "set-cookie" not in headers
    assert ([one.model for one in sim.log], [one.model for one in other.log]) == (["gpt-4o"], ["gpt-4o-mini"])
    assert keys_seen(sim)[1] == set() and keys_seen(other) == (set(), {"authorization"})
    (sent,) = other.log
    assert sent.headers["authorization"] == f"Bearer {SECOND}" and sent.headers["host"] == f"127.0.0.1:{other.port}" and sent.headers["user-agent"] == "agent/1"
    assert sent.path == "/v1/chat/completions" and sent.json["messages"] == [{"role": "user", "content": "to [EMAIL_REDACTED]"}]
    report = protection.report()
    assert (report.calls, report.fallbacks, report.denied, report.held_usd) == (2, 1, 0, 0) and report.spent_usd == other.bill(PRICES) > 0
    (told,) = [event for event in events if event["kind"] == "call.fell_back"]
    assert (told["details"]["host"], told["details"]["from_host"]) == (f"127.0.0.1:{other.port}", f"127.0.0.1:{sim.port}")
    everything = caplog.text + json.dumps(events, default=str) + repr(report) + repr(protection) + repr(behind(other))
    assert SECOND not in everything and FIRST not in everything


def test_a_refused_connection_goes_to_the_other_host(other, chat, send):
    with ProviderSimulator() as gone:
        url = f"{gone.base_url}/chat/completions"
    protection = protected(behind(other, model="gpt-4o-mini"))
    with protection:
        assert send(url, chat(), headers=HEADERS)[0] == 200
    assert len(other.log) == 1 and protection.report().spent_usd == other.bill(PRICES) > 0 and protection.report().calls == 1


def test_while_the_circuit_is_open_calls_go_to_the_other_host_at_once(sim, other, url, chat, send):
    sim.reply = Reply(status=503)
    protection = Protection(budget_usd=1, max_retries=0, reliability=ReliabilityConfig(fallback=behind(other), failure_threshold=1))
    with protection:
        assert [send(url, chat(text, stream=stream), headers=HEADERS)[0] for text, stream in (("a", False), ("b", False), ("c", True))] == [200, 200, 200]
        other.reply = Reply(status=503)
        assert send(url, chat("d"), headers=HEADERS)[0] == 503
    with pytest.raises(CircuitOpen):
        with protection:
            send(url, chat("e"), headers=HEADERS)
    assert (len(sim.log), len(other.log)) == (1, 4) and keys_seen(other)[0] == set()
    assert protection.report().spent_usd == other.bill(PRICES) > 0


def test_a_redirect_of_the_other_host_is_not_followed_and_the_next_is_asked(sim, other, url, chat, send):
    sim.reply = Reply(status=503)
    with ProviderSimulator() as third:
        other.reply = Reply(status=307, error="go on", headers={"location": f"{third.base_url}/chat/completions"})
        protection = protected({"gpt-4o": [*behind(other)["gpt-4o"], "gpt-4o-mini"]})
        with protection:
            assert send(url, chat(), headers=HEADERS)[0] == 503
        assert [one.model for one in sim.log] == ["gpt-4o", "gpt-4o-mini"] and len(other.log) == 1
        # Nothing stands behind it: its answer is handed on, without the way.
        last = protected(behind(other))
        with last:
            status, headers, _ = send(url, chat(), headers=HEADERS)
        assert (status, "location" in headers, len(third.log), last.report().spent_usd) == (307, False, 0, 0)
        assert keys_seen(sim)[1] == set() and all("authorization" in one.headers for one in sim.log)


@pytest.mark.parametrize("status", [401, 503])
def test_when_the_other_host_fails_too_its_error_is_the_last(sim, other, url, chat, send, status):
    sim.reply, other.reply = Reply(status=503), Reply(status=status, error="not you")
    protection = protected(behind(other))
    with protection:
        answered, _, body = send(url, chat(), headers=HEADERS)
    assert (answered, json.loads(body)["error"]["message"]) == (status, "not you")
    assert (len(sim.log), len(other.log), protection.report().spent_usd, protection.report().held_usd) == (1, 1, 0, 0)


def test_errors_of_the_way_to_the_other_host_show_no_key(sim, url, chat, send):
    sim.reply = Reply(status=503)
    with ProviderSimulator() as other:
        fallback = behind(other)
    protection = protected(fallback)
    with protection:
        with pytest.raises(Exception) as caught:
            send(url, chat(), headers=HEADERS)
    error, texts = caught.value, []
    while error is not None:
        request = getattr(error, "_request", None) or getattr(error, "request_info", None)
        texts += [str(error), repr(error), repr(getattr(request, "headers", "") and dict(request.headers))]
        error = error.__cause__ or error.__context__
    assert SECOND not in "".join(texts) and protection.report().held_usd == 0


def test_a_budget_that_does_not_pay_for_the_other_leaves_the_failure_as_it_is(sim, other, url, chat, send):
    sim.reply = Reply(status=503)
    dear = {"gpt-4o-mini": [Fallback(other.base_url, model="gpt-4o", api_key=SECOND)]}
    protection = Protection(budget_usd="0.0001", reliability=ReliabilityConfig(fallback=dear, max_retries=0))
    with protection:
        assert send(url, {**chat(max_tokens=50), "model": "gpt-4o-mini"}, headers=HEADERS)[0] == 503
    assert (len(other.log), protection.report().denied, protection.report().spent_usd) == (0, 0, 0)


def test_keys_come_from_where_they_are_kept(sim, other, url, chat, monkeypatch):
    sim.reply = Reply(status=503)
    monkeypatch.setenv("OTHER_KEY", SECOND)
    for given, expected in (
        ({"api_key": SECOND}, {"authorization": f"Bearer {SECOND}"}), ({"api_key": None, "api_key_env": "OTHER_KEY"}, {"authorization": f"Bearer {SECOND}"}),
        ({"api_key_header": "api-key", "headers": {"X-Title": "agent"}}, {"api-key": SECOND, "x-title": "agent", "authorization": None}), ({"api_key": None}, {"authorization": None}),
    ):
        other.clear()
        with protected(behind(other, **given)):
            assert via_httpx(url, chat(), headers=HEADERS)[0] == 200
        assert {name: other.log[0].headers.get(name) for name in expected} == expected


def fail():
    raise RuntimeError(SECOND)


@pytest.mark.parametrize("key", [fail, lambda: "", lambda: None, lambda: "a\nb"], ids=["raises", "empty", "none", "line break"])
def test_a_key_that_cannot_be_had_is_an_error_of_the_configuration_and_costs_nothing(sim, other, url, chat, send, key):
    sim.reply = Reply(status=503)
    protection = protected(behind(other, api_key=key))
    with protection:
        with pytest.raises(ConfigError, match="api_key") as caught:
            send(url, chat(), headers=HEADERS)
    assert SECOND not in str(caught.value) and caught.value.__cause__ is None
    assert (len(other.log), protection.report().spent_usd, protection.report().held_usd) == (0, 0, 0)


def test_sub_processes_find_the_key_in_their_environment_alone(sim, other, url, chat, monkeypatch):
    sim.reply = Reply(status=503)
    monkeypatch.setenv("OTHER_KEY", SECOND)
    code = f"import httpx, iron_cage\nprint(httpx.post({url!r}, json={chat()!r}, timeout=60).status_code)"
    with protected(behind(other, api_key=None, api_key_env="OTHER_KEY")):
        found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert (found.stdout.strip(), keys_seen(other)) == ("200", (set(), {"authorization"})), found.stderr
    with protected(behind(other)):
        missed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert "api_key_env" in missed.stderr and len(other.log) == 1


@pytest.mark.parametrize("given", [
    {"base_url": "https://nobody.example/v1"}, {"base_url": "https://bedrock-runtime.us-east-1.amazonaws.com"}, {"base_url": "https://me:pass@api.openai.com/v1"},
    {"base_url": "https://api.openai.com/v1?key=1"}, {"base_url": "https://api.openai.com/v1", "api_key_env": "NO_SUCH_VARIABLE_HERE"}, {"base_url": 1},
    {"base_url": "https://api.openai.com/v1", "api_key": 1}, {"base_url": "https://api.openai.com/v1", "api_key": "a", "api_key_env": "PATH"},
    {"base_url": "https://api.openai.com/v1", "api_key_header": "a b"}, {"base_url": "https://api.openai.com/v1", "headers": {"host": "a"}},
])
def test_what_cannot_be_is_said_at_the_door(given):
    with pytest.raises(ConfigError, match="Fallback|base_url|api_key"):
        Protection(reliability=ReliabilityConfig(fallback={"gpt-4o": Fallback(**given)}))


def test_through_a_proxy_of_the_client(sim, other, url, chat):
    """A forwarding proxy sees both ways; the provider behind it stands for it."""
    sim.reply = lambda request: Reply(status=503) if f":{sim.port}/" in request.path else Reply(content="by proxy")
    for get in (
        lambda: requests.post(url, json=chat(), headers=HEADERS, proxies={"http": sim.url}).status_code,
        lambda: urllib3.ProxyManager(sim.url).request("POST", url, body=json.dumps(chat()).encode(), headers=HEADERS, retries=False).status,
    ):
        sim.clear()
        protection = protected(behind(other))
        with protection:
            assert get() == 200
        assert [one.path for one in sim.log] == [url, f"{other.base_url}/chat/completions"] and len(other.log) == 0
        assert sim.log[1].headers["authorization"] == f"Bearer {SECOND}"


def test_a_session_goes_on_at_its_own_host(sim, other, url, chat):
    sim.script([Reply(status=503), "one", Reply(status=503), "two"])
    body = json.dumps(chat()).encode()
    with protected(behind(other)), requests.Session() as session, urllib3.PoolManager(retries=False) as pool, httpx.Client() as client:
        for post in (
            lambda: session.post(url, data=body, headers=HEADERS).status_code, lambda: pool.request("POST", url, body=body, headers=HEADERS).status,
            lambda: client.post(url, content=body, headers=HEADERS).status_code,
        ):
            sim.clear()
            sim.script([Reply(status=503), "one", Reply(status=503), "two"])
            assert [post() for _ in range(4)] == [200] * 4 and len(sim.log) == 4
    assert len(other.log) == 6 and keys_seen(sim)[1] == set() and keys_seen(other)[0] == set()

    async def main():
        async with aiohttp.ClientSession() as agent:
            sim.clear()
            sim.script([Reply(status=503), "one", Reply(status=503), "two"])
            for _ in range(4):
                async with agent.post(url, data=body, headers=HEADERS) as response:
                    assert response.status == 200 and await response.read() and str(response.url) == url
                    assert SECOND not in repr(dict(response.request_info.headers)) and FIRST in response.request_info.headers["authorization"]

    with protected(behind(other)):
        asyncio.run(main())
    assert len(sim.log) == 4 and len(other.log) == 8 and keys_seen(sim)[1] == set() and keys_seen(other)[0] == set()


# Hedging.

def hedged(after=0.05, **more):
    return Protection(budget_usd=1, reliability=ReliabilityConfig(hedge_after=after, max_retries=0, **more))


HEDGING = {"sync": via_httpx, "asyncio": SENDERS["httpx-async"], "trio": lambda *given, **options: trio.run(lambda: in_httpx(*given, **options))}


@pytest.fixture(params=HEDGING)
def hedge(request):
    return HEDGING[request.param]


def test_a_second_attempt_is_taken_where_the_first_is_not_answered_and_both_cost(sim, url, chat, hedge):
    sim.script([Reply(delay=30), "quick"])
    protection = hedged()
    with protection:
        status, _, body = hedge(url, chat(max_tokens=50), timeout=60)
    assert (status, json.loads(body)["choices"][0]["message"]["content"]) == (200, "quick")
    report = protection.report()
    assert (report.calls, report.hedges, report.denied, report.held_usd) == (2, 1, 0, 0)
    # The one that was taken at its price, the other at its hold.
    (taken,) = [one for one in sim.log if b"quick" in one.response_body]
    assert report.estimated_usd > 0 and report.spent_usd == report.estimated_usd + bill([taken], PRICES)


def test_an_answer_in_time_is_alone(sim, url, chat, hedge):
    protection = hedged(after=30)
    with protection:
        assert hedge(url, chat(), timeout=60)[0] == 200
        assert hedge(url, chat("streamed", stream=True), timeout=60)[0] == 200
    report = protection.report()
    assert (report.calls, report.hedges, len(sim.log), report.held_usd) == (2, 0, 2, 0) and report.spent_usd == sim.bill(PRICES)


def first_waits(first, second):
    """What a provider replies that answers the first request once it has the second."""
    came = threading.Event()

    def reply(request):
        if request.index == 0:
            assert came.wait(60)
            return first
        came.set()
        return second

    return reply


def test_the_first_is_taken_where_the_second_fails(sim, url, chat, hedge):
    sim.reply = first_waits("slow", Reply(status=500))
    protection = hedged()
    with protection:
        status, _, body = hedge(url, chat(), timeout=60)
    report = protection.report()
    assert (status, b"slow" in body, report.calls, report.hedges, report.held_usd) == (200, True, 2, 1, 0)
    assert report.spent_usd - report.estimated_usd == sim.bill(PRICES) > 0  # its hold, if the first was there before the error of the second


def test_where_both_fail_the_first_is_handed_on(sim, url, chat, hedge):
    sim.reply = first_waits(Reply(status=503, error="first"), Reply(status=500, error="second"))
    protection = hedged()
    with protection:
        status, _, body = hedge(url, chat(), timeout=60)
    report = protection.report()
    assert (status, b"first" in body, report.calls, report.spent_usd, report.held_usd) == (503, True, 2, 0, 0)


def test_clients_that_cannot_are_refused_at_the_door(sim, url, chat, send):
    protection = hedged()
    if send in (SENDERS["httpx"], SENDERS["httpx-async"]):
        with protection:
            assert send(url, chat())[0] == 200
    else:
        with pytest.raises(CallDenied, match="hedge_after"):
            with protection:
                send(url, chat())
    assert protection.report().held_usd == 0


def test_cancelling_ends_both(sim, url, chat):
    sim.reply = Reply(delay=30)
    protection = hedged(after=0.01)

    async def main():
        task = asyncio.ensure_future(in_httpx(url, chat(max_tokens=50)))
        while protection.report().calls < 2:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with protection:
        asyncio.run(main())
    report = protection.report()
    assert (report.calls, report.held_usd) == (2, 0) and report.spent_usd == report.estimated_usd > 0


def test_the_kill_switch_ends_both(sim, url, chat, hedge):
    from iron_cage import AgentStopped

    sim.reply = Reply(delay=30)
    protection = hedged(after=0.01)

    def stop():
        while protection.report().calls < 2:
            threading.Event().wait(0.01)
        protection.stop("enough")

    stopper = threading.Thread(target=stop)
    stopper.start()
    with pytest.raises(AgentStopped):
        with protection:
            hedge(url, chat(max_tokens=50), timeout=60)
    stopper.join()
    assert protection.report().held_usd == 0 and protection.report().spent_usd > 0
