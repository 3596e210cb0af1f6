#!/usr/bin/env python3
"""Counts the nodes that bnfold, OnnxSlim and onnxsim leave of each model, side by side.

    compare.py --bnfold PATH [--corpus DIR]... [--only PREFIX] [--markdown FILE] [--work DIR]

Without --corpus: ../shared/corpus, where there is one, and what make_chains.py makes.

Every tool gets the same file and works in a process of its own. Nodes of all graphs count, bodies
and functions included. A result is right when it runs in onnxruntime (optimizations off), makes the
recorded outputs (.out.npz) of the recorded inputs (.in.npz), takes every input that the original
takes, initializers that a caller may override included, and uses no operators outside the standard
that the original does not use. A peer whose result is not right sets no mark for that model.
Exit status 1 when bnfold leaves more nodes than the better of the peers anywhere, or is not right.
Peers' results stay in --work from one run to the next.
"""
import argparse
import collections
import glob
import hashlib
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

PEERS = {
    "OnnxSlim": "import onnxslim; onnxslim.slim({src!r}, {dst!r})",
    "onnxsim": "import onnx, onnxsim; m, ok = onnxsim.simplify({src!r}); assert ok; "
               "onnx.save(m, {dst!r})",
}
TOLERANCE = {"float16": 3e-2, "float64": 1e-9}


def nodes(model):
    """All nodes of a model, bodies and functions included."""
    open_lists = [model.graph.node] + [f.node for f in model.functions]
    while open_lists:
        for node in open_lists.pop():
            yield node
            for attribute in node.attribute:
                if attribute.HasField("g"):
                    open_lists.append(attribute.g.node)
                open_lists.extend(g.node for g in attribute.graphs)


def run(path, feed):
    """The outputs of a model by name, and the inputs of `feed` that it does not take."""
    import onnxruntime as ort
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    try:
        session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        if "NOT_IMPLEMENTED" not in str(error) and "opset" not in str(error).lower():
            raise
        from onnx.reference import ReferenceEvaluator
        evaluator = ReferenceEvaluator(path)
        return dict(zip(evaluator.output_names, evaluator.run(None, feed))), []
    taken = {i.name for i in session.get_inputs()}
    taken |= {i.name for i in session.get_overridable_initializers()}
    names = [o.name for o in session.get_outputs()]
    values = session.run(None, {k: v for k, v in feed.items() if k in taken})
    return dict(zip(names, values)), sorted(set(feed) - taken)


def problem(source, result):
    """What is wrong with a tool's result; None when nothing is."""
    import numpy as np
    import onnx
    original, model = onnx.load(source), onnx.load(result)
    graph_inputs = {i.name for i in original.graph.input}
    if original.ir_version < 4:
        graph_inputs -= {i.name for i in original.graph.initializer}
    gone = sorted(graph_inputs - {i.name for i in model.graph.input})
    if gone:
        return "input gone: " + gone[0]
    functions = {(f.domain, f.name) for f in model.functions}
    used = {(n.domain, n.op_type) for n in nodes(model) if n.domain not in ("", "ai.onnx")}
    known = {(n.domain, n.op_type) for n in nodes(original)}
    if used - functions - known:
        return "operator outside the standard: " + sorted(used - functions - known)[0][1]
    feed, expected = dict(np.load(source[:-5] + ".in.npz")), dict(np.load(source[:-5] + ".out.npz"))
    try:
        found, missing = run(result, feed)
    except Exception as error:
        try:
            run(source, feed)
        except Exception:
            return None  # The original does not run either: only the counts are judged.
        return "does not run: " + str(error).split("\n")[0][:80]
    if missing:
        return "input gone: " + missing[0]
    for name, want in expected.items():
        if name not in found:
            return "output gone: " + name
        have = found[name]
        if have.shape != want.shape or have.dtype != want.dtype:
            return f"{name}: {have.dtype} {have.shape} instead of {want.dtype} {want.shape}"
        a, b = want.astype(np.float64), have.astype(np.float64)
        finite = np.isfinite(a)
        if (finite != np.isfinite(b)).any():
            return name + ": not finite"
        if finite.any():
            worst = np.abs(a - b)[finite].max() / (np.abs(a[finite]).max() + 1e-30)
            if worst > TOLERANCE.get(str(want.dtype), 2e-5):
                return f"{name}: relative error {worst:.1e}"
    return None


def judge(source, result, pipe):
    import onnx
    try:
        ops = collections.Counter(n.op_type for n in nodes(onnx.load(result)))
        pipe.send({"nodes": sum(ops.values()), "ops": ops, "problem": problem(source, result)})
    except Exception as error:
        pipe.send({"problem": f"{type(error).__name__}: {str(error)[:80]}"})


