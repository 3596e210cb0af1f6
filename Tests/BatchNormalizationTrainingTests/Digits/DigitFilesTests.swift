import ByteStore
import ModelFormats
import TestSupport
import Testing

@testable import BatchNormalizationTraining

@Suite("MNIST's files")
struct DigitFilesTests {
  private func images(_ count: Int, _ pixels: [UInt8]) -> [UInt8] {
    [0, 0, 8, 3, 0, 0, 0, UInt8(count), 0, 0, 0, 2, 0, 0, 0, 2] + pixels
  }
  private func labels(_ labels: [UInt8]) -> [UInt8] {
    [0, 0, 8, 1, 0, 0, 0, UInt8(labels.count)] + labels
  }

  @Test func read() throws {
    let folder = try ScratchFolder()
    try folder.write(images(2, [0, 255, 51, 0, 1, 2, 3, 4]), to: "train-images-idx3-ubyte")
    try folder.write(labels([7, 2]), to: "train-labels.idx1-ubyte")
    try folder.write(images(1, [9, 9, 9, 9]), to: "t10k-images-idx3-ubyte")
    try folder.write(labels([3]), to: "t10k-labels-idx1-ubyte")
    let digits = try DigitCollection.read(folder: folder.path)
    #expect(digits.size == 2)
    #expect(digits.training.images([0]).elements == [0, 1, 0.2, 0])
    #expect(digits.training.labels([1, 0]) == [2, 7])
    #expect(digits.counts == (2, 1))
  }

  @Test("Files that do not belong together are refused; a missing one is named")
  func refused() throws {
    let folder = try ScratchFolder()
    do {
      _ = try DigitCollection.read(folder: folder.path)
      Issue.record("nothing was read")
    } catch let error as FileAccessError {
      #expect(error.path.hasSuffix("train-images-idx3-ubyte"))
    }
    try folder.write(images(2, [0, 255, 51, 0, 1, 2, 3, 4]), to: "train-images-idx3-ubyte")
    try folder.write(labels([7]), to: "train-labels-idx1-ubyte")
    #expect(throws: FormatError.self) { try DigitCollection.read(folder: folder.path) }
    try folder.write(labels([7, 10]), to: "train-labels-idx1-ubyte")
    #expect(throws: FormatError.self) { try DigitCollection.read(folder: folder.path) }
  }
}
