import TestSupport

/// A model of one 1×1 convolution and one batch normalization with given numbers, as bytes.
///
/// An operator may stand between the two.
struct ConvolutionFile {
  var weight: [Float] = [1, 2, 3, 4]
  var scale: [Float] = [1, 1]
  var bias: [Float] = [0, 0]
  var mean: [Float] = [0, 0]
  var variance: [Float] = [1, 1]
  var between: String?

  /// x [1, 2, 2, 2] → Conv → c → BatchNormalization → y.
  var bytes: [UInt8] {
    func tensor(_ name: String, _ shape: [Int64], _ numbers: [Float]) -> ProtobufBytes {
      let raw = numbers.flatMap { number in
        (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> UInt32(8 * $0)) }
      }
      return ONNXBytes.tensor(name, shape, rawBytes: raw)
    }
    var nodes = ProtobufBytes()
      .message(1, ONNXBytes.node("Conv", ["x", "w"], ["c"], name: "conv"))
    if let between { nodes = nodes.message(1, ONNXBytes.node(between, ["c"], ["d"], name: "d")) }
    let last = between == nil ? "c" : "d"
    let graph =
      nodes
      .message(
        1, ONNXBytes.node("BatchNormalization", [last, "s", "b", "m", "v"], ["y"], name: "bn")
      )
      .text(2, "g")
      .message(5, tensor("w", [2, 2, 1, 1], weight)).message(5, tensor("s", [2], scale))
      .message(5, tensor("b", [2], bias)).message(5, tensor("m", [2], mean))
      .message(5, tensor("v", [2], variance))
      .message(11, ONNXBytes.value("x", [1, 2, 2, 2]))
      .message(12, ONNXBytes.value("y", [1, 2, 2, 2]))
    return ONNXBytes.model(graph)
  }
}
