#!/bin/bash
# test_command_law.sh - liplaw law: the list, one theorem, solving, batches, refusals.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/command_test.sh"

"$LIPLAW" law >out
for name in conjecture-1 two-layer-theorem-7 two-layer-lemma-5 proposition-1.2 lemma-2.1 \
  theorem-2-paper theorem-3-sharp profile profile-two-layer; do
  grep -q "^$name " out || fail "the list leaves out $name"
done
"$LIPLAW" law --json >out
holds 'a["status"] == "ok" and len(a["theorems"]) >= 25'
holds 'all(t["needs"] and t["source"] and t["title"] for t in a["theorems"])'

size=(--n 1e4 --d 1e3 --p 1e4 --log 20)
"$LIPLAW" law theorem-3 --mode paper "${size[@]}" --json >out
holds 'round(a["bound"], 4) == 0.0069 and a["theorem"] == "theorem-3-paper" and a["vacuous"]'
holds 'a["holds"] is False and a["assumptions"][0]["holds"] is False'
holds 'all(k in a for k in ("constants", "source", "why_vacuous", "says"))'
"$LIPLAW" law theorem-3 "${size[@]}" --json >out
holds 'round(a["bound"], 4) == 0.0246 and a["assumptions"][1]["holds"] is None'
"$LIPLAW" law theorem-3-sharp "${size[@]}" --json >out
holds 'round(a["bound"], 3) == 4.827 and not a["vacuous"] and a["why_vacuous"] is None'
"$LIPLAW" law theorem-3-sharp --n 1e4 --d 1e3 --log 20 --solve p --L 5 --json >out
holds 'a["solved"]["p"] == a["quantities"]["p"] and abs(a["bound"] - 5) < 1e-9'
"$LIPLAW" law theorem-3-sharp --n 1e4 --d 1e3 --log 20 --solve p --L 5 >out
grep -q "^p = 9319.35[0-9]*: with less p the bound is larger" out || fail "the side: $(cat out)"
"$LIPLAW" law theorem-3-sharp --p 1e4 --d 1e3 --log 20 --solve n --L 5 >out
grep -q "with more n the bound is larger" out || fail "the other side: $(cat out)"
"$LIPLAW" law conjecture-1 --n 2000 --k 20 --json >out
holds 'a["bound"] is None and a["order"] == 10 and a["constants"][0]["value"] is None'
"$LIPLAW" law profile --n 100 --d 50 --p 10 --bits 8 --json >out
holds 'a["bound"] == "inf" and "no function" in a["says"]'
"$LIPLAW" law theorem-3-sharp "${size[@]}" --L-star 5 >out
grep -q "This says nothing here: not above L\* = 5" out || fail "L*: $(cat out)"
"$LIPLAW" law conjecture-2 --n 2000 --d 50 --k 300 >out
grep -q "unknown: two-layer paper, Conjecture 2" out || fail "the unknown constant: $(cat out)"

# A batch: the header names quantities by field or option; an empty cell leaves what is given.
printf 'n,d,p,log\n1e4,1e3,1e4,20\n\n6e4,784,2e5,\n' >rows.csv
"$LIPLAW" law theorem-3-sharp --log 40 --batch rows.csv >out
[ "$(sed -n 1p out)" = "n,d,p,log,bound,order,kind,holds,vacuous,why_vacuous" ] || fail "$(cat out)"
grep -q '^10000,1000,10000,20,4.82684' out || fail "the first row: $(cat out)"
grep -q '^60000,784,200000,40,1.6904' out || fail "the second row: $(cat out)"
"$LIPLAW" law theorem-3-sharp --log 40 --batch rows.csv --solve p --L 5 --json >out
holds '[round(r["bound"], 9) for r in a["rows"]] == [5, 5] and a["rows"][0]["solved"]["p"] > 9000'
printf '\xef\xbb\xbfn, "d" ,fit-error\r\n1e4,1e3,0.5\r\n' >quoted.csv
"$LIPLAW" law theorem-3-sharp --p 1e4 --log 20 --batch quoted.csv | grep -q '^10000,1000,0.5,2.3268' ||
  fail "quotes and line ends"

# A trained network counts itself.
"$LIPLAW" sample gaussian --n 120 --d 60 --seed 3 -o points.npz >out
"$LIPLAW" train points.npz -k 4 --eps 0.02 --seed 1 -o net.onnx >out
"$LIPLAW" law profile-two-layer --net net.onnx --data points.npz --json >out
holds 'all(a["quantities"][q] == v for q, v in dict(n=120, d=60, k=4, p=249).items())'
holds '0.3 < a["quantities"]["positive"] < 0.7 and 1 < a["quantities"]["L_star"] < 4'
holds '0 <= a["quantities"]["outliers"] <= 12 and 0 <= a["quantities"]["fit_error"] < 1'
cp out counted
"$LIPLAW" law profile-two-layer --net net.onnx --data points.npz --outliers 0 --json >out
holds 'a["bound"] <= json.load(open("counted"))["bound"]'
"$LIPLAW" law profile --net net.onnx --data points.npz --json >out
holds 'a["quantities"]["bits"] == 32 and a["bound"] > 0'
"$LIPLAW" law profile --net net.onnx --data points.npz --bits 1 --json >out
holds 'a["quantities"]["bits"] == 1'
printf '1,2,1\n3,4,0\n' >labels.csv

