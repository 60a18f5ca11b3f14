"""What a sandbox costs to start, in one run, in alternation: medians in milliseconds, and whether the bars are held.

usage: sandbox_spawn.py [--count N] [--calls N] [--check]. Needs gcc; bubblewrap (bwrap) where its row is wanted. --check ends with status 1 when a bar is missed.

The limit is a launcher in C (launcher.c) that does the same with the same policy, compiled here: rules, filter, limits, capabilities, keyring, session, descriptors.
Bars: exec(["/bin/true"]) at most 1.3 times the launcher and below half of bubblewrap with user, pid, net and ipc namespaces; run() of a trivial function at most 1.25 times
`python -c "import json, importlib"` with the same sys.path; run() from a pool below 5 ms. The pool is given time to fill between calls: its latency is measured, not its rate.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from iron_sandbox import Sandbox, _native, _options

HERE = os.path.dirname(os.path.abspath(__file__))
NAMESPACES = ["--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--die-with-parent"]
FUNCTION = "def trivial():\n    return 1\n"


def timed(call):
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000


def alternate(calls, count, pause=0.0):
    """Medians of every call, one of each in turn, so that what disturbs the machine disturbs all."""
    taken = {name: [] for name in calls}
    for name, call in calls.items():
        call()
    for _ in range(count):
        for name, call in calls.items():
            if pause:
                time.sleep(pause)
            taken[name].append(timed(call))
    return {name: statistics.median(times) for name, times in taken.items()}


def checked(argv, **options):
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, **options)
    assert done.returncode == 0, (argv, done)


def spawn(argv):
    """A plain posix_spawn, with nothing around it."""
    status = os.waitpid(os.posix_spawn(argv[0], argv, {}), 0)[1]
    assert status == 0


def launcher(folder, sandbox):
    """The launcher, and the policy as it reads it."""
    program, policy = os.path.join(folder, "launcher"), os.path.join(folder, "policy")
    subprocess.run(["gcc", "-O2", "-o", program, os.path.join(HERE, "launcher.c")], check=True)
    lines = subprocess.run([_native.supervisor_path(), "compile"], input=_options.setup(sandbox._policy), stdout=subprocess.PIPE, check=True).stdout
    with open(policy, "wb") as file:
        file.write(lines)
    return program, policy


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--count", type=int, default=200, help="launches of /bin/true a row")
    options.add_argument("--calls", type=int, default=40, help="functions a row")
    options.add_argument("--check", action="store_true")
    arguments = options.parse_args()
    missed = []

    def row(name, value, limit=None, what=""):
        held = "" if limit is None else f"   {'held' if value <= limit else 'MISSED'}: at most {limit:.2f} ({what})"
        print(f"{name:34} {value:8.2f} ms{held}")
        if limit is not None and value > limit:
            missed.append(name)

    with tempfile.TemporaryDirectory() as folder:
        work = os.path.join(folder, "work")
        os.mkdir(work)
        sandbox = Sandbox(allowed_paths=[work], max_memory_mb=512, max_cpu_seconds=30, max_open_files=256, max_file_size_mb=100, max_processes=64, timeout=60)
        program, policy = launcher(folder, sandbox)
        private = os.path.join(folder, "private")

        def launch():
            checked([program, policy, "/bin/true"], env={"LAUNCHER_FOLDER": private})
            os.rmdir(private)

        calls = {
            "posix_spawn, bare": lambda: spawn(["/bin/true"]),
            "posix_spawn through subprocess": lambda: checked(["/bin/true"]),
            "launcher in C, same policy": launch,
            "Sandbox.exec": lambda: sandbox.exec(["/bin/true"]),
        }
        bubblewrap = shutil.which("bwrap")
        if bubblewrap:
            command = [bubblewrap, *NAMESPACES, "--ro-bind", "/", "/", "--bind", work, work, "--dev", "/dev", "--proc", "/proc", "/bin/true"]
            try:
                checked(command)
                calls["bubblewrap with namespaces"] = lambda: checked(command)
            except AssertionError as error:
                print(f"bubblewrap cannot run here: {error}", file=sys.stderr)
        medians = alternate(calls, arguments.count)
        for name in calls:
            if name != "Sandbox.exec":
                row(name, medians[name])
        row("Sandbox.exec", medians["Sandbox.exec"], 1.3 * medians["launcher in C, same policy"], "1.3 launchers")
        if "bubblewrap with namespaces" in medians:
            row("Sandbox.exec, again", medians["Sandbox.exec"], medians["bubblewrap with namespaces"] / 2, "half of bubblewrap")

        modules = os.path.join(folder, "modules")
        os.mkdir(modules)
        with open(os.path.join(modules, "trivial_function.py"), "w", encoding="utf-8") as file:
            file.write(FUNCTION)
        sys.path.insert(0, modules)
        from trivial_function import trivial

        same = dict(os.environ, PYTHONPATH=os.pathsep.join(entry for entry in sys.path if entry))
        interpreter = [sys.executable, "-c", "import json, importlib"]
        medians = alternate({"python": lambda: checked(interpreter, env=same), "run": lambda: sandbox.run(trivial)}, arguments.calls)
        row('python -c "import json, importlib"', medians["python"])
        row("Sandbox.run", medians["run"], 1.25 * medians["python"], "1.25 interpreters")

        with_pool = Sandbox(allowed_paths=[work], pool=4)

        def pooled():
            assert with_pool.run(trivial) == 1

        for _ in range(4):
            pooled()
        taken = []
        for _ in range(arguments.calls):
            deadline = time.monotonic() + 30
            while with_pool._pool.waiting < 4 and time.monotonic() < deadline:
                time.sleep(0.01)
            time.sleep(0.05)  # the last of them reads its modules
            taken.append(timed(pooled))
        with_pool.close()
        row("Sandbox(pool=4).run", statistics.median(taken), 5.0, "5 ms")
    return 1 if missed and arguments.check else 0


if __name__ == "__main__":
    sys.exit(main())
