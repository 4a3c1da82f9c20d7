#!/bin/bash
# test.sh BUILD [ARGUMENT...] - runs ctest in BUILD; its last line is the one that counts.
set -euo pipefail

build=$1
shift
log=$build/test.log
status=0
ctest --test-dir "$build" --output-on-failure --no-tests=error "$@" 2>&1 | tee "$log" || status=$?
grep -E '% tests passed' "$log" || true
exit "$status"
