"""httpcore, below httpx: tells over which connection a call that httpx has begun is answered, so that a read of it can be cut. It judges nothing."""
from __future__ import annotations

from iron_cage._hooks import cutting
from iron_cage._hooks.common import carrying
from iron_cage._hooks.install import patch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any


def install(module: ModuleType) -> None:
    """Patches httpcore's HTTP/1.1 connection, where there is such a thing. Connections of HTTP/2 are shared by calls, and not cut."""
    connection = getattr(module, "HTTP11Connection", None)
    if hasattr(connection, "handle_request"):
        patch(connection, "handle_request", _handle_request)


def _handle_request(original: Any) -> Any:
    def handle_request(self: Any, request: Any) -> Any:
        carry = carrying.get()
        if carry is not None and carry.active and carry.call is not None:
            stream = getattr(self, "_network_stream", None)
            if stream is not None:
                cutting.over(carry.call, stream)
        return original(self, request)

    return handle_request
