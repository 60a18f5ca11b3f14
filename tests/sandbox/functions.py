"""Functions that tests run in sandboxes."""
import os


class OfOurOwn(Exception):
    """No built-in exception."""


def add(first, second):
    return first + second


def echo(*args, **kwargs):
    return {"args": list(args), "kwargs": kwargs}


def fail(kind):
    if kind == "value":
        raise ValueError("a wrong value")
    if kind == "own":
        raise OfOurOwn("one of ours")
    if kind == "exit":
        raise SystemExit(3)
    if kind == "abort":
        os.abort()
    if kind == "leave":
        os._exit(5)
    if kind == "object":
        return object()
    return open("/etc/shadow").read()


def forge():
    """Writes what looks like a result to every descriptor, and ends."""
    line = b'{"value": "forged"}'
    for descriptor in range(1024):
        for text in (line, len(line).to_bytes(8, "little") + line):
            try:
                os.write(descriptor, text)
            except OSError:
                pass
    os._exit(0)


def disturb():
    """Writes to every descriptor, and goes on."""
    for descriptor in range(3, 1024):
        try:
            os.write(descriptor, b"x" * 100)
        except OSError:
            pass
    return "fine"


def where():
    import tempfile

    with tempfile.TemporaryFile() as file:
        file.write(b"x")
    return {"cwd": os.getcwd(), "home": os.environ["HOME"], "secret": os.environ.get("SECRET_TOKEN"), "tmp": os.environ["TMPDIR"]}


def spin():
    while True:
        pass


async def later(value):
    import asyncio

    await asyncio.sleep(0.01)
    return value


remembered = []


def remember(value):
    remembered.append(value)
    return remembered
