"""Programs in sandboxes: what they get, what comes back, which limits hold."""
from __future__ import annotations

import os

import pytest

from conftest import Host

HEAD = "from iron_sandbox import *\nimport subprocess\n"


def test_a_program_gets_input_and_gives_output_and_status(host: Host) -> None:
    told = host.tell(HEAD + """
done = Sandbox(allowed_paths=[work]).exec(["sh", "-c", "cat; echo oops >&2; exit 3"], input=b"hello\\0" * 30000)
print(json.dumps([done.returncode, len(done.stdout), done.stderr.decode(), done.timed_out, done.truncated, done.ok, done.usage.processes >= 2, done.usage.wall_seconds > 0]))
""")
    assert told == [3, 180000, "oops\n", False, False, False, True, True]


def test_a_signal_is_a_negative_status(host: Host) -> None:
    assert host.tell(HEAD + 'print(json.dumps(Sandbox().exec(["sh", "-c", "kill -USR1 $$"]).returncode))') == -10


def test_a_program_that_does_not_read_its_input_is_no_error(host: Host) -> None:
    assert host.tell(HEAD + 'print(json.dumps(Sandbox().exec(["true"], input=b"x" * 5000000).returncode))') == 0


def test_the_environment_is_an_allow_list_and_home_is_private_and_removed(host: Host) -> None:
    told = host.tell(HEAD + """
sandbox = Sandbox(allowed_paths=[work], env={"MINE": "1"}, keep_env=["LANG", "NOT_SET"])
done = sandbox.exec(["sh", "-c", "env | sort; pwd; mkdir -p $HOME/a/b; chmod 500 $HOME/a/b; chmod 000 $HOME/a; echo $HOME"])
lines = done.stdout.decode().splitlines()
print(json.dumps([sorted(line.split("=")[0] for line in lines[:-2]), lines[-2] == work, os.path.exists(lines[-1]), "hunter2" in done.stdout.decode(), done.stderr.decode()]))
""")
    assert told == [["HOME", "LANG", "MINE", "PATH", "PWD", "TMPDIR"], True, False, False, ""]


def test_signals_and_limits_are_those_of_a_new_process(host: Host) -> None:
    """The host's runtime ignores SIGPIPE and the supervisor has more descriptors: neither is handed on."""
    told = host.tell(HEAD + """
import resource
code = "import signal, resource, os; print(signal.getsignal(signal.SIGPIPE) is signal.SIG_IGN, signal.pthread_sigmask(signal.SIG_BLOCK, []), resource.getrlimit(resource.RLIMIT_NOFILE)[0], os.getsid(0) == os.getpid())"
# Python itself ignores SIGPIPE: a shell tells.
shell = Sandbox().exec(["sh", "-c", "yes | head -n 1"])
done = Sandbox().exec(["python3", "-c", code])
print(json.dumps([shell.stderr.decode(), done.stdout.decode().split()[1:], resource.getrlimit(resource.RLIMIT_NOFILE)[0]]))
""")
    assert told[0] == ""
    assert told[1] == ["set()", str(told[2]), "True"]


def test_output_beyond_the_cap_is_dropped_and_the_host_does_not_grow(host: Host) -> None:
    told = host.tell(HEAD + """
import resource
done = Sandbox(max_output_mb=2).exec(["sh", "-c", "head -c 1073741824 /dev/zero"])
print(json.dumps([done.returncode, len(done.stdout), done.truncated, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
""")
    assert told[:3] == [0, 2 << 20, True]
    assert told[3] < 200 << 10, "KiB"


@pytest.mark.parametrize("way", ["quietly", "ignoring", "daemon"])
def test_a_timeout_ends_the_whole_tree(host: Host, way: str) -> None:
    word = f"{6 * 10**6 + os.getpid()}.{len(way)}"
    programs = {
        "quietly": f"sleep {word}",
        "ignoring": f"trap '' TERM INT HUP; while :; do sleep {word}; done",
        "daemon": f"trap '' TERM; (setsid sh -c 'trap \"\" TERM; (setsid sleep {word} &); sleep {word}' &); sleep {word} & sleep {word}",
    }
    told = host.tell(HEAD + f"""
done = Sandbox(timeout=100).exec(["sh", "-c", {programs[way]!r}], timeout=0.5)
def command(pid):
    try:
        return open(f"/proc/{{pid}}/cmdline", "rb").read()
    except OSError:
        return b""
left = [pid for pid in os.listdir("/proc") if pid.isdigit() and b"sleep\\x00{word}" in command(pid)]
print(json.dumps([done.timed_out, done.returncode < 0, done.usage.wall_seconds < 60, left]))
""")
    assert told == [True, True, True, []]


