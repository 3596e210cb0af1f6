internal import ArgumentParser
internal import ModelPipeline

/// How layers and normalizations of a file without a graph belong together.
struct WeightFileArguments: ParsableArguments {
  @Option(
    name: .customLong("pairs"),
    help: ArgumentHelp(
      "Take pairs of layer and normalization from this TOML or JSON file.", valueName: "file"),
    completion: .file(extensions: ["toml", "json"]))
  var plan: String?

  @Option(
    name: .customLong("graph"),
    help: ArgumentHelp(
      "Take pairs from an ONNX model with the same tensors.", valueName: "model"),
    completion: .file(extensions: ["onnx"]))
  var graph: String?

  @Option(
    help: ArgumentHelp(
      "What is added to variances; weight files do not hold it.", valueName: "number"))
  var epsilon: Double?

  mutating func validate() throws {
    if plan != nil && graph != nil {
      throw ValidationError("Pairs come from --pairs or from --graph, not from both.")
    }
    if let epsilon, !(epsilon >= 0 && epsilon.isFinite) {
      throw ValidationError("--epsilon needs a number from 0.")
    }
  }

  var settings: PairingSettings {
    var settings = PairingSettings()
    settings.plan = plan
    settings.graph = graph
    settings.epsilon = epsilon
    return settings
  }
}
