internal import ModelIR
internal import ModelReports
internal import ModelStatistics
internal import Operators

/// What each kind of analysis finds to be odd about a model.
enum LintFindings {
  typealias Finding = LintReport.Finding

  /// What is wrong with nodes and the values between them.
  static func structure(of model: Model, shapes: ShapeInference) -> [Finding] {
    var findings: [Finding] = []
    do {
      try model.validate()
    } catch {
      findings.append(
        Finding(.error, kind: "structure", subject: "", message: "\(error)"))
    }
    findings += shapes.findings.map { finding(of: $0, model) }
    findings += unused(in: model)
    for node in model.nodes.compactMap({ $0 })
    where !node.domain.isEmpty && model.function(calledBy: node) == nil {
      findings.append(
        Finding(
          .note, kind: "custom_operator", subject: name(of: node, model),
          message: "is of the domain \"\(node.domain)\", of which nothing is known"))
    }
    return findings
  }

  private static func finding(of finding: ShapeFinding, _ model: Model) -> Finding {
    let subject =
      finding.node.map { name(of: model[$0], model) }
      ?? finding.value.map { "\"\(model[$0].name)\"" } ?? ""
    switch finding.problem {
    case .contradiction(let stated, let derived):
      return Finding(
        .warning, kind: "contradiction", subject: subject,
        message: "is stated as \(ValueLine.describe(stated)), its operators make "
          + ValueLine.describe(derived))
    case .doesNotFit(let text):
      return Finding(.error, kind: "does_not_fit", subject: subject, message: text)
    case .attribute(let error):
      return Finding(.error, kind: "attribute", subject: subject, message: "\(error)")
    case .noSuchOperator(let opset):
      return Finding(
        .error, kind: "no_such_operator", subject: subject,
        message: "is not in opset \(opset)")
    }
  }

  /// Tensors that nothing reads, and nodes whose results nothing reads.
  private static func unused(in model: Model) -> [Finding] {
    var read: Set<ValueID> = []
    for node in model.nodes.compactMap({ $0 }) { read.formUnion(node.inputs.compactMap { $0 }) }
    for graph in model.graphs { read.formUnion(graph.outputs) }
    var findings: [Finding] = []
    for graph in model.graphs {
      for id in graph.nodes where model.contains(id) {
        let node = model[id]
        guard node.outputs.allSatisfy({ $0.map { !read.contains($0) } ?? true }) else { continue }
        findings.append(
          Finding(
            .warning, kind: "dead_node", subject: name(of: node, model),
            message: "nothing reads what it makes"))
      }
      for id in graph.initializers where !read.contains(id) {
        findings.append(
          Finding(
            .note, kind: "unused_tensor", subject: "\"\(model[id].name)\"",
            message: "is stored and never read"))
      }
    }
    return findings
  }

  /// What is odd about a batch normalization.
  static func health(of line: NormalizationLine) -> [Finding] {
    let place = line.graph.isEmpty ? "" : "\(line.graph)/"
    return line.statistics.findings.map { finding in
      let severity: LintReport.Severity =
        switch finding.severity {
        case .note: .note
        case .warning: .warning
        case .error: .error
        }
      return Finding(
        severity, kind: finding.key, subject: "\(place)BatchNormalization \"\(line.name)\"",
        message: finding.description)
    }
  }

  /// Stored numbers that are none, or so small that processors are slow with them.
  static func numbers(of model: Model) throws -> [Finding] {
    try StoredTensorStatistics.all(in: model).flatMap { tensor -> [Finding] in
      guard let counts = tensor.statistics?.counts else { return [] }
      let subject = "tensor \"\(tensor.name)\""
      var findings: [Finding] = []
      func note(_ severity: LintReport.Severity, _ kind: String, _ count: Int, _ text: String) {
        guard count > 0 else { return }
        findings.append(
          Finding(
            severity, kind: kind, subject: subject, message: "\(count) of \(counts.count) \(text)"))
      }
      note(.error, "nan", counts.notNumbers, "elements are NaN")
      note(.warning, "infinite", counts.infinities, "elements are infinite")
      note(.note, "subnormal", counts.subnormals, "elements are subnormal, which is slow")
      return findings
    }
  }

  private static func name(of node: Node, _ model: Model) -> String {
    let output = node.outputs.lazy.compactMap { $0 }.first.map { model[$0].name } ?? ""
    return "\(node.opType) \"\(node.name.isEmpty ? output : node.name)\""
  }
}
