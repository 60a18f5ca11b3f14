"""Attempts that are added after a failure: each a call of its own, billed as the provider bills it, through every client; the simulator's log counts apart."""
import asyncio
import json
import socket
import threading
import time

import bedrock_model
import httpx
import pytest
import trio
import urllib3
from senders import SENDERS, in_aiohttp, in_httpx

from iron_cage import AgentStopped, ConfigError, Protection, ReliabilityConfig
from iron_cage.testing import ProviderSimulator, Reply

PRICES = {"gpt-4o": ("2.5", "1.25", "10")}
MAIL = "jane.doe@example.com"
QUICK = {"reliability": ReliabilityConfig(retry_delay=0.001), "circuit_breaker": False, "budget_usd": 1}
NOW = Reply(status=429, retry_after=0.001)


@pytest.fixture(params=SENDERS, ids=list(SENDERS))
def send(request):
    return SENDERS[request.param]


def summary(protection):
    report = protection.report()
    return report.calls, report.retries, report.denied, report.held_usd


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
def test_what_may_go_away_by_itself_is_sent_again(sim, url, chat, status):
    sim.fail_next(1, reply=Reply(status=status, retry_after=0.001))
    protection = Protection(**QUICK)
    with protection:
        assert SENDERS["httpx"](url, chat())[0] == 200
    assert (summary(protection), [one.status for one in sim.log]) == ((2, 1, 0, 0), [status, 200])
    assert protection.report().spent_usd == sim.bill(PRICES) > 0


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_each_attempt_is_screened_and_billed_once(sim, url, chat, send, stream):
    sim.script([Reply(status=503), NOW, "fine, " + MAIL])
    events = []
    protection = Protection(on_event=events.append, **QUICK)
    with protection:
        status, headers, body = send(url, chat("to " + MAIL, stream=stream))
    assert status == 200 and b"[EMAIL_REDACTED]" in body and MAIL.encode() not in body and "x-should-retry" not in headers
    assert [one.status for one in sim.log] == [503, 429, 200] and all(MAIL not in one.body.decode() for one in sim.log)
    assert summary(protection) == (3, 2, 0, 0) and protection.report().spent_usd == sim.bill(PRICES) > 0
    told = [event for event in events if event["kind"] == "call.retried"]
    assert [(event["details"]["why"], event["details"]["attempt"]) for event in told] == [("503", 2), ("429", 3)]


def test_the_last_error_is_that_of_the_bare_client_but_for_one_header(sim, url, chat, send):
    sim.reply = Reply(status=503, error="nobody is here", headers={"x-should-retry": "true", "date": "now"})
    bare = send(url, chat())
    protection = Protection(**QUICK)
    with protection:
        status, headers, body = send(url, chat())
    assert headers.pop("x-should-retry") == "false" and bare[1].pop("x-should-retry") == "true"
    for each in (headers, bare[1]):
        each.pop("x-request-id", None), each.pop("openai-processing-ms", None)
    assert (status, headers, body) == (503, bare[1], bare[2])
    assert (len(sim.log), summary(protection)) == (4, (3, 2, 0, 0)) and protection.report().spent_usd == 0


def test_more_than_the_ceiling_goes_back_at_once(sim, url, chat, send):
    sim.reply = Reply(status=429, retry_after=61)
    protection = Protection(**QUICK)
    with protection:
        status, headers, _ = send(url, chat())
    assert (status, len(sim.log), "x-should-retry" in headers, summary(protection)) == (429, 1, False, (1, 0, 0, 0))


@pytest.mark.parametrize("reply", [Reply(status=400), Reply(status=503, headers={"x-should-retry": "false"}), Reply(status=501)], ids=["400", "told not to", "501"])
def test_other_errors_are_handed_on(sim, url, chat, send, reply):
    sim.reply = reply
    protection = Protection(**QUICK)
    with protection:
        assert send(url, chat())[0] == reply.status
    assert (len(sim.log), summary(protection)) == (1, (1, 0, 0, 0))


def test_without_retries_nothing_is_added_and_nothing_said(sim, url, chat, send):
    sim.reply = Reply(status=503)
    protection = Protection(max_retries=0, circuit_breaker=False)
    with protection:
        assert "x-should-retry" not in send(url, chat())[1]
    assert (len(sim.log), summary(protection)) == (1, (1, 0, 0, 0))


