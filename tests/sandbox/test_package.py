"""What the package exports, its types, and its wheel."""
from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import iron_sandbox

ROOT = Path(__file__).resolve().parent.parent.parent


def test_the_exported_names_are_these() -> None:
    assert sorted(iron_sandbox.__all__) == [
        "Completed", "Denial", "DomainUse", "NotEnforceable", "NotStarted", "PolicyError", "Process", "RemoteError", "Sandbox", "SandboxError", "SandboxLost", "Support", "Usage", "sandboxed", "support",
    ]
    for name in iron_sandbox.__all__:
        assert getattr(iron_sandbox, name).__doc__


def test_the_import_starts_nothing_and_needs_little() -> None:
    code = "import sys, iron_sandbox, os; print(len(os.listdir('/proc/self/task')), sorted({'ctypes', 'asyncio', 'multiprocessing', 'iron_cage', 'iron_sandbox._abi'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=str(Path(iron_sandbox.__file__).parent.parent))
    assert done.stdout == "1 []\n"


def test_the_wheel_has_everything_and_its_program_can_be_executed(tmp_path: Path) -> None:
    native = Path(iron_sandbox.__file__).parent / "_native"
    subprocess.run([sys.executable, "python/ironcage_build.py", "sandbox-wheel", "--native", str(native), "--out", str(tmp_path)], check=True, capture_output=True, cwd=ROOT)
    (wheel,) = tmp_path.glob("iron_sandbox-*-py3-none-manylinux_*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        assert {"iron_sandbox/py.typed", "iron_sandbox/_abi.py", "iron_sandbox/_bootstrap.py", "iron_sandbox/_native/libironcage_sandbox.so", "iron_sandbox/_native/ironcage_sandbox.h"} <= names
        assert any(name.endswith("/LICENSE") for name in names) and "iron_sandbox/setup.py" not in names
        assert archive.getinfo("iron_sandbox/_native/iron-sandbox-supervisor").external_attr >> 16 & 0o111


def test_a_library_of_another_header_is_refused(tmp_path: Path) -> None:
    native = Path(iron_sandbox.__file__).parent / "_native"
    for name in ("libironcage_sandbox.so", "iron-sandbox-supervisor"):
        (tmp_path / name).write_bytes((native / name).read_bytes()[:100])
    done = subprocess.run([sys.executable, "python/ironcage_build.py", "sandbox-wheel", "--native", str(tmp_path), "--out", str(tmp_path)], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode != 0 and not list(tmp_path.glob("*.whl"))


def test_mypy_strict_finds_nothing() -> None:
    pytest.importorskip("mypy")
    done = subprocess.run([sys.executable, "-m", "mypy", "--strict", "--config-file", "pyproject.toml", "--cache-dir", "artifacts/mypy-sandbox", "-p", "iron_sandbox"], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout
