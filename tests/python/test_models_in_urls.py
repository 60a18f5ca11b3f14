"""Another model where the URL names it: at Azure, Google and Bedrock, by fallback and by degrade; botocore signs what it sends."""
import bedrock_model
import pytest
from senders import SENDERS

from iron_cage import BudgetConfig, CallDenied, Fallback, Protection, ReliabilityConfig
from iron_cage.testing import ProviderSimulator, Reply

GEMINI = {"gemini-2.5-pro": ("1.25", "0.125", "10"), "gemini-2.5-flash": ("0.3", "0.03", "2.5")}
OPENAI = {"gpt-4o": ("2.5", "1.25", "10"), "gpt-4o-mini": ("0.15", "0.075", "0.6")}
SONNET, HAIKU = "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "us.anthropic.claude-haiku-4-5-20251001-v1:0"
BEDROCK = {SONNET: ("3.3", "0.33", "16.5"), HAIKU: ("1.1", "0.11", "5.5")}


@pytest.fixture(params=SENDERS, ids=list(SENDERS))
def send(request):
    return SENDERS[request.param]


def falls(models, **more):
    return Protection(budget_usd=1, reliability=ReliabilityConfig(fallback=models, max_retries=0, **more))


@pytest.mark.parametrize("how", ["generateContent", "streamGenerateContent?alt=sse"])
def test_gemini_is_asked_for_another_model(send, how):
    with ProviderSimulator(protocol="gemini") as sim:
        sim.fail_while(lambda request: request.model == "gemini-2.5-pro", status=503)
        protection = falls({"gemini-2.5-pro": "gemini-2.5-flash"}, failure_threshold=1)
        with protection:
            for text in ("one", "two"):  # the second finds the circuit open
                sent = {"contents": [{"parts": [{"text": text + " jane.doe@example.com"}]}]}
                assert send(f"{sim.url}/v1beta/models/gemini-2.5-pro:{how}", sent, headers={"x-goog-api-key": "k", "content-type": "application/json"})[0] == 200
        assert [one.path for one in sim.log] == [f"/v1beta/models/gemini-2.5-{model}:{how}" for model in ("pro", "flash", "flash")]
        assert all(one.headers["x-goog-api-key"] == "k" and b"jane" not in one.body for one in sim.log)
        assert protection.report().fallbacks == 2 and protection.report().spent_usd == sim.bill(GEMINI) > 0


def test_another_host_of_googles_protocol_takes_its_own_key(send):
    with ProviderSimulator(protocol="gemini") as sim, ProviderSimulator(protocol="gemini") as other:
        sim.reply = Reply(status=503)
        protection = falls({"gemini-2.5-pro": Fallback(f"{other.url}/v1beta", model="gemini-2.5-flash", api_key="second")})
        with protection:
            url = f"{sim.url}/v1beta/models/gemini-2.5-pro:streamGenerateContent?key=first&alt=sse"
            assert send(url, {"contents": [{"parts": [{"text": "hello"}]}]})[0] == 200
        (sent,) = other.log
        assert (sent.path, sent.headers["x-goog-api-key"]) == ("/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse", "second")
        assert protection.report().spent_usd == other.bill(GEMINI) > 0


def test_a_cheaper_deployment_stands_in(sim, chat, send):
    protection = Protection(budget=BudgetConfig(max_usd="0.0003", degrade={"gpt-4o": "gpt-4o-mini"}))
    with protection:
        assert send(f"{sim.url}/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21", chat(max_tokens=50))[0] == 200
    (sent,) = sim.log
    assert (sent.path, sent.json["model"]) == ("/openai/deployments/gpt-4o-mini/chat/completions?api-version=2024-10-21", "gpt-4o-mini")
    assert protection.report().degraded == 1 and protection.report().spent_usd == sim.bill(OPENAI) > 0


def test_openai_falls_back_to_a_deployment_of_azures(sim, url, chat, send):
    with ProviderSimulator() as azure:
        sim.reply = Reply(status=503)
        base = f"{azure.url}/openai/deployments/gpt-4o-mini?api-version=2024-10-21"
        protection = falls({"gpt-4o": Fallback(base, model="gpt-4o-mini", api_key="second", api_key_header="api-key")})
        with protection:
            assert send(url, chat(stream=True), headers={"authorization": "Bearer first", "content-type": "application/json"})[0] == 200
        (sent,) = azure.log
        assert sent.path == "/openai/deployments/gpt-4o-mini/chat/completions?api-version=2024-10-21"
        assert (sent.headers["api-key"], sent.headers.get("authorization")) == ("second", None)
        assert protection.report().spent_usd == azure.bill(OPENAI) > 0


@pytest.fixture
def bedrock():
    with ProviderSimulator(protocol="bedrock", require_auth=True) as simulator:
        yield simulator


def converse(client, model=SONNET):
    return client.converse(modelId=model, messages=[{"role": "user", "content": [{"text": "hello"}]}], inferenceConfig={"maxTokens": 50})


@pytest.mark.parametrize("attempts", [0, 2])
def test_botocore_signs_the_request_to_the_other_model(bedrock, attempts):
    bedrock.fail_while(lambda request: request.model == SONNET, status=503)
    protection = falls({SONNET: HAIKU}, failure_threshold=1)
    client = bedrock_model.client(bedrock.url, retries={"max_attempts": attempts})
    with protection:
        for _ in range(2):
            assert converse(client)["output"]["message"]["content"]
    assert [one.model for one in bedrock.log] == [SONNET, HAIKU, HAIKU] and all(bedrock_model.is_signed(one) for one in bedrock.log)
    report = protection.report()
    assert (report.calls, report.fallbacks, report.held_usd) == (3, 2, 0) and report.spent_usd == bedrock.bill(BEDROCK) > 0


def test_botocore_signs_the_request_to_the_cheaper_model(bedrock):
    protection = Protection(budget=BudgetConfig(max_usd="0.0005", degrade={SONNET: HAIKU}))
    with protection:
        converse(bedrock_model.client(bedrock.url))
    assert [one.model for one in bedrock.log] == [HAIKU] and bedrock_model.is_signed(bedrock.log[0])
    assert protection.report().spent_usd == bedrock.bill(BEDROCK) > 0


def test_botocore_cannot_go_to_another_host_and_says_so_with_the_first_call(bedrock, sim):
    protection = falls({SONNET: Fallback(sim.base_url, api_key="second")})
    with pytest.raises(CallDenied, match="signed for one host"):
        with protection:
            converse(bedrock_model.client(bedrock.url))
    assert (len(bedrock.log), len(sim.log), protection.report().spent_usd) == (0, 0, 0)
