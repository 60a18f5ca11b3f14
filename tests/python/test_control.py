"""What a run may do: which tools, how many tokens, how long, and how often the same."""
import asyncio
import json
import threading
import time
from contextlib import contextmanager

import httpx
import pytest
from test_fork import fork

from iron_cage import AgentStopped, ControlConfig, LimitReached, Protection, ToolDenied, protect_agent
from iron_cage.testing import ProviderSimulator, Reply, ToolCall

QUESTION = {"role": "user", "content": "hello"}
#: protocol of the simulator, path, body
APIS = {
    "chat": ("openai", "/chat/completions", {"model": "gpt-4o", "messages": [QUESTION]}),
    "responses": ("openai", "/responses", {"model": "gpt-4o", "input": [QUESTION]}),
    "messages": ("anthropic", "/messages", {"model": "claude-sonnet-4-5", "max_tokens": 100, "messages": [QUESTION]}),
    "gemini": ("gemini", "/models/gemini-2.5-flash:generateContent", {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]}),
}


@contextmanager
def asking(api, stream, protocol=None):
    """A simulator, and a function that asks it and gives what came."""
    speaks, path, body = APIS[api]
    with ProviderSimulator(protocol=speaks) as sim, httpx.Client() as client:
        base = sim.base_url if "/v1" in sim.base_url else sim.base_url + "/v1"
        if stream and api == "gemini":
            path = path.replace("generateContent", "streamGenerateContent?alt=sse")

        def ask():
            with client.stream("POST", base + path, json={**body, "stream": True} if stream and api != "gemini" else body) as answer:
                return answer.status_code, b"".join(answer.iter_raw()).decode()

        yield sim, ask


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("api", APIS)
def test_the_agent_never_sees_the_use_of_a_tool_that_is_not_allowed(api, stream):
    with asking(api, stream) as (sim, ask):
        sim.reply = Reply(content="I will look.", tool_calls=[ToolCall("drop_table", {"name": "users"})])
        seen = []

        @protect_agent(budget_usd=1, tools=["find", "drop_table"])
        def allowed():
            seen.append(ask()[1])

        @protect_agent(budget_usd=1, control=ControlConfig(denied_tools=["drop_*"]))
        def denied():
            seen.append(ask()[1])

        allowed()
        assert "drop_table" in seen.pop()
        with pytest.raises(ToolDenied) as caught:
            denied()
        assert caught.value.tool == "drop_table" and "drop_table" in str(caught.value) and caught.value.model
        assert not any("drop_table" in text for text in seen)
        one, other = denied.protection.report(), allowed.protection.report()
        assert one.held_usd == 0 and one.spent_usd > 0 and one.calls == 1 and one.denied == 1
        if not stream:
            assert one.spent_usd == other.spent_usd, "what was generated is paid"


CLAUDE = "/model/anthropic.claude-3-5-sonnet-20240620-v1%3A0"
CONVERSE = {"messages": [{"role": "user", "content": [{"text": "hello"}]}]}
INVOKE = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 50, "messages": [QUESTION]}


@pytest.mark.parametrize("protocol, path, body", [
    ("bedrock", f"{CLAUDE}/converse", CONVERSE), ("bedrock", f"{CLAUDE}/converse-stream", CONVERSE),
    ("bedrock", f"{CLAUDE}/invoke", INVOKE), ("bedrock", f"{CLAUDE}/invoke-with-response-stream", INVOKE),
    ("ollama", "/api/chat", {"model": "llama3", "messages": [QUESTION], "stream": False}), ("ollama", "/api/chat", {"model": "llama3", "messages": [QUESTION]}),
    ("cohere", "/v2/chat", {"model": "command-r-plus-08-2024", "messages": [QUESTION]}),
    ("cohere", "/v2/chat", {"model": "command-r-plus-08-2024", "messages": [QUESTION], "stream": True}),
], ids=["converse", "converse-stream", "invoke", "invoke-stream", "ollama", "ollama-stream", "cohere", "cohere-stream"])
def test_nor_in_the_other_protocols(protocol, path, body):
    with ProviderSimulator(Reply(tool_calls=[ToolCall("drop_table", {"name": "users"})]), protocol=protocol) as sim, httpx.Client() as client:

        def ask():
            with client.stream("POST", sim.base_url + path, json=body, headers={"authorization": "Bearer key"}) as answer:
                seen.append(b"".join(answer.iter_raw()))

        seen = []
        protect_agent(tools=["drop_table"], unpriced="warn")(ask)()
        assert len(seen.pop()) > 200
        with pytest.raises(ToolDenied) as caught:
            protect_agent(tools=["find"], unpriced="warn")(ask)()
        assert caught.value.tool == "drop_table" and len(sim.wait_for(2, 60)) == 2
        assert not any(b"drop_table" in text for text in seen)


