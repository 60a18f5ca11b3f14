"""Uses of tools that must be approved: by a callable, or by somebody who decides about what waits."""
import asyncio
import json
import subprocess
import sys
import threading
import time

import aiohttp
import httpx
import pytest
import requests
from test_control import APIS, QUESTION
from test_stopping import PATIENCE, stores

from iron_cage import AgentStopped, Approval, ConfigError, ControlConfig, Protection, ToolDenied, protect_agent
from iron_cage._cli import main
from iron_cage.testing import ProviderSimulator, Reply, ToolCall

ARGUMENTS = {"table": "users", "why": "tidy"}
MAIL = ToolCall("delete_user", ARGUMENTS)


def spoken(api, stream):
    """(protocol, path, body) of a request."""
    protocol, path, body = APIS[api]
    if stream and api == "gemini":
        return protocol, path.replace("generateContent", "streamGenerateContent?alt=sse"), body
    return protocol, path, {**body, "stream": True} if stream else body


def via_httpx(url, body):
    with httpx.Client(timeout=PATIENCE) as client, client.stream("POST", url, json=body) as answer:
        return b"".join(answer.iter_raw())


def via_requests(url, body):
    with requests.Session() as session, session.post(url, json=body, stream=True, timeout=PATIENCE) as answer:
        return b"".join(answer.iter_content(None))


async def async_httpx(url, body):
    async with httpx.AsyncClient(timeout=PATIENCE) as client, client.stream("POST", url, json=body) as answer:
        return b"".join([piece async for piece in answer.aiter_raw()])


async def async_aiohttp(url, body):
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as answer:
        return await answer.read()


CLIENTS = {"httpx": via_httpx, "requests": via_requests, "httpx-async": async_httpx, "aiohttp": async_aiohttp}


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("api", APIS)
def test_the_callable_is_asked_before_the_agent_sees_the_use(api, stream):
    protocol, path, body = spoken(api, stream)
    with ProviderSimulator(Reply(content="I will look.", tool_calls=[MAIL]), protocol=protocol) as sim:
        url = (sim.base_url if "/v1" in sim.base_url else sim.base_url + "/v1") + path
        asked, seen = [], []

        def agent():
            seen.append(via_httpx(url, body))

        def approve(approval):
            assert not seen
            asked.append(approval)
            return len(asked) == 1 or "not today"

        control = ControlConfig(approve_tools=["delete_*"], approve=approve)
        bare = []
        protect_agent(budget_usd=1)(lambda: bare.append(via_httpx(url, body)))()
        agent = protect_agent(budget_usd=1, agent_id="worker", control=control)(agent)
        agent()
        assert b"delete_user" in seen.pop() and b"delete_user" in bare[0]
        with pytest.raises(ToolDenied) as caught:
            agent()
        assert caught.value.tool == "delete_user" and "not approved: not today" in str(caught.value) and not seen
        for approval in asked:
            assert isinstance(approval, Approval) and (approval.agent_id, approval.tool) == ("worker", "delete_user") and json.loads(approval.arguments) == ARGUMENTS and approval.model
        report = agent.protection.report()
        assert report.calls == 2 and report.held_usd == 0 and report.denied == 1
        assert "tidy" not in json.dumps(agent.protection.events()), "arguments are content"
        assert [event["kind"] for event in agent.protection.events() if event["kind"].startswith("tool.")] == ["tool.waiting", "tool.approved", "tool.waiting", "tool.denied"]


def test_what_uses_another_tool_or_none_goes_on_and_content_flows_before_the_use(sim, url, chat):
    asked, seen = [], []
    said = threading.Event()
    protection = Protection(budget_usd=1, control=ControlConfig(approve_tools=["delete_*"], approve=lambda approval: said.wait(PATIENCE) and not asked.append(approval)))

    def ask():
        with protection, httpx.Client(timeout=PATIENCE) as client, client.stream("POST", url, json=chat(stream=True)) as answer:
            for piece in answer.iter_raw():
                seen.append(piece)
                if b"will" in b"".join(seen):
                    said.set()

    sim.reply = Reply(tool_calls=[ToolCall("find", ARGUMENTS)])
    ask()
    assert b"find" in b"".join(seen) and not asked
    seen.clear()
    sim.reply = Reply(content="I will look at it now.", tool_calls=[MAIL], chunk_delay=0.01)
    ask()  # ends only if the text came before the decision
    assert b"delete_user" in b"".join(seen) and len(asked) == 1


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("kind", ["plain", "async"])
def test_every_client_asks_either_kind_of_callable(sim, url, chat, client, stream, kind):
    sim.reply = Reply(tool_calls=[MAIL])
    threads, ticks = [], []

    def plain(approval):
        threads.append(threading.get_ident())
        time.sleep(0.05)
        return approval.tool == "delete_user"

    async def later(approval):
        await asyncio.sleep(0.05)
        return approval.tool == "delete_user"

    protection = Protection(budget_usd=1, control=ControlConfig(approve_tools=["delete_user"], approve=plain if kind == "plain" else later))
    work = CLIENTS[client]
    if not asyncio.iscoroutinefunction(work):
        with protection:
            assert b"delete_user" in work(url, chat(stream=stream))
        assert kind == "async" or threads == [threading.get_ident()]
    else:
        async def tick():
            while True:
                ticks.append(1)
                await asyncio.sleep(0.001)

        async def main():
            ticking = asyncio.ensure_future(tick())
            async with protection:
                said = await work(url, chat(stream=stream))
            ticking.cancel()
            return said

        assert b"delete_user" in asyncio.run(main())
        assert len(ticks) > 5, "the loop went on"
        assert threading.get_ident() not in threads
    report = protection.report()
    assert report.calls == 1 and report.held_usd == 0 and not report.denied


