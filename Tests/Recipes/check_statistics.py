#!/usr/bin/env python3
"""Compares `bnfold stats --json` with numpy and onnxruntime.

    pip install onnx onnxruntime numpy
    python3 Tests/Recipes/check_statistics.py BNFOLD MODEL.onnx...

For each model with MODEL.in.npz: counts, moments, quantiles and histograms of all stored tensors,
in all and by output channel of Conv, ConvTranspose, Gemm and MatMul; scale and shift of each batch normalization;
signal to noise of the weights in 8 bits, as stored and, for a Conv that a batch normalization
follows and nothing else reads, folded; ranges and moments of every value that onnxruntime computes,
and the drift of each batch normalization. Prints a line for each difference.
"""
import json
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime as ort
from onnx import numpy_helper

PROBABILITIES = [0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1]
TINY = {1: 2.0**-126, 16: 2.0**-126, 10: 2.0**-14, 11: np.finfo(np.float64).tiny}
checks, differences = 0, 0


def expect(place, found, expected, relative=1e-9, absolute=1e-12):
    global checks, differences
    checks += 1
    if found is None or expected is None:
        same = found is expected
    else:
        found, expected = np.asarray(found, np.float64), np.asarray(expected, np.float64)
        same = found.shape == expected.shape and np.allclose(
            found, expected, rtol=relative, atol=absolute, equal_nan=True)
    if not same:
        differences += 1
        print(f"{place}: bnfold {found}, numpy {expected}"[:400])


def elements(place, found, x, data_type=None, relative=1e-9):
    """Counts and moments of an array."""
    x = np.asarray(x, np.float64).ravel()
    good = x[np.isfinite(x)]
    expect(place + " elements", found["elements"], x.size)
    expect(place + " zeros", found["zeros"], np.count_nonzero(x == 0))
    expect(place + " nan", found["nan"], np.count_nonzero(np.isnan(x)))
    expect(place + " infinite", found["infinite"], np.count_nonzero(np.isinf(x)))
    if data_type is not None:
        tiny = TINY.get(data_type, 0)
        expect(place + " subnormal", found["subnormal"],
               np.count_nonzero((np.abs(good) < tiny) & (good != 0)))
    scale = np.abs(good).max() if good.size else 0
    for key, value in [
        ("minimum", good.min), ("maximum", good.max), ("absolute_maximum", lambda: scale),
        ("mean", good.mean), ("standard_deviation", good.std),
    ]:
        if good.size or key != "absolute_maximum":
            expect(f"{place} {key}", found[key], value() if good.size else None, relative,
                   max(1e-12, relative * scale))


def signal_to_noise(w, steps):
    steps = np.where(steps > 0, steps, 1)
    loss = ((w - np.round(w / steps) * steps) ** 2).sum()
    return 10 * np.log10((w**2).sum() / loss) if loss > 0 else None


def along(axis):
    """Output channels first, where they lie along an axis."""
    return lambda w: np.moveaxis(w, axis, 0)


