"""The demo and the quick start, run as a user runs them, and the demo's own judgement, which must not be blind."""
import codecs
import importlib
import os
import re
import select
import signal
import subprocess
import sys
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Iterator, Tuple

import pytest

from iron_cage import BudgetExceeded

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
DEMO = EXAMPLES / "lead_gen_agent.py"
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
PICODOLLAR = Decimal("1e-12")

needs_pty = pytest.mark.skipif(os.name == "nt", reason="there are no pseudo-terminals")


def environment(**changes: str) -> "dict[str, str]":
    env = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES", "PYTHONIOENCODING")}
    return {**env, "TERM": "xterm-256color", "PYTHONUTF8": "1", **changes}


def run(*arguments: str, **env: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(DEMO), *arguments]
    return subprocess.run(command, env=environment(**env), capture_output=True, timeout=120, encoding="utf-8")


class Terminal:
    """The demo in a pseudo-terminal."""

    def __init__(self, *arguments: str, columns: int = 80, **env: str) -> None:
        import fcntl
        import pty
        import struct
        import termios

        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self.text = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        command = [sys.executable, str(DEMO), *arguments]
        self.process = subprocess.Popen(command, env=environment(**env), stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
        os.close(slave)

    def read_until(self, wanted: str = "", timeout: float = 120.0) -> bool:
        """Reads until the text is there, or to the end; False when that took too long."""
        give_up = time.monotonic() + timeout
        while not (wanted and wanted in self.text):
            if not select.select([self._master], [], [], max(0.0, give_up - time.monotonic()))[0]:
                return False
            try:
                piece = os.read(self._master, 65536)
            except OSError:  # Linux says EIO when the other side is closed
                piece = b""
            if not piece:
                return not wanted
            self.text += self._decoder.decode(piece)
        return True

    def finish(self) -> int:
        assert self.read_until()
        return self.process.wait(30)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._master)

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch) -> Iterator[Tuple[Any, Any]]:
    """The demo's modules: (lead_gen_agent, _lead_gen_stage)."""
    monkeypatch.syspath_prepend(str(EXAMPLES))
    yield importlib.import_module("lead_gen_agent"), importlib.import_module("_lead_gen_stage")
    for name in ("lead_gen_agent", "_lead_gen_stage", "_lead_gen_screen"):
        sys.modules.pop(name, None)


def plan_of(demo: Tuple[Any, Any], leads: int = 100, seed: int = 1) -> Any:
    agent, stage = demo
    return stage.Plan.make(leads, seed, agent.chat_request)


# ---- How it looks


def test_a_run_without_a_terminal_is_plain_and_tells_what_happened_where(demo: Tuple[Any, Any]) -> None:
    done = run("--delay", "0")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii() and "\x1b" not in done.stdout and "\r" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "lead  34  the provider fails: circuit opened" in done.stdout
    assert "lead  34  the probe was answered: circuit closed" in done.stdout
    assert "lead  67  CREDIT_CARD in the model's answer: redacted" in done.stdout
    assert "lead  85  budget warning: 80 % of the budget is spent" in done.stdout
    assert "lead  85  stopped: budget of $0.21025 does not cover this call" in done.stdout
    box = done.stdout[done.stdout.index("+- Iron Cage") :]
    for row in ("100 of 100 answered, 0 lost", "CREDIT_CARD 1, EMAIL_ADDRESS 1, PHONE_NUMBER 1 (lead 67)", "BudgetExceeded at lead 85",
                "opened, half-open, opened, half-open, closed (lead 34)", "as it must be", "ms median"):
        assert row in box
    assert box.count("the same to the picodollar") == 2
    for secret in plan_of(demo).secrets.values():
        assert secret not in done.stdout


@needs_pty
def test_in_a_terminal_there_are_a_bar_and_colours() -> None:
    with Terminal("--delay", "0", "--leads", "20") as terminal:
        assert terminal.finish() == 0
        shown = terminal.text
    assert "\x1b[36m" in shown and "\r" in shown and "█" in shown and "┌─ Iron Cage" in shown
    assert "lead   7  \x1b[31mthe provider fails: circuit opened" in shown


