"""The bypass table: every way out that a Landlock domain leaves open, and some that it closes. Each is tried free first, where it must be open, and then in a sandbox, where it must not."""
from __future__ import annotations

import json
import platform
from typing import NamedTuple

import pytest

from conftest import Host

PROBE = """
import subprocess, socket
from iron_sandbox import Sandbox, NotStarted

name, arguments, options = json.loads(args[0])
listener = socket.create_server(("127.0.0.1", 0))
other = socket.create_server(("127.0.0.1", 0))
path_socket = socket.socket(socket.AF_UNIX); path_socket.bind(outside + "/service.sock"); path_socket.listen()
datagrams = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); datagrams.bind(outside + "/log.sock")
abstract = socket.socket(socket.AF_UNIX); abstract.bind("\\0iron-sandbox-probe-%d" % os.getpid()); abstract.listen()
free_port = socket.create_server(("127.0.0.1", 0)); unused = free_port.getsockname()[1]; free_port.close()
victim = subprocess.Popen(["sleep", "1000"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
import atexit; atexit.register(victim.kill)
kept = os.open(outside + "/file", os.O_RDONLY); os.set_inheritable(kept, True)
values = {"work": work, "outside": outside, "port": listener.getsockname()[1], "other": other.getsockname()[1], "unused": unused, "victim": victim.pid, "host": os.getpid(), "kept": kept,
          "abstract": "@iron-sandbox-probe-%d" % os.getpid()}
fill = lambda value: value.format(**values) if isinstance(value, str) else [fill(item) for item in value] if isinstance(value, list) else {key: fill(item) for key, item in value.items()} if isinstance(value, dict) else value
argv = [sys.executable, package + "/probes.py", name, *[fill(item) for item in arguments]]

def prepare():
    for folder in (work, outside):
        for leaf in os.listdir(folder):
            if leaf.startswith("made"):
                path = folder + "/" + leaf
                os.rmdir(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path)
        open(folder + "/file", "w").write("text")
        open(folder + "/program", "w").write("#!/bin/sh\\nexit 0\\n")
        os.chmod(folder + "/program", 0o755)

prepare()
free = subprocess.run(argv, capture_output=True, text=True, pass_fds=[kept], cwd=work)
prepare()
options = {key: fill(value) for key, value in options.items()}
if "allow_network" in options:
    options["allow_network"] = {key: [int(port) for port in ports] for key, ports in options["allow_network"].items()}
sandbox = Sandbox(allowed_paths=[work], read_only_paths=[package], keep_env=["LANG"], **options)
done = sandbox.exec(argv, timeout=60)

print(json.dumps({"free": [free.returncode, free.stderr], "confined": [done.returncode, done.stderr.decode()], "denials": [[denial.what, denial.option] for denial in done.denials]}))
"""


class Way(NamedTuple):
    probe: str
    arguments: tuple[str, ...] = ()
    options: dict[str, object] = {}
    #: Tried by root alone: an ordinary user may not do it without a sandbox either.
    root_only: bool = False
    #: What the sandbox's report must name.
    denial: str = ""


