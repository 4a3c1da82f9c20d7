#!/bin/bash
# test_command_evaluate.sh - liplaw evaluate: outputs and gradients in an npz, what it says, what it
# refuses; public networks give their reference outputs.
set -euo pipefail

/usr/bin/python3 -c 'import onnx, numpy' 2>/dev/null || { echo "skipped: python3-onnx is missing"; exit 77; }
source "$(dirname "${BASH_SOURCE[0]}")/command_test.sh"

# A network with 3 outputs, of this test's own, and data with class labels, with signs, with outputs.
/usr/bin/python3 - <<'PYTHON'
import numpy as np, onnx
from onnx import TensorProto, helper, numpy_helper
random = np.random.default_rng(3)
W, b, A = random.normal(size=(8, 4)), random.normal(size=8), random.normal(size=(3, 8))
def save(path, A):
    m = len(A)
    graph = helper.make_graph(
        [helper.make_node("Gemm", ["X", "W", "b"], ["z"], transB=1), helper.make_node("Tanh", ["z"], ["h"]),
         helper.make_node("Gemm", ["h", "A"], ["Y"], transB=1)], "g",
        [helper.make_tensor_value_info("X", TensorProto.DOUBLE, ["N", 4])],
        [helper.make_tensor_value_info("Y", TensorProto.DOUBLE, ["N", m])],
        [numpy_helper.from_array(v, k) for k, v in (("W", W), ("b", b), ("A", A))])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), path)
save("three.onnx", A)
save("one.onnx", A[:1])
X = random.normal(size=(50, 4))
h = np.tanh(X @ W.T + b)
y = h @ A.T
g = np.einsum("ok,nk,kd->nod", A, 1 - h**2, W)
noisy = y + random.normal(size=y.shape)
classes = random.integers(0, 3, 50)
signs = random.choice([-1., 1.], 50)
np.savez("classes.npz", X=X, y=classes)
np.savez("from1.npz", X=X, y=classes + 1)
np.savez("far.npz", X=X, y=classes + 7)
np.savez("signs.npz", X=X, y=signs)
np.savez("outputs.npz", X=X, y=noisy)
np.savez("bare.npz", X=X)
np.savetxt("bare.csv", X, "%.17g", ",")
np.savetxt("labelled.csv", np.c_[X, classes], "%.17g", ",")
np.savez("narrow.npz", X=X[:, :2], y=signs)
np.savez("images.npz", X=X.reshape(50, 1, 2, 2), y=classes)
np.savez("expected.npz", y=y, g=g, accuracy=(y.argmax(1) == classes).mean(), loss=((y - noisy)**2).sum(1).mean(),
         sign_accuracy=(y[:, 0] * signs > 0).mean(), sign_loss=((y[:, 0] - signs)**2).mean())
PYTHON

# call STATUS ARGUMENT...: the command's streams stand in out and err.
call() {
  local expected=$1 status=0
  shift
  "$LIPLAW" evaluate "$@" >out 2>err || status=$?
  [ $status = "$expected" ] || fail "'$*' exits with $status, not $expected: $(cat err)"
}

# holds CONDITION: Python, over out (the answer), Y (what was written) and E (what is expected).
holds() {
  /usr/bin/python3 - "$1" <<'PYTHON' || fail "not so: $1: $(cat out)"
import json, sys
import numpy as np
out, Y, E = json.load(open("out")), np.load("Y.npz"), np.load("expected.npz")
near = lambda a, b: np.shape(a) == np.shape(b) and np.max(np.abs(np.asarray(a) - b)) <= 1e-12 * np.max(np.abs(b))
sys.exit(not eval(sys.argv[1]))
PYTHON
}

# refused STATUS TEXT: one line that holds the text, and no file.
refused() {
  [ "$(wc -l <err)" = "$1" ] || fail "not $1 lines: $(cat err)"
  grep -qF -- "$2" err || fail "'$2' is not in: $(cat err)"
  [ ! -e Y.npz ] || fail "a file was left"
}

call 0 three.onnx classes.npz --gradient --json -o Y.npz
holds 'near(Y["y"], E["y"]) and near(Y["g"], E["g"])'
holds '(out["status"], out["n"], out["inputs"], out["outputs"], out["loss"]) == ("ok", 50, 4, 3, None)'
holds 'near(out["accuracy"], E["accuracy"])'
call 0 three.onnx outputs.npz --json -o Y.npz
holds 'near(out["loss"], E["loss"]) and out["accuracy"] is None and "g" not in Y'
call 0 one.onnx signs.npz --gradient --json -o Y.npz
holds 'near(Y["y"], E["y"][:, :1]) and near(Y["g"], E["g"][:, 0])'
holds 'near(out["loss"], E["sign_loss"]) and near(out["accuracy"], E["sign_accuracy"])'
call 0 three.onnx signs.npz --gradient --output 2 --json -o Y.npz
holds 'near(Y["y"], E["y"][:, 2:]) and near(Y["g"], E["g"][:, 2]) and out["outputs"] == 1'
call 0 three.onnx signs.npz --gradient --output 2-0 --json -o Y.npz
holds 'near(Y["y"][:, 0], E["y"][:, 2] - E["y"][:, 0]) and near(Y["g"], E["g"][:, 2] - E["g"][:, 0])'
call 0 three.onnx classes.npz --gradient --precision f32 --json -o Y.npz
holds 'np.abs(Y["y"] - E["y"]).max() < 1e-5 and np.abs(Y["g"] - E["g"]).max() < 1e-5 and not near(Y["y"], E["y"])'
holds 'all((Y[k] == Y[k].astype(np.float32)).all() for k in "yg")'
call 0 three.onnx signs.npz --gradient --precision f32 --output 2-0 --json -o Y.npz
holds 'np.abs(Y["g"] - E["g"][:, 2] + E["g"][:, 0]).max() < 1e-5'
holds 'near(out["largest_gradient"], np.linalg.norm(Y["g"], axis=1).max())' # a g of one output is n x d
# Points without labels: outputs, gradients, neither loss nor accuracy. Text of as many columns as inputs has no labels.
for data in bare.npz bare.csv; do
  call 0 three.onnx $data --gradient --json -o Y.npz
  holds 'near(Y["y"], E["y"]) and near(Y["g"], E["g"])'
  holds 'out["loss"] is None and out["accuracy"] is None and out["labels"] == 0'
  holds 'near(out["largest_gradient"], np.linalg.norm(E["g"], axis=2).max())'
  holds 'out["largest_gradient_point"] == np.linalg.norm(E["g"], axis=2).max(1).argmax()'
