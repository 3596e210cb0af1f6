internal import ModelIR

/// What Reshape makes of extents of which some are only known by name.
enum ReshapeTarget {
  /// The output's extents; nil where counts do not fit.
  ///
  /// An entry of the request that is not known may be an extent, 0 or −1: where it is the only
  /// open one, what is left of the elements decides in each case.
  static func extents(
    of input: [Dimension]?, request: [Dimension], allowZero: Bool
  ) -> [Dimension]? {
    var output = request
    var open: [Int] = []
    for (axis, entry) in request.enumerated() {
      switch entry {
      case .known(0) where !allowZero:
        guard let input else {
          output[axis] = .unknown
          continue
        }
        guard axis < input.count else { return nil }
        output[axis] = input[axis]
      case .known(let value) where value < 0:
        guard value == -1 else { return nil }
        output[axis] = .unknown
        open.append(axis)
      case .unknown: open.append(axis)
      default: break
      }
    }
    guard let input else { return output }
    if open.isEmpty {
      // Names on both sides cancel; what is left must be 1.
      guard let rest = Dimension.quotient(input, output) else { return nil }
      if case .known(let value) = rest, value != 1 { return nil }
      return output
    }
    if open.count == 1 {
      let others = output.indices.filter { $0 != open[0] }.map { output[$0] }
      guard let rest = Dimension.quotient(input, others) else { return nil }
      output[open[0]] = rest
    }
    return output
  }
}
