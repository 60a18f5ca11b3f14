"""Writes what fuzz.c needs to know of each export, from the declarations of ironcage.h: how it is called and what its parameters are.

An export with a parameter that is not understood here ends the build: whoever adds an export learns that the fuzz has to learn it.
usage: fuzz_exports.py HEADER SYMBOLS > exports.h
"""
import re
import sys
from pathlib import Path

#: (type, name) -> what the fuzz puts there. The first that matches counts.
KINDS = (
    (r"uint64_t \*", r"calls", "OUT_HANDLES"),
    (r"uint64_t \*", r"\w+", "OUT_HANDLE"),
    (r"int32_t \*", r"\w+", "OUT_INT32"),
    (r"int64_t \*", r"\w+", "OUT_INT64"),
    (r"size_t \*", r"\w+", "OUT_SIZE"),
    (r"(const )?void \*\*", r"\w+", "OUT_POINTER"),
    (r"ironcage_buffer \*", r"buffer", "OWN_BUFFER"),
    (r"ironcage_buffer \*", r"\w+", "OUT_BUFFER"),
    (r"ironcage_verdict \*", r"\w+", "OUT_VERDICT"),
    (r"const uint8_t \*", r"\w+", "DATA"),
    (r"const void \*", r"\w+", "OPAQUE"),
    (r"size_t", r"(\w+_)?len", "LENGTH"),
    (r"size_t", r"capacity", "CAPACITY"),
    (r"uint64_t", r"engine", "ENGINE"),
    (r"uint64_t", r"budget", "BUDGET"),
    (r"uint64_t", r"protection", "PROTECTION"),
    (r"uint64_t", r"run|parent", "RUN"),
    (r"uint64_t", r"call", "CALL"),
    (r"uint64_t", r"scanner", "SCANNER"),
    (r"uint64_t", r"stream", "STREAM"),
    (r"uint64_t", r"hold", "HOLD"),
    (r"int64_t", r"\w+_pico", "PICO"),
    (r"uint32_t", r"flags", "FLAGS"),
    (r"uint32_t", r"max", "COUNT"),
    (r"int32_t", r"timeout_ms", "TIMEOUT"),
    (r"int32_t", r"wait_ms", "WAIT"),
    (r"int32_t", r"status", "HTTP_STATUS"),
    (r"int32_t", r"how", "HOW"),
    (r"uint8_t", r"\w+", "BOOL"),
)


def main(header: str, symbols: str) -> None:
    text = re.search(r"/\* BEGIN DECLARATIONS.*?\*/(.*)/\* END DECLARATIONS", Path(header).read_text(encoding="utf-8"), re.S)
    assert text, "the header has no BEGIN/END DECLARATIONS"
    code = re.sub(r"/\*.*?\*/", " ", text.group(1), flags=re.S)
    found = {name: (result.strip(), parameters) for result, name, parameters in re.findall(r"([\w \t*]+?)(ironcage_\w+)\s*\(([^)]*)\)\s*;", code)}
    wanted = Path(symbols).read_text(encoding="utf-8").split()
    if sorted(found) != wanted:
        sys.exit(f"the header and the symbol list differ: {sorted(set(found) ^ set(wanted))}")
    table = []
    for index, name in enumerate(wanted):
        result, parameters = found[name]
        kinds, names, passed = [], [], []
        for at, parameter in enumerate([] if parameters.strip() == "void" else parameters.split(",")):
            match = re.fullmatch(r"(.*?)(\w+)", " ".join(parameter.split()))
            assert match, f"{name}: '{parameter}' is no parameter"
            kind_of, its_name = match.group(1).strip(), match.group(2)
            kind = next((kind for kind_re, name_re, kind in KINDS if re.fullmatch(kind_re, kind_of) and re.fullmatch(name_re, its_name)), None)
            if kind is None:
                sys.exit(f"{name}: the fuzz does not know what to put into '{kind_of} {its_name}': see KINDS in {sys.argv[0]}")
            kinds.append(kind)
            names.append(f'"{its_name}"')
            passed.append(f"({kind_of})a[{at}]." + ("p" if "*" in kind_of else "u"))
        call = f"{name}({', '.join(passed)})"
        body = f"(void)a; {call}; return 0;" if result == "void" else f"(void)a; return (intptr_t){call};"
        print(f"static intptr_t call_{index}(const union argument *a) {{ {body} }}")
        status = int(result == "int32_t" and name != "ironcage_abi_version")
        table.append(f'    {{"{name}", call_{index}, {status}, {len(kinds)}, {{{", ".join(kinds) or 0}}}, {{{", ".join(names) or 0}}}}},')
    print("static const struct export exports[] = {", *table, "};", sep="\n")


main(*sys.argv[1:])
