# Sourced by the guards' scripts, in the package's folder: builds one of them with the core's sources.

# The toolchain's own compiler, as SwiftPM uses it for the core.
guard_clang=$(dirname "$(readlink -f "$(command -v swift)")")/clang

guard_build() { # NAME SOURCES
    local name=$1
    shift
    mkdir -p .build-guard
    # DWARF 4: valgrind of Debian 12 can't read newer.
    "$guard_clang" -std=c17 -O2 -gdwarf-4 -Wall -Wextra -Wconversion -Werror \
        -ISources/CEvLoop/include -ISources/CEvLoop "$@" Guard/endpoints.c Guard/pure.c Guard/scripts.c \
        Sources/CEvLoop/*.c -lev -lpthread -o ".build-guard/$name"
}
