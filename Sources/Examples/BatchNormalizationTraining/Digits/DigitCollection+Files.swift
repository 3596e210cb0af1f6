internal import ByteStore
internal import IDXFormat
internal import ModelFormats
internal import ModelIR

extension DigitCollection {
  /// Digits of a folder of IDX files under MNIST's names: `train-images-idx3-ubyte`,
  /// `train-labels-idx1-ubyte`, `t10k-…`, with `.` or `-` before idx, plain or packed (`.gz`).
  ///
  /// Errors: `FormatError` for files that are damaged or do not belong together;
  /// `FileAccessError`.
  public static func read(folder: String) throws -> DigitCollection {
    let training = try set("train", folder)
    let test = try set("t10k", folder)
    guard training.size == test.size, training.count > 0, test.count > 0 else {
      throw FormatError(
        .inconsistent(
          "images of \(training.size) rows to train with (\(training.count) of them), of "
            + "\(test.size) to test with (\(test.count))"), at: InputLocation(file: folder))
    }
    return DigitCollection(source: folder, training: training, test: test)
  }

  private static func set(_ part: String, _ folder: String) throws -> DigitSet {
    let images = try array("\(folder)/\(part)-images", "idx3-ubyte")
    let labels = try array("\(folder)/\(part)-labels", "idx1-ubyte")
    let extents = images.shape
    let location = InputLocation(file: "\(folder)/\(part)-images")
    guard extents.count == 3, (1...1024).contains(extents[1]), extents[1] == extents[2],
      labels.shape == [extents[0]]
    else {
      throw FormatError(
        .inconsistent(
          "images \(images.shape) and labels \(labels.shape); expected [N, S, S] and [N]"),
        at: location)
    }
    guard labels.bytes.allSatisfy({ $0 < 10 }) else {
      throw FormatError(
        .malformed(field: "labels", detail: "\(labels.bytes.max() ?? 0) is no digit"),
        at: location)
    }
    return DigitSet(size: extents[1], pixels: images.bytes, classes: labels.bytes)
  }

  /// The bytes of a file and their extents.
  private static func array(
    _ beginning: String, _ ending: String
  ) throws -> (bytes: [UInt8], shape: [Int]) {
    let plain = ["-", "."].map { "\(beginning)\($0)\(ending)" }
    let others = plain.dropFirst() + plain.map { $0 + ".gz" }
    // Where there is none of them, the error names the first.
    let source =
      try others.lazy.compactMap { try? ByteSource(file: $0) }.first ?? ByteSource(file: plain[0])
    let tensor = try IDXFile.read(source)
    guard tensor.dataType == .uint8 else {
      throw FormatError(
        .unsupported("elements of type \(tensor.dataType.name); expected uint8"),
        at: InputLocation(file: source.path))
    }
    return (try tensor.loadBytes(), tensor.shape.dimensions)
  }
}
