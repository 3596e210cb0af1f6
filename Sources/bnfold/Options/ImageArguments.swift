internal import ArgumentParser
internal import ModelCalibration
internal import ModelPipeline

/// What becomes of images, and of arrays of bytes.
struct ImageArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Scale images so that the shorter side has so many pixels (default: so that they just cover "
        + "a sample).", valueName: "n"))
  var resize: Int?

  @Option(
    help: ArgumentHelp(
      "Cut this size out of the middle (default: the input's).", valueName: "height,width"))
  var crop: NumberList?

  @Option(
    name: .customLong("pixel-scale"),
    help: ArgumentHelp(
      "What bytes are multiplied with first (default: 1/255; 1 keeps 0 to 255).", valueName: "x"))
  var pixelScale: Double?

  @Option(
    help: ArgumentHelp(
      "What is subtracted then: one number, or one for each channel of the model (default: 0).",
      valueName: "x,…"))
  var mean: NumberList?

  @Option(
    name: .customLong("std"),
    help: ArgumentHelp(
      "What it is divided by in the end: one number, or one for each channel (default: 1).",
      valueName: "x,…"))
  var deviation: NumberList?

  @Option(
    help: ArgumentHelp(
      "Where channels stand: NCHW or NHWC (default: where the input has 1 or 3).",
      valueName: "layout"),
    transform: Choice.named)
  var layout: PixelScaling.Layout?

  @Flag(help: "Blue comes first, not red.")
  var bgr = false

  mutating func validate() throws {
    if let resize, !(1...65536).contains(resize) {
      throw ValidationError("--resize needs a number from 1 to 65536.")
    }
    if let crop, crop.wholeNumbers?.count != 2 {
      throw ValidationError("--crop needs height,width.")
    }
    if let pixelScale, !pixelScale.isFinite || pixelScale == 0 {
      throw ValidationError("--pixel-scale needs a number other than 0.")
    }
    if let deviation, deviation.numbers.contains(0) {
      throw ValidationError("--std needs numbers other than 0.")
    }
  }

  /// The same for the pipeline.
  var settings: ImageSettings {
    var settings = ImageSettings()
    settings.shorterSide = resize
    settings.size = crop?.wholeNumbers.map { ($0[0], $0[1]) }
    settings.isBGR = bgr
    if let pixelScale { settings.scaling.scale = pixelScale }
    if let mean { settings.scaling.mean = mean.numbers }
    if let deviation { settings.scaling.deviation = deviation.numbers }
    settings.scaling.layout = layout
    return settings
  }
}

/// Finite numbers with commas between them.
struct NumberList: ExpressibleByArgument {
  var numbers: [Double]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    numbers = parts.compactMap { Double($0) }.filter(\.isFinite)
    if numbers.isEmpty || numbers.count != parts.count { return nil }
  }

  /// The numbers where all are whole, positive and of sensible size.
  var wholeNumbers: [Int]? {
    let whole = numbers.compactMap { Int(exactly: $0) }
    return whole.count == numbers.count && whole.allSatisfy((1...65536).contains) ? whole : nil
  }
}
