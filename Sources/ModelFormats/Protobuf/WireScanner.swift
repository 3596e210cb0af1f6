public import ByteStore

/// Walks the bytes of a protobuf file, checks them, and emits the skeleton that the C library may
/// see: nothing deeper, larger or stranger than what was checked here.
///
/// Iterative. Checks tags and wire types, that every length lies inside its parent, that names are
/// UTF-8 without NUL, that no singular message comes twice (merging those is quadratic), and the
/// limits on depth, records and bytes of structure. Complexity: linear in the structure; bulk data
/// are skipped. Knows formats by their schema table only.
public struct WireScanner: Sendable {
  private let schema: ProtobufSchema
  private let limits: ReadLimits

  /// A scanner for files of `schema`.
  public init(schema: ProtobufSchema, limits: ReadLimits) {
    self.schema = schema
    self.limits = limits
  }

  /// Scans a whole source as one message, by default the schema's first.
  ///
  /// Errors: `FormatError` with byte offset and path; `FileAccessError`.
  public func scan(_ source: ByteSource, as root: String? = nil) throws -> WireScan {
    let message = root.flatMap { schema.position(of: $0) } ?? 0
    guard source.count <= 1 << 40 else {
      throw FormatError(
        .limitExceeded(.fileBytes, found: source.count, allowed: 1 << 40),
        at: InputLocation(file: source.path))
    }
    do {
      var pass = try WirePass(source, schema: schema, root: message, limits: limits)
      return try pass.run()
    } catch let error as FormatError {
      throw WireLocator(source, schema: schema, root: root).located(error)
    }
  }
}
