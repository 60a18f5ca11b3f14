# Shared by the scripts of this folder: where things are, what must be there, and how the library is built. Sourced, not run.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m'; dim=$'\e[2m'; red=$'\e[31m'; green=$'\e[32m'; plain=$'\e[0m'
else bold=; dim=; red=; green=; plain=; fi

say()  { printf '%s==>%s %s\n' "$bold" "$plain" "$*"; }
fail() { printf '%serror:%s %s\n' "$red" "$plain" "$*" >&2; exit 1; }

# The machine's runtime identifier, as wheels.props names it.
rid() {
    case "$(uname -s)-$(uname -m)" in
        Linux-x86_64) echo linux-x64 ;;
        Linux-aarch64) echo linux-arm64 ;;
        Darwin-arm64) echo osx-arm64 ;;
        *) fail "no wheel is defined for $(uname -s) $(uname -m); see wheels.props" ;;
    esac
}

# need_tools PACKAGE...: installs the Debian packages that are missing (root and apt-get), or says which are.
need_packages() {
    local missing=() package
    command -v dpkg-query >/dev/null || return 0
    for package in "$@"; do
        [ "$(dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null)" = "ii " ] || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    local apt=(apt-get)
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "please install: ${missing[*]}"
        apt=(sudo apt-get)
    fi
    say "installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    "${apt[@]}" update -qq >/dev/null || fail "apt-get update failed"
    "${apt[@]}" install -y -qq --no-install-recommends "${missing[@]}" >"$root/artifacts/apt.log" 2>&1 \
        || { tail -n 20 "$root/artifacts/apt.log" >&2; fail "apt-get install failed (artifacts/apt.log)"; }
}

native_packages=(gcc zlib1g-dev libsqlite3-dev)
python_packages=(python3-cffi python3-venv python3-setuptools python3-wheel python3-httpx python3-requests)
test_packages=(python3-aiohttp python3-botocore g++ binutils python3-brotli python3-stdnum python3-phonenumbers python3-pytest python3-hypothesis python3-anyio python3-pytest-asyncio python3-pytest-xdist mypy gunicorn python3-trio python3-zstandard redis-server openssl)
node_packages=(nodejs npm)

# use_python MODULE...: sets $python to an interpreter of a venv of our own in which these modules can be imported.
# On Debian the modules come from its packages; elsewhere from pip.
use_python() {
    local base="${IRON_CAGE_PYTHON:-}" venv="$root/artifacts/venv"
    if [ -z "$base" ]; then
        if command -v dpkg-query >/dev/null && [ -x /usr/bin/python3 ]; then base=/usr/bin/python3; else base=python3; fi
    fi
    if [ ! -x "$venv/bin/python" ]; then
        say "making a virtual environment"
        "$base" -m venv --system-site-packages "$venv" || fail "python3 -m venv failed"
    fi
    python="$venv/bin/python"
    local module missing=()
    for module in "$@"; do
        # pip knows some by another name
        "$python" -c "import $module" 2>/dev/null || { case "$module" in stdnum) module=python-stdnum ;; xdist) module=pytest-xdist ;; esac; missing+=("$module"); }
    done
    [ ${#missing[@]} -eq 0 ] || "$python" -m pip install -q "${missing[@]//_/-}" || fail "these Python modules are missing: ${missing[*]}"
}

# build_native: publishes libironcage when a source is newer, and puts it, the header and the generated bindings into the package.
build_native() {
    command -v dotnet >/dev/null || fail "the .NET 10 SDK is needed (dotnet is not on PATH)"
    local rid library out="$root/artifacts/native" package="$root/python/iron_cage"
    rid=$(rid)
    library=$("$python" python/ironcage_build.py library --rid "$rid")
    local target="$package/_native/$library"
    if [ ! -f "$target" ] || [ -n "$(find native build/msbuild build/vocabulary wheels.props Directory.* global.json -newer "$target" \
            \( -name '*.cs' -o -name '*.csproj' -o -name '*.props' -o -name '*.targets' -o -name '*.h' -o -name '*.json' -o -name '*.lua' -o -name '*.xml' \) -not -path '*/obj/*' -print -quit)" ]; then
        say "compiling $library ($rid, NativeAOT; about a minute)"
        mkdir -p "$root/artifacts"
        dotnet publish native/IronCage.Abi -c Release -r "$rid" -o "$out/$rid" -v quiet --nologo >"$root/artifacts/publish.log" 2>&1 \
            || { grep -E 'error|warning' "$root/artifacts/publish.log" | sort -u | head -n 30 >&2; fail "dotnet publish failed (artifacts/publish.log)"; }
        mkdir -p "$package/_native"
        cp "$out/$rid/IronCage.Abi.${library##*.}" "$package/_native/.$library.new"
        mv "$package/_native/.$library.new" "$target"
        cp native/abi/ironcage.h "$package/_native/ironcage.h"
    fi
    "$python" python/ironcage_build.py bindings
}

# build_sandbox: the same for libironcage_sandbox.so and the supervisor that it starts. On Linux only.
build_sandbox() {
    [ "$(uname -s)" = Linux ] || return 0
    local rid out="$root/artifacts/native-sandbox" target="$root/python/iron_sandbox/_native" project from to
    rid=$(rid)
    for project in Abi:IronCage.Sandbox.Abi.so:libironcage_sandbox.so Supervisor:iron-sandbox-supervisor:iron-sandbox-supervisor; do
        IFS=: read -r project from to <<<"$project"
        if [ ! -f "$target/$to" ] || [ -n "$(find native/IronCage.Sandbox native/IronCage.Sandbox.Abi native/IronCage.Sandbox.Supervisor native/IronCage.Abi/Boundary native/abi/ironcage_sandbox.h \
                build/msbuild wheels.props Directory.* global.json -newer "$target/$to" \
                \( -name '*.cs' -o -name '*.csproj' -o -name '*.props' -o -name '*.targets' -o -name '*.h' -o -name '*.json' \) -not -path '*/obj/*' -print -quit)" ]; then
            say "compiling $to ($rid, NativeAOT; about half a minute)"
            mkdir -p "$target"
            dotnet publish "native/IronCage.Sandbox.$project" -c Release -r "$rid" -o "$out/$project" -v quiet --nologo >"$root/artifacts/publish-sandbox.log" 2>&1 \
                || { grep -E 'error|warning' "$root/artifacts/publish-sandbox.log" | sort -u | head -n 30 >&2; fail "dotnet publish failed (artifacts/publish-sandbox.log)"; }
            cp "$out/$project/$from" "$target/.$to.new"
            mv "$target/.$to.new" "$target/$to"
        fi
    done
    cp native/abi/ironcage_sandbox.h "$target/ironcage_sandbox.h"
    "$python" python/ironcage_build.py bindings
}
