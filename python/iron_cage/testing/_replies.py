"""Replies from a file, for programs that are not Python: which reply a request gets is told by the text of its last user message."""

from __future__ import annotations

import json
import threading
from dataclasses import fields
from typing import Any, Callable, Dict, List, Optional

from ._reply import Reply, ToolCall
from ._request import Request

_FIELDS = {field.name for field in fields(Reply)}


def load(path: str) -> Callable[[Request], Optional[Reply]]:
    """A source of replies from a JSON file: an object that maps the text of a last user message to a reply (an object with fields of Reply, or a text), or to a list of
    replies, which are given one after the other, the last one again and again. `raw_body` and `pieces` are texts there, sent as UTF-8. A request with another text gets the
    simulator's own answer. Raises OSError if the file cannot be read, and ValueError, which names the reply and the field, if it is not of this form.
    """
    with open(path, "rb") as file:
        told = json.loads(file.read())
    if not isinstance(told, dict):
        raise ValueError(f"{path}: expected an object of replies by text, not {type(told).__name__}")
    replies = {text: [_reply(one, f"{path}: {text!r}") for one in (given if isinstance(given, list) else [given])] for text, given in told.items()}
    for text, several in replies.items():
        if not several:
            raise ValueError(f"{path}: {text!r}: expected at least one reply")
    return _Turns(replies).next


class _Turns:
    """Which of several replies is the next."""

    def __init__(self, replies: Dict[str, List[Reply]]) -> None:
        self._replies = replies
        self._lock = threading.Lock()

    def next(self, request: Request) -> Optional[Reply]:
        with self._lock:
            several = self._replies.get(request.last_text)
            if several is None:
                return None
            return several.pop(0) if len(several) > 1 else several[0]


def _reply(given: Any, place: str) -> Reply:
    if isinstance(given, str):
        return Reply(content=given)
    if not isinstance(given, dict):
        raise ValueError(f"{place}: a reply is an object or a text, not {type(given).__name__}")
    unknown = sorted(set(given) - _FIELDS)
    if unknown:
        raise ValueError(f"{place}: a reply has no field {unknown[0]!r}; there are: {', '.join(sorted(_FIELDS))}")
    try:
        made = dict(given)
        if "tool_calls" in made:
            made["tool_calls"] = [ToolCall(**call) for call in made["tool_calls"]]
        if made.get("raw_body") is not None:
            made["raw_body"] = made["raw_body"].encode()
        if made.get("pieces") is not None:
            made["pieces"] = [piece.encode() for piece in made["pieces"]]
        return Reply(**made)
    except (TypeError, AttributeError, ValueError) as fault:
        raise ValueError(f"{place}: {fault}") from fault
