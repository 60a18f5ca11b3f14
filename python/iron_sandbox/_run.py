"""Functions in a sandbox: a fresh interpreter, JSON and bytes in both directions, nothing unpickled."""
from __future__ import annotations

import binascii
import builtins
import json
import os
import sys

from iron_sandbox import _options, errors
from iron_sandbox._pumping import Pipes, pump
from iron_sandbox._tree import Tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional

    from iron_sandbox._results import Outcome
    from iron_sandbox._sandbox import Sandbox

#: The most that a result may have, in bytes.
MOST_RESULT = 256 << 20
_NONCE_LENGTH = 32


class Worker:
    """An interpreter that waits for a function in a sandbox."""

    def __init__(self, sandbox: Sandbox, setup: str) -> None:
        self.setup = setup
        self.pipes = Pipes(sandbox._most, relay={"stdout": 1, "stderr": 2})
        try:
            # The time of a function begins when it is called, not when its interpreter is started.
            self.tree = Tree(
                sandbox, [sys.executable, "-I", "-S", "-c", bootstrap()], None,
                [self.pipes.writing("stdin"), self.pipes.reading("stdout"), self.pipes.reading("stderr"), self.pipes.reading("result", MOST_RESULT)], 0, setup,
            )
            self.pipes.handed_over()
        except BaseException:
            self.pipes.close()
            raise

    def begin(self, request: bytes, timeout: Optional[float] = None) -> None:
        """Hands it a request; its time begins."""
        self.tree.limit(timeout)
        self.pipes.feed("stdin", len(request).to_bytes(8, "little") + request)

    def close(self) -> None:
        """Ends it."""
        self.tree.close()
        self.pipes.close()


