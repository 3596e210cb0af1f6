public import ByteStore
public import ModelFormats
public import ModelIR

/// A file that holds one TensorProto, as the standard's test data and many tools write inputs.
public struct ONNXTensorFile: Sendable {
  /// The tensor's own name; may be empty.
  public var name: String
  /// The tensor.
  public var tensor: Tensor

  /// Reads a file as one tensor; its data stay in the source.
  ///
  /// Errors: `FormatError` with byte offset and path, `FileAccessError`.
  public init(_ source: ByteSource, options: ReadOptions = ReadOptions()) throws {
    let root = "TensorProto"
    let scan = try WireScanner(schema: ONNXSchema.schema, limits: options.limits)
      .scan(source, as: root)
    let context = try ReadContext(source, scan: scan, root: root, options: options)
    let budget = options.limits.memoryBudget(structureBytes: scan.skeleton.count)
    (name, tensor) = try MessageUnpacker.withTensor(
      scan.skeleton, budget: budget, file: source.path
    ) { message in (message.name, try context.tensor(message)) }
  }
}
