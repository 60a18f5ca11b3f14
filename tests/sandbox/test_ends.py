"""Ends that nobody planned: of the host, of the supervisor, by force. Nothing is left running, and nobody who uses the host's own children is disturbed."""
from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from conftest import LONG, PATIENCE, Host

HEAD = """
from iron_sandbox import *
import subprocess, glob, signal
def processes(word):
    found = []
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            if word.encode() in open(path, "rb").read():
                found.append(int(path.split("/")[2]))
        except OSError:
            pass
    return found
def gone(word):
    for _ in range(600):
        if not processes(word): return True
        time.sleep(0.1)
    return False
"""
TREE = 'trap \\"\\" TERM HUP; (setsid sleep {0} &) ; setsid sleep {0} & sleep {0}'


def alive(word: str) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word.encode() in path.read_bytes():
                found.append(path.parent.name)
        except OSError:
            pass
    return found


def eventually_gone(word: str) -> bool:
    deadline = time.monotonic() + PATIENCE
    while alive(word):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_kill_9_of_the_host_leaves_nothing_running(host: Host) -> None:
    word = f"{10**6 + os.getpid()}.5"
    process = host.start(HEAD + f"""
sandbox = Sandbox(allowed_paths=[work])
running = [sandbox.popen(["sh", "-c", "{TREE.format(word)}"]) for _ in range(3)]
child = os.fork()  # holds copies of all descriptors of the host
if child == 0:
    time.sleep(1000)
print(child, flush=True)
time.sleep(1000)
""")
    assert process.stdout is not None
    child = int(process.stdout.readline())
    deadline = time.monotonic() + PATIENCE
    while len(alive(f"sleep\0{word}")) < 9 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(alive(f"sleep\0{word}")) == 9
    process.kill()
    process.wait()
    try:
        assert eventually_gone(word)
    finally:
        os.kill(child, signal.SIGKILL)
        process.stdout.close()
        process.stderr.close()  # type: ignore[union-attr]


def test_kill_9_of_the_supervisor_ends_its_trees_is_told_and_the_next_start_works(host: Host) -> None:
    word = f"{2 * 10**6 + os.getpid()}.5"
    told = host.tell(HEAD + f"""
sandbox = Sandbox(allowed_paths=[work])
unwatched = sandbox.popen(["sh", "-c", "{TREE.format(word)}"])
import threading
errors = []
def waits():
    try:
        sandbox.exec(["sh", "-c", "{TREE.format(word)}"])
    except SandboxLost as error:
        errors.append(str(error))
thread = threading.Thread(target=waits); thread.start()
while len(processes("sleep\\x00{word}")) < 6: time.sleep(0.05)
supervisor = int(open(f"/proc/{{unwatched.pid}}/stat").read().rsplit(")", 1)[1].split()[1])
os.kill(supervisor, signal.SIGKILL)
thread.join(60)
left = gone("{word}")
print(json.dumps([len(errors), left, unwatched.wait(60), sandbox.exec(["echo", "x"]).stdout.decode()]))
""")
    assert told == [1, True, -9, "x\n"]


def test_the_end_of_the_host_ends_what_it_started(host: Host) -> None:
    word = f"{3 * 10**6 + os.getpid()}.5"
    host.run(HEAD + f"""
process = Sandbox().popen(["sleep", "{word}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
""")
    assert eventually_gone(word)


def test_the_supervisor_is_no_child_of_the_host_and_holds_nothing_of_it(host: Host) -> None:
    told = host.tell(HEAD + """
secret = os.open(outside, os.O_RDONLY); os.set_inheritable(secret, True)
process = Sandbox().popen(["sleep", "1000"])
supervisor = int(open(f"/proc/{process.pid}/stat").read().rsplit(")", 1)[1].split()[1])
try:
    os.waitpid(-1, os.WNOHANG); children = "some"
except ChildProcessError:
    children = "none"
try:
    environment = open(f"/proc/{supervisor}/environ", "rb").read()
    holds = [os.readlink(path) for path in glob.glob(f"/proc/{supervisor}/fd/*")]
except PermissionError:
    environment, holds = b"", []
inside = Sandbox().exec(["sh", "-c", f"cat /proc/{supervisor}/environ /proc/{os.getpid()}/environ"])
process.kill()
print(json.dumps([children, environment.decode(), outside in holds, inside.stdout.decode(), inside.returncode != 0]))
""")
    assert told == ["none", "", False, "", True]


