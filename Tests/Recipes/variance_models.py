"""Makes models whose batch normalizations have log-uniform variances from 1e-7 to 1e3.

  variance_models.py OUT        writes OUT/NAME.onnx for every recipe below

Statistics fit what comes in, as they do in a trained network: the weights of each output channel
are as large as its standard deviation. Seeds are fixed: the same numpy and onnx make the same
bytes. Means are of the size of one standard deviation, gammas have both signs.
"""
import os
import sys
import zlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

RECIPES = {}
TYPES = {np.float16: TensorProto.FLOAT16, np.float32: TensorProto.FLOAT,
         np.float64: TensorProto.DOUBLE}


def recipe(function):
    RECIPES[function.__name__.replace("_", "-")] = function
    return function


class Builder:
    """One graph; values are named by their order, `h` is the value that the last step made."""

    def __init__(self, name, shape, dtype=np.float32, opset=17):
        self.name, self.dtype, self.opset = name, dtype, opset
        self.random = np.random.default_rng(zlib.crc32(name.encode()))
        self.nodes, self.weights, self.count = [], [], 0
        self.input = helper.make_tensor_value_info("x", TYPES[dtype], shape)

    def constant(self, label, array):
        name = f"{label}{self.count}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, kind, *inputs, **attributes):
        self.count += 1
        out = f"{kind.lower()}_{self.count}"
        self.nodes.append(helper.make_node(kind, list(inputs), [out], name=f"n{self.count}",
                                           **attributes))
        return out

    def variances(self, channels):
        return 10.0 ** self.random.uniform(-7, 3, channels)

    def normal(self, *shape):
        return self.random.standard_normal(shape)

    def linear(self, kind, h, w_shape, channel_axis, fan_in, variances, bias=True, **attributes):
        """A layer whose outputs have the given variances for normal inputs, and its BN."""
        w = self.normal(*w_shape) / np.sqrt(fan_in)
        group = attributes.get("group", 1)
        deviations = np.sqrt(variances)
        if kind == "ConvTranspose":
            per = w_shape[1]
            for g in range(group):
                rows = slice(g * w_shape[0] // group, (g + 1) * w_shape[0] // group)
                d = deviations[g * per:(g + 1) * per]
                w[rows] *= d.reshape((1, -1) + (1,) * (len(w_shape) - 2))
        else:
            extents = [1] * len(w_shape)
            extents[channel_axis] = -1
            w = w * deviations.reshape(extents)
        inputs = [h, self.constant("w", w.astype(self.dtype))]
        if bias and kind != "MatMul":
            b = 0.3 * deviations * self.normal(len(variances))
            inputs.append(self.constant("b", b.astype(self.dtype)))
        h = self.node(kind, *inputs, **attributes)
        if bias and kind == "MatMul":
            b = 0.3 * deviations * self.normal(len(variances))
            h = self.node("Add", h, self.constant("b", b.astype(self.dtype)))
        return h

    def norm(self, h, variances, epsilon=1e-5):
        c = len(variances)
        numbers = [("gamma", self.random.choice([-1, 1], c) * (0.5 + self.random.random(c))),
                   ("beta", 0.5 * self.normal(c)),
                   ("mean", np.sqrt(variances) * self.normal(c)), ("variance", variances)]
        names = [self.constant(label, array.astype(self.dtype)) for label, array in numbers]
        return self.node("BatchNormalization", h, *names, epsilon=epsilon)

    def conv(self, h, c_in, c_out, kernel=3, group=1, rank=2, kind="Conv", norm=True, bias=True,
             **attributes):
        v = self.variances(c_out)
        lead = [c_out, c_in // group] if kind == "Conv" else [c_in, c_out // group]
        kernels = [kernel] * rank
        fan_in = c_in // group * kernel ** rank
        h = self.linear(kind, h, lead + kernels, 0, fan_in, v, bias, group=group,
                        kernel_shape=kernels, **attributes)
        return self.norm(h, v) if norm else h

    def relu(self, h):
        return self.node("Relu", h)

    def save(self, folder, h):
        out = helper.make_empty_tensor_value_info("y")
        self.nodes.append(helper.make_node("Identity", [h], ["y"], name="last"))
        graph = helper.make_graph(self.nodes, self.name, [self.input], [out], self.weights)
        model = helper.make_model(graph, ir_version=8, producer_name="variance_models",
                                  opset_imports=[helper.make_opsetid("", self.opset)])
        model = onnx.shape_inference.infer_shapes(model, strict_mode=True)
        del model.graph.value_info[:]
        onnx.checker.check_model(model)
        onnx.save(model, os.path.join(folder, f"{self.name}.onnx"))


PAD = dict(pads=[1, 1, 1, 1])


@recipe
def plain(name):
    m = Builder(name, [1, 3, 20, 18])
    h = m.relu(m.conv("x", 3, 16, strides=[2, 2], **PAD))
    h = m.relu(m.conv(h, 16, 24, bias=False, **PAD))
    h = m.relu(m.conv(h, 24, 32, 1))
    h = m.node("Flatten", m.node("GlobalAveragePool", h))
    w = m.constant("fc", (0.2 * m.normal(10, 32)).astype(m.dtype))
    return m, m.node("Gemm", h, w, transB=1)


@recipe
def depthwise(name):
    m = Builder(name, [1, 8, 14, 13])
    low, high = m.constant("low", np.float32(0)), m.constant("high", np.float32(6))
    h = m.node("Clip", m.conv("x", 8, 24, 1, bias=False), low, high)
    h = m.node("Clip", m.conv(h, 24, 24, group=24, bias=False, **PAD), low, high)
    h = m.conv(h, 24, 8, 1, bias=False)
    return m, m.node("Add", h, "x")


@recipe
def grouped(name):
    m = Builder(name, [1, 12, 11, 12])
    h = m.relu(m.conv("x", 12, 24, 1, group=3))
    h = m.node("Reshape", h, m.constant("split", np.array([1, 3, 8, 11, 12])))
    h = m.node("Transpose", h, perm=[0, 2, 1, 3, 4])
    h = m.node("Reshape", h, m.constant("join", np.array([1, 24, 11, 12])))
    h = m.relu(m.conv(h, 24, 24, group=4, **PAD))
    return m, m.conv(h, 24, 12, 1, group=2)


@recipe
def transposed(name):
    m = Builder(name, [1, 6, 8, 7])
    h = m.relu(m.conv("x", 6, 12, kind="ConvTranspose", strides=[2, 2], **PAD))
    h = m.relu(m.conv(h, 12, 8, 4, group=2, kind="ConvTranspose", strides=[2, 2], **PAD))
    return m, m.conv(h, 8, 12, group=4, kind="ConvTranspose", bias=False, **PAD)


@recipe
def volume(name):
    m = Builder(name, [1, 2, 6, 9, 8])
    h = m.relu(m.conv("x", 2, 8, rank=3, pads=[1] * 6))
    h = m.relu(m.conv(h, 8, 12, rank=3, group=2, strides=[1, 2, 2], pads=[1] * 6))
    return m, m.conv(h, 12, 6, 1, rank=3)


@recipe
def sequence(name):
    m = Builder(name, [1, 4, 40])
    h = m.node("LeakyRelu", m.conv("x", 4, 12, 5, rank=1, pads=[2, 2]), alpha=0.1)
    h = m.node("LeakyRelu", m.conv(h, 12, 16, rank=1, dilations=[2], pads=[2, 2]), alpha=0.1)
    return m, m.conv(h, 16, 8, 1, rank=1)


@recipe
def residual(name):
    m = Builder(name, [1, 3, 16, 17])
    h = m.relu(m.conv("x", 3, 8, **PAD))
    side = m.conv(h, 8, 16, 1, strides=[2, 2], bias=False)
    h = m.relu(m.conv(h, 8, 16, strides=[2, 2], bias=False, **PAD))
    h = m.relu(m.node("Add", m.conv(h, 16, 16, bias=False, **PAD), side))
    h2 = m.relu(m.conv(h, 16, 16, bias=False, **PAD))
    return m, m.relu(m.node("Add", m.conv(h2, 16, 16, bias=False, **PAD), h))


@recipe
def preactivation(name):
    m = Builder(name, [1, 4, 12, 12])
    h = m.conv("x", 4, 8, norm=False, **PAD)
    h = m.relu(m.norm(h, m.variances(8)))
    h = m.relu(m.conv(h, 8, 12, 1, norm=False))
    h = m.conv(m.norm(h, m.variances(12)), 12, 10, norm=False)
    h = m.relu(h)
    h = m.norm(h, m.variances(10))
    return m, m.conv(h, 10, 6, 1, norm=False)


@recipe
def dense(name):
    m = Builder(name, [1, 6, 10, 9])
    parts = [m.relu(m.conv("x", 6, 8, **PAD))]
    for _ in range(3):
        h = parts[0] if len(parts) == 1 else m.node("Concat", *parts, axis=1)
        h = m.relu(m.conv(h, 8 + 6 * (len(parts) - 1), 12, 1))
        parts.append(m.relu(m.conv(h, 12, 6, **PAD)))
    return m, m.conv(m.node("Concat", *parts, axis=1), 26, 10, 1)


@recipe
def channel_maps(name):
    m = Builder(name, [1, 5, 9, 8])
    a = m.conv("x", 5, 8, norm=False, **PAD)
    b = m.conv("x", 5, 12, 1, norm=False)
    h = m.relu(m.norm(m.node("Concat", a, b, axis=1), m.variances(20)))
    h = m.conv(h, 20, 24, norm=False, **PAD)
    h = m.norm(m.node("DepthToSpace", h, blocksize=2), m.variances(6))
    return m, m.relu(h)


@recipe
def mlp_gemm(name):
    m = Builder(name, [4, 20])
    v = m.variances(32)
    h = m.relu(m.norm(m.linear("Gemm", "x", [32, 20], 0, 20, v, transB=1), v))
    v = m.variances(24)
    h = m.relu(m.norm(m.linear("Gemm", h, [32, 24], 1, 32, v, alpha=0.5, beta=2.0), v))
    v = m.variances(10)
    return m, m.norm(m.linear("Gemm", h, [10, 24], 0, 24, v, bias=False, transB=1), v)


@recipe
def mlp_matmul(name):
    m = Builder(name, [4, 18])
    v = m.variances(18)
    h = m.relu(m.norm(m.linear("MatMul", "x", [18, 18], 1, 18, v), v))
    v = m.variances(12)
    return m, m.norm(m.linear("MatMul", h, [18, 12], 1, 18, v, bias=False), v)


@recipe
def squeeze_excite(name):
    m = Builder(name, [1, 6, 13, 12])
    h = m.node("HardSwish", m.conv("x", 6, 16, strides=[2, 2], **PAD))
    h = m.node("HardSwish", m.conv(h, 16, 16, 5, group=16, bias=False, pads=[2] * 4))
    s = m.node("GlobalAveragePool", h)
    s = m.relu(m.conv(s, 16, 4, 1, norm=False))
    s = m.node("HardSigmoid", m.conv(s, 4, 16, 1, norm=False), alpha=1 / 6, beta=0.5)
    return m, m.conv(m.node("Mul", h, s), 16, 12, 1, bias=False)


@recipe
def double(name):
    m = Builder(name, [1, 4, 11, 10], np.float64)
    h = m.relu(m.conv("x", 4, 10, **PAD))
    return m, m.conv(h, 10, 8, group=2, bias=False, **PAD)


@recipe
def half(name):
    m = Builder(name, [1, 4, 11, 10], np.float16)
    v = 10.0 ** m.random.uniform(-2, 3, 10)
    h = m.linear("Conv", "x", [10, 4, 3, 3], 0, 36, v, kernel_shape=[3, 3], **PAD)
    return m, m.relu(m.norm(h, v))


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    for name, build in RECIPES.items():
        model, last = build(name)
        model.save(folder, last)
    print(" ".join(RECIPES))


if __name__ == "__main__":
    main()
