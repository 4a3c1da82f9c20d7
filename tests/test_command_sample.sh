#!/bin/bash
# test_command_sample.sh - liplaw sample: the file it writes, and what it answers.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/command_test.sh"

"$LIPLAW" sample gaussian --n 40 --d 3 --seed 7 -o a.npz >text
grep -q "a.npz: 40 points in 3 dimensions, kind gaussian, seed 7" text || fail "the text: $(cat text)"

# The same seed gives the same bytes, on one core or on all; another seed does not.
taskset -c "$(taskset -pc $$ | sed 's/.*: //; s/[-,].*//')" \
  "$LIPLAW" sample gaussian --n 40000 --d 60 --seed 7 -o one.npz >text
"$LIPLAW" sample gaussian --n 40000 --d 60 --seed 7 -o all.npz >text
cmp one.npz all.npz || fail "the number of cores changes the bytes"
"$LIPLAW" sample gaussian --n 40 --d 3 --seed 8 -o b.npz >text
! cmp -s a.npz b.npz || fail "the seed changes nothing"

# Every distribution, and taught labels; what has no constant says so.
for kind in cube hypercube gaussian-plus log-concave spin-glass spheres rotations stiefel; do
  "$LIPLAW" sample $kind --n 30 --d 16 --labels flip=0.05 -o k.npz >text
  grep -q "30 points in 16 dimensions, kind $kind" text || fail "$kind: $(cat text)"
  grep -q "noise level 0.19" text || fail "$kind: $(cat text)"
  case $kind in
  hypercube | spin-glass) grep -q "not isoperimetric (none" text || fail "$kind: $(cat text)" ;;
  *) grep -q "isoperimetry constant c = " text || fail "$kind: $(cat text)" ;;
  esac
done
"$LIPLAW" sample spin-glass --n 30 --d 16 -o k.npz >text
grep -q "chains of 50 sweeps" text || fail "no diagnostics: $(cat text)"
"$LIPLAW" sample gaussian --mixture cube,sphere --n 30 --d 16 --labels noise=0.5 --teacher network \
  -o mixture.npz --json >mixture
for idle in "sphere --radius 3" "gaussian --quartic 3" "cube --factors 3" "sphere --teacher network" \
  "sphere --spread 2"; do
  status=0
  "$LIPLAW" sample $idle --n 4 --d 15 -o c.npz 2>err || status=$?
  [ $status = 2 ] && grep -q "has no --" err || fail "$idle: $status, $(cat err)"
done
status=0
"$LIPLAW" sample rotations --n 4 --d 15 -o c.npz 2>err || status=$?
[ $status = 2 ] && grep -q "d must be m^2" err || fail "SO(m) in 15 dimensions: $status, $(cat err)"
status=0
"$LIPLAW" sample gaussian --mixture cube,cone --n 4 --d 15 -o c.npz 2>err || status=$?
[ $status = 2 ] && grep -q "there is no distribution 'cone'" err || fail "a cone: $status, $(cat err)"

# What cannot be asked for is refused in one line, and leaves no file.
for labels in flip=0.6 flip=-0.1 flip= flip=x noise=-1 noise=inf fair; do
  status=0
  "$LIPLAW" sample gaussian --n 4 --d 3 --labels $labels -o c.npz 2>err || status=$?
  [ $status = 2 ] || fail "--labels $labels exits with $status"
  grep -q "'$labels' is none of random, balanced, flip=ETA" err || fail "--labels $labels: $(cat err)"
done
for n in 0 -1 2.5 1e40; do
  status=0
  "$LIPLAW" sample gaussian --n $n --d 3 -o c.npz 2>err || status=$?
  [ $status = 2 ] || fail "--n $n exits with $status"
  grep -q -- "--n" err || fail "--n $n: $(cat err)"
done
status=0
ASAN_OPTIONS=${ASAN_OPTIONS-}:allocator_may_return_null=1 \
  "$LIPLAW" sample gaussian --n 1e12 --d 1e6 -o c.npz 2>err || status=$?
[ $status = 1 ] || fail "8 EB of points exit with $status"
grep -q "no memory" err || fail "8 EB of points: $(cat err)"
[ ! -e c.npz ] || fail "a refused sample left a file"

"$LIPLAW" sample sphere --n 9 --d 5 --labels balanced --seed 18446744073709551615 -o s.npz --json >json
"$LIPLAW" sample gaussian --n 9 --d 5 --json -o g.npz >gaussian
/usr/bin/python3 -c 'import numpy' 2>/dev/null || exit 77
/usr/bin/python3 - <<'PYTHON'
import json, numpy as np
a = json.load(open("json"))
assert (a["status"], a["kind"], a["n"], a["d"], a["path"]) == ("ok", "sphere", 9, 5, "s.npz"), a
assert a["isoperimetry_c"] == 5 / 4 and abs(a["noise_level"] - (1 - 1 / 81)) < 1e-15, a
z = np.load("s.npz")
assert z["X"].shape == (9, 5) and z["X"].dtype == np.float64 and z["y"].shape == (9,)
assert np.allclose(np.linalg.norm(z["X"], axis=1), 1, rtol=0, atol=1e-15)
assert sorted(z["y"]) == [-1.0] * 4 + [1.0] * 5
assert z["seed"] == 2**64 - 1 and str(z["kind"]) == "sphere"
g = json.load(open("gaussian"))
m, w = np.load("mixture.npz"), json.load(open("mixture"))
assert w["kind"] == "mixture" and w["components"] == 3 and w["noise_level"] == 0.25, w
assert m["noise_level"] == 0.25 and np.allclose(m["y"], m["g"] + m["z"], rtol=0, atol=1e-15)
assert g["noise_level"] == 1 and g["isoperimetry_c"] == 1 and g["seed"] == 0, g
PYTHON
finish
