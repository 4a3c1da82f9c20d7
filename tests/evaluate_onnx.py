#!/usr/bin/python3
"""evaluate_onnx.py FOLDER - an evaluator of its own for the tests: reads every FOLDER/NAME.onnx that
liplaw wrote with python3-onnx, checks it, and runs it with numpy in the arithmetic of its tensors,
from the inputs in NAME.x to the outputs in NAME.y (raw float64, rows x width)."""
import pathlib
import sys

import numpy as np
import onnx
from onnx import numpy_helper


def attributes(node):
    return {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}


def gemm(a, b, c=0, alpha=1.0, beta=1.0, transA=0, transB=0):
    a = a.T if transA else a
    b = b.T if transB else b
    return a.dtype.type(alpha) * (a @ b) + a.dtype.type(beta) * c


OPERATORS = {
    "Gemm": gemm,
    "Relu": lambda x: np.maximum(x, 0),
    "LeakyRelu": lambda x, alpha=0.01: np.where(x < 0, x.dtype.type(alpha) * x, x),
    "Elu": lambda x, alpha=1.0: np.where(x < 0, x.dtype.type(alpha) * np.expm1(np.minimum(x, 0)), x),
    "PRelu": lambda x, slope: np.where(x < 0, slope * x, x),
    "Abs": np.abs,
    "Tanh": np.tanh,
    "Softplus": lambda x: np.logaddexp(x, 0),
    "Sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "Pow": lambda x, p: x ** p,
    "Mul": lambda x, y: x * y,
    "Add": lambda x, y: x + y,
    "Sub": lambda x, y: x - y,
    "Unsqueeze": lambda x, axes: np.expand_dims(x, tuple(axes)),
    "Reshape": lambda x, shape: x.reshape([x.shape[i] if s == 0 else s for i, s in enumerate(shape)]),
    "ReduceL2": lambda x, axes, keepdims=1: np.sqrt((x * x).sum(axis=tuple(axes), keepdims=bool(keepdims))),
    "ReduceMin": lambda x, axes, keepdims=1: x.min(axis=tuple(axes), keepdims=bool(keepdims)),
}


def run(path, x):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert model.ir_version == 8 and [(o.domain, o.version) for o in model.opset_import] == [("", 17)]
    graph = model.graph
    assert [i.name for i in graph.input] == ["X"] and [o.name for o in graph.output] == ["Y"]
    assert not model.metadata_props
    values = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    dtypes = {v.dtype for v in values.values() if v.dtype != np.int64}
    assert len(dtypes) == 1, dtypes
    dtype = dtypes.pop()
    for port in (graph.input[0], graph.output[0]):
        kind = port.type.tensor_type
        assert onnx.helper.tensor_dtype_to_np_dtype(kind.elem_type) == dtype \
            if hasattr(onnx.helper, "tensor_dtype_to_np_dtype") \
            else onnx.mapping.TENSOR_TYPE_TO_NP_TYPE[kind.elem_type] == dtype
        assert kind.shape.dim[0].dim_param == "N"
    values["X"] = x.reshape(-1, graph.input[0].type.tensor_type.shape.dim[1].dim_value).astype(dtype)
    for node in graph.node:
        out = OPERATORS[node.op_type](*[values[i] for i in node.input], **attributes(node))
        assert out.dtype == dtype
        values[node.output[0]] = out
    y = values["Y"]
    assert y.shape == (len(values["X"]), graph.output[0].type.tensor_type.shape.dim[1].dim_value)
    return y.astype(np.float64)


if __name__ == "__main__":
    for net in sorted(pathlib.Path(sys.argv[1]).glob("*.onnx")):
        run(str(net), np.fromfile(net.with_suffix(".x"))).tofile(net.with_suffix(".y"))
