import GraphTransforms
import ModelIR
import Testing

@Suite struct TransposedConvolutionTests {
  @Test(arguments: [1, 2, 4], [true, false]) func takesWhatFollows(
    _ group: Int, _ bias: Bool
  ) throws {
    // As many inputs as outputs, and not: a wrong axis shows in one of them.
    for outputs in [4, 8] {
      var builder = GraphBuilder(seed: UInt64(group))
      let x = builder.input("x", [2, 4, 3, 4])
      let w = builder.constant("w", [4, outputs / group, 3, 2])
      let b = bias ? builder.constant("b", [outputs]) : nil
      let c = builder.node(
        "ConvTranspose", [x, w, b],
        [
          "group": .int(Int64(group)), "strides": .ints([2, 3]),
          "output_padding": .ints([1, 0]), "pads": .ints([1, 0, 0, 1]),
        ])
      builder.output(builder.normalization(c, outputs))
      let check = try FoldCheck(builder)
      check.expectFolded(into: ["ConvTranspose"], rule: "conv-transpose")
    }
  }

  @Test(arguments: [1, 3]) func takesWhatFollowsInOneAndThreeDimensions(_ rank: Int) throws {
    var builder = GraphBuilder()
    let x = builder.input("x", [1, 6] + Array([4, 3, 2].prefix(rank)))
    let w = builder.constant("w", [6, 2] + [Int](repeating: 2, count: rank))
    let c = builder.node("ConvTranspose", [x, w], ["group": .int(3)])
    builder.output(builder.normalization(c, 6))
    try FoldCheck(builder).expectFolded(into: ["ConvTranspose"])
  }

  @Test func takesAScaleThatComesBefore() throws {
    var builder = GraphBuilder()
    let x = builder.input("x", [1, 4, 3, 3])
    let y = builder.node("Div", [x, builder.constant("s", [1, 4, 1, 1])])
    let w = builder.constant("w", [4, 3, 2, 2])
    builder.output(builder.node("ConvTranspose", [y, w], ["group": .int(2)]))
    try FoldCheck(builder).expectFolded(
      into: ["ConvTranspose"], rule: "conv-transpose-forward")
  }

  @Test func refusesAShiftThatComesBefore() throws {
    var builder = GraphBuilder()
    let y = builder.normalization(builder.input("x", [1, 4, 3, 3]), 4)
    builder.output(builder.node("ConvTranspose", [y, builder.constant("w", [4, 3, 2, 2])]))
    try FoldCheck(builder).expectKept {
      if case .shiftDoesNotPass = $0.forward { true } else { false }
    }
  }
}
