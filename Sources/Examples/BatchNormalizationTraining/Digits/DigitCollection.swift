/// Digits to train with, and others to test with.
public struct DigitCollection: Sendable {
  /// Where they come from, for reports.
  public var source: String
  let training: DigitSet
  let test: DigitSet

  init(source: String, training: DigitSet, test: DigitSet) {
    self.source = source
    self.training = training
    self.test = test
  }

  /// Digits that are drawn now; a seed repeats them bit by bit on every machine.
  public static func drawn(training: Int, test: Int, seed: UInt64) -> DigitCollection {
    DigitCollection(
      source: "drawn by bn-experiment, seed \(seed)",
      training: DigitPainter.draw(training, stream: "training", seed: seed),
      test: DigitPainter.draw(test, stream: "test", seed: seed))
  }

  /// Rows and columns of an image.
  public var size: Int { training.size }

  var image: ImageShape { ImageShape(height: size, width: size, channels: 1) }

  /// How many there are, for reports.
  public var counts: (training: Int, test: Int) { (training.count, test.count) }
}
