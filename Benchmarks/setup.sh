#!/bin/sh
# Sees to all that the benchmarks need: libev, the Python peers' environment, and a release build of every program.
# Silent about what is there already.
set -eu

cd "$(dirname "$0")"
SWIFT=${SWIFT:-swift}
venv=.build/venv

if [ "$(uname -s)" != Linux ]; then
    echo 'The benchmarks need Linux: their limit is bare epoll, and they pin programs to cores.' >&2
    exit 1
fi
if ! command -v taskset >/dev/null 2>&1; then
    echo 'The benchmarks need taskset: apt-get install util-linux' >&2
    exit 1
fi
../scripts/ensure-libev.sh

# Debian has the module, but what it needs to make an environment is a package of its own.
has_venv() {
    python3 -c 'import ensurepip, venv' 2>/dev/null
}

# Prints what runs a command with the right to install; nothing when that is how things are. Fails without the right.
way_to_run() {
    [ "$(id -u)" -eq 0 ] && return 0
    command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null && echo 'sudo -n'
}

ensure_venv() {
    has_venv && return 0
    command='apt-get update && apt-get install -y python3-venv'
    if ! command -v apt-get >/dev/null 2>&1; then
        echo 'The Python peers need `python3 -m venv`.' >&2
        return 1
    fi
    if ! prefix=$(way_to_run); then
        echo "The Python peers need python3-venv. Run this once, then try again:" >&2
        echo "    sudo sh -c '$command'" >&2
        return 1
    fi
    echo "python3-venv is missing; installing it: $command"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086  # the prefix is two words or none
    $prefix sh -c "$command"
    if ! has_venv; then
        echo 'python3-venv was installed, but python3 still has no venv: is another python3 first in PATH?' >&2
        return 1
    fi
}

# The stamp holds what was installed, so that another list installs anew.
if ! cmp -s Python/requirements.txt "$venv/installed.txt"; then
    ensure_venv
    echo 'Preparing the Python peers'
    rm -rf "$venv"
    mkdir -p .build
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r Python/requirements.txt
    cp Python/requirements.txt "$venv/installed.txt"
fi

"$SWIFT" build -c release --quiet
