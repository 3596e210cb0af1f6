internal import GraphEvaluation
internal import ModelIR
internal import Operators

/// One of the networks of an ensemble.
struct EnsembleMember {
  /// How messages call it.
  let name: String
  let model: Model
  /// For each of its outputs the axis along which a Softmax is added; nil where one stands there.
  var softmaxAxes: [Int?] = []
  /// Types that follow from the whole model.
  private let shapes: ShapeInference

  /// Errors: `PipelineError` for a model that cannot be a part of another.
  init(name: String, model: Model) throws {
    guard model.functions.isEmpty else {
      throw PipelineError(
        .unsupported, "\(name) defines functions, and members must not; export it without them")
    }
    let outputs = model[model.mainGraph].outputs
    guard Set(outputs).count == outputs.count else {
      throw PipelineError(
        .unsupported, "\(name) lists one value as several outputs; members need each once")
    }
    self.name = name
    self.model = model
    shapes = ShapeInference(model, constants: KernelConstantEvaluator())
  }

  var inputs: [ValueID] { model.requiredInputs(of: model.mainGraph) }
  var outputs: [ValueID] { model[model.mainGraph].outputs }

  func names(_ values: [ValueID]) -> [String] { values.map { model[$0].name } }

  /// The types of inputs or outputs, which must be dense tensors of known rank.
  func tensorTypes(_ values: [ValueID]) throws -> [ValueType] {
    try values.map { value in
      let type = shapes.type(of: value) ?? model[value].type
      guard let type, case .tensor(_?, _?) = type else {
        throw PipelineError(
          .unsupported,
          "\"\(model[value].name)\" of \(name) is \(PortText.text(type)); members need tensors of "
            + "known type and rank")
      }
      return type
    }
  }
}
