"""Records small kernel cases with onnxruntime, an implementation independent of ours.

Writes Tests/GraphEvaluationTests/KernelCases+Recorded.swift.
Needs: onnx==1.19.1, onnxruntime, numpy.  Run: python3 Tests/Recipes/kernel_cases.py
"""
import os
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
import onnxruntime as ort

ort.set_default_logger_severity(3)
random = np.random.default_rng(17)
cases = []


def x(*shape):
    """Quarters from -2 to 2: short in the file, exact in every float type."""
    return (random.integers(-8, 9, shape) / 4).astype(np.float32)


def case(name, op, inputs, opset=13, outputs=1, **attributes):
    inputs = [v if v is None else np.asarray(v) for v in inputs]
    names = [f"i{k}" if v is not None else "" for k, v in enumerate(inputs)]
    outs = [f"o{k}" for k in range(outputs)]
    node = helper.make_node(op, names, outs, **attributes)
    graph = helper.make_graph(
        [node], "g",
        [helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(v.dtype), v.shape)
         for n, v in zip(names, inputs) if v is not None],
        [helper.make_empty_tensor_value_info(o) for o in outs])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = ort.InferenceSession(model.SerializeToString(), options)
    results = session.run(outs, {n: v for n, v in zip(names, inputs) if v is not None})
    cases.append((name, op, opset, attributes, inputs, results))


