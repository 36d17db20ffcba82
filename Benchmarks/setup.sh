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

# The stamp holds what was installed, so that another list installs anew.
if ! cmp -s Python/requirements.txt "$venv/installed.txt"; then
    echo 'Preparing the Python peers'
    rm -rf "$venv"
    mkdir -p .build
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r Python/requirements.txt
    cp Python/requirements.txt "$venv/installed.txt"
fi

"$SWIFT" build -c release --quiet
