"""Long lives: nothing grows, signals work as before the import, and little memory is enough."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from iron_cage import Protection, _native
from iron_cage.testing import ProviderSimulator, Reply

LONG = os.environ.get("IRON_CAGE_LONG") == "1"
CALLS = 100_000
#: So many calls it takes until the heap of the runtime has its size.
WARM_UP = 4_000

BODY = json.dumps({"model": "gpt-4o-mini", "max_tokens": 20, "messages": [{"role": "user", "content": "write to jane@example.com"}]}).encode()
ANSWER = {
    "id": "x", "object": "chat.completion", "created": 1, "model": "gpt-4o-mini",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "fine, 4111 1111 1111 1111"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
}
CHUNKS = b"".join(b"data: " + json.dumps({**ANSWER, "object": "chat.completion.chunk", "choices": choices, "usage": usage}).encode() + b"\n\n" for choices, usage in (
    ([{"index": 0, "delta": {"role": "assistant", "content": "fine, jane@exam"}, "finish_reason": None}], None),
    ([{"index": 0, "delta": {"content": "ple.com"}, "finish_reason": "stop"}], None),
    ([], ANSWER["usage"]),
)) + b"data: [DONE]\n\n"


#: After so many milliseconds an idle worker of .NET's thread pool leaves; after 20 s where nobody says so.
WORKERS_LEAVE = {"DOTNET_ThreadPool_ThreadTimeoutMs": "100"}
#: Threads of the runtime, one of each from when it is first needed.
ONCE = {".NET TP Gate", ".NET Timer"}


def threads():
    """How many threads this process has, by name."""
    names = []
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):  # it has ended
            names.append((task / "comm").read_text().strip())
    return Counter(name for name in names if name not in ONCE)


def figures():
    """Resident MB, threads and open descriptors of this process, when the idle workers of .NET's pool have left: how many there are tells how busy it was."""
    deadline = time.monotonic() + 4  # a worker that does not leave is counted
    while threads()[".NET TP Worker"] and time.monotonic() < deadline:
        time.sleep(0.02)
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmRSS"].split()[0]) / 1024, threads(), len(os.listdir("/proc/self/fd"))


def used_slots():
    """How many slots the library's table of handles has ever had: behind four pointers in what it leaves to forked children."""
    return int(_native.ffi.cast("int *", _native.load().ironcage_fork_state())[8])


def grows(call, calls):
    """Makes the calls; growth of memory in MB, threads and descriptors since the first tenth, or since it is warm."""
    before = None
    for made in range(calls):
        if made == max(WARM_UP, calls // 10):
            before = figures()
        call(made)
    after = figures()
    print(f"\n    {calls} calls; resident {before[0]:.1f} to {after[0]:.1f} MB, descriptors {before[2]} to {after[2]}, "
          f"threads {dict(before[1])} to {dict(after[1])}", file=sys.stderr)
    return after[0] - before[0], sum(after[1].values()) - sum(before[1].values()), after[2] - before[2]


def in_a_fresh_process(function, *arguments):
    """What a function of this module returns in a process where no other test has left threads and objects that come and go."""
    code = f"import json, sys, test_endurance; print(json.dumps(test_endurance.{function.__name__}(*json.loads(sys.argv[1]))))"
    process = python(code, json.dumps(arguments), cwd=Path(__file__).parent, env={**os.environ, **WORKERS_LEAVE})
    out, err = process.communicate()
    assert process.returncode == 0, err
    print(err, end="")
    return json.loads(out)


def growth_by_calls(state, calls):
    """The provider is a transport in this process, so that the time goes into the calls."""
    streamed = json.dumps({**json.loads(BODY), "stream": True, "stream_options": {"include_usage": True}}).encode()

    def provider(request):
        if b'"stream"' in request.content:
            return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=httpx.ByteStream(CHUNKS))
        return httpx.Response(200, headers={"content-type": "application/json"}, stream=httpx.ByteStream(json.dumps(ANSWER).encode()))

    protection = Protection(budget_usd=1000, state=state, agent_id="endurance")
    with httpx.Client(transport=httpx.MockTransport(provider)) as client:
        slots = used_slots()

        def call(made):
            if made % 100 == 0:
                Protection(budget_usd=1, state=state, agent_id="passing by").close()
            # many runs, some of them nested; most calls whole, some streamed, some left behind
            with protection:
                if made % 10 == 9:
                    with client.stream("POST", "https://api.openai.com/v1/chat/completions", content=streamed) as response:
                        if made % 20 == 19:
                            next(response.iter_raw())
                        else:
                            assert b"[EMAIL_REDACTED]" in response.read()
                else:
                    assert client.post("https://api.openai.com/v1/chat/completions", content=BODY).status_code == 200

        growth = grows(call, calls)
        slots = used_slots() - slots
    report = protection.report()
    assert report.calls == calls and report.held_usd == 0 and report.spent_usd > 0
    protection.close()
    return [*growth, slots]


