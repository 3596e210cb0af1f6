#!/usr/bin/env python3
"""Makes Tests/Fixtures/Calibration: a small network with scrambled statistics, samples, labels, and
what its statistics are by numpy.

    pip install numpy onnx
    python3 Tests/Recipes/calibration_cases.py Tests/Fixtures/Calibration

numpy runs the network in float64 from the stored float32 weights, with no BatchNormalization of
anybody: mini-batches of 32, 32 and 6 samples. expected.npz holds for each way to go forward (batch,
running) and each estimator (population, paper) mean and variance of every batch normalization, and
how many samples get the right class before and after. The first channel of the input has a mean of
1000 standard deviations, which E[x^2] - E[x]^2 does not survive.
"""
import os
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = sys.argv[1]
os.makedirs(HERE, exist_ok=True)
random = np.random.default_rng(20150211)
EPSILON = float(np.float32(1e-3))
BATCH = 32

x = random.standard_normal((70, 3, 8, 8))
x *= np.array([0.01, 2, 0.5]).reshape(1, 3, 1, 1)
x += np.array([10, -1, 0.25]).reshape(1, 3, 1, 1)
x += random.standard_normal((70, 3, 1, 1)) * np.array([0.005, 1, 0.2]).reshape(1, 3, 1, 1)
x = x.astype(np.float32)


def f32(*shape, scale=1.0, shift=0.0):
    return (random.standard_normal(shape) * scale + shift).astype(np.float32)


W = {
    "w1": f32(4, 3, 3, 3, scale=0.3), "w2": f32(5, 4, 3, 3, scale=0.3), "b2": f32(5),
    "w3": f32(6, 5, scale=0.8), "b3": f32(6), "w4": f32(3, 6, scale=0.8), "b4": f32(3),
}
CHANNELS = {"bn0": 3, "bn1": 4, "bn2": 5, "bn3": 6}
for name, count in CHANNELS.items():
    W[f"{name}.gamma"] = f32(count, scale=0.2, shift=1)
    W[f"{name}.beta"] = f32(count, scale=0.3)
    # Scrambled: nothing to do with the data.
    W[f"{name}.mean"] = f32(count, scale=3)
    W[f"{name}.variance"] = np.abs(f32(count, scale=4)) + np.float32(0.1)


def conv(x, w, stride=1):
    n, c, h, width = x.shape
    padded = np.zeros((n, c, h + 2, width + 2))
    padded[:, :, 1:-1, 1:-1] = x
    oh, ow = (h - 1) // stride + 1, (width - 1) // stride + 1
    y = np.zeros((n, w.shape[0], oh, ow))
    for i in range(3):
        for j in range(3):
            part = padded[:, :, i:i + stride * oh:stride, j:j + stride * ow:stride]
            y += np.einsum("nchw,oc->nohw", part, w[:, :, i, j].astype(np.float64))
    return y


def network(x, normalize):
    """Runs the network; normalize(name, x) does what a batch normalization does."""
    p = {k: v.astype(np.float64) for k, v in W.items()}
    y = normalize("bn0", x.astype(np.float64))
    y = np.maximum(normalize("bn1", conv(y, p["w1"])), 0)
    y = conv(y, p["w2"], 2) + p["b2"].reshape(1, -1, 1, 1)
    y = np.maximum(normalize("bn2", y), 0).mean((2, 3))
    y = np.maximum(normalize("bn3", y @ p["w3"].T + p["b3"]), 0)
    return y @ p["w4"].T + p["b4"]


def columns(x):
    """[N, C, ...] as [C, numbers]."""
    return np.moveaxis(x, 1, 0).reshape(x.shape[1], -1)


def affine(name, x, mean, variance):
    shape = (1, -1) + (1,) * (x.ndim - 2)
    scale = W[f"{name}.gamma"] / np.sqrt(variance + EPSILON)
    return ((x - mean.reshape(shape)) * scale.reshape(shape)
            + W[f"{name}.beta"].astype(np.float64).reshape(shape))


def estimate(seen, estimator):
    """Mean and variance from the [C, numbers] of each mini-batch."""
    everything = np.concatenate(seen, axis=1)
    mean = everything.mean(1)
    if estimator == "population":
        return mean, everything.var(1)
    # m/(m-1) times each mini-batch's variance is unbiased; weighted by m-1 degrees of freedom.
    squares = sum(part.shape[1] * part.var(1) for part in seen)
    return mean, squares / sum(part.shape[1] - 1 for part in seen)


