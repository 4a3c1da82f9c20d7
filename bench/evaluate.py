#!/usr/bin/python3
"""evaluate.py PROGRAM NETWORKS RESULTS README - values and gradients of public networks beside the
matrix products that they are made of, and beside PyTorch, one thread each, in CPU seconds.
PROGRAM is bench_evaluate, NETWORKS the folder with oval21/ and others."""

import argparse
import os
import subprocess
import sys
import time

import onnx
import torch
from onnx import numpy_helper

import tables
import torch_step

NETWORKS = ["oval21/cifar_base_kw", "cifar10_resnet/resnet_2b", "mnistfc/mnist-net_256x4"]
ROWS, REPEATS = 200, 9
ASKED = 3  # times the products, for values in f64 of the two convolutional ones
functional = torch.nn.functional


def ours(program, path):
    """By precision: seconds of products, values, gradients."""
    run = subprocess.run([program, path, str(ROWS), str(REPEATS)], capture_output=True, check=True, text=True)
    words = (line.split() for line in run.stdout.splitlines())
    return {w[0]: dict(products=float(w[2]), values=float(w[4]), gradients=float(w[6])) for w in words}


def convolve(x, weights, attributes):
    top, left, bottom, right = attributes.get("pads", [0] * 4)
    x = functional.pad(x, (left, right, top, bottom)) if (top, left) != (bottom, right) else x
    padding = (top, left) if (top, left) == (bottom, right) else 0
    return functional.conv2d(x, *weights, stride=attributes.get("strides", 1), padding=padding)


def multiply(x, weights, attributes):
    matrix = weights[0] if attributes.get("transB") else weights[0].T
    return functional.linear(x, matrix, *weights[1:])


def shape_of(value):
    return [d.dim_value or 1 for d in value.type.tensor_type.shape.dim][1:]


class Network:
    """The few operators that these files have."""

    def __init__(self, path, kind):
        graph = onnx.load(path).graph
        weights = {t.name: torch.tensor(numpy_helper.to_array(t)) for t in graph.initializer}
        self.weights = {n: t.to(kind) if t.is_floating_point() else t for n, t in weights.items()}
        self.nodes = graph.node
        self.input = next(i for i in graph.input if i.name not in weights)
        self.output = graph.output[0].name

    def __call__(self, x):
        value = {self.input.name: x}
        for node in self.nodes:
            attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
            given = [value[i] for i in node.input if i in value]
            fixed = [self.weights[i] for i in node.input if i in self.weights]
            if node.op_type == "Conv":
                made = convolve(given[0], fixed, attributes)
            elif node.op_type == "Gemm":
                made = multiply(given[0], fixed, attributes)
            elif node.op_type == "MatMul":
                made = given[0] @ fixed[0]
            elif node.op_type == "Relu":
                made = torch.relu(given[0])
            elif node.op_type == "Add":
                made = sum(given[1:] + fixed, given[0])
            elif node.op_type in ("Flatten", "Reshape"):
                made = given[0].flatten(1)
            elif node.op_type == "Constant":
                continue
            else:
                raise SystemExit("no " + node.op_type)
            value[node.output[0]] = made
        return value[self.output]


def least(work):
    best = float("inf")
    for _ in range(REPEATS):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return best


def theirs(path, kind):
    network = Network(path, kind)
    x = torch.randn(ROWS, *shape_of(network.input), dtype=kind)

    def values():
        with torch.no_grad():
            network(x)

    def gradients():
        point = x.clone().requires_grad_(True)
        network(point)[:, 0].sum().backward()

    return dict(values=least(values), gradients=least(gradients))


def row_of(program, folder, name):
    path = os.path.join(folder, name + ".onnx")
    rows, measured = [], ours(program, path)
    for precision, kind in (("f64", torch.float64), ("f32", torch.float32)):
        own, other = measured[precision], theirs(path, kind)
        rows.append({"network": name, "precision": precision, **own, "torch_values": other["values"],
                     "torch_gradients": other["gradients"]})  # fmt: skip
    return rows


def table(rows):
    head = ["network", "", "products, ms", "values, ms", "over products", "PyTorch", "gradients, ms", "PyTorch"]
    lines = [
        [r["network"], r["precision"]]
        + ["%.2f" % (1e3 * r[k]) for k in ("products", "values")]
        + ["%.2fx" % (r["values"] / r["products"])]
        + ["%.2f" % (1e3 * r[k]) for k in ("torch_values", "gradients", "torch_gradients")]
        for r in rows
    ]
    return tables.markdown(head, lines)


def main():
    parser = argparse.ArgumentParser()
    for name in ("program", "networks", "results", "readme"):
        parser.add_argument(name)
    asked = parser.parse_args()
    if not os.path.isdir(asked.networks):
        print("skipped: %s is absent" % asked.networks, file=sys.stderr)
        return
    torch_step.set_threads(1)
    rows = [row for name in NETWORKS for row in row_of(asked.program, asked.networks, name)]
    text = table(rows)
    print(text)
    tables.write_csv(asked.results, rows[0].keys(), rows)
    late = [r["network"] for r in rows if r["precision"] == "f64" and r["values"] > ASKED * r["products"]]
    met = "NOT met by " + ", ".join(late) if late else "met"
    note = "%s, %d rows, PyTorch %s (%s). Asked: values in f64 within %dx of their products: %s." % (
        tables.processor(), ROWS, torch_step.version(), torch_step.blas_kernel(), ASKED, met)  # fmt: skip
    tables.fill(asked.readme, "evaluate", note + "\n\n" + text)


main()
