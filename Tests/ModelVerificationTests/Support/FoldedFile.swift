import ByteStore
import GraphEvaluation
import GraphTransforms
import ModelFormats
import ModelIR
import ModelVerification
import ONNXFormat
import Testing

/// A model of a file, folded, written, and read again.
struct FoldedFile {
  let original: ReadResult
  let folded: FoldResult
  let written: ReadResult
  let claims: [NamedClaim]
  /// Sites that were kept because their tensors do not fit their type are excluded here.
  let options: FoldOptions

  /// Folds into a file in `folder`; sites whose tensors do not fit their type are kept.
  init(_ original: ReadResult, in folder: String) throws {
    var options = FoldOptions()
    while true {
      let folded = FoldPass(options).run(original.model, constants: KernelConstantEvaluator())
      do {
        let written = try Self.write(folded.model, basedOn: original, "\(folder)/folded.onnx")
        self.init(original, folded, written, options)
        return
      } catch let problem as UnwritableTensor {
        guard case .initializer(let value) = problem.owner else { throw problem }
        let sites = folded.sites(in: value)
        try #require(!sites.isEmpty)
        for site in sites { options.excluded[site] = .excluded("\(problem.error)") }
      }
    }
  }

  private init(
    _ original: ReadResult, _ folded: FoldResult, _ written: ReadResult, _ options: FoldOptions
  ) {
    self.original = original
    self.folded = folded
    self.written = written
    self.options = options
    claims = NamedClaim.claims(folded.claims, in: folded.model)
  }

  /// What a fold would have written that took `model` for the original; nil where it could not.
  func refolded(_ model: Model, in folder: String) throws -> FoldedFile? {
    let folded = FoldPass(options).run(model, constants: KernelConstantEvaluator())
    do {
      let written = try Self.write(folded.model, basedOn: original, "\(folder)/refolded.onnx")
      return FoldedFile(original, folded, written, options)
    } catch is UnwritableTensor {
      return nil
    }
  }

  /// Writes and reads a model that was edited.
  static func write(
    _ model: Model, basedOn original: ReadResult, _ path: String
  ) throws -> ReadResult {
    let output = try OutputFiles(model: path)
    try ONNXWriter().write(model, basedOn: original, to: output)
    try output.finish(sync: false)
    try output.commit()
    return try Corpus.read(path)
  }

  func verify(
    claims: [NamedClaim]?, _ change: (inout VerificationOptions) -> Void = { _ in }
  ) throws -> VerificationReport {
    try verify(written, claims: claims, change)
  }

  /// The same with another file in the place of the written one.
  func verify(
    _ other: ReadResult, claims: [NamedClaim]?,
    _ change: (inout VerificationOptions) -> Void = { _ in }
  ) throws -> VerificationReport {
    var options = VerificationOptions()
    change(&options)
    // A fold with a mistake is judged by what the right one says it read.
    let source = folded.calls.isEmpty ? nil : ClaimedModel(folded.source, calls: folded.calls)
    return try Verifier(
      original: original.model, written: other.model, claims: claims,
      claimedModel: claims == nil ? nil : source, options: options
    ).verify()
  }
}
