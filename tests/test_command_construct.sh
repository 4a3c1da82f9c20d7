#!/bin/bash
# test_command_construct.sh - liplaw construct: networks that the other commands read, and refusals.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/command_test.sh"

"$LIPLAW" sample sphere --n 60 --d 30 --labels balanced --seed 4 -o sphere.npz >/dev/null
"$LIPLAW" sample gaussian --n 25 --d 40 --seed 4 -o gaussian.npz >/dev/null
export LIPLAW

# Every construction writes a network of DOUBLE tensors that evaluate reads: its loss is the square
# of the error told, and measure brackets the constant predicted on its domain.
agrees() { # KIND DATA OPTION...
  "$LIPLAW" construct "$@" -o net.onnx --json >out || fail "construct $*: $(cat out)"
  python3 - "$2" <<'END' || fail "construct $*: $(cat out)"
import json, os, subprocess, sys
def run(*arguments):
    return json.loads(subprocess.run([os.environ["LIPLAW"], *arguments, "--json"], check=True,
                                     stdout=subprocess.PIPE).stdout)
a = json.load(open("out"))
for key in ("kind k parameters max_error rms_error lipschitz_predicted exact domain source note "
            "threshold").split():
    assert key in a, key
loss = run("evaluate", "net.onnx", sys.argv[1], "-o", "y.npz")["loss"]
assert abs(loss - a["rms_error"] ** 2) <= 1e-9 * a["rms_error"] ** 2 + 1e-20, loss
m = run("measure", "net.onnx", "--domain", a["domain"], "--time-limit", "5")
L = a["lipschitz_predicted"]
assert m["lower"] <= L * (1 + 1e-7), m
assert not a["exact"] or m["upper"] == "inf" or m["upper"] >= L * (1 - 1e-7), m
assert m["parameters"] == a["parameters"]
END
}
agrees linear gaussian.npz
holds 'a["k"] == 1 and a["max_error"] < 1e-10 and a["exact"] and a["domain"] == "space"'
agrees caps sphere.npz
holds 'abs(a["lipschitz_predicted"] - 19 ** .5) < 1e-9 and a["k"] == 60 and a["exact"]'
agrees caps sphere.npz --optimise
holds 'a["lipschitz_predicted"] < 19 ** .5 and a["threshold"] < .9'
agrees groups sphere.npz --group 2 --adaptive
holds 'a["k"] == 30 and a["max_error"] < 1e-9 and a["fitted"] == 1'
agrees tensor sphere.npz
holds 'a["k"] == 30 and a["exact"] and a["domain"] == "sphere:1"'
agrees tensor sphere.npz --exact
holds 'a["max_error"] < 1e-9'
agrees tensor sphere.npz --power 4 --implicit
holds 'a["k"] == 60 and not a["exact"]'
agrees baum gaussian.npz
holds 'a["max_error"] < 1e-9 and a["k"] == 3'
"$LIPLAW" construct caps gaussian.npz --normalise -o net.onnx >text
grep -q "Lipschitz constant = 4.3588989" text || fail "the text: $(cat text)"

refuse() { # STATUS TEXT ARGUMENT...
  local expected=$1 text=$2 status=0
  shift 2
  rm -f none.onnx
  "$LIPLAW" construct "$@" -o none.onnx >out 2>err || status=$?
  [ $status = "$expected" ] || fail "'$*' exits with $status, not $expected: $(cat err)"
  grep -qF -- "$text" err || fail "'$*': $(cat err)"
  [ "$(wc -l <err)" = 1 ] || fail "'$*' says more than a line: $(cat err)"
  [ ! -s out ] && [ ! -e none.onnx ] || fail "'$*' answers: $(cat out)"
}
refuse 2 "KIND: 'cap' is none of" cap sphere.npz
refuse 2 "caps has no --power" caps sphere.npz --power 4
refuse 2 "linear has no --exact" linear gaussian.npz --exact
refuse 2 "--optimise chooses the threshold" caps sphere.npz --optimise --threshold 0.5
refuse 2 "--threshold" caps sphere.npz --threshold 1.5
refuse 2 "--power" tensor sphere.npz --power 0
refuse 2 "--group" groups sphere.npz --group -3
refuse 1 "missing.npz: cannot be opened" caps missing.npz
refuse 1 "caps needs points of length 1: 25 of 25 are not" caps gaussian.npz
refuse 1 "linear needs n <= d: 60 points in 30 dimensions" linear sphere.npz
refuse 1 "caps need x_i.x_j <= the threshold 0.1: points" caps sphere.npz --threshold 0.1
refuse 1 "off the group" groups sphere.npz --group 25
refuse 1 "above 2 GB" tensor sphere.npz --power 8
printf '1,0,5\n0,1,-1\n' >five.csv
refuse 1 "point 0 has 5" groups five.csv
printf '1,0,1\n0,1,1\n1,0,-1\n' >twice.csv
for kind in linear caps groups tensor baum; do
  refuse 1 "points 0 and 2 are equal and have labels 1 and -1" $kind twice.csv --limit 3
done
printf '1,0,cat\n0,1,dog\n' >words.csv
refuse 1 "--positive" caps words.csv
"$LIPLAW" construct caps words.csv --positive cat -o words.onnx >/dev/null || fail "--positive cat"
[ -s words.onnx ] || fail "no network from words"
finish
