"""The wheel: its tag and contents, and that it installs into an empty environment and works away from the source tree."""

import hashlib
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "python"))
import ironcage_build  # noqa: E402

sys.path.pop(0)

USE = """
import os, sys
import iron_cage
from iron_cage import protect_agent, redact
assert os.path.realpath(iron_cage.__file__).startswith(os.path.realpath(sys.prefix)), iron_cage.__file__
assert redact("mail jane@example.org") == "mail [EMAIL_REDACTED]"
from iron_cage.testing import ProviderSimulator
import http.client, json
with ProviderSimulator() as sim:
    import httpx
    @protect_agent(budget_usd=1)
    def agent():
        return httpx.post(sim.base_url + "/chat/completions", json={"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "I am jane@example.org"}]}).status_code
    assert agent() == 200
    assert b"jane" not in sim.log[0].body
    assert agent.protection.report().calls == 1
print("works", iron_cage.__version__)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    library = ironcage_build.PACKAGE / "_native" / ironcage_build.platform_of(ironcage_build.own_rid()).library
    if not library.exists():
        pytest.fail("the native library is not built: run ./build/test or ./build/wheel")
    return ironcage_build.build_wheel(ironcage_build.own_rid(), library, tmp_path_factory.mktemp("dist"))


def test_the_tag_is_that_of_the_table(wheel):
    row = ironcage_build.platform_of(ironcage_build.own_rid())
    assert wheel.name == f"iron_cage-{ironcage_build.version()}-py3-none-{row.tag}.whl"


def test_the_table_names_all_four_platforms():
    assert {row.rid: row.tag for row in ironcage_build.platforms()} == {
        "linux-x64": "manylinux_2_34_x86_64", "linux-arm64": "manylinux_2_34_aarch64", "win-x64": "win_amd64", "osx-arm64": "macosx_12_0_arm64"}


def test_library_header_licence_types_and_metadata_are_inside(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        info = next(name.split("/")[0] for name in names if ".dist-info/" in name)
        metadata = archive.read(f"{info}/METADATA").decode()
        assert archive.read("iron_cage/_native/ironcage.h") == ironcage_build.HEADER.read_bytes()
        assert hashlib.sha256(ironcage_build.HEADER.read_bytes()).hexdigest().encode() in archive.read("iron_cage/_abi.py")
        assert "Root-Is-Purelib: false" in archive.read(f"{info}/WHEEL").decode()
        assert "iron_cage.testing.pytest_plugin" in archive.read(f"{info}/entry_points.txt").decode()
    assert {"iron_cage/py.typed", f"iron_cage/_native/{ironcage_build.platform_of(ironcage_build.own_rid()).library}", f"{info}/LICENSE"} <= names
    assert not [name for name in names if name.startswith(("tests", "examples")) or "ironcage_build" in name]
    for line in ("Name: iron-cage", f"Version: {ironcage_build.version()}", "Requires-Python: >=3.9", "Requires-Dist: cffi"):
        assert line in metadata


def test_it_installs_into_an_empty_environment_and_works_away_from_the_source_tree(wheel, tmp_path):
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")}
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True, env=environment)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([str(python), "-m", "pip", "install", "-q", "--no-index", "--no-deps", str(wheel)], check=True, env=environment)
    # cffi, and httpx as the client, come from where this interpreter has them: no package index is reachable in tests.
    import httpx
    import _cffi_backend
    site = {str(Path(httpx.__file__).parent.parent), str(Path(_cffi_backend.__file__).parent)} - {sysconfig.get_path("stdlib")}
    (next((tmp_path / "venv").glob("lib/python*/site-packages")) / "borrowed.pth").write_text("\n".join(site))
    done = subprocess.run([str(python), "-c", USE], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.stdout == f"works {ironcage_build.version()}\n", done.stderr


def test_a_library_of_another_platform_or_header_is_refused(tmp_path):
    library = ironcage_build.PACKAGE / "_native" / ironcage_build.platform_of(ironcage_build.own_rid()).library
    with pytest.raises(SystemExit, match="is not a library of win-x64"):
        ironcage_build.build_wheel("win-x64", library, tmp_path)
    stranger = tmp_path / "stranger.so"
    stranger.write_bytes(library.read_bytes()[:100])
    with pytest.raises(SystemExit, match="is not a library of osx-arm64"):
        ironcage_build.build_wheel("osx-arm64", stranger, tmp_path)
