import ModelIR
import TestSupport
import Testing

/// A linear operator and its shapes, for tests to put a BatchNormalization behind.
struct LinearKind: Sendable, CustomTestStringConvertible {
  /// What a test's report calls it.
  var testDescription: String
  var opType: String
  /// The weight's shape.
  var weight: [Int]
  /// The input's shape.
  var input: [Int]
  /// Channels that go out.
  var outputs: Int
  var attributes: [Attribute] = []
  /// Whether it has a bias before the fold.
  var hasBias = true
  /// Which output channel an element of the weight belongs to.
  var channels: ChannelIndex

  static func conv(
    _ name: String, _ weight: [Int], group: Int = 1, spatial: [Int], pad: Int = 0,
    stride: Int = 1, bias: Bool = true
  ) -> LinearKind {
    let rank = spatial.count
    return LinearKind(
      testDescription: name, opType: "Conv", weight: weight,
      input: [1, weight[1] * group] + spatial, outputs: weight[0],
      attributes: [
        Attribute("group", .int(Int64(group))),
        Attribute("pads", .ints([Int64](repeating: Int64(pad), count: 2 * rank))),
        Attribute("strides", .ints([Int64](repeating: Int64(stride), count: rank))),
      ], hasBias: bias, channels: .axis(0))
  }

  static func transposed(
    _ name: String, _ weight: [Int], group: Int, spatial: [Int], stride: Int = 2
  ) -> LinearKind {
    LinearKind(
      testDescription: name, opType: "ConvTranspose", weight: weight,
      input: [1, weight[0]] + spatial, outputs: weight[1] * group,
      attributes: [
        Attribute("group", .int(Int64(group))),
        Attribute("strides", .ints([Int64](repeating: Int64(stride), count: spatial.count))),
      ],
      channels: ChannelIndex(
        memberAxis: 1,
        group: ChannelIndex.Group(axis: 0, size: weight[0] / group, channels: weight[1])))
  }

  static func gemm(_ name: String, _ weight: [Int], transB: Bool) -> LinearKind {
    LinearKind(
      testDescription: name, opType: "Gemm", weight: weight,
      input: [4, weight[transB ? 1 : 0]], outputs: weight[transB ? 0 : 1],
      attributes: [Attribute("transB", .int(transB ? 1 : 0))],
      channels: .axis(transB ? 0 : 1))
  }

  /// MatMul, and an Add for the bias.
  static func matMul(_ name: String, _ weight: [Int]) -> LinearKind {
    LinearKind(
      testDescription: name, opType: "MatMul", weight: weight, input: [4, weight[0]],
      outputs: weight[1], channels: .axis(1))
  }

  static let all: [LinearKind] = [
    conv("1-D", [6, 5, 3], spatial: [20], pad: 1),
    conv("2-D", [8, 6, 3, 3], spatial: [9, 7], pad: 1),
    conv("2-D without bias", [8, 6, 1, 1], spatial: [9, 7], bias: false),
    conv("2-D, stride 2", [8, 6, 3, 3], spatial: [9, 7], pad: 1, stride: 2),
    conv("grouped", [8, 3, 3, 3], group: 4, spatial: [9, 7], pad: 1),
    conv("depthwise", [8, 1, 3, 3], group: 8, spatial: [9, 7], pad: 1),
    conv("3-D", [4, 3, 3, 2, 3], spatial: [5, 6, 4], pad: 1),
    transposed("transposed", [6, 4, 3, 3], group: 1, spatial: [5, 4]),
    transposed("transposed, grouped", [6, 4, 3, 3], group: 2, spatial: [5, 4]),
    gemm("Gemm", [12, 10], transB: false),
    gemm("Gemm, transposed", [10, 12], transB: true),
    matMul("MatMul", [12, 10]),
  ]
}
