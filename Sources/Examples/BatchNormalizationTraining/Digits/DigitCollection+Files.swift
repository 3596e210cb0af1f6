internal import ByteStore
internal import ModelFormats

extension DigitCollection {
  /// Digits of a folder of IDX files under MNIST's names: `train-images-idx3-ubyte`,
  /// `train-labels-idx1-ubyte`, `t10k-…`, with `.` or `-` before idx.
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
  ///
  /// | bytes | what |
  /// |---|---|
  /// | 4 | 0, 0, 8 (uint8), rank |
  /// | 4·rank | extents, big-endian |
  /// | … | elements, row-major |
  private static func array(
    _ beginning: String, _ ending: String
  ) throws -> (bytes: [UInt8], shape: [Int]) {
    let names = ["-", "."].map { "\(beginning)\($0)\(ending)" }
    let dotted = try? ByteSource(file: names[1])
    let source = try dotted ?? ByteSource(file: names[0])
    func refusal(_ detail: String) -> FormatError {
      FormatError(
        .malformed(field: "IDX header", detail: detail), at: InputLocation(file: source.path))
    }
    let head = try source.bytes(0..<min(4, source.count))
    guard head.count == 4, head[0] == 0, head[1] == 0, head[2] == 8, head[3] <= 8 else {
      throw refusal("0, 0, 8 (uint8) and a rank are expected; packed files have to be unpacked")
    }
    let start = 4 + 4 * Int(head[3])
    let extents = try source.bytes(4..<max(4, min(start, source.count)))
    let shape = stride(from: 0, to: extents.count, by: 4).map { place in
      extents[place..<min(place + 4, extents.count)].reduce(0) { $0 << 8 | Int($1) }
    }
    guard let count = CheckedArithmetic.product(shape), count == source.count - start else {
      throw refusal("\(source.count) bytes do not hold \(shape)")
    }
    return (try source.bytes(start..<source.count), shape)
  }
}
