#!/usr/bin/env bash
# Compiles the C consumer, runs it against the simulator, checks exports and layouts. Prints "PASSED FAILED" last. usage: run.sh PYTHON
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
python=$1
work=$root/artifacts/abi
native=$root/python/iron_cage/_native
mkdir -p "$work"
. "$here/checks.sh"

check_header "$native/libironcage.so" "$root/native/abi/ironcage.h" "$root/native/abi/ironcage.symbols.txt" ironcage
check "no other version of glibc than the wheel tag's is needed" is_portable "$native/libironcage.so"

sha=$(sha256sum "$root/native/abi/ironcage.h" | cut -d' ' -f1)
check "the consumer compiles without a warning" \
    gcc -std=c11 -Wall -Wextra -Werror -O1 -DHEADER_SHA256="\"$sha\"" -I"$root/native/abi" "$here/consumer.c" -o "$work/consumer" -L"$native" -lironcage -lpthread -Wl,-rpath,"$native"

# The fuzz: 200,000 calls with a fixed seed; --long: 5 million with another seed each day. The seed is in the output.
long=${IRON_CAGE_LONG:-0}
if [ "$long" = 1 ]; then calls=5000000 seed=$(date +%Y%m%d); else calls=200000 seed=1; fi
fuzz() {
    local figures p f stores
    "$python" "$here/fuzz_exports.py" "$root/native/abi/ironcage.h" "$root/native/abi/ironcage.symbols.txt" >"$work/exports.h" || return 1
    gcc -std=c11 -Wall -Wextra -Werror -O1 -I"$root/native/abi" -I"$work" "$here/fuzz.c" -o "$work/fuzz" -L"$native" -lironcage -lpthread -Wl,-rpath,"$native" || return 1
    stores=$(mktemp -d)
    figures=$("$work/fuzz" "$calls" "${IRON_CAGE_FUZZ_SEED:-$seed}" "$stores") || echo "the fuzz ended with status $?" >&2
    rm -rf "$stores"
    read -r p f <<<"$(tail -n 1 <<<"$figures")"
    [[ "$p $f" =~ ^[0-9]+\ [0-9]+$ ]] || return 1
    passed=$((passed + p)) failed=$((failed + f))
}
check "every export is fuzzed to the end" fuzz

coproc SIM { exec env PYTHONPATH="$root/python" "$python" -m iron_cage.testing --port 0 --until-stdin-closes 2>"$work/simulator.log"; }
read -r line <&"${SIM[0]}"
port=${line##*:}
if figures=$("$work/consumer" 127.0.0.1 "$port"); then :; fi
read -r p f <<<"$(tail -n 1 <<<"$figures")"
passed=$((passed + p)) failed=$((failed + f))
kill "$SIM_PID" 2>/dev/null || true

check "the rule for forks compiles without a warning" \
    gcc -std=c11 -Wall -Wextra -Werror -O1 -I"$root/native/abi" "$here/fork.c" -o "$work/fork" -lpthread -ldl
forks=100
[ "${IRON_CAGE_LONG:-0}" = 1 ] && forks=1000
if figures=$("$work/fork" "$native/libironcage.so" "$forks"); then :; fi
read -r p f <<<"$(tail -n 1 <<<"$figures")"
passed=$((passed + p)) failed=$((failed + f))
wait 2>/dev/null || true

# The same from Node, through koffi. Each status of the program counts: a host must also end well.
node_host() {
    local figures p f status=0 bill="$work/node-bill.jsonl"
    (cd "$here/node" && npm ci --no-audit --no-fund --loglevel=error >"$work/npm.log" 2>&1) || { cat "$work/npm.log" >&2; return 1; }
    rm -f "$bill"
    coproc SIM { exec env PYTHONPATH="$root/python" "$python" -m iron_cage.testing --port 0 --log "$bill" --until-stdin-closes 2>>"$work/simulator.log"; }
    read -r line <&"${SIM[0]}"
    figures=$(timeout 120 node "$here/node/consumer.js" 127.0.0.1 "${line##*:}" "$bill") || status=$?
    kill "$SIM_PID" 2>/dev/null || true
    wait 2>/dev/null || true
    read -r p f <<<"$(tail -n 1 <<<"$figures")"
    [[ "$p $f" =~ ^[0-9]+\ [0-9]+$ ]] || return 1
    passed=$((passed + p)) failed=$((failed + f))
    [ "$status" = 0 ] || { echo "Node ended with status $status" >&2; return 1; }
}
check "a host in Node runs to the end and ends well" node_host
echo "$passed $failed"
