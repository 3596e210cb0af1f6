#!/usr/bin/env python3
"""Counts multiply-adds and parameters of every node and compares with `bnfold inspect --json`.

    pip install onnx onnxruntime numpy
    python3 Tests/Recipes/check_layers.py BNFOLD MODEL.onnx...

Shapes are those of the arrays that onnxruntime computes for MODEL.in.npz (where it cannot run the
model: those of onnx.shape_inference). The formulas are the textbook's, written anew:

    Conv           every output element sums over one filter: |Y| · |W[0]|
    ConvTranspose  every input element is spread over one filter: |X| · |W[0]|
    Gemm, MatMul   every output element is a dot product: |Y| · K
    LSTM, GRU, RNN (gates · hidden) rows of features and of hidden, for each step, batch, direction

Parameters are the elements of the initializers and Constant nodes that a node reads, each once,
but for shapes and indices (int64, uint64), bools and texts. Prints a line for each difference.
"""
import json
import pathlib
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime as ort

NO_PARAMETERS = {
    onnx.TensorProto.INT64, onnx.TensorProto.UINT64, onnx.TensorProto.BOOL,
    onnx.TensorProto.STRING,
}


def shapes_of(path, model, feeds):
    """The extents of every value of the main graph that could be found out."""
    shapes = {name: array.shape for name, array in feeds.items()}
    shapes |= {i.name: tuple(i.dims) for i in model.graph.initializer}
    wide = onnx.ModelProto()
    wide.CopyFrom(model)
    known = {o.name for o in model.graph.output}
    for node in model.graph.node:
        wide.graph.output.extend(
            onnx.ValueInfoProto(name=n) for n in node.output if n and n not in known)
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    folder = pathlib.Path(path).parent
    onnx.external_data_helper.load_external_data_for_model(wide, str(folder))
    try:
        session = ort.InferenceSession(wide.SerializeToString(), options)
        results = session.run(None, feeds)
        shapes |= {
            o.name: a.shape for o, a in zip(session.get_outputs(), results)
            if isinstance(a, np.ndarray)
        }
    except Exception:  # an operator or a form that onnxruntime does not have
        inferred = onnx.shape_inference.infer_shapes(model, data_prop=True).graph
        for value in [*inferred.value_info, *inferred.output]:
            extents = [d.dim_value for d in value.type.tensor_type.shape.dim]
            if all(extents):
                shapes.setdefault(value.name, tuple(extents))
    return shapes


def count(path, feeds):
    """(MACs, parameters) by the name of a node's first output."""
    model = onnx.load(path, load_external_data=False)
    shapes = shapes_of(path, model, feeds)
    stored = {i.name: (i.dims, i.data_type) for i in model.graph.initializer}
    for node in model.graph.node:
        for a in node.attribute:
            if node.op_type == "Constant" and a.name == "value":
                stored[node.output[0]] = (a.t.dims, a.t.data_type)
            elif node.op_type == "Constant" and a.name in ("value_float", "value_floats"):
                stored[node.output[0]] = ([len(a.floats)] if a.floats else [], 1)
    shapes |= {name: tuple(dims) for name, (dims, _) in stored.items()}
    size = lambda extents: int(np.prod(np.array(extents, dtype=object))) if len(extents) else 1
    functions = {(f.domain, f.name) for f in model.functions}
    result = {}
    for node in model.graph.node:
        if node.op_type == "Constant" or not node.output:
            continue
        x = [shapes.get(n) for n in node.input]
        y = shapes.get(next(n for n in node.output if n))
        a = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        macs = 0
        if node.op_type == "Conv":
            macs = size(y) * size(x[1][1:])
        elif node.op_type == "ConvTranspose":
            macs = size(x[0]) * size(x[1][1:])
        elif node.op_type == "Gemm":
            macs = size(y) * x[0][-2 if a.get("transA") else -1]
        elif node.op_type == "MatMul":
            macs = size(y) * x[0][-1]
        elif node.op_type in ("LSTM", "GRU", "RNN"):
            gates = {"LSTM": 4, "GRU": 3, "RNN": 1}[node.op_type]
            steps, batch, features = x[0]
            directions, hidden = x[2][0], x[2][2]
            macs = steps * batch * directions * gates * hidden * (features + hidden)
        if (node.domain, node.op_type) in functions:
            macs = None  # its body's nodes stand in the report by themselves
        parameters = sum(
            size(stored[n][0]) for n in dict.fromkeys(node.input)
            if n in stored and stored[n][1] not in NO_PARAMETERS)
        result[next(n for n in node.output if n)] = (macs, parameters)
    return result


bnfold, differences, nodes = sys.argv[1], 0, 0
for path in sys.argv[2:]:
    feeds = dict(np.load(path.removesuffix(".onnx") + ".in.npz"))
    expected = count(path, feeds)
    inputs = {i.name for i in onnx.load(path, load_external_data=False).graph.input}
    command = [bnfold, "inspect", path, "--json"]
    for name, array in feeds.items():
        if name in inputs and array.ndim:
            command += ["--shape", f"{name}={','.join(map(str, array.shape))}"]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode:
        print(f"{path}: exit {run.returncode}: {run.stderr.strip()}")
        differences += 1
        continue
    report = json.loads(run.stdout)
    found = {
        layer["output"]: (layer["multiply_adds"], layer["parameters"])
        for layer in report["layers"] if layer["graph"] == ""
    }
    for name in expected.keys() | found.keys():
        nodes += 1
        if expected.get(name) != found.get(name):
            print(f"{path}: {name}: counted {expected.get(name)}, bnfold says {found.get(name)}")
            differences += 1
    total = report["totals"]["multiply_adds"]
    if None not in dict(expected.values()) and len(report["layers"]) == len(found):
        if total != sum(macs for macs, _ in expected.values()):
            print(f"{path}: the total is {total}")
            differences += 1
print(f"{len(sys.argv) - 2} models, {nodes} nodes, {differences} differences")
sys.exit(1 if differences else 0)
