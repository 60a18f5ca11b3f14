"""botocore: a call is judged before it is signed, counted once although urllib3 is hooked, too, and each attempt is a call of its own."""
import io
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import bedrock_model
import httpx
import pytest
from botocore import exceptions
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.credentials import Credentials

from iron_cage import BudgetExceeded, CallDenied, PiiBlocked, Protection, SafetyConfig
from iron_cage.testing import ProviderSimulator, Reply, ToolCall

MODEL = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
PRICES = {MODEL: ("3.3", "0.33", "16.5")}
MAIL = "jane.doe@example.com"
LEAKY = f"Grüße, write to {MAIL} now."
REDACTED = "Grüße, write to [EMAIL_REDACTED] now."


@pytest.fixture
def sim():
    with ProviderSimulator(protocol="bedrock", require_auth=True) as simulator:
        yield simulator


@pytest.fixture
def boto(sim):
    """Makes clients of botocore."""
    return lambda **config: bedrock_model.client(sim.url, **config)


def messages(text="tell me"):
    return [{"role": "user", "content": [{"text": text}]}]


def whole(client, text="tell me", limit=300):
    answer = client.converse(modelId=MODEL, messages=messages(text), inferenceConfig={"maxTokens": limit})
    return "".join(block.get("text", "") for block in answer["output"]["message"]["content"])


def stream(client, text="tell me", limit=300):
    events = client.converse_stream(modelId=MODEL, messages=messages(text), inferenceConfig={"maxTokens": limit})["stream"]
    return "".join(event["contentBlockDelta"]["delta"].get("text", "") for event in events if "contentBlockDelta" in event)


def body_of(text, limit):
    return json.dumps({"anthropic_version": "bedrock-2023-05-31", "max_tokens": limit, "messages": [{"role": "user", "content": text}]})


def invoke(client, text="tell me", limit=300):
    answer = json.loads(client.invoke_model(modelId=MODEL, body=body_of(text, limit))["body"].read())
    return "".join(block.get("text", "") for block in answer["content"])


def invoke_stream(client, text="tell me", limit=300):
    chunks = client.invoke_model_with_response_stream(modelId=MODEL, body=body_of(text, limit))["body"]
    events = [json.loads(chunk["chunk"]["bytes"]) for chunk in chunks]
    return "".join(event["delta"].get("text", "") for event in events if event["type"] == "content_block_delta")


HOW = pytest.mark.parametrize("how", [whole, stream, invoke, invoke_stream], ids=lambda how: how.__name__)
STREAMS = pytest.mark.parametrize("how", [stream, invoke_stream], ids=lambda how: how.__name__)


def all_signed(sim):
    return all(bedrock_model.is_signed(one) for one in sim.log)


@HOW
def test_a_call_is_counted_once_and_costs_what_the_provider_bills(sim, boto, how):
    client = boto()  # made before the protection
    protection = Protection(budget_usd=1)
    sim.reply = Reply(content="word " * 20, cached_tokens=1)
    with protection:
        assert how(client) == "word " * 20
    report = protection.report()
    assert (report.calls, report.held_usd, report.retries) == (1, 0, 0)
    assert report.spent_usd == sim.bill(PRICES) > 0
    assert len(sim.log) == 1 and all_signed(sim)


@HOW
def test_what_is_found_is_redacted_before_it_is_signed(sim, boto, how):
    sim.reply = Reply(content=LEAKY, chunk_size=3)
    protection = Protection(budget_usd=1)
    with protection:
        assert how(boto(), "to " + MAIL) == REDACTED
    assert "to [EMAIL_REDACTED]" in sim.log[0].body.decode() and MAIL not in sim.log[0].body.decode()
    assert all_signed(sim)
    assert sorted(f.direction for f in protection.report().pii_findings) == ["input", "output"]


