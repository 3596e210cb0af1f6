internal import ModelIR
public import ModelStatistics

/// A model's input or output as people read it.
public struct ValueLine: Sendable, Hashable {
  /// Its name.
  public var name: String
  /// What it holds: "float32", "sequence of int64"; "?" where the file does not say.
  public var type: String
  /// Extents: "1", "batch", "?"; nil where even the rank is unknown.
  public var shape: [String]?

  /// A stored default makes it optional.
  public var isOptional: Bool

  /// Describes an input or output.
  public init(_ port: ModelInventory.Port) {
    name = port.name
    isOptional = port.hasDefault
    type = port.type.map(Self.text) ?? "?"
    shape = port.type?.dimensions?.map { dimension in
      switch dimension {
      case .known(let extent): "\(extent)"
      case .symbol(let name): name
      case .unknown: "?"
      }
    }
  }

  private static func text(_ type: ValueType) -> String {
    switch type {
    case .tensor(let element, _): element?.name ?? "?"
    case .sparseTensor(let element, _): "sparse " + (element?.name ?? "?")
    case .sequence(let element): "sequence of " + text(element)
    case .optional(let element): "optional " + text(element)
    case .map(let key, let value): "map of \(key?.name ?? "?") to " + text(value)
    case .opaque(let domain, let name): domain.isEmpty ? name : "\(domain).\(name)"
    }
  }

  /// `[1, 3, 224, 224]`, or `[...]` for an unknown rank.
  var shapeText: String { shape.map { "[" + $0.joined(separator: ", ") + "]" } ?? "[…]" }

  var json: JSONValue {
    .members([
      "name": .string(name), "type": .string(type), "optional": .bool(isOptional),
      "shape": shape.map { extents in
        .array(extents.map { extent in Int(extent).map { .integer($0) } ?? .string(extent) })
      } ?? .null,
    ])
  }
}
