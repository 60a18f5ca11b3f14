"""python -m iron_sandbox."""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TOMLLIB = sys.version_info >= (3, 11)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(os.path.realpath(tmp_path))


def command(package: Path, *arguments: str, cwd: "Path | None" = None) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(package), "LANG": "C.UTF-8", "HOME": "/nonexistent"}
    return subprocess.run([sys.executable, "-m", "iron_sandbox", *arguments], capture_output=True, text=True, env=environment, cwd=cwd, timeout=120, check=False)


def test_run_ends_as_its_program_does(package: Path, folder: Path) -> None:
    done = command(package, "run", "--allow-path", str(folder), "--memory", "512", "--", "sh", "-c", "echo out; echo err >&2; echo x > made; exit 3")
    assert (done.returncode, done.stdout, done.stderr) == (3, "out\n", "err\n")
    assert (folder / "made").exists()
    assert command(package, "run", "--", "sh", "-c", "kill -TERM $$").returncode == 143


def test_run_tells_what_was_refused(package: Path) -> None:
    done = command(package, "run", "--report", "--", sys.executable, "-c", "import socket; socket.socket()")
    assert done.returncode == 1
    assert "socket (AF_INET SOCK_STREAM) was refused; allow_network would allow it" in done.stderr


@pytest.mark.parametrize("arguments, status, word", [
    (["run", "--timeout", "0.3", "--", "sleep", "100"], 124, "time"),
    (["run", "--memory", "1", "--", "true"], 125, "max_memory_mb"),
    (["run", "--", "no-such-program"], 127, "no-such-program"),
    (["run", "--", "/etc/hostname"], 126, "denied"),
    (["run"], 2, "needs a program"),
    (["run", "--policy", "/no/such/file", "--", "true"], 125, "/no/such/file"),
    (["explain", "no-such-preset"], 125, "preset"),
])
def test_failures_have_their_status(package: Path, arguments: list[str], status: int, word: str) -> None:
    done = command(package, *arguments)
    assert done.returncode == status and word in done.stderr


def test_doctor_tells_what_this_kernel_can_do(package: Path) -> None:
    done = command(package, "doctor")
    assert done.returncode == 0 and "Landlock" in done.stdout and "a sandbox was made" in done.stdout
    assert '"landlock_abi"' in command(package, "doctor", "--json").stdout


@pytest.mark.skipif(not TOMLLIB, reason="reading TOML needs Python 3.11")
def test_what_was_learned_is_a_policy_under_which_the_program_works(package: Path, folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "input").write_text("text")
    (folder / "out").mkdir()
    (folder / "tool").write_text("#!/bin/sh\necho tool\n")
    (folder / "tool").chmod(0o755)
    program = ["sh", "-c", f"cat {folder}/data/input > {folder}/out/copy; {folder}/tool"]
    assert command(package, "run", "--", *program).returncode != 0
    learned = command(package, "learn", "--", *program)
    assert learned.returncode == 0
    policy = folder / "policy.toml"
    policy.write_text(learned.stdout[learned.stdout.index("# proposed"):])
    text = policy.read_text()
    assert f'allowed_paths = ["{folder}/out"]' in text and f"{folder}/data/input" in text and f'executable_paths = ["{folder}/tool"]' in text
    done = command(package, "run", "--policy", str(policy), "--", *program)
    assert (done.returncode, done.stdout) == (0, "tool\n"), done.stderr
    assert str(folder / "out") in command(package, "explain", str(policy)).stdout


@pytest.mark.parametrize("preset", ["python-agent", "read-only", "no-network", "shell-tools"])
def test_presets_can_be_run_and_explained(package: Path, preset: str) -> None:
    assert command(package, "run", "--preset", preset, "--", "sh", "-c", "echo fine").stdout == "fine\n"
    assert f"Preset: {preset}" in command(package, "explain", preset).stdout


@pytest.mark.skipif(not TOMLLIB, reason="reading TOML needs Python 3.11")
def test_a_policy_file_with_a_wrong_name_is_refused(folder: Path) -> None:
    from iron_sandbox import PolicyError, Sandbox

    (folder / "policy.toml").write_text(f'alowed_paths = ["{folder}"]\n')
    with pytest.raises(PolicyError, match="alowed_paths"):
        Sandbox.from_file(str(folder / "policy.toml"))
    (folder / "policy.toml").write_text(f'allowed_paths = ["{folder}"]\ntimeout = 30\n')
    assert Sandbox.from_file(str(folder / "policy.toml"), max_processes=5).exec(["sh", "-c", "echo x > f"]).ok


def test_a_file_that_a_program_complains_about_is_explained(folder: Path) -> None:
    from iron_sandbox import Sandbox

    (folder / "secret").write_text("x")
    done = Sandbox().exec(["cat", str(folder / "secret")])
    assert [(denial.what, denial.target, denial.option) for denial in done.denials] == [("file", str(folder / "secret"), "read_only_paths or allowed_paths")]
    done = Sandbox(read_only_paths=[str(folder)]).exec(["sh", "-c", f"echo x > {folder}/secret"])
    assert [denial.option for denial in done.denials] == ["allowed_paths"]
