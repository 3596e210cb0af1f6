import ModelIR
import ModelVerification
import Testing

/// Correct folds pass, whatever their operator, type and numbers.
@Suite struct CorrectFoldTests {
  @Test(arguments: LinearKind.all, [DataType.float32, .float64])
  func passes(_ kind: LinearKind, _ type: DataType) throws {
    for seed in 1...10 as ClosedRange<UInt64> {
      let report = try HandFold([kind], type, seed: seed).verify { $0.seed = seed }
      #expect(report.failures.isEmpty, "seed \(seed): \(report.failures)")
      #expect(report.verdict == .passed, "seed \(seed): \(report.gaps)")
      #expect(report.parameters.count == 2)
      #expect(try #require(report.worstRatio(of: .parameters)) <= 1)
      let probe = try #require(report.worstRatio(of: .regionProbe))
      #expect(probe > 0 && probe <= 0.95)
      #expect(try #require(report.worstRatio(of: .lockstep)) <= 1)
    }
  }

  @Test(arguments: LinearKind.all, [DataType.float16, .bfloat16])
  func passesInHalfPrecision(_ kind: LinearKind, _ type: DataType) throws {
    for seed in 1...10 as ClosedRange<UInt64> {
      let report = try HandFold([kind], type, seed: seed, variances: 0.1...10).verify {
        $0.seed = seed
      }
      #expect(report.failures.isEmpty, "seed \(seed): \(report.failures)")
      #expect(report.verdict == .passed, "seed \(seed): \(report.gaps)")
    }
  }

  @Test func severalLayersPass() throws {
    let kinds = [
      LinearKind.conv("first", [8, 6, 3, 3], spatial: [9, 7], pad: 1),
      LinearKind.conv("second", [8, 1, 3, 3], group: 8, spatial: [9, 7], pad: 1, stride: 2),
      LinearKind.conv("third", [4, 8, 1, 1], spatial: [5, 4]),
    ]
    for seed in 1...20 as ClosedRange<UInt64> {
      let report = try HandFold(kinds, seed: seed).verify { $0.thorough = true }
      #expect(report.verdict == .passed, "seed \(seed): \(report.failures) \(report.gaps)")
      #expect(report.regions.count == 3)
      #expect(report.provenRegions == 3)
      #expect(report.samples.count == 5)
      #expect(report.ranEndToEnd)
    }
  }

  /// Nothing is summed, and the bias is all there is.
  @Test func aConvolutionOfNoChannelsPasses() throws {
    let empty = LinearKind.conv("none", [8, 0, 3, 3], spatial: [5, 4], pad: 1)
    let report = try HandFold([empty], seed: 3).verify()
    #expect(report.verdict == .passed, "\(report.failures) \(report.gaps)")
    #expect(report.ranEndToEnd)
  }

  /// Samples are made one at a time, and those that went the same way are told once.
  @Test func manySamplesAreOneRecord() throws {
    let report = try HandFold(Array(LinearKind.all[9...9]), seed: 2).verify { $0.samples = 50 }
    #expect(report.verdict == .passed, "\(report.failures) \(report.gaps)")
    #expect(report.samples.map(\.count) == [50])
    #expect(report.completeSamples == 50)
  }

  /// The extents that a caller gives are those that the probe uses, too: here no others fit.
  @Test func givenShapesReachTheProbe() throws {
    func model(_ fold: SmallFold, _ isFolded: Bool) throws -> Model {
      var sketch = GraphSketch()
      let x = sketch.model.addInput(
        "x", type: .tensor(.float32, [.known(1), .known(4), .symbol("h"), .symbol("w")]),
        to: sketch.graph)
      let full = try sketch.constant(
        "full", (0..<(4 * 11 * 13)).map { Double($0 % 7) }, [1, 4, 11, 13])
      let norm =
        try isFolded
        ? fold.drawFolded(&sketch, x, "other") : fold.draw(&sketch, x, "norm")
      sketch.output(sketch.node("Add", [norm, full], "y"))
      return sketch.model
    }
    let fold = SmallFold(4, seed: 3)
    let pair = (try model(fold, false), try model(fold, true))
    var options = VerificationOptions()
    options.shapes = ["x": [1, 4, 11, 13]]
    let report = try Verifier(
      original: pair.0, written: pair.1, claims: [], options: options
    ).verify()
    #expect(report.failures.isEmpty, "\(report.failures)")
    #expect(report.regions.count == 1)
    #expect(report.regions.first?.probe.ratio != nil, "\(report.gaps)")
    #expect(report.ranEndToEnd)
  }

  @Test func theSameModelIsProven() throws {
    var pair = try HandFold(Array(LinearKind.all[1...1]), seed: 1)
    pair.written = pair.original
    let report = try pair.verify(claims: nil)
    #expect(report.verdict == .passed)
    #expect(report.regions.isEmpty)
    #expect(report.provenRegions == 3)
    #expect(report.provenNodes == 3)
    // The Conv's weight and bias, the four parameters of its BatchNormalization.
    #expect(report.equalConstants == 6)
  }
}
