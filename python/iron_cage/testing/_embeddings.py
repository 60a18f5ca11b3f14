"""OpenAI's embeddings format: a short vector for each input, whose figures mean nothing."""

from __future__ import annotations

import base64
import struct
from typing import Any, Dict, List, Optional, Sequence

from . import _tokens
from ._answer import Answer, Bill
from ._errors import error
from ._openai import JSON_TYPE, _RAW, _utf8
from ._reply import Reply
from ._request import Request

VECTOR = (0.25, -0.5, 0.125, 0.75)


class _Bill(Bill):
    def _object(self, output: int) -> Dict[str, Any]:
        return {"prompt_tokens": self.prompt, "total_tokens": self.prompt}


def check(request: Request, models: Sequence[str]) -> Optional[Answer]:
    """The provider's complaint about a request, or None. models: those that exist; empty: all."""
    body = request.json
    if not isinstance(body, dict):
        return error(400, "We could not parse the JSON body of your request.")
    model, given = body.get("model"), body.get("input")
    if not isinstance(model, str) or not model:
        return error(400, "you must provide a model parameter")
    if models and model not in models:
        return error(404, f"The model `{model}` does not exist or you do not have access to it.", code="model_not_found")
    if not given or not isinstance(given, (str, list)):
        return error(400, "'$.input' is invalid.", param="input")
    kinds = {type(one) for one in given} if isinstance(given, list) else {str}
    if kinds not in ({str}, {int}, {list}):
        return error(400, "'$.input' is invalid.", param="input")
    return None


def complete(request: Request, reply: Reply) -> Answer:
    """The answer to a request that passed `check`."""
    inputs = _inputs(request.json["input"])
    counted = sum(_tokens.count(one) if isinstance(one, str) else len(one) for one in inputs)
    vector: Any = list(VECTOR)
    if request.json.get("encoding_format") == "base64":
        vector = base64.b64encode(struct.pack(f"<{len(VECTOR)}f", *VECTOR)).decode()
    data = [{"object": "embedding", "index": index, "embedding": vector} for index in range(len(inputs))]
    bill = _Bill(prompt=counted, completion=0)
    body: Dict[str, Any] = {"object": "list", "data": data, "model": request.model}
    if reply.usage != "absent":
        body["usage"] = bill.full() if isinstance(reply.usage, str) else reply.usage
    return Answer(200, JSON_TYPE, [_utf8(_RAW(body))], bill=bill)


def _inputs(given: Any) -> List[Any]:
    return [given] if isinstance(given, str) or isinstance(given[0], int) else list(given)
