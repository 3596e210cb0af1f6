public import ModelCalibration
public import ModelFormats
public import ModelIR

/// Which statistics are to be estimated, from what, and how.
public struct CalibrationRequest: Sendable {
  /// The model's path.
  public var model: String
  /// Where the model goes, or the part where there is a shard.
  public var output: String
  /// Files with samples, folders of images.
  public var data: [String]
  /// A file with the class of each sample, or "folders": those that images stand in.
  public var labels: String?
  /// The output that holds a score for each class; nil: the only one.
  public var scores: String?
  /// Samples of a mini-batch; nil: what the model insists on, else 32.
  public var batchSize: Int?
  /// Samples of a block; nil: 8 mini-batches.
  public var blockSize: Int?
  /// The first so many samples; nil: all.
  public var samples: Int?
  /// How variances are estimated.
  public var estimator = VarianceEstimator.population
  /// What goes into a batch normalization before its own statistics are known.
  public var forward = ForwardMode.batch
  /// Floats of every type in Double.
  public var computesInDouble = false
  /// Only batch normalizations whose names match; none: all.
  public var only: [NamePattern] = []
  /// No batch normalization whose name matches.
  public var skip: [NamePattern] = []
  /// What becomes of images and other bytes.
  public var images = ImageSettings()
  /// Threads inside a kernel; 0 for one on each processor.
  public var threads = 0
  /// What may be read.
  public var reading = ReadOptions()
  /// Waits until the disk has the output.
  public var synchronizes = true

  /// A request with the defaults.
  public init(model: String, output: String, data: [String]) {
    self.model = model
    self.output = output
    self.data = data
  }
}
