#!/usr/bin/env python3
"""Records the type and shape of every value of the main graph, as onnxruntime computes them.

    pip install onnx==1.19.1 onnxruntime numpy
    python3 Tests/Recipes/intermediate_shapes.py samples Tests/Fixtures/Shapes

For each MODEL.onnx with MODEL.in.npz in the first folder, writes MODEL.shapes.txt into the second:
one line `name<TAB>type<TAB>extents` for each value that a node makes (extents joined by commas),
and the inputs' shapes first. For nodes that are sums of products follow lines `output<TAB>macs<TAB>N`,
counted from these shapes, and for nodes that read initializers or Constant nodes lines
`output<TAB>parameters<TAB>N` (whole-number shapes and indices left out).
"""
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime as ort

source, target = map(pathlib.Path, sys.argv[1:3])
target.mkdir(parents=True, exist_ok=True)
options = ort.SessionOptions()
options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
options.log_severity_level = 4



def costs(model, shapes, feeds):
    """Multiply-adds and parameters of each node of the main graph."""
    stored = {i.name: i for i in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "Constant":
            for attribute in node.attribute:
                if attribute.name == "value":
                    stored[node.output[0]] = attribute.t
    shapes = dict(shapes) | {n: a.shape for n, a in feeds.items()}
    shapes |= {n: tuple(t.dims) for n, t in stored.items()}
    size = lambda extents: int(np.prod(extents, dtype=object))
    for node in model.graph.node:
        if not node.output or node.op_type == "Constant":
            continue
        inside = [shapes.get(n) for n in node.input]
        made = shapes.get(node.output[0])
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        macs = None
        if node.op_type == "Conv":
            macs = size(made) * size(inside[1]) // inside[1][0]
        elif node.op_type == "ConvTranspose":
            macs = size(inside[0]) * size(inside[1]) // inside[1][0]
        elif node.op_type == "Gemm":
            macs = size(made) * inside[0][0 if attributes.get("transA") else 1]
        elif node.op_type == "MatMul":
            macs = size(made) * inside[0][-1]
        if macs is not None:
            yield f"{node.output[0]}\tmacs\t{macs}"
        counted = [
            size(stored[n].dims)
            for n in dict.fromkeys(node.input)
            if n in stored and stored[n].data_type not in (7, 8, 9, 13)
        ]
        if counted:
            yield f"{node.output[0]}\tparameters\t{sum(counted)}"


for path in sorted(source.glob("*.onnx")):
    inputs_path = path.with_suffix(".in.npz")
    if not inputs_path.exists():
        continue
    model = onnx.load(path)
    known = {o.name for o in model.graph.output}
    for node in model.graph.node:
        for name in node.output:
            if name and name not in known:
                known.add(name)
                model.graph.output.append(onnx.ValueInfoProto(name=name))
    feeds = dict(np.load(inputs_path))
    try:
        session = ort.InferenceSession(model.SerializeToString(), options)
        results = session.run(None, feeds)
    except Exception as error:  # an operator that this onnxruntime has not
        print(path.name, str(error)[:100], file=sys.stderr)
        continue
    lines = [f"{n}\tinput\t{','.join(map(str, a.shape))}" for n, a in sorted(feeds.items())]
    for output, array in zip(session.get_outputs(), results):
        if isinstance(array, np.ndarray):
            lines.append(f"{output.name}\t{array.dtype}\t{','.join(map(str, array.shape))}")
    lines += costs(model, {o.name: a.shape for o, a in zip(session.get_outputs(), results)}, feeds)
    (target / f"{path.stem}.shapes.txt").write_text("\n".join(lines) + "\n")
