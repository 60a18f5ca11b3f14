"""Signals as a kernel before 6.12 has them held: by the supervisor, who sends them inside the tree and nowhere else."""
from __future__ import annotations

import platform

import pytest

from conftest import Host

HEAD = """
from iron_sandbox import Sandbox
import subprocess
victim = subprocess.Popen(["sleep", "1000"], preexec_fn=os.setpgrp, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
sandbox = Sandbox(allowed_paths=[work], landlock_abi=5, max_processes=32)
assert {"option": "signals", "by": "seccomp and supervisor"} in sandbox.report()["enforced"], sandbox.report()
"""

#: What a program does with signals, and must go on doing.
INSIDE = {
    "itself": "import os, signal; got = []; signal.signal(signal.SIGUSR1, lambda *a: got.append(1)); os.kill(os.getpid(), signal.SIGUSR1); signal.raise_signal(signal.SIGUSR1); assert got == [1, 1]; os.kill(os.getpid(), 0)",
    "a thread": "import signal, threading, time; done = threading.Event(); got = []; signal.signal(signal.SIGUSR1, lambda *a: got.append(1)); t = threading.Thread(target=done.wait); t.start(); signal.pthread_kill(t.ident, signal.SIGUSR1); done.set(); t.join(); time.sleep(0.01); assert got == [1]",
    "children": "import subprocess, signal; p = subprocess.Popen(['sleep', '1000']); p.terminate(); assert p.wait() == -15; p = subprocess.Popen(['sleep', '1000']); p.send_signal(signal.SIGSTOP); p.send_signal(signal.SIGCONT); p.kill(); assert p.wait() == -9",
    "a daemon": "import subprocess, os, time; p = subprocess.Popen(['sleep', '1000'], start_new_session=True); os.killpg(p.pid, 15); assert p.wait() == -15",
    "a descriptor": "import os, signal, subprocess; p = subprocess.Popen(['sleep', '1000']); d = os.pidfd_open(p.pid); signal.pidfd_send_signal(d, 15); assert p.wait() == -15\ntry: signal.pidfd_send_signal(d, 15)\nexcept ProcessLookupError: pass\nelse: raise SystemExit('gone')",
    "its group": "import os, signal, subprocess; signal.signal(signal.SIGTERM, signal.SIG_IGN); p = subprocess.Popen(['sh', '-c', 'trap - TERM; exec sleep 1000'], restore_signals=True, preexec_fn=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL)); os.kill(0, 15); assert p.wait() == -15",
    "nobody": "import os\ntry: os.kill(2 ** 22 - 3, 15)\nexcept ProcessLookupError: pass\ntry: os.kill(os.getpid(), 1000)\nexcept OSError as e: assert e.errno == 22",
    "a shell": "import subprocess; assert subprocess.run(['sh', '-c', 'sleep 1000 & kill $!; wait $!; echo $?'], capture_output=True, text=True).stdout == '143\\n'; assert subprocess.run(['timeout', '0.05', 'sleep', '1000']).returncode == 124",
    "abort": "import subprocess, sys; assert subprocess.run([sys.executable, '-c', 'import os; os.abort()'], stderr=-3).returncode == -6",
}

TKILL, TGKILL, QUEUE = (130, 131, 138) if platform.machine() == "aarch64" else (200, 234, 129)

#: Ways to reach a process outside: "pid" is one of the same user.
OUTSIDE = {
    "kill": "os.kill(pid, 9)",
    "existence": "os.kill(pid, 0)",
    "a group": "os.kill(-pid, 9)",
    "everybody": "os.kill(-1, 9)",
    "a descriptor": "signal.pidfd_send_signal(os.pidfd_open(pid), 9)",
    "tkill": f"call({TKILL}, pid, 9)",
    "tgkill": f"call({TGKILL}, pid, pid, 9)",
    "queued": f"call({QUEUE}, pid, 9, ctypes.create_string_buffer(b'\\x09\\0\\0\\0\\0\\0\\0\\0\\xff\\xff\\xff\\xff', 128))",
    "the supervisor": "os.kill(os.getppid(), 9)",
}


@pytest.mark.parametrize("name", INSIDE)
def test_inside_the_tree_signals_do_what_they_do(host: Host, name: str) -> None:
    told = host.tell(HEAD + f"""
done = sandbox.exec(["python3", "-c", {INSIDE[name]!r}])
victim.kill()
print(json.dumps([done.returncode, done.stderr.decode()[-2000:], [str(denial) for denial in done.denials]]))
""")
    assert told == [0, "", []]


@pytest.mark.parametrize("name", OUTSIDE)
def test_nobody_outside_gets_one(host: Host, name: str) -> None:
    told = host.tell(HEAD + f"""
program = "import os, signal, ctypes, sys\\npid = int(sys.argv[1])\\nlibc = ctypes.CDLL(None, use_errno=True)\\ndef call(*a):\\n    if libc.syscall(*a) != 0: raise OSError(ctypes.get_errno(), 'refused')\\n" + {OUTSIDE[name]!r}
free = subprocess.Popen(["sleep", "1000"], preexec_fn=os.setpgrp)
if {name!r} not in ("everybody", "the supervisor"):
    assert subprocess.run([sys.executable, "-c", program, str(free.pid)]).returncode == 0, "the control"
free.kill()
done = sandbox.exec(["python3", "-c", program, str(victim.pid)])
alive = victim.poll() is None
again = sandbox.exec(["true"]).returncode
victim.kill()
print(json.dumps([alive, again, done.returncode, done.stderr.decode()[-300:]]))
""")
    assert told[:2] == [True, 0] and told[2] != 0 and ("PermissionError" in told[3] or "ProcessLookupError" in told[3]), told
