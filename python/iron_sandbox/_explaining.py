"""Refusals of files, which the kernel tells the program alone: what it complained about is checked against the policy again."""
from __future__ import annotations

import os
import re

from iron_sandbox._results import Denial

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable

_MOST_TEXT = 1 << 20
_COMPLAINT = re.compile(r"[Pp]ermission denied|EACCES|Operation not permitted")
_PATH = re.compile(r"(?:^|[\s'\"`:(=\u2018])(/[^\s'\"`:)\u2019]*)")


def files(stderr: bytes, paths: Iterable[dict[str, Any]]) -> list[Denial]:
    """The files that a program complained about and that the policy does not grant. What it wanted of them it does not say: reading is the least."""
    found: dict[str, int] = {}
    for line in stderr[-_MOST_TEXT:].decode("utf-8", "replace").splitlines():
        if _COMPLAINT.search(line):
            for path in _PATH.findall(line):
                if os.path.lexists(path):
                    found[path] = found.get(path, 0) + 1
    return [Denial("file", path, option(path, paths), count) for path, count in list(found.items())[:100] if option(path, paths)]


def option(path: str, paths: Iterable[dict[str, Any]]) -> str:
    """The option that would allow a file; "" where the policy grants it already, or reading it: then writing is what is missing."""
    real = os.path.realpath(path)
    granted: set[str] = set()
    for rule in paths:
        folder = str(rule["path"])
        if real == folder or real.startswith(folder.rstrip("/") + "/"):
            granted.update(item.strip() for item in str(rule["access"]).split(","))
    if "WriteFile" in granted:
        return ""
    return "allowed_paths" if "ReadFile" in granted else "read_only_paths or allowed_paths"
