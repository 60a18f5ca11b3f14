"""The simulator's own token rule: one token per word, a word being a run of characters between white space.

It is deliberately simple, deterministic and low. Every public tokenizer spends at least one token on such a word, and a word has at
least one UTF-8 byte, so a bill by this rule never exceeds an honest upper bound of the same texts: neither an exact count nor one token
per byte. (The one exception is of no weight: lines that hold nothing but punctuation, which a tokenizer may join over the line break.)

A prompt costs 3 tokens for priming, 3 per message, and the words of its texts: content, names, refusals, tool calls, tool definitions.
Images, audio and files cost nothing here.
"""

from __future__ import annotations

import json
import re
from typing import Any, List, Mapping, Tuple

TOKENS_PER_MESSAGE = 3
TOKENS_OF_PRIMING = 3

_WORD = re.compile(r"\s*\S+")
_WORD_WITH_TAIL = re.compile(r"\s*\S+(?:\s+\Z)?|\A\s+\Z")


def count(text: str) -> int:
    """Tokens of a text."""
    return len(text.split())


def split(text: str) -> List[str]:
    """The text in pieces of one token each; white space goes with the word after it, trailing white space with the last word."""
    return _WORD_WITH_TAIL.findall(text)


def take(text: str, limit: int) -> Tuple[str, int]:
    """As much of the text as `limit` tokens hold, and how many tokens that is."""
    tokens = count(text)
    if tokens <= limit:
        return text, tokens
    end = 0
    for taken, word in enumerate(_WORD.finditer(text)):
        if taken == limit:
            break
        end = word.end()
    return text[:end], limit


def count_prompt(body: Mapping[str, Any]) -> int:
    """Prompt tokens of a chat-completions request body."""
    total = TOKENS_OF_PRIMING
    for message in body.get("messages") or ():
        total += TOKENS_PER_MESSAGE
        if isinstance(message, dict):
            total += _count_message(message)
    for key in ("tools", "functions"):
        definitions = body.get(key)
        if definitions:
            total += count(json.dumps(definitions, ensure_ascii=False, separators=(",", ":")))
    return total


def text_of(content: Any) -> str:
    """The text of a message's content: a string, or the text parts of a list joined by a space."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    return " ".join(_text_of_part(part) for part in content if isinstance(part, dict))


def _text_of_part(part: Mapping[str, Any]) -> str:
    text = part.get("text", part.get("refusal"))
    return text if isinstance(text, str) else ""


def _count_message(message: Mapping[str, Any]) -> int:
    total = count(text_of(message.get("content")))
    for key in ("name", "refusal"):
        text = message.get(key)
        if isinstance(text, str):
            total += count(text)
    calls = message.get("tool_calls")
    for call in calls if isinstance(calls, list) else ():
        function = call.get("function") if isinstance(call, dict) else None
        if isinstance(function, dict):
            total += sum(count(text) for text in (function.get("name"), function.get("arguments")) if isinstance(text, str))
    return total
