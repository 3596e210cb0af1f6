internal import ByteStore
internal import ModelFormats

/// What the parts of one read share: source, payloads, where reading stands, what was noticed.
///
/// A class, so that all parts push and pop the same path.
final class ReadContext {
  /// A finding that gets its byte offset and names in the end.
  private struct Note {
    var severity: Diagnostic.Severity
    var message: String
    var path: [InputLocation.PathElement]
  }

  private static let mostNotes = 50

  let source: ByteSource
  let options: ReadOptions
  let payloads: [PayloadRun]
  let external: ExternalData
  var window: ByteWindow
  /// The way from the outermost message to where reading stands.
  var path: [InputLocation.PathElement] = []
  private let root: String?
  private var notes: [Note] = []
  private var omittedNotes = 0
  private var nodeCount = 0

  init(
    _ source: ByteSource, scan: WireScan, root: String? = nil, options: ReadOptions
  ) throws {
    self.source = source
    self.options = options
    self.root = root
    payloads = scan.payloads
    external = ExternalData(modelPath: source.path, options: options)
    window = try ByteWindow(source)
  }

  // MARK: Where reading stands

  /// Runs `body` one step further down the path.
  ///
  /// A throwing body leaves the path as it is: the error has been located by then.
  func at<Result>(
    _ field: String, _ index: Int? = nil, _ body: () throws -> Result
  ) rethrows -> Result {
    path.append(InputLocation.PathElement(field, index))
    let result = try body()
    path.removeLast()
    return result
  }

  /// An error at the current place, or below it.
  func error(
    _ problem: FormatError.Problem, _ field: String? = nil, _ index: Int? = nil
  ) -> FormatError {
    var place = path
    if let field { place.append(InputLocation.PathElement(field, index)) }
    return FormatError(problem, at: locator.location(of: place))
  }

  private var locator: WireLocator { WireLocator(source, schema: ONNXSchema.schema, root: root) }

  // MARK: Findings

  /// Notes something at the current place.
  func note(_ severity: Diagnostic.Severity, _ message: String) {
    guard notes.count < Self.mostNotes else {
      omittedNotes += 1
      return
    }
    notes.append(Note(severity: severity, message: message, path: path))
  }

  /// All findings with their places.
  func diagnostics() -> [Diagnostic] {
    var result = notes.map {
      Diagnostic($0.severity, $0.message, at: locator.location(of: $0.path))
    }
    if omittedNotes > 0 {
      result.append(
        Diagnostic(
          .note, "\(omittedNotes) more findings are not listed",
          at: InputLocation(file: source.path)))
    }
    return result
  }

  // MARK: Limits

  func countNode() throws {
    nodeCount += 1
    guard nodeCount <= options.limits.nodes else {
      throw error(.limitExceeded(.nodes, found: nodeCount, allowed: options.limits.nodes))
    }
  }
}
