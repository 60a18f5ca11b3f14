"""Agent frameworks, each with the same cast: an agent with the tool `get_weather` that answers a question, at once or in pieces, in sync and async code."""
from __future__ import annotations

import asyncio
import json
from importlib.util import find_spec
from typing import Any, List

from iron_cage.testing import ProviderSimulator

MODEL = "gpt-4o"


class Framework:
    """What is asked goes to the simulator; `cities` are those that the tool was asked for."""

    modules = ("none",)
    ways = ("whole", "stream", "awhole", "astream")

    def __init__(self, sim: ProviderSimulator) -> None:
        self.sim = sim
        self.cities: List[str] = []

    def get_weather(self, city: str) -> str:
        """The weather of a city."""
        self.cities.append(city)
        return f"It is sunny in {city}."

    @property
    def tool(self) -> Any:
        def get_weather(city: str) -> str:
            """The weather of a city."""
            return self.get_weather(city)

        return get_weather

    def whole(self, text: str) -> str:
        raise NotImplementedError

    def stream(self, text: str) -> str:
        raise NotImplementedError

    async def awhole(self, text: str) -> str:
        raise NotImplementedError

    async def astream(self, text: str) -> str:
        raise NotImplementedError


class LangChain(Framework):
    modules = ("langchain", "langchain_openai")

    def _model(self) -> Any:
        from langchain_openai import ChatOpenAI

        return ChatOpenAI(model=MODEL, base_url=self.sim.base_url, api_key="any", max_retries=0)

    def _agent(self) -> Any:
        from langchain.agents import create_agent

        return create_agent(self._model(), tools=[self.tool])

    @staticmethod
    def _asked(text: str) -> Any:
        return {"messages": [("user", text)]}

    def whole(self, text: str) -> str:
        return str(self._agent().invoke(self._asked(text))["messages"][-1].content)

    def stream(self, text: str) -> str:
        return "".join(_said(piece) for piece, _ in self._agent().stream(self._asked(text), stream_mode="messages"))

    async def awhole(self, text: str) -> str:
        return str((await self._agent().ainvoke(self._asked(text)))["messages"][-1].content)

    async def astream(self, text: str) -> str:
        return "".join([_said(piece) async for piece, _ in self._agent().astream(self._asked(text), stream_mode="messages")])


def _said(piece: Any) -> str:
    return piece.content if piece.type.startswith("AI") else ""


class LangGraph(LangChain):
    modules = ("langgraph", "langchain_openai")

    def _agent(self) -> Any:
        from langchain_core.tools import tool
        from langgraph.graph import START, MessagesState, StateGraph
        from langgraph.prebuilt import ToolNode, tools_condition

        named = tool("get_weather")(self.tool)
        model = self._model().bind_tools([named])

        def ask(state: Any) -> Any:
            return {"messages": [model.invoke(state["messages"])]}

        graph = StateGraph(MessagesState)
        graph.add_node("model", ask)
        graph.add_node("tools", ToolNode([named]))
        graph.add_edge(START, "model")
        graph.add_conditional_edges("model", tools_condition)
        graph.add_edge("tools", "model")
        return graph.compile()


class OpenAIAgents(Framework):
    modules = ("agents", "openai")

    def _agent(self) -> Any:
        from agents import Agent, OpenAIResponsesModel, function_tool, set_tracing_disabled
        from openai import AsyncOpenAI

        set_tracing_disabled(True)
        model = OpenAIResponsesModel(model=MODEL, openai_client=AsyncOpenAI(base_url=self.sim.base_url, api_key="any", max_retries=0))
        return Agent(name="Weather", model=model, tools=[function_tool(self.tool)])

    ways = ("whole", "awhole", "astream")  # it streams in async code only

    def whole(self, text: str) -> str:
        from agents import Runner

        return str(Runner.run_sync(self._agent(), text).final_output)

    async def awhole(self, text: str) -> str:
        from agents import Runner

        return str((await Runner.run(self._agent(), text)).final_output)

    async def astream(self, text: str) -> str:
        from agents import Runner

        said = ""
        async for event in Runner.run_streamed(self._agent(), text).stream_events():
            if event.type == "raw_response_event" and event.data.type == "response.output_text.delta":
                said += event.data.delta
        return said


