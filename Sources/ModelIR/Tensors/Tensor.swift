internal import ByteStore

/// A constant array: its type, its shape and where its elements come from.
///
/// Copies share their storage. Elements are produced in pieces by `forEachPiece`, the one function
/// that evaluator, verifier and writer all use.
public struct Tensor: Sendable {
  /// Where elements come from.
  public enum Storage: Sendable {
    /// Bytes of a file or in memory.
    case stored(StoredElements)
    /// Computed from stored tensors, rounded once to the tensor's type.
    indirect case derived(TensorRecipe)
    /// Mostly zeros: `values` at `indices` ([count, rank] or linear [count], int64).
    indirect case sparse(values: Tensor, indices: Tensor)
  }

  /// The type of the elements.
  public var dataType: DataType
  /// The extents.
  public var shape: TensorShape
  /// Where elements come from.
  public var storage: Storage

  /// Makes a tensor from its parts.
  public init(dataType: DataType, shape: TensorShape, storage: Storage) {
    self.dataType = dataType
    self.shape = shape
    self.storage = storage
  }

  /// A tensor over little-endian bytes in memory, or nil when their number is not the shape's.
  public init?(dataType: DataType, shape: TensorShape, bytes: [UInt8]) {
    guard dataType.byteCount(elements: shape.elementCount) == bytes.count else { return nil }
    let elements = StoredElements(source: ByteSource(bytes), pieces: [0..<bytes.count])
    self.init(dataType: dataType, shape: shape, storage: .stored(elements))
  }

  /// A float32 tensor in memory; nil when the count is not the shape's.
  public init?(_ elements: [Float], shape: TensorShape) {
    self.init(dataType: .float32, shape: shape, bytes: LittleEndianBytes.of(elements))
  }

  /// A float64 tensor in memory; nil when the count is not the shape's.
  public init?(_ elements: [Double], shape: TensorShape) {
    self.init(dataType: .float64, shape: shape, bytes: LittleEndianBytes.of(elements))
  }

  /// An int64 tensor in memory; nil when the count is not the shape's.
  public init?(_ elements: [Int64], shape: TensorShape) {
    self.init(dataType: .int64, shape: shape, bytes: LittleEndianBytes.of(elements))
  }

  /// A tensor that is computed when it is written or read.
  public init(dataType: DataType, shape: TensorShape, recipe: TensorRecipe) {
    self.init(dataType: dataType, shape: shape, storage: .derived(recipe))
  }

  /// Bytes of the elements in their plain form; nil for strings.
  public var byteCount: Int? { dataType.byteCount(elements: shape.elementCount) }

  /// The same elements under another shape of as many elements, or nil.
  public func reshaped(to shape: TensorShape) -> Tensor? {
    guard shape.elementCount == self.shape.elementCount else { return nil }
    guard case .stored = storage else { return nil }
    var copy = self
    copy.shape = shape
    return copy
  }
}
