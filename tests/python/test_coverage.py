"""coverage(): what is intercepted is proven by a request of each client; strict=True: nothing is executed while there is a gap."""
import asyncio
import contextvars
import gc
import importlib
import json
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request

import aiohttp
import botocore.endpoint  # noqa: F401 - imported, it is to be proven
import httpx
import pytest
import requests
import urllib3

from iron_cage import _abi, ConfigError, NotProtected, Protection, coverage, protect_agent
from iron_cage._hooks import canary, install
from iron_cage._hooks.clients import CLIENTS

OF_HTTP = {
    ("httpx", "sync"), ("httpx", "async"), ("requests", "sync"), ("urllib3", "sync"), ("aiohttp", "async"), ("botocore", "sync"), ("urllib.request", "sync"), ("http.client", "sync"),
}


def imported(module):
    try:
        return importlib.import_module(module) is not None
    except ImportError:
        return False


PROVEN_HERE = OF_HTTP | {(client.name, mode) for client in CLIENTS if client.opens_sockets and imported(client.module) for mode in client.canaries}


def python(code, status=0, path=(), **environment):
    """Runs code in a fresh interpreter; what it printed."""
    program = f"import sys; sys.path[:] = {[str(each) for each in path] + sys.path!r}\n{code}"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, env={**os.environ, **environment})
    assert ran.returncode == status, ran.stderr
    return ran.stdout.strip()


def rows(found, how):
    return {(row.client, row.mode) for row in found.clients if row.how == how}


def test_every_client_that_is_imported_is_proven():
    found = coverage()
    assert rows(found, "proven") == PROVEN_HERE
    assert found and found.complete and not found.gaps
    versions = {row.client: row.version for row in found.clients}
    assert versions["httpx"] == httpx.__version__ and versions["urllib3"] == urllib3.__version__
    assert f"httpx (async) {httpx.__version__} proven" in " ".join(str(found).split()) and "complete: every client that is imported is proven" in str(found)
    with pytest.raises(AttributeError):
        found.clients = ()


def test_nothing_hears_of_a_canary(sim, chat, url, tmp_path):
    store = tmp_path / "spend.db"
    protection = Protection(budget_usd=1, max_calls=1, state=f"sqlite:///{store}", agent_id="watched")

    def entries():
        with sqlite3.connect(store) as database:
            return {name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name, in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}

    with protection:
        httpx.post(url, json=chat())
        before, events, durable = protection.report(), protection.events(), entries()
        for _ in range(3):
            assert coverage()
        after = protection.report()
        assert (after.calls, after.spent_usd, after.held_usd, after.denied, after.circuits, after.tokens) == (
            before.calls, before.spent_usd, before.held_usd, before.denied, before.circuits, before.tokens)
        assert protection.events() == events and entries() == durable
    assert len(sim.log) == 1
    protection.stop("enough")
    assert coverage(), "what refuses every call refuses no canary"


def test_it_takes_well_under_a_second():
    coverage()
    started = time.perf_counter()
    coverage()
    assert time.perf_counter() - started < 0.5


def test_hooks_are_there_for_the_canary_only():
    assert python("""
import httpx, iron_cage
found = iron_cage.coverage()
print(bool(found), getattr(httpx.Client._send_single_request, "__iron_cage__", False), "urllib3" in sys.modules)
""") == "True False False"


def test_a_client_that_was_patched_after_us_is_missed(monkeypatch):
    with Protection():
        monkeypatch.setattr(httpx.Client, "_send_single_request", httpx.Client._send_single_request.__wrapped__)
        found = coverage()
    assert not found
    gap, = found.gaps
    assert (gap.client, gap.mode, gap.how) == ("httpx", "sync", "missed")
    assert "something replaced what we patched" in gap.detail and gap.detail in str(found) and "1 gap" in str(found)
    assert ("httpx", "async") in rows(found, "proven")


def test_a_client_that_answers_by_itself_is_missed(monkeypatch):
    monkeypatch.setattr(urllib3.HTTPConnectionPool, "urlopen", lambda *args, **kwargs: urllib3.HTTPResponse(b"mocked", status=200))
    assert rows(coverage(), "missed") == {("urllib3", "sync"), ("requests", "sync"), ("botocore", "sync")}


def test_a_hook_that_sees_only_the_request_is_not_proven(monkeypatch):
    monkeypatch.setattr(canary.Canary, "response", lambda self, *args: (_abi.VERDICT_SEND, None))
    found = coverage()
    assert rows(found, "missed") == OF_HTTP
    assert {row.detail for row in found.gaps} == {"its hook saw the canary, but not what became of it"}


def test_a_class_that_goes_past_the_hook_is_missed():
    class Faithful(httpx.Client):
        def _send_single_request(self, request):
            return super()._send_single_request(request)

    assert coverage()

    class Faithless(httpx.Client):
        def _send_single_request(self, request):
            return httpx.Response(200, request=request)

    with Protection():
        gap, = coverage().gaps
    assert gap.client == "httpx" and gap.mode == "sync" and "Faithless replaces what is hooked" in gap.detail
    del Faithless, gap
    gc.collect()
    assert coverage()


def test_an_event_loop_that_runs_goes_on_undisturbed():
    async def main():
        loop = asyncio.get_running_loop()
        before = asyncio.all_tasks()
        found = coverage()
        assert asyncio.get_running_loop() is loop and asyncio.all_tasks() == before
        await asyncio.sleep(0)
        return found

    assert rows(asyncio.run(main()), "proven") == PROVEN_HERE


def test_the_environment_has_no_say(monkeypatch):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{nobody.getsockname()[1]}")
        assert coverage()


