public import ByteStore
public import ModelFormats
public import ModelIR

/// One tensor of a safetensors file.
public struct SafetensorsEntry: Sendable {
  /// Its name.
  public var name: String
  /// The type of its elements.
  public var type: SafetensorsType
  /// Its extents.
  public var shape: TensorShape
  /// The file it lies in.
  public var source: ByteSource
  /// Its bytes there.
  public var range: Range<Int>
  /// Where the header names it.
  var key: Int

  /// The tensor; nil for a type that the IR lacks.
  public var tensor: Tensor? {
    guard let type = type.dataType else { return nil }
    return Tensor(
      dataType: type, shape: shape,
      storage: .stored(StoredElements(source: source, pieces: [range])))
  }

  /// The place of its key, for messages.
  public var location: InputLocation {
    InputLocation(
      file: source.path, position: .byte(key),
      path: [InputLocation.PathElement("tensor", name: name)])
  }
}
