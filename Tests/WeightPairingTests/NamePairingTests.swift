import ModelFormats
import ModelIR
import Testing

@testable import WeightPairing

/// Tensors by name and shape alone.
func tensors(_ shapes: [(String, [Int])]) -> [NamedTensor] {
  shapes.compactMap { name, extents in
    TensorShape(extents).map {
      NamedTensor(
        name: name, tensor: Tensor(dataType: .float32, shape: $0, recipe: TensorRecipe(terms: [])))
    }
  }
}

/// The five tensors of a BatchNorm2d.
func norm(_ name: String, _ channels: Int) -> [(String, [Int])] {
  ["weight", "bias", "running_mean", "running_var"].map { ("\(name).\($0)", [channels]) }
    + [("\(name).num_batches_tracked", [])]
}

func conv(_ name: String, _ shape: [Int]) -> (String, [Int]) { ("\(name).weight", shape) }

/// Pairs as "layer → normalization".
func pairs(_ shapes: [(String, [Int])]) throws -> (paired: [String], unpaired: [String: String]) {
  let result = try WeightPairing().pairs(of: tensors(shapes))
  return (
    result.pairs.map { "\($0.layer.name) → \($0.normalization.name)" },
    Dictionary(uniqueKeysWithValues: result.unpaired.map { ($0.normalization.name, $0.reason) })
  )
}

