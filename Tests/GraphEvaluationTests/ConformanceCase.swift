import ByteStore
import Foundation
import ModelFormats
import ModelIR
import ONNXFormat

@testable import GraphEvaluation

/// One of ONNX's own backend tests: a model with inputs and expected outputs.
struct ConformanceCase {
  /// What came of a case.
  enum Verdict: Equatable {
    case passed
    /// Right by the standard's text, which the recording contradicts.
    case passedByText
    /// There is no kernel, or not for this type or form; the operator and what it lacks.
    case unsupported(operator: String, what: String)
    /// Another result, or an error.
    case wrong(String)
  }

  /// The folder with model.onnx and its data sets.
  var folder: String

  /// The suite's folders in the environment's data, or nothing where there are none.
  static let data: String? = ProcessInfo.processInfo.environment["BNFOLD_ONNX_TEST_DATA"]

  /// All cases of a suite: "node", "simple", "pytorch-converted", "pytorch-operator".
  static func all(of suite: String) throws -> [ConformanceCase] {
    guard let data else { return [] }
    let names = try FileManager.default.contentsOfDirectory(atPath: "\(data)/\(suite)")
    return names.sorted().map { ConformanceCase(folder: "\(data)/\(suite)/\($0)") }
  }

  /// The name of the folder.
  var name: String { folder.split(separator: "/").last.map(String.init) ?? "" }

  /// Runs all data sets of the case.
  func verdict() -> Verdict {
    do {
      let model = try ONNXReader().read(
        ByteSource(file: "\(folder)/model.onnx"), options: ReadOptions()
      ).model
      for number in 0... {
        let set = "\(folder)/test_data_set_\(number)"
        guard FileManager.default.fileExists(atPath: set) else { break }
        let verdict = try verdict(of: model, set)
        guard verdict == .passed else { return verdict }
      }
      return ConformanceExpectations.contradicted[name] == nil ? .passed : .passedByText
    } catch let error as EvaluationError {
      return switch error.problem {
      case .noKernel: .unsupported(operator: error.opType, what: "")
      case .unsupported(let what): .unsupported(operator: error.opType, what: what)
      default: .wrong("\(error)")
      }
    } catch EvaluationError.Problem.unsupported(let what) {
      return .unsupported(operator: "inputs and outputs", what: what)
    } catch {
      return .wrong("\(error)")
    }
  }

  private func verdict(of model: Model, _ set: String) throws -> Verdict {
    let graph = model[model.mainGraph]
    for id in graph.inputs + graph.outputs {
      switch model[id].type {
      case .sequence, .optional, .map:
        throw EvaluationError.Problem.unsupported("a sequence, optional or map")
      default: break
      }
    }
    var inputs: [ValueID: RuntimeTensor] = [:]
    for (position, id) in graph.inputs.enumerated() {
      let file = "\(set)/input_\(position).pb"
      guard FileManager.default.fileExists(atPath: file) else { continue }
      inputs[id] = try value(file)
    }
    let outputs = try GraphRunner(
      model: model, precision: .stored, options: EvaluationOptions(threads: 1)
    ).run(inputs)
    for (position, id) in graph.outputs.enumerated() {
      let file = "\(set)/output_\(position).pb"
      guard let found = outputs[id], FileManager.default.fileExists(atPath: file) else {
        return .wrong("output \(position) is missing")
      }
      var expected = try value(file)
      if let text = ConformanceExpectations.contradicted[name] {
        guard text != expected.doubles() else {
          return .wrong("the recording no longer contradicts the standard")
        }
        expected = RuntimeTensor(
          text.map { Int64($0) }, shape: expected.shape, dataType: expected.dataType)
      }
      if let difference = difference(found, expected) {
        return .wrong("output \(position): \(difference)")
      }
    }
    return .passed
  }

  private func value(_ file: String) throws -> RuntimeTensor {
    try RuntimeTensor(
      ONNXTensorFile(ByteSource(file: file)).tensor, precision: .stored)
  }

  /// What differs by more than the suite's own tolerances (rtol 1e-3, atol 1e-7), or nil.
  private func difference(_ found: RuntimeTensor, _ expected: RuntimeTensor) -> String? {
    guard found.shape == expected.shape, found.dataType == expected.dataType else {
      return "\(found.dataType)\(found.shape), \(expected.dataType)\(expected.shape) expected"
    }
    for (index, (a, b)) in zip(found.doubles(), expected.doubles()).enumerated() {
      guard a == b || (a.isNaN && b.isNaN) || (a - b).magnitude <= 1e-7 + 1e-3 * b.magnitude else {
        return "[\(index)] is \(a), \(b) expected"
      }
    }
    return nil
  }
}