def grouped(groups):
    """Output channels first for ConvTranspose: [C, M/g, …] of which C/g rows share M/g channels."""
    def channels_first(w):
        w = w.reshape(groups, w.shape[0] // groups, w.shape[1], -1)
        return np.moveaxis(w, 2, 1).reshape(groups * w.shape[2], -1)
    return channels_first


def outlook(place, found, w):
    """What 8 bits lose of a weight whose output channels come first."""
    others = tuple(range(1, w.ndim))
    maxima = np.abs(w).max(others, keepdims=True)
    expect(place + " spread", found["spread"], maxima.max() / maxima[maxima > 0].min())
    expect(place + " dB", found["int8_snr_db_per_tensor"],
           signal_to_noise(w, np.abs(w).max() / 127), 1e-6)
    expect(place + " dB/ch.", found["int8_snr_db_per_channel"],
           signal_to_noise(w, maxima / 127), 1e-6)


def check(path):
    feeds = dict(np.load(path.removesuffix(".onnx") + ".in.npz"))
    model = onnx.load(path)
    graph = model.graph
    run = subprocess.run(
        [bnfold, "stats", path, "--input", path.removesuffix(".onnx") + ".in.npz", "--json"],
        capture_output=True, text=True)
    if run.returncode:
        return expect(f"{path}: {run.stderr.strip()}: exit code", run.returncode, 0)
    report = json.loads(run.stdout)
    stored = {i.name: i for i in graph.initializer}
    arrays = {name: numpy_helper.to_array(i).astype(np.float64) for name, i in stored.items()}
    axes, readers = {}, {}
    for node in graph.node:
        for name in node.input:
            readers.setdefault(name, []).append(node)
        a = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        if node.op_type == "Conv":
            axes[node.input[1]] = along(0)
        elif node.op_type == "ConvTranspose":
            axes[node.input[1]] = grouped(a.get("group", 1))
        elif node.op_type == "Gemm":
            axes[node.input[1]] = along(0 if a.get("transB") else 1)
        elif node.op_type == "MatMul" and node.input[1] in arrays:
            axes[node.input[1]] = along(-1)

    tensors = {t["name"]: t for t in report["tensors"]}
    for name, x in arrays.items():
        place, found = f"{path}: {name}", tensors.get(name)
        if found is None:
            expect(place + " is there", 0, 1)
            continue
        statistics = found["statistics"]
        elements(place, statistics, x, stored[name].data_type)
        good = x[np.isfinite(x)]
        if good.size:
            expect(place + " quantiles", statistics["quantiles"],
                   list(zip(PROBABILITIES, np.quantile(good, PROBABILITIES))))
            expect(place + " histogram's sum", sum(statistics["histogram"]), good.size)
        if name in axes and found["channels"] is not None:
            for channel, row in enumerate(axes[name](x)):
                elements(f"{place} channel {channel}", found["channels"][channel], row)

    normalizations = {n["output"]: n for n in report["normalizations"]}
    maps = {}
    for node in graph.node:
        if node.op_type != "BatchNormalization" or any(n not in arrays for n in node.input[1:5]):
            continue
        gamma, beta, mean, variance = (arrays[n] for n in node.input[1:5])
        epsilon = np.float64(np.float32(next(
            (a.f for a in node.attribute if a.name == "epsilon"), 1e-5)))
        found = normalizations[node.output[0]]
        if found["channels"] == 0:
            continue  # defaults that a caller may override are no constants
        with np.errstate(invalid="ignore", divide="ignore"):
            scale = gamma / np.sqrt(variance + epsilon)
        place = f"{path}: {node.output[0]}"
        finite = np.isfinite(scale)
        nulls = lambda numbers: [np.nan if n is None else n for n in numbers]
        expect(place + " scale", np.array(nulls(found["scale"]))[finite], scale[finite])
        expect(place + " shift", np.array(nulls(found["shift"]))[finite],
               (beta - scale * mean)[finite])
        maps[node.input[0]] = (scale, mean, variance, epsilon, found)

    weights = {(w["layer"], w["weight"]): w for w in report["weights"]}
    outputs = {o.name for o in graph.output}
    for node in graph.node:
        weight = next((n for n in node.input[1:2] if n in axes and n in arrays), None)
        if weight is None or stored[weight].data_type not in TINY:
            continue
        found = weights[(node.name or node.output[0], weight)]
        place = f"{path}: weight {weight}"
        outlook(place, found["before"], axes[weight](arrays[weight]))
        y = node.output[0]
        alone = len(readers.get(y, [])) == 1 and y not in outputs
        if node.op_type == "Conv" and alone and y in maps and found["after"]:
            scale = maps[y][0].reshape(-1, *[1] * (arrays[weight].ndim - 1))
            outlook(place + " folded", found["after"], arrays[weight] * scale)

    known = {o.name for o in graph.output}
    for node in graph.node:
        graph.output.extend(onnx.ValueInfoProto(name=n) for n in node.output if n and n not in known)
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    try:
        session = ort.InferenceSession(model.SerializeToString(), options)
        results = dict(zip([o.name for o in session.get_outputs()], session.run(None, feeds)))
    except Exception as error:
        print(f"{path}: not run: {str(error)[:80]}")
        return None
    results |= feeds
    for value in report["activations"]:
        if isinstance(results.get(value["name"]), np.ndarray):
            x = results[value["name"]]
            place = f"{path}: value {value['name']}"
            rounding = 1e-2 if x.dtype == np.float16 else 1e-4
            expect(place + " shape", value["shape"], x.shape)
            expect(place + " nan", value["nan"], np.count_nonzero(np.isnan(x)))
            good = x[np.isfinite(x)].astype(np.float64)
            if good.size:
                size = max(1e-3, np.abs(good).max())
                for key, number in [("minimum", good.min()), ("maximum", good.max()),
                                    ("mean", good.mean()), ("standard_deviation", good.std())]:
                    expect(f"{place} {key}", value[key], number, rounding, rounding * size)
    for name, (scale, mean, variance, epsilon, found) in maps.items():
        if name not in results or found["drift"] is None:
            continue
        x = np.moveaxis(results[name].astype(np.float64), 1, 0).reshape(len(mean), -1)
        with np.errstate(invalid="ignore", divide="ignore"):
            sd = np.sqrt(variance + epsilon)
            drift, ratio = (x.mean(1) - mean) / sd, (x.var(1) + epsilon) / (variance + epsilon)
        good = np.isfinite(drift)
        nulls = lambda numbers: np.array([np.nan if n is None else n for n in numbers])[good]
        expect(f"{path}: drift at {name}", nulls(found["drift"]["mean"]), drift[good], 1e-2, 1e-2)
        expect(f"{path}: ratio at {name}", nulls(found["drift"]["variance_ratio"]), ratio[good],
               1e-2, 1e-3)
    return None


bnfold = sys.argv[1]
for model_path in sys.argv[2:]:
    check(model_path)
print(f"{len(sys.argv) - 2} models, {checks} numbers, {differences} differences")
sys.exit(1 if differences else 0)
