internal import ModelFormats

/// The members of an object that a user wrote, asked for by name and kind.
struct JSONMembers {
  private let element: JSONElement
  private let file: String

  init(_ element: JSONElement, file: String) {
    self.element = element
    self.file = file
  }

  func string(_ name: String) throws -> String {
    guard let text = try member(name).string else { throw error(name, "a string") }
    return text
  }

  func optionalString(_ name: String) throws -> String? {
    has(name) ? try string(name) : nil
  }

  func integer(_ name: String) throws -> Int {
    guard let number = try member(name).integer else { throw error(name, "a whole number") }
    return number
  }

  /// Nil where it is absent.
  func bool(_ name: String) throws -> Bool? {
    guard has(name) else { return nil }
    guard let value = try member(name).bool else { throw error(name, "true or false") }
    return value
  }

  /// Nil where it is absent.
  func strings(_ name: String) throws -> [String]? {
    guard has(name) else { return nil }
    let texts = try member(name).elements?.map(\.string)
    guard let texts, !texts.contains(nil) else { throw error(name, "a list of strings") }
    return texts.compactMap { $0 }
  }

  func optionalObject(_ name: String) throws -> JSONMembers? {
    guard has(name) else { return nil }
    let object = try member(name)
    guard object.members != nil else { throw error(name, "an object") }
    return JSONMembers(object, file: file)
  }

  func objects(_ name: String) throws -> [JSONMembers] {
    guard let elements = try member(name).elements, elements.allSatisfy({ $0.members != nil })
    else { throw error(name, "a list of objects") }
    return elements.map { JSONMembers($0, file: file) }
  }

  /// What is wrong with a member, or with the object where it has no such member.
  func error(_ name: String, _ expected: String) -> FormatError {
    let found = element[name]
    return FormatError(
      .malformed(
        field: "\"\(name)\"", detail: "\(found?.kind ?? "nothing"), \(expected) is expected"),
      at: InputLocation(file: file, position: .byte((found ?? element).offset)))
  }

  private func has(_ name: String) -> Bool { element[name].map { !$0.isNull } ?? false }

  private func member(_ name: String) throws -> JSONElement {
    guard let member = element[name] else { throw error(name, "a value") }
    return member
  }
}
