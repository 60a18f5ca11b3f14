"""The kill switch from outside: a file, a signal, the store; also over the death of the process."""
import os
import signal
import subprocess
import sys
import threading
import time

import httpx
import pytest
from redis_server import RedisServer
from test_fork import fork

from iron_cage import AgentStopped, Budget, ConfigError, ControlConfig, Protection, protect_agent
from iron_cage._cli import main
from iron_cage.testing import Reply

#: Seconds until a state that must come counts as one that does not.
PATIENCE = 60

#: An agent in a process of its own: says "ready", makes a call for each line it reads, and says what became of it.
AGENT = """
import sys
import httpx
from iron_cage import AgentStopped, Protection, _engine
host, state = sys.argv[1:3]
_engine.add_hosts(host + "=openai")
protection = Protection(agent_id="worker", state=state, budget_usd=5)
print("ready", flush=True)
for line in sys.stdin:
    if line.strip() == "stop":
        protection.stop("enough is enough")
        print("done", flush=True)
        continue
    try:
        with protection, httpx.Client() as client:
            body = {"model": "gpt-4o-mini", "max_tokens": 20, "messages": [{"role": "user", "content": "hello"}]}
            client.post("http://%s/v1/chat/completions" % host, json=body)
        print("passed", flush=True)
    except AgentStopped as error:
        print("stopped:", error.why, flush=True)
"""