def test_on_trio_too(sim, url, chat):
    trio = pytest.importorskip("trio")
    sim.reply = Reply(tool_calls=[MAIL])

    async def later(approval):
        await trio.sleep(0.01)
        return True

    for approve in (later, lambda approval: True):
        protection = Protection(budget_usd=1, control=ControlConfig(approve_tools=["*"], approve=approve))

        async def main():
            async with protection:
                return await async_httpx(url, chat())

        assert b"delete_user" in trio.run(main)


@pytest.mark.parametrize("approve", [lambda approval: 1 / 0, lambda approval: None, lambda approval: 1, lambda approval: False, lambda approval: "no"], ids=["raises", "nothing", "one", "False", "text"])
def test_only_true_approves(sim, url, chat, approve):
    sim.reply = Reply(tool_calls=[MAIL])
    protection = Protection(budget_usd=1, control=ControlConfig(approve_tools=["*"], approve=approve))
    with pytest.raises(ToolDenied, match="was not approved"):
        with protection:
            via_httpx(url, chat())


def waiting(protection):
    """The first that waits."""
    end = time.monotonic() + PATIENCE
    while not protection.approvals():
        assert time.monotonic() < end
        time.sleep(0.01)
    return protection.approvals()[0]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("client", CLIENTS)
def test_without_a_callable_somebody_decides_about_what_waits(sim, url, chat, client, stream):
    sim.reply = Reply(tool_calls=[MAIL])
    protection = Protection(budget_usd=1, control=ControlConfig(approve_tools=["delete_user"]))
    work = CLIENTS[client]
    seen, ends = [], []

    def agent():
        try:
            if asyncio.iscoroutinefunction(work):
                async def main():
                    async with protection:
                        return await work(url, chat(stream=stream))

                seen.append(asyncio.run(main()))
            else:
                with protection:
                    seen.append(work(url, chat(stream=stream)))
        except ToolDenied as error:
            ends.append(str(error))

    thread = threading.Thread(target=agent)
    thread.start()
    approval = waiting(protection)
    assert (approval.tool, json.loads(approval.arguments)) == ("delete_user", ARGUMENTS) and not seen
    assert protection.approve("another") is False and protection.approve(approval.id) is True
    thread.join(PATIENCE)
    assert b"delete_user" in seen[0] and protection.approvals() == [] and protection.approve(approval.id) is False

    thread = threading.Thread(target=agent)
    thread.start()
    assert protection.deny(waiting(protection).id, "wrong table") is True
    thread.join(PATIENCE)
    assert len(seen) == 1 and "wrong table" in ends[0] and protection.report().held_usd == 0


def test_what_nobody_approves_in_time_is_denied_and_a_stop_ends_the_wait(sim, url, chat):
    sim.reply = Reply(tool_calls=[MAIL])
    late = Protection(budget_usd=1, control=ControlConfig(approve_tools=["*"], approval_timeout=0.05))
    with pytest.raises(ToolDenied, match="in time"):
        with late:
            via_httpx(url, chat())
    stopped = Protection(budget_usd=1, control=ControlConfig(approve_tools=["*"]))
    threading.Thread(target=lambda: waiting(stopped) and stopped.stop("enough")).start()
    with pytest.raises(AgentStopped, match="enough"):
        with stopped:
            via_httpx(url, chat())
    assert stopped.approvals() == []


def test_nested_protections_must_all_approve(sim, url, chat):
    sim.reply = Reply(tool_calls=[MAIL])
    outer = Protection(budget_usd=1, control=ControlConfig(approve_tools=["*"], approve=lambda approval: True))
    yes, no = (Protection(budget_usd=1, control=ControlConfig(approve_tools=["delete_*"], approve=lambda approval, said=said: said)) for said in (True, False))
    with outer:
        with yes:
            assert b"delete_user" in via_httpx(url, chat())
        with pytest.raises(ToolDenied):
            with no:
                via_httpx(url, chat())


def test_a_stream_that_breaks_hands_no_use_on(sim, url, chat):
    sim.reply = Reply(tool_calls=[MAIL], cut_after=600)
    protection = Protection(budget_usd=1, control=ControlConfig(approve_tools=["*"], approve=lambda approval: pytest.fail("nobody is asked about a part")))
    seen = []
    with protection, httpx.Client(timeout=PATIENCE) as client, client.stream("POST", url, json=chat(stream=True)) as answer:
        with pytest.raises(httpx.RemoteProtocolError):
            for piece in answer.iter_raw():
                seen.append(piece)
    assert b"delete_user" not in b"".join(seen) and protection.report().held_usd == 0


