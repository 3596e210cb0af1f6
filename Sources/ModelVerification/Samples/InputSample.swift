public import GraphEvaluation
public import ModelIR
internal import Operators

/// Inputs on which one model can run: given ones, and made-up ones for the others.
public struct InputSample: Sendable {
  /// What one input is.
  public struct Origin: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// Where its numbers come from: "given inputs 1", "normal, seed 1".
    public var numbers: String
    /// Its extents.
    public var shape: [Int]
  }

  /// The value of each input.
  public var values: [ValueID: RuntimeTensor]
  /// What they are, in the model's order.
  public var origins: [Origin]

  /// The first sample that the options ask for, in the forms worth trying, best first: more than
  /// one where the model leaves extents open.
  ///
  /// Errors: `SampleProblem` when what is given does not fit, or nothing can be made up.
  public static func candidates(
    for model: Model, options: VerificationOptions
  ) throws -> [InputSample] {
    let constants = ConstantSet(model, defaultsAreConstant: options.assumesConstantDefaults)
    let resolver = ConstantResolver(model, constants, options.evaluation)
    let inference = ShapeInference(model, constants: KernelConstantEvaluator())
    var types: [ValueID: ValueType] = [:]
    for (index, value) in model.values.enumerated() {
      types[ValueID(index)] = inference.type(of: ValueID(index)) ?? value.type
    }
    let maker = SampleMaker(
      model: model, types: types, options: options,
      extents: IndexExtents(model, types: types, resolver: resolver).extents)
    guard let kind = maker.kinds.first(where: { _ in true }) else { return [] }
    return try (maker.hasFreeDimensions ? SampleMaker.trials : [1]).map { trial in
      let values = try maker.sample(kind, trial: trial)
      return InputSample(values: values, origins: origins(values, model, options, kind))
    }
  }

  private static func origins(
    _ values: [ValueID: RuntimeTensor], _ model: Model, _ options: VerificationOptions,
    _ kind: SampleMaker.Kind
  ) -> [Origin] {
    model[model.mainGraph].inputs.compactMap { input in
      guard let value = values[input] else { return nil }
      let name = model[input].name
      let isGiven = options.inputs.first?[name] != nil
      let madeUp = SampleMaker.Kind.normal(seed: options.seed)
      return Origin(
        name: name, numbers: (isGiven ? kind : madeUp).description, shape: value.shape)
    }
  }
}
