"""Header and bindings agree: what cffi was told is what a C compiler reads in ironcage.h. (C# and header: tests/native/Abi.Tests.)"""
import re
import subprocess
from pathlib import Path

import pytest

from iron_cage import _abi, _native

ROOT = Path(__file__).resolve().parents[2]
HEADER = ROOT / "native" / "abi" / "ironcage.h"
SYMBOLS = (ROOT / "native" / "abi" / "ironcage.symbols.txt").read_text(encoding="utf-8").split()


@pytest.fixture(scope="module")
def lib():
    return _native.load()


def compile_c(tmp_path, lines):
    """What the C compiler says of static assertions about the header; cffi forgets const, so the compiler is made to."""
    source = tmp_path / "agreement.c"
    source.write_text("\n".join(["#include <stddef.h>", "#include <stdint.h>", "#define const", '#include "ironcage.h"', *lines, ""]), encoding="utf-8")
    return subprocess.run(["gcc", "-std=gnu11", "-fsyntax-only", "-I", str(HEADER.parent), str(source)], capture_output=True, text=True)


def prototype(function):
    """A function type of cffi as C writes it: result(parameters)."""
    return f"{function.result.cname}({', '.join(each.cname for each in function.args) or 'void'})"


def agreement(name, function):
    return f'_Static_assert(__builtin_types_compatible_p(__typeof__({name}), {prototype(function)}), "{name} is {prototype(function)} for cffi");'


def test_every_export_has_one_declaration_that_cffi_and_the_compiler_read_alike(lib, tmp_path):
    functions = {name: _abi.ffi.typeof(getattr(lib, name)) for name in SYMBOLS}
    assert sorted(name for name in dir(lib) if name.startswith("ironcage_")) == SYMBOLS
    done = compile_c(tmp_path, [agreement(name, function) for name, function in functions.items()])
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("wrong", [
    "uint32_t(uint64_t, int32_t)", "int32_t(int64_t, int32_t)", "int32_t(uint64_t, int64_t)", "int32_t(uint64_t, int32_t *)", "int32_t(uint64_t)",
])
def test_another_width_sign_pointer_or_count_would_be_seen(tmp_path, wrong):
    line = '_Static_assert(__builtin_types_compatible_p(__typeof__(ironcage_call_end), {}), "differs");'
    assert compile_c(tmp_path, [line.format("int32_t(uint64_t, int32_t)")]).returncode == 0
    assert "differs" in compile_c(tmp_path, [line.format(wrong)]).stderr


def test_the_structs_lie_in_memory_as_the_compiler_lays_them(tmp_path):
    typedefs, structs, _ = _abi.ffi.list_types()
    declared = re.findall(r"typedef struct (\w+) \{", HEADER.read_text(encoding="utf-8"))
    assert sorted(declared) == sorted(set(structs)) and set(declared) <= set(typedefs)
    lines = []
    for name in declared:
        kind = _abi.ffi.typeof(name)
        lines.append(f'_Static_assert(sizeof({name}) == {_abi.ffi.sizeof(kind)} && _Alignof({name}) == {_abi.ffi.alignof(kind)}, "{name}");')
        for field, member in kind.fields:
            place = f"offsetof({name}, {field}) == {member.offset} && sizeof((({name} *)0)->{field}) == {_abi.ffi.sizeof(member.type)}"
            lines.append(f'_Static_assert({place}, "{name}.{field}");')
    assert len(lines) == 18
    done = compile_c(tmp_path, lines)
    assert done.returncode == 0, done.stderr


def test_the_numbers_of_the_header_are_those_of_the_bindings(tmp_path):
    macros = subprocess.run(["gcc", "-std=c11", "-dM", "-E", str(HEADER)], capture_output=True, text=True, check=True).stdout
    header = {name for name, value in re.findall(r"^#define IRONCAGE_(\w+) (.+)$", macros, re.M)}
    bound = {name: value for name, value in vars(_abi).items() if isinstance(value, int) and name.isupper()}
    assert set(bound) == header and len(bound) > 20
    lines = [f'_Static_assert(IRONCAGE_{name} == {value}, "{name}");' for name, value in bound.items()]
    done = compile_c(tmp_path, lines)
    assert done.returncode == 0, done.stderr
