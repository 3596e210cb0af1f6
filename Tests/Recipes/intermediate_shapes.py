#!/usr/bin/env python3
"""Records the type and shape of every value of the main graph, as onnxruntime computes them.

    pip install onnx==1.19.1 onnxruntime numpy
    python3 Tests/Recipes/intermediate_shapes.py samples Tests/Fixtures/Shapes

For each MODEL.onnx with MODEL.in.npz in the first folder, writes MODEL.shapes.txt into the second:
one line `name<TAB>type<TAB>extents` for each value that a node makes (extents joined by commas),
and the inputs' shapes first.
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
    (target / f"{path.stem}.shapes.txt").write_text("\n".join(lines) + "\n")
