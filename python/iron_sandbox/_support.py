"""What this system can enforce."""
from __future__ import annotations

import json
from dataclasses import dataclass, field

from iron_sandbox import _native, errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@dataclass(frozen=True)
class Support:
    """``available``: whether sandboxes can be made; true in conditions. ``reason``: why not, "" otherwise. ``facts``: what was found, for reading (the Landlock ABI, its
    rights, seccomp, cgroup v2)."""

    available: bool
    reason: str = ""
    landlock_abi: int = 0
    facts: dict[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.available


def support() -> Support:
    """Asks. Never raises."""
    reason = _native.unsupported()
    if reason:
        return Support(False, reason)
    try:
        facts = json.loads(_native.take("ironcage_sandbox_support"))
    except errors.SandboxError as error:
        return Support(False, str(error))
    missing = [
        text
        for name, text in (("landlock_abi", "Landlock (Linux 5.13, and in the list of security modules)"), ("seccomp_filters", "seccomp filters"),
                           ("seccomp_notifications", "seccomp notifications (Linux 5.0)"), ("process_descriptors", "pidfd_open (Linux 5.3)"))
        if not facts[name]
    ]
    return Support(facts["available"], "" if facts["available"] else "this kernel has no " + ", no ".join(missing or ["support for this architecture"]), facts["landlock_abi"], facts)
