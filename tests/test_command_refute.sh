#!/bin/bash
# test_command_refute.sh - liplaw refute: claims that are false, true, and open.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/command_test.sh"

"$LIPLAW" sample gaussian --n 100 --d 10 --seed 1 -o points.npz >text
"$LIPLAW" train points.npz -k 20 -o net.onnx >text
"$LIPLAW" measure net.onnx --json >out
lower=$(python3 -c "import json; print(repr(json.load(open('out'))['lower']))")
upper=$(python3 -c "import json; print(repr(json.load(open('out'))['upper']))")

# A third of the constant is refuted, and three times it proved, without the search for the rest.
status=0
"$LIPLAW" refute net.onnx --claim "$(python3 -c "print($lower / 3)")" --json >out || status=$?
holds 'a["verdict"] == "refuted" and a["stopped"] == "claim"'
"$LIPLAW" refute net.onnx --claim "$(python3 -c "print($upper * 30)")" --json >out
holds 'a["verdict"] == "proved" and a["stopped"] == "claim" and a["certified"]'

status=0
"$LIPLAW" refute net.onnx --claim "$(python3 -c "print($lower * 0.99)")" --json >out || status=$?
[ $status = 1 ] || fail "a false claim: exit status $status"
holds 'a["status"] == "refuted" and a["verdict"] == "refuted" and a["lower"] > a["claim"]'
holds 'len(a["witness"]) == 10 and abs(sum(v * v for v in a["direction"]) - 1) < 1e-9'
"$LIPLAW" refute net.onnx --claim "$(python3 -c "print($lower * 0.99)")" >text || status=$?
grep -q "^refuted: " text && grep -q "^witness: " text || fail "the text: $(cat text)"

# The witness's slope, by differences of the network's own values, above the claim.
"$LIPLAW" refute net.onnx --claim "$(python3 -c "print($lower * 0.99)")" --json >out || true
python3 - <<'PYTHON'
import json
a = json.load(open("out"))
h = 1e-6
with open("pair.csv", "w") as f:
    for side in (0, h):
        print(*[repr(x + side * v) for x, v in zip(a["witness"], a["direction"])], 1, sep=",", file=f)
PYTHON
"$LIPLAW" evaluate net.onnx pair.csv -o y.npz >text
python3 - <<'PYTHON' || fail "the slope at the witness"
import io, json, struct, zipfile
a = json.load(open("out"))
raw = zipfile.ZipFile("y.npz").read("y.npy")
first, second = struct.unpack("<2d", raw[-16:])
raise SystemExit(not abs(second - first) / 1e-6 > a["claim"])
PYTHON

"$LIPLAW" refute net.onnx --claim "$(python3 -c "print($upper * 1.01)")" --json >out
holds 'a["status"] == "ok" and a["verdict"] == "proved" and a["upper"] <= a["claim"]'
"$LIPLAW" refute net.onnx --claim "$(python3 -c "print($upper * 0.999999)")" --time-limit 0 --json >out ||
  status=$?
holds 'a["verdict"] in ("open", "refuted")'

# At the constant itself the question stays open, by rounding alone, and the answer says so.
"$LIPLAW" refute net.onnx --claim "$(python3 -c "print(repr($lower))")" --json >out
holds 'a["verdict"] == "open" and a["status"] == "ok" and "a claim of" in a["reason"]'
"$LIPLAW" refute net.onnx --claim "$(python3 -c "print(repr($lower))")" >text
grep -q "is proved" text || fail "an open question has no reason: $(cat text)"
"$LIPLAW" refute net.onnx --claim "$(python3 -c "print($upper * 2)")" --json >out
holds 'a["reason"] is None'

refuse() { # STATUS TEXT ARGUMENT...
  local expected=$1 text=$2 status=0
  shift 2
  "$LIPLAW" refute "$@" >out 2>err || status=$?
  [ $status = "$expected" ] || fail "'$*' exits with $status, not $expected: $(cat err)"
  grep -qF -- "$text" err || fail "'$*': $(cat err)"
  [ ! -s out ] || fail "'$*' answers: $(cat out)"
}
refuse 2 "--claim is missing" net.onnx
refuse 2 "--claim" net.onnx --claim -1
refuse 1 "missing.onnx: cannot be opened" missing.onnx --claim 1
refuse 2 "cube" net.onnx --claim 1 --domain cube
finish