def stopped(asks):
    """Asks until the agent is stopped; why."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            asks()
        except AgentStopped as error:
            return error.why
    raise AssertionError("nobody stopped the agent")


class Worker:
    """AGENT, as a process."""

    def __init__(self, sim, state):
        self.process = subprocess.Popen([sys.executable, "-c", AGENT, sim.host, state], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n"

    def asks(self, line="call"):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def kill(self):
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def worker(sim):
    made = []

    def make(state):
        made.append(Worker(sim, state))
        return made[-1]

    yield make
    for each in made:
        each.kill()


def asking(sim, url, chat, **options):
    """A protected function that makes one call."""

    @protect_agent(budget_usd=1, **options)
    def ask():
        with httpx.Client() as client:
            return client.post(url, json=chat(max_tokens=10)).status_code

    return ask


# A file.


def write_whole(path, text):
    """Who looks meanwhile sees no file, or all of it: an empty one stops, too, without a reason."""
    path.with_suffix(".new").write_text(text)
    path.with_suffix(".new").replace(path)


def test_a_file_stops_the_agent_and_its_first_line_says_why(sim, url, chat, tmp_path):
    path = tmp_path / "stop"
    ask = asking(sim, url, chat, control=ControlConfig(kill_file=path))
    assert ask() == 200
    write_whole(path, "the invoice is wrong\x07\nmore\n")
    assert stopped(ask) == "the invoice is wrong"
    with pytest.raises(ConfigError, match="kill_file.*remove it first"):
        ask.protection.resume()
    path.unlink()
    with pytest.raises(AgentStopped):
        ask()  # that it is gone lifts nothing
    assert ask.protection.resume() is True and ask() == 200
    assert ask.protection.resume() is False
    assert [event["kind"] for event in ask.protection.events() if event["kind"] in ("agent.stopped", "agent.resumed")] == ["agent.stopped", "agent.resumed"]


def test_a_file_that_is_there_from_the_beginning_lets_nothing_leave(sim, url, chat, tmp_path):
    (tmp_path / "stop").touch()
    ask = asking(sim, url, chat, control=ControlConfig(kill_file=str(tmp_path / "stop")))
    with pytest.raises(AgentStopped) as caught:
        ask()
    assert str(tmp_path / "stop") in caught.value.why and not sim.log


def test_a_file_ends_what_is_under_way(sim, url, chat, tmp_path):
    path = tmp_path / "stop"
    sim.reply = Reply(content="word " * 100_000, chunk_delay=0.01)
    seen = []

    @protect_agent(budget_usd=10, control=ControlConfig(kill_file=path))
    def agent():
        with httpx.Client(timeout=PATIENCE) as client, client.stream("POST", url, json=chat(stream=True)) as answer:
            for piece in answer.iter_raw():
                seen.append(piece)
                if len(seen) == 1:
                    write_whole(path, "enough")

    with pytest.raises(AgentStopped, match="enough"):
        agent()
    assert seen and agent.protection.report().held_usd == 0


def test_forked_children_hear_of_the_file_too(sim, url, chat, tmp_path):
    path = tmp_path / "stop"
    protection = Protection(budget_usd=1, control=ControlConfig(kill_file=path))

    def ask():
        with protection, httpx.Client() as client:
            client.post(url, json=chat(max_tokens=10))

    def child():
        ask()
        write_whole(path, "from the child")
        return stopped(ask)

    assert fork(child) == "from the child"
    assert stopped(ask) == "from the child"


@pytest.mark.parametrize("given, said", [({"kill_file": ""}, "kill_file: a path expected"), ({"kill_file": 3}, "kill_file: a path"), ({"kill_file": "x" * 5000}, "kill_file: must be a string of 1 to 4096 characters"),
                                         ({"stop_signal": "SIGKILL"}, "stop_signal: the name of a signal"), ({"stop_signal": 10}, "stop_signal: the name of a signal"), ({"stop_signal": "SIGNONE"}, "stop_signal")])
def test_what_cannot_be_watched_is_an_error_of_the_option(given, said):
    with pytest.raises(ConfigError, match=said):
        Protection(control=ControlConfig(**given))


# A signal.


def test_a_signal_stops_the_agent_and_goes_on_to_who_handled_it_before(sim, url, chat):
    heard = []
    before = signal.signal(signal.SIGUSR1, lambda number, frame: heard.append(number))
    try:
        ask = asking(sim, url, chat, control=ControlConfig(stop_signal="SIGUSR1"))
        other = Protection(control=ControlConfig(stop_signal="SIGUSR1"))
        assert ask() == 200
        os.kill(os.getpid(), signal.SIGUSR1)
        assert stopped(ask) == "signal SIGUSR1" and heard == [signal.SIGUSR1]
        ask.protection.close()
        other.close()
        os.kill(os.getpid(), signal.SIGUSR1)
        assert heard == [signal.SIGUSR1] * 2 and signal.getsignal(signal.SIGUSR1).__name__ == "<lambda>"
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_elsewhere_than_in_the_main_thread_a_signal_is_an_error_that_says_so():
    raised = []

    def make():
        try:
            Protection(control=ControlConfig(stop_signal="SIGUSR2"))
        except ConfigError as error:
            raised.append(str(error))

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    assert len(raised) == 1 and raised[0].startswith("stop_signal: Python sets the handler of SIGUSR2 in the main thread only")


def test_a_signal_to_a_forked_child_stops_the_parent_too(sim, url, chat):
    ask = asking(sim, url, chat, control=ControlConfig(stop_signal="SIGUSR2"))

    def child():
        os.kill(os.getpid(), signal.SIGUSR2)
        return stopped(ask)

    assert fork(child) == "signal SIGUSR2"
    assert stopped(ask) == "signal SIGUSR2"
    ask.protection.close()


# The store.


def stores(tmp_path, kind):
    """The URL of a store, and what ends it."""
    if kind == "sqlite":
        return f"sqlite:///{tmp_path}/stop.db", lambda: None
    server = RedisServer(tmp_path)
    return server.url(f"audit={tmp_path}/audit.db"), server.kill


@pytest.fixture(params=["sqlite", "redis"])
def state(request, tmp_path):
    url, end = stores(tmp_path, request.param)
    yield url
    end()


def test_a_stop_survives_the_death_of_its_process_and_others_hear_of_it(worker, state, capsys):
    one, other = worker(state), worker(state)
    assert one.asks() == other.asks() == "passed"
    assert one.asks("stop") == "done"
    one.kill()
    end = time.monotonic() + PATIENCE
    while other.asks() != "stopped: enough is enough":
        assert time.monotonic() < end
    assert worker(state).asks() == "stopped: enough is enough", "restarted it refuses at once"

    assert main(["stopped", "--state", state]) == 0
    assert "worker  since 20" in (said := capsys.readouterr().out) and ": enough is enough" in said
    assert main(["resume", "--state", state, "--agent", "worker"]) == 0 and main(["resume", "--state", state, "--agent", "worker"]) == 1
    assert capsys.readouterr().out == "worker may go on\nworker was not stopped\n"
    while other.asks() != "passed":
        assert time.monotonic() < end
    assert worker(state).asks() == "passed"

    assert main(["stop", "--state", state, "--agent", "worker", "--reason", "by command"]) == 0
    assert main(["stop", "--state", state, "--agent", "worker"]) == 1
    assert capsys.readouterr().out == "worker is stopped: by command\nworker was already stopped: by command\n"
    while other.asks() != "stopped: by command":
        assert time.monotonic() < end
    assert main(["stopped", "--state", state, "--json"]) == 0 and '"reason": "by command"' in capsys.readouterr().out


def test_both_are_in_the_audit_trail(tmp_path, capsys):
    state = f"sqlite:///{tmp_path}/stop.db"
    protection = Protection(agent_id="worker", state=state)
    protection.stop("first")
    protection.stop("second")
    assert protection.resume() and not protection.resume()
    protection.close()
    assert main(["stop", "--state", state, "--agent", "nobody"]) == 0
    capsys.readouterr()
    assert main(["audit", "export", state, "--event", "agent.*", "--csv"]) == 0
    lines = capsys.readouterr().out.splitlines()[1:]
    assert [line.split(",")[1:3] for line in lines] == [["worker", "agent.stopped"], ["worker", "agent.resumed"], ["nobody", "agent.stopped"]]
    assert "first" in lines[0] and "second" not in "".join(lines)
    assert main(["audit", "verify", state]) == 0


def test_what_is_in_memory_only_ends_with_its_protection(sim, url, chat, capsys):
    ask = asking(sim, url, chat, agent_id="worker")
    ask.protection.stop("enough")
    with pytest.raises(AgentStopped, match="enough"):
        ask()
    assert asking(sim, url, chat, agent_id="worker")() == 200
    with pytest.raises(SystemExit):
        main(["stop", "--agent", "worker", "--state", "memory"])
    assert "in memory only" in capsys.readouterr().err


def test_a_shared_budget_brings_its_store(sim, url, chat, tmp_path):
    state = f"sqlite:///{tmp_path}/stop.db"
    ask = asking_with(sim, url, chat, Budget("team", 5, state=state))
    ask.protection.stop("enough")
    ask.protection.close()
    again = asking_with(sim, url, chat, Budget("team", 5, state=state))
    with pytest.raises(AgentStopped, match="enough"):
        again()
    again.protection.resume()
    assert again() == 200


def asking_with(sim, url, chat, budget):
    @protect_agent(budget=budget, agent_id="worker")
    def ask():
        with httpx.Client() as client:
            return client.post(url, json=chat(max_tokens=10)).status_code

    return ask
