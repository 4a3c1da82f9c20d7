#!/bin/bash
# test_command_certify.sh - liplaw certify: limits that data set a network, and every exact fit.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/command_test.sh"

# Two points 5 apart with labels 7 apart: 7/5 for any function through them.
printf '0,0,4\n3,4,-3\n' >two.csv
"$LIPLAW" certify - two.csv >text
grep -qE "^l-star +1\.4 +any function" text || fail "L* of two points: $(cat text)"
"$LIPLAW" certify - two.csv --json >json
grep -qF '"lower": null' json || fail "a bracket without a network: $(cat json)"
for part in '"name": "l-star"' '"value": null' '"applies": false' '"domain": "hull of the data"'; do
  grep -qF "$part" json || fail "no $part: $(cat json)"
done

# Points beside the sphere say nothing of what fits; equal ones with different labels all.
printf '1,0,1\n-1,0,-1\n' >beside.csv
"$LIPLAW" certify - beside.csv --domain sphere:2 >text
grep -qE "^l-star +no point lies on the sphere" text || fail "beside the sphere: $(cat text)"
printf '1,0,1\n1,0,-1\n' >contradiction.csv
"$LIPLAW" certify - contradiction.csv >text
grep -qE "^l-star +inf" text && grep -q "no function fits: points 0 and 1 are equal" text ||
  fail "no function fits: $(cat text)"
! grep -E "^[a-z-]+ +[0-9.]+(e[+][0-9]+)? " text || fail "a number though no function fits"
printf '1,1\n-1,1\n' >even.csv
"$LIPLAW" certify - even.csv >text
grep -qE "^path-norm +2  ReLU networks without biases" text || fail "ReLU alone: $(cat text)"

# A network with its bracket; on the sphere arcs count.
"$LIPLAW" sample gaussian --n 20 --d 30 --seed 3 -o points.npz >text
"$LIPLAW" construct linear points.npz -o linear.onnx >text
"$LIPLAW" certify linear.onnx points.npz >text
grep -q "^certified bracket on ball:" text || fail "the bracket: $(cat text)"
"$LIPLAW" certify linear.onnx points.npz --domain sphere | grep -q "arcs between the data" ||
  fail "arcs"

refuse() { # STATUS TEXT ARGUMENT...
  local expected=$1 text=$2 status=0
  shift 2
  "$LIPLAW" certify "$@" >out 2>err || status=$?
  [ $status = "$expected" ] || fail "'$*' exits with $status, not $expected: $(cat err)"
  grep -qF -- "$text" err || fail "'$*': $(cat err)"
  [ ! -s out ] || fail "'$*' answers: $(cat out)"
}
refuse 1 "the points have 2 coordinates, the network takes 30" linear.onnx two.csv
refuse 1 "missing.onnx: cannot be opened" missing.onnx two.csv
refuse 2 "--k: a network has its own" linear.onnx points.npz --k 3
refuse 2 "cube" linear.onnx points.npz --domain cube
finish