@HOW
def test_nothing_is_changed_where_nothing_is_found(sim, boto, how):
    sim.reply = Reply(content="Grüße 😀 at 12:30.", tool_calls=[ToolCall("t", {"a": "ü"})])
    bare = how(boto(), "Grüße")
    with Protection(budget_usd=1):
        assert how(boto(), "Grüße") == bare
    assert sim.log[0].body == sim.log[1].body and all_signed(sim)


@HOW
def test_the_output_limit_is_lowered_before_it_is_signed(sim, boto, how):
    sim.reply = Reply(content="word " * 3000)
    protection = Protection(budget_usd="0.01")
    with protection:
        how(boto(), limit=60000)
    assert protection.report().lowered == 1 and protection.report().spent_usd == sim.bill(PRICES)
    sent = sim.log[0].json
    assert sent.get("max_tokens", sent.get("inferenceConfig", {}).get("maxTokens")) < 700 and all_signed(sim)


@HOW
@pytest.mark.parametrize("mode", ["standard", "legacy"])
def test_each_attempt_is_a_call_of_its_own(sim, boto, how, mode, monkeypatch):
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)
    sim.fail_next(2, status=503)
    protection = Protection(budget_usd=1, circuit_breaker=False, max_retries=0)
    with protection:
        assert how(boto(retries={"max_attempts": 3, "mode": mode}), "to " + MAIL)
    report = protection.report()
    assert (report.calls, report.held_usd, report.retries, len(sim.log)) == (3, 0, 2, 3)
    assert report.spent_usd == sim.bill(PRICES) > 0 and all_signed(sim)
    assert all(MAIL not in one.body.decode() for one in sim.log)


@HOW
def test_a_refusal_reaches_the_boundary_as_what_it_is(sim, boto, how):
    client = boto(retries={"max_attempts": 4, "mode": "standard"})
    protection = Protection(budget_usd="0.000001")
    with pytest.raises(BudgetExceeded), protection:
        try:
            how(client)
        except Exception:  # as agents do
            pass
    assert sim.log == [] and protection.report().denied == 1


@HOW
def test_elsewhere_a_refusal_is_an_error_of_the_service_that_is_not_tried_again(sim, boto, how):
    client = boto(retries={"max_attempts": 4, "mode": "standard"})
    protection = Protection(budget_usd="0.000001", on_deny="respond")
    with protection:
        with pytest.raises(client.exceptions.AccessDeniedException, match="Iron Cage: the budget") as raised:
            how(client)
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 402
    assert sim.log == [] and protection.report().denied == 1


def test_an_open_circuit_is_not_tried_again_either(sim, boto):
    client, patient = boto(), boto(retries={"max_attempts": 4, "mode": "standard"})
    sim.fail_next(9, status=500)
    protection = Protection(circuit_breaker={"failure_threshold": 1, "recovery_timeout": 60}, on_deny="respond")
    with protection:
        with pytest.raises(client.exceptions.InternalServerException):
            whole(client)
        with pytest.raises(patient.exceptions.ServiceUnavailableException, match="circuit"):
            whole(patient)
    assert len(sim.log) == 1 and protection.report().denied == 1


def test_a_call_waits_for_money_before_it_is_signed(sim, boto):
    sim.reply = Reply(content="word", delay=0.3)
    protection = Protection(budget_usd="0.009", hold_wait=10, lower_output=False, unclaimed="pass")
    with protection, ThreadPoolExecutor(2) as pool:
        assert [one.result() for one in [pool.submit(whole, boto()) for _ in range(2)]] == ["word", "word"]
    first, second = sorted(sim.log, key=lambda one: one.time)
    assert second.time - first.time >= 0.25 and all_signed(sim)  # 300 tokens are held at $0.00495
    assert protection.report().spent_usd == sim.bill(PRICES)


