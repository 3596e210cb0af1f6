internal import ModelIR

extension KernelContext {
  /// A whole-number attribute, or its default.
  func int(_ name: String, default value: Int) throws -> Int {
    try int(name) ?? value
  }

  /// A whole-number attribute, or nil.
  func int(_ name: String) throws -> Int? {
    switch node.attribute(name) {
    case nil: return nil
    case .int(let value): return Int(value)
    default: throw wrongType(name)
    }
  }

  /// A flag: a whole number that is not zero.
  func flag(_ name: String, default value: Bool = false) throws -> Bool {
    try int(name).map { $0 != 0 } ?? value
  }

  /// A number, widened exactly; the default is rounded to Float like a stored one.
  func float(_ name: String, default value: Float) throws -> Double {
    try float(name) ?? Double(value)
  }

  /// A number, widened exactly, or nil.
  func float(_ name: String) throws -> Double? {
    switch node.attribute(name) {
    case nil: return nil
    case .float(let value): return Double(value)
    case .int(let value): return Double(value)
    default: throw wrongType(name)
    }
  }

  /// A list of whole numbers, or nil.
  func ints(_ name: String) throws -> [Int]? {
    switch node.attribute(name) {
    case nil: return nil
    case .ints(let values): return values.map { Int($0) }
    // An empty list may come without its type.
    case .floats(let values) where values.isEmpty: return []
    default: throw wrongType(name)
    }
  }

  /// A list of numbers, or nil.
  func floatList(_ name: String) throws -> [Double]? {
    switch node.attribute(name) {
    case nil: return nil
    case .floats(let values): return values.map { Double($0) }
    case .ints(let values) where values.isEmpty: return []
    default: throw wrongType(name)
    }
  }

  /// A text, or its default.
  func text(_ name: String, default value: String) throws -> String {
    try text(name) ?? value
  }

  /// A text, or nil.
  func text(_ name: String) throws -> String? {
    guard let attribute = node.attribute(name) else { return nil }
    guard let text = attribute.text else { throw wrongType(name) }
    return text
  }

  /// A list of texts, or nil.
  func texts(_ name: String) throws -> [String]? {
    switch node.attribute(name) {
    case nil: return nil
    case .strings(let values): return values.map { String(decoding: $0, as: UTF8.self) }
    case .ints(let values) where values.isEmpty: return []
    default: throw wrongType(name)
    }
  }

  /// A constant, or nil.
  func tensor(_ name: String) throws -> RuntimeTensor? {
    switch node.attribute(name) {
    case nil: return nil
    case .tensor(let tensor):
      _ = try count(of: tensor.shape.dimensions)
      return try RuntimeTensor(tensor, precision: precision)
    default: throw wrongType(name)
    }
  }

  /// A body; throws when it is missing.
  func body(_ name: String) throws -> GraphID {
    guard case .graph(let graph) = node.attribute(name) else { throw wrongType(name) }
    return graph
  }

  /// A list that is an input of new versions and an attribute of old ones; the input wins.
  ///
  /// Nil where neither is given.
  func integerList(attribute: String, input: Int) throws -> [Int]? {
    guard optionalInput(input) != nil else { return try ints(attribute) }
    return try integers(input).map { Int($0) }
  }

  private func wrongType(_ name: String) -> EvaluationError.Problem {
    .badInput("attribute \"\(name)\" is missing or of another type")
  }
}
