"""onnx_files.py - what make_onnx.py and make_onnx_graphs.py share: ONNX files in the folder of the command line.
A file that is to be read comes with NAME.x (inputs) and NAME.y (outputs, computed with numpy from the meaning of the
network, not from the file), raw float64; one that is to be refused with NAME.refused: words that the error must
hold."""
import pathlib
import sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper

folder = pathlib.Path(sys.argv[1])
node = helper.make_node


def f32(a):
    return np.asarray(a, np.float32).astype(np.float64)


def relu(t):
    return np.maximum(t, 0)


def model(nodes, constants, shape=("N", 4), dtype=np.float32, opset=13, outputs=("Y",), inputs=("X",),
          also_inputs=False, typed=False, size=None, declared=None, values=()):
    """declared: the output's shape; values: pairs of a name and its declared shape."""
    declared = declared or (("N", size) if size else None)
    kind = {np.float32: TensorProto.FLOAT, np.float64: TensorProto.DOUBLE}[dtype]
    tensors = []
    for name, value in constants.items():
        value = np.asarray(value)
        value = value.astype(dtype) if value.dtype.kind == "f" else value
        if typed:  # float_data and double_data instead of raw_data
            code = helper.make_tensor(name, kind, value.shape, value.flatten())
        else:
            code = numpy_helper.from_array(value, name)
        tensors.append(code)
    ports = [helper.make_tensor_value_info(i, kind, shape) for i in inputs]
    if also_inputs:
        ports += [helper.make_tensor_value_info(t.name, t.data_type, t.dims) for t in tensors]
    graph = helper.make_graph(nodes, "g", ports,
                              [helper.make_tensor_value_info(o, kind, declared) for o in outputs], tensors,
                              value_info=[helper.make_tensor_value_info(v, kind, s) for v, s in values])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])


def save(name, net):
    path = folder / (name + ".onnx")
    path.write_bytes(net if isinstance(net, bytes) else net.SerializeToString())
    return path


def read(name, net, y, points):
    path = save(name, net)
    points.astype(np.float64).tofile(path.with_suffix(".x"))
    np.asarray(y, np.float64).tofile(path.with_suffix(".y"))


def refused(name, net, words):
    save(name, net).with_suffix(".refused").write_text(words)
