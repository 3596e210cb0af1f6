/// A linear layer of a weight file and the batch normalization that reads its output.
public struct LayerPair: Sendable, Hashable {
  /// The linear layer.
  public var layer: LinearLayer
  /// The normalization.
  public var normalization: NormalizationNames
  /// What is added to the variance.
  public var epsilon: Double
  /// Why this is certain; one phrase.
  public var evidence: String

  /// Makes a pair from its parts.
  public init(
    layer: LinearLayer, normalization: NormalizationNames, epsilon: Double, evidence: String
  ) {
    self.layer = layer
    self.normalization = normalization
    self.epsilon = epsilon
    self.evidence = evidence
  }
}

/// A linear layer by the names of its tensors.
public struct LinearLayer: Sendable, Hashable {
  /// Which axes of a weight are input and output channels.
  public enum Layout: String, Sendable, Hashable, CaseIterable {
    /// [O, I/groups, k…]: Conv and Linear of PyTorch.
    case outputFirst = "output-first"
    /// [I, O/groups, k…]: ConvTranspose of PyTorch.
    case transposed
    /// [k…, I/groups, O]: Conv and Dense of Keras, TensorFlow and Flax.
    case outputLast = "output-last"
    /// [k…, C, m], output channel c·m + j: depthwise convolution of Keras and TensorFlow.
    case depthwiseLast = "depthwise-last"
  }

  /// What messages call it: the name that its tensors share.
  public var name: String
  /// The weight's name.
  public var weight: String
  /// The bias's name, whether it is in the file or not.
  public var bias: String
  /// Which axes of the weight are channels.
  public var layout: Layout
  /// Groups; matters to the transposed layout only.
  public var groups: Int

  /// Makes a layer from its parts.
  public init(name: String, weight: String, bias: String, layout: Layout, groups: Int = 1) {
    self.name = name
    self.weight = weight
    self.bias = bias
    self.layout = layout
    self.groups = groups
  }

  /// Output channels of a weight of these extents; nil where they make no sense in this layout.
  public func outputs(_ extents: [Int]) -> Int? {
    guard extents.count >= 2, extents.allSatisfy({ $0 > 0 }) else { return nil }
    switch layout {
    case .outputFirst: return extents[0]
    case .transposed:
      guard extents.count >= 3, groups > 0, extents[0] % groups == 0 else { return nil }
      let (outputs, overflow) = extents[1].multipliedReportingOverflow(by: groups)
      return overflow ? nil : outputs
    case .outputLast: return extents[extents.count - 1]
    case .depthwiseLast:
      guard extents.count >= 3 else { return nil }
      let (outputs, overflow) = extents[extents.count - 2].multipliedReportingOverflow(
        by: extents[extents.count - 1])
      return overflow ? nil : outputs
    }
  }
}

/// A batch normalization by the names of its tensors.
public struct NormalizationNames: Sendable, Hashable {
  /// Whose names these are.
  public enum Convention: Sendable, Hashable {
    /// weight, bias, running_mean, running_var, num_batches_tracked.
    case pyTorch
    /// gamma, beta, moving_mean, moving_variance.
    case keras
    /// scale, bias, and mean, var among the batch_stats.
    case flax

    /// What the framework adds to the variance where nobody says otherwise.
    public var defaultEpsilon: Double { self == .keras ? 1e-3 : 1e-5 }
    /// What messages call it.
    public var name: String {
      switch self {
      case .pyTorch: "PyTorch"
      case .keras: "Keras"
      case .flax: "Flax"
      }
    }
  }

  /// What messages call it: the name that its tensors share.
  public var name: String
  /// Whose names these are.
  public var convention: Convention
  /// gamma; nil where it is 1 everywhere.
  public var scale: String?
  /// beta; nil where it is 0 everywhere.
  public var shift: String?
  /// The mean.
  public var mean: String
  /// The variance.
  public var variance: String
  /// A count of training steps that goes with it.
  public var counter: String?
  /// Channels.
  public var channels: Int

  /// Makes names from their parts.
  public init(
    name: String, convention: Convention, scale: String?, shift: String?, mean: String,
    variance: String, counter: String? = nil, channels: Int
  ) {
    self.name = name
    self.convention = convention
    self.scale = scale
    self.shift = shift
    self.mean = mean
    self.variance = variance
    self.counter = counter
    self.channels = channels
  }

  /// All its tensors.
  public var tensors: [String] { [scale, shift, mean, variance, counter].compactMap { $0 } }
}

/// A batch normalization for which no layer is certain.
public struct UnpairedNormalization: Sendable, Hashable {
  /// The normalization.
  public var normalization: NormalizationNames
  /// Why.
  public var reason: String
}

/// What was found in a weight file.
public struct Pairing: Sendable {
  /// The certain pairs, in the order of the normalizations' names.
  public var pairs: [LayerPair]
  /// The rest.
  public var unpaired: [UnpairedNormalization]
  /// What a user should know.
  public var notes: [String]

  /// Makes a result from its parts.
  public init(pairs: [LayerPair], unpaired: [UnpairedNormalization], notes: [String] = []) {
    self.pairs = pairs
    self.unpaired = unpaired
    self.notes = notes
  }
}
