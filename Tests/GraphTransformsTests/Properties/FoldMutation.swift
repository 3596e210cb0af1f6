import ModelIR
import TestSupport

/// One mistake in a folded model, as a wrong rule would make it.
enum FoldMutation: CaseIterable {
  /// Channels of a new tensor one further.
  case axis
  /// Input channels of a new weight one further.
  case groups
  /// One channel with the other sign.
  case sign
  /// A window's padding moved from its end to its beginning.
  case pad
  /// A new bias without its first channel's shift.
  case shift

  /// Makes the mistake; nil where the model has no place for it.
  func applied(
    to model: Model, _ claims: [FoldClaim], _ random: inout SplitMix64
  ) throws -> Model? {
    var model = model
    if self == .pad { return Self.withMovedPad(&model) ? model : nil }
    let fitting = claims.filter { claim in
      switch self {
      case .groups: claim.role == .weight
      case .shift: claim.role != .weight
      default: true
      }
    }
    guard !fitting.isEmpty else { return nil }
    let target = fitting[Int(random.next() % UInt64(fitting.count))].target
    guard let tensor = model[target].initializer else { return nil }
    let shape = tensor.shape.dimensions
    var reference = Reference(shape, try tensor.doubles())
    let axis = self == .groups ? 1 : 0
    guard shape.indices.contains(axis) else { return nil }
    let extent = shape[axis]
    let channel = Int(random.next() % UInt64(max(1, extent)))
    let old = reference
    reference = Reference(shape) { element in
      var at = old.coordinates(element)
      switch self {
      case .axis, .groups:
        at[axis] = (at[axis] + 1) % extent
        return old[at]
      case .sign: return at[0] == channel ? -old.values[element] : old.values[element]
      default: return at[0] == channel ? 0 : old.values[element]
      }
    }
    let recipe = TensorRecipe.vector(reference.values)
    let flat = Tensor(
      dataType: tensor.dataType, shape: .vector(reference.values.count), recipe: recipe)
    // Quantized numbers may lack an opposite.
    guard let bytes = try? flat.loadBytes() else { return nil }
    model[target].initializer = Tensor(
      dataType: tensor.dataType, shape: tensor.shape, bytes: bytes)
    return model
  }

  private static func withMovedPad(_ model: inout Model) -> Bool {
    for id in model[model.mainGraph].nodes {
      guard model[id].opType == "Conv", case .ints(var pads)? = model[id].attribute("pads"),
        pads.count == 4, pads[2] > 0
      else { continue }
      pads[0] += 1
      pads[2] -= 1
      model[id].setAttribute("pads", .ints(pads))
      return true
    }
    return false
  }
}
