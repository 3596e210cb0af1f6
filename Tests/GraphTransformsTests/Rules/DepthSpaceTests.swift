import GraphTransforms
import ModelIR
import Testing

/// DepthToSpace and SpaceToDepth where channels that differ come to lie beside each other in one:
/// what tells them apart then is the position, which Flatten and Reshape turn into features.
@Suite struct DepthSpaceTests {
  static let shapes = [[2, 8, 2, 3], [1, 4, 4, 4], [2, 18, 1, 2]]

  private static func block(_ shape: [Int]) -> Int { shape[1] == 18 ? 3 : 2 }

  @Test(arguments: ["DCR", "CRD"], shapes) func intoFeatures(
    _ mode: String, _ shape: [Int]
  ) throws {
    for type in [DataType.float32, .float64] {
      var builder = GraphBuilder(type: type, seed: 801)
      let x = builder.node("Sigmoid", [builder.input("x", shape)])
      let y = builder.normalization(x, shape[1])
      let wide = builder.node(
        "DepthToSpace", [y],
        ["blocksize": .int(Int64(Self.block(shape))), "mode": .string(Array(mode.utf8))])
      let features = shape.dropFirst().reduce(1, *)
      let flat = builder.node("Flatten", [wide])
      builder.output(
        builder.node(
          "Gemm", [flat, builder.constant("w", [features, 3]), builder.constant("c", [3])])
      )
      var options = FoldOptions()
      options.allowLoss = true
      try FoldCheck(builder, options).expectFolded(
        into: ["Sigmoid", "DepthToSpace", "Flatten", "Gemm"], rule: "gemm-forward",
        tolerance: 1e-5)
    }
  }

  @Test(arguments: shapes) func fromFeatures(_ shape: [Int]) throws {
    let b = Self.block(shape)
    var builder = GraphBuilder(seed: 802)
    let shallow = [shape[0], shape[1] / (b * b), shape[2] * b, shape[3] * b]
    let features = shallow.dropFirst().reduce(1, *)
    let g = builder.node(
      "Gemm", [builder.input("x", [shape[0], 5]), builder.constant("w", [5, features])])
    let image = builder.node("Reshape", [g, builder.integers("r", shallow.map { Int64($0) })])
    let deep = builder.node("SpaceToDepth", [image], ["blocksize": .int(Int64(b))])
    builder.output(builder.normalization(deep, shape[1]))
    try FoldCheck(builder).expectFolded(into: ["Gemm", "Reshape", "SpaceToDepth"], rule: "gemm")
  }

  /// A convolution tells channels apart by one axis.
  @Test func aConvolutionDoesNotTakeThem() throws {
    var builder = GraphBuilder(seed: 803)
    let x = builder.node("Sigmoid", [builder.input("x", [2, 8, 2, 3])])
    let wide = builder.node("DepthToSpace", [builder.normalization(x, 8)], ["blocksize": .int(2)])
    builder.output(builder.node("Conv", [wide, builder.constant("w", [3, 2, 1, 1])]))
    try FoldCheck(builder).expectKept { if case .otherAxis = $0.forward { true } else { false } }
  }

  /// Without extents there is no position.
  @Test func extentsThatAreNotKnown() throws {
    var builder = GraphBuilder(seed: 804)
    let x = builder.input("x", [2, 8, 2, 3])
    builder.model[x].type = .tensor(
      .float32, [.known(2), .known(8), .symbol("h"), .known(3)])
    let y = builder.normalization(builder.node("Sigmoid", [x]), 8)
    let wide = builder.node("DepthToSpace", [y], ["blocksize": .int(2)])
    let flat = builder.node("Reshape", [wide, builder.integers("r", [2, 48])])
    builder.output(builder.node("Gemm", [flat, builder.constant("w", [48, 3])]))
    try FoldCheck(builder).expectKept {
      guard case .unsupportedForm(_, let text)? = $0.forward else { return false }
      return text.contains("mixes channels")
    }
  }
}
