#!/usr/bin/python3
"""make_onnx.py FOLDER - chains as other exporters make them, and broken files, for the tests of the reader; see
onnx_files.py."""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
import onnx_files
from onnx_files import f32, model, node, refused, relu

random = np.random.default_rng(7)
W1, b1 = random.normal(size=(6, 4)), random.normal(size=6)
W2, b2 = random.normal(size=(3, 6)), random.normal(size=3)
x = random.normal(size=(5, 4))


def read(name, net, y, points=x):
    onnx_files.read(name, net, y, points)


G, g = (f32(W1), f32(b1)), (f32(W2), f32(b2))
two_layers = relu(x @ G[0].T + G[1]) @ g[0].T + g[1]
chain = [node("Gemm", ["X", "W1", "b1"], ["z"], transB=1, name="first"),
         node("Relu", ["z"], ["h"], name="bend"),
         node("Gemm", ["h", "W2", "b2"], ["Y"], transB=1, name="last")]
weights = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}

read("plain", model(chain, weights), two_layers)
read("nodes-in-reverse", model(chain[::-1], weights), two_layers)
read("initialisers-also-inputs", model(chain, weights, also_inputs=True), two_layers)
read("typed-data", model(chain, weights, typed=True), two_layers)
read("typed-doubles", model(chain, weights, typed=True, dtype=np.float64), relu(x @ W1.T + b1) @ W2.T + b2)
read("fixed-rows", model(chain, weights, shape=(1, 4)), two_layers)
for opset in (7, 9, 11, 14, 17, 20):
    read(f"opset-{opset}", model(chain, weights, opset=opset), two_layers)
read("matmul-add", model([node("MatMul", ["X", "W1"], ["a"]), node("Add", ["b1", "a"], ["z"]),
                          node("Relu", ["z"], ["h"]), node("MatMul", ["h", "W2"], ["c"]),
                          node("Add", ["c", "b2"], ["Y"])],
                         {"W1": W1.T, "b1": b1, "W2": W2.T, "b2": b2[None, :]}), two_layers)
read("gemm-alpha-beta", model([node("Gemm", ["X", "W", "c"], ["Y"], alpha=0.5, beta=-2.0)],
                              {"W": W1.T, "c": [1.5]}, size=6), 0.5 * x @ G[0].T - 3)
read("gemm-without-c", model([node("Gemm", ["X", "W"], ["Y"])], {"W": W1.T}, size=6), x @ G[0].T)
read("gemm-empty-c", model([node("Gemm", ["X", "W", ""], ["Y"])], {"W": W1.T}, size=6), x @ G[0].T)
read("constants-as-nodes",
     model([node("Constant", [], ["W2"], value=numpy_helper.from_array(np.float32(W2)))] + chain +
           [node("Constant", [], ["b2"], value=numpy_helper.from_array(np.float32(b2)))],
           {"W1": W1, "b1": b1}), two_layers)

# batch normalisation after, between and before the affine maps; scales and shifts
gamma, beta, mean, var = random.normal(size=(3, 6)).tolist() + [random.uniform(0.1, 2, size=6)]
norm = {"gamma": np.array(gamma), "beta": np.array(beta), "mean": np.array(mean), "var": var}
N = {k: f32(v) for k, v in norm.items()}
eps = np.float64(np.float32(1e-3))


def bn(t):
    return N["gamma"] * (t - N["mean"]) / np.sqrt(N["var"] + eps) + N["beta"]


def bn_node(source, target, **more):
    return node("BatchNormalization", [source, "gamma", "beta", "mean", "var"], [target], name="norm",
                epsilon=1e-3, **more)


read("batch-norm-before-activation",
     model([chain[0], bn_node("z", "n"), node("Relu", ["n"], ["h"]), chain[2]], {**weights, **norm}),
     relu(bn(x @ G[0].T + G[1])) @ g[0].T + g[1])
read("batch-norm-after-activation",
     model([chain[0], chain[1], bn_node("h", "n"), node("Gemm", ["n", "W2", "b2"], ["Y"], transB=1)],
           {**weights, **norm}), bn(relu(x @ G[0].T + G[1])) @ g[0].T + g[1])
read("batch-norm-at-the-end", model([chain[0], bn_node("z", "Y")], {**weights, **norm}, size=6),
     bn(x @ G[0].T + G[1]))
