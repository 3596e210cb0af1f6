/// An attribute that cannot mean what its operator's definition asks for.
public struct AttributeError: Error, Sendable, Hashable {
  /// What is wrong with it.
  public enum Problem: Sendable, Hashable {
    /// It holds something else; the associated text says what was expected ("a whole number").
    case wrongType(expected: String)
    /// It is required and not there.
    case missing
    /// Its number or word is none that the operator knows; the text says what was expected.
    case outOfRange(expected: String)
    /// It has another number of entries than the operator needs here.
    case wrongCount(found: Int, expected: Int)
    /// It stands for an attribute of the function that is being called.
    case reference(String)
  }

  /// The attribute's name, or the name of the input that took its place in later opsets.
  public var attribute: String
  /// What is wrong with it.
  public var problem: Problem

  /// Makes an error from its parts.
  public init(_ attribute: String, _ problem: Problem) {
    self.attribute = attribute
    self.problem = problem
  }
}

extension AttributeError: CustomStringConvertible {
  /// One sentence: `attribute "group" must be at least 1`.
  public var description: String {
    switch problem {
    case .wrongType(let expected): "attribute \"\(attribute)\" must be \(expected)"
    case .missing: "attribute \"\(attribute)\" is missing"
    case .outOfRange(let expected): "attribute \"\(attribute)\" must be \(expected)"
    case .wrongCount(let found, let expected):
      "attribute \"\(attribute)\" has \(found) entries, expected \(expected)"
    case .reference(let name):
      "attribute \"\(attribute)\" is the attribute \"\(name)\" of a function's caller"
    }
  }
}