done
call 0 three.onnx labelled.csv --json -o Y.npz
holds 'near(out["accuracy"], E["accuracy"]) and out["labels"] == 1 and out["largest_gradient"] is None'
call 0 three.onnx from1.npz --json -o Y.npz
holds 'near(out["accuracy"], E["accuracy"])'
call 0 three.onnx far.npz -o Y.npz
grep -qF 'neither loss nor accuracy: the labels are' out || fail "the text: $(cat out)"
call 0 three.onnx bare.csv --gradient -o Y.npz
grep -qF 'no labels: neither loss nor accuracy' out || fail "the text: $(cat out)"
grep -qE '^largest gradient [0-9.]+, at point [0-9]+$' out || fail "the text: $(cat out)"
"$LIPLAW" measure three.onnx --data bare.csv --domain data:bare.npz,0.1 --no-search >out || fail "measure asks for labels"
if "$LIPLAW" lstar bare.npz 2>err; then fail "L* without labels"; fi
grep -qF "there is no 'y.npy'" err || fail "lstar: $(cat err)"
call 0 three.onnx classes.npz -o Y.npz
grep -qF '50 points, 4 inputs, 3 outputs' out || fail "the text: $(cat out)"
rm Y.npz

call 1 three.onnx narrow.npz -o Y.npz
refused 1 "narrow.npz has 2 columns of data, three.onnx takes 4 inputs"
call 1 no-such.onnx signs.npz -o Y.npz
refused 1 "no-such.onnx"
call 1 three.onnx no-such.npz -o Y.npz
refused 1 "no-such.npz"
call 1 signs.npz signs.npz -o Y.npz
refused 1 "signs.arch.json"
call 1 three.onnx signs.npz -o no-such-folder/Y.npz
refused 1 "no-such-folder/Y.npz"
# Points as images are their numbers in a row; "all" is what is taken without --output.
call 0 three.onnx images.npz --output all -o Y.npz --json
holds 'near(Y["y"], E["y"])'
rm Y.npz

for output in 3 0-3 1-1 x 1- -1 1-2-3 99999999999999999999999; do
  call 2 three.onnx signs.npz --output=$output -o Y.npz
  refused 1 "--output: '$output' is neither I nor I-J"
done
call 2 three.onnx signs.npz --precision f16 -o Y.npz
refused 1 "f16"
call 2 three.onnx signs.npz
call 2 three.onnx -o Y.npz

# Public networks give their reference outputs; what has no constant is refused by node and operator.
public=$LIPLAW_TESTDATA
if [ -d "$public/onnx" ]; then
  /usr/bin/python3 - "$LIPLAW" "$public" <<'PYTHON' || failures=$((failures + 1))
import pathlib, subprocess, sys
import numpy as np
liplaw, public = sys.argv[1], pathlib.Path(sys.argv[2])
read = refused = failed = 0
for net in sorted((public / "onnx").rglob("*.onnx")):
    name = "__".join(net.relative_to(public).with_suffix("").parts)
    if name == "onnx__layer-zoo__maxpool":
        continue  # its reference leaves ceil_mode out; see test_onnx_networks.c
    reference = public / "ref" / "io" / (name + ".npz")
    x, y = np.zeros((3, 1)), np.zeros((3, 1))
    if reference.exists():
        x, y = (np.load(reference)[k].reshape(3, -1) for k in "xy")
    np.savez("public.npz", X=x, y=y)
    run = subprocess.run([liplaw, "evaluate", net, "public.npz", "-o", "Y.npz"], capture_output=True, text=True)
    if net.parent.name != "refuse":
        good = run.returncode == 0
        if good:
            ours = np.load("Y.npz")["y"]
            good = ours.shape == y.shape and np.max(np.abs(ours - y)) <= 1e-9 * np.max(np.abs(y))
        read += 1
    else:
        good = run.returncode == 1 and run.stderr.count("\n") == 1 and net.name in run.stderr and "(Mul)" in run.stderr
        refused += 1
    if not good:
        print("FAILED:", name, run.stderr)
        failed += 1
print(f"{read} public networks read, {refused} refused")
sys.exit(failed > 0 or read < 50)
PYTHON
else
  echo "skipped the public networks: $public is absent"
fi

finish