# A sample tells its own law: c, the noise level, or that no c is known.
"$LIPLAW" sample sphere --n 100 --d 36 --seed 1 -o sphere.npz >out
"$LIPLAW" law theorem-3 --data sphere.npz --p 5 --bits 4 --json >out
holds 'abs(a["quantities"]["c"] - 36 / 35) < 1e-15 and a["quantities"]["sigma2"] == 1'
"$LIPLAW" law profile --data sphere.npz --p 50 --bits 4 --json >out
holds 'abs(a["quantities"]["c"] - 36 / 34) < 1e-14'
"$LIPLAW" law profile --data sphere.npz --p 50 --bits 4 --c 3 --json >out
holds 'a["quantities"]["c"] == 3'
for kind in hypercube spin-glass; do
  "$LIPLAW" sample $kind --n 100 --d 36 --seed 1 -o corners.npz >out
  for law in theorem-3-sharp profile; do
    "$LIPLAW" law $law --data corners.npz --p 50 --bits 4 --json >out
    holds 'a["holds"] is False and a["vacuous"] and "not" in a["assumptions"][-1]["text"]'
  done
done
printf '1,2,1\n3,4,-1\n' >plain.csv
"$LIPLAW" law theorem-3-sharp --data plain.csv --p 50 --bits 4 >out
grep -q "unknown  the data file does not tell whether .* c = 1 is assumed" out || fail "$(cat out)"

refuse() { # STATUS TEXT ARGUMENT...
  local expected=$1 text=$2 status=0
  shift 2
  "$LIPLAW" law "$@" >out 2>err || status=$?
  [ $status = "$expected" ] || fail "'$*' exits with $status, not $expected: $(cat err)"
  grep -qF -- "$text" err || fail "'$*': $(cat err)"
  [ "$(wc -l <err)" = 1 ] || fail "'$*' says more than a line: $(cat err)"
  [ ! -s out ] || fail "'$*' answers: $(cat out)"
}
refuse 2 "did you mean 'theorem-3-sharp'?" theorem-3-shrp "${size[@]}"
refuse 2 "did you mean 'theorem-7'?" theorem7 --n 5
refuse 2 "there is no law 'zebra'" zebra
refuse 2 "theorem-3 has no mode 'sharper'" theorem-3 --mode sharper "${size[@]}"
refuse 2 "eps = 1.5 must be above 0 and below 1" theorem-3 "${size[@]}" --eps 1.5
refuse 2 "n = -4 must be at least 1" theorem-3 --n -4 --d 5 --p 5 --log 5
refuse 2 "--n: 'nan' is not a number" theorem-3 --n nan --d 5 --p 5 --log 5
refuse 2 "--n: '12x' is not a number" theorem-3 --n 12x --d 5 --p 5 --log 5
refuse 2 "needs n: points" theorem-3 --d 5 --p 5 --log 5
refuse 2 "size of the class is missing" theorem-3 --n 5 --d 5 --p 5
refuse 2 "no p gives L = 1e+06" theorem-3-sharp --n 1e4 --d 1e3 --log 20 --solve p --L 1e6
refuse 2 "can be solved for" theorem-3-sharp --n 1e4 --d 1e3 --log 20 --solve W --L 5
refuse 2 "did you mean --net-radius?" theorem-3-sharp --net-radiu 3
refuse 1 "labels.csv: the label of point 1 is 0, neither -1 nor +1" profile --data labels.csv
refuse 1 "missing.onnx" profile --net missing.onnx
refuse 1 "none.csv: cannot be opened" theorem-3 --batch none.csv
printf 'n,dept,p\n1,2,3\n' >bad.csv
refuse 1 "line 1: there is no quantity 'dept'; did you mean 'depth'?" theorem-3 --batch bad.csv
printf 'n,d,p\n1,2\n' >bad.csv
refuse 1 "bad.csv: line 2 has 2 columns, the header 3" theorem-3 --log 3 --batch bad.csv
printf 'n,d,p\n10,20,30\n1,2,x\n' >bad.csv
refuse 1 "bad.csv: line 3, column 3: 'x' is not a number" theorem-3 --log 3 --batch bad.csv
printf 'n,d,p\n10,20,30\n1,2,-3\n' >bad.csv
refuse 1 "bad.csv: line 3: p = -3 must be at least 1" theorem-3 --log 3 --batch bad.csv
printf 'n,d,n\n1,2,3\n' >bad.csv
refuse 1 "names n twice" theorem-3 --log 3 --batch bad.csv
: >bad.csv
refuse 1 "bad.csv: is empty" theorem-3 --log 3 --batch bad.csv

