"""Ways out of a sandbox. Each is a function that returns where the way is open and raises where it is closed; one process each: python3 probes.py NAME ARGUMENT..."""
import ctypes
import errno
import mmap
import os
import platform
import signal
import socket
import struct
import sys

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
ARM = platform.machine() == "aarch64"
#: asm/unistd_64.h, asm-generic/unistd.h
NUMBERS = {
    "ptrace": (101, 117), "keyctl": (250, 219), "add_key": (248, 217), "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "shmget": (29, 194), "msgget": (68, 186),
    "semget": (64, 190), "mq_open": (240, 180), "personality": (135, 92), "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264), "process_vm_readv": (310, 270), "memfd_create": (319, 279), "execveat": (322, 281), "clone": (56, 220),
    "prlimit64": (302, 261), "sched_setaffinity": (203, 122), "inotify_init1": (294, 26), "inotify_add_watch": (254, 27),
    "io_uring_setup": (425, 425), "pidfd_open": (434, 434), "pidfd_getfd": (438, 438), "clone3": (435, 435), "open_tree": (428, 428), "fchmodat2": (452, 452),
    "setpriority": (141, 140), "kcmp": (312, 272), "setxattr": (188, 5),
}


def call(name, *args):
    """A system call by its name; raises OSError."""
    value = libc.syscall(ctypes.c_long(NUMBERS[name][ARM]), *[ctypes.c_long(arg) if isinstance(arg, int) else arg for arg in args])
    if value < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return value


# files


def read(path):
    with open(path) as file:
        file.read()


def write(path):
    with open(path, "a") as file:
        file.write("x")


def listing(path):
    os.listdir(path)


def truncate(path):
    os.truncate(path, 0)


def remove(path):
    os.unlink(path)


def make_folder(path):
    os.mkdir(path)


def link_in(source, target):
    os.link(source, target)


def rename_out(source, target):
    os.rename(source, target)


def symlink_read(path, link):
    os.symlink(path, link)
    read(link)


def execute(path):
    if os.spawnv(os.P_WAIT, path, [path]) != 0:
        raise OSError(errno.EACCES, "not executed")


def chmod(path):
    os.chmod(path, 0o640)


def fchmod(path):
    os.fchmod(os.open(path, os.O_RDONLY), 0o640)


def fchmod_path_only(path):
    os.chmod(f"/proc/self/fd/{os.open(path, os.O_PATH)}", 0o640)


def fchmodat2(path):
    call("fchmodat2", -100, ctypes.c_char_p(path.encode()), 0o640, 0)


def chmod_through_link(path, link):
    os.symlink(path, link)
    os.chmod(link, 0o640)


def chown(path):
    os.chown(path, os.getuid(), os.getgid())


def utime(path):
    os.utime(path, (1, 1))


def setxattr(path):
    call("setxattr", ctypes.c_char_p(path.encode()), ctypes.c_char_p(b"user.probe"), ctypes.c_char_p(b"1"), 1, 0)


def watch(path):
    call("inotify_add_watch", call("inotify_init1", 0), ctypes.c_char_p(path.encode()), 0x100)


def by_handle(path):
    handle = ctypes.create_string_buffer(struct.pack("Ii", 128, 0) + b"\0" * 128)
    mount = ctypes.c_int()
    call("name_to_handle_at", -100, ctypes.c_char_p(path.encode()), handle, ctypes.byref(mount), 0)
    call("open_by_handle_at", os.open("/usr", os.O_RDONLY), handle, 0)


def memfd_execute():
    descriptor = call("memfd_create", ctypes.c_char_p(b"x"), 0)
    with open("/bin/true", "rb") as source:
        os.write(descriptor, source.read())
    pid = os.fork()
    if pid == 0:
        try:
            call("execveat", descriptor, ctypes.c_char_p(b""), (ctypes.c_char_p * 2)(b"x", None), (ctypes.c_char_p * 1)(None), 0x1000)
        finally:
            os._exit(1)
    if os.waitpid(pid, 0)[1]:
        raise OSError(errno.EACCES, "not executed")


