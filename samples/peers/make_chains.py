#!/usr/bin/env python3
"""Makes small models with the chains that exporters write around the real work.

    make_chains.py DIR

Each comes with an input (NAME.in.npz) and onnxruntime's output (NAME.out.npz), its optimizations
off. Numbers come from a fixed seed.
"""
import os
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

FLOAT = TensorProto.FLOAT
node = helper.make_node


def whole(*numbers):
    return np.array(numbers, np.int64)


def scalar(number):
    return np.array(number, np.int64)


class Maker:
    def __init__(self, folder):
        self.folder = folder
        self.random = np.random.default_rng(7)

    def weight(self, *shape):
        return self.random.standard_normal(shape).astype(np.float32)

    def save(self, name, nodes, takes, gives, constants, opset=17):
        """Writes a model of one Float input x and one Float output y."""
        graph = helper.make_graph(
            nodes, name, [helper.make_tensor_value_info("x", FLOAT, takes)],
            [helper.make_tensor_value_info("y", FLOAT, gives)],
            [numpy_helper.from_array(np.asarray(value), key) for key, value in constants.items()])
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
        onnx.checker.check_model(model, full_check=True)
        stem = os.path.join(self.folder, name)
        onnx.save(model, stem + ".onnx")
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        x = self.weight(*[extent if isinstance(extent, int) else 2 for extent in takes])
        session = onnxruntime.InferenceSession(model.SerializeToString(), options)
        np.savez(stem + ".in.npz", x=x)
        np.savez(stem + ".out.npz", y=session.run(None, {"x": x})[0])


def shapes(m):
    m.save("view", [  # x.view(x.size(0), -1)
        node("Shape", ["x"], ["s"]), node("Gather", ["s", "i0"], ["n"], axis=0),
        node("Unsqueeze", ["n", "ax"], ["n1"]), node("Concat", ["n1", "m1"], ["t"], axis=0),
        node("Reshape", ["x", "t"], ["r"]), node("Gemm", ["r", "W", "b"], ["y"], transB=1),
    ], ["batch", 8, 3, 5], ["batch", 4],
        dict(i0=scalar(0), ax=whole(0), m1=whole(-1), W=m.weight(4, 120), b=m.weight(4)))
    m.save("heads", [  # x.view(b, s, heads, d).permute(...)
        node("Shape", ["x"], ["s"]), node("Gather", ["s", "i0"], ["b"], axis=0),
        node("Shape", ["x"], ["s2"]), node("Gather", ["s2", "i1"], ["q"], axis=0),
        node("Unsqueeze", ["b", "ax"], ["b1"]), node("Unsqueeze", ["q", "ax"], ["q1"]),
        node("Concat", ["b1", "q1", "h", "d"], ["t"], axis=0), node("Reshape", ["x", "t"], ["r"]),
        node("Transpose", ["r"], ["p"], perm=[0, 2, 1, 3]),
        node("Transpose", ["r"], ["p2"], perm=[0, 2, 3, 1]), node("MatMul", ["p", "p2"], ["y"]),
    ], ["batch", "seq", 24], ["batch", 4, "seq", "seq"],
        dict(ax=whole(0), i0=scalar(0), i1=scalar(1), h=whole(4), d=whole(6)))
    m.save("chunk", [  # halves of the channels by their number
        node("Conv", ["x", "W"], ["c"]), node("Shape", ["c"], ["s"]),
        node("Gather", ["s", "i1"], ["ch"], axis=0), node("Add", ["ch", "i1"], ["ch1"]),
        node("Div", ["ch1", "two"], ["half"]), node("Mul", ["half", "i1"], ["e"]),
        node("Unsqueeze", ["e", "ax"], ["e1"]), node("Slice", ["c", "z", "e1", "one"], ["l"]),
        node("Mul", ["half", "two"], ["e2"]), node("Unsqueeze", ["e2", "ax"], ["e3"]),
        node("Slice", ["c", "e1", "e3", "one"], ["r"]), node("Concat", ["r", "l"], ["y"], axis=1),
    ], ["batch", 3, "H", "W_"], ["batch", 8, "H", "W_"],
        dict(W=m.weight(8, 3, 1, 1), i1=scalar(1), two=scalar(2), ax=whole(0), z=whole(0),
             one=whole(1)))
    m.save("reshapes", [
        node("Flatten", ["x"], ["f"], axis=2), node("Reshape", ["f", "t"], ["r"]),
        node("Unsqueeze", ["r", "ax"], ["u"]), node("Squeeze", ["u", "ax"], ["s"]),
        node("Softmax", ["s"], ["y"], axis=1),
    ], ["batch", 4, 3, 2], ["batch", 8, 3], dict(t=whole(-1, 8, 3), ax=whole(3)))


