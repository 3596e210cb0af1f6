internal import ModelIR

/// Extents of what a layer makes for one image.
struct DarknetShape: Equatable {
  var channels: Int
  var height: Int
  var width: Int

  /// The product; checked when the layer was resolved.
  var count: Int { channels * height * width }
}

/// A layer with its options resolved.
struct DarknetLayer {
  /// What it computes.
  enum Kind {
    case convolutional(Convolution)
    case deconvolutional(Deconvolution)
    /// A convolution whose weights differ from place to place.
    case local(Local)
    case connected(outputs: Int)
    case batchNormalization
    case maximumPool(Pool)
    case averagePool(Pool)
    case globalAverage
    case route([Int], groups: Int, group: Int)
    case shortcut([Int], ShortcutWeights)
    case scaleChannels(Int)
    case spatialAttention(Int)
    case upsample(Int, scale: Double)
    case reorganize(Int, old: Bool)
    case crop(top: Int, left: Int, scale: Double, shift: Double)
    case softmax(groups: Int, temperature: Double, perPixel: Bool)
    /// dropout, cost: nothing at inference.
    case identity
    /// yolo, region, detection: what comes in is an output of the model.
    case head
  }

  struct Convolution {
    var filters: Int
    var groups: Int
    var size: Int
    var strideX: Int
    var strideY: Int
    var padding: Int
    var dilation: Int
  }

  struct Deconvolution {
    var filters: Int
    var size: Int
    var stride: Int
    var padding: Int
  }

  struct Local {
    var size: Int
    var stride: Int
    var padding: Int
  }

  struct Pool {
    var size: Int
    var strideX: Int
    var strideY: Int
    var padding: Int
  }

  enum ShortcutWeights: String {
    case none
    case perFeature = "per_feature"
    case perChannel = "per_channel"
  }

  /// A block of numbers in the weights file.
  struct Block {
    enum Role: String {
      case biases, weights, scales
      case mean = "rolling_mean"
      case variance = "rolling_variance"
    }

    var role: Role
    var shape: TensorShape
  }

  /// Position among the layers, from 0.
  var index: Int
  var type: String
  var line: Int
  var kind: Kind
  var input: DarknetShape
  var output: DarknetShape
  var normalizes = false
  var activation = Activation.linear
  /// Its numbers in the order of the weights file.
  var blocks: [Block] = []
}
