#!/usr/bin/env python3
"""Makes models of very many nodes, to see that `fold --simplify` takes time in proportion.

    make_long_chain.py DIRECTORY NODES...       make_long_chain.py /tmp/chains 25000 50000 100000

For each number of nodes a model `chain-NODES.onnx` of blocks that fold, blocks that simplification
removes and blocks that it must look at and keep:

    Conv 1x1, BatchNormalization, Relu, Transpose, its inverse, Identity, Add of zeros,
    Shape, Reshape to it, Sigmoid

Then: for f in /tmp/chains/*.onnx; do
        /usr/bin/time -f '%U s  %M KiB' bnfold fold --simplify --no-verify --no-sync $f -o /tmp/out.onnx
      done
Needs numpy and onnx. The same number makes the same bytes.
"""
import os
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

CHANNELS = 2


def chain(count):
    """A model of `count` nodes, rounded down to whole blocks of ten."""
    random = np.random.default_rng(count)
    nodes, weights = [], []

    def constant(name, array):
        weights.append(numpy_helper.from_array(array, name))
        return name

    def node(kind, inputs, **attributes):
        output = f"{kind.lower()}{len(nodes)}"
        nodes.append(helper.make_node(kind, inputs, [output], name=f"n{len(nodes)}", **attributes))
        return output

    zeros = constant("zeros", np.full((1,), -0.0, np.float32))
    x = "x"
    for block in range(count // 10):
        weight = random.standard_normal((CHANNELS, CHANNELS, 1, 1)).astype(np.float32)
        x = node("Conv", [x, constant(f"w{block}", weight)])
        parameters = [np.float32(random.uniform(0.5, 1.5, CHANNELS)) for _ in range(4)]
        x = node("BatchNormalization",
                 [x] + [constant(f"p{block}.{i}", p) for i, p in enumerate(parameters)])
        x = node("Relu", [x])
        x = node("Transpose", [x], perm=[0, 2, 3, 1])
        x = node("Transpose", [x], perm=[0, 3, 1, 2])
        x = node("Identity", [x])
        x = node("Add", [x, zeros])
        x = node("Reshape", [x, node("Shape", [x])])
        x = node("Sigmoid", [x])
    shape = [1, CHANNELS, 3, 4]
    graph = helper.make_graph(
        nodes, "chain", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(x, TensorProto.FLOAT, shape)], weights)
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    os.makedirs(sys.argv[1], exist_ok=True)
    for count in map(int, sys.argv[2:]):
        path = os.path.join(sys.argv[1], f"chain-{count}.onnx")
        onnx.save(chain(count), path)
        print(path)


if __name__ == "__main__":
    main()
