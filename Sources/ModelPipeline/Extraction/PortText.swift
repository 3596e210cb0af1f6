internal import ModelIR

/// The types of inputs and outputs as reports write them: "float32[1, 3, H, 640]".
enum PortText {
  static func text(_ type: ValueType?) -> String {
    guard case .tensor(let element, let extents)? = type else { return "no tensor" }
    let name = element?.name ?? "?"
    guard let extents else { return "\(name), rank unknown" }
    let list = extents.map { extent in
      switch extent {
      case .known(let number): "\(number)"
      case .symbol(let name): name
      case .unknown: "?"
      }
    }
    return "\(name)[\(list.joined(separator: ", "))]"
  }
}