def test_personal_data_is_shown_as_the_agent_would_see_it(sim, url, chat):
    sim.reply = Reply(tool_calls=[ToolCall("send", {"to": "jane.doe@example.com"})])
    shown = []
    protection = Protection(budget_usd=1, control=ControlConfig(approve_tools=["*"], approve=lambda approval: not shown.append(approval.arguments)))
    for stream in (False, True):
        with protection:
            via_httpx(url, chat(stream=stream))
    assert [json.loads(text) for text in shown] == [{"to": "[EMAIL_REDACTED]"}] * 2


def test_a_tool_that_the_provider_runs_itself_cannot_be_approved(sim):
    protection = Protection(budget_usd=1, control=ControlConfig(approve_tools=["web_search"], approve=lambda approval: True), unpriced="warn")
    with pytest.raises(ToolDenied, match="before anybody could be asked"):
        with protection:
            via_httpx(f"{sim.base_url}/responses", {"model": "gpt-4o", "input": [QUESTION], "tools": [{"type": "web_search"}]})
    assert not sim.log


@pytest.mark.parametrize("given, said", [({"approve": print}, "approve_tools: must name"), ({"approval_timeout": 3}, "approve_tools: must name"), ({"approve_tools": "x"}, "approve_tools: a list"),
                                         ({"approve_tools": ["x"], "approve": 3}, "approve: a callable"), ({"approve_tools": ["x"], "approval_timeout": 0}, "approval_timeout: must be")])
def test_what_makes_no_sense_is_an_error_of_the_option(given, said):
    with pytest.raises(ConfigError, match=said):
        Protection(control=ControlConfig(**given))


def test_the_run_of_a_sub_process_asks_the_callable_of_the_process_that_has_it(sim, url, chat):
    sim.reply = Reply(tool_calls=[MAIL])
    asked = []
    child = f"""
import sys
import httpx
import iron_cage
print(httpx.post({url!r}, json={chat()!r}, timeout={PATIENCE}).text)
"""
    protection = Protection(budget_usd=1, control=ControlConfig(approve_tools=["*"], approve=lambda approval: asked.append(approval) or "not there" if asked else not asked.append(approval)))
    with pytest.raises(ToolDenied, match="not there"):
        with protection:
            said = [subprocess.run([sys.executable, "-c", child], stdout=subprocess.PIPE, text=True, timeout=PATIENCE).stdout for _ in range(2)]
    assert "delete_user" in said[0] and "not there" in said[1] and len(asked) == 2


@pytest.mark.parametrize("kind", ["sqlite", "redis"])
def test_another_process_decides_by_way_of_the_store(sim, tmp_path, capsys, kind):
    sim.reply = Reply(tool_calls=[MAIL])
    state, end = stores(tmp_path, kind)
    agent = f"""
import httpx
from iron_cage import ControlConfig, Protection, ToolDenied, _engine
_engine.add_hosts({sim.host!r} + "=openai")
protection = Protection(agent_id="worker", state={state!r}, control=ControlConfig(approve_tools=["*"]))
for _ in range(2):
    try:
        with protection:
            body = {{"model": "gpt-4o", "max_tokens": 500, "messages": [{{"role": "user", "content": "hello"}}]}}
            print("delete_user" in httpx.post({sim.base_url!r} + "/chat/completions", json=body, timeout={PATIENCE}).text, flush=True)
    except ToolDenied as error:
        print(error.reason, flush=True)
"""
    process = subprocess.Popen([sys.executable, "-c", agent], stdout=subprocess.PIPE, text=True)
    try:
        def listed():
            until = time.monotonic() + PATIENCE
            while time.monotonic() < until:
                if main(["approvals", "list", "--state", state, "--json"]) == 0 and (found := json.loads(capsys.readouterr().out)):
                    return found[0]
                capsys.readouterr()
                time.sleep(0.05)
            raise AssertionError("nothing waits")

        while kind == "sqlite" and not (tmp_path / "stop.db").exists():
            time.sleep(0.01)
        first = listed()
        assert (first["agent_id"], first["tool"], json.loads(first["arguments"])) == ("worker", "delete_user", ARGUMENTS) and "protection" not in first
        assert main(["approvals", "list", "--state", state]) == 0 and "delete_user {" in capsys.readouterr().out
        assert main(["approvals", "approve", first["id"], "--state", state]) == 0 and main(["approvals", "approve", first["id"], "--state", state]) == 1
        assert process.stdout.readline() == "True\n"
        assert capsys.readouterr().out == "approved\nnothing of that id waits\n"
        second = listed()
        assert second["id"] != first["id"]
        assert main(["approvals", "deny", second["id"], "--reason", "wrong table", "--state", state]) == 0
        assert "not approved: wrong table" in process.stdout.readline()
        capsys.readouterr()
        assert main(["approvals", "list", "--state", state]) == 0 and capsys.readouterr().out == "nothing waits for approval\n"
    finally:
        process.kill()
        process.communicate()
        end()