def judged(source, result):
    """What a result is worth; in a process of its own, since runtimes crash."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=judge, args=(source, result, there))
    process.start()
    there.close()
    try:
        return here.recv()
    except EOFError:
        return {"problem": "the runtime crashed"}
    finally:
        process.join()


def transformed(command, source, result):
    """Runs a tool and judges what it made."""
    for leftover in glob.glob(result + "*"):
        os.remove(leftover)
    try:
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              timeout=300)
    except subprocess.TimeoutExpired:
        return {"problem": "took longer than 300 s"}
    if done.returncode or not os.path.exists(result):
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or [""]
        return {"problem": f"exit {done.returncode}: {last[0][:80]}"}
    return judged(source, result)


def peer(name, code, source, work):
    """A peer's result, from an earlier run if there is one for the same file."""
    with open(source, "rb") as file:
        digest = hashlib.sha256(file.read() + code.encode()).hexdigest()[:16]
    stem = os.path.basename(source)[:-5]
    kept, result = f"{work}/{stem}.{name}.{digest}.json", f"{work}/{stem}.{name}.onnx"
    if not os.path.exists(kept):
        command = [sys.executable, "-c", code.format(src=source, dst=result)]
        found = transformed(command, source, result)
        with open(kept, "w") as file:
            json.dump(found, file)
    with open(kept) as file:
        return json.load(file)


def text(found):
    if found.get("problem") is None:
        return str(found["nodes"])
    return f"({found.get('nodes', 'none')}) {found['problem']}"


def sources(options):
    """The paths of the models, folder by folder."""
    folders = options.corpus
    if folders is None:
        import make_chains
        chains = os.path.join(options.work, "chains")
        make_chains.make(chains)
        corpus = os.path.join(HERE, "../../../shared/corpus")
        folders = ([corpus] if os.path.isdir(corpus) else []) + [chains]
    return [os.path.abspath(path) for folder in folders
            for path in sorted(glob.glob(os.path.join(folder, options.only + "*.onnx")))]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bnfold", required=True)
    parser.add_argument("--corpus", action="append")
    parser.add_argument("--only", default="")
    parser.add_argument("--args", default="--simplify --no-verify --no-sync")
    parser.add_argument("--markdown")
    parser.add_argument("--work", default=os.path.join(tempfile.gettempdir(), "bnfold-peers"))
    options = parser.parse_args()
    os.makedirs(options.work, exist_ok=True)
    import onnx
    lines = ["| model | nodes | bnfold | OnnxSlim | onnxsim |", "|---|---:|---:|---:|---:|"]
    print(*lines, sep="\n")
    totals = collections.Counter()
    worse = wrong = models = 0
    rights = collections.Counter()
    for source in sources(options):
        if not os.path.exists(source[:-5] + ".out.npz"):
            continue
        stem = os.path.basename(source)[:-5]
        models += 1
        result = f"{options.work}/{stem}.bnfold.onnx"
        own = transformed(
            [options.bnfold, "fold", source, "-o", result] + options.args.split(), source, result)
        others = {name: peer(name, code, source, options.work) for name, code in PEERS.items()}
        marks = [o["nodes"] for o in others.values() if o.get("problem") is None]
        before = sum(1 for _ in nodes(onnx.load(source, load_external_data=False)))
        flag = ""
        if own.get("problem") is not None:
            wrong += 1
            flag = " **wrong**"
        elif marks and own["nodes"] > min(marks):
            worse += 1
            flag = " **more**"
        totals["before"] += before
        for name, found in [("bnfold", own)] + list(others.items()):
            if found.get("problem") is None:
                rights[name] += 1
        cells = [stem, str(before), text(own) + flag] + [text(others[name]) for name in PEERS]
        lines.append("| " + " | ".join(cells) + " |")
        print(lines[-1], flush=True)
    sums = f"{models} models: right by " + ", ".join(
        f"{name} {rights[name]}" for name in ["bnfold"] + list(PEERS))
    sums += f"; bnfold leaves more nodes than the better right peer on {worse}."
    print(sums)
    if options.markdown:
        with open(options.markdown) as file:
            head = file.read().split("<!-- table -->")[0]
        with open(options.markdown, "w") as file:
            file.write(head + "<!-- table -->\n" + sums + "\n\n" + "\n".join(lines) + "\n")
    sys.exit(1 if worse or wrong else 0)


if __name__ == "__main__":
    main()
