public import ByteStore

/// Finds the path of a byte offset, and the byte offset of a path; used for messages only, so it
/// walks the file again instead of slowing down every read.
public struct WireLocator {
  private let source: ByteSource
  private let schema: ProtobufSchema
  private let root: Int

  /// A locator in a source that holds one message, by default the schema's first.
  public init(_ source: ByteSource, schema: ProtobufSchema, root: String? = nil) {
    self.source = source
    self.schema = schema
    self.root = root.flatMap { schema.position(of: $0) } ?? 0
  }

  /// The error with its path filled in where it has a byte offset and no path yet.
  public func located(_ error: FormatError) -> FormatError {
    guard case .byte(let offset) = error.location.position, error.location.path.isEmpty,
      error.location.file == source.path
    else { return error }
    return FormatError(error.problem, at: location(ofByte: offset))
  }

  /// A byte of the file with the path that leads to it.
  public func location(ofByte offset: Int) -> InputLocation {
    var path: [InputLocation.PathElement] = []
    if var window = try? ByteWindow(source) {
      var message = root
      var range = 0..<source.count
      while path.count < 200, let step = find(offset, in: range, message, &window) {
        path.append(element(step.field, step.index, step.record, &window))
        guard case .message = step.field.content, step.record.body.contains(offset) else { break }
        message = step.field.message
        range = step.record.body
      }
    }
    return InputLocation(file: source.path, position: .byte(offset), path: path)
  }

  /// A path's place: the byte where its last record begins, and the names on the way.
  ///
  /// Where the
  /// path leads nowhere, the location of the last step that exists.
  public func location(of path: [InputLocation.PathElement]) -> InputLocation {
    var result = InputLocation(file: source.path, position: .none, path: path)
    guard var window = try? ByteWindow(source) else { return result }
    var message = root
    var range = 0..<source.count
    for (depth, step) in path.enumerated() {
      guard let field = schema.messages[message].fields.first(where: { $0.name == step.field }),
        let record = find(field, step.index ?? 0, in: range, &window)
      else { break }
      result.position = .byte(record.range.lowerBound)
      guard case .message = field.content else { break }
      if result.path[depth].name == nil {
        result.path[depth].name = name(of: record, field.message, &window)
      }
      message = field.message
      range = record.body
    }
    return result
  }

  // MARK: Walking

  private struct Step {
    var field: ProtobufSchema.Field
    var index: Int
    var record: WireRecord
  }

  private func find(
    _ offset: Int, in range: Range<Int>, _ message: Int, _ window: inout ByteWindow
  ) -> Step? {
    var counts: [Int: Int] = [:]
    var position = range.lowerBound
    while position < range.upperBound,
      let record = try? window.record(at: position, end: range.upperBound)
    {
      let index = counts[record.number, default: 0]
      if record.range.contains(offset) {
        return schema.messages[message][record.number].map {
          Step(field: $0, index: index, record: record)
        }
      }
      counts[record.number] = index + 1
      position = record.range.upperBound
    }
    return nil
  }

  private func find(
    _ field: ProtobufSchema.Field, _ index: Int, in range: Range<Int>, _ window: inout ByteWindow
  ) -> WireRecord? {
    var left = index
    var position = range.lowerBound
    while position < range.upperBound,
      let record = try? window.record(at: position, end: range.upperBound)
    {
      if record.number == field.number {
        if left == 0 { return record }
        left -= 1
      }
      position = record.range.upperBound
    }
    return nil
  }

  private func element(
    _ field: ProtobufSchema.Field, _ index: Int, _ record: WireRecord, _ window: inout ByteWindow
  ) -> InputLocation.PathElement {
    var element = InputLocation.PathElement(field.name, field.isRepeated ? index : nil)
    if case .message = field.content { element.name = name(of: record, field.message, &window) }
    return element
  }

  private func name(
    of record: WireRecord, _ message: Int, _ window: inout ByteWindow
  ) -> String? {
    let number = schema.messages[message].nameField
    guard number > 0, let field = schema.messages[message][number],
      let name = find(field, 0, in: record.body, &window), name.body.count <= 4096
    else { return nil }
    return try? window.string(name.body)
  }
}
