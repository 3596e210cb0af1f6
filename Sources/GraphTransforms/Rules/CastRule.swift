internal import ModelIR

/// Cast between types of which the second holds every number of the first.
///
/// An affine goes forward through it: what was computed in the narrower type is computed in the
/// wider one, which rounds less and has at least the range. Backward it would be computed in the
/// narrower type, so that only a Cast to the same type passes. A Cast that rounds never passes: what
/// it rounds would be other numbers, and by powers of two too where they are very small or large.
struct CastRule: PassingRule {
  let name = "cast"
  let summary = "passes Cast to a type that holds every number: forward, or where both are the same"
  let operators = ["Cast"]

  func toInput(_ affine: ChannelAffine, _ visit: Visit) throws(KeepReason) -> ChannelAffine {
    let (from, to) = try types(visit)
    guard from == to else {
      guard Self.holds(from, in: to) else {
        throw .unsupportedForm(
          visit.blocker, "rounds \(from.name) to \(to.name) before the affine acts")
      }
      throw .unsupportedForm(
        visit.blocker, "would have the affine computed in \(from.name) instead of \(to.name)")
    }
    return affine
  }

  func toOutput(_ affine: ChannelAffine, _ visit: Visit) throws(KeepReason) -> ChannelAffine {
    let (from, to) = try types(visit)
    guard Self.holds(from, in: to) else {
      throw .unsupportedForm(visit.blocker, "rounds \(from.name) to \(to.name)")
    }
    return affine
  }

  /// Whether a type's numbers are all numbers of another: as many bits, as wide a range.
  private static func holds(_ type: DataType, in other: DataType) -> Bool {
    switch (type, other) {
    case (.float16, .float32), (.bfloat16, .float32), (.float16, .float64),
      (.bfloat16, .float64), (.float32, .float64):
      true
    default: type == other
    }
  }

  private func types(_ visit: Visit) throws(KeepReason) -> (from: DataType, to: DataType) {
    let (input, output) = (try visit.input(0), try visit.output())
    guard let from = visit.session.type(of: input)?.dataType else {
      throw .unknownShape(value: visit.session.model[input].name)
    }
    guard let to = visit.session.type(of: output)?.dataType else {
      throw .unknownShape(value: visit.session.model[output].name)
    }
    for type in [from, to] where !type.isFoldableFloat { throw .unsupportedType(type.name) }
    return (from, to)
  }
}
