public import ModelFormats
public import ModelIR

/// How NumPy files are read.
public struct NumPyReadOptions: Sendable {
  /// How much of everything a file may hold.
  public var limits = ReadLimits()
  /// What raw bytes are (`|V2`, `|V1`: bfloat16 and 8-bit floats as ml_dtypes saves them).
  ///
  /// NumPy does not say; without this they are refused.
  public var rawType: DataType?

  /// The default options.
  public init() {}
}
