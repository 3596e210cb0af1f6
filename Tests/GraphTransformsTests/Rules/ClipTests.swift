import GraphTransforms
import ModelIR
import ModelVerification
import TestSupport
import Testing

/// Clip: limits move with what they limit, where they stay one number.
@Suite struct ClipTests {
  /// A Clip of a Conv's result, then y = scale·x + shift for all channels or per channel.
  private func block(
    lower: Double?, upper: Double?, scale: [Double], shift: [Double], opset: Int = 13,
    limitShape: [Int] = [], type: DataType = .float32
  ) -> GraphBuilder {
    var builder = GraphBuilder(opset: opset, type: type, seed: 701)
    let c = builder.node(
      "Conv", [builder.input("x", [2, 4, 5, 6]), builder.constant("w", [6, 4, 3, 2])])
    let y: ValueID
    if opset >= 11 {
      let low = lower.map { builder.exactly("low", limitShape, [$0]) }
      let high = upper.map { builder.exactly("high", limitShape, [$0]) }
      y = builder.node("Clip", high == nil ? [c, low] : [c, low, high])
    } else {
      var limits: [String: AttributeValue] = [:]
      if let lower { limits["min"] = .float(Float(lower)) }
      if let upper { limits["max"] = .float(Float(upper)) }
      y = builder.node("Clip", [c], limits)
    }
    let n = 6
    func all(_ numbers: [Double]) -> [Double] { (0..<n).map { numbers[$0 % numbers.count] } }
    let parameters = [
      builder.constant("g", [n], all(scale)), builder.constant("b", [n], all(shift)),
      builder.constant("m", [n], all([0])), builder.constant("v", [n], all([0.75])),
    ]
    builder.output(
      builder.node(
        "BatchNormalization", [y] + parameters.map { $0 }, ["epsilon": .float(0.25)], name: "bn"))
    return builder
  }

  /// Limits, scales and shifts that fold.
  struct Case: Sendable, CustomTestStringConvertible {
    var lower: Double?
    var upper: Double?
    var scale: [Double]
    var shift: [Double]
    var testDescription: String {
      "\(lower.map { "\($0)" } ?? "-")...\(upper.map { "\($0)" } ?? "-") · \(scale) + \(shift)"
    }
  }

  static let sound = [
    Case(lower: 0, upper: 6, scale: [0.3], shift: [0.7]),
    Case(lower: 0, upper: 6, scale: [-0.3], shift: [0.7]),
    Case(lower: -0.4, upper: 0.9, scale: [2.1], shift: [0]),
    Case(lower: nil, upper: 0.5, scale: [-1.7], shift: [-0.2]),
    Case(lower: 0.1, upper: nil, scale: [1.7], shift: [0.2]),
    // Each channel its own scale: a limit of 0 stays 0.
    Case(lower: 0, upper: nil, scale: [0.3, 1.7, 2], shift: [0]),
    Case(lower: 0, upper: nil, scale: [0.3, 0, 2], shift: [0]),
    Case(lower: nil, upper: 0, scale: [-0.3, -1.7, -2], shift: [0]),
    Case(lower: nil, upper: nil, scale: [-0.3, 0.2].map(abs), shift: [1, 2]),
  ]

  @Test(arguments: sound, [DataType.float32, .float64, .float16])
  func limitsMove(_ example: Case, _ type: DataType) throws {
    for shape in [[], [1]] {
      let builder = block(
        lower: example.lower, upper: example.upper, scale: example.scale, shift: example.shift,
        limitShape: shape, type: type)
      let check = try FoldCheck(builder)
      check.expectFolded(
        into: ["Conv", "Clip"], tolerance: type == .float16 ? 0.02 : 4e-6)
      var written = try FoldCheck.stored(check.result.model)
      func verdict() throws -> VerificationReport.Verdict {
        try Verifier(
          original: builder.model, written: written,
          claims: NamedClaim.claims(check.result.claims, in: check.result.model)
        ).verify().verdict
      }
      #expect(try verdict() == .passed)
      for claim in check.result.claims {
        let right = written
        let tensor = try #require(written[claim.target].initializer)
        var numbers = try tensor.doubles()
        guard numbers[0] != 0 else { continue }
        numbers[0] *= 1 + 0x1p-8
        written[claim.target].initializer = builder.tensor(
          tensor.shape.dimensions, numbers, tensor.dataType)
        #expect(try verdict() == .failed)
        written = right
      }
    }
  }

