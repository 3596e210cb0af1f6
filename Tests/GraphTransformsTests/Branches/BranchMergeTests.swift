import GraphTransforms
import ModelIR
import ModelVerification
import Testing

/// Rule `reparameterize`: sums of linear branches become one convolution.
@Suite struct BranchMergeTests {
  private var merging: FoldOptions {
    var options = FoldOptions()
    options.mergesLayers = true
    return options
  }

  /// A convolution of x with a BatchNormalization behind it.
  private func branch(
    _ builder: inout GraphBuilder, _ x: ValueID, _ weight: [Int],
    _ attributes: [String: AttributeValue] = [:]
  ) -> ValueID {
    let c = builder.node("Conv", [x, builder.constant("w", weight)], attributes)
    return builder.normalization(c, weight[0])
  }

  private func expectMerged(
    _ builder: GraphBuilder, into nodes: [String] = ["Conv"], branches: Int,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let check = try FoldCheck(builder, merging)
    check.expectFolded(into: nodes, tolerance: 4e-6, sourceLocation: sourceLocation)
    #expect(check.result.merges.map(\.count) == [branches], sourceLocation: sourceLocation)
    // Without the option nothing of it happens.
    let plain = try FoldCheck(builder)
    #expect(plain.result.merges.isEmpty, sourceLocation: sourceLocation)
    #expect(plain.nodes.count > nodes.count, sourceLocation: sourceLocation)
  }

  private func expectNotMerged(
    _ builder: GraphBuilder, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let check = try FoldCheck(builder, merging)
    #expect(check.result.merges.isEmpty, sourceLocation: sourceLocation)
    #expect(check.exact <= 1e-12, sourceLocation: sourceLocation)
  }

  static let groups = [1, 2, 4]

  /// RepVGG: k×k, 1×1 and the identity, each with a BatchNormalization.
  @Test(arguments: groups, [[5, 6], [4, 4]]) func repVGG(_ group: Int, _ extents: [Int]) throws {
    var builder = GraphBuilder(seed: UInt64(80 + group))
    let x = builder.input("x", [2, 4] + extents)
    let wide = branch(
      &builder, x, [4, 4 / group, 3, 3],
      ["pads": .ints([1, 1, 1, 1]), "group": .int(Int64(group))])
    let point = branch(&builder, x, [4, 4 / group, 1, 1], ["group": .int(Int64(group))])
    let identity = builder.normalization(x, 4)
    let sum = builder.node("Add", [builder.node("Add", [wide, point]), identity])
    builder.output(sum)
    try expectMerged(builder, branches: 3)
  }

