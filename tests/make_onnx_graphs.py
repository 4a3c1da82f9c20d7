#!/usr/bin/python3
"""make_onnx_graphs.py FOLDER - graphs that are no chains, one or a few for each operator and attribute, for the tests
of the reader; see onnx_files.py. Windows are evaluated by plain loops."""
import itertools
import math

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from onnx_files import f32, folder, model, node, read, refused, relu

random = np.random.default_rng(11)
image = random.normal(size=(3, 2, 7, 6))
line = random.normal(size=(3, 2, 9))
vector = random.normal(size=(4, 6))


# ---- what the operators mean ----

def pads_of(size, kernel, stride, dilation, auto, pads, ceil):
    """before, after and the number of places along one dimension."""
    reach = dilation * (kernel - 1) + 1
    if auto in ("SAME_UPPER", "SAME_LOWER"):
        places = -(-size // stride)
        total = max((places - 1) * stride + reach - size, 0)
        before = total // 2 if auto == "SAME_UPPER" else total - total // 2
        return before, total - before, places
    before, after = (0, 0) if auto == "VALID" else pads
    room = size + before + after - reach
    places = room // stride + 1
    if ceil and room % stride and places * stride < size + before:
        places += 1
    return before, after, places


def windows(x, kernel, strides, dilations, auto="NOTSET", pads=None, ceil=False):
    """For each place: the indices of its window into each dimension, and which of them lie in the value or its
    padding."""
    n = len(kernel)
    pads = pads or [0] * 2 * n
    every = []
    for a in range(n):
        size = x.shape[2 + a]
        before, after, places = pads_of(size, kernel[a], strides[a], dilations[a], auto, (pads[a], pads[n + a]), ceil)
        every.append([[(p * strides[a] + u * dilations[a] - before, size, after) for u in range(kernel[a])]
                      for p in range(places)])
    return every


def look(x, every):
    """Each place: the values that its window meets, N x C x their number, which of the kernel's entries those are, and
    how many of them lie in the value or its padding."""
    for place in itertools.product(*[range(len(e)) for e in every]):
        entries = list(itertools.product(*[e[p] for e, p in zip(every, place)]))
        inside = [k for k, e in enumerate(entries) if all(0 <= i < size for i, size, _ in e)]
        padded = sum(all(i < size + after for i, size, after in e) for e in entries)
        values = np.zeros((len(x), x.shape[1], len(inside)))
        for j, k in enumerate(inside):
            values[:, :, j] = x[(slice(None), slice(None)) + tuple(i for i, _, _ in entries[k])]
        yield place, values, inside, padded


def conv(x, W, b, strides, dilations, groups=1, **more):
    every = windows(x, W.shape[2:], strides, dilations, **more)
    out = np.zeros([len(x), len(W)] + [len(e) for e in every])
    rows = W.reshape(len(W), W.shape[1], -1)
    per, outs = x.shape[1] // groups, len(W) // groups
    for place, values, inside, _ in look(x, every):
        for o in range(len(W)):
            g = o // outs
            out[(slice(None), o) + place] = (values[:, g * per:(g + 1) * per] * rows[o][:, inside]).sum((1, 2)) + b[o]
    return out


def pool(x, kernel, strides, dilations, how, **more):
    every = windows(x, kernel, strides, dilations, **more)
    out = np.zeros(list(x.shape[:2]) + [len(e) for e in every])
    for place, values, _, padded in look(x, every):
        result = {"max": values.max(2), "mean": values.mean(2), "padded": values.sum(2) / padded}[how]
        out[(slice(None), slice(None)) + place] = result
    return out


def flat(y):
    return y.reshape(len(y), -1)


def one(name, op, y, constants=None, points=image, opset=13, inputs=None, **attributes):
    """A network of one node, its output declared as y is."""
    constants = {k: np.asarray(v) for k, v in (constants or {}).items()}
    net = model([node(op, inputs or ["X", *constants], ["Y"], name="it", **attributes)], constants,
                shape=("N", *points.shape[1:]), opset=opset, declared=("N", *y.shape[1:]))
    read(name, net, flat(y), flat(points))


def no(name, op, words, constants=None, points=image, opset=13, inputs=None, shape=None, **attributes):
    constants = {k: np.asarray(v) for k, v in (constants or {}).items()}
    refused(name, model([node(op, inputs or ["X", *constants], ["Y"], name="it", **attributes)], constants,
                        shape=shape or ("N", *points.shape[1:]), opset=opset), f"'it' ({op}): " + words)


# ---- convolutions and pools ----

W, b = random.normal(size=(4, 2, 3, 2)), random.normal(size=4)
W32, b32 = f32(W), f32(b)
one("conv", "Conv", conv(image, W32, b32, (1, 1), (1, 1)), {"W": W, "b": b})
one("conv-no-bias", "Conv", conv(image, W32, 0 * b, (1, 1), (1, 1)), {"W": W}, kernel_shape=[3, 2])
one("conv-strides", "Conv", conv(image, W32, b32, (2, 3), (1, 1)), {"W": W, "b": b}, strides=[2, 3])
one("conv-dilations", "Conv", conv(image, W32, b32, (1, 2), (2, 3)), {"W": W, "b": b}, strides=[1, 2], dilations=[2, 3])
one("conv-odd-pads", "Conv", conv(image, W32, b32, (1, 1), (1, 1), pads=[0, 1, 2, 3]), {"W": W, "b": b}, pads=[0, 1, 2, 3])
for auto in ("SAME_UPPER", "SAME_LOWER", "VALID"):
    one("conv-" + auto.lower(), "Conv", conv(image, W32, b32, (2, 1), (1, 1), auto=auto), {"W": W, "b": b},
        auto_pad=auto, strides=[2, 1])
    one("pool-" + auto.lower(), "MaxPool", pool(image, (3, 2), (2, 1), (1, 1), "max", auto=auto), auto_pad=auto,
        kernel_shape=[3, 2], strides=[2, 1])
V = random.normal(size=(4, 1, 3, 3))
one("conv-groups", "Conv", conv(image, f32(V), b32, (1, 1), (1, 1), groups=2, pads=[1] * 4), {"W": V, "b": b},
    group=2, pads=[1] * 4)
U = random.normal(size=(3, 2, 4))
one("conv-1d", "Conv", conv(line, f32(U), np.zeros(3), (2,), (2,), pads=[3, 1]), {"W": U}, line, strides=[2],
    dilations=[2], pads=[3, 1])
one("conv-fixed", "Conv", conv(image, W32, b32, (1, 1), (1, 1)), {"W": W, "b": b})
for name, how, op, more in [("max", "max", "MaxPool", {}), ("mean", "mean", "AveragePool", {}),
                            ("padded", "padded", "AveragePool", {"count_include_pad": 1})]:
    one("pool-" + name, op, pool(image, (2, 3), (2, 2), (1, 1), how, pads=[1, 0, 0, 2]), kernel_shape=[2, 3],
        strides=[2, 2], pads=[1, 0, 0, 2], **more)
    one(f"pool-{name}-ceil", op, pool(image, (2, 3), (3, 2), (1, 1), how, pads=[1, 1, 0, 1], ceil=True),
        kernel_shape=[2, 3], strides=[3, 2], pads=[1, 1, 0, 1], ceil_mode=1, **more)
    one(f"pool-{name}-ceil-4", op, pool(image, (4, 4), (3, 3), (1, 1), how, ceil=True), kernel_shape=[4, 4],
        strides=[3, 3], ceil_mode=1, **more)
    one(f"pool-{name}-ceil-8", op, pool(image, (8, 7), (3, 3), (1, 1), how, ceil=True), kernel_shape=[8, 7],
        strides=[3, 3], ceil_mode=1, **more)
    one(f"pool-{name}-1d", op, pool(line, (3,), (2,), (1,), how, pads=[1, 1]), points=line, kernel_shape=[3],
        strides=[2], pads=[1, 1], **more)
one("pool-dilated", "MaxPool", pool(image, (2, 2), (1, 1), (3, 2), "max"), kernel_shape=[2, 2], dilations=[3, 2])
one("pool-dilated-mean", "AveragePool", pool(image, (2, 2), (1, 1), (3, 2), "mean"), kernel_shape=[2, 2],
    dilations=[3, 2], opset=19)
one("global-mean", "GlobalAveragePool", image.mean((2, 3), keepdims=True))
one("global-max", "GlobalMaxPool", image.max((2, 3), keepdims=True))
one("global-mean-1d", "GlobalAveragePool", line.mean(2, keepdims=True), points=line)
no("conv-wrong-channels", "Conv", "its kernels take 3 channels", {"W": random.normal(size=(4, 3, 3, 3))})
no("conv-wrong-kernel", "Conv", "its kernel_shape", {"W": W}, kernel_shape=[3, 3])
no("conv-wrong-bias", "Conv", "it has 3 biases", {"W": W, "b": b[:3]})
no("conv-too-large", "Conv", "a kernel that reaches over 8", {"W": random.normal(size=(1, 2, 8, 8))})
no("conv-odd-groups", "Conv", "its kernels take", {"W": W}, group=3)
no("conv-negative-pads", "Conv", "its attribute 'pads'", {"W": W}, pads=[-1, 0, 0, 0])
no("conv-no-stride", "Conv", "its attribute 'strides' holds 0", {"W": W}, strides=[0, 1])
no("conv-huge-pads", "Conv", "a value of more than", {"W": W}, pads=[2**30] * 4)
no("conv-overflowing-pads", "Conv", "its attribute 'pads'", {"W": W}, pads=[2**62] * 4)
no("conv-3d", "Conv", "its input has 5", {"W": random.normal(size=(1, 2, 1, 1, 1))}, image[..., None])
several = random.normal(size=(6, 2, 7, 6))
halves = several.reshape(3, 2, 2, 7, 6)
for name, op, y, constants, more in [
        ("conv", "Conv", conv(several, W32, b32, (1, 1), (1, 1)), {"W": W, "b": b}, {}),
        ("pool", "MaxPool", pool(several, (2, 2), (1, 1), (1, 1), "max"), {}, {"kernel_shape": [2, 2]}),
        ("global", "GlobalAveragePool", several.mean((2, 3)), {}, {})]:
    read(name + "-of-two-images", model([node(op, ["X", *constants], ["Y"], **more)], constants, shape=(2, 2, 7, 6)),
         y.reshape(3, -1), several.reshape(3, -1))


def transposed(x, W, b, strides, pads, dilations=(1, 1), extra=(0, 0), groups=1):
    """Each entry of the value adds a kernel to the result."""
    size = [(n - 1) * s + d * (k - 1) + 1 + e for n, s, d, k, e in zip(x.shape[2:], strides, dilations, W.shape[2:], extra)]
    out = np.zeros((len(x), W.shape[1] * groups, *size))
    per = x.shape[1] // groups
    for c, i, j, u, w in itertools.product(*map(range, x.shape[1:]), *map(range, W.shape[2:])):
        first = c // per * W.shape[1]
        out[:, first:first + W.shape[1], i * strides[0] + u * dilations[0], j * strides[1] + w * dilations[1]] += \
            x[:, c, i, j, None] * W[c, :, u, w]
    return out[:, :, pads[0]:size[0] - pads[2], pads[1]:size[1] - pads[3]] + b[:, None, None]


T, t = random.normal(size=(2, 3, 3, 4)), random.normal(size=3)
one("conv-transpose", "ConvTranspose", transposed(image, f32(T), f32(t), (1, 1), (0, 0, 0, 0)), {"T": T, "t": t})
one("conv-transpose-all", "ConvTranspose", transposed(image, f32(T), 0 * t, (2, 3), (1, 2, 0, 3), (2, 1), (1, 0)), {"T": T},
    strides=[2, 3], pads=[1, 2, 0, 3], dilations=[2, 1], output_padding=[1, 0])
one("conv-transpose-groups", "ConvTranspose", transposed(image, f32(T), f32(np.append(t, t)), (2, 2), (0, 0, 0, 0), groups=2),
    {"T": T, "t": np.append(t, t)}, strides=[2, 2], group=2)
no("conv-transpose-shape", "ConvTranspose", "only explicit pads", {"T": T}, output_shape=[9, 9])
no("conv-transpose-pads", "ConvTranspose", "its pads take more away", {"T": T}, pads=[3, 0, 0, 0])
no("conv-odd-auto-pad", "Conv", "its attribute 'auto_pad'", {"W": W}, auto_pad="SOME")
no("pool-in-padding", "MaxPool", "a window of it lies in the padding", kernel_shape=[2, 2], pads=[2, 0, 0, 0])
no("pool-no-kernel", "AveragePool", "it has no kernel_shape")
no("pool-kernel-of-3", "AveragePool", "its attribute 'kernel_shape' has 3", kernel_shape=[1, 1, 1])

# ---- activations ----

for name, op, psi, more in [
        ("elu", "Elu", lambda t: np.where(t < 0, .5 * np.expm1(t), t), {"alpha": .5}),
        ("elu-default", "Elu", lambda t: np.where(t < 0, np.expm1(t), t), {}),
        ("selu", "Selu", lambda t: 1.25 * np.where(t < 0, 1.5 * np.expm1(t), t), {"alpha": 1.5, "gamma": 1.25}),
        ("celu", "Celu", lambda t: np.where(t < 0, 2 * np.expm1(t / 2), t), {"alpha": 2.}),
        ("softplus-image", "Softplus", lambda t: np.logaddexp(t, 0), {}),
        ("clip-nothing", "Clip", lambda t: t, {})]:
    one(name, op, psi(image), **more)
one("clip", "Clip", np.clip(image, -.5, .75), {"low": -.5, "high": .75})
one("clip-below", "Clip", np.maximum(image, .25), {"low": .25})
one("clip-above", "Clip", np.minimum(image, .25), {"high": .25}, inputs=["X", "", "high"])
one("clip-relu6", "Clip", np.clip(image, 0, .5), opset=10, min=0., max=.5)
one("clip-none", "Clip", image, opset=10, min=float(np.finfo(np.float32).min), max=float(np.finfo(np.float32).max))
slopes = random.normal(size=(2, 1, 1))
one("prelu-channels", "PRelu", np.where(image < 0, f32(slopes) * image, image), {"s": slopes})
e = np.exp(vector)
one("softmax", "Softmax", e / e.sum(1, keepdims=True), points=vector)
one("softmax-older", "Softmax", (e / e.sum(1, keepdims=True)).reshape(4, 2, 3), points=vector.reshape(4, 2, 3), opset=11)
one("softmax-axis", "Softmax", (e / e.sum(1, keepdims=True)).reshape(4, 1, 6, 1), points=vector.reshape(4, 1, 6, 1), axis=2)
rows = np.exp(image)
for axis in (1, 2, -1):
    one(f"softmax-along-{axis}", "Softmax", rows / rows.sum(axis, keepdims=True), axis=axis)
one("softmax-from", "Softmax", rows / rows.sum((2, 3), keepdims=True), axis=2, opset=11)
no("softmax-points", "Softmax", "axis 0 counts the points of a batch", axis=0)
one("hard-sigmoid", "HardSigmoid", np.clip(.25 * image + .5, 0, 1), alpha=.25)
no("clip-turned", "Clip", "it clips to", {"low": 1., "high": -1.})

# ---- arithmetic ----

c, m = random.normal(size=(2, 1, 1)), random.normal(size=(7, 6))
c32, m32 = f32(c), f32(m)
for name, constant, value in [("channels", c, c32), ("places", m, m32), ("one", 2.5, 2.5)]:
    one("add-" + name, "Add", image + value, {"c": constant})
    one("sub-from-" + name, "Sub", value - image, {"c": constant}, inputs=["c", "X"])
    one("mul-" + name, "Mul", image * value, {"c": constant})
    one("div-" + name, "Div", image / value, {"c": constant})
one("neg", "Neg", -image)
one("sum-of-three", "Sum", 2 * image + c32, {"c": c}, inputs=["X", "c", "X"])
one("sum-of-one", "Sum", image)
for op, function in [("Max", np.maximum), ("Min", np.minimum)]:
    one(op + "-channels", op, function(image, c32), {"c": c})
    one(op + "-from", op, function(image, m32), {"c": m}, inputs=["c", "X"])
    read(op + "-of-three", model([node("Transpose", ["X"], ["t"], perm=[0, 1, 3, 2]), node("Relu", ["t"], ["r"]),
                                  node("ReduceMean", ["t"], ["a"], axes=[3]), node("Neg", ["a"], ["n"]),
                                  node(op, ["t", "n", "c", "a"], ["Y"])], {"c": c}, shape=("N", 2, 6, 7)),
         flat(function(function(image, -image.mean(3, keepdims=True)), function(c32, image.mean(3, keepdims=True)))), flat(image.transpose(0, 1, 3, 2)))
    one(op + "-one", op, image)
gamma, beta, mean, var = random.normal(size=(4, 2))
var = var**2 + .1
shape = (2, 1, 1)
eps = np.float64(np.float32(1e-5))
norm = {"g": gamma, "b": beta, "m": mean, "v": var}
N = {k: f32(v).reshape(shape) for k, v in norm.items()}
normed = N["g"] * (image - N["m"]) / np.sqrt(N["v"] + eps) + N["b"]
one("batch-norm-alone", "BatchNormalization", normed, norm)
one("batch-norm-1d", "BatchNormalization",
    N["g"][..., 0] * (line - N["m"][..., 0]) / np.sqrt(N["v"][..., 0] + eps) + N["b"][..., 0], norm, line)
folded = conv(image, W32, b32, (1, 1), (1, 1))
read("conv-then-scale", model([node("Conv", ["X", "W", "b"], ["z"]), node("Mul", ["z", "s"], ["u"]),
                               node("Add", ["u", "t"], ["v"]), node("Relu", ["v"], ["Y"])],
                              {"W": W, "b": b, "s": b.reshape(4, 1, 1), "t": 2 * b.reshape(1, 4, 1, 1)}, shape=("N", 2, 7, 6)),
     flat(relu(folded * b32.reshape(4, 1, 1) + f32(2 * b).reshape(4, 1, 1))), flat(image))
A, B, v6 = random.normal(size=(6, 5)), random.normal(size=(7, 3)), random.normal(size=6)
one("matmul-images", "MatMul", image @ f32(A), {"A": A})
one("matmul-images-left", "MatMul", f32(B).T @ image, {"B": B.T}, inputs=["B", "X"])
one("matmul-vector", "MatMul", image @ f32(A[:, 0]), {"a": A[:, 0]})
one("matmul-vector-left", "MatMul", f32(B[:, 0]) @ image, {"B": B[:, 0]}, inputs=["B", "X"])
one("matmul-leading-ones", "MatMul", image @ f32(A), {"A": A[None, None]})
many, Z = random.normal(size=(2, 200, 12)), random.normal(size=(12, 10))
for name, y, order in [("", many @ f32(Z), ["X", "Z"]), ("-left", f32(Z).T @ many.transpose(0, 2, 1), ["Z", "X"])]:
    one("matmul-of-many" + name, "MatMul", y, {"Z": Z if not name else Z.T}, many if not name else many.transpose(0, 2, 1), inputs=order)
fixed = random.normal(size=(3, 4, 6))
for name, y, more in [("turned", fixed.transpose(0, 2, 1) @ f32(B[:4]), {"transA": 1}),
                      ("turned-both", fixed.transpose(0, 2, 1) @ f32(B[:4]) * 2, {"transA": 1, "transB": 1, "alpha": 2.})]:
    read("gemm-" + name, model([node("Gemm", ["X", "B"], ["Y"], **more)],
                               {"B": B[:4].T if "transB" in more else B[:4]}, shape=(4, 6)), flat(y), flat(fixed))
read("gemm-left", model([node("Gemm", ["B", "X", "c"], ["Y"], beta=3.)], {"B": B[:4].T, "c": v6}, shape=(4, 6)),
     flat(f32(B[:4]).T @ fixed + 3 * f32(v6)), flat(fixed))
read("gemm-left-turned", model([node("Gemm", ["B", "X"], ["Y"], transA=1, transB=1)], {"B": A}, shape=(4, 6)),
     flat(f32(A).T @ fixed.transpose(0, 2, 1)), flat(fixed))
no("matmul-of-values", "MatMul", "it multiplies two values", inputs=["X", "X"], points=vector.reshape(4, 1, 6)[:, :, :1])
no("mul-of-nothing", "Mul", "its input 1 is missing", inputs=["X", ""])
refused("product-of-values", model([node("Relu", ["X"], ["r"]), node("Mul", ["X", "r"], ["Y"], name="it")], {}), "'it' (Mul): it multiplies two values")
refused("quotient-of-values", model([node("Relu", ["X"], ["r"]), node("Div", ["r", "X"], ["Y"], name="it")], {}), "'it' (Div): it divides by a value")
refused("gemm-of-values", model([node("Gemm", ["X", "X"], ["Y"], name="it")], {}), "'it' (Gemm): it multiplies two values")
refused("gemm-bias-too-wide", model([node("Gemm", ["X", "w", "c"], ["Y"], name="it", transB=1)], {"w": np.ones((1, 4), np.float32), "c": np.ones(3, np.float32)}), "'it' (Gemm): its third input C would make 3 numbers of the product's 1")
read("square-of-image", model([node("Conv", ["X", "W"], ["z"]), node("Mul", ["z", "z"], ["Y"])], {"W": W},
                              shape=("N", 2, 7, 6)), flat(conv(image, W32, 0 * b, (1, 1), (1, 1))**2), flat(image))

# ---- skips, joins ----

skip = [node("Conv", ["X", "W"], ["z"], pads=[1] * 4), node("Relu", ["z"], ["h"]), node("Add", ["h", "X"], ["s"]),
        node("Relu", ["s"], ["Y"])]
S = random.normal(size=(2, 2, 3, 3))
body = relu(conv(image, f32(S), np.zeros(2), (1, 1), (1, 1), pads=[1] * 4))
read("skip", model(skip, {"W": S}, shape=("N", 2, 7, 6)), flat(relu(body + image)), flat(image))
read("skip-in-reverse", model(skip[::-1], {"W": S}, shape=("N", 2, 7, 6)), flat(relu(body + image)), flat(image))
read("difference", model(skip[:2] + [node("Sub", ["h", "X"], ["Y"])], {"W": S}, shape=("N", 2, 7, 6)),
     flat(body - image), flat(image))
read("sum-spreads", model([node("ReduceMean", ["X"], ["m"], axes=[2, 3]), node("Add", ["X", "m"], ["Y"])], {},
                          shape=("N", 2, 7, 6)), flat(image + image.mean((2, 3), keepdims=True)), flat(image))
read("sum-of-turned", model([node("Transpose", ["X"], ["t"], perm=[0, 2, 1]), node("Add", ["X", "t"], ["Y"])], {},
                            shape=("N", 6, 6)), flat(image[:, 0, :6] + image[:, 0, :6].transpose(0, 2, 1)),
     flat(image[:, 0, :6]))
for axis in (1, 2, 3, -1):
    k = random.normal(size=(1, 2, 7, 6))
    part = relu(image)
    read(f"concat-{axis}", model([node("Relu", ["X"], ["r"]), node("Concat", ["X", "r", "X"], ["Y"], axis=axis)], {},
                                 shape=("N", 2, 7, 6)), flat(np.concatenate([image, part, image], axis)), flat(image))
read("concat-constant", model([node("Concat", ["X", "k"], ["Y"], axis=-1)], {"k": k[:, :, :, :1]}, shape=("N", 2, 7, 6)),
     flat(np.concatenate([image, np.repeat(f32(k[:, :, :, :1]), 3, 0)], 3)), flat(image))
no("concat-points", "Concat", "axis 0 counts the points of a batch", inputs=["X", "X"], axis=0)
read("constant-output", model([node("Relu", ["c"], ["Y"])], {"c": c}, shape=("N", 2)), np.repeat(relu(f32(c)).reshape(1, 2), 4, 0), vector[:, :2])
read("input-is-output", model([], {}, outputs=("X",), shape=("N", 6)), vector, vector)
read("dropout", model([node("Dropout", ["X"], ["d", "mask"]), node("Tanh", ["d"], ["Y"])], {}, shape=("N", 6)), np.tanh(vector), vector)
read("dropout-inputs", model([node("Dropout", ["X", "r", "t"], ["Y"])], {"r": np.float32(.5), "t": np.array(False)}, shape=("N", 6)), vector, vector)
refused("dropout-mask", model([node("Dropout", ["X"], ["d", "mask"]), node("Relu", ["mask"], ["Y"], name="it")], {}), "'it' (Relu): its input 0 is a second output of a node")

# ---- moves ----

turned = image.transpose(0, 2, 3, 1)
one("transpose", "Transpose", turned, perm=[0, 2, 3, 1])
no("transpose-points", "Transpose", "it would mix the points")
no("transpose-twice", "Transpose", "its perm is no permutation", perm=[0, 1, 1, 2])
last = [node("Transpose", ["X"], ["t"], perm=[0, 3, 1, 2]), node("Conv", ["t", "W"], ["z"]),
        node("Transpose", ["z"], ["u"], perm=[0, 2, 3, 1]), node("Add", ["u", "b"], ["v"]), node("Relu", ["v"], ["w"]),
        node("Transpose", ["w"], ["n"], perm=[0, 3, 1, 2]), node("MaxPool", ["n"], ["p"], kernel_shape=[2, 2]),
        node("Transpose", ["p"], ["q"], perm=[0, 2, 3, 1]), node("Reshape", ["q", "to"], ["Y"])]
after = pool(relu(conv(image, W32, b32, (1, 1), (1, 1))), (2, 2), (1, 1), (1, 1), "max")
read("channels-last", model(last, {"W": W, "b": b, "to": np.array([-1, after[0].size])}, shape=("N", 7, 6, 2)),
     flat(after.transpose(0, 2, 3, 1)), flat(turned))
one("squeeze", "Squeeze", image[:, 0], points=image[:, :1], opset=11, axes=[1])
one("squeeze-input", "Squeeze", image[:, 0], {"a": np.array([-3])}, image[:, :1])
one("squeeze-all", "Squeeze", image[:, 0], points=image[:, :1])
no("squeeze-two", "Squeeze", "its dimension 1 is 2", {"a": np.array([1])})
one("unsqueeze-two", "Unsqueeze", image[:, :, None, :, :, None], {"a": np.array([2, -1])})
no("unsqueeze-same", "Unsqueeze", "its axes are not all different", {"a": np.array([2, 2])})
one("pad", "Pad", np.pad(image, [(0, 0), (0, 0), (1, 2), (0, 1)], constant_values=.5), opset=10, pads=[0, 0, 1, 0, 0, 0, 2, 1], value=.5)
one("pad-input", "Pad", np.pad(image, [(0, 0), (1, 0), (0, 0), (2, 0)]), {"p": np.array([0, 1, 0, 2, 0, 0, 0, 0])})
one("pad-crop", "Pad", image[:, :, 1:, :-2], {"p": np.array([0, 0, -1, 0, 0, 0, 0, -2])})
one("pad-reflect", "Pad", np.pad(image, [(0, 0), (0, 0), (2, 1), (3, 0)], "reflect"), {"p": np.array([0, 0, 2, 3, 0, 0, 1, 0])}, mode="reflect")
one("pad-edge", "Pad", np.pad(image, [(0, 0), (0, 0), (2, 1), (0, 3)], "edge"), {"p": np.array([0, 0, 2, 0, 0, 0, 1, 3])}, mode="edge")
one("pad-axes", "Pad", np.pad(image, [(0, 0), (0, 0), (0, 0), (1, 2)]), {"p": np.array([1, 2]), "a": np.array([-1])}, opset=18, inputs=["X", "p", "", "a"])
no("pad-points", "Pad", "it would mix the points", {"p": np.array([1, 0, 0, 0, 0, 0, 0, 0])})
no("pad-huge", "Pad", "it makes", {"p": np.array([0, 0, 0, 2**30, 0, 0, 0, 0])})
no("pad-overflow", "Pad", "it pads a dimension", {"p": np.array([0, 0, 0, 2**63 - 1, 0, 0, 0, 1])})
one("slice-older", "Slice", image[:, 1:, 2:-1], opset=9, starts=[1, 2], ends=[2**31 - 1, -1], axes=[1, 2])
one("slice", "Slice", image[:, :, 5:0:-2], {"s": np.array([5]), "e": np.array([0]), "a": np.array([2]), "t": np.array([-2])})
one("slice-all-back", "Slice", image[:, :, :, ::-1], {"s": np.array([-1]), "e": np.array([-2**63]), "a": np.array([-1]), "t": np.array([-1])})
one("slice-all-points", "Slice", image[:, :1], {"s": np.array([0, 0]), "e": np.array([2**63 - 1, 1])})
no("slice-points", "Slice", "it would mix the points", {"s": np.array([1]), "e": np.array([2])})
no("slice-nothing", "Slice", "its slice of a dimension of 7 is empty", {"s": np.array([3]), "e": np.array([3]), "a": np.array([2])})
no("slice-no-step", "Slice", "it slices with step 0", {"s": np.array([3]), "e": np.array([3]), "a": np.array([2]), "t": np.array([0])})
one("gather", "Gather", image[:, :, [3, -1, 3]], {"i": np.array([3, -1, 3])}, axis=2)
one("gather-one", "Gather", image[:, 1], {"i": np.array(1)}, axis=1)
one("gather-table", "Gather", image[:, :, :, [[0, 1], [2, 3]]], {"i": np.array([[0, 1], [2, 3]])}, axis=-1)
no("gather-outside", "Gather", "it takes index 7 of a dimension of 7", {"i": np.array([7])}, axis=2)
no("gather-points", "Gather", "axis 0 counts the points of a batch", {"i": np.array([0])})
read("split", model([node("Split", ["X", "s"], ["a", "b", "c"], axis=3), node("Add", ["a", "c"], ["Y"])], {"s": np.array([2, 2, 2])}, shape=("N", 2, 7, 6)),
     flat(image[..., :2] + image[..., 4:]), flat(image))
read("split-older", model([node("Split", ["X"], ["a", "b"], axis=-1, split=[4, 2])] + [node("Relu", ["b"], ["Y"])], {}, shape=("N", 2, 7, 6), opset=11),
     flat(relu(image[..., 4:])), flat(image))
read("split-evenly", model([node("Split", ["X"], ["a", "b"], axis=3), node("Sub", ["a", "b"], ["Y"])], {}, shape=("N", 2, 7, 6)),
     flat(image[..., :3] - image[..., 3:]), flat(image))
refused("split-wrong", model([node("Split", ["X", "s"], ["Y", "b"], axis=1, name="it")], {"s": np.array([1, 2])}), "'it' (Split): it splits 4 numbers")
one("expand", "Expand", np.broadcast_to(image[:, :, :1], image.shape), {"s": np.array([2, 7, 1])}, image[:, :, :1])
no("expand-to-nothing", "Expand", "it expands dimension 0 to -1", {"s": np.array([-1, 7, 1])})

def resized(x, size, where, choose=None):
    """Dimension after dimension, from (2) on: where(j, from, to) is a coordinate; choose makes it a place, else linear."""
    for k in range(2, x.ndim):
        n = x.shape[k]
        if n == size[k - 2]:
            continue
        at = np.array([where(j, n, size[k - 2]) for j in range(size[k - 2])])
        clip = lambda i: np.clip(i, 0, n - 1).astype(int)
        if choose:
            x = x.take(clip(choose(at)), k)
            continue
        r = (at - np.floor(at)).reshape([-1] + [1] * (x.ndim - k - 1))
        x = (1 - r) * x.take(clip(np.floor(at)), k) + r * x.take(clip(np.floor(at) + 1), k)
    return x


frames = {"half_pixel": lambda j, n, m: (j + .5) * n / m - .5, "asymmetric": lambda j, n, m: j * n / m,
          "align_corners": lambda j, n, m: j * (n - 1) / (m - 1) if m > 1 else 0, "tf_half_pixel_for_nn": lambda j, n, m: (j + .5) * n / m,
          "pytorch_half_pixel": lambda j, n, m: (j + .5) * n / m - .5 if m > 1 else 0, "half_pixel_symmetric": lambda j, n, m: (j + .5) * n / m - .5}
choices = {"round_prefer_floor": lambda t: np.ceil(t - .5), "round_prefer_ceil": lambda t: np.floor(t + .5), "floor": np.floor, "ceil": np.ceil}
none = np.zeros(0)
for frame, where in frames.items():
    how = {"coordinate_transformation_mode": frame, "opset": 19, "inputs": ["X", "", "", "z"]}
    for size in ([14, 18], [5, 13], [1, 6]):
        z = {"z": np.array([3, 2, *size])}
        z["z"][0] = 1
        for rule, choose in choices.items():
            if frame == "align_corners" and size == [14, 18]:
                continue  # 6 j / 13 beside the same in floats
            one(f"resize-{frame}-{rule}-{size[0]}", "Resize", resized(image, size, where, choose), z, nearest_mode=rule, **how)
        one(f"resize-{frame}-linear-{size[0]}", "Resize", resized(image, size, where), z, mode="linear", **how)
twice = image.repeat(2, 2).repeat(3, 3)
one("resize", "Resize", twice, {"roi": none, "s": np.array([1., 1, 2, 3])})
one("resize-floats", "Resize", twice, {"roi": none, "s": np.array([1., 1, 2, 3])}, coordinate_transformation_mode="asymmetric", nearest_mode="floor")
one("resize-10", "Resize", twice, {"s": np.array([1., 1, 2, 3])}, opset=10)
one("resize-empty-scales", "Resize", twice, {"roi": none, "s": none, "z": np.array([1, 2, 14, 18])})
one("resize-third", "Resize", image[..., 1::3], {"s": np.array([1., 1, 1, 1 / 3])}, inputs=["X", "", "s"])
one("resize-1d", "Resize", resized(line, [18], frames["half_pixel"]), {"s": np.array([1., 1, 2])}, line, inputs=["X", "", "s"], mode="linear")
one("resize-as-it-is", "Resize", image, {"z": np.array([1, 2, 7, 6])}, inputs=["X", "", "", "z"], mode="linear")
one("upsample", "Upsample", twice, {"s": np.array([1., 1, 2, 3])}, opset=9)
one("upsample-7", "Upsample", twice, opset=7, scales=[1., 1, 2, 3], mode="nearest")
one("upsample-linear", "Upsample", resized(image, [14, 6], frames["asymmetric"]), opset=7, scales=[1., 1, 2, 1], mode="linear")
read("resize-to-a-shape", model([node("Shape", ["X"], ["s"]), node("Slice", ["s", "o", "t"], ["front"]), node("Concat", ["front", "size"], ["z"], axis=0),
                                 node("Resize", ["X", "", "", "z"], ["Y"])], {"o": np.array([0]), "t": np.array([2]), "size": np.array([14, 18])},
                                shape=("N", 2, 7, 6), declared=("N", 2, 14, 18)), flat(image.repeat(2, 2).repeat(3, 3)), flat(image))
no("resize-cubic", "Resize", "its mode is neither nearest nor linear", {"s": np.array([1., 1, 2, 3])}, inputs=["X", "", "s"], mode="cubic")
no("resize-crop", "Resize", "its attribute 'coordinate_transformation_mode' is none", {"s": np.array([1., 1, 2, 3])}, inputs=["X", "", "s"], coordinate_transformation_mode="tf_crop_and_resize")
no("resize-points", "Resize", "it would mix the points", {"s": np.array([2., 1, 2, 3])}, inputs=["X", "", "s"])
no("resize-nan", "Resize", "it scales dimension 3 by nan", {"s": np.array([1., 1, 2, np.nan])}, inputs=["X", "", "s"])
no("resize-huge", "Resize", "it makes 1.4e+10 of 7 numbers", {"s": np.array([1., 1, 2e9, 1e9])}, inputs=["X", "", "s"])
no("resize-few", "Resize", "it has 2 scales for 4 dimensions", {"s": np.array([2., 3])}, inputs=["X", "", "s"])
no("resize-to-nothing", "Resize", "it makes 0 of 6 numbers", {"z": np.array([1, 2, 3, 0])}, inputs=["X", "", "", "z"])
no("resize-nowhere", "Resize", "it has 0 scales for 4 dimensions", {"roi": none})
one("tile", "Tile", np.tile(image, (1, 2, 1, 3)), {"t": np.array([1, 2, 1, 3])})
no("tile-points", "Tile", "it would mix the points", {"t": np.array([2, 2, 1, 3])})
no("tile-huge", "Tile", "it repeats dimension 3 9223372036854775807 times", {"t": np.array([1, 1, 1, 2**63 - 1])})
read("tile-of-constants", model([node("Tile", ["c", "t"], ["k"]), node("Add", ["X", "k"], ["Y"])], {"c": np.array([1., 2]), "t": np.array([3])}, shape=("N", 6)),
     vector + [1, 2, 1, 2, 1, 2], vector)
deep = random.normal(size=(3, 8, 2, 3))
one("depth-to-space", "DepthToSpace", deep.reshape(3, 2, 2, 2, 2, 3).transpose(0, 3, 4, 1, 5, 2).reshape(3, 2, 4, 6), points=deep, blocksize=2)
one("depth-to-space-crd", "DepthToSpace", deep.reshape(3, 2, 2, 2, 2, 3).transpose(0, 1, 4, 2, 5, 3).reshape(3, 2, 4, 6), points=deep, blocksize=2, mode="CRD")
one("space-to-depth", "SpaceToDepth", image[:, :, :6].reshape(3, 2, 2, 3, 2, 3).transpose(0, 3, 5, 1, 2, 4).reshape(3, 18, 2, 2), points=image[:, :, :6], blocksize=3)
no("depth-to-space-odd", "DepthToSpace", "2 channels are no blocks of 2", blocksize=2)
no("space-to-depth-odd", "SpaceToDepth", "an image of 7 x 6 is no blocks of 2", blocksize=2)
no("space-to-depth-nothing", "SpaceToDepth", "its attribute 'blocksize' is 0")
read("mean", model([node("Relu", ["X"], ["a"]), node("Mean", ["X", "a", "c"], ["Y"])], {"c": np.arange(6.)}, shape=("N", 6)), (vector + relu(vector) + np.arange(6)) / 3, vector)
one("shrink", "Shrink", relu(vector - .25) - relu(-vector - .25), points=vector, lambd=.25, bias=.25)
no("shrink-jumps", "Shrink", "it jumps", points=vector)
for op in ("Concat", "Sum", "Mean", "Max", "Min"):
    no(op + "-of-nothing", op, "its input 1 is missing", points=vector, inputs=["X", ""], **({"axis": 1} if op == "Concat" else {}))
refused("empty-output", model([node("Constant", [], ["Y"], value=numpy_helper.from_array(none))], {}), "its output is")

# ---- reductions ----

for op, function in [("ReduceMean", np.mean), ("ReduceSum", np.sum), ("ReduceMax", np.max)]:
    older = {"opset": 11}
    one(op, op, function(image, (2, 3)), axes=[2, 3], keepdims=0, **older)
    one(op + "-kept", op, function(image, (1, 3), keepdims=True), axes=[-1, 1], **older)
    if op == "ReduceSum":
        one(op + "-input", op, function(image, 2), {"a": np.array([2])}, keepdims=0)
    else:
        one(op + "-input", op, function(image, 2), {"a": np.array([2])}, keepdims=0, opset=18)
    no(op + "-points", op, "axis 0 counts the points of a batch", axes=[0], opset=11)
    no(op + "-everything", op, "without axes it would mix the points", opset=11)

# ---- shapes that the graph computes ----

size = image[0].size
M = random.normal(size=(3, size))


def dynamic(nodes, constants, **more):
    return model(nodes + [node("Reshape", ["X", "to"], ["f"]), node("Gemm", ["f", "M"], ["Y"], transB=1)],
                 {"M": M, **constants}, shape=("N", 2, 7, 6), **more)


flattened = flat(image) @ f32(M).T
zero = numpy_helper.from_array(np.array(0))
read("view-of-older-pytorch", dynamic(
    [node("Shape", ["X"], ["s"]), node("Constant", [], ["zero"], value=zero), node("Gather", ["s", "zero"], ["n"], axis=0),
     node("Constant", [], ["rest"], value=numpy_helper.from_array(np.array(-1))), node("Unsqueeze", ["n"], ["n1"], axes=[0]),
     node("Unsqueeze", ["rest"], ["r1"], axes=[0]), node("Concat", ["n1", "r1"], ["to"], axis=0)], {}, opset=9), flattened, flat(image))
read("view-of-sizes", dynamic(
    [node("Shape", ["X"], ["s"]), node("Slice", ["s", "zero", "one"], ["n"]), node("Slice", ["s", "one", "four"], ["r"]),
     node("ReduceProd", ["r"], ["p"], axes=[0], keepdims=1), node("Concat", ["n", "p"], ["to"], axis=0)],
    {"zero": np.array([0]), "one": np.array([1]), "four": np.array([4])}), flattened, flat(image))
read("view-of-newer-pytorch", dynamic([node("Shape", ["X"], ["s"], start=0, end=1), node("Concat", ["s", "rest"], ["to"], axis=0)],
                                      {"rest": np.array([-1])}, opset=18), flattened, flat(image))
read("view-of-tensorflow", dynamic(
    [node("Shape", ["X"], ["s"]), node("Cast", ["s"], ["s32"], to=TensorProto.INT32), node("Cast", ["s32"], ["s64"], to=TensorProto.INT64),
     node("Gather", ["s64", "three"], ["w"], axis=0), node("Mul", ["w", "seven"], ["wh"]), node("Mul", ["wh", "two"], ["whc"]),
     node("Concat", ["minus", "whc"], ["to"], axis=0)],
    {"three": np.array([3]), "seven": np.array([7]), "two": np.array([2]), "minus": np.array([-1])}), flattened, flat(image))
refused("view-that-mixes", dynamic([node("Shape", ["X"], ["s"]), node("Gather", ["s", "zero"], ["n"], axis=0),
                                    node("Div", ["n", "two"], ["m"]), node("Concat", ["m", "rest"], ["to"], axis=0)],
                                   {"zero": np.array([0]), "two": np.array([2]), "rest": np.array([-1])}), "(Div): it computes with the number of points")
v, u = random.normal(size=6), random.normal(size=4)
Q = random.normal(size=(4, 6))
Q32, v32, u32 = f32(Q), f32(v), f32(u)
read("normalised-weights", model(
    [node("MatMul", ["Q", "v"], ["Qv"]), node("MatMul", ["u", "Qv"], ["norm"]), node("Div", ["Q", "norm"], ["W"]),
     node("Transpose", ["W"], ["Wt"], perm=[1, 0]), node("MatMul", ["X", "Wt"], ["Y"])], {"Q": Q, "v": v, "u": u},
    shape=("N", 6)), vector @ (Q32 / (u32 @ Q32 @ v32)).T, vector)
read("frobenius-weights", model(
    [node("Pow", ["Q", "two"], ["q"]), node("ReduceSum", ["q", "all"], ["s"], keepdims=1), node("Sqrt", ["s"], ["norm"]),
     node("Add", ["norm", "eps"], ["n"]), node("Div", ["Q", "n"], ["W"]), node("Gemm", ["X", "W"], ["Y"], transB=1)],
    {"Q": Q, "two": 2., "all": np.array([0, 1]), "eps": .5}, shape=("N", 6)),
     vector @ (Q32 / (np.sqrt((Q32**2).sum()) + .5)).T, vector)
read("expand-of-pytorch", model(
    [node("Shape", ["t"], ["n"]), node("ConstantOfShape", ["n"], ["ones"], value=numpy_helper.from_array(np.array([1]))),
     node("Mul", ["ones", "minus"], ["m"]), node("Equal", ["t", "m"], ["e"]), node("Where", ["e", "ones", "t"], ["s"]),
     node("Expand", ["c", "s"], ["k"]), node("Add", ["X", "k"], ["Y"])],
    {"t": np.array([-1, 6]), "minus": np.array(-1), "c": np.array([[3.]])}, shape=("N", 6)), vector + 3, vector)
read("constants-in-short", model(
    [node("Constant", [], ["a"], value_float=2.), node("Constant", [], ["b"], value_floats=[1., 2, 3, 4, 5, 6]),
     node("Constant", [], ["t"], value_ints=[-1, 2, 3]), node("Mul", ["X", "a"], ["m"]), node("Add", ["m", "b"], ["s"]),
     node("Reshape", ["s", "t"], ["Y"])], {}, shape=("N", 6)), 2 * vector + np.arange(1, 7), vector)
read("range", model([node("Range", ["z", "n", "one"], ["r"]), node("Cast", ["r"], ["f"], to=TensorProto.FLOAT), node("Add", ["X", "f"], ["Y"])],
                    {"z": np.array(0), "n": np.array(6), "one": np.array(1)}, shape=("N", 6)), vector + np.arange(6), vector)
for name, nodes, words in [
        ("sqrt", [node("Sqrt", ["X"], ["Y"], name="it")], "'it' (Sqrt): its slope grows beyond all bounds"),
        ("if", [node("If", ["X"], ["Y"], name="it")], "'it' (If): recurrent networks, loops and branches are not supported"),
        ("lstm", [node("LSTM", ["X", "X", "X"], ["Y"], name="it")], "'it' (LSTM): recurrent networks"),
        ("thresholded", [node("ThresholdedRelu", ["X"], ["Y"], name="it")], "'it' (ThresholdedRelu): it jumps, so that a network with it has no Lipschitz constant"),
        ("layer-norm", [node("LayerNormalization", ["X", "X"], ["Y"], name="it")], "'it' (LayerNormalization): it divides each point by a size of its own"),
        ("unheard-of", [node("Unheard", ["X"], ["Y"], name="it")], "'it' (Unheard): this operator is not supported; docs/formats.md lists those that are"),
        ("foreign", [node("Relu", ["X"], ["Y"], name="it", domain="com.microsoft")], "'it' (Relu): its operator is of the domain 'com.microsoft'"),
        ("too-few-inputs", [node("Conv", ["X"], ["Y"], name="it")], "'it' (Conv): it has 1 inputs, not 2 to 3"),
        ("cast-to-integers", [node("Cast", ["X"], ["Y"], to=TensorProto.INT64, name="it")], "'it' (Cast): it casts to the type 7"),
        ("cycle", [node("Add", ["X", "b"], ["a"], name="one"), node("Relu", ["a"], ["b"], name="two"), node("Relu", ["a"], ["Y"])], "it depends on itself"),
        ("self", [node("Add", ["X", "Y"], ["Y"], name="it")], "'it' (Add): it depends on itself"),
        ("output-twice", [node("Relu", ["X"], ["Y"]), node("Tanh", ["X"], ["Y"], name="it")], "'it' (Tanh): its output 'Y' has the name of another value"),
        ("output-is-input", [node("Relu", ["X"], ["X"], name="it")], "'it' (Relu): its output 'X' has the name of another value"),
        ("missing", [node("Conv", ["X", "W"], ["Y"], name="it")], "'it' (Conv): its input 'W' is neither a constant nor made by a node"),
        ("huge-fill", [node("ConstantOfShape", ["n"], ["c"], name="it"), node("Add", ["X", "c"], ["Y"])], "'it' (ConstantOfShape): it makes"),
        ("huge-expand", [node("Expand", ["X", "n"], ["Y"], name="it")], "'it' (Expand): it makes")]:
    refused(name, model(nodes, {"n": np.array([2**28, 6])} if name.startswith("huge") else {}, shape=("N", 6) if name != "huge-expand" else (1, 6)), words)

# ---- products with a gate of the value itself ----

erf = np.vectorize(math.erf)


def sigma(t):
    return 1 / (1 + np.exp(-t))


def gate(name, nodes, y, constants=None, **more):
    read("gate-" + name, model(nodes, constants or {}, shape=("N", 6), declared=("N", 6), **more), y, vector)


root = float(np.float32(np.sqrt(2)))
half, unit, two = {"half": .5}, {"one": 1.}, {"root": root}
gate("erf", [node("Erf", ["X"], ["Y"])], erf(vector))
gate("silu", [node("Sigmoid", ["X"], ["s"]), node("Mul", ["X", "s"], ["Y"])], vector * sigma(vector))
gate("silu-turned", [node("Sigmoid", ["X"], ["s"]), node("Mul", ["s", "X"], ["Y"])], vector * sigma(vector))
gate("swish", [node("Mul", ["X", "b"], ["t"]), node("Sigmoid", ["t"], ["s"]), node("Mul", ["X", "s"], ["Y"])],
     vector * sigma(float(np.float32(1.702)) * vector), {"b": 1.702})
gate("swish-back", [node("Neg", ["X"], ["t"]), node("Sigmoid", ["t"], ["s"]), node("Mul", ["X", "s"], ["Y"])],
     vector * sigma(-vector))
gate("silu-of-a-shift", [node("Add", ["X", "b"], ["t"]), node("Sigmoid", ["t"], ["s"]), node("Mul", ["t", "s"], ["Y"])],
     (vector + 2) * sigma(vector + 2), {"b": 2.})
gate("gelu-of-pytorch", [node("Div", ["X", "root"], ["t"]), node("Erf", ["t"], ["e"]), node("Add", ["e", "one"], ["g"]),
                         node("Mul", ["X", "g"], ["m"]), node("Mul", ["m", "half"], ["Y"])],
     vector / 2 * (1 + erf(vector / root)), {**half, **unit, **two})
gate("gelu-of-tensorflow", [node("Mul", ["X", "half"], ["h"]), node("Mul", ["X", "r"], ["t"]), node("Erf", ["t"], ["e"]),
                            node("Add", ["one", "e"], ["g"]), node("Mul", ["g", "h"], ["Y"])],
     vector / 2 * (1 + erf(vector * float(np.float32(1 / root)))), {**half, **unit, "r": 1 / root})
gate("gelu-halved-within", [node("Div", ["X", "root"], ["t"]), node("Erf", ["t"], ["e"]), node("Add", ["e", "one"], ["g"]),
                            node("Mul", ["g", "half"], ["m"]), node("Mul", ["m", "X"], ["Y"])],
     vector / 2 * (1 + erf(vector / root)), {**half, **unit, **two})
gate("gelu", [node("Gelu", ["X"], ["Y"])], vector / 2 * (1 + erf(vector / np.sqrt(2))), opset=20)
M6 = random.normal(size=(6, 6))
hidden = vector @ f32(M6)
gate("between-matrices", [node("MatMul", ["X", "M6"], ["t"]), node("Sigmoid", ["t"], ["s"]), node("Mul", ["t", "s"], ["h"]),
                          node("MatMul", ["h", "M6"], ["Y"])], hidden * sigma(hidden) @ f32(M6), {"M6": M6})
read("gate-of-images", model([node("Conv", ["X", "W", "b"], ["c"]), node("Sigmoid", ["c"], ["s"]), node("Mul", ["c", "s"], ["Y"])],
                             {"W": W, "b": b}, shape=("N", 2, 7, 6)),
     flat(conv(image, W32, b32, (1, 1), (1, 1)) * sigma(conv(image, W32, b32, (1, 1), (1, 1)))), flat(image))
for name, nodes in [("another-value", [node("Relu", ["X"], ["r"]), node("Sigmoid", ["r"], ["s"]), node("Mul", ["X", "s"], ["Y"], name="it")]),
                    ("shifted-gate", [node("Sigmoid", ["X"], ["s"]), node("Add", ["s", "one"], ["g"]), node("Mul", ["X", "g"], ["Y"], name="it")]),
                    ("shifted-argument", [node("Add", ["X", "one"], ["t"]), node("Sigmoid", ["t"], ["s"]), node("Mul", ["X", "s"], ["Y"], name="it")]),
                    ("half-a-gelu", [node("Erf", ["X"], ["e"]), node("Add", ["e", "root"], ["g"]), node("Mul", ["X", "g"], ["Y"], name="it")]),
                    ("other-places", [node("Sigmoid", ["X"], ["s"]), node("Gather", ["s", "back"], ["g"], axis=1), node("Mul", ["X", "g"], ["Y"], name="it")]),
                    ("one-for-many", [node("Sigmoid", ["X"], ["s"]), node("Gather", ["s", "first"], ["g"], axis=1), node("Mul", ["X", "g"], ["Y"], name="it")])]:
    refused("gate-" + name, model(nodes, {**unit, **two, "back": np.array([5, 4, 3, 2, 1, 0]), "first": np.array([0])}, shape=("N", 6)),
            "'it' (Mul): it multiplies two values that depend on the network's input")
no("gelu-of-tanh", "Gelu", "its attribute 'approximate' is not none", points=vector, opset=20, approximate="tanh")

# ---- declared shapes ----

W53 = random.normal(size=(5, 2, 3, 3))
declared = [node("Conv", ["X", "W53"], ["a"], name="first"), node("Relu", ["a"], ["b"], name="bend"),
            node("Flatten", ["b"], ["Y"], name="flat")]
convolved = flat(relu(conv(image, f32(W53), np.zeros(5), (1, 1), (1, 1))))
for name, wanted, values in [("right", ("N", 100), [("a", ("N", 5, 5, 4)), ("b", (None, 5, 5, 4))]),
                             ("of-open-sizes", ("M", "k"), [("a", ("N", None, "h", "w")), ("b", (-1, 5, 0, -1))]),
                             ("of-other-batches", (1, 100), [("a", (7, 5, 5, 4))]),
                             ("of-nothing", (), [("a", None), ("nowhere", (3, 3))]),
                             ("of-constants", None, [("W53", (5, 2, 3, 3))])]:
    read("declared-" + name, model(declared, {"W53": W53}, shape=("N", 2, 7, 6), declared=wanted, values=values), convolved,
         flat(image))
for name, wanted, values, words in [
        ("output", ("N", 96), [], "node 'flat' (Flatten): its value 'Y' has the shape N x 100, but the file declares N x 96"),
        ("output-rank", ("N", 100, 1), [], "(Flatten): its value 'Y' has the shape N x 100, but the file declares N x 100 x 1"),
        ("rank-of-1", (100,), [], "(Flatten): its value 'Y' has the shape N x 100, but the file declares 100"),
        ("huge", (None, 2**62), [], "(Flatten): its value 'Y' has the shape N x 100, but the file declares ? x 4611686018427387904"),
        ("deep", ("N",) + 11 * (2**63 - 1,), [], "but the file declares N x 9223372036854775807 x"),
        ("turned", None, [("b", ("N", 5, 4, 5))], "'bend' (Relu): its value 'b' has the shape N x 5 x 5 x 4, but the file declares N x 5 x 4 x 5"),
        ("inner", ("N", 100), [("b", ("M", 5, 4, None)), ("a", ("N", "c", 5, 3))], "'bend' (Relu): its value 'b' has the shape N x 5 x 5 x 4, but the file declares M x 5 x 4 x ?"),
        ("constant", None, [("W53", (5, 2, 3, 2))], "its value 'W53' has the shape 5 x 2 x 3 x 3, but the file declares 5 x 2 x 3 x 2")]:
    refused("declared-" + name, model(declared, {"W53": W53}, shape=("N", 2, 7, 6), declared=wanted, values=values), words)
ones = [node("Unsqueeze", ["X", "at"], ["Y"], name="it")]
read("declared-of-ones-elsewhere", model(ones, {"at": np.array([2, 0])}, shape=(2, 3), declared=(1, 1, 2, 3)), vector, vector)
refused("declared-of-no-ones", model(ones, {"at": np.array([2, 0])}, shape=(2, 3), declared=(1, 1, 3, 2)),
        "'it' (Unsqueeze): its value 'Y' has the shape 1 x 2 x 1 x 3, but the file declares 1 x 1 x 3 x 2")

# ---- data in another file ----


def elsewhere(value="there.bin", offset="8", length=None):
    net = model([node("MatMul", ["X", "Q"], ["Y"])], {"Q": Q.T}, shape=("N", 6))
    tensor = net.graph.initializer[0]
    raw, tensor.data_location = tensor.raw_data, TensorProto.EXTERNAL
    tensor.ClearField("raw_data")
    for key, text in [("location", value), ("offset", offset), ("length", length or str(len(raw)))]:
        tensor.external_data.add(key=key, value=text)
    (folder / "there.bin").write_bytes(bytes(8) + raw)
    return net


read("external", elsewhere(), vector @ Q32.T, vector)
for name, more, words in [("outside", {"value": "../there.bin"}, "which is not there"),
                          ("absolute", {"value": "/etc/passwd"}, "which is not there"),
                          ("nowhere", {"value": "nowhere.bin"}, "which is not there"),
                          ("folder", {"value": "."}, "outside of the model's folder"),
                          ("parent", {"value": ".."}, "outside of the model's folder"),
                          ("too-long", {"length": "100"}, "tensor 'Q': has 100 bytes of data, its shape says 96"),
                          ("too-far", {"offset": "9"}, "tensor 'Q': its data end at byte 105 of 'there.bin', which has 104"),
                          ("negative", {"offset": "-8"}, "tensor 'Q': its data's offset is '-8'"),
                          ("vast", {"offset": "9223372036854775807"}, "tensor 'Q': its data end at byte"),
                          ("beyond", {"offset": "99999999999999999999"}, "tensor 'Q': its data's offset is")]:
    refused("external-" + name, elsewhere(**more), words)