class LlamaIndex(Framework):
    modules = ("llama_index.core", "llama_index.llms.openai")
    ways = ("whole", "awhole", "astream")  # its agents are async; `whole` is what a sync program does

    def _agent(self, streaming: bool) -> Any:
        from llama_index.core.agent.workflow import FunctionAgent
        from llama_index.llms.openai import OpenAI

        return FunctionAgent(tools=[self.tool], llm=OpenAI(model=MODEL, api_base=self.sim.base_url, api_key="any", max_retries=0), streaming=streaming)

    def whole(self, text: str) -> str:
        return asyncio.run(self.awhole(text))

    async def awhole(self, text: str) -> str:
        return str(await self._agent(False).run(text))

    async def astream(self, text: str) -> str:
        from llama_index.core.agent.workflow import AgentStream

        handler = self._agent(True).run(text)
        said = "".join([event.delta async for event in handler.stream_events() if isinstance(event, AgentStream)])
        await handler
        return said


class LiteLLM(Framework):
    modules = ("litellm",)

    def _options(self, messages: Any) -> Any:
        tool = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}}
        return {"model": f"openai/{MODEL}", "api_base": self.sim.base_url, "api_key": "any", "num_retries": 0, "max_retries": 0, "messages": messages, "tools": [tool]}

    def _did(self, messages: Any, message: Any) -> bool:
        """Whether the model asked for the tool, which then was called."""
        messages.append(message.model_dump())
        for call in message.tool_calls or ():
            messages.append({"role": "tool", "tool_call_id": call.id, "content": self.get_weather(**json.loads(call.function.arguments))})
        return bool(message.tool_calls)

    def whole(self, text: str) -> str:
        import litellm

        messages: List[Any] = [{"role": "user", "content": text}]
        while True:
            message = litellm.completion(**self._options(messages)).choices[0].message
            if not self._did(messages, message):
                return str(message.content)

    def stream(self, text: str) -> str:
        import litellm

        messages: List[Any] = [{"role": "user", "content": text}]
        while True:
            chunks = list(litellm.completion(**self._options(messages), stream=True, stream_options={"include_usage": True}))
            if not self._did(messages, litellm.stream_chunk_builder(chunks).choices[0].message):
                return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)

    async def awhole(self, text: str) -> str:
        import litellm

        messages: List[Any] = [{"role": "user", "content": text}]
        while True:
            message = (await litellm.acompletion(**self._options(messages))).choices[0].message
            if not self._did(messages, message):
                return str(message.content)

    async def astream(self, text: str) -> str:
        import litellm

        messages: List[Any] = [{"role": "user", "content": text}]
        while True:
            chunks = [chunk async for chunk in await litellm.acompletion(**self._options(messages), stream=True, stream_options={"include_usage": True})]
            if not self._did(messages, litellm.stream_chunk_builder(chunks).choices[0].message):
                return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


class CrewAI(Framework):
    modules = ("crewai",)
    ways = ("whole", "awhole")

    def _crew(self, text: str) -> Any:
        from crewai import LLM, Agent, Crew, Task
        from crewai.tools import tool

        llm = LLM(model=f"openai/{MODEL}", base_url=self.sim.base_url, api_key="any")
        agent = Agent(role="Forecaster", goal="Tell the weather.", backstory="None.", llm=llm, tools=[tool("get_weather")(self.tool)])
        return Crew(agents=[agent], tasks=[Task(description=text, expected_output="One sentence.", agent=agent)])

    def whole(self, text: str) -> str:
        return str(self._crew(text).kickoff().raw)

    async def awhole(self, text: str) -> str:
        return str((await self._crew(text).kickoff_async()).raw)


ALL = (LangChain, LangGraph, OpenAIAgents, LlamaIndex, LiteLLM, CrewAI)


def installed(framework: type[Framework]) -> bool:
    """Whether all that it needs is here."""
    try:
        return all(find_spec(module) is not None for module in framework.modules)
    except ModuleNotFoundError:
        return False