  /// A normalization behind the sum cannot go into a branch that is the value itself, but into
  /// the convolution that the sum becomes.
  @Test(arguments: [false, true], [1, 2]) func whatFollowsAMergedSum(
    _ bias: Bool, _ group: Int
  ) throws {
    var builder = GraphBuilder(seed: 180)
    let x = builder.input("x", [2, 4, 5, 6])
    let w = builder.constant("w", [4, 4 / group, 3, 3])
    let c = builder.node(
      "Conv", bias ? [x, w, builder.constant("b", [4])] : [x, w],
      ["pads": .ints([1, 1, 1, 1]), "group": .int(Int64(group))])
    let mean = builder.node("GlobalAveragePool", [builder.node("Sub", [c, x])])
    let first = builder.normalization(mean, 4)
    builder.output(builder.normalization(builder.node("Relu", [first]), 4))
    let check = try FoldCheck(builder, merging)
    #expect(check.nodes == ["Conv", "GlobalAveragePool", "Relu", "BatchNormalization"])
    #expect(check.exact <= 1e-12 && check.rounded <= 8e-6)
    check.expectClaims(#_sourceLocation)
    #expect(check.result.merges.map(\.count) == [2])
    let written = try FoldCheck.stored(check.result.model)
    func verdict(_ model: Model) throws -> VerificationReport.Verdict {
      try Verifier(
        original: builder.model, written: model,
        claims: NamedClaim.claims(check.result.claims, in: check.result.model)
      ).verify().verdict
    }
    #expect(try verdict(written) == .passed)
    for claim in check.result.claims {
      var wrong = written
      let tensor = try #require(written[claim.target].initializer)
      var numbers = try tensor.doubles()
      numbers[1] += 0x1p-10
      wrong[claim.target].initializer = builder.tensor(tensor.shape.dimensions, numbers)
      #expect(try verdict(wrong) == .failed)
    }
  }

  /// The normalization of the value itself takes the scale behind the sum, without its shift.
  @Test(arguments: groups) func aNormalizedIdentityUnderANormalizedSum(_ group: Int) throws {
    var builder = GraphBuilder(seed: 182)
    let x = builder.input("x", [2, 4, 5, 6])
    let c = builder.node(
      "Conv", [x, builder.constant("w", [4, 4 / group, 3, 3])],
      ["pads": .ints([1, 1, 1, 1]), "group": .int(Int64(group))])
    let sum = builder.node("Add", [c, builder.normalization(x, 4)])
    builder.output(builder.normalization(builder.normalization(sum, 4), 4))
    try expectMerged(builder, branches: 2)
  }

  @Test func whatFollowsAMergedSumOfHalfPrecision() throws {
    var builder = GraphBuilder(type: .float16, seed: 181)
    let x = builder.input("x", [2, 4, 5, 6])
    let c = builder.node(
      "Conv", [x, builder.constant("w", [4, 4, 3, 3])], ["pads": .ints([1, 1, 1, 1])])
    let mean = builder.node("GlobalAveragePool", [builder.node("Add", [c, x])])
    builder.output(builder.normalization(mean, 4))
    let check = try FoldCheck(builder, merging)
    #expect(check.nodes == ["Conv", "GlobalAveragePool", "BatchNormalization"])
  }

  /// With a stride there is no identity, and the 1×1 branch's dilation means nothing.
  @Test func stridesAndDilations() throws {
    var builder = GraphBuilder(seed: 81)
    let x = builder.input("x", [1, 3, 9, 11])
    let wide = branch(
      &builder, x, [4, 3, 3, 5],
      [
        "pads": .ints([2, 4, 2, 4]), "strides": .ints([2, 1]), "dilations": .ints([2, 2]),
      ])
    let point = branch(
      &builder, x, [4, 3, 1, 1], ["strides": .ints([2, 1]), "dilations": .ints([3, 5])])
    builder.output(builder.node("Add", [point, wide]))
    try expectMerged(builder, branches: 2)
  }

  /// A dilated kernel in a larger one: its taps lie apart.
  @Test func aDilatedKernelInALargerOne() throws {
    var builder = GraphBuilder(seed: 82)
    let x = builder.input("x", [1, 4, 7, 8])
    let wide = branch(
      &builder, x, [4, 1, 5, 5], ["pads": .ints([2, 2, 2, 2]), "group": .int(4)])
    let dilated = branch(
      &builder, x, [4, 1, 3, 3],
      ["pads": .ints([2, 2, 2, 2]), "dilations": .ints([2, 2]), "group": .int(4)])
    builder.output(builder.node("Sub", [wide, dilated]))
    try expectMerged(builder, branches: 2)
  }

  /// SAME with stride 1 is known without the extents; the odd pad stands at the end, or not.
  @Test(arguments: ["SAME_UPPER", "SAME_LOWER"]) func automaticPadding(_ mode: String) throws {
    var builder = GraphBuilder(seed: 83)
    let x = builder.input("x", [1, 4, 6, 5])
    let even = branch(
      &builder, x, [4, 4, 2, 4], ["auto_pad": .string(Array(mode.utf8))])
    let point = branch(&builder, x, [4, 4, 1, 1], ["auto_pad": .string(Array("VALID".utf8))])
    builder.output(builder.node("Add", [even, point]))
    try expectMerged(builder, branches: 2)
  }

  /// FastViT's mixer: x + layer scale · (mixer(x) − norm(x)).
  @Test func layerScaleAndSubtraction() throws {
    var builder = GraphBuilder(seed: 84)
    let x = builder.input("x", [2, 4, 5, 6])
    let wide = branch(
      &builder, x, [4, 1, 3, 3], ["pads": .ints([1, 1, 1, 1]), "group": .int(4)])
    let mixed = builder.node("Add", [wide, builder.normalization(x, 4)])
    let difference = builder.node("Sub", [mixed, builder.normalization(x, 4)])
    let scaled = builder.node("Mul", [builder.constant("layerScale", [4, 1, 1]), difference])
    builder.output(builder.node("Add", [x, scaled]))
    let check = try FoldCheck(builder, merging)
    #expect(check.nodes == ["Conv"])
    #expect(check.exact <= 1e-12)
    #expect(check.result.sites.map(\.isFolded) == [true, true, true, true])
    #expect(check.result.merges.map(\.count) == [4])
  }

  /// What stands in front of a sum is scaled with both operands, and its shift is added once.
  @Test func aSumThatIsSubtracted() throws {
    var builder = GraphBuilder(seed: 85)
    let x = builder.input("x", [2, 4, 5, 6])
    let a = branch(&builder, x, [4, 4, 3, 3], ["pads": .ints([1, 1, 1, 1])])
    let b = builder.node("Sub", [builder.normalization(x, 4), x])
    let c = builder.normalization(b, 4)
    builder.output(builder.node("Sub", [a, c]))
    let check = try FoldCheck(builder, merging)
    #expect(check.nodes == ["Conv"])
    #expect(check.exact <= 1e-12)
    #expect(check.result.merges.map(\.count) == [3])
  }

  /// Averages count their padding, or have none.
  @Test func averagePools() throws {
    for counts in [true, false] {
      var builder = GraphBuilder(seed: 86)
      let x = builder.input("x", [1, 4, 6, 7])
      let wide = branch(
        &builder, x, [4, 2, 3, 3], ["pads": .ints([1, 1, 1, 1]), "group": .int(2)])
      let pool = builder.node(
        "AveragePool", [x],
        [
          "kernel_shape": .ints([3, 3]), "pads": .ints([1, 1, 1, 1]), "strides": .ints([1, 1]),
          "count_include_pad": .int(counts ? 1 : 0),
        ])
      let sum = builder.node("Add", [wide, builder.normalization(pool, 4)])
      builder.output(sum)
      let check = try FoldCheck(builder, merging)
      #expect(check.exact <= 1e-12)
      #expect(check.result.merges.map(\.count) == (counts ? [2] : []))
      #expect(check.nodes.count == (counts ? 1 : 4))
    }
  }

  @Test func oneAndThreeDimensions() throws {
    for extents in [[9], [4, 5, 6]] {
      let rank = extents.count
      var builder = GraphBuilder(seed: 87)
      let x = builder.input("x", [1, 3] + extents)
      let ones = [Int](repeating: 1, count: rank)
      let wide = branch(
        &builder, x, [3, 3] + ones.map { $0 * 3 },
        ["pads": .ints([Int64](repeating: 1, count: 2 * rank))])
      let point = branch(&builder, x, [3, 3] + ones)
      builder.output(
        builder.node("Add", [builder.node("Add", [point, wide]), builder.normalization(x, 3)]))
      try expectMerged(builder, branches: 3)
    }
  }

  // MARK: What is not merged

  @Test func otherStridesGroupsInputsOrExtents() throws {
    let forms: [([Int], [String: AttributeValue])] = [
      ([4, 4, 1, 1], ["pads": .ints([0, 0, 0, 0]), "strides": .ints([2, 2])]),
      ([4, 1, 1, 1], ["group": .int(4)]),
      // Two more positions at the end, which the sum would have to broadcast.
      ([4, 4, 2, 2], ["pads": .ints([0, 0, 0, 0])]),
    ]
    for (weight, attributes) in forms {
      var builder = GraphBuilder(seed: 88)
      let x = builder.input("x", [1, 4, 2, 2])
      let wide = branch(&builder, x, [4, 4, 3, 3], ["pads": .ints([1, 1, 1, 1])])
      let other = branch(&builder, x, weight, attributes)
      builder.output(builder.node("Add", [wide, other]))
      try expectNotMerged(builder)
    }
    var builder = GraphBuilder(seed: 88)
    let x = builder.input("x", [1, 4, 2, 2])
    let z = builder.input("z", [1, 4, 2, 2])
    let wide = branch(&builder, x, [4, 4, 3, 3], ["pads": .ints([1, 1, 1, 1])])
    builder.output(builder.node("Add", [wide, branch(&builder, z, [4, 4, 1, 1])]))
    try expectNotMerged(builder)
  }

  @Test func whatIsReadElsewhere() throws {
    var builder = GraphBuilder(seed: 89)
    let x = builder.input("x", [1, 4, 3, 3])
    let wide = branch(&builder, x, [4, 4, 3, 3], ["pads": .ints([1, 1, 1, 1])])
    let point = branch(&builder, x, [4, 4, 1, 1])
    builder.output(builder.node("Add", [wide, point]))
    builder.output(point)
    try expectNotMerged(builder)
  }

  /// 1×3 and 3×1 have 6 taps, the 3×3 that holds both has 9.
  @Test func whatWouldMultiplyMore() throws {
    var builder = GraphBuilder(seed: 90)
    let x = builder.input("x", [1, 4, 5, 6])
    let rows = branch(&builder, x, [4, 4, 1, 3], ["pads": .ints([0, 1, 0, 1])])
    let columns = branch(&builder, x, [4, 4, 3, 1], ["pads": .ints([1, 0, 1, 0])])
    let sum = builder.node("Add", [rows, columns])
    builder.output(sum)
    try expectNotMerged(builder)
    // With a 3×3 beside them it is less.
    builder.model[builder.model.mainGraph].outputs = []
    let wide = branch(&builder, x, [4, 4, 3, 3], ["pads": .ints([1, 1, 1, 1])])
    builder.output(builder.node("Add", [sum, wide]))
    try expectMerged(builder, branches: 3)
  }

  /// The identity beside a convolution to other channels, or with a stride.
  @Test func identitiesThatDoNotFit() throws {
    var builder = GraphBuilder(seed: 91)
    let x = builder.input("x", [1, 1, 5, 5])
    let wide = branch(&builder, x, [4, 1, 3, 3], ["pads": .ints([1, 1, 1, 1])])
    // x is broadcast over the channels here.
    builder.output(builder.node("Add", [wide, x]))
    try expectNotMerged(builder)
  }

  @Test func excludedSitesAreNotMerged() throws {
    var builder = GraphBuilder(seed: 92)
    let x = builder.input("x", [1, 4, 3, 3])
    let wide = branch(&builder, x, [4, 4, 3, 3], ["pads": .ints([1, 1, 1, 1])])
    let identity = builder.normalization(x, 4, name: "keep")
    builder.output(builder.node("Add", [wide, identity]))
    var options = merging
    options.selection.skip = [NamePattern("keep")]
    let check = try FoldCheck(builder, options)
    #expect(check.result.merges.isEmpty)
    #expect(check.nodes == ["Conv", "BatchNormalization", "Add"])
  }
}