def test_a_reset_before_the_head_costs_the_hold_and_is_sent_again(sim, url, chat, send):
    sim.fail_next(1, reply=Reply(reset="before"))
    protection = Protection(**QUICK)
    with protection:
        assert send(url, chat(max_tokens=50))[0] == 200
    report = protection.report()
    assert (len(sim.log), summary(protection)) == (2, (2, 1, 0, 0))
    assert report.spent_usd > sim.bill(PRICES) and report.spent_usd - sim.bill(PRICES) == report.estimated_usd


def test_resets_to_the_end_are_the_clients_own_error(sim, url, chat, send):
    sim.reply = Reply(reset="before")
    kinds = []
    for protection in (Protection(max_retries=0), Protection(**QUICK)):
        with protection:
            with pytest.raises(Exception) as raised:
                send(url, chat(max_tokens=50))
        kinds.append((type(raised.value), type(raised.value.__cause__)))
    assert kinds[0] == kinds[1]
    assert (len(sim.log), summary(protection)) == (4, (3, 2, 0, 0))


def test_a_provider_that_starts_late_is_reached(url, chat, send):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with ProviderSimulator(port=port) as sim:
        target = f"{sim.base_url}/chat/completions"
    late = ProviderSimulator(port=port)
    protection = Protection(budget_usd=1, circuit_breaker=False, reliability=ReliabilityConfig(retry_delay=0.05, max_retries=10))
    timer = threading.Timer(0.06, late.start)
    with protection:
        timer.start()
        try:
            assert send(target, chat())[0] == 200
        finally:
            timer.join()
            late.close()
    calls, retries, denied, held = summary(protection)
    assert (len(late.log), calls, denied, held) == (1, 1, 0, 0) and retries <= 1
    assert protection.report().spent_usd == late.bill(PRICES) > 0


def test_a_connection_that_is_refused_to_the_end_costs_nothing(sim, url, chat, send):
    sim.close()
    kinds = []
    for protection in (Protection(max_retries=0), Protection(**QUICK)):
        with protection:
            with pytest.raises(Exception) as raised:
                send(url, chat())
        kinds.append(type(raised.value))
    assert kinds[0] is kinds[1] and summary(protection) == (0, 0, 0, 0) and protection.report().spent_usd == 0


def test_the_circuit_that_opens_ends_the_attempts(sim, url, chat, send):
    sim.reply = Reply(status=503)
    protection = Protection(circuit_breaker={"failure_threshold": 2}, reliability=ReliabilityConfig(retry_delay=0.001, max_retries=9), budget_usd=1)
    with protection:
        assert send(url, chat())[0] == 503
    assert (len(sim.log), summary(protection)) == (2, (2, 1, 0, 0))


@pytest.mark.parametrize("options", [{"max_calls": 1}, {"timeout": 50}], ids=["calls", "time"])
def test_an_attempt_that_would_be_refused_is_not_added(sim, url, chat, send, options):
    sim.reply = Reply(status=503, retry_after=51 if "timeout" in options else None)
    protection = Protection(**QUICK, **options)
    with protection:
        assert send(url, chat())[0] == 503
    assert (len(sim.log), summary(protection)) == (1, (1, 0, 0, 0))


@pytest.mark.parametrize("respond", [False, True], ids=["raise", "respond"])
def test_the_kill_switch_ends_the_wait(sim, url, chat, send, respond):
    protection = Protection(circuit_breaker=False, on_deny="respond" if respond else "raise")

    def reply(request):
        threading.Timer(0.05, protection.stop, ["enough"]).start()
        return Reply(status=429, retry_after=50)

    sim.reply = reply
    began = time.monotonic()
    if respond:
        with protection:
            assert send(url, chat())[0] == 403
    else:
        with pytest.raises(AgentStopped), protection:
            assert send(url, chat())[0] == 403  # in a loop of its own; elsewhere it raises
    assert time.monotonic() - began < 45 and len(sim.log) == 1
    assert summary(protection)[3] == 0 and protection.report().spent_usd == 0


def test_a_budget_that_ends_between_attempts_leaves_the_clients_own_error(sim, url, chat, send):
    sim.reply = Reply(reset="before")
    protection = Protection(budget_usd="0.001", hold_wait=0, lower_output=False, circuit_breaker=False, reliability=ReliabilityConfig(retry_delay=0.001))
    with protection:
        with pytest.raises(Exception) as raised:
            send(url, chat(max_tokens=60))
    assert type(raised.value).__module__.split(".")[0] not in ("iron_cage", "_pytest")
    assert (len(sim.log), summary(protection)) == (1, (1, 0, 0, 0)) and protection.report().spent_usd > 0


