internal import ModelFormats

/// The options of one section as numbers, with errors that name the line.
struct SectionReader {
  let config: DarknetConfig
  let section: DarknetConfig.Section

  init(_ config: DarknetConfig, _ section: DarknetConfig.Section) {
    self.config = config
    self.section = section
  }

  /// A whole number, as C's atoi reads it but for signs that are none.
  func integer(
    _ key: String, _ standard: Int, _ range: ClosedRange<Int> = 0...(1 << 24)
  ) throws -> Int {
    guard let option = section.option(key) else { return standard }
    guard let value = Int(option.value) ?? Self.whole(option.value) else {
      throw malformed(option, "\"\(option.value.printable())\" is no whole number")
    }
    guard range.contains(value) else {
      throw malformed(
        option, "\(value) is not from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// A positive whole number.
  func positive(_ key: String, _ standard: Int) throws -> Int {
    try integer(key, standard, 1...(1 << 24))
  }

  func number(_ key: String, _ standard: Double) throws -> Double {
    guard let option = section.option(key) else { return standard }
    guard let value = Double(option.value), value.isFinite else {
      throw malformed(option, "\"\(option.value.printable())\" is no number")
    }
    return value
  }

  func text(_ key: String, _ standard: String) -> String {
    section.option(key)?.value ?? standard
  }

  /// Whole numbers with commas between them; none where the key is not there.
  func integers(_ key: String) throws -> [Int]? {
    guard let option = section.option(key) else { return nil }
    return try option.value.split(separator: ",", omittingEmptySubsequences: false).map { part in
      guard let value = Int(part) else {
        throw malformed(option, "\"\(option.value.printable())\" is no list of whole numbers")
      }
      return value
    }
  }

  /// Numbers with commas between them; none where the key is not there.
  func numbers(_ key: String) throws -> [Double] {
    guard let option = section.option(key) else { return [] }
    return try option.value.split(separator: ",").map { part in
      guard let value = Double(part), value.isFinite else {
        throw malformed(option, "\"\(option.value.printable())\" is no list of numbers")
      }
      return value
    }
  }

  /// Numbers are written as "0.0" here and there.
  private static func whole(_ text: String) -> Int? {
    guard let value = Double(text), abs(value) < 0x1p53 else { return nil }
    return Int(exactly: value)
  }

  // MARK: Errors

  func malformed(_ option: DarknetConfig.Option, _ detail: String) -> FormatError {
    config.error(
      option.line, .malformed(field: "\(option.key) of [\(section.type)]", detail: detail))
  }

  func malformed(_ detail: String) -> FormatError {
    config.error(section.line, .malformed(field: "[\(section.type)]", detail: detail))
  }

  func unsupported(_ text: String) -> FormatError {
    config.error(section.line, .unsupported("[\(section.type)] \(text)"))
  }

  /// Refuses options that change what a layer computes and are not understood here.
  func refuse(_ keys: [String]) throws {
    for key in keys {
      guard let option = section.option(key), option.value != "0" else { continue }
      throw config.error(
        option.line, .unsupported("\(key)=\(option.value.printable()) in [\(section.type)]"))
    }
  }
}
