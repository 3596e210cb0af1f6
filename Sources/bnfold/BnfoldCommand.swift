internal import ArgumentParser
internal import ModelPipeline

/// The command line: one subcommand for each job.
struct BnfoldCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bnfold",
    abstract: "Folds batch normalization into the neighbouring layers and proves the result.",
    discussion: """
      EXAMPLES
        bnfold fold model.onnx -o folded.onnx           fold, write, verify
        bnfold inspect model.onnx                       what is in it, layer by layer
        bnfold stats model.onnx                         health of BN, weights, activations
        bnfold diff model.onnx other.onnx               what tells two apart
        bnfold lint model.onnx                          what is odd about it
        bnfold verify model.onnx other.onnx             do two compute the same?
        bnfold explain model.onnx bn3                   why is that one kept?
        bnfold run model.onnx --input x.npz -o y.npz    evaluate
        bnfold convert yolov4.cfg yolov4.onnx           another format
        bnfold calibrate model.onnx --data x.npz -o out.onnx   statistics from data
        bnfold replace model.onnx w.npz -o out.onnx     other numbers
        bnfold extract model.onnx --to pool5 -o part.onnx   cut a part out
        bnfold ensemble a.onnx b.onnx -o both.onnx      average several networks

      Data goes to stdout, everything else to stderr; `-` stands for stdin or stdout. `--json` \
      gives one JSON object instead of text.

      EXIT CODES
        0   done
        1   the verification failed, the models differ, or lint found an error
        64  wrong usage
        65  an input is not what it should be
        66  an input cannot be opened
        69  not supported
        70  a bug in bnfold
        71  a limit was reached
        73  an output cannot be created
        74  reading or writing failed
        128+n  ended by signal n

      Shell completion: bnfold --generate-completion-script bash (or zsh, fish).
      """,
    version: Version.string,
    subcommands: [
      FoldCommand.self, VerifyCommand.self, InspectCommand.self, StatsCommand.self,
      DiffCommand.self, LintCommand.self, ExplainCommand.self, RulesCommand.self,
      RunCommand.self, ConvertCommand.self, ReplaceCommand.self, ExtractCommand.self,
      CalibrateCommand.self, EnsembleCommand.self,
    ])
}
