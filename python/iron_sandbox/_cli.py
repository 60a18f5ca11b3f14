"""The command line.

    python -m iron_sandbox run --allow-path DIR --memory 512 -- PROGRAM ARGUMENT...
    python -m iron_sandbox doctor
    python -m iron_sandbox learn -- PROGRAM ARGUMENT...
    python -m iron_sandbox explain POLICY

``run`` ends with the status of the program (128 and the signal where one ended it), 124 when its time was up, 126 and 127 as a shell where it could not be started, 125 when the sandbox could not be made.
"""
from __future__ import annotations

import argparse
import json
import os
import signal
import sys

from iron_sandbox import _support, errors
from iron_sandbox._policies import load, toml
from iron_sandbox._sandbox import Sandbox

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

TIMED_OUT, FAILED, NOT_EXECUTABLE, NOT_FOUND = 124, 125, 126, 127

#: Options of the command line and of the policy: (flag, option, type, help). Those of lists may be given several times.
_LISTS = (
    ("--allow-path", "allowed_paths", "a file or folder that may be read and written"),
    ("--read-path", "read_only_paths", "a file or folder that may be read"),
    ("--exec-path", "executable_paths", "a file or folder that may be read and executed"),
    ("--executable", "executables", "a program that may be executed, instead of all of the run-time set"),
    ("--deny-path", "denied_paths", "a path that no other option may grant"),
    ("--keep-env", "keep_env", "a variable of the environment that is handed on"),
)
_NUMBERS = (
    ("--memory", "max_memory_mb", int, "MiB of the whole tree of processes"),
    ("--cpu", "max_cpu_seconds", int, "seconds of processors of the whole tree"),
    ("--processes", "max_processes", int, "processes alive at once"),
    ("--open-files", "max_open_files", int, "descriptors of each process"),
    ("--file-size", "max_file_size_mb", int, "MiB of each file that is written"),
    ("--timeout", "timeout", float, "seconds until everything is ended"),
)


def main(arguments: Optional[list[str]] = None) -> int:
    """The command line; see the module's text."""
    parser = _parser()
    given = list(sys.argv[1:] if arguments is None else arguments)
    program: list[str] = []
    if "--" in given:
        place = given.index("--")
        given, program = given[:place], given[place + 1:]
    options = parser.parse_args(given)
    try:
        if options.command == "doctor":
            return _doctor(options.json)
        if options.command == "explain":
            return _explain(options.policy)
        if not program:
            parser.error(f"{options.command} needs a program after --")
        if options.command == "learn":
            return _learn(program)
        return _run(_policy(options), program, options.report)
    except errors.NotStarted as error:
        print(f"iron_sandbox: {error.strerror or error}", file=sys.stderr)
        return NOT_FOUND if error.errno == 2 else NOT_EXECUTABLE
    except errors.SandboxError as error:
        print(f"iron_sandbox: {error}", file=sys.stderr)
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m iron_sandbox", description="Walls around programs that the Linux kernel holds.")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="run a program in a sandbox", usage="python -m iron_sandbox run [options] -- PROGRAM ARGUMENT...")
    run.add_argument("--policy", metavar="FILE", help="a policy, TOML; options of the command line replace its own")
    run.add_argument("--preset", help="python-agent, read-only, no-network or shell-tools")
    for flag, option, text in _LISTS:
        run.add_argument(flag, dest=option, action="append", metavar="VALUE", help=text)
    for flag, option, kind, text in _NUMBERS:
        run.add_argument(flag, dest=option, type=kind, metavar="N", help=text)
    run.add_argument("--env", action="append", metavar="NAME=VALUE", help="a variable of the environment")
    run.add_argument("--connect", action="append", type=int, metavar="PORT", help="a TCP port that may be connected to")
    run.add_argument("--bind", action="append", type=int, metavar="PORT", help="a TCP port that may be listened on")
    run.add_argument("--dns", action="store_true", help="names may be resolved, over TCP")
    run.add_argument("--best-effort", action="store_true", default=None, help="go on where this system cannot enforce something")
    run.add_argument("--report", action="store_true", help="tell on stderr what was refused and used")
    doctor = commands.add_parser("doctor", help="what this system can enforce, and what would fail")
    doctor.add_argument("--json", action="store_true", help="as JSON")
    commands.add_parser("learn", help="run a trusted program without walls and propose a policy for it", usage="python -m iron_sandbox learn -- PROGRAM ARGUMENT...")
    explain = commands.add_parser("explain", help="what a policy means on this system")
    explain.add_argument("policy", metavar="POLICY", help="a policy, TOML, or the name of a preset")
    return parser