@STREAMS
def test_a_stream_that_is_left_is_settled(sim, boto, how):
    sim.reply = Reply(content="word " * 200, chunk_delay=0.01)
    protection = Protection(budget_usd=1)
    with protection:
        client = boto()
        if how is stream:
            events = client.converse_stream(modelId=MODEL, messages=messages(), inferenceConfig={"maxTokens": 300})["stream"]
        else:
            events = client.invoke_model_with_response_stream(modelId=MODEL, body=body_of("x", 300))["body"]
        for _ in zip(range(5), events):
            pass
        events.close()
    report = protection.report()
    assert report.held_usd == 0 and report.estimated_usd == report.spent_usd > 0


@STREAMS
def test_a_blocked_stream_is_refused(sim, boto, how):
    sim.reply = Reply(content=LEAKY)
    with pytest.raises(PiiBlocked), Protection(safety=SafetyConfig(actions={"EMAIL_ADDRESS": "block"})):
        how(boto())


@HOW
@pytest.mark.parametrize("reply, error", [
    (Reply(status=400), "ValidationException"), (Reply(status=429), "ThrottlingException"), (Reply(status=500), "InternalServerException"),
    (Reply(status=403), "AccessDeniedException"), (Reply(reset="before"), exceptions.ConnectionClosedError), (Reply(hang=1), exceptions.ReadTimeoutError),
], ids=["400", "429", "500", "403", "reset", "timeout"])
def test_errors_are_those_of_the_bare_client_and_cost_by_the_rules(sim, boto, how, reply, error):
    client = boto(read_timeout=0.15)
    expected = getattr(client.exceptions, error) if isinstance(error, str) else error
    sim.script([reply, reply])
    with pytest.raises(expected) as bare:
        how(client)
    protection = Protection(budget_usd=1, max_retries=0)
    with protection, pytest.raises(expected) as protected:
        how(client)
    assert type(protected.value) is type(bare.value) and str(protected.value) == str(bare.value)
    report = protection.report()
    assert report.held_usd == 0
    assert (report.spent_usd > 0) == (not isinstance(error, str))  # sent, and no head of an answer: the hold


@STREAMS
def test_a_stream_that_breaks_off_fails_as_with_the_bare_client(sim, boto, how):
    sim.script([Reply(content="word " * 60, cut_after=700)] * 2)
    with pytest.raises(Exception) as bare:
        how(boto())
    protection = Protection(budget_usd=1)
    with protection, pytest.raises(Exception) as protected:
        how(boto())
    assert type(protected.value) is type(bare.value)
    assert protection.report().spent_usd == protection.report().estimated_usd > 0


def test_an_answer_of_a_handler_is_no_call(sim, boto):
    client = boto()
    body = json.dumps({"output": {"message": {"content": [{"text": "mocked"}], "role": "assistant"}}}).encode()

    class Raw:
        def stream(self):
            yield body

    client.meta.events.register("before-send.bedrock-runtime.*", lambda request, **_: AWSResponse(request.url, 200, {}, Raw()))
    protection = Protection(budget_usd=1)
    with protection:
        assert whole(client) == "mocked"
    assert (protection.report().calls, protection.report().held_usd, sim.log) == (0, 0, [])


def test_what_a_handler_makes_of_a_request_is_judged_too(sim, boto):
    def change(text):
        def handler(request, **_):
            request.data = request.data.replace(b"tell me", text)

        return handler

    client = boto()
    client.meta.events.register("before-sign.bedrock-runtime.*", change(b"tell us all"))
    protection = Protection(budget_usd=1)
    with protection:
        assert whole(client)
    assert protection.report().calls == 1 and protection.report().spent_usd == sim.bill(PRICES)
    leaking = boto()
    leaking.meta.events.register("before-sign.bedrock-runtime.*", change(MAIL.encode()))
    with pytest.raises(CallDenied, match="signed"), Protection(budget_usd=1):
        whole(leaking)
    assert len(sim.log) == 1 and all_signed(sim)


