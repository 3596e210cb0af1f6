import ByteStore
import ModelFormats
import ModelIR
import NumPyFormat
import Testing

/// Arrays of .npz files, for comparing.
enum Arrays {
  /// All arrays of a file by name, as Double.
  static func read(_ path: String) throws -> [String: (type: DataType, shape: [Int], [Double])] {
    var result: [String: (type: DataType, shape: [Int], [Double])] = [:]
    for array in try NumPyFile.read(ByteSource(file: path)) {
      let tensor = array.tensor
      result[array.name] = (tensor.dataType, tensor.shape.dimensions, try tensor.doubles())
    }
    return result
  }

  /// Expects the arrays of two files to agree within rounding: relative to the largest number,
  /// 16 u after a few layers, NaN where NaN is.
  static func expectEqual(_ found: String, _ expected: String, _ what: Comment) throws {
    let found = try read(found)
    let expected = try read(expected)
    #expect(Set(found.keys) == Set(expected.keys), what)
    for (name, want) in expected {
      guard let have = found[name] else { continue }
      #expect(have.type == want.type && have.shape == want.shape, what)
      let u = want.type.unitRoundoff ?? 0
      let scale = want.2.filter(\.isFinite).map(\.magnitude).max() ?? 0
      for (a, b) in zip(have.2, want.2) {
        guard b.isFinite else {
          #expect(a.isNaN == b.isNaN && (a.isNaN || a == b), what)
          continue
        }
        #expect(abs(a - b) <= 16 * u * scale, "\(name): \(a) instead of \(b); \(what)")
      }
    }
  }
}
