#!/bin/bash
# test_command_lstar.sh - liplaw lstar: the constant, its pairs, and the reading options.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/command_test.sh"

# A 3-4-5 triangle: slopes 2/3, 2/4 and 0.
printf 'x,y,label\n0,0,1\n3,0,-1\n0,4,-1\n' >triangle.csv
"$LIPLAW" lstar triangle.csv >text
grep -q "^L\* = 0.6666666667" text || fail "the constant: $(cat text)"
[ "$(grep -c '|' text)" = 2 ] || fail "not two pairs: $(cat text)"
"$LIPLAW" lstar triangle.csv --pairs 1 --json >json
for part in '"n": 3' '"d": 2' '"i": 0' '"j": 1' '"distance": 3.0' '"slope": 0.66666666666666663' \
  '"l_star": 0.66666666666666663'; do
  grep -qF "$part" json || fail "no $part: $(cat json)"
done
! grep -q '"j": 2' json || fail "two pairs where one was asked for"
"$LIPLAW" lstar triangle.csv --pairs 0 | grep -q "^L\* = 0.666" || fail "without pairs"

# Dividing the points by 2 doubles the slopes; the first two points have the steepest pair; labels
# that are all equal have none.
"$LIPLAW" lstar triangle.csv --scale 2 --mean 1,7 | grep -q "^L\* = 1.3333" || fail "--scale"
"$LIPLAW" lstar triangle.csv --limit 1 | grep -q "^L\* = 0" || fail "--limit"
"$LIPLAW" lstar triangle.csv --positive 1,-1 | grep -q "^L\* = 0" || fail "--positive"

# Words are classes: one-hot vectors are sqrt(2) apart, whichever the classes are.
printf '0,cat\n1,ant\n4,dog\n' >words.csv
"$LIPLAW" lstar words.csv | grep -q "^L\* = 1.41421356" || fail "one-hot vectors"
"$LIPLAW" lstar words.csv --classes no --pairs 9 | grep -q "^L\* = 1:" || fail "--classes no"
"$LIPLAW" lstar words.csv --positive cat,dog | grep -q "^L\* = 2:" || fail "--positive cat,dog"
"$LIPLAW" lstar triangle.csv --classes yes | grep -q "^L\* = 0.47140452" || fail "--classes yes"

# Equal points with different labels.
printf '1,5\n2,6\n1,7\n' >equal.csv
"$LIPLAW" lstar equal.csv >text
grep -q "^L\* = inf" text || fail "the infinite constant: $(cat text)"
grep -q "^ *0 *2 *0 *inf  5 | 7" text || fail "its pair: $(cat text)"
"$LIPLAW" lstar equal.csv --json | grep -q '"l_star": "inf"' || fail "infinity in JSON"

refuse() { # STATUS TEXT ARGUMENT...
  local expected=$1 text=$2 status=0
  shift 2
  "$LIPLAW" lstar "$@" >out 2>err || status=$?
  [ $status = "$expected" ] || fail "'$*' exits with $status, not $expected: $(cat err)"
  grep -qF -- "$text" err || fail "'$*': $(cat err)"
  [ ! -s out ] || fail "'$*' answers: $(cat out)"
}
refuse 1 "missing.csv: cannot be opened" missing.csv
refuse 2 "--positive: no point has the label '3'" triangle.csv --positive 3
refuse 2 "--transpose: 3x3 does not give the 2 inputs" triangle.csv --transpose 3x3
printf '1,2\n3,nan\n' >nan.csv
refuse 1 "nan.csv: line 2, column 2: 'nan' is not finite" nan.csv
refuse 1 "missing: cannot be opened" missing:labels

# A signal ends a long search: one line, nothing on standard output.
"$LIPLAW" sample gaussian --n 60000 --d 300 -o long.npz >text
"$LIPLAW" lstar long.npz --json >out 2>err &
sleep 1.5
kill -TERM $! 2>/dev/null || true
status=0
wait $! || status=$?
if [ $status != 0 ]; then # it may have been fast enough
  [ $status = 1 ] || fail "an interrupted search exits with $status"
  grep -q '"status": "interrupted"' out || fail "an interrupted search answers: $(cat out)"
fi
finish
