"""The package is typed: mypy --strict for Python 3.9, and the public names keep their types for users."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """What mypy has read of the library's own and the package's files."""
    return tmp_path_factory.mktemp("mypy")


def test_mypy_strict_finds_nothing(cache):
    pytest.importorskip("mypy")
    done = subprocess.run([sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(cache)],
                          cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_methods_and_prices_have_the_types_they_have(tmp_path, cache):
    pytest.importorskip("mypy")
    user = tmp_path / "user.py"
    user.write_text(
        "from decimal import Decimal\n"
        "from iron_cage import Budget, Price, SafetyConfig, Scanner, price, protect_agent, redact_json\n"
        "class Agent:\n"
        "    @protect_agent(budget_usd=1)\n"
        "    def run(self, task: str) -> bool: return True\n"
        "agent = Agent()\n"
        "reveal_type(agent.run('x'))\n"
        "reveal_type(agent.run.protection)\n"
        "reveal_type(Agent.run.protection)\n"
        "reveal_type(price('gpt-4o').input_usd_per_mtok)\n"
        "Price(1, '2.5', cached_input_usd_per_mtok=0.5, cache_write_usd_per_mtok=Decimal(1), context_window=8192)\n"
        "Budget('team', 50, state=None)\n"
        "reveal_type(redact_json('{}'))\n"
        "reveal_type(redact_json(b'{}'))\n"
        "reveal_type(Scanner(SafetyConfig(max_findings=5)).stream().feed('x').redacted)\n")
    done = subprocess.run([sys.executable, "-m", "mypy", "--strict", "--follow-imports", "silent", "--cache-dir", str(cache), str(user)],
                          env={"MYPYPATH": str(ROOT / "python"), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    revealed = [line.split('"')[1] for line in done.stdout.splitlines() if "Revealed" in line]
    assert revealed == ["builtins.bool", "iron_cage._protection.Protection", "iron_cage._protection.Protection",
                        "Union[_decimal.Decimal, None]", "builtins.str", "builtins.bytes", "builtins.str"]


def test_a_decorated_function_keeps_its_signature_for_the_type_checker(tmp_path, cache):
    pytest.importorskip("mypy")
    user = tmp_path / "user.py"
    user.write_text(
        "from iron_cage import protect_agent\n"
        "@protect_agent(budget_usd=1)\n"
        "def f(task: str, n: int = 1) -> bool: return True\n"
        "reveal_type(f('x'))\n"
        "f(5)\n"
        "f.protection.report().spent_usd + 'x'\n")
    done = subprocess.run([sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(cache), str(user)],
                          env={"MYPYPATH": str(ROOT / "python"), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True)
    assert 'Revealed type is "builtins.bool"' in done.stdout
    assert 'Argument 1 to "__call__"' in done.stdout or "Argument 1" in done.stdout
    assert "Unsupported operand" in done.stdout