read("arithmetic",
     model([node("Sub", ["X", "m"], ["a"]), node("Div", ["a", "s"], ["b"]), node("Mul", ["two", "b"], ["c"]),
            node("Gemm", ["c", "W1", "b1"], ["z"], transB=1), node("Mul", ["z", "half"], ["u"]),
            node("Tanh", ["u"], ["h"]), node("Sub", ["one", "h"], ["v"]), node("Gemm", ["v", "W2", "b2"], ["w"], transB=1),
            node("Add", ["w", "one"], ["Y"])],
           {**weights, "m": np.array([1., 2, 3, 4]), "s": np.array([[4., 5, 6, 7]]), "two": np.array(2.),
            "half": np.array([.5]), "one": np.array(1.)}),
     (1 - np.tanh(.5 * (2 * (x - [1, 2, 3, 4]) / [4, 5, 6, 7] @ G[0].T + G[1]))) @ g[0].T + g[1] + 1)

# activations; without a matrix before them; the square
for name, op, psi, more in [("abs", "Abs", np.abs, {}), ("tanh", "Tanh", np.tanh, {}),
                            ("softplus", "Softplus", lambda t: np.logaddexp(t, 0), {}),
                            ("sigmoid", "Sigmoid", lambda t: 1 / (1 + np.exp(-t)), {}),
                            ("leaky-default", "LeakyRelu", lambda t: np.where(t < 0, np.float64(np.float32(.01)) * t, t), {}),
                            ("leaky", "LeakyRelu", lambda t: np.where(t < 0, .25 * t, t), {"alpha": .25})]:
    read(name, model([chain[0], node(op, ["z"], ["h"], **more), chain[2]], weights),
         psi(x @ G[0].T + G[1]) @ g[0].T + g[1])
    read(name + "-alone", model([node(op, ["X"], ["Y"], **more)], {}, size=4), psi(x))
read("square", model([chain[0], node("Mul", ["z", "z"], ["h"]), chain[2]], weights),
     (x @ G[0].T + G[1]) ** 2 @ g[0].T + g[1])
for p in (1, 2, 5):
    read(f"power-{p}", model([chain[0], node("Pow", ["z", "p"], ["h"]), chain[2]], {**weights, "p": np.array(float(p))}),
         (x @ G[0].T + G[1]) ** p @ g[0].T + g[1])
for name, p, why in [("half", [.5], "whole number"), ("zeroth", [0.], "whole number"), ("mixed", [1., 2, 2, 2], "differ")]:
    refused(f"power-{name}", model([node("Pow", ["X", "p"], ["Y"], name="up")], {"p": np.array(p)}, size=4), why)
refused("power-of-constant", model([node("Pow", ["p", "X"], ["Y"], name="up")], {"p": np.array(2.)}, size=4), "first input")
read("prelu", model([chain[0], node("PRelu", ["z", "s"], ["h"]), chain[2]], {**weights, "s": np.array([.5])}),
     np.where(x @ G[0].T + G[1] < 0, .5, 1) * (x @ G[0].T + G[1]) @ g[0].T + g[1])
read("identities", model([node("Identity", ["X"], ["a"]), node("Relu", ["a"], ["b"]), node("Relu", ["b"], ["c"]),
                          node("Identity", ["c"], ["Y"])], {}, size=4), relu(x))
read("nothing-but-a-shift", model([node("Add", ["X", "c"], ["Y"])], {"c": np.arange(4.)}, size=4), x + np.arange(4))
read("matrix-after-matrix", model([node("MatMul", ["X", "A"], ["a"]), node("MatMul", ["a", "B"], ["Y"])],
                                  {"A": W1.T, "B": W2.T}), x @ G[0].T @ g[0].T)

# images: flattened, reshaped, shifted by channel
image = random.normal(size=(3, 2, 3, 2))
V = random.normal(size=(2, 12))
flat = image.reshape(3, 12)
for name, middle, more in [("flatten", node("Flatten", ["c"], ["f"]), {}),
                           ("flatten-negative-axis", node("Flatten", ["c"], ["f"], axis=-3), {}),
                           ("reshape", node("Reshape", ["c", "to"], ["f"]), {"to": np.array([-1, 12])}),
                           ("reshape-keeps-rows", node("Reshape", ["c", "to"], ["f"]), {"to": np.array([0, -1])})]:
    shift = random.normal(size=(2, 1, 1))
    read(name, model([node("Sub", ["X", "s"], ["c"]), middle, node("Gemm", ["f", "V"], ["Y"], transB=1)],
                     {"s": shift, "V": V, **more}, shape=("N", 2, 3, 2), size=2),
         (image - f32(shift)).reshape(3, 12) @ f32(V).T, flat)