@pytest.mark.parametrize("state", [None, "sqlite"])
def test_thousands_of_calls_leave_nothing_behind(tmp_path, state):
    """A hundred thousand with --long. Over sockets: the next test."""
    calls = CALLS if LONG else 20_000 if state is None else WARM_UP + 2_500
    memory, threads, descriptors, slots = in_a_fresh_process(growth_by_calls, state and f"sqlite:///{tmp_path}/spend.db", calls)
    assert memory < 16
    assert threads <= 1 and descriptors <= 0
    assert slots < 64, "slots of handles are used again"


def growth_by_calls_over_sockets(calls):
    with ProviderSimulator(reply=Reply(content="fine")) as sim, httpx.Client(verify=False) as client:
        protection = Protection(budget_usd=1000)

        def call(made):
            with protection:
                assert client.post(f"{sim.base_url}/chat/completions", content=BODY).status_code == 200
            if made % 1000 == 999:
                sim.clear()

        growth = grows(call, calls)
    assert protection.report().calls == calls
    return growth


def test_calls_over_sockets_leave_nothing_behind():
    memory, threads, descriptors = in_a_fresh_process(growth_by_calls_over_sockets, CALLS if LONG else WARM_UP + 3_000)
    assert memory < 32 and threads <= 1 and descriptors <= 0


def python(code, *arguments, **options):
    return subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


INTERRUPTED = """
import sys, httpx, iron_cage
from iron_cage import Protection, _engine
_engine.add_hosts(sys.argv[1] + "=openai")
protection = Protection(budget_usd=sys.argv[2], hold_wait=60, lower_output=False)
def ask(limit):
    body = {"model": "gpt-4o-mini", "max_tokens": limit, "messages": [{"role": "user", "content": "go"}]}
    return httpx.post("http://%s/v1/chat/completions" % sys.argv[1], json=body, timeout=60, verify=False)
if sys.argv[3] == "waiting":  # for the money that another call holds
    import threading, contextvars
    protection.__enter__()
    holding = threading.Thread(target=ask, args=(1000,), daemon=True)
    holding.start()
    while not protection.report().held_usd:
        pass
try:
    print("asking", flush=True)
    with protection:
        ask(1000)
except KeyboardInterrupt:
    print("interrupted", flush=True)
report = protection.report()
print(report.spent_usd > 0, report.held_usd > 0, flush=True)
import os
os._exit(0)
"""


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("where, budget, told", [("sending", "1", "True False"), ("waiting", "0.0008", "False True")])
def test_ctrl_c_during_a_call_is_heard_at_once_and_settles_it(where, budget, told):
    with ProviderSimulator(reply=Reply(content="x", delay=30), register=False) as sim:
        process = python(INTERRUPTED, sim.host, budget, where)
        assert process.stdout.readline() == "asking\n"
        time.sleep(0.7)
        sent = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "interrupted\n", process.stderr.read()
        assert time.monotonic() - sent < 5
        assert process.stdout.readline().strip() == told
        assert process.wait(10) == 0


def test_a_crash_is_told_by_faulthandler_as_without_the_library():
    code = """
import faulthandler, sys
faulthandler.enable()
if sys.argv[1] == "with":
    import iron_cage
    iron_cage.redact("x")
import ctypes
ctypes.string_at(0)
"""
    ends = []
    for library in ("without", "with"):
        process = python(code, library)
        _, said = process.communicate(timeout=30)
        ends.append((process.returncode, "Fatal Python error: Segmentation fault" in said, "string_at" in said))
    assert ends[0] == ends[1] == (-signal.SIGSEGV, True, True)


