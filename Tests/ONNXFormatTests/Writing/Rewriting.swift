import ByteStore
import ModelFormats
import ModelIR
import TestSupport

@testable import ONNXFormat

/// Reads a file, edits the model, writes it: what every test of the writer does.
struct Rewriting {
  let folder: ScratchFolder
  var writer = ONNXWriter()

  init() throws { folder = try ScratchFolder() }

  /// The result of a file, its data files beside it.
  func read(_ path: String, overrides: [String: String] = [:]) throws -> ReadResult {
    var options = ReadOptions()
    options.externalDataOverrides = overrides
    return try ONNXReader().read(ByteSource(file: path), options: options)
  }

  /// Writes an edited model and gives the new file's bytes.
  func callAsFunction(
    _ path: String, to name: String = "out.onnx", _ edit: (inout Model) throws -> Void = { _ in }
  ) throws -> [UInt8] {
    let original = try read(path)
    var model = original.model
    try edit(&model)
    model.compact()
    let output = try OutputFiles(model: folder.path(name))
    try writer.write(model, basedOn: original, to: output)
    try output.finish(sync: false)
    try output.commit()
    return try TestFiles.bytes(folder.path(name))
  }
}

/// The model with a record of every kind, and its variants.
enum Fixtures {
  static let folder = "\(Samples.repository)/Tests/Fixtures/ONNX"
  static let variants = ["permuted", "unknown", "chunked", "unpacked", "overlong", "all"]

  static func rich(_ variant: String? = nil) -> String {
    "\(folder)/rich\(variant.map { ".\($0)" } ?? "").onnx"
  }

  static let all = [rich()] + variants.map { rich($0) }
}

extension Model {
  /// A node of the main graph by its name.
  func node(_ name: String, in graph: GraphID? = nil) throws -> NodeID {
    try self[graph ?? mainGraph].nodes.first { self[$0].name == name }.orThrow(name)
  }

  /// A value by its name; the first one where several graphs have it.
  func value(_ name: String) throws -> ValueID {
    try values.indices.first { values[$0].name == name }.map { ValueID($0) }.orThrow(name)
  }

  /// Takes nodes out of their graph and drops initializers that nothing reads any more.
  mutating func remove(_ nodes: [NodeID], droppingInitializers names: [String] = []) throws {
    for node in nodes { self[self[node].graph].nodes.removeAll { $0 == node } }
    for name in names {
      let id = try value(name)
      let graph = self[id].graph
      self[id].initializer = nil
      self[graph].initializers.removeAll { $0 == id }
      if self.header.irVersion < 4 { self[graph].inputs.removeAll { $0 == id } }
    }
  }
}

/// Something that a test needs and the model does not have.
struct Missing: Error { var name: String }

extension Optional {
  func orThrow(_ name: String) throws -> Wrapped {
    guard let self else { throw Missing(name: name) }
    return self
  }
}
