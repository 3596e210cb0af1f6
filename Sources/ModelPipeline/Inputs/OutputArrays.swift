internal import ByteStore
internal import ModelIR
internal import NumPyFormat

/// Writes arrays as an .npz file.
enum OutputArrays {
  /// Writes them whole or not at all; "-" is the standard output.
  static func write(_ arrays: [(name: String, tensor: Tensor)], to path: String) throws {
    let files = try OutputFiles(model: path)
    var archive = NPZWriter(to: files.model)
    for (name, tensor) in arrays { try archive.add(name, tensor) }
    try archive.finish()
    try files.finish(sync: false)
    try files.commit()
  }
}
