internal import ModelFormats
internal import ModelIR

/// The tensors of a weight file as modules: names are cut at their last separator.
struct WeightNames {
  /// A linear layer that a weight's name and rank allow.
  struct Candidate {
    var layer: LinearLayer
    var extents: [Int]
    var module: ModuleName
  }

  private let shapes: [String: [Int]]
  private let types: [String: DataType]
  /// Names in order, so that results do not depend on hashing.
  let names: [String]
  let normalizations: [(names: NormalizationNames, module: ModuleName)]
  /// Candidates by the text of their module.
  let layers: [String: Candidate]

  init(_ tensors: [NamedTensor]) {
    shapes = Dictionary(tensors.map { ($0.name, $0.tensor.shape.dimensions) }) { a, _ in a }
    types = Dictionary(tensors.map { ($0.name, $0.tensor.dataType) }) { a, _ in a }
    names = tensors.map(\.name).sorted()
    var found: [(names: NormalizationNames, module: ModuleName)] = []
    for name in names {
      if let normalization = Self.normalization(at: name, shapes) {
        found.append((normalization, ModuleName(normalization.name)))
      }
    }
    normalizations = found.sorted { $0.module.precedes($1.module) }
    let taken = Set(found.flatMap(\.names.tensors))
    var layers: [String: Candidate] = [:]
    for name in names where !taken.contains(name) {
      guard let extents = shapes[name], let layer = Self.layer(at: name, rank: extents.count)
      else { continue }
      layers[layer.name] = Candidate(
        layer: layer, extents: extents, module: ModuleName(layer.name))
    }
    self.layers = layers
  }

  /// The extents of a tensor.
  func extents(_ name: String) -> [Int]? { shapes[name] }

  /// The type of a tensor.
  func type(_ name: String) -> DataType? { types[name] }

  /// The normalization to which a tensor of this name is the variance.
  private static func normalization(
    at name: String, _ shapes: [String: [Int]]
  ) -> NormalizationNames? {
    guard let extents = shapes[name], extents.count == 1, extents[0] > 0 else { return nil }
    func known(_ name: String) -> String? { shapes[name] == extents ? name : nil }
    if let prefix = name.without(suffix: "running_var"), let mean = known(prefix + "running_mean") {
      let counter = prefix + "num_batches_tracked"
      return NormalizationNames(
        name: prefix.trimmed, convention: .pyTorch, scale: known(prefix + "weight"),
        shift: known(prefix + "bias"), mean: mean, variance: name,
        counter: shapes[counter] == nil ? nil : counter, channels: extents[0])
    }
    for ending in ["", ":0"] {
      if let prefix = name.without(suffix: "moving_variance" + ending),
        let mean = known(prefix + "moving_mean" + ending)
      {
        return NormalizationNames(
          name: prefix.trimmed, convention: .keras, scale: known(prefix + "gamma" + ending),
          shift: known(prefix + "beta" + ending), mean: mean, variance: name,
          channels: extents[0])
      }
    }
    for separator in ["/", "."] {
      let group = "batch_stats" + separator
      guard name.hasPrefix(group), let path = name.without(suffix: separator + "var"),
        let mean = known(path + separator + "mean")
      else { continue }
      let module = "params" + separator + path.dropFirst(group.count)
      return NormalizationNames(
        name: module, convention: .flax, scale: known(module + separator + "scale"),
        shift: known(module + separator + "bias"), mean: mean, variance: name,
        channels: extents[0])
    }
    return nil
  }

  /// The layer to which a tensor of this name is the weight.
  static func layer(at name: String, rank: Int) -> LinearLayer? {
    guard rank >= 2 else { return nil }
    for separator in ["/", "."] {
      for ending in ["", ":0"] {
        func layer(
          _ weight: String, _ bias: String, _ layout: LinearLayer.Layout
        ) -> LinearLayer? {
          guard let module = name.without(suffix: separator + weight + ending) else { return nil }
          return LinearLayer(
            name: module, weight: name, bias: module + separator + bias + ending, layout: layout)
        }
        let found =
          layer("kernel", "bias", .outputLast) ?? layer("depthwise_kernel", "bias", .depthwiseLast)
          ?? layer("weights", "biases", .outputLast)
          ?? layer("depthwise_weights", "biases", .depthwiseLast)
        if let found { return found }
      }
    }
    guard let module = name.without(suffix: ".weight") else {
      return name == "weight"
        ? LinearLayer(name: "", weight: name, bias: "bias", layout: .outputFirst) : nil
    }
    return LinearLayer(
      name: module, weight: name, bias: module + ".bias", layout: .outputFirst)
  }
}

extension String {
  /// The text before an ending; nil where it ends otherwise.
  func without(suffix: String) -> String? {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : nil
  }

  /// Without a separator at the end.
  var trimmed: String { hasSuffix(".") || hasSuffix("/") ? String(dropLast()) : self }
}
