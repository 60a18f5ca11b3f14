"""Hosts of sandboxes as programs of their own, as root and as an ordinary user: what one case leaves behind no other finds."""
from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest

import iron_sandbox

HERE = Path(__file__).resolve().parent
LONG = os.environ.get("IRON_CAGE_LONG") == "1"
#: nobody, on every distribution.
ORDINARY = 65534
USERS = ["root", "user"] if os.geteuid() == 0 else ["user"]
if os.geteuid() == 0 and subprocess.run([sys.executable, "-c", "import cffi"], user=ORDINARY, group=ORDINARY, extra_groups=[], cwd="/", capture_output=True, check=False).returncode:
    print("tests as an ordinary user are left out: it cannot run", sys.executable, file=sys.stderr)
    USERS.remove("user")
#: A machine under load may take long; nothing here takes long by itself.
PATIENCE = int(os.environ.get("IRON_SANDBOX_PATIENCE", "120"))

if not iron_sandbox.support():
    pytest.exit(f"this kernel cannot hold a sandbox: {iron_sandbox.support().reason}", returncode=1)


@pytest.fixture(scope="session")
def package() -> Path:
    """The package and the probes where any user can read them."""
    folder = Path(tempfile.mkdtemp(prefix="iron-sandbox-tests-"))
    shutil.copytree(Path(iron_sandbox.__file__).parent, folder / "iron_sandbox", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("probes.py", "functions.py"):
        shutil.copy(HERE / name, folder / name)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() or path.name == "iron-sandbox-supervisor" else 0o644)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


class Host:
    """Runs Python programs as one user. ``work``: a folder that a sandbox may write; ``outside``: one that no sandbox is given."""

    def __init__(self, user: str, package: Path, folder: Path) -> None:
        self.user = user
        self.package = package
        self.work, self.outside = folder / "work", folder / "outside"
        uid = ORDINARY if os.geteuid() == 0 and user == "user" else os.geteuid()
        self.uid = uid
        for path in (folder, self.work, self.outside):
            path.mkdir(exist_ok=True)
            path.chmod(0o755)
            if os.geteuid() == 0:
                os.chown(path, uid, uid)

    def start(self, program: str, *args: str, **options: object) -> subprocess.Popen[str]:
        """Starts a program; its text may use ``work``, ``outside``, ``package`` and ``args``."""
        head = f"import sys, os, json, time\nsys.path.insert(0, {str(self.package)!r})\nwork, outside, package, args = {str(self.work)!r}, {str(self.outside)!r}, {str(self.package)!r}, sys.argv[1:]\n"
        path = self.work.parent / f"host-{len(list(self.work.parent.iterdir()))}.py"
        path.write_text(head + textwrap.dedent(program))
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(self.outside), "SECRET_TOKEN": "hunter2"}
        identity: dict[str, object] = {"user": self.uid, "group": self.uid, "extra_groups": []} if os.geteuid() == 0 and self.uid else {}
        # Whoever runs the tests in the background ignores Ctrl-C, and so would these programs.
        options.setdefault("preexec_fn", lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        return subprocess.Popen([sys.executable, str(path), *args], env=environment, cwd="/", text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **identity, **options)

    def run(self, program: str, *args: str, status: int = 0, **options: object) -> str:
        """Runs one to its end and returns what it printed."""
        process = self.start(program, *args, **options)
        try:
            out, err = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            raise AssertionError(f"it did not end: {process.communicate()}") from None
        assert process.returncode == status, f"status {process.returncode}\n{out[-4000:]}\n{err[-4000:]}"
        return out

    def tell(self, program: str, *args: str, **options: object) -> object:
        """Runs one and returns the JSON of its last line."""
        return json.loads(self.run(program, *args, **options).splitlines()[-1])


@pytest.fixture(params=USERS)
def host(request: pytest.FixtureRequest, package: Path) -> Host:
    """A host of each user."""
    folder = Path(tempfile.mkdtemp(prefix="iron-sandbox-case-"))
    folder.chmod(0o755)
    yield Host(request.param, package, folder)
    shutil.rmtree(folder, ignore_errors=True)