def inherited(number):
    if not os.read(int(number), 10):
        raise OSError(errno.EBADF, "nothing to read")


# network


def tcp_connect(port):
    socket.create_connection(("127.0.0.1", int(port)), 10).close()


def mptcp_connect(port):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262) as made:
        made.connect(("127.0.0.1", int(port)))


def fast_open(port, way="sendto"):
    with socket.socket() as made:
        address = ("127.0.0.1", int(port))
        if way == "sendto":
            made.sendto(b"x", 0x20000000, address)
        elif way == "sendmsg":
            made.sendmsg([b"x"], [], 0x20000000, address)
        else:
            name = struct.pack("HH4s8x", 2, socket.htons(int(port)), socket.inet_aton("127.0.0.1"))
            buffer, data = ctypes.create_string_buffer(name, 16), ctypes.create_string_buffer(b"x", 1)
            vector = struct.pack("QQ", ctypes.addressof(data), 1)
            vectors = ctypes.create_string_buffer(vector, 16)
            message = struct.pack("QIxxxxQQQQi4xI4x", ctypes.addressof(buffer), 16, ctypes.addressof(vectors), 1, 0, 0, 0, 0)
            if libc.sendmmsg(made.fileno(), ctypes.create_string_buffer(message, len(message)), 1, 0x20000000) != 1:
                code = ctypes.get_errno()
                raise OSError(code, os.strerror(code))


def udp_send(port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.sendto(b"x", ("127.0.0.1", int(port)))


def udp6():
    socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).close()


def raw():
    socket.socket(socket.AF_INET, socket.SOCK_RAW, 1).close()


def netlink():
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close()


def packet():
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close()


def listen_unbound():
    with socket.socket() as made:
        made.listen(1)


def listen_on(port):
    with socket.socket() as made:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(("127.0.0.1", int(port)))
        made.listen(1)


def unix_connect(path):
    with socket.socket(socket.AF_UNIX) as made:
        made.connect("\0" + path[1:] if path.startswith("@") else path)


def unix_pair_to_path(path):
    one, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    one.connect(path)


def io_uring():
    call("io_uring_setup", 4, ctypes.create_string_buffer(120))


# processes


def environment_of(pid):
    with open(f"/proc/{pid}/environ", "rb") as file:
        if not file.read():
            raise OSError(errno.EACCES, "empty")


def environment_of_parent():
    environment_of(os.getppid())


def memory_of(pid):
    with open(f"/proc/{pid}/mem", "rb") as file:
        file.fileno()


def terminate(pid):
    os.kill(int(pid), 0)


def terminate_parent():
    os.kill(os.getppid(), 0)


def owner_signal(pid):
    import fcntl

    reading, writing = os.pipe()
    fcntl.fcntl(reading, fcntl.F_SETOWN, int(pid))


def ptrace(pid):
    call("ptrace", 0x4206, int(pid), 0, 0)



def read_memory(pid):
    with open(f"/proc/{pid}/maps") as maps:
        start = int(maps.readline().split("-")[0], 16)
    buffer = ctypes.create_string_buffer(8)
    local, remote = struct.pack("QQ", ctypes.addressof(buffer), 8), struct.pack("QQ", start, 8)
    call("process_vm_readv", int(pid), ctypes.create_string_buffer(local, 16), 1, ctypes.create_string_buffer(remote, 16), 1, 0)


def take_descriptor(pid):
    call("pidfd_getfd", call("pidfd_open", int(pid), 0), 0, 0)


def limit_of(pid):
    call("prlimit64", int(pid), 4, ctypes.create_string_buffer(struct.pack("QQ", 0, 0), 16), 0)


def affinity_of(pid):
    os.sched_setaffinity(int(pid), os.sched_getaffinity(int(pid)))