def test_signals_work_as_before_the_import():
    code = """
import os, signal, subprocess, sys, threading, time
heard = []
for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGUSR1, signal.SIGWINCH, signal.SIGHUP, signal.SIGCONT, signal.SIGALRM):
    signal.signal(number, lambda got, frame: heard.append(got))
def caught():
    lines = dict(line.split(":", 1) for line in open("/proc/self/status") if line.startswith("Sig"))
    return int(lines["SigCgt"], 16), int(lines["SigIgn"], 16)
before = {n: signal.getsignal(n) for n in signal.valid_signals()}
caught_before = caught()
import iron_cage
iron_cage.redact("x")
with iron_cage.Protection(budget_usd=1):
    pass
assert {n: signal.getsignal(n) for n in signal.valid_signals()} == before
new = {n for n in range(1, 32) if (caught()[0] ^ caught_before[0]) >> (n - 1) & 1}
assert not new & {signal.SIGINT, signal.SIGQUIT, signal.SIGCHLD, signal.SIGTERM, signal.SIGTSTP, signal.SIGCONT, signal.SIGWINCH, signal.SIGHUP, signal.SIGPIPE}, new
assert caught()[1] == caught_before[1]
for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGWINCH, signal.SIGHUP, signal.SIGCONT):
    os.kill(os.getpid(), number)
signal.setitimer(signal.ITIMER_REAL, 0.01)
assert subprocess.run(["true"]).returncode == 0 and subprocess.run(["sh", "-c", "exit 7"]).returncode == 7
child = subprocess.Popen(["sh", "-c", "exit 5"])
time.sleep(0.2)
assert child.wait() == 5, "nobody else reaped it"
assert {signal.SIGTERM, signal.SIGUSR1, signal.SIGWINCH, signal.SIGHUP, signal.SIGCONT, signal.SIGALRM, signal.SIGCHLD} <= set(heard), heard
import asyncio
async def run():
    process = await asyncio.create_subprocess_exec("sh", "-c", "exit 3")
    return await process.wait()
assert asyncio.run(run()) == 3
print("fine")
"""
    out, err = (process := python(code)).communicate(timeout=60)
    assert (out, process.returncode) == ("fine\n", 0), err


@pytest.mark.parametrize("limit, child", [(512, "NativeError"), (768, "200")])
def test_half_a_gigabyte_of_address_space_is_enough_and_a_forked_child_needs_as_much_again_or_says_so(limit, child):
    code = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]) << 20,) * 2)
import os, httpx, iron_cage
from iron_cage import Protection, _engine
_engine.add_hosts(sys.argv[1] + "=openai")
protection = Protection(budget_usd=1)
def ask():
    with protection, httpx.Client(verify=False) as client:
        body = {"model": "gpt-4o-mini", "max_tokens": 20, "messages": [{"role": "user", "content": "write to jane@example.com " * 200}]}
        return client.post("http://%s/v1/chat/completions" % sys.argv[1], json=body).status_code
for _ in range(50):
    assert ask() == 200
iron_cage.redact("jane@example.com " * 100_000)
assert iron_cage.count_tokens("hello world", "gpt-4o-mini") == 2
assert "DOTNET_GCRegionRange" not in os.environ
reading, writing = os.pipe()
if os.fork() == 0:
    try:
        said = str(ask())
        iron_cage.count_tokens("hello world", "gpt-4o-mini")
    except BaseException as error:
        said = type(error).__name__
    os.write(writing, said.encode())
    os._exit(0)
os.close(writing)
print(os.read(reading, 100).decode())
"""
    with ProviderSimulator(reply=Reply(content="fine"), register=False) as sim:
        process = python(code, sim.host, str(limit))
        out, err = process.communicate(timeout=60)
    assert out.strip() == child, err


def test_too_little_address_space_is_an_error_and_not_the_end_of_the_process():
    code = """
import resource
import iron_cage
resource.setrlimit(resource.RLIMIT_AS, (200 << 20, 200 << 20))
try:
    iron_cage.redact("x")
except iron_cage.NativeError as error:
    print(error)
"""
    out, err = (process := python(code)).communicate(timeout=60)
    assert process.returncode == 0 and "limited to (ulimit -v)" in out and "the library needs 224 MB" in out, (out, err)
