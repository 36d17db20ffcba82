#!/bin/sh
# Sees to it that libev's header is there. Silent when it is; installs it when that needs no password; otherwise prints
# the one command to run, and fails.
set -eu

has_libev() {
    for folder in /usr/include /usr/include/libev /usr/local/include /opt/homebrew/include /opt/local/include; do
        [ -f "$folder/ev.h" ] && return 0
    done
    # An unusual place, named by CPATH or the like.
    command -v clang >/dev/null 2>&1 && echo '#include <ev.h>' | clang -E -x c - >/dev/null 2>&1
}

# Prints the command that installs libev here, to be run by root (brew: by anybody).
install_command() {
    if command -v apt-get >/dev/null 2>&1; then
        echo 'apt-get update && apt-get install -y libev-dev'
    elif command -v dnf >/dev/null 2>&1; then
        echo 'dnf install -y libev-devel'
    elif command -v brew >/dev/null 2>&1; then
        echo 'brew install libev'
    fi
}

# Prints what runs the command with the right to install; nothing when that is how things are. Fails without the right.
way_to_run() {
    case "$1" in brew*) return 0 ;; esac
    [ "$(id -u)" -eq 0 ] && return 0
    command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null && echo 'sudo -n'
}

has_libev && exit 0

command=$(install_command)
if [ -z "$command" ]; then
    echo 'TCPMock needs libev (https://software.schmorp.de/pkg/libev.html): install its header and library.' >&2
    exit 1
fi
if ! prefix=$(way_to_run "$command"); then
    echo 'TCPMock needs libev. Run this once, then try again:' >&2
    echo "    sudo sh -c '$command'" >&2
    exit 1
fi
echo "libev is missing; installing it: $command"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086  # the prefix is two words or none
$prefix sh -c "$command"
if ! has_libev; then
    echo 'libev was installed, but ev.h is still not found.' >&2
    exit 1
fi
