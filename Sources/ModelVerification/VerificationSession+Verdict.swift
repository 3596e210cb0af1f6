internal import ModelIR

extension VerificationSession {
  /// Puts together what the layers say.
  mutating func reachVerdict() {
    noteGapsOfRegions()
    warn()
    warnOfClasses()
    noteCoverage()
    if !report.failures.isEmpty {
      report.verdict = .failed
    } else if !report.gaps.isEmpty {
      report.verdict = .partlyCovered
    } else {
      report.verdict = .passed
    }
  }

  /// Values that differ, with what their names stand for in the written model where that is plain.
  var renamedValues: [ValueID: ValueID] {
    let model = verifier.original
    // What callers and outer graphs see keeps its meaning.
    var visible: Set<ValueID> = []
    for graph in model.graphs { visible.formUnion(graph.inputs + graph.outputs) }
    let affines = AffineReader(
      model: model, constants: correspondence.originalConstants, resolver: resolvers.original)
    return RenamedValues(correspondence: correspondence, affines: affines)
      .successors(of: disputed.subtracting(visible))
  }

  private mutating func noteGapsOfRegions() {
    for region in report.regions {
      let subject = region.outputs.first ?? "region"
      if case .notCovered(let reason) = region.probe {
        report.gaps.append(
          CoverageGap(
            layer: .regionProbe, graph: region.graph, subject: subject, reason: reason))
      }
      if case .notCovered(let reason) = region.lockstep, options.runsEndToEnd {
        report.gaps.append(
          CoverageGap(layer: .lockstep, graph: region.graph, subject: subject, reason: reason))
      }
    }
  }

  private mutating func warn() {
    for figures in report.values where (figures.deploymentRatio ?? 0) > 1 {
      report.warnings.append(
        "\"\(figures.name)\" is less exact than in the original: rms error \(figures.rmsWritten) "
          + "instead of \(figures.rmsOriginal)")
    }
    for figures in report.outputs where figures.differingIntegers > 0 {
      report.warnings.append(
        "\(figures.differingIntegers) of \(figures.elements) numbers of \"\(figures.name)\" differ "
          + "as deployed")
    }
  }

  private mutating func warnOfClasses() {
    for figures in report.outputs {
      guard let classes = figures.classes, classes.agreeing < classes.decided else { continue }
      report.warnings.append(
        "the largest score of \"\(figures.name)\" stands elsewhere in "
          + "\(classes.decided - classes.agreeing) of \(classes.decided) rows")
    }
  }

  private mutating func noteCoverage() {
    guard options.runsEndToEnd, !report.ranEndToEnd, !isProven else { return }
    let reason = report.samples.compactMap(\.problem).first ?? "no sample was run"
    report.gaps.append(
      CoverageGap(layer: .asDeployed, graph: "graph", subject: "model", reason: reason))
    if options.requireEndToEnd {
      report.failures.append(
        VerificationFailure(
          layer: .asDeployed, graph: "graph", subject: "model",
          message: "could not be run from end to end: \(reason)"))
    }
  }
}
