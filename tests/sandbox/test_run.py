"""Functions in sandboxes."""
from __future__ import annotations

from conftest import Host

HEAD = "from iron_sandbox import *\nimport functions, subprocess\nsandbox = Sandbox(allowed_paths=[work])\n"


def test_values_and_bytes_go_there_and_back(host: Host) -> None:
    told = host.tell(HEAD + """
value = sandbox.run(functions.echo, 1, 2.5, None, True, "ü", b"\\0\\xff", [1, {"a": b"x"}], {"$bytes": "no"}, {"$dict": {"$bytes": 1}}, key=b"")
expected = {"args": [1, 2.5, None, True, "ü", b"\\0\\xff", [1, {"a": b"x"}], {"$bytes": "no"}, {"$dict": {"$bytes": 1}}], "kwargs": {"key": b""}}
big = sandbox.run(functions.echo, b"x" * 5000000)
print(json.dumps([value == expected, len(big["args"][0])]))
""")
    assert told == [True, 5000000]


def test_each_call_has_a_fresh_interpreter_and_a_private_folder(host: Host) -> None:
    told = host.tell(HEAD + """
pool = Sandbox(allowed_paths=[work], pool=2)
print(json.dumps([sandbox.run(functions.remember, 1), sandbox.run(functions.remember, 2), [pool.run(functions.remember, n) for n in range(5)], sandbox.run(functions.where), os.path.realpath(work)]))
""")
    assert told[:3] == [[1], [2], [[0], [1], [2], [3], [4]]]
    assert told[3]["cwd"] == told[4] and told[3]["secret"] is None and told[3]["home"] == told[3]["tmp"]


def test_exceptions_come_back_as_they_are_if_they_are_built_in(host: Host) -> None:
    told = host.tell(HEAD + """
def caught(kind):
    try:
        return sandbox.run(functions.fail, kind)
    except Exception as error:
        return [type(error).__name__, str(error), getattr(error, "type_name", None), "in fail" in getattr(error, "remote_traceback", "") or "in fail" in getattr(error.__cause__, "remote_traceback", "")]
print(json.dumps([caught(kind) for kind in ("value", "own", "exit", "object", "file")]))
""")
    assert told == [
        ["ValueError", "a wrong value", None, True],
        ["RemoteError", "functions.OfOurOwn: one of ours", "functions.OfOurOwn", True],
        ["RemoteError", "SystemExit: 3", "SystemExit", True],
        ["TypeError", "the result is or holds a value of type object; JSON values and bytes can be returned", None, False],
        ["PermissionError", "[Errno 13] Permission denied: '/etc/shadow'", None, True],
    ]


def test_an_end_without_a_result_is_told(host: Host) -> None:
    told = host.tell(HEAD + """
def caught(function, *args, box=sandbox):
    try:
        return box.run(function, *args)
    except RemoteError as error:
        return str(error)
print(json.dumps([caught(functions.fail, "abort"), caught(functions.fail, "leave"), caught(functions.spin, box=Sandbox(timeout=0.5)), caught(functions.spin, box=Sandbox(timeout=0.5, pool=1))]))
""")
    assert told == ["fail ended with signal 6 and without a result", "fail ended with status 5 and without a result", "spin ran out of time", "spin ran out of time"]


def test_a_result_cannot_be_forged_by_writing_to_every_descriptor(host: Host) -> None:
    told = host.tell(HEAD + """
try:
    forged = sandbox.run(functions.forge)
except RemoteError as error:
    forged = "refused: " + str(error)
print()
print(json.dumps([forged, sandbox.run(functions.disturb)]))
""")
    assert told == ["refused: forge ended with status 0 and without a result", "fine"]


def test_what_cannot_be_found_by_name_is_refused_at_the_door(host: Host) -> None:
    told = host.tell(HEAD + """
def caught(action):
    try:
        return action()
    except PolicyError as error:
        return str(error)
def outer():
    def inner(): pass
    return inner
class Some:
    def method(self): pass
print(json.dumps([caught(lambda: sandbox.run(lambda: 1)), caught(lambda: sandbox.run(outer())), caught(lambda: sandbox.run(Some().method)), caught(lambda: sandbox.run(functions.echo, object())),
    caught(lambda: sandbox.run(functions.echo, {1: 2}))]))
""")
    for text, word in zip(told, ("lambda", "inner", "bound method", "type object", "key of type int")):
        assert word in text


def test_the_main_script_is_imported_again_as_multiprocessing_does(host: Host) -> None:
    told = host.tell("""
from iron_sandbox import Sandbox, sandboxed

def here(value):
    import sys
    return [value, __name__, sys.argv[1:]]

@sandboxed(allowed_paths=[work])
def always(path):
    return open(path).read()

@sandboxed
async def awaited(value):
    return value

if __name__ == "__main__":
    import asyncio
    try:
        read = always("/etc/shadow")
    except PermissionError:
        read = "denied"
    print(json.dumps([Sandbox(allowed_paths=[work]).run(here, 5), read, asyncio.run(awaited(6))]))
""", "an", "argument")
    assert told == [[5, "__mp_main__", ["an", "argument"]], "denied", 6]


def test_a_home_folder_on_the_path_is_not_granted(host: Host) -> None:
    told = host.tell(HEAD + """
sys.path.append(outside)  # the HOME of this host
open(outside + "/key", "w").write("secret")
open(outside + "/ofhome.py", "w").write("def read(path): return open(path).read()")
import ofhome
def caught(path):
    try:
        return Sandbox(allowed_paths=[work]).run(ofhome.read, path)
    except PermissionError:
        return "denied"
print(json.dumps([caught(outside + "/key"), "def read" in caught(outside + "/ofhome.py")]))
""")
    assert told == ["denied", True]


def test_a_pool_is_used_once_each_and_leaves_nothing(host: Host) -> None:
    told = host.tell(HEAD + """
import threading
pool = Sandbox(allowed_paths=[work], pool=3)
values = []
threads = [threading.Thread(target=lambda n=n: values.append(pool.run(functions.add, n, 1))) for n in range(12)]
[thread.start() for thread in threads]; [thread.join() for thread in threads]
for _ in range(600):
    if pool._pool.waiting == 3: break
    time.sleep(0.1)
waiting = pool._pool.waiting
pool.close()
for _ in range(600):
    left = [pid for pid in os.listdir("/proc") if pid.isdigit() and b"What a fresh interpreter" in read(f"/proc/{pid}/cmdline") and owner(pid) == os.getuid()] if os.getuid() else []
    if not left: break
    time.sleep(0.1)
print(json.dumps([sorted(values), waiting, left]))
""".replace("import threading", "import threading\ndef read(path):\n    try: return open(path, 'rb').read()\n    except OSError: return b''\ndef owner(pid):\n    try: return os.stat(f'/proc/{pid}').st_uid\n    except OSError: return -1\n", 1))
    assert told == [list(range(1, 13)), 3, []]
