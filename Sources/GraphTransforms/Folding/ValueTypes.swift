internal import ModelIR
internal import Operators

/// The types of a model's values, as far as they can be known.
enum ValueTypes {
  static func infer(
    _ model: Model, _ constants: (any ConstantEvaluator)?
  ) -> [ValueID: ValueType] {
    [:]
  }
}