WAYS = [
    Way("read", ("{outside}/file",)),
    Way("listing", ("{outside}",)),
    Way("write", ("{outside}/file",)),
    Way("write", ("{outside}/made",)),
    Way("truncate", ("{outside}/file",)),
    Way("remove", ("{outside}/file",)),
    Way("make_folder", ("{outside}/made",)),
    Way("link_in", ("{outside}/file", "{work}/made")),
    Way("rename_out", ("{work}/file", "{outside}/made")),
    Way("symlink_read", ("{outside}/file", "{work}/made")),
    Way("execute", ("{outside}/program",)),
    Way("execute", ("{work}/program",)),
    Way("chmod", ("{outside}/file",), denial="fchmodat chmod"),
    Way("fchmod", ("{outside}/file",)),
    Way("fchmodat2", ("{outside}/file",), denial="fchmodat2"),
    Way("chmod_through_link", ("{outside}/file", "{work}/made")),
    Way("chown", ("{outside}/file",)),
    Way("utime", ("{outside}/file",)),
    Way("setxattr", ("{outside}/file",), denial="setxattr"),
    Way("watch", ("{outside}",), denial="inotify_add_watch"),
    Way("by_handle", ("{outside}/file",), root_only=True),
    Way("memfd_execute", denial="memfd_create"),
    Way("inherited", ("{kept}",)),
    Way("tcp_connect", ("{port}",), denial="socket"),
    Way("tcp_connect", ("{other}",), {"allow_network": {"connect": ["{port}"]}}),
    Way("mptcp_connect", ("{port}",), {"allow_network": {"connect": ["{port}"]}}, denial="socket"),
    Way("fast_open", ("{other}",), {"allow_network": {"connect": ["{port}"]}}, denial="sendto"),
    Way("fast_open", ("{other}", "sendmsg"), {"allow_network": {"connect": ["{port}"]}}, denial="sendmsg"),
    Way("fast_open", ("{other}", "sendmmsg"), {"allow_network": {"connect": ["{port}"]}}, denial="sendmmsg"),
    Way("udp_send", ("{port}",)),
    Way("udp_send", ("{port}",), {"allow_network": {"connect": ["{port}"]}}),
    Way("raw", (), {"allow_network": {"connect": ["{port}"]}}, root_only=True),
    Way("packet", root_only=True),
    Way("netlink"),
    Way("listen_unbound"),
    Way("listen_unbound", (), {"allow_network": {"connect": ["{port}"]}}),
    Way("listen_unbound", (), {"allow_network": {"bind": ["{unused}"]}}, denial="listen"),
    Way("listen_on", ("{unused}",), {"allow_network": {"connect": ["{port}"]}}),
    Way("unix_connect", ("{outside}/service.sock",)),
    Way("unix_connect", ("{abstract}",)),
    Way("unix_connect", ("{outside}/service.sock",), {"allow_network": {"connect": ["{port}"]}}),
    Way("unix_pair_to_path", ("{outside}/log.sock",)),
    Way("io_uring", denial="io_uring_setup"),
    Way("environment_of", ("{host}",)),
    Way("environment_of_parent"),
    Way("memory_of", ("{victim}",)),
    Way("terminate", ("{victim}",)),
    Way("terminate", ("{host}",)),
    Way("terminate_parent"),
    Way("owner_signal", ("{victim}",), denial="fcntl"),
    Way("ptrace", ("{victim}",), denial="ptrace"),
    Way("read_memory", ("{victim}",)),
    Way("take_descriptor", ("{victim}",), denial="pidfd_getfd"),
    Way("limit_of", ("{victim}",), denial="prlimit64"),
    Way("affinity_of", ("{victim}",), denial="sched_setaffinity"),
    Way("priority_of", ("{victim}",), denial="setpriority"),
    Way("own_mark"),
    Way("own_mark_by_prlimit", denial="prlimit64"),
    Way("secret"),
    Way("terminal_input"),
    Way("unshare_user", denial="unshare"),
    Way("clone_user", denial="clone"),
    Way("clone3_user"),
    Way("set_namespace", root_only=True),
    Way("mount", ("{work}",), root_only=True, denial="mount"),
    Way("open_tree", root_only=True, denial="open_tree"),
    Way("chroot", root_only=True, denial="chroot"),
    Way("shared_memory", denial="shmget"),
    Way("message_queue", denial="msgget"),
    Way("semaphores", denial="semget"),
    Way("posix_queue", denial="mq_open"),
    Way("session_keyring", denial="add_key"),
    Way("key_listing", denial="keyctl"),
    Way("randomization", denial="personality"),
    Way("bpf", root_only=True, denial="bpf"),
    Way("performance", denial="perf_event_open"),
    Way("page_faults", denial="userfaultfd"),
    Way("capabilities", root_only=True),
    Way("device", ("{work}/made",), root_only=True),
    Way("int80"),
    Way("x32"),
]


def identify(way: Way) -> str:
    return "-".join([way.probe, *[argument.strip("{}").replace("{", "").replace("}", "").replace("/", ".") for argument in way.arguments], *(["network"] if way.options else [])])


@pytest.mark.parametrize("way", WAYS, ids=identify)
def test_a_way_out_that_is_open_outside_is_closed_inside(host: Host, way: Way) -> None:
    if way.root_only and host.user != "root":
        pytest.skip("an ordinary user may not do this outside of a sandbox either")
    if way.probe in ("int80", "x32") and platform.machine() != "x86_64":
        pytest.skip("an entry of x86-64")
    (host.outside / "file").write_text("text")
    (host.outside / "file").chmod(0o666)
    if host.uid != 0:
        import os

        if os.geteuid() == 0:
            os.chown(host.outside / "file", host.uid, host.uid)
    told = host.tell(PROBE, json.dumps([way.probe, way.arguments, way.options]))
    status, errors = told["free"]
    if status != 0 and any(text in errors for text in UNAVAILABLE) or status in (-31, -11):
        pytest.skip(f"this kernel has no such way: {errors.strip()[-200:]}")
    assert status == 0, f"the control did not succeed, so the case proves nothing: {errors}"
    status, errors = told["confined"]
    assert status != 0, "the way is open in the sandbox"
    assert "Traceback" not in errors, f"it failed for another reason: {errors}"
    if way.denial:
        assert set(way.denial.split()) & {name for name, _ in told["denials"]}, f"the report does not name it: {told['denials']}"


#: What a kernel that was built without something says to those who ask.
UNAVAILABLE = ("Errno 38", "Errno 92", "Errno 93", "Errno 94", "Errno 95", "Errno 97", "no such entry")
