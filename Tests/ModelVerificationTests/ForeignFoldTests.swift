import ModelIR
import ModelVerification
import Testing

/// Models that another program folded: no claims, other names, other arithmetic.
@Suite struct ForeignFoldTests {
  @Test(arguments: LinearKind.all)
  func parametersAreFoundFromStructure(_ kind: LinearKind) throws {
    for seed in 1...3 as ClosedRange<UInt64> {
      let report = try HandFold([kind], seed: seed).verify(claims: nil)
      #expect(report.verdict == .passed, "\(report.failures) \(report.gaps)")
      #expect(report.parameters.count == 2)
      #expect(report.parameters.allSatisfy { !$0.isClaimed && $0.worstRatio < 0.2 })
    }
  }

  @Test(arguments: Plant.numbers + Plant.structures)
  func plantsAreSeenWithoutClaims(_ plant: Plant) throws {
    let kind = LinearKind.conv("2-D", [8, 6, 3, 3], spatial: [9, 7], pad: 1)
    var fold = try HandFold(
      [kind, kind, kind].map { kind in
        var square = kind
        square.weight = [6, 6, 3, 3]
        square.outputs = 6
        return square
      }, seed: 4, variances: 1e-2...1e2)
    guard try plant.put(&fold, 1) else { return }
    #expect(try fold.verify(claims: nil).verdict == .failed)
  }

  /// Folding in Float, step by step, rounds more often; that is no difference.
  @Test(arguments: 1...10 as ClosedRange<UInt64>)
  func arithmeticInFloatPasses(_ seed: UInt64) throws {
    let kind = LinearKind.conv("2-D", [8, 6, 3, 3], spatial: [9, 7], pad: 1)
    var fold = try HandFold([kind], seed: seed)
    let bn = try fold.batchNorm(0)
    let weight = try fold.numbers("weight0", of: fold.original).map { Float($0) }
    let bias = try fold.numbers("bias0", of: fold.original).map { Float($0) }
    var folded = weight
    var shift = bias
    for c in 0..<8 {
      let scale = Float(bn.gamma[c]) / (Float(bn.variance[c]) + 1e-5).squareRoot()
      for i in 0..<54 { folded[c * 54 + i] *= scale }
      shift[c] = (bias[c] - Float(bn.mean[c])) * scale + Float(bn.beta[c])
    }
    try fold.set("weight0.folded", folded.map { Double($0) })
    try fold.set("bias0.folded", shift.map { Double($0) })
    let report = try fold.verify(claims: nil)
    #expect(report.verdict == .passed, "\(report.failures) \(report.gaps)")
  }

  /// The Conv's old output name stands for the folded number, and BatchNormalization's is gone.
  @Test func keptNamesOfOtherNumbersAreNoDifference() throws {
    let fold = SmallFold(4, seed: 21)
    func model(_ folded: SmallFold?) throws -> Model {
      var sketch = GraphSketch()
      let x = sketch.input("x", [1, 4, 7, 6])
      let norm =
        try folded?.drawFolded(&sketch, x, "pre") ?? fold.draw(&sketch, x, "norm")
      sketch.output(sketch.node("Relu", [norm], "y"))
      return sketch.model
    }
    let report = try Verifier(original: model(nil), written: model(fold)).verify()
    #expect(report.verdict == .passed, "\(report.failures) \(report.gaps)")
    #expect(report.warnings.contains { $0.contains("\"pre\"") })
    #expect(report.regions.map(\.outputs) == [["norm"]])
    #expect(report.parameters.map(\.target) == ["w.folded", "b.folded"])
    // A fold of our own must keep the rule of names.
    let strict = try Verifier(original: model(nil), written: model(fold), claims: []).verify()
    #expect(strict.verdict == .failed)

    var wrong = fold
    wrong.bn.mean[2] += 0.0001
    let found = try Verifier(original: model(nil), written: model(wrong)).verify()
    #expect(found.verdict == .failed)
  }
}
