# Shared by the checks of both libraries. Sourced, not run.
passed=0 failed=0
check() { if "${@:2}"; then passed=$((passed + 1)); echo "ok    $1" >&2; else failed=$((failed + 1)); echo "FAIL  $1" >&2; fi; }

# exports LIBRARY: what it exports, sorted.
exports() { nm -D --defined-only "$1" | awk '{ print $3 }' | sed 's/@.*//' | grep -vE '^(V1\.0|DotNetRuntimeDebugHeader)$' | LC_ALL=C sort; }

# declared HEADER PREFIX: the functions that it declares, sorted.
declared() { sed 's|/\*.*\*/||' "$1" | gcc -E -P -x c - | grep -oE "\b$2_[a-z_]+ ?\(" | tr -d ' (' | LC_ALL=C sort -u; }

# check_header LIBRARY HEADER SYMBOLS PREFIX
check_header() {
    check "the exports are the symbol list and nothing else" diff <(exports "$1") "$3"
    check "the header declares the symbol list and nothing else" diff <(declared "$2" "$4") "$3"
    check "the header is C++ too" g++ -fsyntax-only -Wall -x c++ "$2"
}

# is_portable FILE: whether it needs no other version of glibc than the wheel tag's.
is_portable() { objdump -T "$1" | grep -oE 'GLIBC_2\.[0-9]+' | sort -t. -k2 -n -u | tail -n 1 | awk -F. '{ exit !($2 <= 34) }'; }