def test_what_a_program_leaves_behind_is_ended_with_it(host: Host) -> None:
    told = host.tell(HEAD + """
done = Sandbox().exec(["sh", "-c", "(setsid sleep 1234 &); setsid sleep 1234 & sleep 1234 & exit 4"])
import glob
def command(path):
    try:
        return open(path, "rb").read()
    except OSError:
        return b""
print(json.dumps([done.returncode, [path for path in glob.glob("/proc/[0-9]*/cmdline") if b"sleep\\x001234" in command(path)]]))
""")
    assert told == [4, []]


def test_memory_is_limited_for_a_process_and_for_the_tree(host: Host) -> None:
    told = host.tell(HEAD + """
sandbox = Sandbox(max_memory=200)
one = sandbox.exec(["python3", "-c", "bytearray(300 << 20)"])
tree = "import os, time\\nfor _ in range(4):\\n  if not os.fork():\\n    held = bytearray(90 << 20); time.sleep(100)\\ntime.sleep(100)"
many = sandbox.exec(["python3", "-c", tree], timeout=100)
files = "import os, time\\nf = os.memfd_create('x', 8)\\nfor _ in range(300): os.write(f, bytes(1 << 20))\\ntime.sleep(100)"
memory = sandbox.exec(["python3", "-c", files], timeout=100)
print(json.dumps([one.returncode, b"MemoryError" in one.stderr, many.exceeded, many.timed_out, [denial.option for denial in many.denials if denial.what == "memory"], memory.exceeded]))
""")
    assert told == [1, True, "memory", False, ["max_memory_mb"], "memory"]


def test_processor_time_is_limited_for_the_tree(host: Host) -> None:
    told = host.tell(HEAD + """
done = Sandbox(max_cpu_seconds=1).exec(["sh", "-c", "while :; do :; done & while :; do :; done & wait"], timeout=100)
print(json.dumps([done.exceeded, done.timed_out, done.usage.user_seconds < 30]))
""")
    assert told == ["cpu", False, True]


def test_processes_are_limited_for_root_too_and_threads_are_not_counted(host: Host) -> None:
    told = host.tell(HEAD + """
sandbox = Sandbox(max_processes=8)
code = '''
import os, threading, time
for _ in range(20): threading.Thread(target=time.sleep, args=(0.2,)).start()
made = 0
try:
    for _ in range(20):
        if not os.fork(): time.sleep(100)
        made += 1
except BlockingIOError: pass
print(made)
'''
done = sandbox.exec(["python3", "-c", code])
# Those that ended make room again.
again = sandbox.exec(["sh", "-c", "i=0; while [ $i -lt 50 ]; do /bin/true; i=$((i + 1)); done; echo fine"])
print(json.dumps([done.stdout.decode().strip(), [denial.option for denial in done.denials], again.stdout.decode().strip()]))
""")
    assert told == ["7", ["max_processes"], "fine"]


def test_a_fork_bomb_ends_with_its_time(host: Host) -> None:
    told = host.tell(HEAD + """
done = Sandbox(max_processes=30).exec(["sh", "-c", "f() { f | f & f; }; f"], timeout=2)
print(json.dumps([done.timed_out or done.returncode != 0 or bool(done.denials), done.usage.wall_seconds < 60]))
""")
    assert told == [True, True]


def test_files_and_descriptors_are_limited(host: Host) -> None:
    told = host.tell(HEAD + """
sandbox = Sandbox(allowed_paths=[work], max_open_files=20, max_file_size_mb=1)
files = sandbox.exec(["python3", "-c", "import os\\ntry:\\n  while True: os.dup(1)\\nexcept OSError as e: print(e.errno)"])
size = sandbox.exec(["python3", "-c", "f = open('big', 'wb')\\ntry:\\n  f.write(bytes(2 << 20)); f.flush()\\nexcept OSError as e: print(e.errno)"])
print(json.dumps([files.stdout.decode().strip(), size.stdout.decode().strip(), os.path.getsize(work + "/big") <= 1 << 20]))
""")
    assert told == ["24", "27", True]


