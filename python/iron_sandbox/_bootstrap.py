# mypy: ignore-errors
# What a fresh interpreter in the sandbox runs (python -I -S -c): reads one request from descriptor 0, calls the function, writes one result to descriptor 3.
# The nonce came with the request and is in no object that the function is given; writing to every open descriptor forges no result, as what does not carry the nonce is none.
import sys


def _serve():
    # All that a call needs is loaded while the interpreter waits for it.
    import importlib
    import json
    import os

    def read(count):
        parts = []
        while count:
            part = os.read(0, min(count, 1 << 20))
            if not part:
                os._exit(0)  # the host has no use for this interpreter
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    request = json.loads(read(int.from_bytes(read(8), "little")))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    results = os.dup(3)
    os.close(3)
    nonce = request.pop("nonce").encode()

    def decode(value):
        if isinstance(value, list):
            return [decode(item) for item in value]
        if isinstance(value, dict):
            if len(value) == 1 and "$bytes" in value:
                import binascii

                return binascii.a2b_base64(value["$bytes"])
            if len(value) == 1 and "$dict" in value:
                return {key: decode(item) for key, item in value["$dict"].items()}
            return {key: decode(item) for key, item in value.items()}
        return value

    def encode(value):
        if value is None or isinstance(value, (str, bool, int, float)):
            return value
        if isinstance(value, (bytes, bytearray)):
            import binascii

            return {"$bytes": binascii.b2a_base64(value, newline=False).decode()}
        if isinstance(value, (list, tuple)):
            return [encode(item) for item in value]
        if isinstance(value, dict):
            for key in value:
                if not isinstance(key, str):
                    raise TypeError("the result has a dict with a key of type %s; JSON has texts only" % type(key).__name__)
            encoded = {key: encode(item) for key, item in value.items()}
            return {"$dict": encoded} if len(encoded) == 1 and ("$bytes" in encoded or "$dict" in encoded) else encoded
        raise TypeError("the result is or holds a value of type %s; JSON values and bytes can be returned" % type(value).__name__)

    def send(answer):
        try:
            payload = json.dumps(answer).encode()
        except ValueError as error:  # a circle
            payload = json.dumps({"error": describe(error)}).encode()
        view = memoryview(nonce + len(payload).to_bytes(8, "little") + payload + nonce)
        while view:
            view = view[os.write(results, view):]

    def describe(error):
        import traceback

        kind = type(error)
        text = str(error)
        described = {
            "type": kind.__qualname__, "module": kind.__module__, "message": text[:100000],
            "traceback": "".join(traceback.format_exception(kind, error, error.__traceback__))[-100000:],
        }
        if isinstance(error, OSError):
            described["errno"] = error.errno if isinstance(error.errno, int) else None
            described["strerror"] = str(error.strerror)
            described["filename"] = os.fsdecode(error.filename) if isinstance(error.filename, (str, bytes)) else None
        return described

    def find():
        sys.path[:] = request["path"]
        sys.argv[:] = request["argv"]
        main = request["main"]
        if main is not None:
            # As multiprocessing's spawn: the script is imported under another name, so that what it does as a program is not done again.
            import runpy
            import types

            if main["name"]:
                values = runpy.run_module(main["name"], run_name="__mp_main__", alter_sys=True)
            else:
                values = runpy.run_path(main["path"], run_name="__mp_main__")
            module = types.ModuleType("__mp_main__")
            module.__dict__.update(values)
            sys.modules["__main__"] = sys.modules["__mp_main__"] = module
        else:
            try:
                module = importlib.import_module(request["module"])
            except ModuleNotFoundError as error:
                # Its folder may not be listed (a home folder): then it is the one file that may be read.
                if error.name != request["module"] or not request["file"]:
                    raise
                from importlib import util

                spec = util.spec_from_file_location(request["module"], request["file"])
                module = util.module_from_spec(spec)
                sys.modules[request["module"]] = module
                spec.loader.exec_module(module)
        found = module
        for name in request["qualname"].split("."):
            found = getattr(found, name)
        # Inside the sandbox a decorated function is called directly.
        while getattr(found, "__iron_sandboxed__", False):
            found = found.__wrapped__
        return found

    try:
        function = find()
        value = function(*[decode(item) for item in request["args"]], **{key: decode(item) for key, item in request["kwargs"].items()})
        if hasattr(value, "__await__"):
            import asyncio

            async def wait():
                return await value

            value = asyncio.run(wait())
        answer = {"value": encode(value)}
    except BaseException as error:
        answer = {"error": describe(error)}
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass
    send(answer)
    os._exit(0)


_serve()