def padding(m):
    m.save("functional_pad", [  # torch.nn.functional.pad
        node("ConstantOfShape", ["n4"], ["z"], value=numpy_helper.from_array(whole(0))),
        node("Concat", ["pp", "z"], ["c"], axis=0), node("Reshape", ["c", "m12"], ["r"]),
        node("Slice", ["r", "m1", "least", "ax", "m1"], ["sl"]),
        node("Transpose", ["sl"], ["tr"], perm=[1, 0]), node("Reshape", ["tr", "m1"], ["fl"]),
        node("Cast", ["fl"], ["pads"], to=TensorProto.INT64),
        node("Pad", ["x", "pads", "zero"], ["p"], mode="constant"),
        node("Conv", ["p", "W", "b"], ["c1"], kernel_shape=[3, 3], strides=[2, 2]),
        node("Relu", ["c1"], ["y"]),
    ], ["batch", 3, 9, 11], ["batch", 5, 5, 6],
        dict(n4=whole(4), pp=whole(1, 1, 1, 1), m12=whole(-1, 2), m1=whole(-1),
             least=whole(-9223372036854775807), ax=whole(0), zero=np.float32(0),
             W=m.weight(5, 3, 3, 3), b=m.weight(5)))
    m.save("average_pad", [
        node("Pad", ["x", "p"], ["xp"]),
        node("AveragePool", ["xp"], ["y"], kernel_shape=[3, 3], strides=[2, 2]),
    ], ["batch", 3, 8, 8], ["batch", 3, 4, 4], dict(p=whole(0, 0, 1, 1, 0, 0, 0, 0)))


def sizes(m):
    m.save("resize_sizes", [
        node("Shape", ["x"], ["s"]), node("Slice", ["s", "a2", "a4", "a0"], ["hw"]),
        node("Mul", ["hw", "a2"], ["hw2"]), node("Slice", ["s", "a0", "a2", "a0"], ["nc"]),
        node("Concat", ["nc", "hw2"], ["sz"], axis=0),
        node("Resize", ["x", "", "", "sz"], ["y"], mode="nearest", nearest_mode="floor",
             coordinate_transformation_mode="asymmetric"),
    ], [1, 3, 6, 7], [1, 3, 12, 14], dict(a0=whole(0), a2=whole(2), a4=whole(4)))
    m.save("resize_scales", [
        node("Shape", ["x"], ["s"]), node("Cast", ["s"], ["sf"], to=FLOAT),
        node("Slice", ["sf", "a2", "a4", "a0"], ["hw"]), node("Div", ["k", "hw"], ["sc"]),
        node("Concat", ["one", "sc"], ["scales"], axis=0),
        node("Resize", ["x", "", "scales"], ["y"], mode="linear"),
    ], [1, 3, 6, 8], [1, 3, 12, 16],
        dict(a0=whole(0), a2=whole(2), a4=whole(4), k=np.array([12, 16], np.float32),
             one=np.array([1, 1], np.float32)))
    m.save("causal_mask", [  # Range, comparison, Where
        node("Shape", ["x"], ["s"]), node("Gather", ["s", "i1"], ["q"], axis=0),
        node("Range", ["i0", "q", "i1"], ["r"]), node("Unsqueeze", ["r", "ax1"], ["col"]),
        node("Unsqueeze", ["r", "ax0"], ["row"]), node("Less", ["col", "row"], ["lt"]),
        node("Where", ["lt", "low", "z"], ["mask"]),
        node("Transpose", ["x"], ["xt"], perm=[0, 2, 1]), node("MatMul", ["x", "xt"], ["a"]),
        node("Add", ["a", "mask"], ["am"]), node("Softmax", ["am"], ["y"], axis=-1),
    ], ["batch", 7, 4], ["batch", 7, 7],
        dict(i1=scalar(1), i0=scalar(0), ax1=whole(1), ax0=whole(0), low=np.float32(-1e9),
             z=np.float32(0)))
    m.save("expand", [  # torch.Tensor.expand
        node("ConstantOfShape", ["n3"], ["ones"], value=numpy_helper.from_array(whole(1))),
        node("Mul", ["ones", "m1"], ["neg"]), node("Equal", ["to", "neg"], ["eq"]),
        node("Where", ["eq", "ones", "to"], ["t"]), node("Expand", ["p", "t"], ["e"]),
        node("Add", ["x", "e"], ["y"]),
    ], [2, 5, 4], [2, 5, 4],
        dict(n3=whole(3), m1=whole(-1), to=whole(2, -1, -1), p=m.weight(1, 5, 4)))


