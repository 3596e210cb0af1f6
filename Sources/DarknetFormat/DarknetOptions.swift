/// How a Darknet model is to be understood.
public struct DarknetOptions: Sendable {
  /// What a batch normalization of Darknet computes; implementations differ, which shows where
  /// variances are small.
  public enum Normalization: String, Sendable, CaseIterable {
    /// (x − mean) / √(variance + 1e-5): AlexeyAB's and its successors, CPU and GPU.
    case alexeyab
    /// (x − mean) / (√variance + 1e-6): pjreddie's CPU code.
    case pjreddieCPU = "pjreddie-cpu"
    /// (x − mean) / √(variance + 1e-5): pjreddie's GPU code.
    case pjreddieGPU = "pjreddie-gpu"
    /// (x − mean) / √(variance + 1e-6): OpenCV's reader.
    case openCV = "opencv"

    /// What ONNX's operator adds to the variance.
    ///
    /// (√v + e)² = v + 2e√v + e², so that pjreddie's CPU formula is ONNX's with variance
    /// v + 2e√v and epsilon e².
    var epsilon: Float {
      switch self {
      case .alexeyab, .pjreddieGPU: 1e-5
      case .openCV: 1e-6
      case .pjreddieCPU: 1e-12
      }
    }

    /// The formula as text.
    public var formula: String {
      switch self {
      case .alexeyab, .pjreddieGPU: "(x - mean) / sqrt(variance + 1e-5)"
      case .openCV: "(x - mean) / sqrt(variance + 1e-6)"
      case .pjreddieCPU: "(x - mean) / (sqrt(variance) + 1e-6)"
      }
    }
  }

  /// The path of the weights; nil: beside the cfg, under its name.
  public var weights: String?
  /// What a batch normalization computes.
  public var normalization = Normalization.alexeyab
  /// Takes weights that end with a layer before the last: the model ends there too.
  public var allowsPartial = false
  /// Heads give boxes instead of what they read.
  public var decodes = false

  /// The defaults.
  public init() {}
}
