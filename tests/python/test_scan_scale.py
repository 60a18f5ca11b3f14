"""Large texts and many findings take the memory that they must, and no more; 100 MB and ten million findings in the long run."""
import os
import subprocess
import sys

import pytest

LONG = os.environ.get("IRON_CAGE_LONG") == "1"
FINDINGS = 10_000_000 if LONG else 300_000
MEGABYTES = 100 if LONG else 12

#: Prints by how many bytes the peak of the process grew in the last part, and what that gave.
PROGRAM = """
import json, resource, sys
from iron_cage import _engine, _native

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

def take(name, text):
    out = _native.ffi.new("ironcage_buffer *")
    _native.call(name, out, scanner, _native.ffi.from_buffer(text), len(text), *((b"", 0) if name.endswith(("_scan", "_redact")) else ()))
    length = out.len
    _native.load().ironcage_buffer_free(out)
    return length

options = json.dumps({"max_findings": 10_000_000}).encode()
scanner = _native.new_handle("ironcage_safety_scanner_new", _engine.handle(), options, len(options))
name, text = sys.argv[1], TEXT
take(name, b"bob@example.com")
before = peak()
length = take(name, text)
print(peak() - before, length, len(text))
"""


def measured(export, text):
    done = subprocess.run([sys.executable, "-c", PROGRAM.replace("TEXT", text), f"ironcage_safety_scanner_{export}"], capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    assert done.returncode == 0, done.stderr
    return map(int, done.stdout.split())


@pytest.mark.parametrize("export, each", [("find", 48), ("scan", 100), ("redact", 10)])
def test_findings_take_a_bounded_number_of_bytes_each(export, each):
    grown, length, size = measured(export, f"b'a@b.co ' * {FINDINGS}")
    assert length >= FINDINGS * each
    # The result, once; while they are gathered, 24 bytes for each in a list that doubles and keeps its old halves until they are collected.
    assert grown < 1.3 * length + 110 * FINDINGS + (48 << 20)


@pytest.mark.parametrize("export", ["find", "scan"])
@pytest.mark.parametrize("unit", ["b'all is well, and nobody asks. '", "b'4'", "b'a@'", "b'%25'", "b'https://['", "'４a。'.encode()"])
def test_a_long_text_without_findings_takes_no_memory_of_its_size(export, unit):
    grown, length, size = measured(export, f"({unit} * {MEGABYTES << 20})[:{MEGABYTES << 20}]")
    assert grown < 0.1 * size + (24 << 20)