def blocks(m):
    m.save("channels_last", [
        node("Transpose", ["x"], ["xc"], perm=[0, 3, 1, 2]),
        node("Conv", ["xc", "W"], ["c"], pads=[1, 1, 1, 1]),
        node("Transpose", ["c"], ["h"], perm=[0, 2, 3, 1]), node("Add", ["h", "b"], ["hb"]),
        node("Relu", ["hb"], ["hr"]), node("Transpose", ["hr"], ["c2"], perm=[0, 3, 1, 2]),
        node("Conv", ["c2", "W2"], ["c3"]), node("Transpose", ["c3"], ["y"], perm=[0, 2, 3, 1]),
    ], ["batch", 6, 7, 3], ["batch", 6, 7, 2],
        dict(W=m.weight(4, 3, 3, 3), b=m.weight(4), W2=m.weight(2, 4, 1, 1)))
    w = m.weight(4, 3, 1, 1)
    m.save("common", [  # the same twice, two levels deep, over two copies of a weight
        node("Relu", ["x"], ["a1"]), node("Conv", ["a1", "W"], ["a2"]),
        node("Relu", ["x"], ["b1"]), node("Conv", ["b1", "W_copy"], ["b2"]),
        node("Sigmoid", ["b2"], ["g"]), node("Mul", ["a2", "g"], ["m"]),
        node("Add", ["m", "b2"], ["y"]),
    ], ["batch", 3, 5, 5], ["batch", 4, 5, 5], dict(W=w, W_copy=w.copy()))
    m.save("no_ops", [
        node("Dropout", ["x", "half", "no"], ["d"]), node("Identity", ["d"], ["i"]),
        node("Cast", ["i"], ["k"], to=FLOAT), node("Reshape", ["k", "t"], ["r"]),
        node("Mul", ["r", "one"], ["mu"]), node("Add", ["mu", "zero"], ["ad"]),
        node("Concat", ["ad"], ["cc"], axis=1), node("Unsqueeze", ["cc", "ax"], ["u"]),
        node("Squeeze", ["u", "ax"], ["sq"]), node("Pad", ["sq", "pz"], ["pd"]),
        node("Slice", ["pd", "st", "en"], ["sl"]), node("Expand", ["sl", "ones"], ["ex"]),
        node("Relu", ["ex"], ["r1"]), node("Relu", ["r1"], ["y"]),
    ], ["batch", 3, 4], ["batch", 3, 4],
        dict(half=np.float32(.5), no=np.array(False), t=whole(-1, 3, 4),
             one=np.ones((3, 4), np.float32), zero=np.float32(0), ax=whole(0),
             pz=whole(0, 0, 0, 0, 0, 0), st=whole(0, 0), en=whole(2**31, 2**31),
             ones=whole(1, 1, 1)), opset=13)
    m.save("pooled_head", [
        node("ReduceMean", ["x"], ["m"], axes=[2, 3], keepdims=1),
        node("Squeeze", ["m", "ax"], ["s"]), node("MatMul", ["s", "W"], ["mm"]),
        node("Add", ["b", "mm"], ["y"]),
    ], ["batch", 6, 5, 4], ["batch", 3], dict(ax=whole(2, 3), W=m.weight(6, 3), b=m.weight(3)))


def make(folder):
    """Makes all models in a folder."""
    os.makedirs(folder, exist_ok=True)
    maker = Maker(folder)
    for part in (shapes, padding, sizes, blocks):
        part(maker)


if __name__ == "__main__":
    make(sys.argv[1])
