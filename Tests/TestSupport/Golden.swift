internal import Foundation
public import Testing

/// Compares a text with the one recorded as Tests/Golden/NAME.
///
/// A text that is not recorded yet, or any while RECORD_GOLDEN=1, is written there, and the test
/// fails: a new text is looked at, and in the next run it holds.
public func expectGolden(
  _ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let path = "\(Samples.repository)/Tests/Golden/\(name)"
  let recording = ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1"
  guard TestFiles.exists(path), !recording else {
    let folder = path.split(separator: "/").dropLast().joined(separator: "/")
    try FileManager.default.createDirectory(
      atPath: "/" + folder, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(filePath: path))
    Issue.record("recorded \(name); look at it and run again", sourceLocation: sourceLocation)
    return
  }
  let expected = try TestFiles.text(path)
  guard text != expected else { return }
  Issue.record(
    "\(name) differs:\n\(firstDifference(text, expected))\nwhole text:\n\(text)",
    sourceLocation: sourceLocation)
}

private func firstDifference(_ found: String, _ expected: String) -> String {
  let found = found.split(separator: "\n", omittingEmptySubsequences: false)
  let expected = expected.split(separator: "\n", omittingEmptySubsequences: false)
  for line in 0..<max(found.count, expected.count) {
    let a = line < found.count ? String(found[line]) : "(end)"
    let b = line < expected.count ? String(expected[line]) : "(end)"
    if a != b { return "line \(line + 1)\n  found:    \(a)\n  expected: \(b)" }
  }
  return "no line differs"
}