def test_retries_of_the_client_count_against_the_same_cap(sim, url, chat):
    sim.reply = Reply(status=503)
    protection = Protection(**QUICK)
    with protection, urllib3.PoolManager(retries=urllib3.Retry(total=2, status_forcelist=[503], allowed_methods=None, backoff_factor=0, raise_on_status=False)) as pool:
        response = pool.request("POST", url, body=json.dumps(chat()).encode())
    # The first of three goes out three times, the others, which urllib3 makes whatever it is told, once each.
    assert (response.status, len(sim.log), summary(protection)) == (503, 5, (5, 4, 0, 0))


def test_a_retry_that_the_sdk_says_it_is_counts(sim, url, chat, send):
    sim.reply = Reply(status=503)
    protection = Protection(**QUICK)
    with protection:
        assert send(url, chat(), headers={"x-stainless-retry-count": "1"})[1]["x-should-retry"] == "false"
    assert (len(sim.log), summary(protection)) == (2, (2, 2, 0, 0))


def test_the_smallest_cap_of_nested_protections_counts(sim, url, chat):
    sim.reply = Reply(status=503)
    outer, inner = Protection(circuit_breaker=False, reliability=ReliabilityConfig(retry_delay=0.001, max_retries=1)), Protection(**QUICK)
    with outer, inner:
        SENDERS["httpx"](url, chat())
    assert len(sim.log) == 2 and summary(inner) == summary(outer) == (2, 1, 0, 0)


@pytest.mark.parametrize("work", [in_httpx, in_aiohttp])
def test_a_task_that_is_cancelled_during_the_wait_leaves_nothing(sim, url, chat, work):
    sim.reply = Reply(status=429, retry_after=50)
    protection = Protection(budget_usd=1)

    async def main():
        task = asyncio.ensure_future(work(url, chat()))
        while not sim.log:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with protection:
        asyncio.run(main())
    assert (len(sim.log), summary(protection)) == (1, (1, 0, 0, 0))


def test_trio_waits_too(sim, url, chat):
    sim.script([Reply(status=503), "fine"])
    protection = Protection(**QUICK)
    with protection:
        assert trio.run(in_httpx, url, chat())[0] == 200
    assert (len(sim.log), summary(protection)) == (2, (2, 1, 0, 0))


