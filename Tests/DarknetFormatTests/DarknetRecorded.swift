import ByteStore
import Foundation
import ModelFormats
import ModelIR
import TestSupport
import Testing

@testable import DarknetFormat

/// What Tests/Recipes/darknet_cases.py computed.
enum DarknetRecorded {
  struct Layer: Decodable {
    let type: String
    let shape: [Int]
    let expected: [String: [Double]]
    let opencv: [Double]?
    let decoded: [Double]?
  }

  private struct Network: Decodable { let layers: [Layer] }

  static let names = [
    "yolov2", "yolov3", "yolov4", "yolov4-tiny", "efficientnet", "classifier", "coordinates",
    "shortcuts", "places",
  ]

  static func path(_ name: String) -> String {
    "\(Samples.repository)/Tests/Fixtures/Darknet/\(name)"
  }

  static func layers(_ name: String) throws -> [Layer] {
    let data = try Data(contentsOf: URL(filePath: path("\(name).json")))
    return try JSONDecoder().decode(Network.self, from: data).layers
  }

  static func read(
    _ name: String, _ normalization: DarknetOptions.Normalization = .alexeyab,
    decodes: Bool = false
  ) throws -> ReadResult {
    var options = DarknetOptions()
    options.decodes = decodes
    options.normalization = normalization
    return try DarknetReader(options).read(
      ByteSource(file: path("\(name).cfg")), options: ReadOptions())
  }

  static func input(_ name: String) throws -> Tensor {
    let bytes = try TestFiles.bytes(path("\(name).input"))
    let shape = try #require(TensorShape([1, 3, 32, 32]))
    return try #require(Tensor(dataType: .float32, shape: shape, bytes: bytes))
  }
}
