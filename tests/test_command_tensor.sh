#!/bin/bash
# test_command_tensor.sh - liplaw tensor: norms of sum y_i x_i^p.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/command_test.sh"

# Three points on the axes: 1, sqrt 3 and 3.
printf '1,0,0,1\n0,1,0,1\n0,0,1,-1\n' >axes.csv
for p in 2 3 4; do
  "$LIPLAW" tensor axes.csv --power $p >text
  grep -q "^operator norm   \[1, 1\]" text || fail "the operator norm: $(cat text)"
  grep -q "^Frobenius norm  \[1.732050808, 1.732050808\]" text || fail "Frobenius: $(cat text)"
  grep -q "^nuclear norm    \[3, 3\]" text || fail "the nuclear norm: $(cat text)"
done
"$LIPLAW" tensor axes.csv --power 3 --json >json
for part in '"power": 3' '"operator"' '"nuclear"' '"direction"' '"ratio_lower"'; do
  grep -qF "$part" json || fail "no $part: $(cat json)"
done

refuse() { # STATUS TEXT ARGUMENT...
  local expected=$1 text=$2 status=0
  shift 2
  "$LIPLAW" tensor "$@" >out 2>err || status=$?
  [ $status = "$expected" ] || fail "'$*' exits with $status, not $expected: $(cat err)"
  grep -qF -- "$text" err || fail "'$*': $(cat err)"
  [ ! -s out ] || fail "'$*' answers: $(cat out)"
}
refuse 2 "--power" axes.csv --power 0
refuse 2 "--power" axes.csv --power 21
refuse 1 "missing.csv: cannot be opened" missing.csv
finish
