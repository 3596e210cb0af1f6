import ModelIR
import ModelVerification
import TestSupport
import Testing

/// Regions that end in operators without a formula are covered, right folds pass there, and small
/// errors are seen.
@Suite struct MeasuredBoundTests {
  private struct Pair {
    var original: GraphSketch
    var written: GraphSketch

    func verify(seed: UInt64) throws -> VerificationReport {
      var options = VerificationOptions()
      options.seed = seed
      return try Verifier(
        original: original.model, written: written.model, claims: [], options: options
      ).verify()
    }
  }

  /// x → Mul by a constant per feature → what `draw` makes of it; and the same without the Mul,
  /// with `scale` put into the weights.
  private func scaled(
    _ shape: [Int], opset: Int = 15, seed: UInt64,
    _ draw: (inout GraphSketch, ValueID, _ scale: [Double]?, inout SplitMix64) throws -> Void
  ) throws -> Pair {
    var random = SplitMix64(seed: seed)
    let features = shape[shape.count - 1]
    let scale = (0..<features).map { _ in
      Double(Float(Double.random(in: 0.1...3, using: &random)))
    }
    var original = GraphSketch(opset: opset)
    var written = GraphSketch(opset: opset)
    let x = original.input("x", shape)
    let y = written.input("x", shape)
    let c = try original.constant("c", scale, [features])
    let product = original.node("Mul", [x, c], "product")
    var twin = random
    try draw(&original, product, nil, &random)
    try draw(&written, y, scale, &twin)
    return Pair(original: original, written: written)
  }

  private func numbers(_ count: Int, _ size: Double, _ random: inout SplitMix64) -> [Double] {
    (0..<count).map { _ in Double(Float(size * random.normal())) }
  }

  /// The weight with its last axis scaled, and one element wrong by a thousandth.
  private func folded(
    _ weight: [Double], _ scale: [Double]?, stride: Int = 1, planted: Bool
  ) -> [Double] {
    guard let scale else { return weight }
    var result = weight.enumerated().map { $1 * scale[$0 / stride % scale.count] }
    if planted {
      let largest = result.indices.max { result[$0].magnitude < result[$1].magnitude } ?? 0
      result[largest] *= 1.001
    }
    return result
  }

  /// Right folds pass and are covered; the same with an error of a thousandth in one weight is
  /// seen by probe and lockstep.
  private func check(_ make: (_ planted: Bool, _ seed: UInt64) throws -> Pair) throws {
    for seed in 1...6 as ClosedRange<UInt64> {
      let right = try make(false, seed).verify(seed: seed)
      #expect(right.failures.isEmpty, "seed \(seed): \(right.failures)")
      #expect(right.regions.count == 1)
      for outcome in right.regions.flatMap({ [$0.probe, $0.lockstep] }) {
        let ratio = try #require(outcome.ratio, "seed \(seed): \(outcome)")
        #expect(ratio > 0 && ratio < 0.9)
      }
      let wrong = try make(true, seed).verify(seed: seed)
      let layers = Set(wrong.failures.map(\.layer))
      #expect(layers == [.regionProbe, .lockstep], "seed \(seed): \(layers)")
    }
  }

  @Test(arguments: [("LSTM", 4), ("GRU", 3), ("RNN", 1)])
  func recurrentLayers(_ opType: String, _ gates: Int) throws {
    let (features, hidden) = (5, 6)
    try check { planted, seed in
      try scaled([7, 2, features], seed: seed) { sketch, x, scale, random in
        let w = numbers(gates * hidden * features, 0.4, &random)
        let inputs = try [
          sketch.constant(
            scale == nil ? "w" : "w.folded", folded(w, scale, planted: planted),
            [1, gates * hidden, features]),
          sketch.constant(
            "r", numbers(gates * hidden * hidden, 0.4, &random), [1, gates * hidden, hidden]),
          sketch.constant(
            "b", numbers(2 * gates * hidden, 0.2, &random), [1, 2 * gates * hidden]),
        ]
        sketch.output(
          sketch.node(
            opType, [x] + inputs, "y", [Attribute("hidden_size", .int(Int64(hidden)))]))
      }
    }
  }

  @Test func attention() throws {
    let n = 8
    try check { planted, seed in
      try scaled([1, 6, n], opset: 23, seed: seed) { sketch, x, scale, random in
        let suffix = scale == nil ? "" : ".folded"
        var parts: [ValueID] = []
        for name in ["q", "k", "v"] {
          let w = numbers(n * n, 0.35, &random)
          let weight = try sketch.constant(
            "w\(name)\(suffix)", folded(w, scale, stride: n, planted: planted && name == "v"),
            [n, n])
          parts.append(sketch.node("MatMul", [x, weight], "\(name)\(suffix)"))
        }
        sketch.output(
          sketch.node(
            "Attention", parts.map { $0 }, "y",
            [Attribute("q_num_heads", .int(2)), Attribute("kv_num_heads", .int(2))]))
      }
    }
  }

  @Test func einsum() throws {
    try check { planted, seed in
      try scaled([2, 3, 5], seed: seed) { sketch, x, scale, random in
        let w = try sketch.constant(
          scale == nil ? "w" : "w.folded",
          folded(numbers(4 * 5, 0.4, &random), scale, planted: planted), [4, 5])
        sketch.output(
          sketch.node(
            "Einsum", [x, w], "y", [Attribute("equation", .string(Array("bti,oi->bot".utf8)))]))
      }
    }
  }

  @Test func cubicResize() throws {
    try check { planted, seed in
      var fold = SmallFold(4, seed: seed)
      func resize(_ sketch: inout GraphSketch, _ x: ValueID) throws {
        let scales = try sketch.constant("scales", [1, 1, 2, 1.5], [4])
        sketch.output(
          sketch.node(
            "Resize", [x, nil, scales], "y", [Attribute("mode", .string(Array("cubic".utf8)))]))
      }
      var original = GraphSketch()
      try resize(&original, fold.draw(&original, original.input("x", [1, 4, 7, 6]), "norm"))
      if planted { fold.bn.gamma[1] *= 1.001 }
      var written = GraphSketch()
      try resize(
        &written, fold.drawFolded(&written, written.input("x", [1, 4, 7, 6]), "resized"))
      return Pair(original: original, written: written)
    }
  }
}
