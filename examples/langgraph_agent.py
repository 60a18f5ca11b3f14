"""A LangGraph graph of a model and a tool, under a budget. Needs `langgraph` and `langchain-openai`."""
from _provider import MODEL, QUESTION, get_weather, provider
from langchain_openai import ChatOpenAI
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition

from iron_cage import protect_agent

base_url, api_key = provider()
model = ChatOpenAI(model=MODEL, base_url=base_url, api_key=api_key).bind_tools([get_weather])

graph = StateGraph(MessagesState)
graph.add_node("model", lambda state: {"messages": [model.invoke(state["messages"])]})
graph.add_node("tools", ToolNode([get_weather]))
graph.add_edge(START, "model")
graph.add_conditional_edges("model", tools_condition)
graph.add_edge("tools", "model")
agent = graph.compile()


@protect_agent(budget_usd=1.0)
def ask(question: str) -> str:
    return agent.invoke({"messages": [("user", question)]})["messages"][-1].content


print(ask(QUESTION))
print(ask.protection.report())
