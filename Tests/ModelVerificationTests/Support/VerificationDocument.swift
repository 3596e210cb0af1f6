import Foundation
import TestSupport
import Testing

/// docs/verification.md, whose tables the tests write when BNFOLD_WRITE_VERIFICATION is 1.
enum VerificationDocument {
  static let isWritten = ProcessInfo.processInfo.environment["BNFOLD_WRITE_VERIFICATION"] == "1"

  /// Puts a table in the place of the one between `<!-- NAME -->` and the next `<!-- end -->`.
  static func replace(_ name: String, with table: String) throws {
    let path = "\(Samples.repository)/docs/verification.md"
    let text = try TestFiles.text(path)
    let start = try #require(text.range(of: "<!-- \(name) -->\n"))
    let end = try #require(text.range(of: "<!-- end -->", range: start.upperBound..<text.endIndex))
    let whole = text[..<start.upperBound] + table + text[end.lowerBound...]
    try TestFiles.overwrite(path, with: Array(whole.utf8))
  }

  /// Three significant digits.
  static func number(_ value: Double) -> String {
    if value >= 1e5 || (value > 0 && value < 1e-3) { return String(format: "%.1e", value) }
    if value >= 100 { return String(format: "%.0f", value) }
    return String(format: value >= 10 ? "%.1f" : value >= 1 ? "%.2f" : "%.3f", value)
  }
}