def priority_of(pid):
    os.setpriority(os.PRIO_PROCESS, int(pid), os.getpriority(os.PRIO_PROCESS, int(pid)))


def own_mark():
    import resource

    resource.setrlimit(12, (5, resource.getrlimit(12)[1]))


def own_mark_by_prlimit():
    call("prlimit64", os.getpid(), 12, ctypes.create_string_buffer(struct.pack("QQ", 5, 100), 16), 0)


def secret():
    if "SECRET_TOKEN" not in os.environ:
        raise OSError(errno.EACCES, "not there")


def terminal_input():
    import fcntl
    import pty

    main, other = pty.openpty()
    os.setsid() if os.getpid() != os.getsid(0) else None
    fcntl.ioctl(other, 0x540E, 0)  # TIOCSCTTY
    fcntl.ioctl(other, 0x5412, b"x")


# the kernel


def unshare_user():
    call("unshare", 0x10000000)


def clone_user():
    pid = call("clone", 0x10000000 | signal.SIGCHLD, 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)


def clone3_user():
    pid = call("clone3", ctypes.create_string_buffer(struct.pack("QQQQQQQQ", 0x10000000, 0, 0, 0, signal.SIGCHLD, 0, 0, 0), 64), 64)
    if pid == 0:
        os._exit(0)


def set_namespace():
    call("setns", os.open("/proc/self/ns/uts", os.O_RDONLY), 0)


def mount(path):
    call("mount", ctypes.c_char_p(b"none"), ctypes.c_char_p(path.encode()), ctypes.c_char_p(b"tmpfs"), 0, 0)
    libc.umount2(path.encode(), 2)


def open_tree():
    call("open_tree", -100, ctypes.c_char_p(b"/usr"), 1)


def chroot():
    os.chroot("/usr")


def shared_memory():
    call("shmget", 0, 4096, 0o600 | 0o1000)


def message_queue():
    call("msgget", 0, 0o600 | 0o1000)


def semaphores():
    call("semget", 0, 1, 0o600 | 0o1000)


def posix_queue():
    call("mq_open", ctypes.c_char_p(b"iron-sandbox-probe"), 0x40 | 2, 0o600, 0)
    libc.mq_unlink(b"/iron-sandbox-probe")


def session_keyring():
    call("add_key", ctypes.c_char_p(b"user"), ctypes.c_char_p(b"probe"), ctypes.c_char_p(b"x"), 1, -3)


def key_listing():
    call("keyctl", 6, -3, 0, 0, 0)


def randomization():
    call("personality", 0x0040000)


def bpf():
    call("bpf", 0, ctypes.create_string_buffer(struct.pack("IIII", 2, 4, 4, 1) + b"\0" * 112, 128), 128)


def performance():
    attributes = struct.pack("IIQ", 1, 128, 1) + b"\0" * 24 + struct.pack("Q", 1 | 1 << 5 | 1 << 6) + b"\0" * 80
    call("perf_event_open", ctypes.create_string_buffer(attributes, 128), 0, -1, -1, 0)


def page_faults():
    call("userfaultfd", 1)


def capabilities():
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("CapBnd") and int(line.split()[1], 16) == 0:
                raise OSError(errno.EPERM, "none left")


def device(path):
    os.mknod(path, 0o600 | 0o020000, os.makedev(1, 3))


def machine_code(code):
    """Calls getpid by an entry of another ABI."""
    memory = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    memory.write(code)
    function = ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(memory)))
    if function() != os.getpid():
        raise OSError(errno.ENOSYS, "no such entry")


def int80():
    machine_code(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")


def x32():
    machine_code(b"\xb8\x27\x00\x00\x40\x0f\x05\xc3")


if __name__ == "__main__":
    try:
        globals()[sys.argv[1]](*sys.argv[2:])
    except (OSError, ValueError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(10)
