internal import ArgumentParser

/// `VALUE` for all values, or `NAME:VALUE` for one.
struct NamedTolerance: ExpressibleByArgument {
  /// Nil for all.
  var name: String?
  var value: Double

  init?(argument: String) {
    var number = argument[...]
    // Names may hold colons, numbers never do.
    if let colon = argument.lastIndex(of: ":") {
      guard colon != argument.startIndex else { return nil }
      name = String(argument[..<colon])
      number = argument[argument.index(after: colon)...]
    }
    guard let value = Double(number), value.isFinite, value >= 0 else { return nil }
    self.value = value
  }
}
