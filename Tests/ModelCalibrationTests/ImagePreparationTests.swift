import ByteStore
import ModelFormats
import ModelIR
import NumPyFormat
import TestSupport
import Testing

@testable import ModelCalibration

// Expected samples: ONNX' reference evaluator, by Tests/Recipes/image_cases.py.
@Suite struct ImagePreparationTests {
  private func arrays() throws -> [String: [Double]] {
    let path = "\(Samples.repository)/Tests/Fixtures/Images/expected.npz"
    var result: [String: [Double]] = [:]
    for array in try NumPyFile.read(ByteSource(file: path)) {
      result[array.name] =
        array.tensor.dataType == .uint8
        ? try array.tensor.loadBytes().map { Double($0) } : try array.tensor.doubles()
    }
    return result
  }

  private func check(
    _ name: String, height: Int, width: Int, shorterSide: Int? = nil,
    layout: PixelScaling.Layout = .nchw, isBGR: Bool = false
  ) throws {
    let arrays = try arrays()
    let bytes = try #require(arrays["rgb.png"]).map { UInt8($0) }
    var preparation = ImagePreparation(height: height, width: width, layout: layout)
    preparation.shorterSide = shorterSide
    preparation.isBGR = isBGR
    let found = try #require(
      preparation.sample(bytes: bytes, width: 16, height: 12, channels: 3))
    let expected = try #require(arrays[name])
    #expect(found.count == expected.count)
    for c in 0..<3 {
      for position in 0..<(height * width) {
        let source = isBGR ? 2 - c : c
        let place = layout == .nchw ? c * height * width + position : position * 3 + c
        let wanted = expected[source * height * width + position]
        #expect(abs(found[place] - wanted) < 1e-4, "\(c) \(position)")
      }
    }
  }

  @Test func samplesAreOnnxResizesMiddles() throws {
    try check("sample.shrunk", height: 6, width: 5)
    try check("sample.side9", height: 6, width: 5, shorterSide: 9)
    try check("sample.grown", height: 20, width: 24)
    try check("sample.same", height: 12, width: 16)
    try check("sample.shrunk", height: 6, width: 5, layout: .nhwc)
    try check("sample.side9", height: 6, width: 5, shorterSide: 9, isBGR: true)
    try check("sample.side9", height: 6, width: 5, shorterSide: 9, layout: .nhwc, isBGR: true)
  }

  @Test func anImageThatStaysTooSmallGivesNoSample() {
    var preparation = ImagePreparation(height: 20, width: 20, layout: .nchw)
    preparation.shorterSide = 10
    let bytes = [UInt8](repeating: 0, count: 12 * 16 * 3)
    #expect(preparation.sample(bytes: bytes, width: 16, height: 12, channels: 3) == nil)
  }

  @Test func bytesAreScaledByChannel() throws {
    var scaling = PixelScaling()
    let fractions: [Double] = [0, 51 * (1 / 255.0), 255 * (1 / 255.0)]
    #expect(scaling.scaled([0, 51, 255], shape: [3]) == fractions)
    scaling.scale = 1
    scaling.mean = [1, 2, 3]
    scaling.deviation = [2]
    #expect(scaling.fits([3, 1, 2]) && scaling.fits([2, 1, 3]) && !scaling.fits([3, 2, 3]))
    #expect(!scaling.fits([1, 4, 4]))
    #expect(scaling.scaled([1, 3, 2, 4, 3, 5], shape: [3, 1, 2]) == [0, 1, 0, 1, 0, 1])
    #expect(scaling.scaled([1, 2, 3, 3, 4, 5], shape: [2, 1, 3]) == [0, 0, 0, 1, 1, 1])
    scaling.layout = .nchw
    #expect(scaling.fits([3, 2, 3]))
    #expect(
      PixelScaling.Layout([3, nil, nil]) == .nchw && PixelScaling.Layout([8, 8, 1]) == .nhwc)
    #expect(PixelScaling.Layout([3, 8, 3]) == nil && PixelScaling.Layout([8, 8]) == nil)
  }
}
