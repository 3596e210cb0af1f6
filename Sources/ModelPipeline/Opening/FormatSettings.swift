public import DarknetFormat
public import ModelFormats

/// What the readers of single formats have to be told.
public struct FormatSettings: Sendable {
  /// Weight files without a graph.
  public var pairing = PairingSettings()
  /// Darknet models.
  public var darknet = DarknetOptions()

  /// The defaults.
  public init() {}
}

/// Which batch normalization follows which layer in a file that holds weights alone.
public struct PairingSettings: Sendable {
  /// The path of a file with pairs.
  public var plan: String?
  /// The path of a model with the same tensors.
  public var graph: String?
  /// What is added to variances where neither of them says; nil: what the framework adds.
  public var epsilon: Double?
  /// Writes what is folded as identities instead of leaving it out.
  public var keepsIdentity = false

  /// Pairs by names.
  public init() {}
}

extension ReadOptions {
  /// What the readers of single formats have to be told.
  public var settings: FormatSettings {
    get { formats as? FormatSettings ?? FormatSettings() }
    set { formats = newValue }
  }
}
