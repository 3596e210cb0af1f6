internal import GraphEvaluation
internal import ModelIR

/// The model that claims are about, with its constants.
struct ClaimedSide {
  let model: Model
  let calls: [NodeID: NodeID]
  let constants: ConstantSet
  let resolver: ConstantResolver
  /// Constants by name that the original does not have.
  private var added: [String: ValueID] = [:]

  init(
    model: Model, calls: [NodeID: NodeID], constants: ConstantSet, resolver: ConstantResolver
  ) {
    self.model = model
    self.calls = calls
    self.constants = constants
    self.resolver = resolver
  }

  init(
    _ claimed: ClaimedModel, defaultsAreConstant: Bool, _ evaluation: EvaluationOptions
  ) {
    let constants = ConstantSet(claimed.model, defaultsAreConstant: defaultsAreConstant)
    self.init(
      model: claimed.model, calls: claimed.calls, constants: constants,
      resolver: ConstantResolver(claimed.model, constants, evaluation))
    for copy in calls.keys.sorted() {
      for output in model[copy].outputs {
        if let output, constants.contains(output) { added[model[output].name] = output }
      }
    }
  }

  /// Reads affines off its nodes.
  var affines: AffineReader {
    AffineReader(model: model, constants: constants, resolver: resolver)
  }

  /// The node of the original in whose place a node stands, or the node itself.
  func originalNode(_ node: NodeID) -> NodeID { calls[node] ?? node }

  /// The constant of a name that calls brought in.
  func addedConstant(_ name: String) -> ValueID? { added[name] }
}