c = {k: np.array(v[:2]) for k, v in norm.items()}
d = {k: f32(v)[:, None, None] for k, v in c.items()}
read("batch-norm-of-channels",
     model([bn_node("X", "c"), node("Flatten", ["c"], ["f"]), node("Gemm", ["f", "V"], ["Y"], transB=1)],
           {**c, "V": V}, shape=("N", 2, 3, 2), size=2),
     (d["gamma"] * (image - d["mean"]) / np.sqrt(d["var"] + eps) + d["beta"]).reshape(3, 12) @ f32(V).T, flat)
vector = model([node("MatMul", ["A", "X"], ["a"]), node("Add", ["a", "b"], ["Y"])], {"A": W1, "b": b1}, shape=(4,), declared=(6,))
read("one-vector", vector, x @ G[0].T + G[1])

# every dimension fixed: all of it is one point
pairs = x.reshape(5, 2, 2)
A, c = random.normal(size=(2, 3)), random.normal(size=(2, 3))
read("list-of-vectors", model([node("Gemm", ["X", "A", "c"], ["Y"])], {"A": A, "c": c}, shape=(2, 2), size=3),
     (pairs @ f32(A) + f32(c)).reshape(5, 6))
read("open-list-of-vectors", model([node("MatMul", ["X", "A"], ["z"]), node("Relu", ["z"], ["Y"])], {"A": A}, shape=("N", 2, 2), declared=("N", 2, 3)),
     relu(pairs @ f32(A)).reshape(5, 6))
read("fixed-flatten", model([node("Flatten", ["X"], ["f"], axis=0), node("Gemm", ["f", "W1", "b1"], ["Y"], transB=1)],
                            {"W1": W1, "b1": b1}, shape=(2, 2), size=6), x @ G[0].T + G[1])
read("fixed-reshape", model([node("Reshape", ["X", "to"], ["f"]), node("Gemm", ["f", "W1", "b1"], ["Y"], transB=1)],
                            {"W1": W1, "b1": b1, "to": np.array([1, -1])}, shape=(2, 2), size=6), x @ G[0].T + G[1])

# distances from centers, lengths of groups, the least entry: as we write them, and as others might
C, r = random.normal(size=(6, 4)), random.normal(size=6)
C[1] = C[0]
apart = np.linalg.norm(x[:, None] - C, axis=2)
from_center = np.linalg.norm(x[:, None] - C[:1], axis=2)
doubles = {"C": C, "r": r, "s": np.array([-1.5]), "one": np.array([1]), "last": np.array([-1])}
tents = [node("Unsqueeze", ["X", "one"], ["u"]), node("Sub", ["u", "C"], ["v"], name="minus"),
         node("ReduceL2", ["v"], ["l"], axes=[2], keepdims=0, name="length"), node("Mul", ["l", "s"], ["m"]),
         node("Add", ["m", "r"], ["z"]), node("Relu", ["z"], ["Y"])]


def changed(i, other):
    return tents[:i] + [other] + tents[i + 1:]


def maps(nodes, constants=None, **more):
    return model(nodes, constants or doubles, dtype=np.float64, **{"size": 6, **more})


read("distances", maps(tents), relu(-1.5 * apart + r))
read("distances-fixed", maps(tents, shape=(1, 4)), relu(-1.5 * apart + r))
read("distances-turned", maps(changed(1, node("Sub", ["C", "u"], ["v"]))), relu(-1.5 * apart + r))
read("distances-of-rank-3", maps(tents, {**doubles, "C": C[None]}), relu(-1.5 * apart + r))
read("distances-add-turned", maps(changed(4, node("Add", ["r", "m"], ["z"]))), relu(-1.5 * apart + r))
read("distances-scale-turned", maps(changed(3, node("Mul", ["s", "l"], ["m"]))), relu(-1.5 * apart + r))
read("distances-add-then-scale", maps(tents[:3] + [node("Add", ["r", "l"], ["m"]), node("Mul", ["m", "s"], ["z"]), tents[5]]),
     relu(-1.5 * (apart + r)))
