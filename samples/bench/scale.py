"""How time grows with the number of nodes.

Graphs at three sizes: a chain of blocks of ten nodes with one batch normalization, the same blocks
side by side under one Sum, both also with `--simplify`, which removes seven nodes of each block, and
a longer chain of which a tenth folds and `--simplify` removes most. Tensors are tiny, so only the
planner, the simplifier, the reader and the writer have work.
The last column is the exponent of a power law through the first and last size: 1 is linear.
"""
import math
import os
import statistics

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import make_long_chain
import measure

NODES = [25000, 50000, 100000]
CHANNELS = 4


def blocks(count, wide):
    """`count` blocks: Conv, BatchNormalization, eight Relu; one after the other or side by side."""
    random = np.random.default_rng(0)
    weights, nodes, ends, last = [], [], [], "x"
    for i in range(count):
        kernel = random.standard_normal((CHANNELS, CHANNELS, 1, 1)).astype(np.float32) * 0.3
        weights.append(numpy_helper.from_array(kernel, f"w{i}"))
        names = [f"{part}{i}" for part in ("gamma", "beta", "mean", "variance")]
        for name in names:
            numbers = (random.random(CHANNELS) + 0.5).astype(np.float32)
            weights.append(numpy_helper.from_array(numbers, name))
        nodes.append(helper.make_node("Conv", ["x" if wide else last, f"w{i}"], [f"c{i}"]))
        nodes.append(helper.make_node("BatchNormalization", [f"c{i}"] + names, [f"b{i}"]))
        last = f"b{i}"
        for k in range(8):
            nodes.append(helper.make_node("Relu", [last], [f"r{i}_{k}"]))
            last = f"r{i}_{k}"
        ends.append(last)
    nodes.append(helper.make_node("Sum", ends if wide else ends[-1:], ["y"]))
    shape = [1, CHANNELS, 2, 2]
    value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    graph = helper.make_graph(nodes, "blocks", [value("x")], [value("y")], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


GRAPHS = {
    "chain": (lambda nodes: blocks(nodes // 10, False), []),
    "wide": (lambda nodes: blocks(nodes // 10, True), []),
    "chain, --simplify": (lambda nodes: blocks(nodes // 10, False), ["--simplify"]),
    "wide, --simplify": (lambda nodes: blocks(nodes // 10, True), ["--simplify"]),
    "mixed chain, --simplify": (make_long_chain.chain, ["--simplify"]),
}

HEAD = ["| graph | " + " | ".join(f"{n} nodes, s" for n in NODES) + " | peak MB | exponent |",
        "|---|" + "---:|" * (len(NODES) + 2)]


def line(bnfold, directory, name, rounds, cpu):
    """Measures one graph at all sizes and gives its line of the table."""
    make, options = GRAPHS[name]
    path, seconds, peak = os.path.join(directory, "scale.onnx"), [], 0
    for nodes in NODES:
        onnx.save(make(nodes), path)
        command = [bnfold, "fold", path, "-o", path + ".out", "--no-verify", "--no-sync"] + options
        runs = [measure.run(command, cpu=cpu) for _ in range(rounds)]
        seconds.append(statistics.median(run[0] for run in runs))
        peak = max(peak, max(run[1] for run in runs))
    exponent = math.log(seconds[-1] / seconds[0]) / math.log(NODES[-1] / NODES[0])
    figures = " | ".join(f"{s:.2f}" for s in seconds)
    return f"| {name} | {figures} | {peak:.0f} | {exponent:.2f} |"
