public import ByteStore
public import ModelFormats
internal import ModelIR

/// Reads ONNX models, IR version 1 to 13.
///
/// The structure is read at once, weights never: they stay byte ranges of the file. Source: the
/// ONNX project's onnx.in.proto, docs/IR.md, docs/ExternalData.md.
public struct ONNXReader: ModelReader {
  /// ONNX, and the usual endings of its files.
  public static let format = ModelFormat(name: "ONNX", fileExtensions: ["onnx", "pb"])

  /// Makes a reader.
  public init() {}

  /// Compares the first fields with those of a ModelProto; the format has no magic number.
  public func probe(_ candidate: ProbeCandidate) -> ProbeConfidence {
    let hasName = candidate.fileExtension == "onnx"
    let content = ONNXProbe.confidence(candidate)
    return max(content, hasName ? .fileExtension : .none)
  }

  /// Reads a model.
  ///
  /// Errors: `FormatError` with byte offset and path for what the file holds, `FileAccessError`
  /// for what the system refuses. Complexity: linear in the structure, whatever the weights take.
  public func read(_ source: ByteSource, options: ReadOptions) throws -> ReadResult {
    let scan = try WireScanner(schema: ONNXSchema.schema, limits: options.limits).scan(source)
    let context = try ReadContext(source, scan: scan, options: options)
    let budget = options.limits.memoryBudget(structureBytes: scan.skeleton.count)
    let model = try MessageUnpacker.withModel(
      scan.skeleton, budget: budget, file: source.path
    ) { message in try ModelBuilder(context).build(message) }
    context.noteOverlaps()
    return ReadResult(
      model: model, diagnostics: scan.diagnostics + context.diagnostics(), source: source,
      externalSources: context.external.sources)
  }
}
