"""The SDKs that people use, and which HTTP clients their calls go through."""
from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Sequence


class Sdk:
    """One SDK.

    :ivar name: of its distribution
    :ivar module: how it is imported
    :ivar through: names of clients or unseen packages (see clients); any of them may carry a call
    """

    __slots__ = ("name", "module", "through")

    def __init__(self, name: str, module: str, through: Sequence[str]) -> None:
        self.name = name
        self.module = module
        self.through = tuple(through)


SDKS = (
    Sdk("openai", "openai", ["httpx", "websockets"]),
    Sdk("anthropic", "anthropic", ["httpx"]),
    Sdk("google-genai", "google.genai", ["httpx", "aiohttp", "websockets"]),
    Sdk("google-generativeai", "google.generativeai", ["grpcio", "requests"]),
    Sdk("google-cloud-aiplatform", "vertexai", ["grpcio", "requests"]),
    Sdk("litellm", "litellm", ["httpx", "aiohttp"]),
    Sdk("boto3", "boto3", ["botocore"]),
    Sdk("cohere", "cohere", ["httpx"]),
    Sdk("mistralai", "mistralai", ["httpx"]),
    Sdk("groq", "groq", ["httpx"]),
    Sdk("together", "together", ["httpx", "requests", "aiohttp"]),
    Sdk("ollama", "ollama", ["httpx"]),
)
