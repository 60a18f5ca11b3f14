"""The example of both layers really runs, and everything that the injected agent tries is stopped."""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "injected_agent.py"


def test_the_injected_agent_is_stopped_by_the_kernel_and_told_by_the_report() -> None:
    pytest.importorskip("iron_cage")
    pytest.importorskip("httpx")
    done = subprocess.run([sys.executable, str(EXAMPLE)], capture_output=True, text=True, timeout=300, env=dict(os.environ))
    assert done.returncode == 0, done.stdout + done.stderr
    tried, refused = done.stdout.split("What the sandbox refused:")
    assert "invoice.txt" in tried and "Invoice 17: 120 EUR." in tried, "what is allowed works"
    assert "PRIVATE KEY" not in done.stdout and "id_ed25519" in tried and "PermissionError" in tried
    assert "domain (collect.attacker.example:80) was refused" in refused
    assert "connect (203.0.113.7:443) was refused" in refused
    assert "after 15 processes" in tried and "fork (more than 16 processes) was refused" in refused
    assert "api.openai.com:" in refused and "6 connections" in refused
