internal import GraphEvaluation
internal import ModelIR

/// Makes the inputs on which models run from end to end.
struct SampleMaker {
  /// What a sample holds.
  enum Kind: Hashable {
    /// Given inputs, by position; what they do not name is normal.
    case given(Int)
    /// Normal numbers of both signs.
    case normal(seed: UInt64)
    /// One number everywhere.
    case constant(Double)
    /// Zeros but for the corners of each channel.
    case corners

    /// Whether another one of its kind differs from it by the seed alone.
    var isRandom: Bool { if case .normal = self { true } else { false } }

    var description: String {
      switch self {
      case .given(let position): "given inputs \(position + 1)"
      case .normal(let seed): "normal, seed \(seed)"
      case .constant(let value): "all \(value)"
      case .corners: "impulses at the corners"
      }
    }
  }

  let model: Model
  let types: [ValueID: ValueType]
  let options: VerificationOptions
  /// The largest index that integer inputs may hold, by input: what Gather allows.
  let extents: [ValueID: Int]

  /// Extents to try for symbolic dimensions that are not the first axis.
  static let trials = [32, 64, 96, 128, 160, 192, 224, 256, 1]

  /// The samples that the options ask for, one at a time: their number is the user's.
  var kinds: some Sequence<Kind> { (0..<kindCount).lazy.map { kind($0) } }

  private var kindCount: Int {
    if !options.inputs.isEmpty { return options.inputs.count }
    return normalCount + (options.thorough ? Self.thoroughKinds.count : 0)
  }

  private func kind(_ position: Int) -> Kind {
    if !options.inputs.isEmpty { return .given(position) }
    let normal = normalCount
    if position < normal { return .normal(seed: options.seed &+ UInt64(position)) }
    return Self.thoroughKinds[position - normal]
  }

  private static let thoroughKinds: [Kind] = [
    .constant(1), .constant(-1), .constant(0), .corners,
  ]

  private var normalCount: Int {
    // A single bool decides a branch: both must be seen.
    let hasSwitch = required.contains {
      types[$0]?.dataType == .bool && (types[$0]?.dimensions ?? []).allSatisfy { $0.value == 1 }
    }
    return max(1, options.samples, hasSwitch ? 2 : 1)
  }

  private var required: [ValueID] { model.requiredInputs(of: model.mainGraph) }

  /// Whether a shape of some input depends on what is tried for symbolic dimensions.
  var hasFreeDimensions: Bool {
    required.contains { input in
      if options.shapes[model[input].name] != nil { return false }
      guard let dimensions = types[input]?.dimensions else { return true }
      return dimensions.dropFirst().contains { $0.value == nil }
    }
  }

  /// One sample; `trial` stands in for symbolic dimensions behind the first axis, where it is 1.
  ///
  /// Errors: `SampleProblem`.
  func sample(_ kind: Kind, trial: Int) throws(SampleProblem) -> [ValueID: RuntimeTensor] {
    var result: [ValueID: RuntimeTensor] = [:]
    var known: [String: Int] = [:]
    if case .given(let position) = kind {
      for input in model[model.mainGraph].inputs {
        guard let given = options.inputs[position][model[input].name] else { continue }
        try check(given, for: input)
        result[input] = given
        note(given.shape, of: input, in: &known)
      }
    }
    for input in required {
      if let shape = options.shapes[model[input].name] { note(shape, of: input, in: &known) }
    }
    for input in required where result[input] == nil {
      result[input] = try make(input, kind, trial, known)
    }
    return result
  }

  // MARK: Parts

  /// Symbols have the extents that given shapes have at their places.
  private func note(_ shape: [Int], of input: ValueID, in known: inout [String: Int]) {
    guard let dimensions = types[input]?.dimensions, dimensions.count == shape.count else { return }
    for (dimension, extent) in zip(dimensions, shape) {
      if case .symbol(let name) = dimension { known[name] = extent }
    }
  }

  private func check(
    _ given: RuntimeTensor, for input: ValueID
  ) throws(SampleProblem) {
    let name = model[input].name
    if let type = types[input]?.dataType, type != given.dataType {
      throw SampleProblem(
        reason: "input \"\(name)\" takes \(type.name), \(given.dataType.name) is given")
    }
    guard let dimensions = types[input]?.dimensions else { return }
    let fits =
      dimensions.count == given.shape.count
      && zip(dimensions, given.shape).allSatisfy { $0.value == nil || $0.value == $1 }
    if !fits {
      throw SampleProblem(reason: "input \"\(name)\" does not take the given shape \(given.shape)")
    }
  }

