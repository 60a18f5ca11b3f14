"""An agent of the OpenAI Agents SDK with a tool, under a budget. Needs `openai-agents`."""
from _provider import MODEL, QUESTION, get_weather, provider
from agents import Agent, OpenAIResponsesModel, Runner, function_tool, set_tracing_disabled
from openai import AsyncOpenAI

from iron_cage import protect_agent

set_tracing_disabled(True)  # traces go to OpenAI
base_url, api_key = provider()
model = OpenAIResponsesModel(model=MODEL, openai_client=AsyncOpenAI(base_url=base_url, api_key=api_key))
agent = Agent(name="Weather", instructions="Be short.", model=model, tools=[function_tool(get_weather)])


@protect_agent(budget_usd=1.0)
def ask(question: str) -> str:
    return Runner.run_sync(agent, question).final_output


print(ask(QUESTION))
print(ask.protection.report())
