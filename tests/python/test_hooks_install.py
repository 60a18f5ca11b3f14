"""Patching: on import, once, under every alias; and in children forked before the first use."""
import os
import subprocess
import sys
import types

import httpx
import pytest

from iron_cage import NativeError, Protection, protect_agent
from iron_cage._hooks import install


def python(code):
    """Runs code in a fresh interpreter with this one's path."""
    program = f"import sys; sys.path[:] = {sys.path!r}\n{code}"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


@pytest.mark.parametrize("module, owner, name", [
    ("httpx", "Client", "_send_single_request"), ("httpx", "AsyncClient", "_send_single_request"),
    ("urllib3.connectionpool", "HTTPConnectionPool", "_make_request"), ("concurrent.futures.thread", "ThreadPoolExecutor", "submit"),
    ("multiprocessing.pool", "ThreadPool", "apply_async"),
])
def test_modules_imported_after_the_protection_are_patched(module, owner, name):
    assert python(f"""
import iron_cage, importlib
protection = iron_cage.Protection()
assert {module!r} not in sys.modules
module = importlib.import_module({module!r})
assert module.__spec__.loader is module.__loader__ and "_Loader" not in type(module.__loader__).__name__
method = module.{owner}.{name}
print(getattr(method, "__iron_cage__", False), method.__name__)
protection.close()
print(getattr(module.{owner}.{name}, "__iron_cage__", False))
""").split() == ["True", name, "False"]


def test_an_alias_is_not_patched_twice():
    with Protection():
        before = httpx.Client._send_single_request
        alias = types.ModuleType("httpx2")
        alias.__dict__.update(httpx.__dict__)
        sys.modules["httpx2"] = alias
        try:
            install.add(protection := Protection())
            assert httpx.Client._send_single_request is before
            protection.close()
        finally:
            del sys.modules["httpx2"]


def test_someone_elses_patch_on_top_stays():
    protection = Protection()
    ours = httpx.Client._send_single_request

    def theirs(*args, **kwargs):
        return ours(*args, **kwargs)

    users = list(install._users)
    httpx.Client._send_single_request = theirs
    try:
        install._users.clear()
        install._users.add(protection)
        protection.close()
        assert httpx.Client._send_single_request is theirs
    finally:
        httpx.Client._send_single_request = ours.__wrapped__
        install._users.update(users)


def test_process_pools_are_left_alone():
    import multiprocessing.pool

    with Protection():
        assert not getattr(multiprocessing.pool.Pool.apply_async, install.MARK, False)


def test_a_child_forked_before_the_first_use_is_free():
    assert python("""
import os, iron_cage
child = os.fork()
if child == 0:
    os._exit(0 if iron_cage.redact("a@example.com") == "[EMAIL_REDACTED]" else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
""") == "0"


def test_native_error_is_what_a_missing_library_gives():
    assert python("""
import os
os.environ["IRON_CAGE_LIBRARY"] = "/nonexistent/libironcage.so"
import iron_cage
try:
    iron_cage.redact("x")
except iron_cage.NativeError as error:
    print("/nonexistent/libironcage.so" in str(error))
""") == "True"
    assert issubclass(NativeError, Exception)


def test_the_interpreter_exits_cleanly_with_calls_open():
    assert python("""
import httpx, iron_cage
from iron_cage.testing import ProviderSimulator, Reply
sim = ProviderSimulator(reply=Reply(content="a b c d", chunk_delay=0.01)).start()
protection = iron_cage.Protection(budget_usd=1)
protection.__enter__()
client = httpx.Client()
body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "x"}], "stream": True}
response = client.send(client.build_request("POST", sim.base_url + "/chat/completions", json=body), stream=True)
print("end")
""") == "end"
