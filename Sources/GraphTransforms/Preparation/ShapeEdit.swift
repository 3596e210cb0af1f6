public import ModelIR
internal import Operators

/// Fixes the extents of graph inputs.
///
/// A name in the type of such an input stands for the extent given wherever it occurs, so other
/// inputs that use the name are fixed too. What the model states of other values is brought in
/// line: an extent that follows from the new ones takes the place of a name, a statement that does
/// not fit any more is replaced or goes.
public struct ShapeEdit: ModelEdit {
  private let shapes: [(name: String, extents: [Int])]

  /// Extents by the names of inputs.
  public init(_ shapes: [(name: String, extents: [Int])]) { self.shapes = shapes }

  /// Changes types only; nodes and numbers stay.
  public func apply(to model: inout Model) throws(ModelEditError) -> [String] {
    var given: [ValueID: [Int]] = [:]
    var names: [String: Int] = [:]
    var notes: [String] = []
    for (name, extents) in shapes {
      let input = try input(name, model)
      let old = model[input].type?.dimensions
      try check(extents, against: old, of: name)
      for (dimension, extent) in zip(old ?? [], extents) {
        guard case .symbol(let symbol) = dimension else { continue }
        if let other = names.updateValue(extent, forKey: symbol), other != extent {
          throw ModelEditError(
            "\"\(symbol)\" would be \(other) and \(extent): --set-shape has to give it one extent")
        }
      }
      given[input] = extents
      if old != extents.map({ .known($0) }) { notes.append("\"\(name)\" takes \(extents) only") }
    }
    guard !notes.isEmpty else { return [] }
    for input in model.requiredInputs(of: model.mainGraph) {
      let type = model[input].type
      let extents: [Dimension]? =
        given[input]?.map { .known($0) }
        ?? type?.dimensions?.map { dimension in
          if case .symbol(let name) = dimension, let extent = names[name] { return .known(extent) }
          return dimension
        }
      if let extents, extents != type?.dimensions {
        model[input].type = .tensor(type?.dataType, extents)
      }
    }
    restate(&model, names)
    return notes
  }

  private func input(_ name: String, _ model: Model) throws(ModelEditError) -> ValueID {
    let inputs = model.requiredInputs(of: model.mainGraph)
    guard let input = inputs.first(where: { model[$0].name == name }) else {
      let known = inputs.map { "\"\(model[$0].name)\"" }.joined(separator: ", ")
      throw ModelEditError("the model has no input \"\(name)\" for --set-shape; it has \(known)")
    }
    guard case .tensor? = model[input].type else {
      throw ModelEditError("the input \"\(name)\" is no tensor: it has no shape to set")
    }
    return input
  }

  private func check(
    _ extents: [Int], against old: [Dimension]?, of name: String
  ) throws(ModelEditError) {
    guard let old else { return }
    guard old.count == extents.count else {
      throw ModelEditError(
        "the input \"\(name)\" has \(old.count) dimensions, --set-shape gives \(extents.count)")
    }
    for (axis, (dimension, extent)) in zip(old, extents).enumerated() {
      guard let fixed = dimension.value, fixed != extent else { continue }
      throw ModelEditError(
        "the input \"\(name)\" takes \(fixed) at axis \(axis), --set-shape gives \(extent)")
    }
  }

  /// Brings what is stated of inner values and outputs in line with what follows from the inputs.
  private func restate(_ model: inout Model, _ names: [String: Int]) {
    let shapes = ShapeInference(model, options: .init(usesStatements: false))
    for index in model.values.indices {
      let value = ValueID(index)
      guard model[value].initializer == nil, !model[value].isGraphInput,
        case .tensor(let element, let stated?)? = model[value].type
      else { continue }
      guard let derived = shapes.dimensions(of: value), derived.count == stated.count else {
        if stated.contains(where: { Self.isBound($0, names) }) {
          model[value].type = .tensor(element, stated.map { Self.bound($0, names) })
        }
        continue
      }
      let extents = zip(stated, derived).map { own, new in
        new.value != nil ? new : Self.bound(own, names)
      }
      if extents != stated { model[value].type = .tensor(element, extents) }
    }
  }

  private static func isBound(_ dimension: Dimension, _ names: [String: Int]) -> Bool {
    bound(dimension, names) != dimension
  }

  private static func bound(_ dimension: Dimension, _ names: [String: Int]) -> Dimension {
    if case .symbol(let name) = dimension, let extent = names[name] {
      .known(extent)
    } else {
      dimension
    }
  }
}
