internal import ByteStore
public import GraphEvaluation
internal import ModelFormats
internal import ModelIR
internal import NumPyFormat
internal import ONNXFormat

/// The numbers that a user gives for a model's inputs.
public enum InputFiles {
  /// Samples from command-line arguments: each .npz is one, with an array for each input; all
  /// NAME=FILE with one array (.npy, ONNX TensorProto) make one more together.
  ///
  /// Errors: `FormatError`, `FileAccessError`; `PipelineError` for an array without a name.
  public static func read(_ arguments: [String]) throws -> [[String: RuntimeTensor]] {
    var samples: [[String: RuntimeTensor]] = []
    var single: [String: RuntimeTensor] = [:]
    for argument in arguments {
      let (name, source) = try NamedFile.open(argument)
      let arrays = try arrays(of: source)
      if let name {
        guard arrays.count == 1 else {
          throw PipelineError(
            .usage, "\(source.path) has \(arrays.count) arrays; NAME=FILE takes one")
        }
        single[name] = try RuntimeTensor(arrays[0].tensor, precision: .stored)
      } else if arrays.count == 1, arrays[0].name.isEmpty {
        throw PipelineError(
          .usage, "\(source.path) has no name for its array: give it as NAME=\(argument)")
      } else {
        samples.append(
          try Dictionary(
            arrays.map { ($0.name, try RuntimeTensor($0.tensor, precision: .stored)) },
            uniquingKeysWith: { first, _ in first }))
      }
    }
    return single.isEmpty ? samples : samples + [single]
  }

  private static func arrays(of source: ByteSource) throws -> [NamedTensor] {
    let candidate = try ProbeCandidate(source)
    if candidate.fileExtension == "pb" && NumPyFile.probe(candidate) < .plausibleContent {
      let file = try ONNXTensorFile(source)
      return [NamedTensor(name: "", tensor: file.tensor)]
    }
    return try NumPyFile.read(source)
  }
}
