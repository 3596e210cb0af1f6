internal import ModelIR
internal import Operators

/// A target shape of Reshape that is computed, and of which all but one extent are known, becomes a
/// constant: known extents as they are, 0 where an extent is the input's at the same place, −1 for
/// what is left.
///
/// Condition: at most one extent is neither known nor the input's own by name; no extent is known
/// to be 0; 0 copies (allowzero is off).
struct KnownTarget: SimplificationRule {
  let name = "known-target"
  let operators: Set<String>? = ["Reshape"]

  func simplify(_ id: NodeID, in context: SimplificationContext) -> SimplificationDraft? {
    let node = context.node(id)
    guard let target = node.input(1), let data = node.input(0), context.constant(target) == nil,
      context.holdsInitializers(node.graph), let result = node.output(0),
      let extents = context.dimensions(result), (try? node.flag("allowzero")) == false
    else { return nil }
    guard let list = Self.target(extents, from: context.dimensions(data)) else { return nil }
    guard let tensor = Tensor(list.map { Int64($0) }, shape: .vector(list.count)) else {
      return nil
    }
    var draft = context.draft(id)
    let constant = draft.initializer(context.session.model[target].name, tensor)
    draft.edit(id) { $0.inputs[1] = constant }
    return draft
  }

  /// What Reshape has to be told to make these extents of the input's; nil where that is not known.
  static func target(_ extents: [Dimension], from input: [Dimension]?) -> [Int]? {
    var isOpen = false
    var list: [Int] = []
    for (axis, extent) in extents.enumerated() {
      switch extent {
      case .known(let number):
        guard number > 0 else { return nil }
        list.append(number)
      case .symbol where input.map { $0.indices.contains(axis) && $0[axis] == extent } ?? false:
        list.append(0)
      default:
        guard !isOpen else { return nil }
        isOpen = true
        list.append(-1)
      }
    }
    // The one extent that is left needs no copy when −1 is free, and old runtimes like it better.
    if !isOpen, let only = list.firstIndex(of: 0), list.lastIndex(of: 0) == only { list[only] = -1 }
    return list
  }
}