for groups in (1, 2, 4):
    case(f"Conv 2-D, {groups} groups, uneven pads", "Conv",
         [x(2, 4, 5, 6), x(4, 4 // groups, 3, 2), x(4)],
         group=groups, pads=[1, 0, 2, 1], strides=[2, 1], dilations=[1, 2])
case("Conv depthwise, stride 2", "Conv", [x(1, 3, 7, 8), x(3, 1, 3, 3), x(3)],
     group=3, pads=[1, 1, 1, 1], strides=[2, 2])
case("Conv depthwise, multiplier 2, stride 3, dilation 2", "Conv",
     [x(1, 2, 11, 10), x(4, 1, 3, 3)], group=2, pads=[2, 1, 0, 3], strides=[3, 2],
     dilations=[2, 2])
case("Conv 1-D, SAME_LOWER", "Conv", [x(2, 3, 9), x(2, 3, 4)], auto_pad="SAME_LOWER", strides=[2])
case("Conv 1-D depthwise", "Conv", [x(2, 3, 9), x(3, 1, 4), x(3)], group=3, pads=[3, 0])
case("Conv 3-D", "Conv", [x(1, 2, 3, 4, 5), x(3, 2, 2, 3, 2), x(3)],
     pads=[0, 1, 1, 1, 1, 0], strides=[1, 2, 1], dilations=[1, 1, 2])
case("Conv 3-D depthwise", "Conv", [x(1, 2, 3, 4, 5), x(2, 1, 2, 3, 2), x(2)], group=2,
     pads=[1, 1, 0, 0, 1, 1], strides=[2, 1, 2])
case("Conv pointwise", "Conv", [x(2, 3, 2, 3), x(4, 3, 1, 1), x(4)])
case("Conv pointwise, stride 2", "Conv", [x(1, 3, 5, 4), x(2, 3, 1, 1)], strides=[2, 2])
case("ConvTranspose, uneven pads, output_padding", "ConvTranspose",
     [x(2, 4, 3, 4), x(4, 3, 3, 2), x(3)], strides=[2, 3], pads=[1, 0, 0, 1],
     output_padding=[1, 2])
case("ConvTranspose, groups, dilation", "ConvTranspose", [x(1, 4, 3, 3), x(4, 2, 2, 3), x(4)],
     group=2, dilations=[2, 1])
case("ConvTranspose depthwise", "ConvTranspose", [x(1, 3, 3, 3), x(3, 1, 2, 2)], group=3,
     strides=[2, 2])
case("ConvTranspose, output_shape", "ConvTranspose", [x(1, 2, 3, 3), x(2, 2, 3, 3)],
     strides=[3, 2], output_shape=[10, 8])
case("ConvTranspose 1-D, SAME_UPPER", "ConvTranspose", [x(1, 2, 4), x(2, 1, 4)],
     auto_pad="SAME_UPPER", strides=[3])
case("Gemm, both transposed, C a row", "Gemm", [x(3, 2), x(4, 3), x(4)], transA=1, transB=1,
     alpha=0.5, beta=2.0)
case("Gemm, C a column", "Gemm", [x(2, 3), x(3, 4), x(2, 1)])
case("Gemm without C", "Gemm", [x(2, 3), x(3, 4)], alpha=-1.5)
case("MatMul, both batched", "MatMul", [x(2, 1, 2, 3), x(3, 3, 2)])
case("MatMul, one right matrix", "MatMul", [x(2, 3, 2, 3), x(3, 4)])
case("MatMul, vectors", "MatMul", [x(3), x(2, 3, 2)])
case("BatchNormalization", "BatchNormalization",
     [x(2, 3, 2, 2), x(3), x(3), x(3), np.abs(x(3)) + 0.5], opset=9, epsilon=1e-3)
case("InstanceNormalization", "InstanceNormalization", [x(2, 3, 4), x(3), x(3)])
case("LayerNormalization", "LayerNormalization", [x(2, 3, 4), x(3, 4), x(3, 4)], opset=17, axis=1)
case("LRN", "LRN", [x(2, 5, 2, 2)], size=3, alpha=0.3, beta=0.6, bias=1.5)
case("Softmax by axis", "Softmax", [x(2, 3, 4)], axis=1)
case("Softmax of version 11", "Softmax", [x(2, 3, 4)], opset=11, axis=1)
case("LogSoftmax", "LogSoftmax", [x(2, 3, 4)])
case("Hardmax", "Hardmax", [np.array([[1, 3, 3], [2, 0, 1]], np.float32)])
case("MaxPool, indices, dilation", "MaxPool", [x(1, 2, 6, 5)], outputs=2, kernel_shape=[2, 3],
     strides=[2, 1], dilations=[2, 1], pads=[1, 1, 0, 1])
case("MaxPool, ceil_mode", "MaxPool", [x(1, 2, 6, 7)], kernel_shape=[3, 3], strides=[2, 2],
     ceil_mode=1)
case("AveragePool, pads excluded", "AveragePool", [x(1, 2, 5, 5)], kernel_shape=[3, 3],
     strides=[2, 2], pads=[1, 0, 1, 2])
case("AveragePool, pads included", "AveragePool", [x(1, 2, 5, 5)], kernel_shape=[3, 2],
     strides=[1, 2], pads=[1, 0, 1, 1], count_include_pad=1)
case("AveragePool 3-D", "AveragePool", [x(1, 1, 3, 4, 4)], kernel_shape=[2, 2, 2])
case("LpPool", "LpPool", [x(1, 2, 4, 4)], kernel_shape=[2, 2], p=3)
case("GlobalAveragePool", "GlobalAveragePool", [x(2, 3, 2, 3)])
case("GlobalMaxPool", "GlobalMaxPool", [x(2, 3, 2, 3)])
u8 = lambda *s: random.integers(0, 255, s).astype(np.uint8)
i8 = lambda *s: random.integers(-127, 127, s).astype(np.int8)
case("MatMulInteger, zero points", "MatMulInteger",
     [u8(2, 3), i8(3, 2), np.uint8(100), np.int8(-3)])
case("ConvInteger, zero points", "ConvInteger",
     [u8(1, 2, 4, 4), u8(2, 2, 3, 3), np.uint8(7), np.uint8(130)], pads=[1, 1, 1, 1])
case("QLinearMatMul", "QLinearMatMul",
     [u8(2, 3), np.float32(0.02), np.uint8(120), u8(3, 2), np.float32(0.01), np.uint8(90),
      np.float32(0.05), np.uint8(100)])
# Small weights: onnxruntime's 8-bit products saturate at 16 bits on x86 without VNNI.
case("QLinearConv, scale per filter", "QLinearConv",
     [u8(1, 2, 4, 4), np.float32(0.02), np.uint8(120), i8(2, 2, 3, 3) // 2,
      np.array([0.01, 0.03], np.float32), np.zeros(2, np.int8), np.float32(0.3), np.uint8(100),
      np.array([100, -200], np.int32)])
case("Einsum, batched product", "Einsum", [x(2, 3, 4), x(2, 4, 2)], equation="bij,bjk->bik")
case("Einsum, diagonal and sum", "Einsum", [x(3, 3), x(3, 2)], equation="ii,ij->j")
case("Einsum, ellipsis, implicit", "Einsum", [x(2, 3, 4), x(2, 4, 2)], equation="...ij,...jk")
case("RoiAlign", "RoiAlign",
     [x(1, 2, 5, 5), np.array([[0, 0, 3.5, 4], [1, 1.5, 2, 2]], np.float32),
      np.zeros(2, np.int64)], opset=16, output_height=2, output_width=3, sampling_ratio=2,
     spatial_scale=0.75)
case("MaxRoiPool", "MaxRoiPool",
     [x(2, 2, 5, 5), np.array([[0, 0, 0, 3, 4], [1, 1, 2, 4, 4]], np.float32)],
     pooled_shape=[2, 2], spatial_scale=1.0)
case("MaxUnpool", "MaxUnpool",
     [x(1, 1, 2, 2), np.array([[[[1, 3], [8, 15]]]], np.int64)], kernel_shape=[2, 2],
     strides=[2, 2])


def number(v, dtype):
    if dtype.kind != "f":
        return str(int(v))
    if np.isneginf(v):
        return "-.infinity"
    return np.format_float_positional(v, unique=True, trim="0") if 1e-4 < abs(v) < 1e6 or v == 0 \
        else repr(float(v))


def tensor(v):
    if v is None:
        return "nil"
    v = np.asarray(v)
    kind = {"float32": "float32", "uint8": "uint8", "int8": "int8", "int32": "int32",
            "int64": "int64"}[v.dtype.name]
    shape = "[" + ", ".join(map(str, v.shape)) + "]"
    values = ", ".join(number(e, v.dtype) for e in v.ravel())
    return f".init(.{kind}, {shape}, [{values}])"


def attribute(name, v):
    if isinstance(v, str):
        kind = f'.string(Array("{v}".utf8))'
    elif isinstance(v, float):
        kind = f".float({v})"
    elif isinstance(v, int):
        kind = f".int({v})"
    else:
        kind = f".ints({v})"
    return f'Attribute("{name}", {kind})'


here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "../GraphEvaluationTests/KernelCases+Recorded.swift"), "w") as out:
    out.write(f"""// swift-format-ignore-file

import ModelIR

// Written by Tests/Recipes/kernel_cases.py with onnxruntime {ort.__version__}.

extension KernelCase {{
""")
    for k, (name, op, opset, attributes, inputs, results) in enumerate(cases):
        listed = ", ".join(attribute(*a) for a in attributes.items())
        out.write(f"  private static let case{k} = KernelCase(\n")
        out.write(f'    "{name}", "{op}", opset: {opset}, attributes: [{listed}],\n    inputs: [\n')
        for v in inputs:
            out.write(f"      {tensor(v)},\n")
        out.write("    ],\n    outputs: [")
        out.write(", ".join(tensor(v) for v in results))
        out.write("])\n\n")
    out.write("  /// All of them.\n  static let recorded: [KernelCase] = [\n")
    for k in range(len(cases)):
        out.write(f"    case{k},\n")
    out.write("  ]\n}\n")
print(len(cases), "cases")