def test_without_credentials_nothing_is_held(sim, boto):
    client = boto()
    client._request_signer._credentials = None
    protection = Protection(budget_usd=1)
    with protection, pytest.raises(exceptions.NoCredentialsError):
        whole(client)
    assert (protection.report().calls, protection.report().held_usd, protection.report().spent_usd) == (0, 0, 0)


def test_a_body_that_is_a_file_is_sent_with_every_attempt(sim, boto, monkeypatch):
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)
    sim.fail_next(1, status=503)
    with Protection(budget_usd=1, circuit_breaker=False, max_retries=0):
        boto(retries={"max_attempts": 2, "mode": "standard"}).invoke_model(modelId=MODEL, body=io.BytesIO(body_of("to " + MAIL, 9).encode()))
    assert len(sim.log) == 2 and all_signed(sim)
    assert all(one.json["messages"][0]["content"] == "to [EMAIL_REDACTED]" for one in sim.log)


@HOW
def test_a_session_that_no_hook_sees_is_protected_all_the_same(sim, boto, how):
    class Session:
        """Sends by other means."""

        def send(self, request):
            with ThreadPoolExecutor(1) as pool:
                return pool.submit(self._send, request).result()

        def _send(self, request):
            import socket
            from http.client import HTTPResponse

            with socket.create_connection(("127.0.0.1", sim.port)) as connection:
                path = request.url.partition(sim.host)[2]
                head = "".join(f"{name}: {value.decode() if isinstance(value, bytes) else value}\r\n" for name, value in request.headers.items())
                connection.sendall(f"POST {path} HTTP/1.1\r\nHost: {sim.host}\r\n{head}\r\n".encode() + request.body)
                answer = HTTPResponse(connection)
                answer.begin()
                data = answer.read()

            class Raw:
                def stream(self):
                    yield data

                def read(self, *_):
                    return data

            return AWSResponse(request.url, answer.status, dict(answer.getheaders()), Raw())

    client = boto()
    client._endpoint.http_session = Session()
    sim.reply = Reply(content=LEAKY)
    protection = Protection(budget_usd=1)
    with protection:
        assert how(client, "to " + MAIL) == REDACTED
    report = protection.report()
    assert (report.calls, report.held_usd) == (1, 0) and report.spent_usd == sim.bill(PRICES) and all_signed(sim)


def test_calls_of_many_threads_cost_what_is_billed(sim, boto):
    sim.reply = Reply(content="word " * 5)
    protection = Protection(budget_usd=1, unclaimed="pass")
    with protection:
        threads = [threading.Thread(target=how, args=(boto(),)) for how in (whole, stream, invoke, invoke_stream) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    report = protection.report()
    assert (report.calls, report.held_usd) == (12, 0) and report.spent_usd == sim.bill(PRICES)


def signed(sim, text, limit=300):
    """A request that was signed by other means than botocore's clients, as SDKs over httpx do."""
    data = json.dumps({"messages": messages(text), "inferenceConfig": {"maxTokens": limit}}).encode()
    request = AWSRequest("POST", f"{sim.url}/model/{MODEL.replace(':', '%3A')}/converse", headers={"content-type": "application/json"}, data=data)
    SigV4Auth(Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI"), "bedrock", "us-east-1").add_auth(request)
    with httpx.Client() as client:
        return client.post(request.url, content=data, headers=dict(request.headers.items()))


def test_a_request_that_is_signed_already_goes_as_it_is_or_not_at_all(sim):
    protection = Protection(budget_usd="0.01")
    with protection:
        assert signed(sim, "tell me").status_code == 200
    assert all_signed(sim) and protection.report().spent_usd == sim.bill(PRICES)
    with pytest.raises(CallDenied, match="signed .*boto3.*API key"), Protection(budget_usd=1):
        signed(sim, "to " + MAIL)
    with pytest.raises(BudgetExceeded), Protection(budget_usd="0.01"):
        signed(sim, "tell me", limit=60000)
    assert len(sim.log) == 1
