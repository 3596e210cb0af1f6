import GraphTransforms
import ModelIR
import TestSupport

extension RandomBlock {
  /// A wide linear layer between narrow ones, which become one, and normalizations.
  static func row(seed: UInt64) -> RandomBlock {
    var block = RandomBlock(seed: seed)
    block.options.mergesLayers = true
    if block.builder.type == .float16 { block.builder.type = .float32 }
    let last = block.pick(3) == 0 ? block.matrices() : block.convolutions()
    block.builder.output(block.normalized(last))
    return block
  }

  private mutating func convolutions() -> ValueID {
    let x = input()
    let pointIsFirst = pick(2) == 0
    var value = x
    for isFirst in [true, false] {
      let (inputs, outputs) = isFirst ? (4, 32) : (32, 4)
      let group = [1, 2, 4][pick(3)]
      let isPoint = pointIsFirst == isFirst
      let extents = isPoint ? [1, 1] : [1 + pick(3), 1 + pick(3)]
      // A bias of the first, or a shift of the normalization in the middle, allows no padding.
      let hasBias = pick(2) == 0 && !(isFirst && pointIsFirst)
      var operands = [value, builder.constant("w", [outputs, inputs / group] + extents)]
      if hasBias { operands.append(builder.constant("b", [outputs])) }
      let isStrided = !(isFirst && pointIsFirst) && pick(3) == 0
      var attributes: [String: AttributeValue] = ["group": .int(Int64(group))]
      if isStrided { attributes["strides"] = .ints([2, 1]) }
      if !isPoint {
        attributes["pads"] = .ints([1, 0, 1, 2])
        attributes["dilations"] = .ints([1, Int64(1 + pick(2))])
      }
      value = node("Conv", operands, attributes)
      if isFirst, !pointIsFirst, pick(2) == 0 {
        shape[1] = 32
        value = normalized(value)
        shape[1] = 4
      }
    }
    return value
  }

  private mutating func matrices() -> ValueID {
    shape = [3, 4]
    var value = builder.input("x", shape)
    for (inputs, outputs) in [(4, 32), (32, 4)] {
      let isTransposed = pick(2) == 0
      if pick(2) == 0 {
        let weight = builder.constant("w", isTransposed ? [outputs, inputs] : [inputs, outputs])
        let bias = pick(2) == 0 ? [builder.constant("c", [outputs])] : []
        value = node(
          "Gemm", [value, weight] + bias,
          ["transB": .int(isTransposed ? 1 : 0), "beta": .float(bias.isEmpty ? 1 : 0.5)])
      } else {
        value = node("MatMul", [value, builder.constant("w", [inputs, outputs])])
        if pick(2) == 0 { value = node("Add", [value, builder.constant("c", [1, outputs])]) }
      }
    }
    return value
  }
}
