import ByteStore
import Foundation
import ModelFormats
import ModelIR
import NumPyFormat
import ONNXFormat
import TestSupport
import Testing

@testable import GraphEvaluation

/// A model with inputs, and every value of its main graph as onnxruntime made it.
struct RuntimeRecording {
  /// The model's file.
  var name: String
  var model: Model
  /// The main graph's inputs.
  var inputs: [ValueID: RuntimeTensor]
  /// The outputs of its nodes.
  var made: [ValueID: RuntimeTensor]
  /// Whether all of them are known; else those that are outputs of the model.
  var isComplete: Bool

  /// A Python with onnxruntime.
  static let python = ProcessInfo.processInfo.environment["BNFOLD_PYTHON"]

  /// Models with inputs: the samples, and the corpus where there is one.
  static func sources() throws -> [(model: String, inputs: String)] {
    var sources = try Samples.all().map { (model: $0.model, inputs: $0.input) }
    if let corpus = ProcessInfo.processInfo.environment["BNFOLD_CORPUS"] {
      for name in try FileManager.default.contentsOfDirectory(atPath: corpus).sorted()
      where name.hasSuffix(".onnx") {
        let path = "\(corpus)/\(name.dropLast(5))"
        sources.append((model: path + ".onnx", inputs: path + ".in.npz"))
      }
    }
    return sources
  }

  /// Runs onnxruntime on all models at once, and calls `body` with one after the other.
  static func forEach(_ body: (RuntimeRecording) throws -> Void) throws {
    let folder = try ScratchFolder()
    let sources = try sources()
    let run = try CommandRun.program(
      try #require(python),
      ["\(Samples.repository)/Tests/Recipes/runtime_values.py", folder.path]
        + sources.flatMap { [$0.model, $0.inputs] })
    try #require(run.status == 0, "\(run.errors)")
    for (number, source) in sources.enumerated() {
      let values = folder.path("\(number).npz")
      let names = try TestFiles.text(folder.path("\(number).txt")).split(separator: "\n")
      try body(
        RuntimeRecording(source.model, source.inputs, values: values, names.map(String.init)))
      try FileManager.default.removeItem(atPath: values)
    }
  }

  private init(
    _ path: String, _ inputFile: String, values valueFile: String, _ names: [String]
  ) throws {
    name = path.split(separator: "/").last.map(String.init) ?? path
    model = try ONNXReader().read(ByteSource(file: path), options: ReadOptions()).model
    let given = try Self.arrays(inputFile)
    let graph = model[model.mainGraph]
    inputs = [:]
    for id in graph.inputs { inputs[id] = given[model[id].name] }
    let numbered = try Self.arrays(valueFile)
    var byName: [String: RuntimeTensor] = [:]
    for (position, name) in names.enumerated() { byName[name] = numbered["v\(position)"] }
    made = [:]
    isComplete = true
    for node in graph.nodes {
      for case let output? in model[node].outputs {
        made[output] = byName[model[output].name]
        isComplete = isComplete && made[output] != nil
      }
    }
  }

  private static func arrays(_ file: String) throws -> [String: RuntimeTensor] {
    var result: [String: RuntimeTensor] = [:]
    for array in try NumPyFile.read(ByteSource(file: file)) {
      result[array.name] = try RuntimeTensor(array.tensor, precision: .stored)
    }
    return result
  }
}
