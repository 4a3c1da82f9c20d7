#!/bin/bash
# test_command_measure.sh - liplaw measure from the outside: JSON, text, numbers against numpy,
# domains, bad options, time limit, Ctrl-C.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/command_test.sh"

# refused STATUS WORD ARGUMENT...: exits so, says the word in one line, prints nothing else
refused() {
  local expected=$1 word=$2 status=0
  shift 2
  "$LIPLAW" measure "$@" >out 2>err || status=$?
  [ $status = "$expected" ] || fail "'$*' exits with $status, not $expected"
  grep -qF -e "$word" err || fail "'$*' does not say '$word': $(cat err)"
  [ "$(wc -l <err)" = 1 ] || fail "'$*' says more than one line: $(cat err)"
  [ ! -s out ] || fail "'$*' prints $(cat out)"
}

"$LIPLAW" sample gaussian --n 100 --d 10 --seed 3 -o x.npz >/dev/null
"$LIPLAW" train x.npz -k 30 --steps 30 -o net.onnx >/dev/null

# The keys of the contract, and what must be so in any answer.
"$LIPLAW" measure net.onnx --data x.npz --json >out 2>err
[ ! -s err ] || fail "messages where all is well: $(cat err)"
for key in lower upper ratio exact stopped norm domain lower_method upper_method certified \
  proxy_random proxy_data seconds layers parameters bounds witness; do
  holds "'$key' in a"
done
holds "a['status'] == 'ok' and a['stopped'] in ('done', 'gap') and a['norm'] == '2' and a['domain'] == 'space'"
holds "a['layers'] == 2 and a['parameters'] == 30 * 10 + 30 + 30 + 1 and len(a['witness']) == 10"
holds "0 < a['proxy_data'] <= a['lower'] <= a['upper'] and a['proxy_random'] <= a['lower']"
holds "a['ratio'] == a['upper'] / a['lower'] and a['certified'] is True"
holds "{'random', 'data', 'ascent', 'path-norm', 'product', 'semidefinite'} <= {b['method'] for b in a['bounds']}"
holds "abs(a['lower'] / max(b['value'] for b in a['bounds'] if b['side'] == 'lower') - 1) < 1e-9"
holds "abs(a['upper'] / min(b['value'] for b in a['bounds'] if b['side'] == 'upper') - 1) < 1e-9"
cp out answer
holds "abs(math.hypot(*a['direction']) - 1) < 1e-12 and a['infinite'] is False"

# documented COMMAND: the keys of the object in out are those of the table in docs/formats.md.
documented() {
  python3 - "$1" "$LIPLAW_SOURCE/docs/formats.md" <<'PYTHON' || fail "keys of $1 and docs/formats.md"
import json, re, sys
def keys(value, prefix=""):
    for key in value:
        yield prefix + key
        for part in value[key] if isinstance(value[key], list) else [value[key]]:
            if isinstance(part, dict):
                yield from keys(part, prefix + key + ".")
table = open(sys.argv[2]).read().split("| key of `%s` |" % sys.argv[1])[1].split("\n\n")[0]
cells = [line.split("|")[1] for line in table.split("\n")[2:]]
told = {key for cell in cells for key in re.findall("`([^`]+)`", cell)}
printed = set(keys(json.load(open("out"))))
if printed - told or told - printed - {"error"}:
    sys.exit("not told: %s; not printed: %s" % (printed - told, told - printed - {"error"}))
PYTHON
}
documented measure
for method in $(python3 -c "import json; print(*{b['method'] for b in json.load(open('answer'))['bounds']})"); do
  grep -q "^| \`$method\` |" "$LIPLAW_SOURCE/docs/theory.md" || fail "docs/theory.md has no $method"
done
"$LIPLAW" measure net.onnx --certificate certificate.npz >/dev/null
"$LIPLAW" check net.onnx certificate.npz --json >out
documented check

# The numbers, from the file's own tensors.
if /usr/bin/python3 -c 'import numpy, onnx' 2>/dev/null; then
  /usr/bin/python3 - <<'PYTHON' || fail "numpy finds other numbers"
import json, sys
import numpy as np, onnx
from onnx import numpy_helper
def check(value, expected):
    if not abs(value - expected) <= 1e-9 * abs(expected):
        sys.exit("%.17g is not %.17g" % (value, expected))
a = json.load(open("answer"))
tensors = [numpy_helper.to_array(t).astype(float) for t in onnx.load("net.onnx").graph.initializer]
W = next(t for t in tensors if t.ndim == 2 and t.shape[0] != 1 and t.shape[1] != 1)
out = next(t for t in tensors if t.size == 30 and t.ndim == 2).ravel()
b = next(t for t in tensors if t.size == 30 and t.ndim == 1)
W = W if W.shape == (30, 10) else W.T
def gradients(X):
    return ((X @ W.T + b > 0) * out) @ W
bounds = {x["method"]: x["value"] for x in a["bounds"]}
check(a["lower"], np.linalg.norm(gradients(np.array(a["witness"])[None])))
check(a["proxy_data"], np.linalg.norm(gradients(np.load("x.npz")["X"]), axis=1).max())
check(bounds["path-norm"], np.abs(out) @ np.linalg.norm(W, axis=1))
check(bounds["product"], np.linalg.norm(out) * np.linalg.norm(W, 2))
PYTHON
else
  echo "skipped: no numpy or no onnx for python"
