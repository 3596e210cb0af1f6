/// What stands outside a tensor that is padded.
enum PadMode: String {
  /// A number.
  case constant
  /// The elements mirrored, without the edge itself.
  case reflect
  /// The edge.
  case edge
  /// The elements from the other side.
  case wrap

  /// The index of the source for an index that may lie outside, nil for the constant.
  func source(_ index: Int, _ extent: Int) throws -> Int? {
    if index >= 0, index < extent { return index }
    if self == .constant { return nil }
    guard extent > 0 else {
      throw EvaluationError.Problem.badInput("padding an empty axis by its elements")
    }
    switch self {
    case .constant: return nil
    case .edge: return index < 0 ? 0 : extent - 1
    case .wrap: return (index % extent + extent) % extent
    case .reflect:
      guard extent > 1 else { return 0 }
      let period = 2 * (extent - 1)
      let place = (index % period + period) % period
      return place < extent ? place : period - place
    }
  }
}
