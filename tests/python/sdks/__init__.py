"""Providers' own SDKs for Python, each with the same cast: `whole` and `stream`, and their async twins. What was said comes back as (text, [(tool, arguments)])."""
from __future__ import annotations

from importlib.util import find_spec

from sdks._anthropic import Anthropic
from sdks._base import LIMIT, SCHEMA, TOOL, Sdk
from sdks._cohere import Cohere
from sdks._google import GoogleGenAI
from sdks._mistral import Mistral
from sdks._ollama import Ollama
from sdks._openai import OpenAIChat, OpenAIResponses

__all__ = ["ALL", "LIMIT", "SCHEMA", "TOOL", "Anthropic", "Cohere", "GoogleGenAI", "Mistral", "Ollama", "OpenAIChat", "OpenAIResponses", "Sdk", "installed"]

ALL = (OpenAIChat, OpenAIResponses, Anthropic, GoogleGenAI, Ollama, Cohere, Mistral)


def installed(sdk: type[Sdk]) -> bool:
    """Whether the SDK is here."""
    try:
        return find_spec(sdk.module) is not None
    except ModuleNotFoundError:
        return False