def _policy(options: argparse.Namespace) -> dict[str, Any]:
    policy = load(options.policy) if options.policy else {}
    for option in ("preset", "best_effort", *(row[1] for row in _LISTS), *(row[1] for row in _NUMBERS)):
        value = getattr(options, option)
        if value is not None:
            policy[option] = [os.path.realpath(item) for item in value] if option.endswith("_paths") else value
    if options.env:
        pairs = [item.partition("=") for item in options.env]
        if any(not separator for _, separator, _ in pairs):
            raise errors.PolicyError("--env: must be NAME=VALUE")
        policy["env"] = {**policy.get("env", {}), **{name: value for name, _, value in pairs}}
    if options.connect or options.bind or options.dns:
        policy["allow_network"] = {"connect": options.connect or [], "bind": options.bind or [], "dns": options.dns}
    return policy


def _run(policy: dict[str, Any], program: list[str], report: bool) -> int:
    process = Sandbox(**policy).popen(program)

    def forward(number: int, frame: Any) -> None:
        process.send_signal(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, forward)
    process.wait()
    outcome = process.outcome
    if report or outcome.exceeded or outcome.timed_out:
        for line in _lines(outcome):
            print(f"iron_sandbox: {line}", file=sys.stderr)
    if outcome.timed_out:
        return TIMED_OUT
    return int(outcome.returncode if outcome.returncode >= 0 else 128 - outcome.returncode)


def _lines(outcome: Any) -> list[str]:
    usage = outcome.usage
    lines = [str(denial) for denial in outcome.denials]
    if outcome.timed_out:
        lines.append(f"the time was up after {usage.wall_seconds:.1f} s")
    if outcome.exceeded:
        lines.append(f"everything was ended: more {outcome.exceeded} was used than is allowed")
    lines.append(f"{usage.wall_seconds:.2f} s, processors {usage.user_seconds + usage.system_seconds:.2f} s, {usage.max_rss_bytes >> 20} MiB, {usage.processes} processes")
    return lines


def _doctor(as_json: bool) -> int:
    support = _support.support()
    if as_json:
        print(json.dumps({"available": support.available, "reason": support.reason, **support.facts}, indent=2))
        return 0 if support else 1
    for finding in support.facts.get("findings", []):
        mark = {"Fine": "ok     ", "Limited": "limited", "Missing": "MISSING"}[finding["level"]]
        print(f"{mark}  {finding['subject']}: {finding['text']}" + (f"\n         {finding['advice']}" if finding["advice"] else ""))
    if not support:
        print(f"no sandbox can be made here: {support.reason}")
        return 1
    done = Sandbox().exec(["true"])
    print(f"a sandbox was made and ran a program in {done.usage.wall_seconds * 1000:.1f} ms" if done.ok else f"a sandbox was made, but its program ended with {done.returncode}")
    return 0 if done.ok else 1


def _explain(name: str) -> int:
    policy: dict[str, Any] = load(name) if os.path.exists(name) or name.endswith(".toml") else {"preset": name}
    policy["best_effort"] = True
    for line in Sandbox(**policy).report()["explanation"]:
        print(line)
    return 0


def _learn(program: list[str]) -> int:
    from iron_sandbox._tree import Tree

    print("iron_sandbox: this runs without walls; use it for programs that you trust", file=sys.stderr)
    sandbox = Sandbox(keep_env=[name for name in os.environ if name not in ("HOME", "TMPDIR") and name.isidentifier()], env={"HOME": os.path.expanduser("~")}, best_effort=True)
    tree = Tree(sandbox, program, os.getcwd(), [0, 1, 2], 0, unconfined=True)
    tree.wait()
    outcome = tree.result()
    proposal = {name: value for name, value in tree.proposal.items() if value}
    proposal.setdefault("keep_env", [name for name in ("LANG", "LC_ALL", "TZ") if name in os.environ])
    print(f"# proposed by python -m iron_sandbox learn; the program ended with {outcome.returncode}")
    print(toml(proposal), end="")
    return 0 if outcome.returncode == 0 else 1
