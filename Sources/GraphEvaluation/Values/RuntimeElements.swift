/// The elements of a value while a graph runs, row-major.
public enum RuntimeElements: Sendable {
  /// Floats of every type but float64, unless everything runs in Double.
  case float([Float])
  /// float64, and all floats where everything runs in Double.
  case double([Double])
  /// Whole numbers and bool (0 or 1), normalised to their type; uint64 by its bit pattern.
  case integer([Int64])

  /// The number of elements.
  public var count: Int {
    switch self {
    case .float(let elements): elements.count
    case .double(let elements): elements.count
    case .integer(let elements): elements.count
    }
  }

  /// Bytes in memory.
  var byteCount: Int {
    switch self {
    case .float(let elements): elements.count * 4
    case .double(let elements): elements.count * 8
    case .integer(let elements): elements.count * 8
    }
  }
}
