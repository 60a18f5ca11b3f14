"""Sub-processes that import iron_cage go on with the run in which they were started: one budget, one count of calls, one kill switch, whatever the store."""
import asyncio
import json
import multiprocessing
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from decimal import Decimal

import httpx
import pytest

from iron_cage import AgentStopped, Budget, BudgetExceeded, LimitReached, PiiBlocked, Protection, SafetyConfig, protect_agent, spend, _engine
from iron_cage._lending import loans
from iron_cage._lending.handshake import VARIABLE, Handshake

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes as Linux has them")

MODEL = "gpt-4o-mini"
PRICES = {MODEL: (Decimal("0.15"), Decimal("0.075"), Decimal("0.60"))}

#: What every child begins with: ask() makes a call, say() tells the parent.
CHILD = f"""
import sys; sys.path[:] = {sys.path!r}
import json, os, httpx, iron_cage
def ask(text="hello", limit=100, **fields):
    body = {{"model": {MODEL!r}, "max_tokens": limit, "messages": [{{"role": "user", "content": text}}], **fields}}
    with httpx.Client(timeout=30, verify=False) as client:
        return client.post(URL, json=body)
def say(what):
    print(json.dumps(what, default=str), flush=True)
"""


@pytest.fixture
def program(sim, tmp_path):
    """Makes a program of a child's code; its command line."""
    def make(code):
        file = tmp_path / f"child{len(list(tmp_path.glob('child*')))}.py"
        file.write_text(f"URL = {sim.base_url + '/chat/completions'!r}\n{CHILD}\n{code}")
        return [sys.executable, str(file)]

    return make


@pytest.fixture
def run(program):
    """Runs a child's code to its end; what it said."""
    def ran(code, **options):
        done = subprocess.run(program(code), capture_output=True, text=True, timeout=60, **options)
        assert done.returncode == 0, done.stderr
        said = [json.loads(line) for line in done.stdout.splitlines()]
        return said[0] if len(said) == 1 else said

    return ran


def test_a_child_is_charged_to_the_budget_and_the_report_of_its_run(sim, run):
    with Protection(budget_usd=1, agent_id="parent") as protection:
        assert run("say(ask('mail ada@example.com').status_code)") == 200
        report = protection.report()
    assert report.calls == 1 and report.spent_usd == report.budget.spent_usd == sim.bill(PRICES) > 0 and report.held_usd == 0
    assert [finding.kind for finding in report.pii_findings] == ["EMAIL_ADDRESS"]
    assert "ada@example.com" not in sim.log[0].body.decode() and "[EMAIL_REDACTED]" in sim.log[0].body.decode()


def test_a_budget_in_memory_stops_a_child_and_its_parent(run):
    @protect_agent(budget_usd="0.0002", lower_output=False)
    def agent():
        return run("said = []\nwhile not said or said[-1] == 200: said.append(ask(limit=300).status_code)\nsay(said)")

    with pytest.raises(BudgetExceeded) as refused:
        agent()
    assert refused.value.result[:-1].count(200) >= 1 and refused.value.result[-1] == 402
    with pytest.raises(BudgetExceeded):
        agent()
    assert agent.protection.report().budget.spent_usd <= Decimal("0.0002")


def test_a_stream_of_a_child_is_screened_and_settled(sim, run):
    sim.script(["call ada@example.com now, she knows"])
    with Protection(budget_usd=1) as protection:
        said = run("""
body = {"model": "gpt-4o-mini", "max_tokens": 100, "stream": True, "stream_options": {"include_usage": True}, "messages": [{"role": "user", "content": "hello"}]}
with httpx.stream("POST", URL, json=body) as response:
    say(response.read().decode())
""")
        assert "ada@example.com" not in said and "EMAIL_REDACTED" in said
        assert protection.report().spent_usd == sim.bill(PRICES) > 0


def test_call_caps_count_the_calls_of_both(run, sim):
    @protect_agent(max_calls=3)
    def agent():
        return run("say([ask().status_code for _ in range(5)])")

    with pytest.raises(LimitReached) as refused:
        agent()
    assert refused.value.result == [200, 200, 200, 402, 402] or refused.value.result == [200, 200, 200, 403, 403]
    assert len(sim.log) == 3


