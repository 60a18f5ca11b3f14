"""A loop of model and tool over litellm, under a budget. Needs `litellm`."""
import json

import litellm
from _provider import MODEL, QUESTION, get_weather, provider

from iron_cage import protect_agent

base_url, api_key = provider()
tool = {"type": "function", "function": {"name": "get_weather", "description": get_weather.__doc__, "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}


@protect_agent(budget_usd=1.0)
def ask(question: str) -> str:
    messages = [{"role": "user", "content": question}]
    while True:
        message = litellm.completion(model=f"openai/{MODEL}", api_base=base_url, api_key=api_key, messages=messages, tools=[tool]).choices[0].message
        if not message.tool_calls:
            return message.content
        messages.append(message.model_dump())
        for call in message.tool_calls:
            messages.append({"role": "tool", "tool_call_id": call.id, "content": get_weather(**json.loads(call.function.arguments))})


print(ask(QUESTION))
print(ask.protection.report())
