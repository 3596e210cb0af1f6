"""Folds models with other tools and tells which results are right.

  peer_folds.py OUT MODEL.onnx ...     writes OUT/PEER/MODEL.onnx and OUT/peers.json

Peers: OnnxSlim with its defaults, onnxruntime's offline optimization at level BASIC. A result is
right when onnxruntime without optimizations (ONNX's reference evaluator for types that it lacks)
gives the same outputs as for the original, on the input beside the model (MODEL.in.npz) or else on
three normal ones: to 2e-5 of the largest element (half: 3e-2, double: 1e-9). Verdicts: right,
wrong, failed (no result, or one that does not run), unknown (the original does not run).
Needs the packages of .ci/requirements.txt and .ci/peers.txt.
"""
import json
import multiprocessing
import os
import sys

TOLERANCE = {"float16": 3e-2, "float64": 1e-9}


def fold_with_onnxslim(source, target):
    import onnxslim
    onnxslim.slim(source, target)


def fold_with_onnxruntime(source, target):
    import onnxruntime as ort
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = target
    options.log_severity_level = 4
    ort.InferenceSession(source, options, providers=["CPUExecutionProvider"])


PEERS = {"onnxslim": fold_with_onnxslim, "onnxruntime": fold_with_onnxruntime}


def session(path):
    import onnxruntime as ort
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    try:
        return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        if "NOT_IMPLEMENTED" not in str(error):
            raise
        return Reference(path)


class Reference:
    """ONNX's own evaluator behind onnxruntime's interface, for types that that one lacks."""

    def __init__(self, path):
        import onnx
        from onnx.reference import ReferenceEvaluator
        self.graph = onnx.load(path).graph
        self.evaluator = ReferenceEvaluator(path)

    def get_inputs(self):
        import onnx
        from types import SimpleNamespace
        stored = {t.name for t in self.graph.initializer}
        names = {onnx.TensorProto.DOUBLE: "tensor(double)", onnx.TensorProto.FLOAT: "tensor(float)",
                 onnx.TensorProto.FLOAT16: "tensor(float16)"}
        return [SimpleNamespace(name=i.name, type=names.get(i.type.tensor_type.elem_type),
                                shape=[d.dim_value for d in i.type.tensor_type.shape.dim])
                for i in self.graph.input if i.name not in stored]

    def get_overridable_initializers(self):
        stored = {t.name for t in self.graph.initializer}
        return [i for i in self.graph.input if i.name in stored]

    def get_outputs(self):
        return self.graph.output

    def run(self, names, feed):
        return self.evaluator.run(names, feed)


def inputs(source, original):
    import numpy as np
    recorded = source[:-5] + ".in.npz"
    if os.path.exists(recorded):
        return [dict(np.load(recorded))]
    types = {"tensor(float)": np.float32, "tensor(double)": np.float64,
             "tensor(float16)": np.float16}
    samples = []
    for seed in range(3):
        random = np.random.default_rng(seed)
        samples.append({i.name: random.standard_normal(i.shape).astype(types[i.type])
                        for i in original.get_inputs()})
    return samples


def verdict(source, target):
    import numpy as np
    try:
        original = session(source)
        feeds = inputs(source, original)
        expected = [original.run(None, feed) for feed in feeds]
    except Exception as error:
        return "unknown", str(error)
    try:
        made = session(target)
    except Exception as error:
        return "failed", str(error)
    def offered(session):
        return {i.name for i in session.get_inputs()} \
            | {i.name for i in session.get_overridable_initializers()}

    gone = offered(original) - offered(made)
    if gone:
        return "wrong", f"{sorted(gone)[0]}, which a caller may give, is gone"
    names = [o.name for o in original.get_outputs()]
    for feed, wanted in zip(feeds, expected):
        try:
            found = made.run(names, feed)
        except Exception as error:
            return "failed", str(error)
        for name, a, b in zip(names, wanted, found):
            if a.shape != b.shape or a.dtype != b.dtype:
                return "wrong", f"{name} has shape {b.shape} {b.dtype}"
            limit = TOLERANCE.get(str(a.dtype), 2e-5)
            x, y = a.astype(np.float64), b.astype(np.float64)
            finite = np.isfinite(x)
            if (finite != np.isfinite(y)).any():
                return "wrong", f"{name} is not finite"
            if finite.any():
                error = np.abs(x - y)[finite].max() / (np.abs(x[finite]).max() + 1e-30)
                if error > limit:
                    return "wrong", f"{name} is off by {error:.2g} of its largest element"
    return "right", ""


def job(peer, source, target, pipe):
    try:
        PEERS[peer](source, target)
        pipe.send(verdict(source, target))
    except BaseException as error:  # onnxslim ends the process where it fails
        pipe.send(("failed", f"{type(error).__name__}: {error}"))


def main():
    folder, sources = sys.argv[1], sys.argv[2:]
    # Loaded once, before the processes that may die are forked.
    import numpy  # noqa: F401
    import onnxruntime  # noqa: F401
    import onnxslim  # noqa: F401
    multiprocessing.set_start_method("fork")
    results = []
    for peer in PEERS:
        os.makedirs(f"{folder}/{peer}", exist_ok=True)
        for source in sources:
            target = f"{folder}/{peer}/{os.path.basename(source)}"
            ours, theirs = multiprocessing.Pipe()
            process = multiprocessing.Process(target=job, args=(peer, source, target, theirs))
            process.start()
            theirs.close()
            try:
                answer, why = ours.recv()
            except EOFError:
                answer, why = "failed", "the process died"
            process.join()
            results.append(dict(peer=peer, model=os.path.basename(source)[:-5], path=target,
                                verdict=answer, why=" ".join(why.split())[:200]))
    with open(f"{folder}/peers.json", "w") as file:
        json.dump(results, file, indent=1)


if __name__ == "__main__":
    main()
