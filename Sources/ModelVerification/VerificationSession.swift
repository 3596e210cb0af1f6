internal import GraphEvaluation
internal import ModelIR
internal import Operators

/// One verification on its way: the layers one after the other, and what they say put together.
struct VerificationSession {
  let verifier: Verifier
  let resolvers: (original: ConstantResolver, written: ConstantResolver)
  let reads: (original: ModelReads, written: ModelReads)
  var equality: RegionEquality
  /// What claims are about, and its constants.
  let claimed: ClaimedSide
  var correspondence: Correspondence
  /// Constants of the original by name; of several in different graphs the first.
  let constantsByName: [String: ValueID]
  /// What the original's values hold, as far as it is known.
  let types: [ValueID: ValueType]
  /// Changed regions; `report.regions` has one entry for each.
  var regions: [Region] = []
  /// All regions, equal ones too, by what comes out of them.
  var makers: [ValuePair: Region] = [:]
  var report = VerificationReport()
  /// Linear nodes past which a claim leaves out a shift that counts as zero.
  var withoutShift: Set<NodeID> = []
  /// Values that came out differently.
  var disputed: Set<ValueID> = []

  var options: VerificationOptions { verifier.options }

  /// `renamed`: what names of the written model stand for instead of what they stood for.
  init(_ verifier: Verifier, renamed: [ValueID: ValueID] = [:]) {
    self.verifier = verifier
    var pairing = Correspondence(
      original: verifier.original, written: verifier.written,
      defaultsAreConstant: verifier.options.assumesConstantDefaults)
    for (old, new) in renamed { pairing.rename(old, to: new) }
    let evaluation = verifier.options.evaluation
    let originalResolver = ConstantResolver(
      verifier.original, pairing.originalConstants, evaluation)
    let writtenResolver = ConstantResolver(verifier.written, pairing.writtenConstants, evaluation)
    resolvers = (originalResolver, writtenResolver)
    reads = (ModelReads(verifier.original), ModelReads(verifier.written))
    equality = RegionEquality(pairing, original: originalResolver, written: writtenResolver)
    correspondence = pairing
    claimed =
      verifier.claimedModel.map {
        ClaimedSide($0, defaultsAreConstant: verifier.options.assumesConstantDefaults, evaluation)
      }
      ?? ClaimedSide(
        model: verifier.original, calls: [:], constants: pairing.originalConstants,
        resolver: originalResolver)
    let inference = ShapeInference(
      verifier.original, inputShapes: Self.givenShapes(verifier),
      constants: KernelConstantEvaluator())
    var names: [String: ValueID] = [:]
    var types: [ValueID: ValueType] = [:]
    for (index, value) in verifier.original.values.enumerated() {
      let id = ValueID(index)
      if let type = inference.type(of: id) ?? value.type { types[id] = type }
      if pairing.originalConstants.contains(id), names[value.name] == nil { names[value.name] = id }
    }
    constantsByName = names
    self.types = types
  }

  /// Extents that the caller gives to inputs, as far as they are what the model declares: by name,
  /// or by samples that all have the same.
  private static func givenShapes(_ verifier: Verifier) -> [ValueID: [Int]] {
    let (model, options) = (verifier.original, verifier.options)
    var shapes: [ValueID: [Int]] = [:]
    for input in model[model.mainGraph].inputs {
      let name = model[input].name
      let given = Set(options.inputs.map { $0[name]?.shape })
      guard let shape = options.shapes[name] ?? (given.count == 1 ? given.first ?? nil : nil),
        model[input].type?.dimensions.map({ fits(shape, $0) }) ?? true
      else { continue }
      shapes[input] = shape
    }
    return shapes
  }

  private static func fits(_ shape: [Int], _ declared: [Dimension]) -> Bool {
    shape.count == declared.count
      && zip(declared, shape).allSatisfy { $0.value == nil || $0.value == $1 }
  }

  /// All layers.
  mutating func run() throws -> VerificationReport {
    compareInterfaces()
    try findRegions()
    try checkConstantOutputs()
    let claims = resolveClaims()
    // Neither waits for the other, and much of their work is done by one thread each.
    let session = self
    let samples = try Together.run(threads: options.evaluation.threads) {
      try checkParameters(claims)
      try probeRegions()
    } and: {
      try session.endToEndOutcomes()
    }
    take(samples)
    try compareRecorded()
    reachVerdict()
    return report
  }

  // MARK: Structure

  private mutating func compareInterfaces() {
    let interface = InterfaceComparison(
      original: verifier.original, written: verifier.written,
      defaultsAreConstant: options.assumesConstantDefaults)
    report.failures += interface.failures
    report.warnings += interface.warnings
  }

  /// Cuts all graphs and keeps the regions that are not the same in both forms.
  private mutating func findRegions() throws {
    // Bodies come first: a node around a body is the same only if the body can be compared itself.
    var changed: [[Region]] = correspondence.graphs.map { _ in [] }
    for index in correspondence.graphs.indices.reversed() {
      let finder = RegionFinder(
        correspondence, originalReads: reads.original, writtenReads: reads.written)
      for region in finder.regions(of: index) where !region.outputs.isEmpty {
        for output in region.outputs { makers[output] = region }
        equality.correspondence = correspondence
        if try equality.isEqual(region) {
          report.provenRegions += 1
          report.provenNodes += region.originalNodes.count
          continue
        }
        changed[index].append(region)
        let isMain = correspondence.graphs[index].original == verifier.original.mainGraph
        if !isMain, !region.foreignInputs.isEmpty { correspondence.setNotSeparable(index) }
      }
    }
    for (index, list) in changed.enumerated() where isComparedItself(index) {
      for region in list { add(region) }
    }
    equality.correspondence = correspondence
    report.equalConstants = equality.equalConstants
  }

  /// Whether a graph's regions are judged by themselves, and not as part of a node around it.
  private func isComparedItself(_ index: Int) -> Bool {
    let pair = correspondence.graphs[index]
    return pair.isSeparable || pair.original == verifier.original.mainGraph
  }

  private mutating func add(_ region: Region) {
    let (original, written) = (verifier.original, verifier.written)
    regions.append(region)
    report.regions.append(
      RegionCheck(
        graph: correspondence.graphs[region.graph].path,
        inputs: region.inputs.map { original[$0.original].name },
        outputs: region.outputs.map { original[$0.original].name },
        originalNodes: region.originalNodes.map { NodeLabel.text(original[$0], in: original) },
        writtenNodes: region.writtenNodes.map { NodeLabel.text(written[$0], in: written) }))
  }

  /// Outputs that are constants have no region.
  private mutating func checkConstantOutputs() throws {
    for pair in correspondence.graphs {
      let (a, b) = (
        verifier.original[pair.original].outputs, verifier.written[pair.written].outputs
      )
      guard a.count == b.count else { continue }
      for (x, y) in zip(a, b) {
        let (old, new) = (
          correspondence.originalConstants.contains(x), correspondence.writtenConstants.contains(y)
        )
        let name = verifier.original[x].name
        if old, new {
          if try !equality.areSameConstants(x, y) {
            report.failures.append(
              VerificationFailure(
                layer: .regionProbe, graph: pair.path, subject: name,
                message: "is a constant output that differs"))
          }
        } else if old != new {
          report.gaps.append(
            CoverageGap(
              layer: .regionProbe, graph: pair.path, subject: name,
              reason: "is a constant in one model and computed in the other"))
        }
      }
    }
  }
}
