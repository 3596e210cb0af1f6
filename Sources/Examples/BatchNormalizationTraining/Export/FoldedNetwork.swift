internal import ModelPipeline
internal import ModelReports
internal import ModelVerification

/// A trained network that was written, folded by the library, verified and compared.
struct FoldedNetwork: Sendable {
  var name: String
  /// The accuracy of the frozen network on the test samples.
  var accuracy: Double
  /// Batch normalizations of the ONNX model, and how many of them were folded.
  var normalizations: Int
  var folded: Int
  /// The same of the safetensors file.
  var foldedWeights: Int
  /// Whether the verification of both passed.
  var isVerified: Bool
  /// The worst error over its bound in the lockstep comparison of the ONNX models.
  var worstLockstep: Double?
  var classes: ClassComparison
  /// What was written.
  var files: [String]

  /// Writes NAME.onnx and NAME.safetensors, folds both into NAME.folded.…, and compares classes.
  static func make(
    _ network: Network<Float>, accuracy: Double, name: String, folder: String, test: DigitSet
  ) throws -> FoldedNetwork {
    func path(_ ending: String) -> String { "\(folder)/\(name)\(ending)" }
    try ONNXExport.write(ONNXExport.model(of: network), to: path(".onnx"))
    try StateDict.write(network, to: path(".safetensors"))
    let model = try FoldPipeline(
      FoldRequest(input: path(".onnx"), output: path(".folded.onnx"))
    ).run()
    let weights = try FoldPipeline(
      FoldRequest(input: path(".safetensors"), output: path(".folded.safetensors"))
    ).run()
    return FoldedNetwork(
      name: name, accuracy: accuracy,
      normalizations: model.sites.count(where: \.isBatchNormalization), folded: model.folded,
      foldedWeights: weights.folded,
      isVerified: [model, weights].allSatisfy { $0.verification?.verdict == .passed },
      worstLockstep: model.verification?.worstRatio(of: .lockstep),
      classes: try ClassComparison.compare(
        network, original: path(".onnx"), folded: path(".folded.onnx"), on: test),
      files: [".onnx", ".safetensors", ".folded.onnx", ".folded.safetensors"].map { name + $0 })
  }
}
