#!/usr/bin/env bash
# Checks exports, header and C consumer of libironcage_sandbox. Prints "PASSED FAILED" last. usage: abi.sh
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
native=$root/python/iron_sandbox/_native
header=$root/native/abi/ironcage_sandbox.h
symbols=$root/native/abi/ironcage_sandbox.symbols.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
check() { if "${@:2}"; then passed=$((passed + 1)); echo "ok    $1" >&2; else failed=$((failed + 1)); echo "FAIL  $1" >&2; fi; }

exports() { nm -D --defined-only "$native/libironcage_sandbox.so" | awk '{ print $3 }' | sed 's/@.*//' | grep -vE '^(V1\.0|DotNetRuntimeDebugHeader)$' | LC_ALL=C sort; }
check "the exports are the symbol list and nothing else" diff <(exports) "$symbols"
declared() { sed 's|/\*.*\*/||' "$header" | gcc -E -P -x c - | grep -oE '\bironcage_sandbox_[a-z_]+ ?\(' | tr -d ' (' | LC_ALL=C sort -u; }
check "the header declares the symbol list and nothing else" diff <(declared) "$symbols"
check "the header is C++ too" g++ -fsyntax-only -Wall -x c++ "$header"
for file in libironcage_sandbox.so iron-sandbox-supervisor; do
    check "$file needs no other version of glibc than the wheel tag's" \
        bash -c "objdump -T '$native/$file' | grep -oE 'GLIBC_2\.[0-9]+' | sort -t. -k2 -n -u | tail -n 1 | awk -F. '{ exit !(\$2 <= 34) }'"
done
check "the consumer compiles without a warning" \
    gcc -std=c11 -Wall -Wextra -Werror -O1 -DHEADER_SHA256="\"$(sha256sum "$header" | cut -d' ' -f1)\"" -I"$root/native/abi" "$root/tests/sandbox/consumer.c" -o "$work/consumer" \
    -L"$native" -lironcage_sandbox -Wl,-rpath,"$native"
if figures=$("$work/consumer" "$native/iron-sandbox-supervisor"); then :; fi
read -r p f <<<"$(tail -n 1 <<<"$figures")"
[[ "$p $f" =~ ^[0-9]+\ [0-9]+$ ]] || { p=0; f=1; }
echo "$((passed + p)) $((failed + f))"
