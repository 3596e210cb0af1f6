#!/usr/bin/env python3
"""Makes the models that `make bench` measures: convolutional networks of a given size with random
weights, shaped like ResNet, VGG and MobileNet.

    make_models.py DIRECTORY NAME...      NAME: one of the keys of MODELS below

Sizes are those of the weights. Needs numpy and onnx. Seeds are fixed, so the same versions of both
make the same bytes.
"""
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class Network:
    """Collects nodes and weights of a chain of blocks; every BN has plausible statistics."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.nodes, self.weights, self.count = [], [], 0

    def constant(self, hint, array):
        name = f"{hint}{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, kind, inputs, **attributes):
        self.count += 1
        output = f"{kind.lower()}{self.count}"
        self.nodes.append(helper.make_node(kind, inputs, [output], name=f"n_{output}", **attributes))
        return output

    def convolution(self, x, c_in, c_out, kernel, stride=1, group=1):
        shape = (c_out, c_in // group, kernel, kernel)
        fan_in = shape[1] * kernel * kernel
        weight = self.random.standard_normal(shape, dtype=np.float32) * np.float32((2 / fan_in) ** 0.5)
        pad = kernel // 2
        y = self.node("Conv", [x, self.constant("w", weight)], strides=[stride] * 2,
                      pads=[pad] * 4, group=group, kernel_shape=[kernel] * 2)
        uniform = self.random.uniform
        parameters = [uniform(0.5, 1.5, c_out), uniform(-0.2, 0.2, c_out),
                      uniform(-0.5, 0.5, c_out), uniform(0.5, 2, c_out)]
        return self.node("BatchNormalization",
                         [y] + [self.constant("p", p.astype(np.float32)) for p in parameters],
                         epsilon=1e-5)

    def relu(self, x):
        return self.node("Relu", [x])


def resnet(network, x, width, blocks):
    """Bottleneck blocks of 4·width channels."""
    x = network.relu(network.convolution(x, 3, 4 * width, 3, stride=4))
    for _ in range(blocks):
        y = network.relu(network.convolution(x, 4 * width, width, 1))
        y = network.relu(network.convolution(y, width, width, 3))
        y = network.convolution(y, width, 4 * width, 1)
        x = network.relu(network.node("Add", [x, y]))
    return x, 4 * width


def vgg(network, x, width, blocks):
    """3×3 convolutions of one width."""
    x = network.relu(network.convolution(x, 3, width, 3, stride=4))
    for _ in range(blocks):
        x = network.relu(network.convolution(x, width, width, 3))
    return x, width


def mobilenet(network, x, width, blocks):
    """Inverted residuals with a depthwise convolution in the middle."""
    x = network.relu(network.convolution(x, 3, width, 3, stride=4))
    for _ in range(blocks):
        y = network.relu(network.convolution(x, width, 6 * width, 1))
        y = network.relu(network.convolution(y, 6 * width, 6 * width, 3, group=6 * width))
        x = network.node("Add", [x, network.convolution(y, 6 * width, width, 1)])
    return x, width


# name: (shape, width, blocks, external data); the name tells the megabytes of weights.
MODELS = {
    "tiny": (vgg, 2, 1, False),
    "mobilenet-10": (mobilenet, 96, 22, False),
    "resnet-100": (resnet, 256, 23, False),
    "resnet-250": (resnet, 512, 14, False),
    "vgg-550": (vgg, 1024, 14, False),
    "vgg-2500": (vgg, 2048, 16, True),
}


def make(directory, name):
    build, width, blocks, external = MODELS[name]
    network = Network(seed=len(name) + width)
    x, channels = build(network, "x", width, blocks)
    y = network.node("GlobalAveragePool", [x])
    value = lambda n, shape: helper.make_tensor_value_info(n, TensorProto.FLOAT, shape)
    graph = helper.make_graph(network.nodes, name, [value("x", [1, 3, 32, 32])],
                              [value(y, [1, channels, 1, 1])], network.weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path = f"{directory}/{name}.onnx"
    if external:
        onnx.save(model, path, save_as_external_data=True, location=f"{name}.onnx.data")
    else:
        onnx.save(model, path)


if __name__ == "__main__":
    if len(sys.argv) < 3 or any(n not in MODELS for n in sys.argv[2:]):
        sys.exit(__doc__ + "\nnames: " + " ".join(MODELS))
    for model_name in sys.argv[2:]:
        make(sys.argv[1], model_name)