batches = [x[start:start + BATCH] for start in range(0, len(x), BATCH)]
stored = {n: (W[f"{n}.mean"].astype(np.float64), W[f"{n}.variance"].astype(np.float64))
          for n in CHANNELS}


def by_batch(estimator):
    seen = {name: [] for name in CHANNELS}

    def normalize(name, x):
        part = columns(x)
        seen[name].append(part)
        return affine(name, x, part.mean(1), part.var(1))
    for batch in batches:
        network(batch, normalize)
    return {name: estimate(parts, estimator) for name, parts in seen.items()}


def by_rounds(estimator):
    known = dict(stored)
    for name in CHANNELS:
        seen = []

        def normalize(other, x):
            if other == name:
                seen.append(columns(x))
            return affine(other, x, *known[other])
        for batch in batches:
            network(batch, normalize)
        # What the file holds, rounded once, is what the next layers see.
        known[name] = estimate(seen, estimator)
        exact = known[name]
        known[name] = tuple(part.astype(np.float32).astype(np.float64) for part in exact)
        result[name] = exact
    return result


def right(statistics, labels):
    statistics = {n: tuple(p.astype(np.float32).astype(np.float64) for p in s)
                  for n, s in statistics.items()}
    scores = network(x, lambda name, x: affine(name, x, *statistics[name]))
    return int((scores.argmax(1) == labels).sum())


expected = {}
truth = by_batch("population")
scores = network(x, lambda name, x: affine(name, x, *truth[name]))
# All classes occur.
W["b4"] -= scores.mean(0).astype(np.float32)
scores = network(x, lambda name, x: affine(name, x, *truth[name]))
labels = scores.argmax(1)
labels[::9] = (labels[::9] + 1) % 3
for forward in ("batch", "running"):
    for estimator in ("population", "paper"):
        result = {}
        found = (by_batch if forward == "batch" else by_rounds)(estimator)
        for name, (mean, variance) in found.items():
            expected[f"{forward}.{estimator}.{name}.mean"] = mean
            expected[f"{forward}.{estimator}.{name}.variance"] = variance
        expected[f"{forward}.{estimator}.right"] = np.array(
            [right(stored, labels), right(found, labels)])
np.savez(os.path.join(HERE, "expected.npz"), **expected)
np.savez(os.path.join(HERE, "samples.npz"), x=x)
np.save(os.path.join(HERE, "samples.npy"), x)
np.save(os.path.join(HERE, "labels.npy"), labels.astype(np.int64))


def model(opset, file):
    old = {"is_test": 1} if opset < 7 else {}
    gemm = {"broadcast": 1} if opset < 7 else {}

    def bn(name, x, y):
        inputs = [x] + [f"{name}.{p}" for p in ("gamma", "beta", "mean", "variance")]
        return helper.make_node("BatchNormalization", inputs, [y], name=name, epsilon=EPSILON, **old)
    nodes = [
        bn("bn0", "x", "n0"),
        helper.make_node("Conv", ["n0", "w1"], ["c1"], name="conv1", pads=[1] * 4),
        bn("bn1", "c1", "n1"), helper.make_node("Relu", ["n1"], ["r1"]),
        helper.make_node("Conv", ["r1", "w2", "b2"], ["c2"], name="conv2", pads=[1] * 4,
                         strides=[2, 2]),
        bn("bn2", "c2", "n2"), helper.make_node("Relu", ["n2"], ["r2"]),
        helper.make_node("GlobalAveragePool", ["r2"], ["p"]),
        helper.make_node("Flatten", ["p"], ["f"]),
        helper.make_node("Gemm", ["f", "w3", "b3"], ["g3"], name="fc3", transB=1, **gemm),
        bn("bn3", "g3", "n3"), helper.make_node("Relu", ["n3"], ["r3"]),
        helper.make_node("Gemm", ["r3", "w4", "b4"], ["scores"], name="fc4", transB=1, **gemm),
    ]
    graph = helper.make_graph(
        nodes, "calibration",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, 8, 8])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", 3])],
        [numpy_helper.from_array(v, k) for k, v in W.items()])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8,
                             producer_name="calibration_cases.py")
    onnx.save(made, os.path.join(HERE, file))


for opset in (6, 13, 17):
    model(opset, f"net-{opset}.onnx")