  @Test func attributesMoveWhereTheyAreExact() throws {
    let exact = block(lower: 0, upper: 6, scale: [-0.5], shift: [1], opset: 9)
    let check = try FoldCheck(exact)
    check.expectFolded(into: ["Conv", "Clip"])
    let clip = try #require(
      check.result.model.nodes.compactMap { $0 }.first { $0.opType == "Clip" })
    guard case .float(-2)? = clip.attribute("min"), case .float(1)? = clip.attribute("max") else {
      Issue.record("\(clip.attributes)")
      return
    }
    try expectKept(
      block(lower: 0, upper: 6, scale: [0.3], shift: [0.7], opset: 9), "attributes")
  }

  // MARK: What must be kept

  private func expectKept(
    _ builder: GraphBuilder, _ text: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try FoldCheck(builder).expectKept(
      {
        guard case .unsupportedForm(_, let found)? = $0.backward else { return false }
        return found.contains(text)
      }, sourceLocation: sourceLocation)
  }

  @Test func limitsThatWouldDiffer() throws {
    try expectKept(
      block(lower: 0, upper: 6, scale: [1, 2], shift: [0]), "limit of its own")
    try expectKept(
      block(lower: 0, upper: nil, scale: [1], shift: [0, 1]), "limit of its own")
  }

  @Test func scalesOfBothSigns() throws {
    try expectKept(block(lower: 0, upper: nil, scale: [1, -1], shift: [0]), "one sign")
  }

  @Test func statedInfinitiesDoNotSwap() throws {
    try expectKept(
      block(lower: 0, upper: .infinity, scale: [-1], shift: [0]), "no limit")
    try FoldCheck(block(lower: 0, upper: .infinity, scale: [2], shift: [0])).expectFolded(
      into: ["Conv", "Clip"])
  }

  @Test func limitsThatAreMalformed() throws {
    for (lower, upper) in [(1.0, -1.0), (.infinity, 1), (.nan, 1)] {
      try FoldCheck(block(lower: lower, upper: upper, scale: [2], shift: [0])).expectKept {
        if case .malformedOperator? = $0.backward { true } else { false }
      }
    }
  }

  @Test func limitsTooLargeForTheirType() throws {
    try expectKept(
      block(lower: 0, upper: 3e38, scale: [2], shift: [0]), "does not hold")
  }

  @Test func limitsThatAreFed() throws {
    var builder = GraphBuilder(seed: 702)
    let c = builder.node(
      "Conv", [builder.input("x", [2, 4, 5, 6]), builder.constant("w", [6, 4, 3, 2])])
    let y = builder.node("Clip", [c, builder.input("low", [])])
    builder.output(builder.node("Mul", [y, builder.constant("k", [], [0.3])]))
    builder.output(builder.node("Neg", [y]))
    let result = FoldPass().run(builder.model)
    #expect(result.journal.isEmpty)
  }

  @Test func forwardStops() throws {
    var builder = GraphBuilder(seed: 703)
    let x = builder.node("Sigmoid", [builder.input("x", [2, 4, 5, 6])])
    let y = builder.node("Clip", [builder.normalization(x, 4), builder.constant("low", [], [0])])
    builder.output(builder.node("Conv", [y, builder.constant("w", [6, 4, 3, 2])]))
    try FoldCheck(builder).expectKept {
      guard case .unsupportedForm(_, let text)? = $0.forward else { return false }
      return text.contains("backward only")
    }
  }
}
