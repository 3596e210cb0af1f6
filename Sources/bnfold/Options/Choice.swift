internal import ArgumentParser

/// One of a few words on the command line.
enum Choice {
  /// The case that a word names.
  static func named<Case: CaseIterable & RawRepresentable<String>>(_ word: String) throws -> Case {
    guard let found = Case(rawValue: word) else {
      let all = Case.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("'\(word)' is none of \(all).")
    }
    return found
  }
}
