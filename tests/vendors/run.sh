#!/usr/bin/env bash
# The vendors' own SDKs (npm, NuGet) against the provider simulator: what they parse is what it was told to answer and what it billed. Needs npm and NuGet at the first run.
# Ends with "N passed, N failed". usage: run.sh [PYTHON]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
python=${1:-$root/artifacts/venv/bin/python}
[ -x "$python" ] || python=python3
work=$root/artifacts/vendors
rm -rf "$work" && mkdir -p "$work"
passed=0 failed=0
simulators=()
trap '[ ${#simulators[@]} -eq 0 ] || kill "${simulators[@]}" 2>/dev/null || true' EXIT

for protocol in openai anthropic gemini bedrock ollama cohere; do
    exec {out}< <(exec env PYTHONPATH="$root/python" "$python" -m iron_cage.testing --port 0 --protocol "$protocol" --replies "$here/replies.json" --log "$work/$protocol.jsonl" 2>>"$work/simulators.log")
    simulators+=($!)
    read -r line <&"$out" || { cat "$work/simulators.log" >&2; exit 1; }
    touch "$work/$protocol.jsonl"
    export "IRON_CAGE_VENDORS_${protocol^^}=127.0.0.1:${line##*:},$work/$protocol.jsonl"
done

# count NAME COMMAND...: a program that prints "PASSED FAILED" last; whatever else ends it is a failure.
count() {
    local name=$1 figures
    shift
    figures=$(timeout 300 "$@") || true
    figures=$(tail -n 1 <<<"$figures")
    if ! [[ "$figures" =~ ^[0-9]+\ [0-9]+$ ]]; then
        echo "FAIL  $name did not run to its end" >&2
        figures="0 1"
    fi
    passed=$((passed + ${figures% *})) failed=$((failed + ${figures#* }))
}

node_sdks() { (cd "$here/node" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >"$work/npm.log" 2>&1) || { cat "$work/npm.log" >&2; return 1; }; }
if node_sdks; then count Node node "$here/node/run.mjs"; else failed=$((failed + 1)); fi

dotnet_sdks() { dotnet build "$here/dotnet" -c Release --nologo -v quiet >"$work/dotnet.log" 2>&1 || { grep -E 'error|warn' "$work/dotnet.log" | sort -u >&2; return 1; }; }
if dotnet_sdks; then count .NET dotnet run --project "$here/dotnet" -c Release --no-build -- "$here/replies.json"; else failed=$((failed + 1)); fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
