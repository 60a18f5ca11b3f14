"""What cannot be meant is refused by name, before anything starts."""
from __future__ import annotations

import json
import math
import os

import pytest

from iron_sandbox import NotStarted, PolicyError, Sandbox


@pytest.mark.parametrize("options, words", [
    ({"allowed_paths": ["relative"]}, ["allowed_paths", "absolute"]),
    ({"allowed_paths": ["/no/such/folder"]}, ["allowed_paths", "/no/such/folder"]),
    ({"allowed_paths": ["/tmp/a\0b"]}, ["allowed_paths"]),
    ({"allowed_paths": "/tmp"}, ["allowed_paths", "list"]),
    ({"allowed_paths": 5}, ["allowed_paths", "list"]),
    ({"allowed_paths": [5]}, ["allowed_paths"]),
    ({"read_only_paths": ["/usr/lib/../lib"]}, ["read_only_paths"]),
    ({"max_memory_mb": -1}, ["max_memory_mb", "16"]),
    ({"max_memory_mb": "many"}, ["max_memory_mb"]),
    ({"max_memory_mb": 100, "max_memory": 200}, ["max_memory"]),
    ({"max_cpu_seconds": 0}, ["max_cpu_seconds", "1"]),
    ({"max_processes": 10**9}, ["max_processes", "32"]),
    ({"max_open_files": 1}, ["max_open_files"]),
    ({"max_file_size_mb": -5}, ["max_file_size_mb"]),
    ({"timeout": 0}, ["timeout"]),
    ({"timeout": -3}, ["timeout"]),
    ({"timeout": math.nan}, ["option"]),
    ({"allow_network": [70000]}, ["allow_network", "65"]),
    ({"allow_network": {"conect": [1]}}, ["allow_network.conect"]),
    ({"env": {"A": "x\0y"}}, ["env"]),
    ({"env": {"A=B": "x"}}, ["env"]),
    ({"env": 5}, ["env"]),
    ({"keep_env": "PATH"}, ["keep_env"]),
    ({"executables": ["no-such-program-at-all"]}, ["executables", "no-such-program-at-all"]),
    ({"preset": "unknown"}, ["preset", "python-agent"]),
    ({"preset": "no-network", "allow_network": [443]}, ["allow_network", "no-network"]),
    ({"max_output_mb": 0}, ["max_output_mb"]),
    ({"pool": -1}, ["pool"]),
    ({"best_effort": "yes"}, ["best_effort"]),
])
def test_options_that_cannot_be_meant_are_refused(options: dict[str, object], words: list[str]) -> None:
    with pytest.raises(PolicyError) as error:
        Sandbox(**options)  # type: ignore[arg-type]
    for word in words:
        assert word in str(error.value)


def test_a_path_in_two_lists_that_contradict_each_other_is_refused(tmp_path: os.PathLike[str]) -> None:
    folder = os.path.realpath(tmp_path)
    with pytest.raises(PolicyError):
        Sandbox(allowed_paths=[folder], denied_paths=[folder])


def test_a_link_is_refused_and_a_path_that_vanishes_is_told(tmp_path: os.PathLike[str]) -> None:
    folder = os.path.realpath(tmp_path)
    os.mkdir(folder + "/real")
    os.symlink(folder + "/real", folder + "/link")
    with pytest.raises(PolicyError, match="link"):
        Sandbox(allowed_paths=[folder + "/link"])
    sandbox = Sandbox(allowed_paths=[folder + "/real"])
    assert sandbox.exec(["true"]).ok
    os.rmdir(folder + "/real")
    with pytest.raises(PolicyError, match="real"):
        sandbox.exec(["true"])
    # Put back, also as another inode, it is good again; replaced by a link it is not.
    os.mkdir(folder + "/real")
    assert sandbox.exec(["true"]).ok
    os.rmdir(folder + "/real")
    os.symlink("/etc", folder + "/real")
    with pytest.raises(PolicyError):
        sandbox.exec(["true"])


@pytest.mark.parametrize("argv", [[], [""], ["a\0b"], "true", b"true"])
def test_commands_that_cannot_be_meant_are_refused(argv: object) -> None:
    with pytest.raises(PolicyError, match="argv"):
        Sandbox().exec(argv)  # type: ignore[arg-type]


def test_programs_that_cannot_be_started_are_told_with_errno() -> None:
    sandbox = Sandbox()
    for argv, number in ((["no-such-program"], 2), (["/no/such/program"], 2), (["/etc/hostname"], 13), (["/usr"], 13)):
        with pytest.raises(NotStarted) as error:
            sandbox.exec(argv)
        assert error.value.errno == number
    with pytest.raises(NotStarted) as error:
        Sandbox(executables=["true"]).exec(["/bin/cat"])
    assert error.value.errno == 13


def test_arguments_of_one_and_a_half_megabytes_work_and_more_is_told() -> None:
    sandbox = Sandbox()
    done = sandbox.exec(["sh", "-c", "echo $#", "sh", *(["x" * 100_000] * 15)])
    assert done.stdout == b"15\n"
    with pytest.raises(NotStarted) as error:
        sandbox.exec(["true", *(["x" * 100_000] * 30)])
    assert error.value.errno == 7 and "2 MiB" in str(error.value)
    with pytest.raises(NotStarted):
        sandbox.exec(["true", "x" * 200_000])


def test_a_working_directory_must_be_absolute() -> None:
    with pytest.raises(PolicyError, match="cwd"):
        Sandbox().exec(["true"], cwd="relative")
    with pytest.raises(NotStarted):
        Sandbox().exec(["true"], cwd="/no/such/folder")


def test_a_timeout_of_a_call_is_checked() -> None:
    for timeout in (-1, float("nan"), "5", True, 1e12):
        with pytest.raises(PolicyError, match="timeout"):
            Sandbox().exec(["true"], timeout=timeout)  # type: ignore[arg-type]


def test_elsewhere_the_import_works_and_use_tells_why(package: os.PathLike[str]) -> None:
    import subprocess
    import sys

    code = "import sys; sys.platform = 'darwin'; import iron_sandbox as s, json\ntry: s.Sandbox()\nexcept s.SandboxError as e: print(json.dumps([bool(s.support()), s.support().reason, str(e)]))"
    told = json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": str(package), "PATH": os.environ["PATH"]}).stdout)
    assert told[0] is False and "darwin" in told[1] and told[1] == told[2]
