import ModelIR
import ModelVerification
import TestSupport
import Testing

/// Plans that are wrong while their claims hold: what recomputing the claims cannot see.
@Suite struct UnsoundPlanTests {
  private func claims(
    _ original: GraphSketch, _ fold: SmallFold, affine: String = "BatchNormalization of y"
  ) throws -> [NamedClaim] {
    func id(_ name: String) throws -> ValueID {
      try #require(
        original.model.values.indices.map { ValueID($0) }.first { original.model[$0].name == name })
    }
    let step = FoldClaim.Step(
      affine: [try original.id(affine)], side: .output, index: .axis(0))
    let linear = try original.id("Conv of pre")
    return [
      NamedClaim(
        claim: FoldClaim(
          target: ValueID(0), role: .weight, linearNode: linear, source: try id("w"), steps: [step]),
        targetName: "w.folded", graph: original.graph),
      NamedClaim(
        claim: FoldClaim(
          target: ValueID(0), role: .bias(weight: nil), linearNode: linear, source: try id("b"),
          steps: [step]),
        targetName: "b.folded", graph: original.graph),
    ]
  }

  /// Conv → Relu → BatchNormalization is not Conv′ → Relu.
  @Test(arguments: 1...5 as ClosedRange<UInt64>)
  func ignoredReluIsSeen(_ seed: UInt64) throws {
    let fold = SmallFold(4, seed: seed)
    var original = GraphSketch()
    let x = original.input("x", [1, 4, 7, 6])
    let w = try original.constant("w", fold.weight, fold.shape)
    let b = try original.constant("b", fold.bias, [4])
    let pre = original.node("Conv", [x, w, b], "pre", [fold.pads])
    let relu = original.node("Relu", [pre], "relu")
    original.output(try fold.drawNorm(&original, relu, "y"))

    var written = GraphSketch()
    let x2 = written.input("x", [1, 4, 7, 6])
    let conv = try fold.drawFolded(&written, x2, "pre.folded")
    written.output(written.node("Relu", [conv], "y"))

    let report = try Verifier(
      original: original.model, written: written.model, claims: claims(original, fold)
    ).verify()
    #expect(report.parameters.allSatisfy { $0.worstRatio <= 1 } && report.parameters.count == 2)
    let layers = Set(report.failures.map(\.layer))
    #expect(layers == [.regionProbe, .lockstep])
    #expect(try #require(report.worstRatio(of: .regionProbe)) > 18)
  }

  /// MatMul over [batch, length, features] with length = features: BatchNormalization's axis 1
  /// counts positions, and no weight can hold it.
  @Test func wrongAxisIsSeen() throws {
    let n = 6
    let fold = SmallFold(n, kernel: 1, seed: 3)
    var original = GraphSketch()
    let x = original.input("x", [2, n, n])
    let w = try original.constant("w", fold.weight, [n, n])
    let product = original.node("MatMul", [x, w], "pre")
    original.output(try fold.drawNorm(&original, product, "y"))

    var written = GraphSketch()
    let x2 = written.input("x", [2, n, n])
    let scaled = fold.weight.enumerated().map { $1 * fold.bn.scale($0 % n) }
    let shift = (0..<n).map { fold.bn.beta[$0] - fold.bn.scale($0) * fold.bn.mean[$0] }
    let w2 = try written.constant("w.folded", scaled, [n, n])
    let b2 = try written.constant("b.folded", shift, [n])
    let pre = written.node("MatMul", [x2, w2], "pre.folded")
    written.output(written.node("Add", [pre, b2], "y"))

    let report = try Verifier(
      original: original.model, written: written.model, claims: []
    ).verify()
    #expect(report.verdict == .failed)
    #expect(Set(report.failures.map(\.layer)) == [.regionProbe, .lockstep])
    #expect(try #require(report.worstRatio(of: .regionProbe)) > 18)
  }

  /// A fold forward into a padded Conv: zeros of the padding have not been through the shift.
  @Test func shiftThroughPaddingIsSeen() throws {
    let fold = SmallFold(4, seed: 8)
    func draw(pads: Bool) throws -> (GraphSketch, GraphSketch) {
      var original = GraphSketch()
      let x = original.input("x", [1, 4, 7, 6])
      let norm = try fold.drawNorm(&original, x, "norm")
      let w = try original.constant("w", fold.weight, fold.shape)
      let attributes = pads ? [fold.pads] : []
      original.output(original.node("Conv", [norm, w], "y", attributes))

      var written = GraphSketch()
      let x2 = written.input("x", [1, 4, 7, 6])
      let scale = (0..<4).map { fold.bn.scale($0) }
      let shift = (0..<4).map { fold.bn.beta[$0] - scale[$0] * fold.bn.mean[$0] }
      let scaled = fold.weight.enumerated().map { $1 * scale[$0 / 9 % 4] }
      var bias = [Double](repeating: 0, count: 4)
      for (i, weight) in fold.weight.enumerated() { bias[i / 36] += weight * shift[i / 9 % 4] }
      let w2 = try written.constant("w.folded", scaled, fold.shape)
      let b2 = try written.constant("b.folded", bias, [4])
      written.output(written.node("Conv", [x2, w2, b2], "y", attributes))
      return (original, written)
    }
    for pads in [false, true] {
      let (original, written) = try draw(pads: pads)
      let report = try Verifier(original: original.model, written: written.model).verify()
      #expect(report.verdict == (pads ? .failed : .passed), "\(report.failures) \(report.gaps)")
    }
  }
}