@needs_pty
@pytest.mark.parametrize("arguments, env", [(["--no-color"], {}), ([], {"NO_COLOR": "1"})], ids=["option", "environment"])
def test_without_colour_a_terminal_still_has_its_bar(arguments: "list[str]", env: "dict[str, str]") -> None:
    with Terminal("--delay", "0", "--leads", "3", *arguments, **env) as terminal:
        assert terminal.finish() == 0
        assert "\x1b" not in terminal.text and "\r" in terminal.text.replace("\r\n", "") and "█" in terminal.text


@needs_pty
@pytest.mark.parametrize("columns", [80, 40, 24])
def test_nothing_is_wider_than_the_terminal(columns: int) -> None:
    with Terminal("--delay", "0", "--leads", "10", columns=columns) as terminal:
        assert terminal.finish() == 0
        assert max(len(line) for line in re.split(r"[\r\n]+", ESCAPE.sub("", terminal.text))) < columns


@needs_pty
def test_a_terminal_that_knows_only_ascii_gets_only_ascii() -> None:
    with Terminal("--delay", "0", "--leads", "3", PYTHONUTF8="0", PYTHONIOENCODING="ascii") as terminal:
        assert terminal.finish() == 0
        assert terminal.text.isascii() and "#" in terminal.text and "+- Iron Cage" in terminal.text


# ---- How it ends


@needs_pty
@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_in_a_terminal_ends_on_a_clean_line_with_130() -> None:
    with Terminal("--delay", "0.2") as terminal:
        assert terminal.read_until(" 3/100")
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.finish() == 130
        assert "Traceback" not in terminal.text
        assert terminal.text.replace("\r\n", "\n").endswith("\ninterrupted\n")


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_while_the_circuit_is_open_ends_with_130() -> None:
    command = [sys.executable, str(DEMO), "--delay", "0", "--leads", "4"]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "circuit opened" in line:
                process.send_signal(signal.SIGINT)
                break
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (130, "interrupted\n")


@pytest.mark.parametrize("arguments", [["--leads", "0"], ["--leads", "many"], ["--delay", "-1"], ["--delay", "nan"], ["--what"], ["extra"]])
def test_wrong_usage_ends_with_2(arguments: "list[str]") -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert "usage:" in done.stderr and "Traceback" not in done.stderr and done.stdout == ""


@pytest.mark.parametrize("leads", [1, 3, 4, 7])
def test_other_numbers_of_leads_move_the_staged_events_or_leave_them_out(leads: int) -> None:
    done = run("--delay", "0", "--leads", str(leads), "--seed", str(leads))
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{leads} of {leads} answered, 0 lost" in done.stdout
    assert ("circuit closed" in done.stdout) == (leads >= 4)


@pytest.mark.parametrize("leads", [*range(4, 60), 100, 1000])
def test_a_plan_pays_for_all_leads_and_crosses_its_warning_at_one_of_them(demo: Tuple[Any, Any], leads: int) -> None:
    plan = plan_of(demo, leads)
    threshold = plan.budget_usd * demo[1].WARN_AT
    assert len({plan.outage_at, plan.leak_at, plan.warn_at}) == 3
    assert sum(plan.costs[: plan.warn_at - 1]) < threshold < sum(plan.costs[: plan.warn_at])
    assert plan.budget_usd - plan.total_usd > plan.costs[-1] / 10
    assert plan.paid_usd < plan.small_budget_usd < sum(plan.costs[: plan.stop_at])


# ---- Whether it would notice


@pytest.fixture
def evidence(demo: Tuple[Any, Any]) -> Any:
    """What a good small run gives."""
    agent, stage = demo
    made = agent.perform(plan_of(demo, 4), Silent(), 0.0)
    assert stage.verify(made) == []
    return made


class Silent:
    """A screen that shows nothing."""

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments, **keywords: None


def _bill(evidence: Any) -> None:
    evidence.first.bill_usd += PICODOLLAR


def _small_bill(evidence: Any) -> None:
    evidence.second.bill_usd -= PICODOLLAR


