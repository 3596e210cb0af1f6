internal import ArgumentParser
internal import ModelIR
internal import ModelReports

/// Which rows of a table are shown.
struct RowArguments: ParsableArguments {
  @Option(
    name: .customLong("filter"),
    help: ArgumentHelp(
      "Only rows whose name (or operator) matches: * stands for any characters, ? for one.",
      valueName: "pattern"))
  var filters: [String] = []

  @Option(help: ArgumentHelp("Sort by this column, the largest first.", valueName: "column"))
  var sort: String?

  @Option(help: ArgumentHelp("At most this many rows.", valueName: "n"))
  var top: Int?

  @Option(
    help: ArgumentHelp("Columns to show, separated by commas.", valueName: "names"))
  var columns: String?

  mutating func validate() throws {
    if let top, top < 0 { throw ValidationError("--top needs a number from 0.") }
  }

  /// The same for a table that has these columns.
  func selection(of keys: [String]) throws -> RowSelection {
    let wanted = columns.map { names in
      names.split(separator: ",").map { $0.trimmingSpaces }.filter { !$0.isEmpty }
    }
    for key in (wanted ?? []) + [sort].compactMap({ $0 }) where !keys.contains(key) {
      throw ValidationError(
        "There is no column '\(key)'; there are \(keys.joined(separator: ", ")).")
    }
    return RowSelection(
      columns: wanted, sort: sort, patterns: filters.map { NamePattern($0) }, top: top)
  }
}

extension Substring {
  fileprivate var trimmingSpaces: String {
    var text = self
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
