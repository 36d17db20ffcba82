#!/usr/bin/env bash
# Counts the instructions of each hot path (Guard/operations.h) under callgrind and compares them with those that
# Guard/instructions.txt has. Counts, unlike times, are the same on a busy machine.
#
#   scripts/instructions.sh           fails when one has grown by more than 5 %
#   scripts/instructions.sh --update  writes what is counted now
#
# They depend on the compiler and on the libraries: where those are not the ones that the file names, it says so and
# skips. What it builds is in .build-guard/; to see where instructions go, run
#   valgrind --tool=callgrind .build-guard/instructions NAME COUNT   and callgrind_annotate.
set -euo pipefail
cd "$(dirname "$0")/.."

baseline=Guard/instructions.txt
tolerance=5 # percent
source Guard/build.sh

# Two lengths of a run: what starting up costs is in both, and their difference is the operation's price.
price() { # NAME COUNT
    local once twice
    once=$(collected "$1" "$2")
    twice=$(collected "$1" $((2 * $2)))
    echo $(((twice - once + $2 / 2) / $2))
}

collected() { # NAME COUNT
    local log=.build-guard/callgrind.log
    if ! valgrind --tool=callgrind --callgrind-out-file=/dev/null .build-guard/instructions "$1" "$2" >"$log" 2>&1; then
        cat "$log" >&2
        return 1
    fi
    sed -n 's/.*Collected : \([0-9]*\)$/\1/p' "$log"
}

# All that the counts depend on, beside the code. The C library chooses its memcpy by what the processor can do.
tools() {
    local vector=plain
    if grep -q -m1 -w avx2 /proc/cpuinfo; then vector=avx2; fi
    echo "$("$guard_clang" --version | head -1 | sed -E 's/ \(.* ([0-9a-f]{12})[0-9a-f]*\)/ \1/'), $(uname -m) $vector," \
        "glibc $(getconf GNU_LIBC_VERSION | cut -d' ' -f2), libev $(libev_version), $(valgrind --version)"
}

libev_version() {
    if command -v dpkg-query >/dev/null; then
        dpkg-query -W -f '${Version}' libev-dev
    else
        basename "$(readlink -f "$(ldd .build-guard/instructions | awk '/libev/ { print $3 }')")"
    fi
}

update() {
    {
        echo "# Instructions of each operation, counted by scripts/instructions.sh --update. With: $(tools)"
        .build-guard/instructions --list | while read -r name count; do
            printf '%-20s %s\n' "$name" "$(price "$name" "$count")"
        done
    } >.build-guard/instructions.new
    mv .build-guard/instructions.new "$baseline"
    cat "$baseline"
}

compare() {
    local name count before now percent grown=0
    while read -r name count; do
        before=$(awk -v name="$name" '$1 == name { print $2 }' "$baseline")
        if [[ -z $before ]]; then
            echo "FAILED: $baseline has no $name; run scripts/instructions.sh --update"
            grown=1
            continue
        fi
        now=$(price "$name" "$count")
        percent=$(awk -v b="$before" -v n="$now" 'BEGIN { printf "%+.1f", (n - b) * 100 / b }')
        printf '%-20s %8d before %8d now  %s %%\n' "$name" "$before" "$now" "$percent"
        if ((now * 100 > before * (100 + tolerance))); then
            echo "FAILED: $name takes $now instructions, and took $before before: $percent %, over the tolerance of $tolerance %"
            grown=1
        elif ((now * 100 < before * (100 - tolerance))); then
            echo "NOTE: $name has become cheaper; scripts/instructions.sh --update keeps it so"
        fi
    done < <(.build-guard/instructions --list)
    if ((grown)); then
        echo "where that is meant: scripts/instructions.sh --update, and say why in the commit"
    fi
    return $grown
}

guard_build instructions Guard/instructions.c Guard/looped.c
if [[ ${1:-} == --update ]]; then
    update
elif ! grep -qF "With: $(tools)" "$baseline"; then
    echo "SKIPPED: instructions were not compared, for the tools are others than those of $baseline:"
    echo "    there: $(sed -n 's/.*With: //p' "$baseline")"
    echo "    here:  $(tools)"
else
    compare
fi
