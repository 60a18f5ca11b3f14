"""Contexts: mappings that are never changed, one of them current."""
from contextvars import ContextVar, Token
from typing import Any, Mapping, Optional

Context = Mapping[str, Any]
_current: "ContextVar[Context]" = ContextVar("standin_context", default={})


def get_current() -> Context:
    return _current.get()


def attach(context: Context) -> "Token[Context]":
    return _current.set(context)


def detach(token: "Token[Context]") -> None:
    _current.reset(token)


def set_value(key: str, value: Any, context: Optional[Context] = None) -> Context:
    return {**(get_current() if context is None else context), key: value}