def _spent(evidence: Any) -> None:
    evidence.first.report = replace(evidence.first.report, spent_usd=evidence.first.report.spent_usd - PICODOLLAR)


def _overspent(evidence: Any) -> None:
    evidence.plan = replace(evidence.plan, small_budget_usd=evidence.second.bill_usd - PICODOLLAR)


def _held(evidence: Any) -> None:
    evidence.second.report = replace(evidence.second.report, held_usd=PICODOLLAR)


def _leak(evidence: Any) -> None:
    evidence.first.answers[evidence.plan.leak_at] += evidence.plan.secrets["CREDIT_CARD"]


def _garbled(evidence: Any) -> None:
    evidence.first.answers[1] += "."


def _lost(evidence: Any) -> None:
    del evidence.first.answers[2]


def _never_opened(evidence: Any) -> None:
    evidence.first.events = [event for event in evidence.first.events if event[1] != "circuit.opened"]


def _never_warned(evidence: Any) -> None:
    evidence.first.events.remove((evidence.plan.warn_at, "budget.warning"))


def _warned_elsewhere(evidence: Any) -> None:
    _never_warned(evidence)
    evidence.first.events.append((evidence.plan.warn_at - 1, "budget.warning"))


def _never_found(evidence: Any) -> None:
    evidence.first.events = [event for event in evidence.first.events if event[1] != "pii.found"]


def _not_sent(evidence: Any) -> None:
    """The provider said nothing personal: then a clean answer proves nothing."""
    evidence.plan = replace(evidence.plan, secrets={**evidence.plan.secrets, "CREDIT_CARD": "4111 1111 1111 1111"})


def _not_stopped(evidence: Any) -> None:
    evidence.second.refused_at = evidence.second.refusal = None


def _stopped_late(evidence: Any) -> None:
    evidence.second.refused_at += 1


SABOTAGE = [_bill, _small_bill, _spent, _overspent, _held, _leak, _garbled, _lost, _never_opened, _never_warned, _warned_elsewhere,
            _never_found, _not_sent, _not_stopped, _stopped_late]


def test_every_sabotage_is_noticed_and_ends_with_1(
    demo: Tuple[Any, Any], evidence: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    agent, stage = demo

    def copy() -> Any:
        acts = (replace(act, answers=dict(act.answers), events=list(act.events)) for act in (evidence.first, evidence.second))
        return stage.Evidence(evidence.plan, *acts)

    for sabotage in [None, *SABOTAGE]:
        spoilt = copy()
        if sabotage is not None:
            sabotage(spoilt)
        monkeypatch.setattr(agent, "perform", lambda *_, spoilt=spoilt: spoilt)
        status = agent.main(["--leads", "4"])
        shown = capsys.readouterr().out
        assert status == (0 if sabotage is None else 1), sabotage
        assert ("FAILED  " in shown) == (sabotage is not None), sabotage


def test_the_stop_carries_its_figures(evidence: Any) -> None:
    refusal = evidence.second.refusal
    assert isinstance(refusal, BudgetExceeded)
    assert refusal.limit_usd == evidence.plan.small_budget_usd
    assert refusal.spent_usd == evidence.plan.paid_usd == evidence.second.bill_usd
    assert refusal.limit_usd is not None and refusal.needed_usd is not None
    assert refusal.spent_usd + refusal.needed_usd > refusal.limit_usd


# ---- The quick start


def test_the_quick_start_runs() -> None:
    done = subprocess.run([sys.executable, str(EXAMPLES / "quickstart.py")], capture_output=True, timeout=60, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    assert "You said: Thank [EMAIL_REDACTED] for the order." in done.stdout
    assert "EMAIL_ADDRESS 1" in done.stdout


def test_the_quick_start_is_that_of_the_readme() -> None:
    example = (EXAMPLES / "quickstart.py").read_text(encoding="utf-8")
    lines = example[example.index("import httpx") :].strip()
    assert lines in (ROOT / "README.md").read_text(encoding="utf-8")
    assert len([line for line in lines.splitlines() if line]) == 10
