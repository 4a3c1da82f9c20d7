#!/bin/bash
# test_command_audit.sh - liplaw audit: what it tells of a network and data, and what it refuses.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/command_test.sh"

"$LIPLAW" sample gaussian --n 100 --d 10 --seed 1 -o points.npz >text
"$LIPLAW" train points.npz -k 30 -o net.onnx >text

"$LIPLAW" audit net.onnx points.npz --time-limit 10 --json >out
for key in n d parameters loss accuracy noise_level lower upper l_star law certified_accuracy \
  verdict explanation; do
  holds "'$key' in a"
done
holds 'a["status"] == "ok" and a["task"] == "signs" and a["accuracy"] == 1 and a["certified"]'
holds 'a["noise_level"] == 1 and a["noise_source"] == "data"'
holds 'a["ball"]["upper"] <= a["upper"] * (1 + 1e-9)'
holds 'all(r["certified"] <= r["local"] <= r["attacked"] <= 1 for r in a["certified_accuracy"])'
holds 'all(r["certified"] <= r["possible"] for r in a["certified_accuracy"])'
holds 'a["certified_accuracy"][0]["radius"] == 0 and a["certified_accuracy"][0]["certified"] == 1'
holds 'a["certified_accuracy"][-1]["attacked"] < 0.5'
holds 'all(e["sureness"] in ("proved", "assumed", "computed", "estimate") for e in a["explanation"])'
holds '"profile-two-layer" in [l["theorem"] for l in a["law"]]'
cp out first

# L* and its pairs are those of lstar.
"$LIPLAW" lstar points.npz --json >out
python3 - <<'PYTHON' || fail "L* differs"
import json
a, b = json.load(open("first")), json.load(open("out"))
same = a["l_star"] == b["l_star"] and a["conflicts"][0]["slope"] == b["pairs"][0]["slope"]
raise SystemExit(not same)
PYTHON

# The verdict follows the target: any radius, one that nobody can keep, and one in between.
"$LIPLAW" audit net.onnx points.npz --time-limit 10 --target 1e6 --json >out
holds 'a["verdict"] == "achieved" and a["target"] == 1e6'
"$LIPLAW" audit net.onnx points.npz --time-limit 10 --target 0.5 --json >out
holds 'a["verdict"] == "impossible"'
"$LIPLAW" audit net.onnx points.npz --time-limit 10 >text
grep -q "^verdict: not excluded" text || fail "the verdict on L*: $(cat text)"
grep -q "^\[proved\]  " text || fail "the explanation: $(cat text)"

# The page is whole, or is not there.
"$LIPLAW" audit net.onnx points.npz --time-limit 10 -o page >text
for file in index.html figures/certified-accuracy.svg figures/radii.pdf tables/points.csv \
  tables/explanation.csv; do
  [ -s "page/$file" ] || fail "the page has no $file"
done
[ "$(wc -l <page/tables/points.csv)" = 101 ] || fail "points.csv: $(head page/tables/points.csv)"
grep -q "href=\"http\|src=\"http" page/index.html && fail "the page needs the net"
python3 - <<'PYTHON' || fail "the page is no tree of tags"
import html.parser
class reader(html.parser.HTMLParser):
    def handle_starttag(self, tag, attributes):
        if tag in ("main", "figure", "table", "svg", "details"): open_tags.append(tag)
    def handle_endtag(self, tag):
        if tag in ("main", "figure", "table", "svg", "details"): assert open_tags.pop() == tag, tag
open_tags = []
reader().feed(open("page/index.html").read())
raise SystemExit(len(open_tags))
PYTHON
: >file
status=0
"$LIPLAW" audit net.onnx points.npz --time-limit 1 -o file/below >out 2>err || status=$?
[ $status = 1 ] && [ ! -s out ] || fail "a folder that cannot be made: $status $(cat err)"

# Classes of two outputs; values.
python3 - <<'PYTHON'
import random
random.seed(1)
with open("classes.csv", "w") as classes, open("values.csv", "w") as values:
    for i in range(60):
        x = [random.gauss(0, 1) for j in range(10)]
        print(*x, int(x[0] > 0), sep=",", file=classes)
        print(*x, 3 * x[1], sep=",", file=values)
PYTHON
"$LIPLAW" audit net.onnx values.csv --time-limit 5 --json >out
holds 'a["task"] == "values" and a["accuracy"] is None and a["certified_accuracy"] == []'
"$LIPLAW" audit net.onnx classes.csv --time-limit 5 >text
grep -q "^labels: values .*--positive 1" text || fail "labels 0 and 1 of one output: $(head -2 text)"
"$LIPLAW" audit net.onnx classes.csv --time-limit 5 --positive 1 --json >out
holds 'a["task"] == "signs" and a["noise_source"] == "neighbours"'

# No time at all still tells fit and some bracket.
"$LIPLAW" audit net.onnx points.npz --time-limit 0 --json >out
holds 'a["accuracy"] == 1 and a["stopped"] == "time"'

refuse() { # STATUS TEXT ARGUMENT...
  local expected=$1 text=$2 status=0
  shift 2
  "$LIPLAW" audit "$@" >out 2>err || status=$?
  [ $status = "$expected" ] || fail "'$*' exits with $status, not $expected: $(cat err)"
  grep -qF -- "$text" err || fail "'$*': $(cat err)"
  [ ! -s out ] || fail "'$*' answers: $(cat out)"
}
printf '1,2,1\n3,4,-1\n' >small.csv
refuse 1 "the points have 2 coordinates, the network takes 10" net.onnx small.csv
refuse 1 "the points have 2 coordinates" net.onnx small.csv -o deep/er
[ ! -e deep ] || fail "an empty folder is left"
sed 's/,0$/,cat/; s/,1$/,dog/' classes.csv >words.csv
"$LIPLAW" audit net.onnx words.csv --time-limit 0 >text
first=$(head -1 words.csv | sed "s/.*,//")
grep -q "^labels: .*first appear: $first 0, " text || fail "labels in words: $(head -2 text)"
refuse 1 "missing.npz: cannot be opened" net.onnx missing.npz
refuse 1 "missing.onnx: cannot be opened" missing.onnx points.npz
refuse 2 "--flips" net.onnx points.npz --flips 2
refuse 2 "an argument is missing" net.onnx
finish
