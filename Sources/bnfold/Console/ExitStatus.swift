internal import ByteStore
internal import GraphEvaluation
internal import GraphTransforms
internal import ModelCalibration
internal import ModelFormats
internal import ModelIR
internal import ModelPipeline

/// Exit codes, as sysexits has them.
enum ExitStatus: Int32 {
  /// A verification failed, or models differ.
  case different = 1
  /// The command line is wrong.
  case usage = 64
  /// An input is not what it should be.
  case badInput = 65
  /// An input cannot be opened.
  case noInput = 66
  /// What is asked for is not supported.
  case unsupported = 69
  /// A bug in bnfold.
  case bug = 70
  /// A limit was reached.
  case limit = 71
  /// An output cannot be created.
  case noOutput = 73
  /// Reading or writing failed.
  case inputOutput = 74

  /// The code for an error of ours; nil for what the argument parser throws.
  init?(of error: any Error) {
    switch error {
    case let error as FormatError: self.init(error.problem)
    case let error as FileAccessError: self.init(error)
    case let error as EvaluationError: self.init(error.problem)
    case let problem as EvaluationError.Problem: self.init(problem)
    case let error as TensorError: self.init(error)
    case let error as PipelineError: self.init(error)
    case let error as CalibrationError: self.init(error)
    case is ModelEditError: self = .usage
    case is GraphError: self = .bug
    default: return nil
    }
  }

  private init(_ problem: FormatError.Problem) {
    switch problem {
    case .truncated, .malformed, .missing, .inconsistent, .foreign: self = .badInput
    case .unsupported, .unrepresentable: self = .unsupported
    case .inaccessible(let error): self.init(error)
    // Nesting takes no resource worth speaking of: such a file is made to hurt.
    case .limitExceeded(.depth, _, _), .limitExceeded(.rank, _, _): self = .badInput
    case .limitExceeded: self = .limit
    }
  }

  private init(_ error: FileAccessError) {
    switch (error.operation, error.problem) {
    case (_, .escapes), (_, .truncated): self = .badInput
    case ("open", _): self = .noInput
    case ("create", _) where !error.isOutOfSpace: self = .noOutput
    default: self = .inputOutput
    }
  }

  private init(_ problem: EvaluationError.Problem) {
    switch problem {
    case .noKernel, .unsupported: self = .unsupported
    case .badInput: self = .badInput
    case .limit: self = .limit
    }
  }

  private init(_ error: TensorError) {
    switch error {
    case .wrongLength, .malformedVarint, .badSparseIndex: self = .badInput
    case .doesNotFit, .notComputable: self = .unsupported
    case .tooLarge: self = .limit
    }
  }

  private init(_ error: PipelineError) {
    switch error.kind {
    case .usage: self = .usage
    case .badInput: self = .badInput
    case .unsupported: self = .unsupported
    case .bug: self = .bug
    }
  }

  private init(_ error: CalibrationError) {
    switch error.kind {
    case .usage: self = .usage
    case .badInput: self = .badInput
    case .unsupported: self = .unsupported
    }
  }
}
