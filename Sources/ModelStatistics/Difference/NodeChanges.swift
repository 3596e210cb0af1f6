internal import ModelIR

/// What changed from one node to another.
enum NodeChanges {
  /// Clauses that name each change; empty where nothing did.
  static func between(
    _ a: Node, _ first: Model, _ b: Node, _ second: Model
  ) -> [String] {
    var changes: [String] = []
    if a.domain != b.domain || a.opType != b.opType {
      changes.append("operator \(name(a)) → \(name(b))")
    }
    compare(a.inputs, first, b.inputs, second, "input", &changes)
    compare(a.outputs, first, b.outputs, second, "output", &changes)
    let names = a.attributes.map(\.name) + b.attributes.map(\.name)
    var seen: Set<String> = []
    for name in names where seen.insert(name).inserted {
      switch (a.attribute(name), b.attribute(name)) {
      case (let x?, let y?):
        if !isSame(x, y) { changes.append("attribute \"\(name)\"") }
      case (nil, _): changes.append("attribute \"\(name)\" added")
      default: changes.append("attribute \"\(name)\" removed")
      }
    }
    return changes
  }

  private static func name(_ node: Node) -> String {
    node.domain.isEmpty ? node.opType : "\(node.domain).\(node.opType)"
  }

  private static func compare(
    _ a: [ValueID?], _ first: Model, _ b: [ValueID?], _ second: Model, _ word: String,
    _ changes: inout [String]
  ) {
    for position in 0..<max(a.count, b.count) {
      let x = position < a.count ? a[position].map { first[$0].name } : nil
      let y = position < b.count ? b[position].map { second[$0].name } : nil
      if x != y { changes.append("\(word) \(position)") }
    }
  }

  /// Bodies are compared node by node elsewhere; opaque forms count as the same.
  private static func isSame(_ x: AttributeValue, _ y: AttributeValue) -> Bool {
    switch (x, y) {
    case (.float(let x), .float(let y)): x.bitPattern == y.bitPattern
    case (.int(let x), .int(let y)): x == y
    case (.string(let x), .string(let y)): x == y
    case (.floats(let x), .floats(let y)): x.map(\.bitPattern) == y.map(\.bitPattern)
    case (.ints(let x), .ints(let y)): x == y
    case (.strings(let x), .strings(let y)): x == y
    case (.tensor(let x), .tensor(let y)): isSame(x, y)
    case (.tensors(let x), .tensors(let y)):
      x.count == y.count && zip(x, y).allSatisfy { isSame($0, $1) }
    case (.type(let x), .type(let y)): x == y
    case (.types(let x), .types(let y)): x == y
    case (.reference(let x), .reference(let y)): x == y
    case (.graph, .graph), (.opaque, .opaque): true
    case (.graphs(let x), .graphs(let y)): x.count == y.count
    default: false
    }
  }

  private static func isSame(_ x: Tensor, _ y: Tensor) -> Bool {
    x.dataType == y.dataType && x.shape == y.shape && (try? x.hasSameElements(as: y)) == true
  }
}
