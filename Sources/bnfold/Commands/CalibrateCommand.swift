internal import ArgumentParser

/// `bnfold calibrate`: statistics of batch normalizations from data.
struct CalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Estimate the statistics of batch normalizations from data.",
    discussion: """
      Runs samples through the model, estimates mean and variance of what every batch \
      normalization reads (Algorithm 2 of the paper), and writes the model with these; nothing \
      else changes. 'bnfold calibrate run --help' has all options.

      EXAMPLES
        bnfold calibrate model.onnx --data train.npz -o calibrated.onnx
        bnfold calibrate model.onnx --data train.npz --labels y.npy -o calibrated.onnx
        bnfold calibrate model.onnx --data x.npy --estimator paper --batch-size 60 -o out.onnx

      By several processes, on one machine or many:
        bnfold calibrate model.onnx --data train.npz --shard 2/7 -o part-2.safetensors
        bnfold calibrate merge part-*.safetensors --model model.onnx -o calibrated.onnx
      """,
    subcommands: [CalibrateRunCommand.self, CalibrateMergeCommand.self],
    defaultSubcommand: CalibrateRunCommand.self)
}
