/// What the numbers of a model look like, stored and, with data, as they pass through.
public struct StatisticsReport: Sendable {
  /// The model's path.
  public var path: String
  /// Every stored tensor.
  public var tensors: [TensorLine]
  /// Every batch normalization.
  public var normalizations: [NormalizationLine]
  /// The weight of every layer that is a sum of products.
  public var weights: [WeightLine]
  /// Every value that a run made; empty without data.
  public var activations: [ActivationLine]
  /// The data: what each sample was.
  public var samples: [String]
  /// What a user should know.
  public var notes: [String]
  /// How long each step took.
  public var stages: [StageTime]
  /// Bytes of memory the process took at most.
  public var peakMemory: Int?
  /// The tensors to show.
  public var selection = RowSelection()
  /// Whether the text has a table of every shown tensor's channels.
  public var showsChannels = false
  /// Whether the text tells time and memory.
  public var tellsTiming = false
  /// The main graph as it is drawn.
  public var drawing: GraphDrawing?

  /// Makes a report from its parts.
  public init(
    path: String, tensors: [TensorLine], normalizations: [NormalizationLine],
    weights: [WeightLine], activations: [ActivationLine] = [], samples: [String] = [],
    notes: [String] = [], stages: [StageTime] = [], peakMemory: Int? = nil
  ) {
    self.path = path
    self.tensors = tensors
    self.normalizations = normalizations
    self.weights = weights
    self.activations = activations
    self.samples = samples
    self.notes = notes
    self.stages = stages
    self.peakMemory = peakMemory
  }
}