fi

# Text says what it is, and the bracket first.
"$LIPLAW" measure net.onnx --domain sphere:2 >out
sed -n 2p out | grep -q '^certified bracket, norm 2, on sphere:2: \[[0-9.]*, [0-9.]*\]$' ||
  fail "no bracket in the second line: $(cat out)"
for word in estimate certified random ascent path-norm product relu sphere:2; do
  grep -q "$word" out || fail "the text does not say $word"
done
cp out first
"$LIPLAW" measure net.onnx --domain sphere:2 >out
sed 's/; [0-9.]* s$//' out | cmp -s - <(sed 's/; [0-9.]* s$//' first) || fail "another run, another answer"

# The proxies are the same on every domain; the witness is in it.
for domain in ball:0.5 sphere:3; do
  "$LIPLAW" measure net.onnx --data x.npz --domain $domain --json >out
  holds "[a[k] for k in ('proxy_random', 'proxy_data')] ==
    [json.load(open('answer'))[k] for k in ('proxy_random', 'proxy_data')]"
  holds "a['domain'] == '$domain' and
    math.hypot(*a['witness']) <= float('${domain#*:}') * (1 + 1e-14)"
done

# The direction at the witness, in every norm, and that of the certificate.
for norm in 1 inf; do
  "$LIPLAW" measure net.onnx --norm $norm --json >out
  holds "abs({'1': sum, 'inf': max}['$norm'](map(abs, a['direction'])) - 1) < 1e-12"
done

# Infinite, and told so; no certificate can say that.
"$LIPLAW" train x.npz -k 5 --activation square --steps 5 -o square.onnx >/dev/null
"$LIPLAW" measure square.onnx --json >out
holds "a['upper'] == 'inf' and a['ratio'] == 'inf' and a['upper_method'] == 'none' and not a['exact']"
holds "a['infinite'] is True and 0 < a['lower'] < 1e9 and a['direction'] is None"
"$LIPLAW" measure square.onnx >out
grep -q '^the constant is infinite: the slope of node 2.* (square) grows without bound on the space' out ||
  fail "not told to be infinite: $(cat out)"
status=0
"$LIPLAW" measure square.onnx --certificate none.npz --json >out 2>err || status=$?
[ $status = 1 ] && [ "$(wc -l <err)" = 1 ] && [ ! -e none.npz ] || fail "$status, $(cat err)"
holds "a['status'] == 'failed' and 'infinite' in a['error'] and a['infinite'] is True"
"$LIPLAW" measure square.onnx --domain ball --json >out
holds "a['lower'] <= a['upper'] < 1e9 and a['domain'] == 'ball:1'"

# What is not there, or not yet.
refused 2 "none of space, ball[:R], sphere[:R], box:LO,HI, data:FILE,R" net.onnx --domain cube:0,1
refused 2 "not box:LO,HI" net.onnx --domain box:1,0
refused 2 "not data:FILE,R" net.onnx --domain data:x.npz
refused 2 "radius" net.onnx --domain ball:-1
refused 2 "none of 2|1|inf" net.onnx --norm 3
refused 2 "arc length" net.onnx --norm inf --domain sphere
refused 2 "I and J different; the network has 1 output, counted from 0" net.onnx --output 0-0
refused 2 "gap" net.onnx --gap -1
refused 2 "counted from 0" net.onnx --output 1
refused 2 "random-points" net.onnx --random-points 0
refused 1 "absent.onnx" absent.onnx
refused 1 "x.npz" x.npz
refused 1 "absent.npz" net.onnx --data absent.npz
"$LIPLAW" sample gaussian --n 5 --d 11 -o wide.npz >/dev/null
refused 1 "11 inputs" net.onnx --data wide.npz

# --mean is no part of the network, and nobody is left in the belief that it is.
"$LIPLAW" measure net.onnx --mean 1 --scale 5 --json >out 2>err
holds "a['upper'] == json.load(open('answer'))['upper']"
[ "$(wc -l <err)" = 1 ] && grep -q 'never on the network' err || fail "no warning: $(cat err)"

# A time limit, and Ctrl-C, are results.
"$LIPLAW" measure net.onnx --time-limit 0.2 --random-points 1e9 --json >out
holds "a['status'] == 'ok' and a['stopped'] == 'time' and a['lower'] > 0 and a['proxy_random'] is None"
holds "a['seconds'] < 10"
python3 - "$LIPLAW" >out <<'PYTHON' || fail "Ctrl-C is no success"
import signal, subprocess, sys, time
run = subprocess.Popen([sys.argv[1], "measure", "net.onnx", "--random-points", "1e9", "--json"])
time.sleep(1)
run.send_signal(signal.SIGINT)
sys.exit(run.wait(timeout=30))
PYTHON
holds "a['status'] == 'interrupted' and a['stopped'] == 'interrupt' and 0 < a['lower'] <= a['upper']"

finish
