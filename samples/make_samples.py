#!/usr/bin/env python3
"""Makes the small models of this folder, an input and the expected outputs of each, and
manifest.json.

    make_samples.py [NAME...]      all samples, or only these

Needs the packages of .ci/requirements.txt (`make samples` has them). Seeds are fixed: the same
versions make the same bytes. Expected outputs come from onnxruntime without its graph
optimizations, or from ONNX's reference evaluator where onnxruntime has no kernel; never from
bnfold. `bn` and `folded` in the manifest are counted by hand, from the comments of each recipe.
"""
import hashlib
import json
import os
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = os.path.dirname(os.path.abspath(__file__))
RECIPES = {}


def sample(bn, folded, evaluator="onnxruntime", **facts):
    """Registers a recipe with what a reader can count in it: BNs, and those that fold."""
    def register(recipe):
        name = recipe.__name__.replace("_", "-")
        RECIPES[name] = (recipe, dict(bn=bn, folded=folded, evaluator=evaluator, **facts))
        return recipe
    return register


class Builder:
    """Collects the nodes and constants of one graph."""

    def __init__(self, name, seed, dtype=np.float32, opset=17, ir_version=8):
        self.name, self.dtype, self.opset, self.ir_version = name, dtype, opset, ir_version
        self.random = np.random.default_rng(seed)
        self.nodes, self.weights, self.inputs, self.outputs = [], [], [], []

    def normal(self, *shape, scale=1.0):
        return (self.random.standard_normal(shape) * scale).astype(self.dtype)

    def uniform(self, low, high, *shape):
        return self.random.uniform(low, high, shape).astype(self.dtype)

    def constant(self, name, array):
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, kind, inputs, outputs, **attributes):
        outputs = [outputs] if isinstance(outputs, str) else outputs
        self.nodes.append(helper.make_node(kind, inputs, outputs, name=f"{outputs[0]}_node",
                                           **attributes))
        return outputs[0]

    def conv(self, x, out, c_in, c_out, kernel=3, group=1, bias=False, kind="Conv", **attributes):
        shape = (c_out, c_in // group) if kind == "Conv" else (c_in, c_out // group)
        w = self.normal(*shape, kernel, kernel, scale=(2 / (c_in * kernel * kernel)) ** 0.5)
        inputs = [x, self.constant(f"{out}.weight", w)]
        if bias:
            inputs.append(self.constant(f"{out}.bias", self.normal(c_out, scale=0.1)))
        return self.node(kind, inputs, out, kernel_shape=[kernel] * 2, group=group, **attributes)

    def bn(self, x, out, channels, variance=None, **attributes):
        variance = self.uniform(0.5, 2, channels) if variance is None else variance
        parameters = [("scale", self.uniform(0.5, 1.5, channels)),
                      ("B", self.normal(channels, scale=0.2)),
                      ("mean", self.normal(channels, scale=0.3)),
                      ("var", variance)]
        return self.node("BatchNormalization",
                         [x] + [self.constant(f"{out}.{n}", p) for n, p in parameters],
                         out, epsilon=1e-5, **attributes)

    def relu(self, x):
        return self.node("Relu", [x], f"{x}_relu")

    def value(self, name, shape, kind=None):
        kind = kind or helper.np_dtype_to_tensor_dtype(np.dtype(self.dtype))
        return helper.make_tensor_value_info(name, kind, shape)

    def input(self, name, shape):
        self.inputs.append(self.value(name, shape))
        return name

    def output(self, name, shape):
        self.outputs.append(self.value(name, shape))

    def graph(self):
        return helper.make_graph(self.nodes, self.name, self.inputs, self.outputs, self.weights)

    def model(self):
        return helper.make_model(self.graph(), ir_version=self.ir_version,
                                 opset_imports=[helper.make_opsetid("", self.opset)],
                                 producer_name="bnfold samples")


@sample(bn=4, folded=4)
def cnn():
    """A small image classifier: plain, depthwise, pointwise and biased convolutions, each with BN."""
    b = Builder("cnn", seed=1)
    x = b.input("image", [1, 3, 16, 16])
    x = b.relu(b.bn(b.conv(x, "conv1", 3, 8, pads=[1] * 4, strides=[2, 2]), "bn1", 8))
    x = b.relu(b.bn(b.conv(x, "conv2", 8, 8, group=8, pads=[1] * 4), "bn2", 8))
    x = b.relu(b.bn(b.conv(x, "conv3", 8, 16, kernel=1), "bn3", 16))
    y = b.bn(b.conv(x, "conv4", 16, 16, bias=True, pads=[1] * 4), "bn4", 16)
    x = b.node("Add", [x, y], "sum")
    x = b.node("Flatten", [b.node("GlobalAveragePool", [x], "pooled")], "flat")
    b.node("Gemm", [x, b.constant("fc.weight", b.normal(10, 16, scale=0.25)),
                    b.constant("fc.bias", b.normal(10, scale=0.1))], "scores", transB=1)
    b.output("scores", [1, 10])
    return b.model(), {"image": b.normal(1, 3, 16, 16)}


@sample(bn=3, folded=3)
def deconv():
    """A generator: transposed convolutions with and without groups, input channels unlike output's."""
    b = Builder("deconv", seed=2)
    x = b.input("noise", [1, 12, 2, 2])
    x = b.relu(b.bn(b.conv(x, "up1", 12, 8, 4, kind="ConvTranspose"), "bn1", 8))
    x = b.relu(b.bn(b.conv(x, "up2", 8, 6, 4, group=2, kind="ConvTranspose", strides=[2, 2],
                           pads=[1] * 4), "bn2", 6))
    x = b.bn(b.conv(x, "up3", 6, 6, 2, group=6, bias=True, kind="ConvTranspose"), "bn3", 6)
    b.node("Tanh", [x], "picture")
    b.output("picture", [1, 6, 11, 11])
    return b.model(), {"noise": b.normal(1, 12, 2, 2)}


@sample(bn=4, folded=4)
def mlp():
    """Fully connected layers in the forms that exporters write: Gemm with transB and none, alpha
    and beta, MatMul with Add, MatMul without."""
    b = Builder("mlp", seed=3)
    x = b.input("features", ["batch", 12])
    x = b.node("Gemm", [x, b.constant("fc1.weight", b.normal(16, 12, scale=0.3)),
                        b.constant("fc1.bias", b.normal(16, scale=0.1))], "fc1", transB=1)
    x = b.relu(b.bn(x, "bn1", 16))
    x = b.node("Gemm", [x, b.constant("fc2.weight", b.normal(16, 10, scale=0.3)),
                        b.constant("fc2.bias", b.normal(1, 10, scale=0.1))], "fc2",
               alpha=0.5, beta=2.0)
    x = b.relu(b.bn(x, "bn2", 10))
    x = b.node("MatMul", [x, b.constant("fc3.weight", b.normal(10, 10, scale=0.3))], "fc3_product")
    x = b.node("Add", [b.constant("fc3.bias", b.normal(10, scale=0.1)), x], "fc3")
    x = b.relu(b.bn(x, "bn3", 10))
    x = b.node("MatMul", [x, b.constant("fc4.weight", b.normal(10, 4, scale=0.3))], "fc4")
    x = b.bn(x, "bn4", 4)
    b.node("Softmax", [x], "probabilities", axis=-1)
    b.output("probabilities", ["batch", 4])
    return b.model(), {"features": b.normal(5, 12)}


@sample(bn=9, folded=1, evaluator="reference")
def residual_kept():
    """A residual block that folds (bn_main), and eight BNs that must stay, one for each reason."""
    b = Builder("residual-kept", seed=4, opset=15)
    x = b.input("image", [1, 4, 8, 8])
    stem = b.relu(b.bn(b.conv(x, "conv_main", 4, 4, pads=[1] * 4), "bn_main", 4))
    pad = dict(pads=[1] * 4)
    # The convolution's output is read twice.
    shared = b.conv(stem, "conv_shared", 4, 4, **pad)
    b.node("Add", [b.bn(shared, "bn_shared_input", 4), shared], "sum")
    b.output("sum", [1, 4, 8, 8])
    # The convolution's output is a graph output.
    seen = b.conv(stem, "conv_seen", 4, 4, **pad)
    b.output(seen, [1, 4, 8, 8])
    b.output(b.relu(b.bn(seen, "bn_of_output", 4)), [1, 4, 8, 8])
    # Training mode: statistics come from the batch.
    b.node("BatchNormalization",
           [b.conv(stem, "conv_training", 4, 4, **pad)]
           + [b.constant(f"bn_training.{n}", b.uniform(0.5, 1.5, 4))
              for n in ("scale", "B", "mean", "var")],
           ["bn_training", "running_mean", "running_var"], training_mode=1)
    b.output("bn_training", [1, 4, 8, 8])
    b.output("running_mean", [4])
    # A parameter that the caller may override (an initializer that is also an input).
    b.output(b.bn(b.conv(stem, "conv_override", 4, 4, **pad), "bn_override", 4), [1, 4, 8, 8])
    b.inputs.append(b.value("bn_override.scale", [4]))
    # A parameter that is an input.
    b.input("beta", [4])
    b.output(b.node("BatchNormalization",
                    [b.conv(stem, "conv_computed", 4, 4, **pad), b.constant("ones", b.uniform(1, 1, 4)),
                     "beta", b.constant("zeros", b.uniform(0, 0, 4)), "ones"], "bn_computed"),
             [1, 4, 8, 8])
    # variance + epsilon below zero: the original gives NaN in channel 1.
    b.output(b.bn(b.conv(stem, "conv_negative", 4, 4, **pad), "bn_negative", 4,
                  variance=np.float32([1, -1, 1, 1])), [1, 4, 8, 8])
    # Nothing linear before it or after it.
    b.output(b.relu(b.bn(b.relu(b.node("Neg", [stem], "neg")), "bn_alone", 4)), [1, 4, 8, 8])
    # A weight that is computed from an input.
    b.input("kernel", [4, 4, 1, 1])
    b.output(b.bn(b.node("Conv", [stem, "kernel"], "conv_dynamic"), "bn_dynamic_weight", 4),
             [1, 4, 8, 8])
    feed = {"image": b.normal(1, 4, 8, 8), "beta": b.normal(4), "kernel": b.normal(4, 4, 1, 1)}
    return b.model(), feed


@sample(bn=2, folded=2, external=True)
def external():
    """Weights in a file beside the model."""
    b = Builder("external", seed=5)
    x = b.input("image", [1, 3, 8, 8])
    x = b.relu(b.bn(b.conv(x, "conv1", 3, 16, pads=[1] * 4), "bn1", 16))
    x = b.bn(b.conv(x, "conv2", 16, 16, pads=[1] * 4), "bn2", 16)
    b.node("GlobalAveragePool", [x], "pooled")
    b.output("pooled", [1, 16, 1, 1])
    return b.model(), {"image": b.normal(1, 3, 8, 8)}


@sample(bn=2, folded=2)
def half():
    """Half precision throughout."""
    b = Builder("half", seed=6, dtype=np.float16)
    x = b.input("image", [1, 3, 8, 8])
    x = b.relu(b.bn(b.conv(x, "conv1", 3, 8, pads=[1] * 4), "bn1", 8))
    x = b.bn(b.conv(x, "conv2", 8, 8, kernel=1, bias=True), "bn2", 8)
    b.node("MaxPool", [x], "pooled", kernel_shape=[2, 2], strides=[2, 2])
    b.output("pooled", [1, 8, 4, 4])
    return b.model(), {"image": b.normal(1, 3, 8, 8)}


@sample(bn=3, folded=3)
def branches():
    """BN inside both bodies of an If, with weights of the body and weights captured from outside."""
    b = Builder("branches", seed=7)
    x = b.input("image", [1, 3, 8, 8])
    x = b.relu(b.bn(b.conv(x, "conv1", 3, 4, pads=[1] * 4), "bn1", 4))
    b.inputs.append(b.value("flag", [], TensorProto.BOOL))
    outer = b.constant("outer.weight", b.normal(4, 4, 1, 1))
    deep, flat = (Builder(n, seed=8) for n in ("deep", "flat"))
    deep.output(deep.relu(deep.bn(deep.conv(x, "conv_deep", 4, 4, pads=[1] * 4), "bn_deep", 4)),
                [1, 4, 8, 8])
    flat.output(flat.bn(flat.node("Conv", [x, outer], "conv_flat"), "bn_flat", 4), [1, 4, 8, 8])
    b.node("If", ["flag"], "chosen", then_branch=deep.graph(), else_branch=flat.graph())
    b.node("GlobalMaxPool", ["chosen"], "pooled")
    b.output("pooled", [1, 4, 1, 1])
    return b.model(), {"image": b.normal(1, 3, 8, 8), "flag": np.array(True)}


@sample(bn=2, folded=2)
def ir3():
    """IR version 3 of 2018, in which every initializer must also be listed as an input."""
    b = Builder("ir3", seed=9, opset=8, ir_version=3)
    x = b.input("image", [1, 3, 8, 8])
    x = b.relu(b.bn(b.conv(x, "conv1", 3, 4, pads=[1] * 4), "bn1", 4))
    x = b.bn(b.conv(x, "conv2", 4, 4, bias=True), "bn2", 4)
    b.node("AveragePool", [x], "pooled", kernel_shape=[2, 2], strides=[2, 2])
    b.output("pooled", [1, 4, 3, 3])
    for weight in b.weights:
        b.inputs.append(b.value(weight.name, list(weight.dims)))
    return b.model(), {"image": b.normal(1, 3, 8, 8)}


def trained(name):
    """A model that `bn-experiment samples` trained, with the inputs that it wrote: they are taken as
    they stand, and their outputs are computed here."""
    path = os.path.join(HERE, name)
    return onnx.load(f"{path}.onnx"), dict(np.load(f"{path}.in.npz"))


@sample(bn=3, folded=3, command="bn-experiment samples samples")
def digits_mlp():
    """Three fully connected layers of sigmoids, trained on drawn digits: real statistics of BN."""
    return trained("digits-mlp")


@sample(bn=2, folded=2, command="bn-experiment samples samples")
def digits_cnn():
    """Two convolutions trained on drawn digits: real statistics of BN by feature map."""
    return trained("digits-cnn")


def expected(path, feed, evaluator):
    if evaluator == "reference":
        from onnx.reference import ReferenceEvaluator
        session = ReferenceEvaluator(path)
        with np.errstate(invalid="ignore"):
            return dict(zip(session.output_names, session.run(None, feed)))
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return dict(zip([o.name for o in session.get_outputs()], session.run(None, feed)))


def make(name):
    recipe, facts = RECIPES[name]
    model, feed = recipe()
    path = os.path.join(HERE, f"{name}.onnx")
    files = [f"{name}.onnx", f"{name}.in.npz", f"{name}.out.npz"]
    command = facts.pop("command", None)
    if facts.pop("external", False):
        files.insert(1, f"{name}.onnx.data")
        if os.path.exists(path + ".data"):
            os.remove(path + ".data")
        onnx.save(model, path, save_as_external_data=True, location=f"{name}.onnx.data",
                  size_threshold=64)
    elif not command:
        onnx.save(model, path)
    onnx.checker.check_model(path)
    if not command:
        np.savez(f"{path[:-5]}.in.npz", **feed)
    np.savez(f"{path[:-5]}.out.npz", **expected(path, feed, facts["evaluator"]))
    digest = {f: hashlib.sha256(open(os.path.join(HERE, f), "rb").read()).hexdigest() for f in files}
    return dict(path=f"{name}.onnx", recipe=command or f"make_samples.py {name}", about=" ".join(
        recipe.__doc__.split()), **facts, sha256=digest)


def main():
    names = sys.argv[1:] or list(RECIPES)
    unknown = [n for n in names if n not in RECIPES]
    if unknown:
        sys.exit(f"no sample named {unknown[0]}; there are: {' '.join(RECIPES)}")
    manifest = os.path.join(HERE, "manifest.json")
    rows = {}
    if os.path.exists(manifest):
        rows = {row["path"][:-5]: row for row in json.load(open(manifest))["samples"]}
    for name in names:
        rows[name] = make(name)
        print(f"{name}.onnx: {os.path.getsize(os.path.join(HERE, name + '.onnx'))} bytes")
    with open(manifest, "w") as out:
        json.dump({"samples": [rows[n] for n in RECIPES if n in rows]}, out, indent=1)
        out.write("\n")


if __name__ == "__main__":
    main()
