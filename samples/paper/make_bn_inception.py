#!/usr/bin/env python3
"""Makes BN-Inception, the network of Ioffe & Szegedy 2015 (arXiv 1502.03167, appendix), as ONNX.

    make_bn_inception.py OUT.onnx [--size 224] [--seed 1]

The modified Inception: two 3x3 convolutions in place of each 5x5, stride 2 inside the modules that
halve the image (3c, 4e), average or max pooling as the table says, a separable first convolution of
depth multiplier 8, and a batch normalization before every nonlinearity, so no convolution has a
bias. Weights are He-normal with a fixed seed. Statistics are those of a trained network in size:
means within half a standard deviation, gamma near 1.

Where the table's pool projections (128 in 4c and 4d) do not add up to its output depths (576), the
output depth is kept and the projection is 96.
"""
import argparse

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

# name: 1x1, 3x3 reduce, 3x3, double 3x3 reduce, double 3x3, pooling, projection (None: stride 2,
# no 1x1, and the pooled input passes through).
MODULES = [
    ("3a", 64, 64, 64, 64, 96, "Average", 32),
    ("3b", 64, 64, 96, 64, 96, "Average", 64),
    ("3c", 0, 128, 160, 64, 96, "Max", None),
    ("4a", 224, 64, 96, 96, 128, "Average", 128),
    ("4b", 192, 96, 128, 96, 128, "Average", 128),
    ("4c", 160, 128, 160, 128, 160, "Average", 96),
    ("4d", 96, 128, 192, 160, 192, "Average", 96),
    ("4e", 0, 128, 192, 192, 256, "Max", None),
    ("5a", 352, 192, 320, 160, 224, "Average", 128),
    ("5b", 352, 192, 320, 192, 224, "Max", 128),
]
DEPTHS = [256, 320, 576, 576, 576, 576, 576, 1024, 1024, 1024]
CLASSES = 1000


class Network:
    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.nodes, self.weights = [], []
        # What becomes of the variance of a value is not followed: BN sets it anew at every layer.

    def stored(self, name, numbers):
        self.weights.append(numpy_helper.from_array(numbers.astype(np.float32), name))
        return name

    def node(self, operator, inputs, name, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, **attributes))
        return name

    def weight(self, name, shape):
        fan_in = int(np.prod(shape[1:]))
        return self.stored(name, self.random.standard_normal(shape) * np.sqrt(2 / fan_in))

    def normalized(self, x, name, channels):
        """BatchNormalization and ReLU."""
        deviation = np.sqrt(0.5 + self.random.random(channels))
        parameters = [
            self.stored(f"{name}_gamma", 0.8 + 0.4 * self.random.random(channels)),
            self.stored(f"{name}_beta", 0.2 * self.random.standard_normal(channels)),
            self.stored(f"{name}_mean", deviation * (self.random.random(channels) - 0.5)),
            self.stored(f"{name}_variance", deviation ** 2)]
        y = self.node("BatchNormalization", [x] + parameters, f"{name}_bn", epsilon=1e-3)
        return self.node("Relu", [y], f"{name}_relu")

    def convolution(self, x, name, inputs, outputs, size, stride=1):
        w = self.weight(f"{name}_weight", (outputs, inputs, size, size))
        y = self.node("Conv", [x, w], f"{name}_conv", kernel_shape=[size, size],
                      strides=[stride] * 2, pads=[size // 2] * 4)
        return self.normalized(y, name, outputs)

    def separable(self, x, name, inputs, outputs, size, stride, multiplier):
        """A filter of its own for every channel, `multiplier` times, and a 1x1 convolution."""
        w = self.weight(f"{name}_depthwise_weight", (inputs * multiplier, 1, size, size))
        y = self.node("Conv", [x, w], f"{name}_depthwise", kernel_shape=[size, size],
                      strides=[stride] * 2, pads=[size // 2] * 4, group=inputs)
        w = self.weight(f"{name}_pointwise_weight", (outputs, inputs * multiplier, 1, 1))
        y = self.node("Conv", [y, w], f"{name}_pointwise", kernel_shape=[1, 1])
        return self.normalized(y, name, outputs)

    def pool(self, x, name, kind, stride):
        more = {"count_include_pad": 0} if kind == "Average" else {}
        # Rounded up, so that 112 becomes 56 and the table's sizes come out.
        return self.node(f"{kind}Pool", [x], name, kernel_shape=[3, 3], strides=[stride] * 2,
                         pads=[1] * 4 if stride == 1 else [0] * 4,
                         ceil_mode=0 if stride == 1 else 1, **more)

    def module(self, x, depth, row):
        """One Inception module; its output and the output's depth."""
        name, one, reduce3, three, reduce33, double, kind, projection = row
        stride = 2 if projection is None else 1
        branches, total = [], three + double
        if one:
            branches.append(self.convolution(x, f"{name}_1x1", depth, one, 1))
            total += one
        y = self.convolution(x, f"{name}_3x3_reduce", depth, reduce3, 1)
        branches.append(self.convolution(y, f"{name}_3x3", reduce3, three, 3, stride))
        y = self.convolution(x, f"{name}_double_reduce", depth, reduce33, 1)
        y = self.convolution(y, f"{name}_double_a", reduce33, double, 3)
        branches.append(self.convolution(y, f"{name}_double_b", double, double, 3, stride))
        y = self.pool(x, f"{name}_pool", kind, stride)
        if projection is None:
            branches.append(y)
            total += depth
        else:
            branches.append(self.convolution(y, f"{name}_projection", depth, projection, 1))
            total += projection
        return self.node("Concat", branches, f"{name}_output", axis=1), total


def make(size=224, seed=1):
    """The model of images [N, 3, size, size]."""
    net = Network(seed)
    x = net.separable("image", "conv1", 3, 64, 7, 2, 8)
    x = net.pool(x, "pool1", "Max", 2)
    x = net.convolution(x, "conv2_reduce", 64, 64, 1)
    x = net.convolution(x, "conv2", 64, 192, 3)
    x, depth = net.pool(x, "pool2", "Max", 2), 192
    for row, expected in zip(MODULES, DEPTHS):
        x, depth = net.module(x, depth, row)
        assert depth == expected, row
    x = net.node("Flatten", [net.node("GlobalAveragePool", [x], "pool5")], "features")
    w = net.stored("classes_weight", net.random.standard_normal((CLASSES, depth)) * depth ** -0.5)
    b = net.stored("classes_bias", np.zeros(CLASSES))
    x = net.node("Gemm", [x, w, b], "classes", transB=1)
    net.node("Softmax", [x], "probabilities", axis=1)
    value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    graph = helper.make_graph(
        net.nodes, "BN-Inception", [value("image", ["N", 3, size, size])],
        [value("probabilities", ["N", CLASSES])], net.weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    return model


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output")
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    onnx.save(make(options.size, options.seed), options.output)
