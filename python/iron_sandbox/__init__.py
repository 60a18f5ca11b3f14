"""Walls around programs and Python functions that the Linux kernel holds (Landlock, seccomp): no root, no namespaces.

    from iron_sandbox import Sandbox

    sandbox = Sandbox(allowed_paths=["/tmp/work"], max_memory_mb=512, timeout=60)
    done = sandbox.exec(["python3", "agent.py"])        # .returncode .stdout .stderr .timed_out .usage .denials
    value = sandbox.run(function, 1, 2)                 # in a fresh interpreter
"""
from __future__ import annotations

from iron_sandbox._decorator import sandboxed
from iron_sandbox._process import Process
from iron_sandbox._results import Completed, Denial, DomainUse, Usage
from iron_sandbox._sandbox import Sandbox
from iron_sandbox._support import Support, support
from iron_sandbox.errors import NotEnforceable, NotStarted, PolicyError, RemoteError, SandboxError, SandboxLost

__all__ = [
    "Completed", "Denial", "DomainUse", "NotEnforceable", "NotStarted", "PolicyError", "Process", "RemoteError", "Sandbox", "SandboxError", "SandboxLost", "Support", "Usage", "sandboxed", "support",
]
