public import ModelIR
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
    shape = Self.extents(port.type)
  }

  /// A type in words: `float32[1, 3, 224, 224]`.
  public static func describe(_ type: ValueType) -> String {
    text(type) + (extents(type).map { text($0) } ?? "")
  }

  /// A tensor's extents as people read them; nil where the rank is not known.
  static func extents(_ type: ValueType?) -> [String]? {
    type?.dimensions?.map { dimension in
      switch dimension {
      case .known(let extent): "\(extent)"
      case .symbol(let name): name
      case .unknown: "?"
      }
    }
  }

  static func text(_ type: ValueType) -> String {
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
  var shapeText: String { Self.text(shape) }

  static func text(_ shape: [String]?) -> String {
    shape.map { "[" + $0.joined(separator: ", ") + "]" } ?? "[…]"
  }

  /// Known extents as numbers, others as texts.
  static func json(_ shape: [String]?) -> JSONValue {
    guard let shape else { return .null }
    return .array(shape.map { extent in Int(extent).map { .integer($0) } ?? .string(extent) })
  }

  var json: JSONValue {
    .members([
      "name": .string(name), "type": .string(type), "optional": .bool(isOptional),
      "shape": Self.json(shape),
    ])
  }
}
