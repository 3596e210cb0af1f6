extension String {
  /// The text with control characters escaped and cut to `length` characters, so that a name of
  /// a hostile file can stand in a message.
  public func printable(length: Int = 80) -> String {
    var result = ""
    var count = 0
    for scalar in unicodeScalars {
      guard count < length else { return result + "…" }
      let isControl =
        scalar.properties.generalCategory == .control
        || scalar.properties.generalCategory == .format
      result += isControl ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
      count += 1
    }
    return result
  }
}
