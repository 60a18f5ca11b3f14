"""Where the examples of this folder that use a framework send their calls: to OpenAI if OPENAI_API_KEY is set, else to the provider simulator (no key, no network, no cost)."""
import os
from typing import Tuple

from iron_cage.testing import ProviderSimulator, Reply, ToolCall

MODEL = "gpt-4o-mini"
QUESTION = "What is the weather in Paris? Tell ada@example.com."


def provider() -> Tuple[str, str]:
    """(base URL, key). The simulated model asks for the tool `get_weather` and then answers."""
    key = os.environ.get("OPENAI_API_KEY")
    if key:
        return "https://api.openai.com/v1", key
    simulator = ProviderSimulator().start()
    simulator.script([Reply(tool_calls=[ToolCall("get_weather", {"city": "Paris"})]), Reply(content="I told ada@example.com that it is sunny in Paris.")])
    return simulator.base_url, "any"


def get_weather(city: str) -> str:
    """The weather of a city."""
    return f"It is sunny in {city}."