/// Names decide only where they leave no doubt.
struct NamePairingTests {
  @Test func torchvisionResNet() throws {
    var shapes = [conv("conv1", [64, 3, 7, 7])] + norm("bn1", 64)
    for (layer, width, input) in [(1, 64, 64), (2, 128, 64)] {
      for block in 0..<2 {
        let name = "layer\(layer).\(block)"
        shapes.append(conv("\(name).conv1", [width, block == 0 ? input : width, 3, 3]))
        shapes += norm("\(name).bn1", width)
        shapes.append(conv("\(name).conv2", [width, width, 3, 3]))
        shapes += norm("\(name).bn2", width)
      }
    }
    shapes.append(conv("layer2.0.downsample.0", [128, 64, 1, 1]))
    shapes += norm("layer2.0.downsample.1", 128)
    shapes += [("fc.weight", [1000, 128]), ("fc.bias", [1000])]
    let found = try pairs(shapes)
    #expect(found.unpaired.isEmpty)
    #expect(
      found.paired == [
        "conv1 → bn1", "layer1.0.conv1 → layer1.0.bn1", "layer1.0.conv2 → layer1.0.bn2",
        "layer1.1.conv1 → layer1.1.bn1", "layer1.1.conv2 → layer1.1.bn2",
        "layer2.0.conv1 → layer2.0.bn1", "layer2.0.conv2 → layer2.0.bn2",
        "layer2.0.downsample.0 → layer2.0.downsample.1", "layer2.1.conv1 → layer2.1.bn1",
        "layer2.1.conv2 → layer2.1.bn2",
      ])
  }

  @Test func torchvisionMobileNet() throws {
    let shapes =
      [conv("features.0.0", [32, 3, 3, 3])] + norm("features.0.1", 32)
      + [conv("features.1.conv.0.0", [32, 1, 3, 3])] + norm("features.1.conv.0.1", 32)
      + [conv("features.1.conv.1", [16, 32, 1, 1])] + norm("features.1.conv.2", 16)
      + [conv("features.2.conv.0.0", [96, 16, 1, 1])] + norm("features.2.conv.0.1", 96)
      + [conv("features.2.conv.1.0", [96, 1, 3, 3])] + norm("features.2.conv.1.1", 96)
      + [conv("features.2.conv.2", [24, 96, 1, 1])] + norm("features.2.conv.3", 24)
      + [("classifier.1.weight", [1000, 24]), ("classifier.1.bias", [1000])]
    let found = try pairs(shapes)
    #expect(found.unpaired.isEmpty)
    #expect(found.paired.count == 6)
    #expect(found.paired.contains("features.1.conv.1 → features.1.conv.2"))
    #expect(found.paired.contains("features.2.conv.1.0 → features.2.conv.1.1"))
  }

  /// Blocks normalize first: `conv1` belongs to `norm2`, and the stem is the other way round.
  @Test func torchvisionDenseNet() throws {
    var shapes = [conv("features.conv0", [64, 3, 7, 7])] + norm("features.norm0", 64)
    for (number, input) in [(1, 64), (2, 96)] {
      let name = "features.denseblock1.denselayer\(number)"
      shapes += norm("\(name).norm1", input) + [conv("\(name).conv1", [128, input, 1, 1])]
      shapes += norm("\(name).norm2", 128) + [conv("\(name).conv2", [32, 128, 3, 3])]
    }
    shapes += norm("features.transition1.norm", 128)
    shapes += [conv("features.transition1.conv", [64, 128, 1, 1])]
    shapes += norm("features.norm5", 64)
    let found = try pairs(shapes)
    let layer = "features.denseblock1.denselayer"
    #expect(
      found.paired == [
        "\(layer)1.conv1 → \(layer)1.norm2", "\(layer)2.conv1 → \(layer)2.norm2",
        "features.conv0 → features.norm0",
      ])
    #expect(
      Set(found.unpaired.keys) == [
        "\(layer)1.norm1", "\(layer)2.norm1", "features.transition1.norm", "features.norm5",
      ])
  }

  /// A block that normalizes first and never changes its width looks like any other.
  @Test func orderThatNothingTells() throws {
    var shapes: [(String, [Int])] = []
    for block in 0..<2 {
      for number in 1...2 {
        shapes += norm("blocks.\(block).bn\(number)", 64)
        shapes.append(conv("blocks.\(block).conv\(number)", [64, 64, 3, 3]))
      }
    }
    let found = try pairs(shapes)
    #expect(found.paired.isEmpty)
    #expect(found.unpaired["blocks.0.bn1"]?.contains("before") == true)
  }

  /// He's second ResNet: the stages' first blocks give it away.
  @Test func preActivationResNet() throws {
    var shapes = [conv("conv1", [64, 3, 3, 3])]
    for (layer, width, input) in [(1, 64, 64), (2, 128, 64)] {
      let name = "layer\(layer).0"
      shapes += norm("\(name).bn1", input) + [conv("\(name).conv1", [width, input, 3, 3])]
      shapes += norm("\(name).bn2", width) + [conv("\(name).conv2", [width, width, 3, 3])]
    }
    let found = try pairs(shapes)
    #expect(
      found.paired == [
        "layer1.0.conv1 → layer1.0.bn2", "layer2.0.conv1 → layer2.0.bn2",
      ])
  }

  /// YOLO's blocks have square weights only; their modules are those used elsewhere.
  @Test func modulesOfOneLayer() throws {
    let blocks =
      [conv("model.2.m.0.cv1.conv", [32, 32, 3, 3])] + norm("model.2.m.0.cv1.bn", 32)
      + [conv("model.2.m.0.cv2.conv", [32, 32, 3, 3])] + norm("model.2.m.0.cv2.bn", 32)
    #expect(try pairs(blocks).paired.isEmpty)
    let stem = [conv("model.0.conv", [16, 3, 3, 3])] + norm("model.0.bn", 16)
    #expect(try pairs(blocks + stem).paired.count == 3)
    // Not where another module of these names shows that the normalization may come first.
    let transition = norm("other.bn", 24) + [conv("other.conv", [12, 24, 1, 1])]
    #expect(try pairs(blocks + stem + transition).paired == ["model.0.conv → model.0.bn"])
  }

  @Test func squareWeightsInASequence() throws {
    let square = [conv("0", [64, 64, 3, 3])] + norm("1", 64)
    #expect(try pairs(square).paired.isEmpty)
    #expect(try pairs(square).unpaired["1"]?.contains("square") == true)
    // Another one of the kind tells.
    #expect(
      try pairs(square + [conv("3", [128, 64, 3, 3])] + norm("4", 128)).paired
        == ["0 → 1", "3 → 4"])
    // A transposed convolution shows by its channels, and tells for the square one.
    let generator = try WeightPairing().pairs(
      of: tensors(square + [conv("3", [64, 32, 4, 4])] + norm("4", 32)))
    #expect(generator.pairs.map(\.layer.layout) == [.transposed, .transposed])
    // Both kinds in one place tell nothing.
    let both =
      square + [conv("3", [128, 64, 3, 3])] + norm("4", 128)
      + [conv("6", [128, 32, 3, 3])] + norm("7", 32)
    #expect(try pairs(both).paired == ["3 → 4", "6 → 7"])
  }

  @Test func somethingBetween() throws {
    let shapes = [conv("0", [64, 3, 3, 3])] + norm("2", 64)
    #expect(try pairs(shapes).paired.isEmpty)
    #expect(try pairs([conv("a", [64, 3, 3, 3])] + norm("b", 64)).paired.isEmpty)
  }

  @Test func channelCountsDisagree() throws {
    let shapes = [conv("conv1", [64, 3, 3, 3])] + norm("bn1", 32)
    #expect(try pairs(shapes).unpaired["bn1"]?.contains("32 channels") == true)
  }

  @Test func oneOfAKindThatDoesNotFit() throws {
    let good = [conv("a.0.conv1", [64, 32, 3, 3])] + norm("a.0.bn1", 64)
    #expect(try pairs(good).paired.count == 1)
    let bad = [conv("a.1.conv1", [32, 64, 3, 3])] + norm("a.1.bn1", 64)
    let found = try pairs(good + bad)
    #expect(found.paired.isEmpty)
    #expect(found.unpaired["a.0.bn1"]?.contains("others named alike") == true)
    // In a sequence, too: what has such neighbours is none.
    let sequence = [conv("b.0", [64, 32, 3, 3])] + norm("b.1", 64)
    let other = [conv("b.3", [32, 16, 3, 3])] + norm("b.4", 64)
    #expect(try pairs(sequence).paired.count == 1)
    #expect(try pairs(sequence + other).paired.isEmpty)
  }

  @Test func twoCandidates() throws {
    let shapes =
      [conv("conv1", [64, 3, 3, 3])] + norm("bn1", 64) + norm("norm1", 64)
    let found = try pairs(shapes)
    #expect(found.paired.isEmpty)
    #expect(found.unpaired.count == 2)
  }

  @Test func kerasAndFlax() throws {
    func keras(_ name: String, _ channels: Int) -> [(String, [Int])] {
      ["gamma", "beta", "moving_mean", "moving_variance"].map { ("\(name)/\($0):0", [channels]) }
    }
    let found = try WeightPairing().pairs(
      of: tensors(
        [("conv1_conv/kernel:0", [7, 7, 3, 64]), ("conv1_conv/bias:0", [64])]
          + keras("conv1_bn", 64) + [("conv_dw_1/depthwise_kernel:0", [3, 3, 64, 1])]
          + keras("conv_dw_1_bn", 64)))
    #expect(found.pairs.map(\.layer.layout) == [.outputLast, .depthwiseLast])
    #expect(found.pairs.map(\.epsilon) == [1e-3, 1e-3])
    let flax = try WeightPairing().pairs(
      of: tensors([
        ("params/Block_0/Conv_0/kernel", [3, 3, 16, 32]),
        ("params/Block_0/BatchNorm_0/scale", [32]), ("params/Block_0/BatchNorm_0/bias", [32]),
        ("batch_stats/Block_0/BatchNorm_0/mean", [32]),
        ("batch_stats/Block_0/BatchNorm_0/var", [32]),
      ]))
    #expect(flax.pairs.map(\.layer.name) == ["params/Block_0/Conv_0"])
    #expect(flax.pairs.first?.normalization.tensors.count == 4)
  }

  /// Keras keeps the kernel of Conv2DTranspose as [k, k, O, I]: a square one looks like Conv2D's,
  /// and the sibling that shows the order shows nothing of that.
  @Test(arguments: [("block1_conv", true), ("block1_up", false), ("block1_upconv", false)])
  func squareKernelsOfKeras(name: String, isPaired: Bool) throws {
    func keras(_ name: String, _ channels: Int) -> [(String, [Int])] {
      ["gamma", "beta", "moving_mean", "moving_variance"].map { ("\(name)/\($0):0", [channels]) }
    }
    let sibling = name.replacing("1", with: "2")
    let found = try WeightPairing().pairs(
      of: tensors(
        [("\(name)/kernel:0", [3, 3, 64, 64])] + keras("\(name)_bn", 64)
          + [("\(sibling)/kernel:0", [3, 3, 64, 32])] + keras("\(sibling)_bn", 32)))
    let paired = found.pairs.map(\.layer.name)
    #expect(paired.contains(sibling))
    #expect(paired.contains(name) == isPaired)
    if !isPaired { #expect(found.unpaired.contains { "\($0)".contains("square") }) }
  }

  @Test func theResultDoesNotDependOnOrder() throws {
    let shapes =
      [conv("conv1", [64, 3, 7, 7])] + norm("bn1", 64) + [conv("conv2", [32, 64, 1, 1])]
      + norm("bn2", 32)
    #expect(try pairs(shapes).paired == pairs(shapes.reversed()).paired)
  }
}