read("distances-scales-differ", maps(tents, {**doubles, "s": np.arange(6.)}), relu(np.arange(6) * apart + r))
read("distances-negative-axes", maps([node("Unsqueeze", ["X"], ["u"], axes=[-2]), tents[1],
                                      node("ReduceL2", ["v"], ["l"], axes=[-1], keepdims=0)] + tents[3:], opset=11),
     relu(-1.5 * apart + r))
read("distances-axes-as-input", maps(changed(2, node("ReduceL2", ["v", "last"], ["l"], keepdims=0)), opset=18),
     relu(-1.5 * apart + r))
read("distances-keepdims", maps([tents[0], tents[1], node("ReduceL2", ["v"], ["w"], axes=[2]),
                                 node("Flatten", ["w"], ["l"])] + tents[3:]), relu(-1.5 * apart + r))
read("one-distance", maps([tents[0], tents[1], node("ReduceL2", ["v"], ["Y"], axes=[2], keepdims=0)],
                          {**doubles, "C": C[:1]}, size=1), from_center)
read("distances-after-a-shift", maps([node("Sub", ["X", "t"], ["a"]), node("Unsqueeze", ["a", "one"], ["u"])] + tents[1:],
                                     {**doubles, "t": C[2]}),
     relu(-1.5 * np.linalg.norm(x[:, None] - C[2] - C, axis=2) + r))
read("groups", maps([node("Reshape", ["X", "to"], ["g"]), node("ReduceL2", ["g"], ["l"], axes=[2], keepdims=0),
                     node("Add", ["l", "t"], ["Y"])], {"to": np.array([0, 2, 2]), "t": np.array([1., 2])}, size=2),
     np.linalg.norm(x.reshape(5, 2, 2), axis=2) + [1, 2])
read("length", maps([node("ReduceL2", ["X"], ["l"], axes=[1]), node("Tanh", ["l"], ["Y"])], {"t": np.array(1.)}, size=1),
     np.tanh(np.linalg.norm(x, axis=1, keepdims=True)))
read("least", maps([node("ReduceMin", ["X"], ["l"], axes=[1]), node("Add", ["l", "t"], ["a"]), node("Mul", ["a", "t"], ["Y"])],
                   {"t": np.array([.75])}, size=1), (x.min(axis=1, keepdims=True) + .75) * .75)
read("differences-alone", maps(tents[:1] + [node("Sub", ["u", "C"], ["Y"])], declared=("N", 6, 4)), (x[:, None] - C).reshape(5, -1))
read("differences-bent", maps(tents[:2] + [node("Relu", ["v"], ["Y"], name="bend")], declared=("N", 6, 4)), relu(x[:, None] - C).reshape(5, -1))
refused("lengths-beside-others", maps(tents + [node("MatMul", ["Y", "V"], ["y"]), node("Add", ["y", "X"], ["out"])],
                                      {**doubles, "V": W1}, outputs=("out",), size=4), "'length': lengths (ReduceL2) and least entries (ReduceMin) are supported in chains")
refused("length-of-the-points", maps([node("ReduceL2", ["X"], ["Y"], axes=[0], name="norm")]), "'norm' (ReduceL2): axis 0")
refused("length-without-axes", maps([node("ReduceL2", ["X"], ["Y"], name="norm")]), "it has no axes")
read("length-without-a-dimension", maps([node("ReduceL2", ["X"], ["Y"], axes=[1], keepdims=0, name="norm")], declared=("N",)), np.linalg.norm(x, axis=1))
refused("several-least-entries", maps([node("Reshape", ["X", "to"], ["g"]), node("ReduceMin", ["g"], ["Y"], axes=[2], name="least")],
                                      {"to": np.array([0, 2, 2])}), "2 least entries")
refused("unsqueezed-points", maps([node("Unsqueeze", ["X", "zero"], ["Y"], name="up")], {"zero": np.array([0])}), "points of a batch")
refused("centers-of-another-width", maps(tents, {**doubles, "C": C[:, :3]}), "'minus' (Sub)")
refused("centers-not-finite", maps(tents, {**doubles, "C": C * np.inf}), "'C': its entry 0 is")