  private func make(
    _ input: ValueID, _ kind: Kind, _ trial: Int, _ known: [String: Int]
  ) throws(SampleProblem) -> RuntimeTensor {
    let name = model[input].name
    guard let type = types[input]?.dataType, type.unitRoundoff != nil || type.isWholeOrBool else {
      throw SampleProblem(reason: "input \"\(name)\" is no tensor of numbers")
    }
    let shape = try shape(of: input, trial, known)
    guard let count = TensorShape(shape)?.elementCount, count <= options.evaluation.maximumElements
    else { throw SampleProblem(reason: "input \"\(name)\" would have shape \(shape)") }
    if type.isWholeOrBool {
      let numbers = integers(input, type, count, kind)
      return RuntimeTensor(numbers, shape: shape, dataType: type)
    }
    // Rounded to its type at once: R is fed what a deployed model would be fed.
    let numbers = floats(name, shape, count, kind)
    let exact = RuntimeTensor(dataType: type, shape: shape, elements: .double(numbers))
    do {
      return try RuntimeTensor(exact.tensor(), precision: .stored)
    } catch {
      throw SampleProblem(reason: "input \"\(name)\" cannot be made: \(error)")
    }
  }

  private func shape(
    of input: ValueID, _ trial: Int, _ known: [String: Int]
  ) throws(SampleProblem) -> [Int] {
    let name = model[input].name
    let dimensions = types[input]?.dimensions
    if let given = options.shapes[name] {
      let fits =
        dimensions.map { dimensions in
          dimensions.count == given.count
            && zip(dimensions, given).allSatisfy { $0.value == nil || $0.value == $1 }
        } ?? true
      if !fits { throw SampleProblem(reason: "input \"\(name)\" does not take shape \(given)") }
      return given
    }
    guard let dimensions else {
      throw SampleProblem(reason: "input \"\(name)\" has no known rank; give its shape")
    }
    return dimensions.enumerated().map { axis, dimension in
      switch dimension {
      case .known(let extent): extent
      case .symbol(let symbol): known[symbol] ?? (axis == 0 ? 1 : trial)
      case .unknown: axis == 0 ? 1 : trial
      }
    }
  }

  private func integers(
    _ input: ValueID, _ type: DataType, _ count: Int, _ kind: Kind
  ) -> [Int64] {
    var seed = options.seed
    if case .normal(let own) = kind { seed = own }
    var random = SeededNumbers(seed: seed).stream(model[input].name)
    if type == .bool {
      if count == 1 { return [Int64((seed &- options.seed) & 1) ^ 1] }
      return (0..<count).map { _ in Int64(random.next() & 1) }
    }
    if let range = options.inputRanges[model[input].name] {
      let low = Int64(max(-0x1p53, min(0x1p53, range.lowerBound.rounded(.up))))
      let high = Int64(max(-0x1p53, min(0x1p53, range.upperBound.rounded(.down))))
      return (0..<count).map { _ in Int64.random(in: low...max(low, high), using: &random) }
    }
    let extent = Int64(max(1, extents[input] ?? 2))
    return (0..<count).map { _ in Int64.random(in: 0..<extent, using: &random) }
  }

  private func floats(_ name: String, _ shape: [Int], _ count: Int, _ kind: Kind) -> [Double] {
    switch kind {
    case .constant(let value): return [Double](repeating: value, count: count)
    case .corners: return corners(shape, count)
    case .given, .normal: break
    }
    var seed = options.seed
    if case .normal(let own) = kind { seed = own }
    var random = SeededNumbers(seed: seed).stream(name)
    guard let range = options.inputRanges[name] else {
      return (0..<count).map { _ in random.normal() }
    }
    let span = range.upperBound - range.lowerBound
    return (0..<count).map { _ in range.lowerBound + span * random.uniform() }
  }

  /// 1 where every coordinate behind the second axis is the first or the last, else 0.
  private func corners(_ shape: [Int], _ count: Int) -> [Double] {
    (0..<count).map { element in
      let place = ElementComparison.coordinates(element, in: shape)
      let isCorner = zip(place, shape).dropFirst(2).allSatisfy { $0 == 0 || $0 == $1 - 1 }
      return isCorner ? 1 : 0
    }
  }
}

/// Why inputs could not be made or taken.
public struct SampleProblem: Error, Sendable, Hashable {
  /// A clause for the report.
  public var reason: String
}
