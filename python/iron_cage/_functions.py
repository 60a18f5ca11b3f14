"""The cost engine alone."""
from __future__ import annotations

from json import loads

from iron_cage import _convert, _engine, _native
from iron_cage._scanner import encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iron_cage._price import Price


def count_tokens(text: str, model: str) -> int:
    """Tokens of a text by the public tokenizer of a model. The first use loads tables (about 0.2 s).

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