def test_with_respond_the_agent_learns_it_and_may_go_on(sim, post):
    sim.script([Reply(tool_calls=[ToolCall("drop")]), "fine"])
    with Protection(tools=["find"], on_deny="respond"):
        status, body = post()
        assert status == 403 and json.loads(body)["error"]["code"] == "tool_denied"
        assert post()[0] == 200


def test_tokens_are_counted_over_parent_and_child(sim, post):
    @protect_agent(control=ControlConfig(max_tokens=60))
    def agent():
        sim.reply = Reply(content="word " * 20)
        post()
        before = len(sim.log)
        fork(lambda: [post() for _ in range(2)] and None)
        post()
        return before

    with pytest.raises(LimitReached) as caught:
        agent()
    assert caught.value.limit == "tokens" and "max_tokens" in str(caught.value)
    used = sum(exchange.usage["prompt_tokens"] + exchange.usage["completion_tokens"] for exchange in sim.log)
    assert 60 <= used < 60 + 2 * used / len(sim.log) and len(sim.log) < 4


def test_a_run_has_its_time_and_then_its_calls_and_streams_end(sim, url, chat):
    sim.reply = Reply(content="word " * 400, chunk_delay=0.02)
    seen = []

    @protect_agent(timeout=1.5, budget_usd=1)
    def agent():
        with httpx.Client() as client, client.stream("POST", url, json=chat(stream=True)) as answer:
            for line in answer.iter_lines():
                seen.append(line)

    started = time.monotonic()
    with pytest.raises(LimitReached) as caught:
        agent()
    assert caught.value.limit == "time" and time.monotonic() - started < 6
    assert seen and "[DONE]" not in "".join(seen)
    report = agent.protection.report()
    assert report.held_usd == 0 and report.estimated_usd == report.spent_usd > 0
    sim.reply = "quick"
    agent()
    assert agent.protection.report().calls == 2, "the next run had its own time"


def test_the_kill_switch_ends_streams_in_flight(sim, url, chat):
    sim.reply = Reply(content="word " * 100, chunk_delay=0.02)
    protection = Protection(budget_usd=1)
    lines = []

    async def main():
        async with protection, httpx.AsyncClient() as client:
            async with client.stream("POST", url, json=chat(stream=True)) as answer:
                async for line in answer.aiter_lines():
                    lines.append(line)
                    if len(lines) == 10:
                        threading.Thread(target=protection.stop, args=("enough",)).start()

    with pytest.raises(AgentStopped) as caught:
        asyncio.run(main())
    assert caught.value.why == "enough" and 10 <= len(lines) < 200
    assert protection.report().held_usd == 0 and protection.report().spent_usd > 0


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("api", APIS)
def test_who_goes_round_in_circles_is_told_and_then_stopped(api, stream):
    events = []
    with asking(api, stream) as (sim, ask):
        sim.reply = Reply(tool_calls=[ToolCall("find", {"q": "ü"})])

        @protect_agent(control=ControlConfig(loop_detection={"nudge_after": 2, "stop_after": 4, "note": "You are repeating yourself, Jörg."}), on_event=events.append)
        def agent():
            for _ in range(10):
                assert ask()[0] == 200

        with pytest.raises(LimitReached) as caught:
            agent()
        assert caught.value.limit == "loop" and "4 rounds" in str(caught.value)
        told = ["You are repeating yourself, Jörg." in json.dumps(exchange.json, ensure_ascii=False) for exchange in sim.log]
        assert told == [False, False, True, False]
        assert [event["kind"] for event in events if event["kind"] == "loop.nudged"] == ["loop.nudged"]


def test_an_agent_that_makes_progress_is_left_alone(sim, post):
    with Protection(control=ControlConfig(loop_detection=True)):
        for page in range(30):
            sim.reply = Reply(tool_calls=[ToolCall("read", {"page": page})])
            assert post(f"page {page}")[0] == 200
        sim.reply = "yes"
        for letter in range(30):
            assert post(f"letter {letter}")[0] == 200
