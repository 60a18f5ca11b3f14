#!/usr/bin/env bash
# Checks exports, header and C consumer of libironcage_sandbox. Prints "PASSED FAILED" last. usage: abi.sh
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
native=$root/python/iron_sandbox/_native
header=$root/native/abi/ironcage_sandbox.h
symbols=$root/native/abi/ironcage_sandbox.symbols.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. "$root/tests/abi/checks.sh"

check_header "$native/libironcage_sandbox.so" "$header" "$symbols" ironcage_sandbox
for file in libironcage_sandbox.so iron-sandbox-supervisor; do
    check "$file needs no other version of glibc than the wheel tag's" is_portable "$native/$file"
done
check "the consumer compiles without a warning" \
    gcc -std=c11 -Wall -Wextra -Werror -O1 -DHEADER_SHA256="\"$(sha256sum "$header" | cut -d' ' -f1)\"" -I"$root/native/abi" "$root/tests/sandbox/consumer.c" -o "$work/consumer" \
    -L"$native" -lironcage_sandbox -Wl,-rpath,"$native"
if figures=$("$work/consumer" "$native/iron-sandbox-supervisor"); then :; fi
read -r p f <<<"$(tail -n 1 <<<"$figures")"
[[ "$p $f" =~ ^[0-9]+\ [0-9]+$ ]] || { p=0; f=1; }
echo "$((passed + p)) $((failed + f))"