def test_a_forked_child_has_a_supervisor_of_its_own(host: Host) -> None:
    told = host.tell(HEAD + """
sandbox = Sandbox(allowed_paths=[work])
running = sandbox.popen(["sleep", "1000"])
assert sandbox.exec(["true"]).ok
answers = []
for depth in range(3):
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            try:
                running.wait(0.1); waited = "waited"
            except SandboxError:
                waited = "refused"
            grandchild = os.fork()
            if grandchild == 0:
                os._exit(0 if sandbox.exec(["true"]).ok else 1)
            inner = os.waitpid(grandchild, 0)[1]
            os.write(writing, json.dumps([sandbox.exec(["echo", str(depth)]).stdout.decode(), waited, inner]).encode())
        finally:
            os._exit(0)
    os.close(writing)
    answers.append(json.loads(os.read(reading, 1000)))
    os.waitpid(child, 0)
still = running.poll()
running.kill()
print(json.dumps([answers, still, running.wait(60)]))
""")
    assert told == [[[f"{depth}\n", "refused", 0] for depth in range(3)], None, -9]


def test_ctrl_c_ends_the_program_that_is_waited_for(host: Host) -> None:
    word = f"{4 * 10**6 + os.getpid()}.5"
    process = host.start(HEAD + f"""
print("ready", flush=True)
try:
    Sandbox().exec(["sleep", "{word}"])
except KeyboardInterrupt:
    print("interrupted", gone("{word}"), flush=True)
""")
    assert process.stdout is not None
    process.stdout.readline()
    deadline = time.monotonic() + PATIENCE
    while not alive(f"sleep\0{word}") and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    assert out == "interrupted True\n", err


def test_two_hundred_at_once_in_a_process_that_allocates_and_forks(host: Host) -> None:
    told = host.tell(HEAD + """
import threading, gc
sandbox = Sandbox(allowed_paths=[work], max_memory_mb=200, timeout=100)
outputs, stop = [], threading.Event()
def one(n):
    outputs.append(sandbox.exec(["sh", "-c", f"echo {n}; /bin/true"]).stdout)
def busy():
    while not stop.is_set():
        [bytearray(1000) for _ in range(10000)]; gc.collect()
        child = os.fork()
        if child == 0: os._exit(0)
        os.waitpid(child, 0)
noise = threading.Thread(target=busy); noise.start()
threads = [threading.Thread(target=one, args=(n,)) for n in range(200)]
[thread.start() for thread in threads]; [thread.join() for thread in threads]
stop.set(); noise.join()
print(json.dumps(sorted(int(output) for output in outputs)))
""")
    assert told == list(range(200))


def test_many_in_sequence_leave_no_descriptor_process_thread_or_memory(host: Host) -> None:
    count = 10_000 if LONG else 1_000 if host.user == "root" else 300
    told = host.tell(HEAD + f"""
sandbox = Sandbox(allowed_paths=[work])
first = sandbox.popen(["sleep", "0.1"]); supervisor = int(open(f"/proc/{{first.pid}}/stat").read().rsplit(")", 1)[1].split()[1]); first.wait()
def state(pid):
    status = dict(line.split(":", 1) for line in open(f"/proc/{{pid}}/status"))
    try:
        descriptors = len(os.listdir(f"/proc/{{pid}}/fd"))
    except PermissionError:  # the supervisor lets nobody look but root
        descriptors = 0
    children = sum(len(open(task + "/children").read().split()) for task in glob.glob(f"/proc/{{pid}}/task/*"))
    return [descriptors, int(status["Threads"]), children, int(status["VmRSS"].split()[0])]
for n in range(100): sandbox.exec(["true"])
time.sleep(0.5)
before = state(os.getpid()), state(supervisor)
started = time.monotonic()
for n in range({count}):
    assert sandbox.exec(["sh", "-c", ": & exit 3"] if n % 50 == 0 else ["/bin/true"]).returncode in (0, 3)
rate = {count} / (time.monotonic() - started)
for _ in range(100):
    after = state(os.getpid()), state(supervisor)
    if after[0][:3] == before[0][:3] and after[1][:3] == before[1][:3]: break
    time.sleep(0.1)
print(json.dumps([before, after, rate, glob.glob("/tmp/iron-sandbox-??????")]))
""")
    before, after, _, folders = told
    for old, new in zip(before, after):
        assert new[:3] == old[:3], "descriptors, threads, children"
        assert new[3] < old[3] + 20_000, "KiB in memory"
