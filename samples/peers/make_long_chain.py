#!/usr/bin/env python3
"""Makes a model of many nodes of which simplification leaves few: time has to grow with the nodes.

    make_long_chain.py NODES OUT.onnx
"""
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def make(count):
    """Blocks of ten nodes: what passes its input on, shape chains, constants, twins."""
    one, zero = np.ones(8, np.float32), np.array(-0.0, np.float32)
    constants = [numpy_helper.from_array(one, "one"), numpy_helper.from_array(zero, "zero"),
                 numpy_helper.from_array(np.array([-1, 4, 8]), "target")]
    nodes, last = [], "x"

    def node(operator, inputs, **attributes):
        nodes.append(helper.make_node(operator, inputs, [f"v{len(nodes)}"], **attributes))
        return nodes[-1].output[0]

    while len(nodes) < count:
        r = node("Relu", [last])
        i = node("Identity", [r])
        m = node("Mul", [i, "one"])
        t = node("Transpose", [node("Transpose", [m], perm=[0, 2, 1])], perm=[0, 2, 1])
        f = node("Reshape", [t, node("Shape", [r])])
        a = node("Add", [f, "zero"])
        twin = node("Relu", [last])
        last = node("Sub", [a, node("Sigmoid", [twin])])
    nodes[-1].output[0] = "y"
    shape = ["batch", 4, 8]
    graph = helper.make_graph(
        nodes, "long", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


if __name__ == "__main__":
    onnx.save(make(int(sys.argv[1])), sys.argv[2])
