internal import GraphEvaluation
internal import ModelIR

/// Compares what a caller sees of two models: inputs and outputs, their names, types and shapes.
struct InterfaceComparison {
  let original: Model
  let written: Model
  let defaultsAreConstant: Bool
  private(set) var failures: [VerificationFailure] = []
  private(set) var warnings: [String] = []

  init(original: Model, written: Model, defaultsAreConstant: Bool) {
    self.original = original
    self.written = written
    self.defaultsAreConstant = defaultsAreConstant
    compare(
      "input", original.requiredInputs(of: original.mainGraph),
      written.requiredInputs(of: written.mainGraph))
    compare(
      "output", original[original.mainGraph].outputs, written[written.mainGraph].outputs)
    compareDefaults()
  }

  // MARK: Parts

  private mutating func compare(_ kind: String, _ a: [ValueID], _ b: [ValueID]) {
    let (old, new) = (a.map { original[$0].name }, b.map { written[$0].name })
    for name in old where !new.contains(name) {
      fail(name, "is an \(kind) that the written model does not have")
    }
    for name in new where !old.contains(name) {
      fail(name, "is an \(kind) that the original does not have")
    }
    if failures.isEmpty, old != new {
      fail(new.first ?? "", "\(kind)s stand in another order: \(new) instead of \(old)")
    }
    for value in a {
      guard let other = b.first(where: { written[$0].name == original[value].name }) else {
        continue
      }
      compareTypes(original[value], written[other])
    }
  }

  /// Initializers that a caller may override are part of what a caller sees.
  private mutating func compareDefaults() {
    guard original.header.irVersion >= 4, !defaultsAreConstant else { return }
    let offered = Set(written[written.mainGraph].inputs.map { written[$0].name })
    for input in original[original.mainGraph].inputs where original[input].initializer != nil {
      let name = original[input].name
      if !offered.contains(name) {
        fail(name, "is an input with a default that the written model does not have")
      }
    }
  }

  private mutating func compareTypes(_ a: Value, _ b: Value) {
    if let x = a.type?.dataType, let y = b.type?.dataType, x != y {
      fail(a.name, "has type \(y.name) instead of \(x.name)")
    }
    guard let x = a.type?.dimensions, let y = b.type?.dimensions else { return }
    guard x.count == y.count else {
      fail(a.name, "has \(y.count) dimensions instead of \(x.count)")
      return
    }
    for (axis, (old, new)) in zip(x, y).enumerated() where old != new {
      switch (old, new) {
      case (.known(let m), .known(let n)):
        fail(a.name, "has extent \(n) instead of \(m) at axis \(axis)")
      case (_, .known(let n)):
        fail(a.name, "takes only extent \(n) at axis \(axis), where the original takes any")
      default:
        warnings.append("\"\(a.name)\" declares its axis \(axis) otherwise")
      }
    }
  }

  private mutating func fail(_ subject: String, _ message: String) {
    failures.append(
      VerificationFailure(
        layer: .interface, graph: "graph", subject: subject, message: message))
  }
}
