"""A crew of one agent with a tool, under a budget. Needs `crewai`."""
from _provider import MODEL, QUESTION, get_weather, provider
from crewai import LLM, Agent, Crew, Task
from crewai.tools import tool

from iron_cage import protect_agent

base_url, api_key = provider()
llm = LLM(model=f"openai/{MODEL}", base_url=base_url, api_key=api_key)
forecaster = Agent(role="Forecaster", goal="Tell the weather.", backstory="You look it up.", llm=llm, tools=[tool("get_weather")(get_weather)])


@protect_agent(budget_usd=1.0)
def ask(question: str) -> str:
    task = Task(description=question, expected_output="One sentence.", agent=forecaster)
    return Crew(agents=[forecaster], tasks=[task]).kickoff().raw


print(ask(QUESTION))
print(ask.protection.report())
