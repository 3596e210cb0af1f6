import ByteStore
import ModelFormats
import ModelIR
import NumPyFormat
import TestSupport

/// The arrays of Tests/Fixtures/Images/expected.npz that hold bytes.
enum RecordedPixels {
  static func all() throws -> [String: [UInt8]] {
    let path = "\(Samples.repository)/Tests/Fixtures/Images/expected.npz"
    var result: [String: [UInt8]] = [:]
    for array in try NumPyFile.read(ByteSource(file: path)) where array.tensor.dataType == .uint8 {
      result[array.name] = try array.tensor.loadBytes()
    }
    return result
  }
}