def test_a_response_that_a_transport_makes_up_is_asked_for_again(url, chat):
    answers = [httpx.Response(503), httpx.Response(200, json={"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 0}})]
    protection = Protection(**QUICK)
    with protection, httpx.Client(transport=httpx.MockTransport(lambda request: answers.pop(0))) as client:
        assert client.post(url, json=chat()).status_code == 200
    assert answers == [] and summary(protection) == (2, 1, 0, 0)


def test_keep_alive_goes_on_after_a_retry(sim, url, chat):
    sim.script([Reply(status=503), "one", "two"])
    protection = Protection(**QUICK)
    with protection, httpx.Client() as client:
        assert [client.post(url, json=chat(text)).status_code for text in "ab"] == [200, 200]
    assert len({one.connection for one in sim.log}) == 1


def test_an_attempt_that_takes_too_long_is_made_again(sim, url, chat, send):
    sim.script([Reply(hang=30), "fine"])
    protection = Protection(budget_usd=1, circuit_breaker=False, reliability=ReliabilityConfig(retry_delay=0.001, attempt_timeout=0.3, max_retries=10))
    with protection:
        assert send(url, chat(max_tokens=20))[0] == 200
    calls, retries, denied, held = summary(protection)
    assert calls >= 2 and retries == calls - 1 and denied == held == 0


def test_what_it_raises_in_the_end_is_the_clients_own_timeout_which_is_not_retried(sim, url, chat, send):
    sim.reply = Reply(hang=30)
    kinds = []
    for protection, timeout in ((Protection(**QUICK), 0.15), (Protection(max_retries=0, reliability=ReliabilityConfig(total_timeout=0.15)), None)):
        with protection:
            with pytest.raises(Exception) as raised:
                send(url, chat(max_tokens=20), timeout=timeout)
        assert summary(protection) == (1, 0, 0, 0)
        kinds.append(type(raised.value))
    assert kinds[0] is kinds[1] or issubclass(kinds[0], kinds[1])  # aiohttp names the socket's


@pytest.mark.parametrize("name", ["httpx", "aiohttp", "urllib3"])
def test_a_stream_may_take_longer_than_an_attempt(sim, url, chat, name):
    sim.reply = Reply(content="one two three four", chunk_size=5, chunk_delay=0.08)
    protection = Protection(budget_usd=1, circuit_breaker=False, reliability=ReliabilityConfig(attempt_timeout=0.3, max_retries=10))
    with protection:
        status, _, body = SENDERS[name](url, chat(stream=True))
    assert status == 200 and body.endswith(b"data: [DONE]\n\n") and protection.report().held_usd == 0


def test_options_that_make_no_sense_are_named():
    for options, said in (
        ({"max_retries": 11}, "max_retries.*0 to 10"), ({"max_retries": 1.5}, "max_retries: a whole number"),
        ({"reliability": ReliabilityConfig(retry_delay=9)}, r"ReliabilityConfig\.retry_delay.*0.001 to 8"),
        ({"reliability": ReliabilityConfig(retry_after_ceiling=-1)}, "retry_after_ceiling.*0 to 3600"),
        ({"reliability": ReliabilityConfig(attempt_timeout=0)}, "attempt_timeout.*0.001 to 86400"),
        ({"max_retries": 1, "reliability": ReliabilityConfig(max_retries=1)}, "set the same option"),
    ):
        with pytest.raises(ConfigError, match=said):
            Protection(**options)


MODEL = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"


@pytest.mark.parametrize("wait", ["ours", "botocore's"])
def test_botocore_signs_each_attempt_anew(wait):
    with ProviderSimulator(protocol="bedrock", require_auth=True) as sim:
        sim.fail_next(2, reply=Reply(status=503))
        client = bedrock_model.client(sim.url, retries={"max_attempts": 0 if wait == "ours" else 5, "mode": "standard"})
        protection = Protection(**QUICK)
        with protection:
            answer = client.converse(modelId=MODEL, messages=[{"role": "user", "content": [{"text": "to " + MAIL}]}], inferenceConfig={"maxTokens": 30})
        assert answer["output"]["message"]["content"]
        assert [one.status for one in sim.log] == [503, 503, 200] and all(bedrock_model.is_signed(one) and MAIL not in one.body.decode() for one in sim.log)
        assert summary(protection) == (3, 2, 0, 0) and protection.report().spent_usd == sim.bill({MODEL: ("3.3", "0.33", "16.5")})


def test_botocore_makes_no_more_attempts_than_the_cap():
    with ProviderSimulator(protocol="bedrock", require_auth=True) as sim:
        sim.reply = Reply(status=503)
        client = bedrock_model.client(sim.url, retries={"max_attempts": 9, "mode": "standard"})
        protection = Protection(**QUICK)
        with protection:
            with pytest.raises(client.exceptions.ServiceUnavailableException):
                client.converse(modelId=MODEL, messages=[{"role": "user", "content": [{"text": "hi"}]}], inferenceConfig={"maxTokens": 30})
        assert (len(sim.log), summary(protection)) == (3, (3, 2, 0, 0))


def test_another_model_is_called_when_the_attempts_at_one_are_over(sim, url, chat, send):
    sim.fail_while(lambda request: request.json["model"] == "gpt-4o", status=503)
    protection = Protection(budget_usd=1, reliability=ReliabilityConfig(retry_delay=0.001, max_retries=1, failure_threshold=2, fallback={"gpt-4o": "gpt-4o-mini"}))
    with protection:
        # The second finds the circuit open.
        assert [send(url, chat(text))[0] for text in ("to " + MAIL, "again")] == [200, 200]
    assert [one.model for one in sim.log] == ["gpt-4o", "gpt-4o", "gpt-4o-mini", "gpt-4o-mini"] and all(MAIL not in one.body.decode() for one in sim.log)
    assert summary(protection) == (4, 2, 0, 0) and protection.report().fallbacks == 2
    assert protection.report().spent_usd == sim.bill({"gpt-4o-mini": ("0.15", "0.075", "0.6")}) > 0


def test_at_last_the_answer_from_before_is_given_again(sim, url, chat, send):
    sim.script(["to " + MAIL])
    sim.reply = Reply(status=503)
    protection = Protection(budget_usd=1, max_retries=0, circuit_breaker=False, reliability=ReliabilityConfig(fallback_to_memory=True))
    with protection:
        first, second = (send(url, chat("same")) for _ in range(2))
        assert send(url, chat("other"))[0] == 503
    assert first[0] == second[0] == 200 and first[2] == second[2] and b"[EMAIL_REDACTED]" in second[2]
    assert len(sim.log) == 3 and protection.report().fallbacks == 1 and protection.report().spent_usd == sim.bill(PRICES)
