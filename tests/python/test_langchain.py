"""The callback handler of iron_cage.langchain: which chains and tools a call is reported under. Driven as LangChain drives a handler, and through LangChain itself where it is installed."""
from __future__ import annotations

import asyncio
import json
import sys
import threading
import types
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Callable, Iterator, List, Optional
from uuid import UUID, uuid4

import httpx
import pytest

from iron_cage import Protection, _labels, spend
from iron_cage.testing import ProviderSimulator, Reply, ToolCall

INSTALLED = find_spec("langchain_core") is not None
REAL = pytest.mark.skipif(not INSTALLED, reason="langchain-core is not installed")


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A handler; over a base class of nothing where LangChain is not installed."""
    if not INSTALLED:
        callbacks = types.ModuleType("langchain_core.callbacks")
        callbacks.BaseCallbackHandler = type("BaseCallbackHandler", (), {})  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "langchain_core", types.ModuleType("langchain_core"))
        monkeypatch.setitem(sys.modules, "langchain_core.callbacks", callbacks)
        monkeypatch.delitem(sys.modules, "iron_cage.langchain", raising=False)
    try:
        yield import_module("iron_cage.langchain").IronCageCallbackHandler()
    finally:
        _labels.scope.set(None)
        if not INSTALLED:
            sys.modules.pop("iron_cage.langchain", None)


class Steps:
    """Tells a handler of steps as LangChain does."""

    def __init__(self, handler: Any) -> None:
        self.handler = handler

    def begin(self, kind: str, name: str, parent: Optional[UUID] = None, told: bool = True) -> UUID:
        run = uuid4()
        serialized = None if told else {"name": None, "id": ["langchain", "schema", name]}
        getattr(self.handler, f"on_{kind}_start")(serialized, "", run_id=run, parent_run_id=parent, **({"name": name} if told else {}))
        return run

    def end(self, kind: str, run: UUID, how: str = "end") -> None:
        getattr(self.handler, f"on_{kind}_{how}")("", run_id=run, parent_run_id=None)


def tags_now() -> List[str]:
    line = _labels.attributed(b"")
    return json.loads(line.partition(b": ")[2])["tags"] if line else []



def test_without_langchain_the_import_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "langchain_core", None)  # type: ignore[arg-type]
    monkeypatch.setitem(sys.modules, "langchain_core.callbacks", None)  # type: ignore[arg-type]
    monkeypatch.delitem(sys.modules, "iron_cage.langchain", raising=False)
    with pytest.raises(ImportError, match="pip install langchain-core"):
        import_module("iron_cage.langchain")


def test_nothing_is_told_outside_of_chains(handler: Any) -> None:
    assert _labels.attributed(b"content-encoding: gzip") == b"content-encoding: gzip"
    steps = Steps(handler)
    run = steps.begin("chain", "A")
    assert _labels.attributed(b"x: y") == b'x: y\niron-cage-attribution: {"tags": ["chain:A"]}'
    steps.end("chain", run)
    assert _labels.attributed(b"x: y") == b"x: y"


def test_names_nest_and_end_in_any_order(handler: Any) -> None:
    steps = Steps(handler)
    outer = steps.begin("chain", "Agent")
    inner = steps.begin("chain", "Prompt", outer)
    steps.end("chain", inner)
    assert tags_now() == ["chain:Agent"]
    tool = steps.begin("tool", "search", outer, told=False)
    retriever = steps.begin("retriever", "Docs", tool)
    assert tags_now() == ["chain:Agent", "tool:search", "retriever:Docs"]
    model = steps.begin("chat_model", "ChatOpenAI", outer)
    assert tags_now() == ["chain:Agent"]  # the model says whose it is
    steps.end("tool", tool, "error")
    steps.end("llm", model)
    assert tags_now() == ["chain:Agent", "tool:search", "retriever:Docs"]
    steps.end("retriever", retriever)
    assert tags_now() == ["chain:Agent"]
    steps.end("chain", outer, "error")
    steps.end("chain", outer)
    assert tags_now() == []


def test_names_are_cut_to_what_the_library_takes(handler: Any) -> None:
    steps, run = Steps(handler), None
    for number in range(40):
        run = steps.begin("chain", f"step\n{number} " + "x" * 300, run)
    told = tags_now()
    assert len(told) == _labels.MOST and max(map(len, told)) == _labels.LONGEST
    assert told[-1].startswith("chain:step 39 x")


def test_runs_that_nobody_ends_leave_nothing_behind(handler: Any) -> None:
    steps = Steps(handler)
    for _ in range(1000):
        copy_context().run(steps.begin, "chain", "dropped")
    assert len(handler._runs) == 0


def test_interleaved_chains_of_one_thread_and_calls_of_pooled_threads(handler: Any) -> None:
    steps = Steps(handler)
    first, second = steps.begin("chain", "first"), steps.begin("chain", "second")
    steps.begin("chat_model", "m", first)
    assert tags_now() == ["chain:first"]
    steps.begin("chat_model", "m", second)
    assert tags_now() == ["chain:second"]
    with ThreadPoolExecutor(4) as pool:
        assert pool.submit(tags_now).result() == []
        carried = [pool.submit(copy_context().run, tags_now) for _ in range(8)]
        assert all(one.result() == ["chain:second"] for one in carried)


@pytest.fixture
def ask(sim: ProviderSimulator, url: str, chat: Callable[..., Any]) -> Callable[[str], None]:
    def send(text: str) -> None:
        httpx.post(url, json=chat(text), timeout=60).raise_for_status()

    return send


def test_calls_are_reported_under_the_names_and_the_tags_of_the_protection(handler: Any, ask: Callable[[str], None]) -> None:
    steps = Steps(handler)
    with Protection(budget_usd=1, project="nested", tags=["eu"]):
        outer = steps.begin("chain", "Agent")
        ask("one")
        tool = steps.begin("tool", "search", outer)
        ask("two")
        steps.end("tool", tool)
        steps.end("chain", outer)
        ask("three")
    calls = {line.by["tag"]: line.calls for line in spend(["project", "tag"]) if line.by["project"] == "nested"}
    assert calls == {"eu": 3, "chain:Agent": 2, "tool:search": 1}


def test_many_threads_and_tasks_at_once_are_told_apart(handler: Any, sim: ProviderSimulator, url: str, chat: Callable[..., Any], ask: Callable[[str], None]) -> None:
    steps = Steps(handler)
    protection = Protection(budget_usd=1, project="crowd")

    def threaded(number: int) -> None:
        with protection:
            run = steps.begin("chain", f"thread {number}")
            tool = steps.begin("tool", f"tool {number}", run)
            for _ in range(number + 1):
                ask("hello")
            steps.end("tool", tool)
            steps.end("chain", run)

    async def task(client: httpx.AsyncClient, number: int) -> None:
        async with protection:
            run = steps.begin("chain", f"task {number}")
            for _ in range(number + 1):
                (await client.post(url, json=chat("hello"))).raise_for_status()
                await asyncio.sleep(0)
            await asyncio.shield(asyncio.ensure_future(ended(run)))  # LangChain ends a chain in a task of its own

    async def ended(run: UUID) -> None:
        steps.end("chain", run)

    async def tasks() -> None:
        async with httpx.AsyncClient(timeout=60) as client:
            await asyncio.gather(*[task(client, number) for number in range(6)])

    threads = [threading.Thread(target=copy_context().run, args=(threaded, number)) for number in range(6)]
    for thread in threads:
        thread.start()
    asyncio.run(tasks())
    for thread in threads:
        thread.join()
    calls = {line.by["tag"]: line.calls for line in spend(["project", "tag"]) if line.by["project"] == "crowd"}
    expected = {f"{kind} {number}": number + 1 for kind in ("chain:thread", "tool:tool", "chain:task") for number in range(6)}
    assert calls == expected


@REAL
@pytest.mark.parametrize("way", ["sync", "async"])
def test_langchain_itself(handler: Any, way: str) -> None:
    openai = pytest.importorskip("langchain_openai")
    from langchain_core.runnables import RunnableLambda, RunnableParallel
    from langchain_core.tools import tool

    with ProviderSimulator() as sim:
        sim.reply = Reply(content="fine")
        model = openai.ChatOpenAI(model="gpt-4o", base_url=sim.base_url, api_key="any", max_retries=0)

        @tool
        def look(text: str) -> str:
            """Looks something up by a client of its own."""
            httpx.post(f"{sim.base_url}/chat/completions", json={"model": "gpt-4o", "messages": [{"role": "user", "content": text}]}, timeout=60).raise_for_status()
            return text

        inner = (RunnableLambda(lambda text: text).with_config(run_name="Inner prompt") | model).with_config(run_name="Inner")
        chain = (RunnableParallel(left=inner, right=look) | (lambda both: both["right"]) | model).with_config(run_name="Outer")
        protection = Protection(budget_usd=1, project=f"langchain {way}")
        if way == "sync":
            with protection:
                chain.invoke("hello", config={"callbacks": [handler]})
                model.invoke("alone", config={"callbacks": [handler]})
        else:

            async def agent() -> None:
                async with protection:
                    await asyncio.gather(*[chain.ainvoke("hello", config={"callbacks": [handler]}) for _ in range(3)])
                    await model.ainvoke("alone", config={"callbacks": [handler]})

            asyncio.run(agent())
    times = 1 if way == "sync" else 3
    calls = {line.by["tag"]: line.calls for line in spend(["project", "tag"]) if line.by["project"] == f"langchain {way}"}
    assert calls == {"": 1, "chain:Outer": 3 * times, "chain:RunnableParallel<left,right>": 2 * times, "chain:Inner": times, "tool:look": times}


@REAL
def test_a_langchain_agent(handler: Any) -> None:
    agents, openai = pytest.importorskip("langchain.agents"), pytest.importorskip("langchain_openai")

    def weather(city: str) -> str:
        """Weather of a city."""
        return f"sunny in {city}"

    with ProviderSimulator() as sim:
        sim.script([Reply(tool_calls=[ToolCall("weather", {"city": "Paris"})]), Reply(content="Sunny.")])
        agent = agents.create_agent(openai.ChatOpenAI(model="gpt-4o", base_url=sim.base_url, api_key="any", max_retries=0), tools=[weather])
        with Protection(budget_usd=1, project="langchain agent"):
            assert agent.invoke({"messages": [("user", "weather?")]}, config={"callbacks": [handler]})["messages"][-1].content == "Sunny."
    calls = {line.by["tag"]: line.calls for line in spend(["project", "tag"]) if line.by["project"] == "langchain agent"}
    assert calls == {"chain:LangGraph": 2, "chain:model": 2}
