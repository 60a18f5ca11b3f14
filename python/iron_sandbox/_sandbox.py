"""The sandbox: a policy, and what is started under it."""
from __future__ import annotations

import inspect
import json
import os
import weakref

from iron_sandbox import _native, _options, errors
from iron_sandbox._pumping import Pipes, pump
from iron_sandbox._results import Completed
from iron_sandbox._seen import Seen
from iron_sandbox._tree import Tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterable, Mapping, Optional, Sequence, TypeVar, Union

    from iron_sandbox._pool import Pool

    Result = TypeVar("Result")
    Paths = Iterable[Union[str, "os.PathLike[str]"]]


class Sandbox:
    """Walls around programs and functions that the kernel holds: no root, no namespaces. Usable from any thread, any number of times.

    :param allowed_paths: files and trees that may be read and written; absolute, existing, no symbolic links. The first folder is the working directory.
    :param read_only_paths: files and trees that may be read.
    :param executable_paths: files and trees that may be read and executed, besides the run-time set (/usr, /bin, /lib*, the interpreter's own folders).
    :param executables: what may be executed instead of all of the run-time set: names or absolute paths.
    :param runtime_paths: what replaces the run-time set.
    :param denied_paths: paths that no other option may grant; a policy that would is refused.
    :param max_memory_mb: memory of the whole tree of processes in MiB, 16 to 1048576; ``max_memory`` is the same.
    :param max_cpu_seconds: processor time of the whole tree, 1 to 31536000.
    :param max_processes: processes alive at once, 1 to 32768, the first one counted.
    :param max_open_files: descriptors of each process, 16 to 1048576.
    :param max_file_size_mb: size of each file that is written, in MiB.
    :param timeout: seconds until everything is ended: SIGTERM, a second later SIGKILL to the whole tree. Above 0.
    :param allow_network: False (default), True, a list of TCP ports to connect to, or ``{"connect": [...], "bind": [...], "udp": [...], "dns": bool}``.
    :param allowed_domains: names that may be reached over HTTP and HTTPS with the network off otherwise: "api.example.org" (ports 443 and 80), "*.example.org" (all below it, not
        itself), "api.example.org:8443". Clients go through a proxy that HTTP_PROXY and HTTPS_PROXY name. Names resolve outside, once, and must have public addresses.
    :param extra_hosts: addresses of such names instead of what a resolver says, ``{"db.internal": "10.0.0.5"}``; they may be private.
    :param env: variables of the environment. Nothing else is handed on but PATH and what ``keep_env`` names; HOME and TMPDIR are a private folder that is removed afterwards.
    :param keep_env: names of the host's variables that are handed on.
    :param landlock_abi: the newest ABI of Landlock that is used, 0 to 10: tries a policy as an older kernel would hold it (6 is Linux 6.12, 4 is 6.7, 1 is 5.13). Default: the kernel's own.
    :param best_effort: go on where this system cannot enforce something, and name each loss in :meth:`report`. Default: raise :class:`NotEnforceable` before anything starts.
    :param preset: "python-agent", "read-only", "no-network" or "shell-tools": a policy to begin with.
    :param max_output_mb: how much of stdout and of stderr is kept (MiB, 1 to 1024, default 64); the rest is read and dropped.
    :param pool: interpreters that are started in advance for :meth:`run`, 0 to 64; each is used once.
    :raises PolicyError: options that cannot be meant.
    :raises NotEnforceable: this system cannot enforce them.
    """

    def __init__(
        self,
        allowed_paths: Optional[Paths] = None,
        read_only_paths: Optional[Paths] = None,
        *,
        executable_paths: Optional[Paths] = None,
        executables: Optional[Iterable[str]] = None,
        runtime_paths: Optional[Paths] = None,
        denied_paths: Optional[Paths] = None,
        max_memory_mb: Optional[int] = None,
        max_memory: Optional[int] = None,
        max_cpu_seconds: Optional[int] = None,
        max_processes: Optional[int] = None,
        max_open_files: Optional[int] = None,
        max_file_size_mb: Optional[int] = None,
        timeout: Optional[float] = None,
        allow_network: Any = None,
        allowed_domains: Optional[Iterable[str]] = None,
        extra_hosts: Optional[Mapping[str, Any]] = None,
        env: Optional[Mapping[str, str]] = None,
        keep_env: Optional[Iterable[str]] = None,
        landlock_abi: Optional[int] = None,
        best_effort: Optional[bool] = None,
        preset: Optional[str] = None,
        max_output_mb: int = 64,
        pool: int = 0,
    ) -> None:
        options = dict(locals())
        for name in ("self", "max_output_mb", "pool"):
            del options[name]
        if isinstance(max_output_mb, bool) or not isinstance(max_output_mb, int) or not 1 <= max_output_mb <= 1024:
            raise errors.PolicyError("max_output_mb: must be an integer from 1 to 1024")
        if isinstance(pool, bool) or not isinstance(pool, int) or not 0 <= pool <= 64:
            raise errors.PolicyError("pool: must be an integer from 0 to 64")
        self._policy = _options.policy(options)
        self._most = max_output_mb << 20
        self._pool_size = pool
        self._handles: dict[str, tuple[int, int]] = {}
        self._blocks: list[Any] = []
        self._seen = Seen()
        self._reported: Optional[dict[str, Any]] = None
        self._pool: Optional[Pool] = None
        self._handle("exec")

    @classmethod
    def from_file(cls, path: str, **options: Any) -> Sandbox:
        """A sandbox of a TOML file, which has options by their names; those that are given here replace its own.

        :raises PolicyError: it cannot be read, or its options cannot be meant.
        """
        from iron_sandbox import _policies

        given = {**_policies.load(path), **options}
        unknown = sorted(set(given) - set(inspect.signature(cls.__init__).parameters))
        if unknown:
            raise errors.PolicyError(f"{path}: {unknown[0]} is no option")
        return cls(**given)

    def exec(self, argv: Sequence[str], input: bytes = b"", timeout: Optional[float] = None, cwd: Optional[str] = None) -> Completed:  # noqa: A002 - subprocess's own name
        """Runs a program to its end.

        :param argv: the program and its arguments; a name without a slash is looked up in the PATH of the sandbox.
        :param input: what it reads from its standard input.
        :param timeout: seconds, instead of the sandbox's; what ran out of time has ``.timed_out``, nothing is raised.
        :param cwd: the working directory, absolute; default: the first allowed folder, else the private one.
        :raises NotStarted: there is no such program, or it may not be executed.
        """
        pipes = Pipes(self._most)
        try:
            tree = Tree(self, argv, cwd, [pipes.writing("stdin", bytes(input)), pipes.reading("stdout"), pipes.reading("stderr")], timeout)
            pipes.handed_over()
            try:
                pump(tree, pipes)
            finally:
                tree.close()
            return _completed(self, argv, tree, pipes)
        finally:
            pipes.close()

    def run(self, function: Callable[..., Result], /, *args: Any, **kwargs: Any) -> Result:
        """Calls a function in a fresh interpreter inside the sandbox and returns what it returns.

        The function is found there by module and qualified name, so it is one that is defined at the top of a module (no lambda, no closure); the host's ``sys.path`` is
        used, and ``__main__`` is imported anew as ``__mp_main__``, as multiprocessing does it. Arguments and results are JSON values and bytes: nothing is ever unpickled.

        :raises RemoteError: the function raised something that is no built-in exception, or ended without a result. Built-in exceptions are raised as they are.
        """
        from iron_sandbox import _run

        return _run.run(self, function, args, kwargs)  # type: ignore[no-any-return]

    def popen(self, argv: Sequence[str], **options: Any) -> Any:
        """Starts a program and returns a :class:`Process`, which is used as a ``subprocess.Popen`` is: ``stdin``, ``stdout``, ``stderr`` (PIPE, DEVNULL, a file or None),
        ``cwd``, ``timeout``, ``text``."""
        from iron_sandbox._process import Process

        return Process(self, argv, **options)

    async def aexec(self, argv: Sequence[str], input: bytes = b"", timeout: Optional[float] = None, cwd: Optional[str] = None) -> Completed:  # noqa: A002
        """:meth:`exec` for asyncio. A task that is cancelled ends the program."""
        from iron_sandbox import _aio

        return await _aio.exec(self, argv, bytes(input), timeout, cwd)

    async def arun(self, function: Callable[..., Result], /, *args: Any, **kwargs: Any) -> Result:
        """:meth:`run` for asyncio. A task that is cancelled ends the function."""
        from iron_sandbox import _aio

        return await _aio.run(self, function, args, kwargs)  # type: ignore[no-any-return]

    def report(self) -> dict[str, Any]:
        """What is enforced and by what (``enforced``), what is not (``losses``), which paths may be used how (``paths``), which variables are set (``environment``). And what
        was seen so far of all that ran and has ended: how much (``trees``), how many of them were ended for a limit (``ended``), what was refused (``denials``, tuple of
        :class:`Denial`), which names were reached (``domains``, tuple of :class:`DomainUse`)."""
        if self._reported is None or not self._blocks:
            self._reported = json.loads(_native.take("ironcage_sandbox_report", self._handle("exec")))
        report = dict(self._reported or {})
        report.update(self._seen.report())
        if self._blocks:
            report["block"] = self._blocks[-1].report()
        return report

    def close(self) -> None:
        """Ends the interpreters that wait in the pool. Idempotent; the sandbox stays usable."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    def _handle(self, setup: str) -> int:
        """The compiled policy in the library of this process."""
        _native.load()
        known = self._handles.get(setup)
        if known is None or known[1] != _native.generation:
            prefixes = None
            if setup.startswith("run:"):
                from iron_sandbox import _run

                prefixes = _run.prefixes(setup[4:])
            known = _native.new_sandbox(_options.setup(self._policy, prefixes)), _native.generation
            weakref.finalize(self, _native.free_sandbox, *known).atexit = False
            self._handles[setup] = known
        return known[0]

    def __enter__(self) -> Sandbox:
        """The rest of the program is confined, after the block too: in a forked child, whose end becomes that of this process. See ``docs/sandbox.md``."""
        from iron_sandbox import _block

        if self._policy.get("allowed_domains"):
            raise errors.SandboxError("allowed_domains: a with block has no proxy, so that nothing could be reached; use run or exec")
        self.report()
        self._blocks.append(_block.enter(self))
        return self

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        """The rest of the program stays confined."""


def _completed(sandbox: Sandbox, argv: Sequence[str], tree: Tree, pipes: Pipes) -> Completed:
    outcome = tree.result()
    stderr = bytes(pipes.output["stderr"])
    denials = outcome.denials
    if outcome.returncode != 0 and stderr:
        from iron_sandbox import _explaining

        denials += tuple(_explaining.files(stderr, sandbox.report()["paths"]))
    return Completed(tuple(argv), outcome.returncode, bytes(pipes.output["stdout"]), stderr, outcome.timed_out, outcome.exceeded, pipes.truncated, outcome.usage, denials, outcome.domains)
