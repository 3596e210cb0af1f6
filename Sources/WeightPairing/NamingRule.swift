/// A way in which names say which normalization follows which layer.
enum NamingRule: CaseIterable {
  /// `X.0`, `X.1`: a sequence runs in the order of its numbers.
  case sequence
  /// `X` and `X.norm`: the normalization is part of the layer.
  case nested
  /// `conv`, `bn`; `conv1`, `bn1`; `conv_proj`, `norm_proj`; `Conv_0`, `BatchNorm_0`.
  case sameEnding
  /// `X_conv`, `X_bn`; `X`, `X_bn`.
  case sameBeginning

  private static let nestedWords: Set = ["norm", "bn", "batchnorm", "batch_norm"]
  private static let normWords = ["batchnorm", "batch_norm", "norm", "bn"]
  private static let layerWords = [
    "conv", "Conv", "deconv", "tconv", "conv_transpose", "ConvTranspose", "fc", "linear", "dense",
    "Dense",
  ]
  private static let endings = ["_bn", "_BN", "_norm", "_batchnorm", "_batch_norm"]

  /// What messages call it.
  var name: String {
    switch self {
    case .sequence: "neighbours in a sequence"
    case .nested: "part of its layer"
    case .sameEnding, .sameBeginning: "names that match"
    }
  }

  /// Whether names leave open if the normalization comes before the layer or after it, so that
  /// channel counts of the pair or of others like it have to tell.
  var leavesOrderOpen: Bool { self == .sameEnding || self == .sameBeginning }

  /// The modules that a normalization of this name may follow.
  func layers(before name: ModuleName) -> [String] {
    switch self {
    case .sequence:
      guard let number = Int(name.leaf), number > 0, name.leaf == "\(number)" else { return [] }
      return [name.sibling("\(number - 1)")]
    case .nested:
      let isPart = !name.parent.isEmpty && Self.nestedWords.contains(name.leaf.lowercased())
      return isPart ? [name.parent] : []
    case .sameEnding:
      guard let ending = Self.ending(of: name.leaf) else { return [] }
      return Self.layerWords.map { name.sibling($0 + ending) }
    case .sameBeginning:
      for ending in Self.endings {
        guard let stem = name.leaf.without(suffix: ending), !stem.isEmpty else { continue }
        return [name.sibling(stem + "_conv"), name.sibling(stem)]
      }
      return []
    }
  }

  /// The layer that stands before the normalization in a block that normalizes first: `conv1`
  /// before `bn2`.
  static func layersOneBefore(_ name: ModuleName) -> [String] {
    guard let ending = ending(of: name.leaf), let number = Int(ending), number > 0 else {
      return []
    }
    return layerWords.map { name.sibling("\($0)\(number - 1)") }
  }

  /// Whether a normalization is called by the word alone: `bn` beside `conv`.
  static func isWholeName(_ leaf: String) -> Bool { ending(of: leaf) == "" }

  /// What follows the word for a normalization: nothing, a number, or a part with an underscore.
  private static func ending(of leaf: String) -> String? {
    for word in normWords where leaf.lowercased().hasPrefix(word) {
      let ending = String(leaf.dropFirst(word.count))
      guard let first = ending.first else { return "" }
      return first == "_" || first.isASCIIDigit ? ending : nil
    }
    return nil
  }

  /// Whether a layer's own name says that it is a transposed convolution.
  static func saysTransposed(_ leaf: String) -> Bool {
    let leaf = leaf.lowercased()
    return leaf.contains("transpose") || leaf.contains("deconv") || leaf.contains("tconv")
  }

  /// Whether a layer's own name says that it is none: `upconv` and `convt` leave that open.
  static func saysStraight(_ leaf: String) -> Bool {
    let leaf = leaf.lowercased()
    return !["up", "trans", "dec", "convt", "tconv"].contains { leaf.contains($0) }
      && ["conv", "fc", "linear", "dense"].contains { leaf.contains($0) }
  }
}
