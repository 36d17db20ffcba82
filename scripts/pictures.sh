#!/bin/sh
# Takes the pictures of the documentation anew: a ladder of a failing conversation and a heat map, each light and dark.
#
# Needs Chromium and python3 (Interop/install-clients.sh), and pngquant where it is, which makes them smaller.
set -eu
cd "$(dirname "$0")/.."

pictures=Sources/TCPMock/TCPMock.docc/Resources
pages=$(mktemp -d)
trap 'rm -rf "$pages"' EXIT

swift build --package-path Interop --product Pages
"$(swift build --package-path Interop --show-bin-path)/Pages" "$pages" mail sweep
mkdir -p "$pictures"

picture() { # PAGE NAME OPTION...
    page=$1
    name=$2
    shift 2
    python3 Interop/Browser/picture.py "$pages/$page.html" "$pictures/$name.png" "$@"
    python3 Interop/Browser/picture.py "$pages/$page.html" "$pictures/$name~dark.png" --dark "$@"
    for png in "$pictures/$name.png" "$pictures/$name~dark.png"; do
        if command -v pngquant >/dev/null 2>&1; then pngquant --force --skip-if-larger --output "$png" 64 "$png" || true; fi
        ls -l "$png"
    done
}

picture mail ladder --width 1400 --scale 1.5 --only .connection.failed
picture sweep heatmap --width 1120 --whole --click 'a.cell.bad0'
