"""Runs models with onnxruntime, optimizations off, and writes every value that it makes.

    runtime_values.py OUT MODEL INPUTS [MODEL INPUTS ...]

For the k-th model: OUT/k.npz with arrays v0, v1, ... and OUT/k.txt with their names, one a line:
the outputs of all nodes of the main graph. INPUTS is an .npz, X.in.npz. Where onnxruntime has no
kernel, the arrays are those of X.out.npz, which hold the model's outputs alone.
Needs: onnx, onnxruntime, numpy.
"""
import sys

import numpy as np
import onnx
import onnxruntime as ort
from onnx import helper

ort.set_default_logger_severity(3)


def values(path, inputs, recorded):
    model = onnx.load(path)
    names = [name for node in model.graph.node for name in node.output if name]
    outputs = {output.name for output in model.graph.output}
    model.graph.output.extend(
        helper.make_empty_tensor_value_info(name) for name in names if name not in outputs)
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    try:
        session = ort.InferenceSession(model.SerializeToString(), options,
                                       providers=["CPUExecutionProvider"])
    except Exception as error:
        if "NOT_IMPLEMENTED" not in str(error):
            raise
        return list(recorded), list(recorded.values())
    wanted = {value.name for value in session.get_inputs()} | {
        value.name for value in session.get_overridable_initializers()}
    return names, session.run(names, {k: v for k, v in inputs.items() if k in wanted})


out, rest = sys.argv[1], sys.argv[2:]
for k, (path, inputs) in enumerate(zip(rest[::2], rest[1::2])):
    recorded = dict(np.load(inputs.replace(".in.npz", ".out.npz")))
    names, arrays = values(path, dict(np.load(inputs)), recorded)
    np.savez(f"{out}/{k}.npz", **{f"v{i}": array for i, array in enumerate(arrays)})
    with open(f"{out}/{k}.txt", "w") as file:
        file.write("".join(name + "\n" for name in names))
