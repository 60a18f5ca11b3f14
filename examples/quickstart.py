"""The quick start of the README, with the provider simulator in OpenAI's place: no key, no network, no cost."""
# ruff: noqa: E402
from iron_cage.testing import ProviderSimulator

simulator = ProviderSimulator().start()
BASE_URL, API_KEY = simulator.base_url, "any"  # README: BASE_URL, API_KEY = "https://api.openai.com/v1", os.environ["OPENAI_API_KEY"]

# From here on it is the README's, line for line.
import httpx
from iron_cage import protect_agent

@protect_agent(budget_usd=50.0, pii_detection=True)
def my_agent(task):
    request = {"model": "gpt-4o", "messages": [{"role": "user", "content": task}]}
    answer = httpx.post(f"{BASE_URL}/chat/completions", json=request, headers={"Authorization": f"Bearer {API_KEY}"}, timeout=60)
    answer.raise_for_status()
    return answer.json()["choices"][0]["message"]["content"]

print(my_agent("Thank ada@example.com for the order."))
print(my_agent.protection.report())
