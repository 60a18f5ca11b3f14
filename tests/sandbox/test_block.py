"""with Sandbox(...): the rest of the program is confined, and whoever started it sees one program."""
from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest

from conftest import PATIENCE, Host

HEAD = "from iron_sandbox import *\nimport subprocess, signal, atexit, threading\n"
DENIED = "def denied(path='/etc/shadow' if not os.getuid() else outside + '/file'):\n    try:\n        open(path).close()\n    except PermissionError:\n        return True\n    return False\nopen(outside + '/file', 'w').write('x')\n"


def test_body_and_rest_of_the_program_are_confined(host: Host) -> None:
    told = host.tell(HEAD + DENIED + """
import socket
before = denied() 
with Sandbox(allowed_paths=[work], max_processes=20) as sandbox:
    body = denied()
    open(work + "/made", "w").write("x"); os.chmod(work + "/made", 0o600)
    child = subprocess.run(["cat", outside + "/file"], capture_output=True).returncode
    try:
        socket.socket(); network = True
    except PermissionError:
        network = False
    private = os.environ["TMPDIR"]
    open(private + "/x", "w").write("x")
    thread = []
    other = threading.Thread(target=lambda: thread.append(denied())); other.start(); other.join()
    report = sandbox.report()
after = denied()
print(json.dumps([before, body, child, network, thread, after, report["block"]["way"], [d["what"] for d in report["block"]["denials"]], private]))
""")
    assert told[:6] == [False, True, 1, False, [True], True]
    assert told[6] == "fork" and "socket" in told[7]
    assert not os.path.exists(told[8])


@pytest.mark.parametrize("end, status", [
    ("pass", 0), ("sys.exit(7)", 7), ("raise SystemExit('text')", 1), ("1 / 0", 1), ("os._exit(9)", 9), ("os.abort()", -signal.SIGABRT),
    ("os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM), ("os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL), ("import ctypes; ctypes.string_at(0)", -signal.SIGSEGV),
])
def test_the_end_of_the_block_is_the_end_of_the_process(host: Host, end: str, status: int) -> None:
    out = host.run(HEAD + f"""
atexit.register(lambda: print("atexit", flush=True))
with Sandbox(allowed_paths=[work]):
    print("body", flush=True)
{end}
""", status=status)
    assert out.splitlines().count("body") == 1
    assert out.splitlines().count("atexit") == (0 if status < 0 or status == 9 else 1)


def test_exceptions_inside_leave_the_block_as_anywhere(host: Host) -> None:
    assert host.tell(HEAD + DENIED + """
try:
    with Sandbox(allowed_paths=[work]):
        raise KeyError("x")
except KeyError as error:
    print(json.dumps([str(error), denied()]))
""") == ["'x'", True]


def test_what_the_block_leaves_behind_is_ended(host: Host) -> None:
    word = f"{5 * 10**6 + os.getpid()}.5"
    host.run(HEAD + f"""
with Sandbox(allowed_paths=[work]):
    subprocess.Popen(["setsid", "sleep", "{word}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    subprocess.Popen(["sh", "-c", "(setsid sleep {word} &)"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.2)
""")
    deadline = time.monotonic() + PATIENCE
    while subprocess.run(["pgrep", "-f", f"sleep {word}"], capture_output=True, check=False).returncode == 0 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert subprocess.run(["pgrep", "-f", f"sleep {word}"], capture_output=True, check=False).returncode == 1


def test_signals_to_the_process_reach_the_block_once(host: Host) -> None:
    process = host.start(HEAD + """
got = []
signal.signal(signal.SIGUSR1, lambda number, frame: got.append(number))
with Sandbox(allowed_paths=[work]):
    print("ready", flush=True)
    while not got:
        signal.pause()
    time.sleep(0.2)
    print(len(got), flush=True)
    try:
        print("again", flush=True)
        time.sleep(1000)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
        sys.exit(3)
""")
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGUSR1)
    assert process.stdout.readline() == "1\n"
    assert process.stdout.readline() == "again\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    assert out == "interrupted\n", err
    assert process.returncode == 3


def test_a_timeout_and_a_limit_of_memory_end_the_block(host: Host) -> None:
    host.run(HEAD + "with Sandbox(timeout=0.5):\n    time.sleep(1000)\n", status=-signal.SIGTERM)
    out = host.run(HEAD + """
with Sandbox(max_memory_mb=256):
    try:
        bytearray(1 << 30)
    except MemoryError:
        print("MemoryError")
""")
    assert out == "MemoryError\n"


def test_kill_9_of_the_parent_leaves_no_free_block(host: Host) -> None:
    """The supervisor is gone: nothing can be started any more, and the walls stay."""
    process = host.start(HEAD + DENIED + """
with Sandbox(allowed_paths=[work]):
    print(os.getpid(), flush=True)
    while os.getppid() == int(args[0] if args else os.getppid()) and os.getppid() != 1 and not os.path.exists(work + "/go"):
        time.sleep(0.05)
    try:
        subprocess.run(["true"]); started = True
    except OSError:
        started = False
    open(work + "/told", "w").write(json.dumps([denied(), started]))
""")
    assert process.stdout is not None
    child = int(process.stdout.readline())
    process.kill()
    process.wait()
    (host.work / "go").touch()
    told = host.work / "told"
    deadline = time.monotonic() + PATIENCE
    while not (told.exists() and told.read_text()) and time.monotonic() < deadline:
        time.sleep(0.05)
    try:
        assert told.read_text() == "[true, false]"
    finally:
        try:
            os.kill(child, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.stdout.close()
        process.stderr.close()  # type: ignore[union-attr]


def test_what_cannot_be_sound_is_refused_and_the_body_does_not_run(host: Host) -> None:
    told = host.tell(HEAD + DENIED + """
import asyncio
sandbox = Sandbox(allowed_paths=[work])
def caught(action):
    try:
        action()
    except SandboxError as error:
        return str(error)
def block():
    with sandbox:
        print("the body ran")
event = threading.Event()
thread = threading.Thread(target=event.wait, name="busy"); thread.start()
threads = caught(block)
event.set(); thread.join()
async def main():
    block()
loop = caught(lambda: asyncio.run(main()))
elsewhere = []
thread = threading.Thread(target=lambda: elsewhere.append(caught(block))); thread.start(); thread.join()
free = not denied()
with sandbox:
    nested = caught(block)
    inner = caught(lambda: Sandbox(allowed_paths=[work]).exec(["true"]))
    child = os.fork()
    if child == 0:
        os._exit(0 if denied() else 1)
    status = os.waitpid(child, 0)[1]
print(json.dumps([threads, loop, elsewhere, free, nested, inner, status]))
""")
    assert "busy" in told[0] and "event loop" in told[1] and told[2][0] and told[3] is True
    assert "nest" in told[4] and "confined" in told[5] and told[6] == 0


def test_what_was_started_before_is_ended_at_the_entry_and_no_way_to_the_supervisor_is_left(host: Host) -> None:
    told = host.tell(HEAD + """
sandbox = Sandbox(allowed_paths=[work])
running = sandbox.popen(["sleep", "1000"])
supervisor = int(open(f"/proc/{running.pid}/stat").read().rsplit(")", 1)[1].split()[1])
with sandbox:
    for _ in range(600):
        try:
            os.kill(supervisor, 0); alive = True
        except ProcessLookupError:
            alive = False
        except PermissionError:
            alive = True
        if not alive: break
        time.sleep(0.1)
print(json.dumps(alive))
""")
    assert told is False
