import GraphEvaluation
import GraphTransforms
import ModelIR
import Testing

/// Folds a model and holds the result against the original in Double.
struct FoldCheck {
  let original: Model
  let result: FoldResult
  /// Relative difference with folded tensors before rounding: the algebra.
  let exact: Double
  /// Relative difference with folded tensors as they would be stored.
  let rounded: Double

  init(_ builder: GraphBuilder, _ options: FoldOptions = FoldOptions()) throws {
    original = try builder.finished()
    result = FoldPass(options).run(original, constants: KernelConstantEvaluator())
    try result.model.validate()
    let plain = Self.isPlain(original)
    func outputs(_ model: Model, unrounded: Bool) throws -> [Reference] {
      plain
        ? try ReferenceEvaluator(model: model, unrounded: unrounded).run(builder.feeds)
        : try DoubleRun.outputs(model, builder.feeds, unrounded: unrounded)
    }
    let expected = try outputs(original, unrounded: false)
    let unrounded = try outputs(result.model, unrounded: true)
    let stored = try outputs(result.model, unrounded: false)
    exact = zip(unrounded, expected).map { $0.distance(to: $1) }.max() ?? .infinity
    rounded = zip(stored, expected).map { $0.distance(to: $1) }.max() ?? .infinity
  }

  /// The model with every derived tensor as a file would hold it.
  static func stored(_ model: Model) throws -> Model {
    var model = model
    for id in model.graphs.flatMap(\.initializers) {
      guard let tensor = model[id].initializer, case .derived = tensor.storage else { continue }
      model[id].initializer = Tensor(
        dataType: tensor.dataType, shape: tensor.shape, bytes: try tensor.loadBytes())
    }
    return model
  }

  var nodes: [String] { Self.operators(result.model) }

  /// Whether the plain reference knows every operator.
  private static func isPlain(_ model: Model) -> Bool {
    model.nodes.compactMap { $0 }.allSatisfy { ReferenceOperators.known.contains($0.opType) }
  }

  static func operators(_ model: Model) -> [String] {
    model[model.mainGraph].nodes.map { model[$0].opType }
  }

  /// Everything was folded, and the result is the same.
  func expectFolded(
    into nodes: [String], rule: String? = nil, tolerance: Double = 2e-6,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(self.nodes == nodes, sourceLocation: sourceLocation)
    #expect(exact <= 1e-12, sourceLocation: sourceLocation)
    #expect(rounded <= tolerance, sourceLocation: sourceLocation)
    for site in result.sites {
      #expect(site.isFolded, "\(site.name): \(site.outcome)", sourceLocation: sourceLocation)
    }
    if let rule, case .folded(let used, _) = result.sites.last?.outcome {
      #expect(used == rule, sourceLocation: sourceLocation)
    }
    expectNames(sourceLocation)
    expectClaims(sourceLocation)
    #expect(
      result.model[result.model.mainGraph].nodes.count
        <= original[original.mainGraph].nodes.count, sourceLocation: sourceLocation)
  }

  /// Nothing was changed, for the reason given.
  func expectKept(
    _ matches: (KeepReason) -> Bool, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(result.journal.isEmpty, sourceLocation: sourceLocation)
    #expect(nodes == Self.operators(original), sourceLocation: sourceLocation)
    guard case .kept(let reason) = result.sites.last?.outcome else {
      Issue.record("not kept", sourceLocation: sourceLocation)
      return
    }
    #expect(matches(reason), "\(reason)", sourceLocation: sourceLocation)
    #expect(!reason.description.isEmpty, sourceLocation: sourceLocation)
  }

  /// Every derived tensor has a claim, and each claim gives the tensor's numbers.
  func expectClaims(_ sourceLocation: SourceLocation) {
    let derived = result.model.graphs.flatMap(\.initializers).filter {
      if case .derived = result.model[$0].initializer?.storage { true } else { false }
    }
    let claimed = result.claims.map(\.target)
    #expect(Set(derived) == Set(claimed), sourceLocation: sourceLocation)
    #expect(claimed.count == Set(claimed).count, sourceLocation: sourceLocation)
    for claim in result.claims {
      let name = result.model[claim.target].name
      do {
        let distance = try ClaimCheck.distance(result.source, result.model, claim)
        #expect(distance <= 1e-12, "\(name)", sourceLocation: sourceLocation)
      } catch {
        Issue.record("\(name): \(error)", sourceLocation: sourceLocation)
      }
    }
  }

  /// Outputs keep their names, and what is new has names of its own.
  func expectNames(_ sourceLocation: SourceLocation) {
    let before = original[original.mainGraph].outputs.map { original[$0].name }
    let after = result.model[result.model.mainGraph].outputs.map { result.model[$0].name }
    #expect(before == after, sourceLocation: sourceLocation)
  }
}

extension KeepReason {
  /// The reason found on the way backward.
  var backward: KeepReason? {
    if case .noPath(let backward, _) = self { backward } else { nil }
  }

  /// The reason found on the way forward.
  var forward: KeepReason? {
    if case .noPath(_, let forward) = self { forward } else { nil }
  }
}
