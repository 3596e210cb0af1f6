import ModelIR
import Operators
import Testing

@Suite struct AttributeTests {
  @Test(
    arguments: [
      // opset, is_test, training_mode, outputs used, inference
      (6, nil, nil, 1, false), (6, 1, nil, 1, true), (1, 0, nil, 1, false),
      (7, nil, nil, 1, true), (9, nil, nil, 3, false), (13, 0, 1, 1, true),
      (14, nil, nil, 1, true), (14, nil, 1, 1, false), (15, nil, 0, 1, true), (15, 1, 1, 3, false),
    ] as [(Int, Int64?, Int64?, Int, Bool)])
  func batchNormalizationMode(
    opset: Int, isTest: Int64?, training: Int64?, used: Int, inference: Bool
  ) throws {
    var attributes: [Attribute] = []
    if let isTest { attributes.append(Attribute("is_test", .int(isTest))) }
    if let training { attributes.append(Attribute("training_mode", .int(training))) }
    // Left-out outputs stand in the list without being used.
    let outputs = (0..<5).map { $0 < used ? ValueID($0) : nil }
    let bn = try BatchNormalizationAttributes(
      node("BatchNormalization", attributes, outputs: outputs), opset: opset)
    #expect(bn.isInference == inference)
  }

  @Test func epsilonIsTheStoredFloatWidened() throws {
    let absent = try BatchNormalizationAttributes(node("BatchNormalization"), opset: 15)
    #expect(absent.epsilon == 9.99999974737875163555145263671875e-06)
    #expect(!absent.statesEpsilon)
    let stated = try BatchNormalizationAttributes(
      node("BatchNormalization", [Attribute("epsilon", .float(0.001))]), opset: 15)
    #expect(stated.epsilon == 0.001000000047497451305389404296875)
    #expect(stated.statesEpsilon)
  }

  @Test func spatialCountsOnlyWhileItExisted() throws {
    let attributes = [Attribute("spatial", .int(0))]
    for (opset, perChannel) in [(7, false), (8, false), (9, true)] {
      let bn = try BatchNormalizationAttributes(
        node("BatchNormalization", attributes), opset: opset)
      #expect(bn.isPerChannel == perChannel)
    }
  }

  @Test func dropoutMode() throws {
    let plain = node("Dropout")
    #expect(try DropoutAttributes(plain, opset: 6).mode == .training)
    #expect(
      try DropoutAttributes(node("Dropout", [Attribute("is_test", .int(1))]), opset: 6).mode
        == .inference)
    #expect(try DropoutAttributes(plain, opset: 10).mode == .inference)
    #expect(try DropoutAttributes(plain, opset: 13).mode == .inference)
    let asked = node("Dropout", inputs: [ValueID(0), nil, ValueID(2)])
    #expect(try DropoutAttributes(asked, opset: 13).mode == .givenBy(ValueID(2)))
    #expect(try DropoutAttributes(asked, opset: 10).mode == .inference)
  }

  @Test func gemm() throws {
    let gemm = try GemmAttributes(
      node("Gemm", [Attribute("alpha", .float(0.5)), Attribute("transB", .int(1))]), opset: 6)
    #expect(gemm.alpha == 0.5)
    #expect(gemm.beta == 1)
    #expect(gemm.transposesB && !gemm.transposesA && !gemm.broadcastsC)
    #expect(try GemmAttributes(node("Gemm"), opset: 7).broadcastsC)
  }

  @Test func permutations() throws {
    #expect(try ShapeAttributes.permutation(node("Transpose"), rank: 3) == [2, 1, 0])
    for bad: [Int64] in [[0, 0, 1], [0, 1], [0, 1, 3]] {
      #expect(throws: AttributeError.self) {
        try ShapeAttributes.permutation(
          node("Transpose", [Attribute("perm", .ints(bad))]), rank: 3)
      }
    }
  }

  @Test(
    arguments: [
      ([2, 3, 4], [4, -1], false, [4, 6]), ([2, 3, 4], [0, -1], false, [2, 12]),
      ([0, 3], [3, 0], true, [3, 0]), ([0, 3], [0, 3], false, [0, 3]),
      ([], [1, 1], false, [1, 1]),
      ([2, 3], [5], false, nil), ([2, 3], [-1, -1], false, nil), ([2, 3], [4, -1], false, nil),
      ([2], [1, 1, 0], false, nil), ([2, 3], [-2, 3], false, nil),
      ([.max, 2], [-1], false, nil),
    ] as [([Int], [Int], Bool, [Int]?)])
  func reshaped(input: [Int], request: [Int], allowZero: Bool, expected: [Int]?) {
    #expect(ShapeAttributes.reshaped(input, to: request, allowZero: allowZero) == expected)
  }

  @Test func squeezing() {
    #expect(ShapeAttributes.squeezed([1, 3, 1, 5], axes: nil) == [3, 5])
    #expect(ShapeAttributes.squeezed([1, 3, 1, 5], axes: [-2]) == [1, 3, 5])
    #expect(ShapeAttributes.squeezed([1, 3], axes: [1]) == nil)
    #expect(ShapeAttributes.unsqueezed([3, 5], axes: [0, -1]) == [1, 3, 5, 1])
    #expect(ShapeAttributes.unsqueezed([3, 5], axes: [1, 1]) == nil)
  }

  @Test func splitting() throws {
    let two = node("Split", outputs: [ValueID(0), ValueID(1)])
    #expect(try ShapeAttributes.splitParts(two, extent: 6, stated: nil) == [3, 3])
    #expect(try ShapeAttributes.splitParts(two, extent: 7, stated: nil) == [4, 3])
    #expect(try ShapeAttributes.splitParts(two, extent: 6, stated: [1, 5]) == [1, 5])
    for bad in [[1, 4], [7, -1], [6], [.max, .max]] {
      #expect(throws: AttributeError.self) {
        try ShapeAttributes.splitParts(two, extent: 6, stated: bad)
      }
    }
  }

  @Test func broadcasting() throws {
    #expect(BroadcastAttributes.shape([2, 1, 4], [3, 1]) == [2, 3, 4])
    #expect(BroadcastAttributes.shape([2, 3], [2]) == nil)
    #expect(BroadcastAttributes.shape([0], [1]) == [0])
    let old = node("Add", [Attribute("broadcast", .int(1)), Attribute("axis", .int(1))])
    let rule = try BroadcastAttributes(old, opset: 6)
    #expect(rule.aligned(second: [3], firstRank: 4) == [3, 1, 1])
    #expect(rule.aligned(second: [3, 4, 5, 6], firstRank: 4) == nil)
    #expect(try BroadcastAttributes(old, opset: 7).rule == .both)
  }

  @Test func reductions() throws {
    let plain = try ReductionAttributes(node("ReduceMean"))
    #expect(plain.resolved(rank: 3, input: nil) == [0, 1, 2])
    #expect(plain.resolved(rank: 3, input: [-1, 0]) == [0, 2])
    #expect(plain.reduced([4, 5, 6], axes: [0, 2], one: 1) == [1, 5, 1])
    let dropping = try ReductionAttributes(
      node(
        "ReduceSum",
        [Attribute("keepdims", .int(0)), Attribute("noop_with_empty_axes", .int(1))]))
    #expect(dropping.resolved(rank: 3, input: []) == [])
    #expect(dropping.reduced([4, 5, 6], axes: [1], one: 1) == [4, 6])
  }
}
