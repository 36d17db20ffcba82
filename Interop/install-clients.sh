#!/bin/sh
# Installs the clients and servers that the interop tests drive: only what is missing, and nothing at all when all is there.
set -eu

missing=""
need() { command -v "$1" >/dev/null 2>&1 || missing="$missing $2"; }
need curl curl
need redis-cli redis-tools
need redis-server redis-server
need psql postgresql-client
need python3 python3
need mosquitto_pub mosquitto-clients
need tshark tshark
need capinfos wireshark-common
# Chromium has other names elsewhere; Interop/Browser/browser.py takes any of them.
command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || need chromium chromium
if [ "$(uname -s)" = Linux ]; then need strace strace; fi

[ -n "$missing" ] || exit 0

install="apt-get update && apt-get install -y --no-install-recommends$missing"
if ! command -v apt-get >/dev/null 2>&1; then
    echo "The interop tests need:$missing (Debian's package names). Install them with your package manager." >&2
    exit 1
elif [ "$(id -u)" = 0 ]; then
    DEBIAN_FRONTEND=noninteractive sh -c "$install"
elif sudo -n true 2>/dev/null; then
    sudo -n env DEBIAN_FRONTEND=noninteractive sh -c "$install"
else
    echo "The interop tests need:$missing. Install them with:" >&2
    echo "    sudo sh -c '$install'" >&2
    exit 1
fi