# what is refused
refused("another-operator", model([chain[0], node("Softsign", ["z"], ["h"], name="bend it"), chain[2]], weights),
        "'bend it' (Softsign)")
refused("no-node-name", model([node("Softsign", ["X"], ["Y"])], {}), "output 'Y' (Softsign)")
refused("another-domain", model([node("Relu", ["X"], ["Y"], domain="com.example", name="odd")], {}), "'odd' (Relu)")
refused("second-input", model(chain, weights, inputs=("X", "X2")), "'X2'")
refused("second-output", model(chain, weights, outputs=("Y", "h")), "2 outputs")
refused("no-output", model(chain, weights, outputs=()), "0 outputs")
read("branch", model(chain[:2] + [node("Add", ["z", "h"], ["Y"], name="skip")], weights, size=6),
     x @ G[0].T + G[1] + relu(x @ G[0].T + G[1]))
refused("join", model(chain[:2] + [node("Add", ["h", "elsewhere"], ["Y"], name="sum")], weights), "'elsewhere'")
refused("loop", model([node("Relu", ["X"], ["a"], name="in"), node("Add", ["a", "c"], ["a"], name="round")],
                      {"c": np.array(1.)}), "'round' (Add)")
refused("dead-end", model([node("Relu", ["X"], ["a"])], {}), "its output 'Y' is made by no node")
read("off-the-way", model(chain + [node("Relu", ["other"], ["spare"], name="spare")], weights), two_layers)
refused("wrong-matrix", model(chain, {**weights, "W2": W1}), "'last' (Gemm): its matrix takes 4 numbers, its input has 6")
refused("wrong-bias", model(chain, {**weights, "b1": b2}), "'first' (Gemm)")
refused("matrix-of-rank-3", model(chain, {**weights, "W1": W1[None]}), "'first' (Gemm): its constant has 3 dimensions")
refused("value-of-rank-3", model(chain, weights, shape=("N", 1, 4)), "'first' (Gemm): its input has 3")
read("widening", model([node("Add", ["X", "c"], ["Y"], name="widen")], {"c": np.arange(4.)[None]}, shape=("N", 1)),
     x[:, :1] + np.arange(4.), x[:, :1])
refused("differs-by-point", model([node("Add", ["X", "c"], ["Y"], name="add")], {"c": np.ones((2, 4))}), "between points")
refused("transA", model([node("Gemm", ["X", "W"], ["Y"], transA=1, name="turned")], {"W": W1.T}), "'turned' (Gemm)")
refused("matmul-from-the-left", model([node("MatMul", ["W", "X"], ["Y"], name="left")], {"W": W1.T}), "'left' (MatMul)")
refused("one-over", model([node("Div", ["c", "X"], ["Y"], name="over")], {"c": np.ones(4)}), "'over' (Div)")
refused("divided-by-zero", model([node("Div", ["X", "c"], ["Y"], name="over")], {"c": np.array([1., 0, 1, 1])}), "'over' (Div)")
refused("negative-variance", model([chain[0], bn_node("z", "Y")], {**weights, **norm, "var": -var}), "'norm' (BatchNormalization)")
refused("training-batch-norm", model([chain[0], bn_node("z", "Y", training_mode=1)], {**weights, **norm}, opset=15), "'norm' (BatchNormalization)")
refused("nan-weight", model(chain, {**weights, "W2": np.where(W2 == W2[1, 2], np.nan, W2)}), "tensor 'W2': its entry 8 is")
refused("infinite-bias", model(chain, {**weights, "b2": np.array([0, 0, np.inf])}), "tensor 'b2': its entry 2 is inf")
hidden = x @ G[0].T + G[1]
read("slope-per-neuron", model([chain[0], node("PRelu", ["z", "s"], ["h"], name="slopes"), chain[2]],
                               {**weights, "s": np.arange(6.)}), np.where(hidden < 0, np.arange(6.) * hidden, hidden) @ g[0].T + g[1])
for name, target in [("one-point", [1, -1]), ("all-points", [-1]), ("half-points", [-1, 2])]:
    refused("mixing-reshape-to-" + name, model([node("Reshape", ["X", "to"], ["Y"], name="mix")], {"to": np.array(target)}), "'mix' (Reshape)")
