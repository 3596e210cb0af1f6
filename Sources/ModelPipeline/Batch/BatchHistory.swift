internal import ByteStore
internal import ModelFormats

/// What earlier runs wrote into a file of results.
struct BatchHistory {
  private var done: [String: (input: FileFacts, outputBytes: Int)] = [:]

  /// Nothing was done before.
  init() {}

  /// Reads a file of results; lines that are cut off or of other kinds are passed over.
  init(_ path: String) throws {
    guard let facts = FileFacts(path) else { return }
    let bytes = try ByteSource(file: path).bytes(0..<facts.count)
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      guard let item = try? JSONReader.document(Array(line), file: path),
        item["schema"]?.string == "bnfold.fold-item", let input = item["input"]?.string
      else { continue }
      guard item["status"]?.string == "done", let size = item["input_bytes"]?.integer,
        let modified = item["input_modified"]?.integer,
        let outputBytes = item["output_bytes"]?.integer
      else {
        // A later failure takes back an earlier success; a model that was passed over stays done.
        if item["status"]?.string == "failed" { done[input] = nil }
        continue
      }
      done[input] = (FileFacts(count: size, modified: modified), outputBytes)
    }
  }

  /// Whether a model was done, has not changed, and its output is still there.
  func isDone(_ name: String, _ input: FileFacts, output: String) -> Bool {
    guard let before = done[name], before.input == input else { return false }
    return FileFacts(output)?.count == before.outputBytes
  }
}
