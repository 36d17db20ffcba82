#!/bin/sh
# Fuzzes the core with libFuzzer: `scripts/fuzz.sh NAME SECONDS` builds Fuzz/NAME.c with the pure files of the core and
# runs it for so long, beginning with the inputs in Fuzz/corpus/NAME. Fails on a finding; the input is kept.
#
# All that it makes is in .build-fuzz/: the program, the inputs it found worth keeping, the ones that failed. To see a
# finding again: .build-fuzz/NAME .build-fuzz/NAME-findings/FILE
set -eu

cd "$(dirname "$0")/.."
if [ $# -ne 2 ] || [ ! -f "Fuzz/$1.c" ]; then
    echo "usage: scripts/fuzz.sh NAME SECONDS   (a NAME of: $(basename -s .c Fuzz/*.c | xargs))" >&2
    exit 2
fi
name=$1
seconds=$2
out=.build-fuzz

# The toolchain's own compiler: it comes with libFuzzer, and others do not always.
clang=$(dirname "$(readlink -f "$(command -v swift)")")/clang

core=Sources/CEvLoop
pure="$core/buffer.c $core/check.c $core/frame.c $core/framing.c $core/keep.c $core/program*.c $core/session*.c"

mkdir -p "$out/$name-corpus" "$out/$name-findings"
# shellcheck disable=SC2086  # the files are words
"$clang" -std=c17 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
    -I$core/include -I$core "Fuzz/$name.c" $pure -o "$out/$name"
# Freed memory is kept from reuse for a while, to see its use; not so much of it that the limit would count it.
ASAN_OPTIONS=quarantine_size_mb=64 "$out/$name" "$out/$name-corpus" "Fuzz/corpus/$name" "-artifact_prefix=$out/$name-findings/" \
    "-max_total_time=$seconds" -timeout=10 -max_len=512 -rss_limit_mb=1024 -print_final_stats=1
