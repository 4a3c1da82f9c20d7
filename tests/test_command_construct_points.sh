#!/bin/bash
# test_command_construct_points.sh - liplaw construct mcshane, rbf, projected, counterexample: numpy
# computes the same functions from the data alone, and from the files; what cannot be is refused.
set -euo pipefail

/usr/bin/python3 -c 'import onnx, numpy' 2>/dev/null || { echo "skipped: python3-onnx is missing"; exit 77; }
source "$(dirname "${BASH_SOURCE[0]}")/command_test.sh"

# call STATUS ARGUMENT...: the command's streams stand in out and err.
call() {
  local expected=$1 status=0
  shift
  "$LIPLAW" "$@" >out 2>err || status=$?
  [ $status = "$expected" ] || fail "'$*' exits with $status, not $expected: $(cat err)"
}

refused() {
  [ "$(wc -l <err)" = 1 ] || fail "not one line: $(cat err)"
  grep -qF -- "$1" err || fail "'$1' is not in: $(cat err)"
}

/usr/bin/python3 - <<'PYTHON'
import numpy as np
random = np.random.default_rng(5)
X = random.normal(size=(14, 6)) / np.sqrt(6)
y = random.choice([-1., 1.], 14)
np.savez("data.npz", X=X, y=y)
near = X[random.integers(0, 14, 300)] + 10 ** random.uniform(-6, 0, (300, 1)) * random.normal(size=(300, 6))
np.savez("points.npz", X=near, y=np.zeros(300))
near.tofile("points.x")
np.savez("twice.npz", X=X[[0, 1, 2, 1]], y=[1, 1, -1, -1])
PYTHON

for kind in mcshane rbf projected counterexample; do
  options=
  [ $kind = projected ] && options="--dimensions 2"
  [ $kind = counterexample ] && options="--cells 5"
  call 0 construct $kind data.npz $options --json -o $kind.onnx
  cp out $kind.json
  call 0 evaluate $kind.onnx points.npz --gradient -o $kind.npz
  mkdir $kind && cp $kind.onnx $kind/net.onnx && cp points.x $kind/net.x
  /usr/bin/python3 -B "$here/evaluate_onnx.py" $kind || fail "$kind: numpy does not run the file"
done

/usr/bin/python3 - <<'PYTHON' || fail "the constructions are not those of numpy"
import json
import numpy as np
data, points = np.load("data.npz"), np.load("points.npz")["X"]
X, y, n, d = data["X"], data["y"], *data["X"].shape

def apart(a, b):
    return np.linalg.norm(a[:, None] - b, axis=2)

def least(P):
    return apart(P, P)[np.triu_indices(n, 1)].min()

def tents(P, Q):
    return np.maximum(0, 1 - 2 * apart(Q, P) / least(P)) @ y

pairs = np.triu_indices(n, 1)
lstar = (np.abs(y[:, None] - y)[pairs] / apart(X, X)[pairs]).max()
width = 1 / (100 * d ** 1.5)
cells = np.array([[1 if c >> k & 1 else -1 for k in range(5)] for c in range(32)])
from_cells = np.linalg.norm(np.maximum(0, width - points[:, None, :5] * cells), axis=2)
expected = {"mcshane": (lstar, n * (d + 1) + 1, (y + lstar * apart(points, X)).min(1)),
            "rbf": (2 / least(X), n * (d + 1), tents(X, points)),
            "projected": (2 / least(X[:, :2]), n * 3, tents(X[:, :2], points[:, :2])),
            "counterexample": (1 / width, 1, None)}
for kind, (constant, parameters, f) in expected.items():
    answer, found = json.load(open(kind + ".json")), np.load(kind + ".npz")
    values = found["y"][:, 0]
    if kind == "counterexample":  # the labels of the cells are the values at their middles
        import subprocess
        np.savez("middles.npz", X=np.hstack([cells, np.ones((32, 1))]), y=np.zeros(32))
        subprocess.run([__import__("os").environ["LIPLAW"], "evaluate", "counterexample.onnx", "middles.npz", "-o",
                        "labels.npz"], check=True, capture_output=True)
        labels = np.load("labels.npz")["y"][:, 0]
        assert set(np.round(labels, 12)) == {-1, 1}
        f = np.minimum(1, (np.round(labels) + from_cells / width).min(1))
        assert answer["fitted"] >= .75
    else:
        assert answer["fitted"] == 1 and answer["max_error"] <= 1e-12
    assert abs(answer["lipschitz_predicted"] / constant - 1) <= 1e-12, kind
    assert answer["exact"] and answer["domain"] == "space" and answer["parameters"] == parameters, kind
    assert np.abs(values - f).max() <= 1e-12 * max(1, constant), kind
    assert np.abs(values - np.fromfile(kind + "/net.y")).max() <= 1e-12 * max(1, constant), kind
    assert np.linalg.norm(found["g"], axis=1).max() <= constant * (1 + 1e-9), kind
PYTHON

for kind in mcshane rbf counterexample; do
  rm -f refused.onnx
  call 1 construct $kind twice.npz -o refused.onnx
  refused "points 1 and 3 are equal and have labels 1 and -1"
  call 1 measure $kind.onnx
  refused "lipschitz_predicted"
  grep -q "node '[a-z]*[0-9]'" err || fail "no node: $(cat err)"
  [ ! -e refused.onnx ] || fail "a file was left"
done
call 2 construct projected data.npz --dimensions 7 -o refused.onnx
refused "the points have 1 to 6"
call 1 construct counterexample data.npz -o refused.onnx
refused "14 points need 11 coordinates, the data have 6"
finish