# Architectures: Madry's network, counted from its description.
madry=$LIPLAW_SOURCE/examples/architectures/madry-mnist-4.json
"$LIPLAW" law architecture --of "$madry" --n 6e4 --json >out
holds 'a["parameters"] == 206954 and a["multiplicity"] == 784 and a["depth"] == 4'
holds 'len(a["law"]) == 4 and a["norms"] is None and a["law"][0]["holds"] is False'
holds 'abs(a["log10_J_paper"] - (math.log10(a["radius"]) + 4 * math.log10(784 * 206954))) < 1e-9'
"$LIPLAW" law architecture --of "$madry" >out
grep -q "p = 206954 parameters, Q = 784 (uses of one), D = 4 layers" out || fail "Madry: $(cat out)"
"$LIPLAW" law architecture --of "$LIPLAW_SOURCE/examples/architectures/skip.json" --n 100 --json >out
holds 'len(a["law"]) == 8 and abs(a["norms"]["product"] - 1) < 1e-12'
holds 'abs(a["norms"]["lipschitz_at_most"] - 2 ** .5) < 1e-12'
"$LIPLAW" law architecture --of "$madry" --n 6e4 >out
grep -q "eps = 0.5 .*, delta = 0.01, c = 1" out && grep -q "for one of the 10" out || fail "$(cat out)"
"$LIPLAW" law | grep -A1 "^theorem-3-sharp " | grep -q "the class: log, or bits, or W and J" ||
  fail "the class is needed"
"$LIPLAW" law estimate --n 6e4 --d-eff 20 --p 1e6 >out
grep -q "p = 1e+06 is below 1.2e+06: sqrt(n d_eff / p) = 1.095\." out || fail "one value: $(cat out)"
refuse 2 "--of is missing" architecture --n 5
refuse 1 "none.json" architecture --of none.json
refuse 2 "W = 0 must be above 0" architecture --of "$madry" --W 0
refuse 2 "n = inf must be at least 1 and finite" architecture --of "$madry" --n 1e400
refuse 2 "each layer has a parameter" deep-3.1 --n 9 --d 9 --p 9 --depth 10 --multiplicity 1 --radius 1 --W 1
printf '{"input_shape": [3], "layers": [{"op": "linear"}]}' >bad.json
refuse 1 "architecture: bad.json: layer 0: linear: 'outputs' is no whole number of at least 1" architecture --of bad.json
refuse 2 "eps = 2 must be above 0 and below 1" architecture --of "$madry" --n 5 --eps 2
public=$LIPLAW_TESTDATA
if [ -d "$public/onnx" ]; then
  "$LIPLAW" law architecture --of "$public/onnx/cifar10_resnet/resnet_2b.onnx" --json >out
  holds 'a["depth"] == 8 and a["skips"] and a["parameters"] == 112006 and a["norms"]["lipschitz_at_most"] > 0'
  "$LIPLAW" law architecture --of "$public/weights/candle_mnist_cnn_a.safetensors" --json >out
  holds '[l["op"] for l in a["layers"][:4]] == ["input", "conv2d", "maxpool2d", "scale"]'
else
  echo "skipped: $public/onnx is absent"
fi

# Section 1.1: the paper's numbers for MNIST and ImageNet, and a data set's own dimension.
"$LIPLAW" law estimate --n 6e4 --d 784 --d-eff-low 15 --d-eff-high 150 --p 2e5 --json >out
holds 'a["order_low"] == 6 and a["order_high"] == 7 and a["position"] == "below"'
holds 'a["p_low"] == 9e5 and a["p_high"] == 9e6 and a["p_classical"] == 6e4 and len(a["caveats"]) == 5'
"$LIPLAW" law estimate --n 1.4e7 --d 2e5 --d-eff 2e3 >out
grep -q "2.8e+10 parameters, 10^10 to 10^11" out || fail "ImageNet: $(cat out)"
"$LIPLAW" sample gaussian --n 2000 --d 20 --seed 3 -o points.npz
"$LIPLAW" law estimate --data points.npz --p 1e6 --json >out
holds '15 < a["data"]["whole"]["d_eff"] <= 20 and 18 < a["data"]["whole"]["participation_ratio"] < 20'
holds 'a["n"] == 2000 and a["position"] == "above" and a["data"]["classes"] == []'
"$LIPLAW" law estimate --data points.npz --classes yes --json >out
holds 'sum(c["points"] for c in a["data"]["classes"]) == 2000'
refuse 2 "--n is missing" estimate --d-eff 5
refuse 2 "the dimension is missing" estimate --n 5
refuse 2 "is above --d-eff-high" estimate --n 5 --d-eff-low 5 --d-eff-high 3
refuse 2 "come together" estimate --n 5 --d-eff-low 5
refuse 2 "is above d = 784" estimate --n 5 --d 784 --d-eff 1e4
refuse 2 "--n: '-5'" estimate --n -5 --d-eff 3
refuse 1 "none.npz" estimate --data none.npz
finish