def test_without_a_socket_on_loopback_nothing_is_proven(monkeypatch):
    def refuse(self):
        raise PermissionError

    monkeypatch.setattr(canary.Perch, "__init__", refuse)
    found = coverage()
    assert rows(found, "hooked") == PROVEN_HERE and not found
    assert "there is no socket on loopback (PermissionError)" in found.gaps[0].detail


def test_what_cannot_be_seen_is_named_and_sdks_go_through_it(tmp_path):
    for name in ("grpc", "curl_cffi", "openai", "google/generativeai"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "__init__.py").write_text('__version__ = "7.8"')
    found = json.loads(python("""
import json, httpx, grpc, openai, google.generativeai, iron_cage
print(json.dumps(iron_cage.coverage().as_dict()))
""", path=[tmp_path]))
    by_client = {row["client"]: row for row in found["clients"]}
    assert (by_client["grpcio"]["how"], by_client["grpcio"]["version"]) == ("unseen", "7.8") and 'transport="rest"' in by_client["grpcio"]["detail"]
    assert by_client["curl_cffi"]["how"] == "not imported" and by_client["requests"]["how"] == "not imported" and by_client["httpx2"]["how"] == "not installed"
    assert {row["sdk"]: (row["how"], row["imported"], row["version"]) for row in found["sdks"]} == {
        "openai": ("proven", True, "7.8"), "google-generativeai": ("gap", True, "7.8"),
    }
    assert found["complete"] is False


def test_calls_of_no_run_are_counted(url, chat):
    before = coverage().unclaimed
    said = []
    with Protection(), Protection():
        thread = threading.Thread(target=lambda: said.append(httpx.post(url, json=chat()).status_code))
        contextvars.Context().run(thread.start)
        thread.join()
    assert said == [403]
    assert coverage().unclaimed == before + 1


def test_the_command_line_imports_what_is_installed_and_proves_it():
    ran = subprocess.run([sys.executable, "-m", "iron_cage", "coverage", "--json"], capture_output=True, text=True, timeout=60)
    found = json.loads(ran.stdout)
    assert ran.returncode == 0 and found["complete"] is True
    assert {(row["client"], row["mode"]) for row in found["clients"] if row["how"] == "proven"} == PROVEN_HERE


# strict=True

def test_strict_enters_when_everything_is_proven_and_proves_again_only_after_a_change(monkeypatch, url, chat):
    perches = []
    original = canary.Perch.__init__
    monkeypatch.setattr(canary.Perch, "__init__", lambda self: (perches.append(1), original(self))[1])

    @protect_agent(strict=True, budget_usd=1)
    def agent():
        return httpx.post(url, json=chat()).status_code

    assert agent() == 200
    perches.clear()
    assert agent() == 200 and agent() == 200
    assert not perches

    class Derived(httpx.Client):
        pass

    assert agent() == 200
    assert perches


@pytest.mark.parametrize("kind", ["function", "coroutine", "generator", "with"])
def test_strict_executes_nothing_while_there_is_a_gap(monkeypatch, kind):
    executed = []

    @protect_agent(strict=True)
    def function():
        executed.append(1)

    @protect_agent(strict=True)
    async def coroutine():
        executed.append(1)

    @protect_agent(strict=True)
    def generator():
        executed.append(1)
        yield

    def block():
        with Protection(strict=True):
            executed.append(1)

    run = {"function": function, "coroutine": lambda: asyncio.run(coroutine()), "generator": lambda: list(generator()), "with": block}[kind]
    run()
    assert executed.pop()
    with monkeypatch.context() as patched:
        patched.setattr(requests.sessions.HTTPAdapter, "send", lambda *args, **kwargs: None)
        with pytest.raises(NotProtected, match=r"^strict=True was asked for, and LLM calls could leave unseen through requests .* \(sync\): the canary failed") as raised:
            run()
        assert not executed and [gap.client for gap in raised.value.gaps] == ["requests"]
    run()
    assert executed


def test_strict_refuses_a_client_that_was_imported_and_one_that_is_imported_by_its_run(tmp_path):
    (tmp_path / "pycurl.py").write_text("")
    (tmp_path / "tornado").mkdir()
    for name in ("__init__", "simple_httpclient"):
        (tmp_path / "tornado" / f"{name}.py").write_text("")
    assert python("""
import iron_cage
from iron_cage import NotProtected, protect_agent
@protect_agent(strict=True)
def agent():
    try:
        import pycurl
    except ImportError:
        return "swallowed"
try:
    agent()
except NotProtected as error:
    print("refused:", error)
@protect_agent
def lenient():
    import pycurl
lenient()
try:
    agent()
except NotProtected as error:
    print([gap.client for gap in error.gaps], "pycurl" in str(error))
import tornado, tornado.simple_httpclient
print([gap.client for gap in iron_cage.coverage().gaps])
""", path=[tmp_path]).splitlines() == [
        "refused: pycurl may not be imported here, as strict=True was asked for: its requests are made in C and are not seen; use httpx, requests or aiohttp for LLM calls",
        "['pycurl'] True", "['pycurl', 'tornado']",
    ]


def test_strict_refuses_a_client_whose_hook_fails(tmp_path):
    (tmp_path / "httpx2.py").write_text("")  # no Client in it
    assert python("""
import logging
from iron_cage import NotProtected, protect_agent
@protect_agent(strict=True)
def agent():
    import httpx2
try:
    agent()
except NotProtected as error:
    print(error)
""", path=[tmp_path]) == "httpx2 was imported and cannot be intercepted (AttributeError), and strict=True was asked for"


def test_strict_is_true_or_false():
    for wrong in (1, "yes", []):
        with pytest.raises(ConfigError, match="^strict: True or False expected"):
            Protection(strict=wrong)
    assert Protection().strict is False and Protection(strict=False).strict is False