def test_the_kill_switch_reaches_a_child(program):
    with pytest.raises(AgentStopped, match="enough of this"):
        with Protection() as protection:
            child = subprocess.Popen(program("say(ask().status_code)\nsys.stdin.readline()\nsay(ask().json()['error']['message'])"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            assert child.stdout.readline() == "200\n"
            protection.stop("enough of this")
            said, _ = child.communicate("\n", timeout=30)
            assert "enough of this" in said and child.returncode == 0


def test_a_childs_own_protections_are_nested_in_the_run(sim, run):
    code = """
from iron_cage import protect_agent, BudgetExceeded, Protection
@protect_agent(budget_usd=LIMIT, lower_output=False, agent_id="inner")
def agent():
    return ask(limit=300).status_code
try:
    said = agent()
except BudgetExceeded as error:
    said = str(error)
report = agent.protection.report()
say([said, report.spent_usd, report.calls, [event["kind"] for event in agent.protection.events()]])
"""
    with Protection(budget_usd=1, agent_id="outer") as protection:
        said, spent, calls, _ = run(code.replace("LIMIT", "1"))
        assert (said, calls) == (200, 1) and Decimal(spent) == sim.bill(PRICES) == protection.report().spent_usd
        said, spent, calls, events = run(code.replace("LIMIT", "'0.000001'"))
        assert "budget of $0.000001 does not cover this call" in said and calls == 0 and "call.denied" in events
        assert protection.report().calls == 1, "the outer one is not charged for what the inner one refused"


def test_one_budget_of_both_is_charged_once(sim, run, tmp_path):
    store = f"sqlite:///{tmp_path}/spend.db"
    shared = Budget("team", 1, state=store)
    with Protection(budget=shared):
        said = run(f"""
from iron_cage import Budget, Protection
team = Budget("team", 1, state={store!r})
mine = Budget("mine", 1, state={store!r}, parent=team)
for budget in (team, mine):
    with Protection(budget=budget):
        ask()
say([budget.report().spent_usd for budget in (team, mine)])
""")
    assert [Decimal(each) for each in said] == [sim.bill(PRICES), sim.bill(PRICES) / 2]
    assert shared.report().spent_usd == sim.bill(PRICES)
    assert sum(spent.calls for spent in spend(state=store)) == 2


def test_a_store_with_a_relative_path_is_the_childs(run, tmp_path):
    (tmp_path / "there").mkdir()
    with Protection():
        run("from iron_cage import Budget\nBudget('b', 1, state='sqlite:///own.db')\nsay(1)", cwd=tmp_path / "there")
    assert (tmp_path / "there" / "own.db").exists()


def test_grandchildren_go_on_with_the_innermost_run(sim, run, program):
    command = program("say(ask().status_code)")
    with Protection(budget_usd=1) as protection:
        assert run(f"""
import subprocess
@iron_cage.protect_agent(budget_usd=1)
def agent():
    return subprocess.run({command!r}, env={{}}, capture_output=True, text=True).stdout.strip()
said = agent()
say([said, agent.protection.report().calls, subprocess.run({command!r}, env={{}}, capture_output=True, text=True).stdout.strip()])
""") == ["200", 1, "200"]
        assert protection.report().calls == 2 and protection.report().spent_usd == sim.bill(PRICES)


@pytest.mark.parametrize("way", ["posix_spawn", "system", "shell", "asyncio", "spawnv", "pty", "thread", "fork"])
def test_however_a_process_is_started(way, sim, program, tmp_path):
    command = program("say(ask().status_code)\nopen(sys.argv[1], 'w').write('done')") + [str(tmp_path / "done")]
    shell = " ".join(command)

    def popen():
        subprocess.Popen(command).wait()

    def thread():
        started = threading.Thread(target=popen)
        started.start()
        started.join()

    def fork():
        child = os.fork()
        if child == 0:
            popen()
            os._exit(0)
        os.waitpid(child, 0)

    async def exec_async():
        process = await asyncio.create_subprocess_exec(*command)
        assert await process.wait() == 0

    def spawned():
        os.waitpid(os.posix_spawn(command[0], command, {"MINE": "1"}), 0)

    ways = {
        "posix_spawn": spawned,
        "system": lambda: os.system(shell),
        "shell": lambda: subprocess.run(f"sh -c '{shell}' & wait", shell=True, check=True),
        "asyncio": lambda: asyncio.run(exec_async()),
        "spawnv": lambda: os.spawnv(os.P_WAIT, command[0], command),
        "pty": lambda: pty.spawn(command),
        "thread": thread,
        "fork": fork,
    }
    with Protection(budget_usd=1, max_calls=10) as protection:
        if way != "fork":
            subprocess.run(["true"])  # the run is lent from here on: a fork that is replaced cannot lend it any more
        ways[way]()
        assert (tmp_path / "done").exists()
        assert protection.report().budget.spent_usd == sim.bill(PRICES) > 0
        assert len(sim.log) == 1 and protection.report().calls == (0 if way == "fork" else 1), "each process reports what it was asked for itself"


def test_os_system_is_as_ever_and_nobody_sees_the_handshake(tmp_path):
    handler = signal.getsignal(signal.SIGINT)
    with Protection(budget_usd=1):
        assert os.system("exit 3") == 3 << 8
        assert os.system(b"kill -9 $$") == 9
        assert os.system("kill -INT $PPID; exit 5") == 5 << 8, "Ctrl-C is the command's"
        assert os.system("trap 'exit 6' INT; kill -INT $$; exit 7") == 6 << 8, "and does there what it always does"
        assert os.system(f"tr '\\0' ' ' < /proc/$$/cmdline > {tmp_path}/line; env > {tmp_path}/environment") == 0
        assert "IRON_CAGE_RUN" not in os.environ
    assert signal.getsignal(signal.SIGINT) is handler
    assert "IRON_CAGE_RUN" not in (tmp_path / "line").read_text() and "IRON_CAGE_RUN=1:" in (tmp_path / "environment").read_text()


@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
def test_multiprocessing(method, sim):
    context = multiprocessing.get_context(method)
    if method == "forkserver":
        context.Process(target=print).start()  # its server is there before the run, and belongs to none
    with Protection(budget_usd=1) as protection:
        process = context.Process(target=httpx_post, args=(f"{sim.base_url}/chat/completions",))
        process.start()
        process.join()
        report = protection.report()
    assert process.exitcode == 0 and report.budget.spent_usd == sim.bill(PRICES) > 0
    outside = context.Process(target=assert_no_run)
    outside.start()
    outside.join()
    assert outside.exitcode == 0


def httpx_post(url):
    import iron_cage  # noqa: F401

    assert httpx.post(url, json={"model": MODEL, "max_tokens": 100, "messages": [{"role": "user", "content": "hello"}]}).status_code == 200


def assert_no_run():
    assert VARIABLE not in os.environ


def test_an_image_that_replaces_the_run_is_refused(sim, program):
    command = program("""
try:
    ask()
except iron_cage.StateError as error:
    print(error)
try:
    httpx.get("http://127.0.0.1:9/")
except httpx.ConnectError:
    print("elsewhere it may go,", iron_cage.redact('ada@example.com'))
""")
    child = program(f"""
with iron_cage.Protection(budget_usd=1):
    os.execv({command[0]!r}, {command!r})
""")
    env = {**os.environ, "IRON_CAGE_LLM_HOSTS": f"127.0.0.1:{sim.port}=openai"}
    said = subprocess.run(child, capture_output=True, text=True, timeout=60, env=env)
    assert said.returncode == 0, said.stderr
    assert "the process whose run this one goes on with cannot be reached: it has ended, was replaced by exec" in said.stdout and not sim.log
    assert "elsewhere it may go, [EMAIL_REDACTED]" in said.stdout


def test_a_child_that_outlives_its_run_is_held_to_it_and_one_that_outlives_its_process_is_refused(sim, program, tmp_path):
    child = program("""
for line in sys.stdin:
    try:
        say(ask().status_code)
    except iron_cage.StateError as error:
        say(str(error))
""")
    parent = program(f"""
import subprocess
protection = iron_cage.Protection(budget_usd=1)
with protection:
    child = subprocess.Popen({child!r}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
def tell():
    child.stdin.write("\\n"); child.stdin.flush()
    return json.loads(child.stdout.readline())
say([tell(), protection.report().calls])
protection.close()
say([tell(), tell()])
os.dup2(child.stdin.fileno(), 30); os.dup2(child.stdout.fileno(), 31)
say(child.pid)
os.set_inheritable(30, True)
read, write = 31, 30
import time
pid = os.fork()
if pid:
    os._exit(0)
while os.getppid() == {{}}: time.sleep(0.01)
os.write(30, b"\\n")
say(json.loads(os.read(31, 10000)))
""".replace("{{}}", "PARENT").replace("import time", "import time; PARENT = os.getpid()"))
    env = {**os.environ, "IRON_CAGE_LLM_HOSTS": f"127.0.0.1:{sim.port}=openai"}
    said = subprocess.run(parent, capture_output=True, text=True, timeout=60, env=env)
    assert said.returncode == 0, said.stderr
    first, second, _, last = map(json.loads, said.stdout.splitlines())
    assert first == [200, 1] and second == [200, 200]
    assert "cannot be reached" in last


def test_a_child_that_is_killed_in_the_middle_of_a_call_costs_its_hold(sim, program):
    from iron_cage.testing import Reply

    sim.script([Reply("late", delay=30)])
    with Protection(budget_usd=1) as protection:
        child = subprocess.Popen(program("ask()"))
        deadline = time.monotonic() + 20
        while not protection.report().held_usd and time.monotonic() < deadline:
            time.sleep(0.01)
        held = protection.report().held_usd
        assert held > 0
        child.kill()
        child.wait()
        while protection.report().held_usd and time.monotonic() < deadline:
            time.sleep(0.01)
        report = protection.report()
    assert report.held_usd == 0 and report.spent_usd == held


def test_the_handshake_holds_nothing_of_the_users(run):
    key = "ab" * 32
    with Protection(budget_usd=1, safety=SafetyConfig(key=key, dictionaries={"PROJECT": ["Blue Falcon"]})) as protection:
        environment = run("say(dict(os.environ))", env={"MINE": "kept", "PYTHONDONTWRITEBYTECODE": "1"})
        assert environment.pop("MINE") == "kept"
        assert protection.report().calls == 0
    text = environment[VARIABLE]
    assert re.fullmatch(r"1:[0-9a-f]{16}:[0-9a-f]{64}:@iron-cage-[0-9a-f]{32}", text)
    assert key not in str(environment) and "Falcon" not in str(environment)
    assert VARIABLE not in os.environ and VARIABLE not in run("say(dict(os.environ))")


def test_two_runs_at_once_do_not_mix(sim, program):
    command = program("say(ask().status_code)")
    reports = {}

    def work(name, calls):
        with Protection(budget_usd=1, agent_id=name) as protection:
            for _ in range(calls):
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            reports[name] = protection.report()

    threads = [threading.Thread(target=work, args=each) for each in (("one", 1), ("two", 2))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {name: report.calls for name, report in reports.items()} == {"one": 1, "two": 2}
    assert sum(report.spent_usd for report in reports.values()) == sim.bill(PRICES)


@pytest.mark.parametrize("text", ["nonsense", "1:0123456789abcdef:" + "00" * 32 + ":@iron-cage-nobody"], ids=["damaged", "of nobody"])
def test_a_forged_handshake_gets_nobody_past_anything(text, sim, run):
    said = run("""
def tried(function):
    try:
        return function()
    except iron_cage.StateError as error:
        return str(error)
say([tried(lambda: ask().status_code), tried(iron_cage.Protection)])
""", env={**os.environ, VARIABLE: text, "IRON_CAGE_LLM_HOSTS": f"127.0.0.1:{sim.port}=openai"})
    assert all("LLM calls" in each and "refused" in each for each in said)
    assert not sim.log


def test_whoever_has_the_address_without_the_key_lends_nothing(sim, run):
    """The process that lent is gone, and another has taken its name: it would let everything pass."""
    with socket.socket(socket.AF_UNIX) as squatter:
        squatter.bind("\0iron-cage-squatter")
        squatter.listen()

        def serve():
            from iron_cage._lending import wire

            while True:
                try:
                    connection, _ = squatter.accept()
                except OSError:
                    return
                wire.send(connection, [], bytes(32))
                wire.receive(connection)
                wire.send(connection, [None], bytes(32))

        threading.Thread(target=serve, daemon=True).start()
        said = run("try:\n    say(ask().status_code)\nexcept iron_cage.StateError as error:\n    say(str(error))", env={
            **os.environ, VARIABLE: "1:0123456789abcdef:" + "00" * 32 + ":@iron-cage-squatter", "IRON_CAGE_LLM_HOSTS": f"127.0.0.1:{sim.port}=openai",
        })
        squatter.shutdown(socket.SHUT_RDWR)
    assert "cannot be reached" in said and not sim.log


def test_the_key_must_be_the_right_one(sim, run):
    with Protection(budget_usd=1):
        real = Handshake.parse(loans.here())
        forged = Handshake(real.address, real.loan, bytes(32))
        token = loans._issued
        said = run("try:\n    say(ask().status_code)\nexcept iron_cage.StateError as error:\n    say(str(error))")
        assert said == 200 and token
    said = run("try:\n    say(ask().status_code)\nexcept iron_cage.StateError as error:\n    say(str(error))",
               env={**os.environ, VARIABLE: str(forged), "IRON_CAGE_LLM_HOSTS": f"127.0.0.1:{sim.port}=openai"})
    assert "ended long ago, and is lent no more" in said and len(sim.log) == 1


def test_a_borrower_has_no_hand_in_what_is_not_its_own(run):
    mine = Protection(budget_usd=1)
    with Protection(budget_usd=1):
        said = run(f"""
from iron_cage import _native
def tried(name, *arguments):
    try:
        _native.call(name, *arguments)
        return "done"
    except iron_cage.IronCageError as error:
        return str(error)
say([tried("ironcage_protection_stop", {mine.handle}, b"x", 1), tried("ironcage_protection_free", {mine.handle}), tried("ironcage_run_free", {mine.handle})])
""")
    assert said[0] == "this handle is not one of this process's"
    assert mine.report().remaining_usd == 1 and "stopped" not in str(mine.report().warnings)
    with mine:
        pass


def test_a_child_that_forks_goes_on_in_both(sim, run):
    with Protection(budget_usd=1) as protection:
        assert run("""
@iron_cage.protect_agent(budget_usd=1)
def agent():
    status = ask().status_code
    pid = os.fork()
    if pid == 0:
        os._exit(0 if ask().status_code == 200 else 1)
    return [status, os.waitpid(pid, 0)[1], ask().status_code]
say([agent(), agent.protection.report().calls, ask().status_code])
""") == [[200, 0, 200], 3, 200]
        assert protection.report().calls == 4 and protection.report().spent_usd == sim.bill(PRICES)


def test_holds_and_async_clients_of_a_child(sim, run):
    with Protection(budget=Budget("tools", 1)) as protection:
        assert run("""
import asyncio
async def main():
    async with httpx.AsyncClient() as client:
        body = {"model": "gpt-4o-mini", "max_tokens": 100, "messages": [{"role": "user", "content": "hello"}]}
        return [each.status_code for each in await asyncio.gather(*(client.post(URL, json=body) for _ in range(5)))]
say(asyncio.run(main()))
tools = iron_cage.Budget("tools", 1)
with tools.hold(0.25) as hold:
    hold.settle(0.25)
""") == [200] * 5
        assert protection.report().budget.spent_usd == sim.bill(PRICES) + Decimal("0.25")


def test_interrupted_children_leave_nothing_held(sim, program, interruptible):
    from iron_cage.testing import Reply

    sim.script([Reply("late", delay=30)])
    with Protection(budget_usd=1) as protection:
        child = subprocess.Popen(program("try:\n    ask()\nexcept KeyboardInterrupt:\n    say('interrupted')"), stdout=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 20
        while not sim.log and not protection.report().held_usd and time.monotonic() < deadline:
            time.sleep(0.01)
        child.send_signal(signal.SIGINT)
        assert child.communicate(timeout=20)[0] == '"interrupted"\n'
        report = protection.report()
    assert report.held_usd == 0 and report.spent_usd > 0


def test_blocked_texts_of_a_child_are_blocked(run):
    @protect_agent(pii_action="block")
    def agent():
        return run("say(ask('mail ada@example.com').status_code)")

    with pytest.raises(PiiBlocked) as refused:
        agent()
    assert refused.value.result == 403


def test_a_child_that_never_reaches_the_run_passes_nothing_for_want_of_the_names_of_its_hosts(sim, program):
    """The lender's hosts were named to it alone, by code. Who cannot be asked has not said no."""
    child = program("""
try:
    say(ask().status_code)
except iron_cage.StateError as error:
    say(str(error))
""")
    orphan = {**os.environ, "IRON_CAGE_RUN": f"1:{'0' * 16}:{'0' * 64}:@iron-cage-nobody"}
    orphan.pop("IRON_CAGE_LLM_HOSTS", None)
    said = subprocess.run(child, capture_output=True, text=True, timeout=60, env=orphan)
    assert "cannot be reached" in said.stdout, said.stderr
    assert not sim.log


def test_runs_are_lent_after_the_last_chance_of_another_time(sim, run):
    """at_exit() closes what lends; who goes on all the same (an embedded interpreter, a test) lends anew."""
    with Protection(budget_usd=1):
        assert run("say(ask().status_code)") == 200
    _engine.at_exit()
    with Protection(budget_usd=1) as protection:
        assert run("say(ask().status_code)") == 200
        assert protection.report().calls == 1
