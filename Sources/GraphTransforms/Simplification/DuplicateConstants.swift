internal import ModelIR

/// Stored constants of one graph that hold the same, bit for bit, become one.
///
/// Tensors that a fold computes are left out: they are what it made different. Constants are told
/// apart by type, shape and first bytes, so that hardly any is read whole for nothing.
enum DuplicateConstants {
  static let name = "duplicate-constant"
  private static let headElements = 64

  private struct Key: Hashable {
    var graph: GraphID
    var type: DataType
    var shape: TensorShape
    var head: [UInt64]
  }

  static func merge(in session: FoldSession) -> Int {
    guard !session.options.disabledRules.contains(name) else { return 0 }
    var groups: [Key: [ValueID]] = [:]
    var order: [Key] = []
    let candidates = session.model.graphs.indices.flatMap { graph in
      session.model.graphs[graph].initializers.map { (GraphID(graph), $0) }
    }
    for (graph, value) in candidates {
      guard session.model.isFixedInitializer(value), !session.uses.isUnused(value),
        let tensor = session.model[value].initializer, let head = head(of: tensor)
      else { continue }
      let key = Key(graph: graph, type: tensor.dataType, shape: tensor.shape, head: head)
      if groups[key] == nil { order.append(key) }
      groups[key, default: []].append(value)
    }
    return order.reduce(0) { $0 + merge(groups[$1] ?? [], in: session) }
  }

  /// The first elements of a plainly stored tensor.
  private static func head(of tensor: Tensor) -> [UInt64]? {
    guard case .stored(let elements) = tensor.storage, elements.encoding != .strings else {
      return nil
    }
    struct Enough: Error {}
    var head: [UInt64] = []
    do {
      try tensor.forEachDoubles(maximumElements: headElements) { numbers, _ in
        head = numbers.map(\.bitPattern)
        throw Enough()
      }
    } catch is Enough {
      return head
    } catch {
      return nil
    }
    return head
  }

  /// Lets the readers of each constant of a group read the first one that is the same.
  private static func merge(_ group: [ValueID], in session: FoldSession) -> Int {
    var kept: [ValueID] = []
    var count = 0
    // What the graph hands out keeps its name.
    let named = group.filter { !session.uses.graphOutputs(of: $0).isEmpty }
    let others = group.filter { session.uses.graphOutputs(of: $0).isEmpty }
    for value in named + others {
      guard let tensor = session.model[value].initializer else { continue }
      let twin = kept.first { other in
        guard let mine = session.model[other].initializer else { return false }
        return (try? mine.hasSameElements(as: tensor)) == true
      }
      guard let twin, session.uses.graphOutputs(of: value).isEmpty else {
        kept.append(value)
        continue
      }
      if redirect(value, to: twin, in: session) { count += 1 }
    }
    return count
  }

  private static func redirect(
    _ value: ValueID, to twin: ValueID, in session: FoldSession
  ) -> Bool {
    guard let reader = session.uses.uses(of: value).first?.node else { return false }
    var draft = SimplificationDraft(at: reader, in: session)
    guard draft.replace(value, by: twin) else { return false }
    draft.drop(value)
    do throws(KeepReason) {
      try session.apply(draft.finished(by: name))
      return true
    } catch {
      return false
    }
  }
}
