# The shape of the generated _abi.py: see python/ironcage_build.py.
from typing import Any

ffi: Any
HEADER_SHA256: str
VERSION: str

def __getattr__(name: str) -> int: ...
