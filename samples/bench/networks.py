#!/usr/bin/env python3
"""Makes networks shaped like those that people deploy, with random weights, for `make bench`.

    networks.py DIRECTORY NAME...      NAME: one of the keys of NETWORKS below

Every convolution has the extents of the published architecture; weights are scaled so that numbers
stay in range, and every BN has plausible statistics. Needs numpy and onnx. Seeds are fixed.
"""
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class Builder:
    """Collects nodes and weights."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.nodes, self.weights = [], []

    def constant(self, array):
        name = f"c{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, kind, *inputs, outputs=1, **attributes):
        names = [f"{kind.lower()}{len(self.nodes)}_{k}" for k in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, **attributes))
        return names[0] if outputs == 1 else names

    def conv(self, x, c_in, c_out, kernel=1, stride=1, group=1, axes=2):
        kernel = [kernel] * axes if isinstance(kernel, int) else kernel
        stride = [stride] * axes if isinstance(stride, int) else stride
        shape = [c_out, c_in // group] + kernel
        scale = np.float32((2 / np.prod(shape[1:])) ** 0.5)
        weight = self.random.standard_normal(shape, dtype=np.float32) * scale
        return self.node("Conv", x, self.constant(weight), kernel_shape=kernel, strides=stride,
                         pads=[k // 2 for k in kernel] * 2, group=group)

    def bn(self, x, channels):
        uniform = self.random.uniform
        parameters = [uniform(0.7, 1.2, channels), uniform(-0.2, 0.2, channels),
                      uniform(-0.2, 0.2, channels), uniform(0.7, 1.4, channels)]
        return self.node("BatchNormalization", x,
                         *[self.constant(p.astype(np.float32)) for p in parameters], epsilon=1e-5)

    def conv_bn(self, x, c_in, c_out, kernel=1, stride=1, group=1, axes=2):
        return self.bn(self.conv(x, c_in, c_out, kernel, stride, group, axes), c_out)

    def relu(self, x):
        return self.node("Relu", x)

    def relu6(self, x):
        limits = self.constant(np.float32(0)), self.constant(np.float32(6))
        return self.node("Clip", x, *limits)

    def swish(self, x):
        return self.node("Mul", x, self.node("Sigmoid", x))

    def classify(self, x, channels, classes=1000):
        x = self.node("Flatten", self.node("GlobalAveragePool", x))
        weight = self.random.standard_normal((classes, channels), dtype=np.float32) * 0.02
        return self.node("Gemm", x, self.constant(weight.astype(np.float32)),
                         self.constant(np.zeros(classes, np.float32)), transB=1)


def resnet(b, x, layers, bottleneck):
    expansion = 4 if bottleneck else 1
    x = b.relu(b.conv_bn(x, 3, 64, 7, 2))
    x = b.node("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    channels = 64
    for stage, blocks in enumerate(layers):
        width = 64 << stage
        for block in range(blocks):
            stride = 2 if stage > 0 and block == 0 else 1
            short = x
            if bottleneck:
                y = b.relu(b.conv_bn(x, channels, width))
                y = b.relu(b.conv_bn(y, width, width, 3, stride))
                y = b.conv_bn(y, width, 4 * width)
            else:
                y = b.relu(b.conv_bn(x, channels, width, 3, stride))
                y = b.conv_bn(y, width, width, 3)
            if stride != 1 or channels != width * expansion:
                short = b.conv_bn(x, channels, width * expansion, 1, stride)
            channels = width * expansion
            x = b.relu(b.node("Add", y, short))
    return b.classify(x, channels)


def mobilenet_v2(b, x):
    x = b.relu6(b.conv_bn(x, 3, 32, 3, 2))
    channels = 32
    for t, c, n, s in [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1),
                       (6, 160, 3, 2), (6, 320, 1, 1)]:
        for block in range(n):
            stride, wide = (s if block == 0 else 1), channels * t
            y = b.relu6(b.conv_bn(x, channels, wide)) if t > 1 else x
            y = b.relu6(b.conv_bn(y, wide, wide, 3, stride, wide))
            y = b.conv_bn(y, wide, c)
            x = b.node("Add", x, y) if stride == 1 and channels == c else y
            channels = c
    return b.classify(b.relu6(b.conv_bn(x, channels, 1280)), 1280)


def shuffle(b, x, channels, size):
    """Two groups of channels interleaved, as exporters write it."""
    split = np.array([1, 2, channels // 2, size, size])
    x = b.node("Transpose", b.node("Reshape", x, b.constant(split)), perm=[0, 2, 1, 3, 4])
    return b.node("Reshape", x, b.constant(np.array([1, channels, size, size])))


def shufflenet_v2(b, x):
    x = b.relu(b.conv_bn(x, 3, 24, 3, 2))
    x = b.node("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    channels, size = 24, 56
    for width, blocks in [(116, 4), (232, 8), (464, 4)]:
        half, size = width // 2, size // 2
        left = b.conv_bn(x, channels, channels, 3, 2, channels)
        left = b.relu(b.conv_bn(left, channels, half))
        right = b.relu(b.conv_bn(x, channels, half))
        right = b.conv_bn(right, half, half, 3, 2, half)
        right = b.relu(b.conv_bn(right, half, half))
        x = shuffle(b, b.node("Concat", left, right, axis=1), width, size)
        for _ in range(blocks - 1):
            left, right = b.node("Split", x, b.constant(np.array([half, half])), outputs=2, axis=1)
            right = b.relu(b.conv_bn(right, half, half))
            right = b.conv_bn(right, half, half, 3, 1, half)
            right = b.relu(b.conv_bn(right, half, half))
            x = shuffle(b, b.node("Concat", left, right, axis=1), width, size)
        channels = width
    return b.classify(b.relu(b.conv_bn(x, channels, 1024)), 1024)


def densenet(b, x, layers=(6, 12, 24, 16), growth=32):
    x = b.relu(b.conv_bn(x, 3, 64, 7, 2))
    x = b.node("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    channels = 64
    for stage, blocks in enumerate(layers):
        for _ in range(blocks):
            y = b.conv_bn(b.relu(b.bn(x, channels)), channels, 4 * growth)
            y = b.conv(b.relu(y), 4 * growth, growth, 3)
            x, channels = b.node("Concat", x, y, axis=1), channels + growth
        x = b.relu(b.bn(x, channels))
        if stage < len(layers) - 1:
            x, channels = b.conv(x, channels, channels // 2), channels // 2
            x = b.node("AveragePool", x, kernel_shape=[2, 2], strides=[2, 2])
    return b.classify(x, channels)


def efficientnet_b0(b, x):
    """Depthwise-heavy, with squeeze and excitation."""
    x = b.swish(b.conv_bn(x, 3, 32, 3, 2))
    channels = 32
    for t, c, n, s, k in [(1, 16, 1, 1, 3), (6, 24, 2, 2, 3), (6, 40, 2, 2, 5), (6, 80, 3, 2, 3),
                          (6, 112, 3, 1, 5), (6, 192, 4, 2, 5), (6, 320, 1, 1, 3)]:
        for block in range(n):
            stride, wide = (s if block == 0 else 1), channels * t
            y = b.swish(b.conv_bn(x, channels, wide)) if t > 1 else x
            y = b.swish(b.conv_bn(y, wide, wide, k, stride, wide))
            squeezed = max(1, channels // 4)
            gate = b.swish(b.conv(b.node("GlobalAveragePool", y), wide, squeezed))
            y = b.node("Mul", y, b.node("Sigmoid", b.conv(gate, squeezed, wide)))
            y = b.conv_bn(y, wide, c)
            x = b.node("Add", x, y) if stride == 1 and channels == c else y
            channels = c
    return b.classify(b.swish(b.conv_bn(x, channels, 1280)), 1280)


def depthwise(b, x):
    """Depthwise convolutions of several extents, and the pointwise ones between them."""
    x, channels = b.relu(b.conv_bn(x, 3, 64, 3, 2)), 64
    for kernel, stride in [(3, 1), (5, 2), (7, 1), (3, 2), (5, 1), (7, 2), (3, 1), (9, 1)]:
        y = b.relu(b.conv_bn(x, channels, channels, kernel, stride, channels))
        x = b.relu(b.conv_bn(y, channels, channels * stride))
        channels *= stride
    return b.classify(x, channels)


def resnet3d(b, x, layers=(2, 2, 2, 2)):
    x, channels = b.relu(b.conv_bn(x, 3, 64, [3, 7, 7], [1, 2, 2], axes=3)), 64
    for stage, blocks in enumerate(layers):
        width = 64 << stage
        for block in range(blocks):
            stride = 2 if stage > 0 and block == 0 else 1
            y = b.relu(b.conv_bn(x, channels, width, 3, stride, axes=3))
            y = b.conv_bn(y, width, width, 3, axes=3)
            short = x if stride == 1 else b.conv_bn(x, channels, width, 1, stride, axes=3)
            channels = width
            x = b.relu(b.node("Add", y, short))
    return b.classify(x, channels)


# name: (what builds it, the input's shape)
NETWORKS = {
    "mobilenet_v2": (mobilenet_v2, [1, 3, 224, 224]),
    "shufflenet_v2": (shufflenet_v2, [1, 3, 224, 224]),
    "densenet121": (densenet, [1, 3, 224, 224]),
    "resnet18": (lambda b, x: resnet(b, x, (2, 2, 2, 2), False), [1, 3, 224, 224]),
    "resnet50": (lambda b, x: resnet(b, x, (3, 4, 6, 3), True), [1, 3, 224, 224]),
    "depthwise": (depthwise, [1, 3, 224, 224]),
    "efficientnet_b0": (efficientnet_b0, [1, 3, 224, 224]),
    "resnet3d18": (resnet3d, [1, 3, 8, 64, 64]),
}


def make(directory, name):
    """Writes NAME.onnx and gives its path and its input's shape."""
    build, shape = NETWORKS[name]
    builder = Builder(seed=len(name))
    y = build(builder, "x")
    value = lambda n, s: helper.make_tensor_value_info(n, TensorProto.FLOAT, s)
    graph = helper.make_graph(builder.nodes, name, [value("x", shape)], [value(y, [1, 1000])],
                              builder.weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path = f"{directory}/{name}.onnx"
    onnx.save(model, path)
    return path, shape


if __name__ == "__main__":
    if len(sys.argv) < 3 or any(n not in NETWORKS for n in sys.argv[2:]):
        sys.exit(__doc__ + "\nnames: " + " ".join(NETWORKS))
    for network in sys.argv[2:]:
        make(sys.argv[1], network)