def test_ports_of_the_list_can_be_used(host: Host) -> None:
    told = host.tell(HEAD + """
import socket, threading
server = socket.create_server(("127.0.0.1", 0)); port = server.getsockname()[1]
free = socket.create_server(("127.0.0.1", 0)); bound = free.getsockname()[1]; free.close()
threading.Thread(target=lambda: server.accept()[0].sendall(b"hi"), daemon=True).start()
client = Sandbox(allow_network=[port]).exec(["python3", "-c", f"import socket; print(socket.create_connection(('127.0.0.1', {port})).recv(2))"])
code = f"import socket; s = socket.socket(); s.setsockopt(1, 2, 1); s.bind(('127.0.0.1', {bound})); s.listen(); print('listens')"
listening = Sandbox(allow_network={"bind": [bound]}).exec(["python3", "-c", code])
print(json.dumps([client.stdout.decode().strip(), listening.stdout.decode().strip(), client.stderr.decode(), listening.stderr.decode()]))
""")
    assert told == ["b'hi'", "listens", "", ""]


def test_the_report_tells_what_is_enforced(host: Host) -> None:
    report = host.tell(HEAD + 'print(json.dumps(Sandbox(allowed_paths=[work], max_memory_mb=100, timeout=5).report()))')
    options = {item["option"] for item in report["enforced"]}
    assert {"paths", "system calls", "allow_network", "capabilities", "environment", "max_memory_mb", "timeout"} <= options
    assert report["losses"] == []
    assert any(item["path"] == str(host.work) for item in report["paths"])


def test_a_program_can_be_used_as_with_popen(host: Host) -> None:
    told = host.tell(HEAD + """
sandbox = Sandbox(allowed_paths=[work])
echo = sandbox.popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
running = echo.poll()
out = echo.communicate("text\\n")
both = sandbox.popen(["sh", "-c", "echo one; echo two >&2"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
merged = both.communicate()
with sandbox.popen(["sleep", "1000"], stdout=subprocess.DEVNULL) as sleeping:
    pid = sleeping.pid
    try:
        sleeping.wait(0.05)
    except subprocess.TimeoutExpired:
        late = True
    sleeping.terminate()
    status = sleeping.wait(60)
line = sandbox.popen(["sh", "-c", "echo first; sleep 1000"], stdout=subprocess.PIPE)
first = line.stdout.readline()
line.kill()
killed = line.wait(60)
print(json.dumps([running, out, echo.returncode, merged[0].decode(), late, status, pid > 0, first.decode(), killed, line.outcome.returncode]))
""")
    assert told == [None, ["text\n", None], 0, "one\ntwo\n", True, -15, True, "first\n", -9, -9]


def test_asyncio_waits_without_blocking_and_cancels(host: Host) -> None:
    told = host.tell(HEAD + """
import asyncio
sandbox = Sandbox(allowed_paths=[work], read_only_paths=[package])
import functions

async def main():
    done = await asyncio.gather(*(sandbox.aexec(["sh", "-c", f"cat; echo {n}"], input=b"x" * 200000) for n in range(10)))
    value = await sandbox.arun(functions.add, 1, 2)
    later = await sandbox.arun(functions.later, "x")
    task = asyncio.ensure_future(sandbox.aexec(["sleep", "4321"]))
    await asyncio.sleep(0.2)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        cancelled = True
    # A program that is let go of is ended by the supervisor, soon.
    for _ in range(600):
        left = [pid for pid in os.listdir("/proc") if pid.isdigit() and b"4321" in read(f"/proc/{pid}/cmdline")]
        if not left: break
        await asyncio.sleep(0.1)
    return [[len(one.stdout) for one in done], value, later, cancelled, left]

def read(path):
    try:
        return open(path, "rb").read()
    except OSError:
        return b""

print(json.dumps(asyncio.run(main())))
""")
    assert told == [[200002] * 10, 3, "x", True, []]
