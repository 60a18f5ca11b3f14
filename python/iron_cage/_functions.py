"""Engines on their own: tokens back to values, counting, prices."""
from __future__ import annotations

from json import loads

from iron_cage import _convert, _engine, _native
from iron_cage._scanner import encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iron_cage._price import Price
    from iron_cage._report import AgentState


def agent_states() -> list[AgentState]:
    """The agents that have a protection in this process, by id: what each is doing, spent and had found. Touches no store."""
    from iron_cage._report import AgentState

    return [AgentState._of(each) for each in loads(_native.take("ironcage_engine_agent_states", _engine.handle()))]


def restore(text: str) -> str:
    """The text with the values in place of their tokens, as far as they can be opened.

    Inside a run: as :meth:`Protection.restore` of the innermost protection. Outside: the tokens of this process, or, with IRON_CAGE_KEY, those of that key, in
    IRON_CAGE_STATE if that is set.

    :raises ConfigError: the protection does not give values back in answers; IRON_CAGE_KEY is no key
    :raises StateError: the store cannot be read
    """
    from iron_cage._protection import current_protection

    protection = current_protection()
    if protection is not None:
        return protection.restore(text)
    import os
    from json import dumps

    from iron_cage._options import environment_keys

    data, keys = encode(text), environment_keys()
    options = dumps({"key": keys, "state": os.environ.get("IRON_CAGE_STATE") or None} if keys else {}).encode()
    answer = _native.take("ironcage_safety_restore", _engine.handle(), options, len(options), data, len(data))
    return answer.decode("utf-8", "surrogatepass")


def count_tokens(text: str, model: str) -> int:
    """Tokens of a text by the public tokenizer of a model, exactly as tiktoken's ``encode_ordinary`` has them. The first use loads tables (some 30 ms).

    :raises LookupError: the model has no public tokenizer
    """
    data, name = encode(text), _convert.text("model", model).encode()
    out = _native.ffi.new("int64_t *")
    _native.call("ironcage_cost_count_tokens", out, _engine.handle(), data, len(data), name, len(name))
    return int(out[0])


def price(model: str) -> Price:
    """What the catalogue charges for a model now.

    :raises LookupError: no price is known
    """
    from iron_cage._price import Price

    name = _convert.text("model", model).encode()
    return Price._of(loads(_native.take("ironcage_cost_price", _engine.handle(), name, len(name))))
