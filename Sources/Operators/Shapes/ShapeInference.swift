public import ModelIR

/// What every value of a model holds: type, rank and extents, as far as they follow from inputs,
/// initializers and operators.
///
/// An extent is known, named (the same name is the same extent), or unknown; nothing is guessed.
/// What the file itself states of inner values fills gaps only. Where a statement contradicts what
/// follows from the operators, that is a finding, and then no extent is taken from statements, nor
/// anything else if a rank or a type of elements is wrong.
///
/// Bodies of If, Loop and Scan are inferred where they stand, functions for each call; what a
/// function's own values hold is told only if it is called once.
///
/// Complexity: linear in the model; bodies of loops are visited at most three times.
public struct ShapeInference: Sendable {
  /// What inference may use.
  public struct Options: Sendable {
    /// The file's statements about inner values fill gaps.
    public var usesStatements: Bool
    /// Constants of at most this many elements are computed.
    public var maximumElements: Int

    /// Makes options from their parts.
    public init(usesStatements: Bool = true, maximumElements: Int = 1 << 14) {
      self.usesStatements = usesStatements
      self.maximumElements = maximumElements
    }
  }

  private let types: [ValueType?]
  private let numbers: [ValueID: [Dimension]]
  /// What is wrong with the model, in the order it was found.
  public let findings: [ShapeFinding]

  /// Infers the types of all values.
  ///
  /// `inputShapes` gives extents to graph inputs; a name in the file's type of such an input then
  /// stands for the extent given wherever it occurs. `constants` evaluates what small constants
  /// become.
  public init(
    _ model: Model, inputShapes: [ValueID: [Int]] = [:],
    constants: (any ConstantEvaluator)? = nil, options: Options = Options()
  ) {
    var state = InferenceState(
      model, inputShapes: inputShapes, evaluator: constants, options: options)
    state.inferAll()
    if options.usesStatements, state.contradicted {
      // Statements are left over from another life of the model: types of elements and ranks are
      // still worth something, unless one of those is wrong too.
      let findings = state.findings
      var careful = options
      careful.usesStatements = !state.contradictedRank
      state = InferenceState(
        model, inputShapes: inputShapes, evaluator: constants, options: careful)
      state.takesStatedExtents = false
      state.inferAll()
      self.findings = findings
    } else {
      findings = state.findings
    }
    types = state.types.map { $0.map(Self.published) }
    numbers = state.publishedNumbers()
  }

  /// What a value holds; nil where nothing is known.
  public func type(of value: ValueID) -> ValueType? {
    types.indices.contains(value.index) ? types[value.index] : nil
  }

  /// The type of a tensor's elements; nil where it is not known.
  public func dataType(of value: ValueID) -> DataType? { type(of: value)?.dataType }

  /// A tensor's extents; nil where not even the rank is known.
  public func dimensions(of value: ValueID) -> [Dimension]? { type(of: value)?.dimensions }

  /// A tensor's rank; nil where it is not known.
  public func rank(of value: ValueID) -> Int? { dimensions(of: value)?.count }

  /// A tensor's extents where all are known.
  public func shape(of value: ValueID) -> [Int]? {
    guard let dimensions = dimensions(of: value) else { return nil }
    let known = dimensions.compactMap(\.value)
    return known.count == dimensions.count ? known : nil
  }

  /// What the elements of a small vector or scalar of whole numbers are, as far as is known: what
  /// Shape, Gather, Concat and arithmetic make for Reshape, Expand and Resize to read.
  public func numbers(of value: ValueID) -> [Dimension]? { numbers[value] }

  /// Extents that inference named for itself are unknown to others.
  private static func published(_ type: ValueType) -> ValueType {
    switch type {
    case .tensor(let element, let shape): .tensor(element, shape?.map(InferenceState.published))
    case .sparseTensor(let element, let shape):
      .sparseTensor(element, shape?.map(InferenceState.published))
    case .sequence(let element): .sequence(published(element))
    case .optional(let element): .optional(published(element))
    case .map(let key, let value): .map(key: key, value: published(value))
    case .opaque: type
    }
  }
}
