#!/usr/bin/env bash
# Fails when a message costs an allocation on the loop thread, once its connection is warm: Guard/allocations.c.
set -euo pipefail
cd "$(dirname "$0")/.."
source Guard/build.sh

guard_build allocations Guard/allocations.c
.build-guard/allocations
