import ByteStore
import ModelIR
import TestSupport
import Testing

/// Files that numpy wrote, by Tests/Fixtures/NumPy/make_fixtures.py.
enum Fixture {
  static func source(_ name: String) throws -> ByteSource {
    try ByteSource(file: "\(Samples.repository)/Tests/Fixtures/NumPy/\(name)")
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    let source = try source(name)
    return try source.bytes(0..<source.count)
  }

  /// What every fixture holds: 0, 1, 2, … (bool: odd is true) in the tensor's own type.
  static func isCounting(_ tensor: Tensor) throws -> Bool {
    let count = tensor.shape.elementCount
    switch tensor.dataType {
    case .bool: return try tensor.int64s() == (0..<count).map { Int64($0 % 2) }
    case .complex64: return try isCounting(tensor, halves: .float32)
    case .complex128: return try isCounting(tensor, halves: .float64)
    default: return try tensor.doubles() == (0..<count).map(Double.init)
    }
  }

  /// Element n is n − n·i.
  private static func isCounting(_ tensor: Tensor, halves: DataType) throws -> Bool {
    let count = 2 * tensor.shape.elementCount
    let bytes = try tensor.loadBytes()
    let parts = try #require(Tensor(dataType: halves, shape: .vector(count), bytes: bytes))
    var expected: [Double] = []
    for element in 0..<(count / 2) { expected += [Double(element), -Double(element)] }
    return try parts.doubles() == expected
  }
}