class Call:
    """A function, and what it is called with, checked before anything starts."""

    def __init__(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        check(function)
        self.function = function
        self.nonce = os.urandom(_NONCE_LENGTH).hex()
        main = _main() if function.__module__ == "__main__" else None
        document = {
            "module": function.__module__,
            "qualname": function.__qualname__,
            "main": main,
            "file": getattr(sys.modules.get(function.__module__), "__file__", None),
            "path": [os.path.abspath(entry) for entry in sys.path if isinstance(entry, str)],
            "argv": [str(item) for item in sys.argv],
            "args": [encode(value, f"argument {place + 1}") for place, value in enumerate(args)],
            "kwargs": {name: encode(value, f"argument {name}") for name, value in kwargs.items()},
            "nonce": self.nonce,
        }
        self.request = json.dumps(document).encode("utf-8")
        self.setup = setup_of(function, main)

    def result(self, worker: Worker) -> Any:
        """What the function returned; raises what it raised."""
        return _result(self, worker.tree.result(), bytes(worker.pipes.output["result"]))


def run(sandbox: Sandbox, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Calls a function in a sandbox."""
    call = Call(function, args, kwargs)
    worker = take(sandbox, call.setup)
    try:
        _flush()
        worker.begin(call.request)
        pump(worker.tree, worker.pipes)
        return call.result(worker)
    finally:
        worker.close()
        refill(sandbox)


def refill(sandbox: Sandbox) -> None:
    """After a call, not beside it: starting an interpreter would slow it down."""
    if sandbox._pool is not None:
        sandbox._pool.refill()


def take(sandbox: Sandbox, setup: str) -> Worker:
    """An interpreter of the pool, or a new one."""
    if sandbox._pool_size:
        from iron_sandbox._pool import of

        worker = of(sandbox).take(setup)
        if worker is not None:
            return worker
    return Worker(sandbox, setup)


def check(function: Any) -> None:
    """Refuses what cannot be found by its name in another process."""
    module, name = getattr(function, "__module__", None), getattr(function, "__qualname__", None)
    if not callable(function) or not isinstance(module, str) or not isinstance(name, str):
        raise errors.PolicyError(f"run: {function!r} is no function that has a module and a name")
    if "<lambda>" in name or "<locals>" in name:
        raise errors.PolicyError(f"run: {name} is a lambda or is defined inside a function; the sandbox finds a function by its module and name, so define it at the top of a module")
    if getattr(function, "__self__", None) is not None and not isinstance(function.__self__, type(sys)):
        raise errors.PolicyError(f"run: {name} is a bound method; its object stays in this process. Use a function of a module")
    if module == "__main__" and _main() is None:
        raise errors.PolicyError(f"run: {name} is defined in an interactive session or in -c text, which the sandbox cannot import; put it into a file")


def _main() -> Optional[dict[str, Any]]:
    """How __main__ is imported again; None: it cannot be."""
    main = sys.modules.get("__main__")
    spec = getattr(main, "__spec__", None)
    if spec is not None and spec.name:
        return {"name": spec.name, "path": None}
    path = getattr(main, "__file__", None)
    if not path or not os.path.isfile(path):
        return None
    return {"name": None, "path": os.path.abspath(path)}


def bootstrap() -> str:
    """The text that a fresh interpreter runs."""
    if not _texts:
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "_bootstrap.py"), encoding="utf-8") as file:
            _texts.append(file.read())
    return _texts[0]


_texts: list[str] = []


def prefixes(extra: str = "") -> list[str]:
    """What an interpreter in the sandbox imports from: this one's folders, and sys.path, but for folders that hold a home folder or are everybody's (/tmp): of those only the
    file of the function."""
    import tempfile

    found = _options.interpreter_prefixes()
    shared = {"/", "/tmp", "/var/tmp", "/dev/shm", os.path.realpath(tempfile.gettempdir())}
    home = os.path.realpath(os.path.expanduser("~"))
    for entry in sys.path:
        real = os.path.realpath(entry or os.getcwd())
        if real in found or real in shared or not os.path.exists(real) or (home + "/").startswith(real + "/"):
            continue
        found.append(real)
    if extra and not any(extra == prefix or extra.startswith(prefix + "/") for prefix in found):
        found.append(extra)
    return found


def setup_of(function: Any, main: Optional[dict[str, Any]]) -> str:
    """The name of the setup that a function runs under: with its own file where no folder of sys.path may be granted as a whole."""
    path = main["path"] if main is not None else getattr(sys.modules.get(function.__module__), "__file__", None)
    return "run:" + os.path.realpath(str(path)) if path else "run:"


def encode(value: Any, place: str) -> Any:
    """A value as JSON can carry it; bytes are marked."""
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, (bytes, bytearray)):
        return {"$bytes": binascii.b2a_base64(value, newline=False).decode()}
    if isinstance(value, (list, tuple)):
        return [encode(item, place) for item in value]
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise errors.PolicyError(f"run: {place} has a dict with a key of type {type(key).__name__}; JSON has texts only")
        encoded = {key: encode(item, place) for key, item in value.items()}
        return {"$dict": encoded} if len(encoded) == 1 and ("$bytes" in encoded or "$dict" in encoded) else encoded
    raise errors.PolicyError(f"run: {place} is or holds a value of type {type(value).__name__}; JSON values and bytes can be sent")


def decode(value: Any) -> Any:
    """The value that was marked."""
    if isinstance(value, list):
        return [decode(item) for item in value]
    if isinstance(value, dict):
        if len(value) == 1 and isinstance(value.get("$bytes"), str):
            return binascii.a2b_base64(value["$bytes"])
        if len(value) == 1 and isinstance(value.get("$dict"), dict):
            return {key: decode(item) for key, item in value["$dict"].items()}
        return {key: decode(item) for key, item in value.items()}
    return value


def _result(call: Call, outcome: Outcome, channel: bytes) -> Any:
    answer = _answer(call.nonce.encode(), channel)
    if answer is None:
        raise errors.RemoteError(_why(call.function, outcome))
    if "error" not in answer:
        return decode(answer.get("value"))
    raise _revive(answer["error"])


def _answer(nonce: bytes, channel: bytes) -> Optional[dict[str, Any]]:
    """The one thing in the channel that carries the nonce before and after it; whatever else was written there is not from us."""
    start = channel.find(nonce)
    if start < 0:
        return None
    begin = start + len(nonce) + 8
    length = int.from_bytes(channel[start + len(nonce):begin], "little")
    if channel[begin + length:begin + length + len(nonce)] != nonce:
        return None
    try:
        answer = json.loads(channel[begin:begin + length])
        return answer if isinstance(answer, dict) else None
    except (ValueError, RecursionError):
        return None


def _why(function: Any, outcome: Outcome) -> str:
    name = function.__qualname__
    if outcome.timed_out:
        return f"{name} ran out of time"
    if outcome.exceeded:
        return f"{name} was ended: it used more {outcome.exceeded} than it was allowed"
    denials = "".join(f"; {denial}" for denial in outcome.denials[:5])
    how = f"signal {-outcome.returncode}" if outcome.returncode < 0 else f"status {outcome.returncode}"
    return f"{name} ended with {how} and without a result{denials}"


#: Built-in exceptions, by name: no other class is ever looked up for what comes out of a sandbox.
_BUILTIN = {name: kind for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, Exception)}


def _revive(told: Any) -> Exception:
    """The exception that was raised in the sandbox."""
    if not isinstance(told, dict):
        return errors.RemoteError("the sandbox told of an error that cannot be read")
    name, module, message, trace = (str(told.get(key, "")) for key in ("type", "module", "message", "traceback"))
    remote = errors.RemoteError(message, name if module == "builtins" else f"{module}.{name}", trace)
    kind = _BUILTIN.get(name) if module == "builtins" else None
    if kind is None:
        return remote
    error: Exception
    if issubclass(kind, OSError) and isinstance(told.get("errno"), int):
        filename = told.get("filename")
        error = OSError(told["errno"], str(told.get("strerror")), filename) if isinstance(filename, str) else OSError(told["errno"], str(told.get("strerror")))
    else:
        try:
            error = kind(message)
        except Exception:  # noqa: BLE001 - one that takes more than a text
            return remote
    error.__cause__ = remote
    return error


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # noqa: BLE001 - closed, or none
            pass
