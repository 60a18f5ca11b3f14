"""A LangChain agent with a tool, under a budget, its calls attributed to its chains. Needs `langchain` and `langchain-openai`."""
from _provider import MODEL, QUESTION, get_weather, provider
from langchain.agents import create_agent
from langchain_openai import ChatOpenAI

from iron_cage import protect_agent
from iron_cage.langchain import IronCageCallbackHandler

base_url, api_key = provider()
agent = create_agent(ChatOpenAI(model=MODEL, base_url=base_url, api_key=api_key), tools=[get_weather])


@protect_agent(budget_usd=1.0)
def ask(question: str) -> str:
    answer = agent.invoke({"messages": [("user", question)]}, config={"callbacks": [IronCageCallbackHandler()]})
    return answer["messages"][-1].content


print(ask(QUESTION))
print(ask.protection.report())
