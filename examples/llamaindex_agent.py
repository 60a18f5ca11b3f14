"""A LlamaIndex agent with a tool, under a budget. Needs `llama-index-core` and `llama-index-llms-openai`."""
import asyncio

from _provider import MODEL, QUESTION, get_weather, provider
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.llms.openai import OpenAI

from iron_cage import protect_agent

base_url, api_key = provider()
agent = FunctionAgent(tools=[get_weather], llm=OpenAI(model=MODEL, api_base=base_url, api_key=api_key))


@protect_agent(budget_usd=1.0)
async def ask(question: str) -> str:
    return str(await agent.run(question))


print(asyncio.run(ask(QUESTION)))
print(ask.protection.report())
