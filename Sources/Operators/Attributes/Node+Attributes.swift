public import ModelIR

/// Typed reading of attributes: nil or the given default where one is absent, an error where it
/// holds something else.
extension Node {
  /// A whole number.
  public func int(_ name: String) throws(AttributeError) -> Int? {
    switch try present(name) {
    case nil: return nil
    case .int(let value): return Int(value)
    default: throw AttributeError(name, .wrongType(expected: "a whole number"))
    }
  }

  /// A whole number, or `absent` where the attribute is left out.
  public func int(_ name: String, or absent: Int) throws(AttributeError) -> Int {
    try int(name) ?? absent
  }

  /// A whole number that stands for yes (not 0) or no.
  public func flag(_ name: String, or absent: Bool = false) throws(AttributeError) -> Bool {
    try int(name).map { $0 != 0 } ?? absent
  }

  /// A number: the stored Float.
  public func float(_ name: String) throws(AttributeError) -> Float? {
    switch try present(name) {
    case nil: return nil
    case .float(let value): return value
    default: throw AttributeError(name, .wrongType(expected: "a number"))
    }
  }

  /// A number widened to Double, or `absent` (rounded to Float first, as if it were stored).
  public func double(_ name: String, or absent: Float) throws(AttributeError) -> Double {
    Double(try float(name) ?? absent)
  }

  /// Whole numbers.
  public func ints(_ name: String) throws(AttributeError) -> [Int]? {
    switch try present(name) {
    case nil: return nil
    case .ints(let values): return values.map { Int($0) }
    default: throw AttributeError(name, .wrongType(expected: "a list of whole numbers"))
    }
  }

  /// Numbers.
  public func floats(_ name: String) throws(AttributeError) -> [Float]? {
    switch try present(name) {
    case nil: return nil
    case .floats(let values): return values
    default: throw AttributeError(name, .wrongType(expected: "a list of numbers"))
    }
  }

  /// A text.
  public func text(_ name: String) throws(AttributeError) -> String? {
    switch try present(name) {
    case nil: return nil
    case .string(let bytes): return String(decoding: bytes, as: UTF8.self)
    default: throw AttributeError(name, .wrongType(expected: "a text"))
    }
  }

  /// One of the words that `Choice` knows.
  public func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String, or absent: Choice
  ) throws(AttributeError) -> Choice {
    guard let word = try text(name) else { return absent }
    guard let choice = Choice(rawValue: word) else {
      let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw AttributeError(name, .outOfRange(expected: "one of \(words)"))
    }
    return choice
  }

  /// Texts.
  public func texts(_ name: String) throws(AttributeError) -> [String]? {
    switch try present(name) {
    case nil: return nil
    case .strings(let values): return values.map { String(decoding: $0, as: UTF8.self) }
    default: throw AttributeError(name, .wrongType(expected: "a list of texts"))
    }
  }

  /// A constant array.
  public func tensor(_ name: String) throws(AttributeError) -> Tensor? {
    switch try present(name) {
    case nil: return nil
    case .tensor(let value): return value
    default: throw AttributeError(name, .wrongType(expected: "a tensor"))
    }
  }

  /// A body.
  public func graph(_ name: String) throws(AttributeError) -> GraphID? {
    switch try present(name) {
    case nil: return nil
    case .graph(let value): return value
    default: throw AttributeError(name, .wrongType(expected: "a graph"))
    }
  }

  /// The number of outputs that are wanted.
  public var usedOutputCount: Int { outputs.count { $0 != nil } }

  private func present(_ name: String) throws(AttributeError) -> AttributeValue? {
    let value = attribute(name)
    if case .reference(let outer) = value { throw AttributeError(name, .reference(outer)) }
    return value
  }
}
