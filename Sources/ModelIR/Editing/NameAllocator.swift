/// Makes every new name of a model, so that none clashes in any scope.
public struct NameAllocator: Sendable {
  private var taken: Set<String>

  /// Knows all names of values in all graphs and functions of a model.
  public init(_ model: Model) {
    taken = Set(model.values.lazy.map(\.name))
  }

  /// `hint` itself where it is free, else `hint_1`, `hint_2`, …; the name is taken from then on.
  public mutating func name(_ hint: String) -> String {
    let base = hint.isEmpty ? "value" : hint
    var candidate = base
    var number = 0
    while !taken.insert(candidate).inserted {
      number += 1
      candidate = "\(base)_\(number)"
    }
    return candidate
  }
}