refused("wrong-reshape", model([node("Reshape", ["X", "to"], ["Y"], name="to 5")], {"to": np.array([0, 5])}), "'to 5' (Reshape)")
refused("mixing-flatten", model([node("Flatten", ["X"], ["Y"], axis=0, name="mix")], {}), "'mix' (Flatten)")
refused("opset-6", model(chain, weights, opset=6), "operator set (opset) 6")
refused("opset-21", model(chain, weights, opset=21), "operator set (opset) 21")
refused("dynamic-size", model([node("Relu", ["X"], ["Y"])], {}, shape=("N", "d")), "input 'X': its dimension 1 is open")
refused("vast-size", model([node("Relu", ["X"], ["Y"])], {}, shape=("N", 2**40)), "input 'X'")
refused("vast-product", model([node("Relu", ["X"], ["Y"])], {}, shape=("N", 2**20, 2**20, 2**20, 2**20)), "input 'X'")
long = random.normal(size=(1, 2**12, 2))
read("many-blocks", model([node("MatMul", ["X", "A"], ["Y"], name="wide")], {"A": A}, shape=("N", 2**12, 2)), (long @ f32(A)).reshape(1, -1), long)
wide = random.normal(size=(1, 2**14))
read("identity-too-large", model([node("Relu", ["X"], ["Y"], name="wide")], {}, shape=("N", 2**14)), relu(wide), wide)
rest = {k: v for k, v in weights.items() if k != "W2"}
for name, kind in [("half", TensorProto.FLOAT16), ("brain", TensorProto.BFLOAT16)]:
    half = W2.astype(np.float16) if name == "half" else (np.float32(W2).view(np.uint32) >> 16).astype(np.uint16)
    value = f32(half) if name == "half" else (half.astype(np.uint32) << 16).view(np.float32).astype(np.float64)
    for way, data in [("raw", {"raw_data": half.tobytes()}), ("typed", {"int32_data": half.view(np.uint16).flatten().tolist()})]:
        net = model(chain, rest)
        net.graph.initializer.append(TensorProto(name="W2", data_type=kind, dims=W2.shape, **data))
        read(f"{name}-precision-{way}", net, relu(x @ G[0].T + G[1]) @ value.T + g[1])
quarter = model(chain, rest)
quarter.graph.initializer.append(numpy_helper.from_array(W2.astype(np.int8), "W2"))
refused("quarter-precision", quarter, "tensor 'W2': has the type 3")
for name, change, words in [
        ("short-data", lambda t: t.__setattr__("raw_data", t.raw_data[:-4]), "tensor 'W1': has 92 bytes of data, its shape says 96"),
        ("no-data", lambda t: t.ClearField("raw_data"), "tensor 'W1': has 0 entries"),
        ("data-twice", lambda t: t.float_data.append(1), "tensor 'W1': has its data twice"),
        ("negative-shape", lambda t: t.dims.__setitem__(0, -6), "tensor 'W1': its dimension 0 is -6"),
        ("empty-shape", lambda t: t.dims.__setitem__(0, 0), "tensor 'W1': its dimension 0 is 0"),
        ("overflowing-shape", lambda t: t.dims.extend([2**40, 2**40]), "tensor 'W1'"),
        ("many-dimensions", lambda t: t.dims.extend([1] * 20), "tensor 'W1': has 22 dimensions"),
        ("data-elsewhere", lambda t: (t.external_data.add(key="location", value="w.bin"), t.__setattr__("data_location", 1), t.ClearField("raw_data")), "tensor 'W1': its data are in 'w.bin', which is not there"),
        ("name-twice", lambda t: t.__setattr__("name", "b1"), "two constants are named 'b1'"),
        ("odd-name", lambda t: t.__setattr__("name", "W\n1"), "'first' (Gemm): its input 'W1'")]:
    net = model(chain, weights)
    change(net.graph.initializer[0])
    refused(name, net, words)
net = model(chain, weights)
net.graph.node[1].name = "two\nlines \u00e9"
net.graph.node[1].op_type = "Sig\tmoid"
refused("unprintable-name", net, "'two?lines ??' (Sig?moid)")
refused("no-graph", onnx.ModelProto(ir_version=8), "no graph")
refused("empty", b"", "is empty")
refused("text", b"this is not a network\n", "is no ONNX file")
