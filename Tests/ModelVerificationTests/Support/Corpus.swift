import ByteStore
import Foundation
import GraphEvaluation
import GraphTransforms
import ModelFormats
import ModelIR
import ModelVerification
import ONNXFormat
import Testing

/// The models of BNFOLD_CORPUS.
enum Corpus {
  static let folder = ProcessInfo.processInfo.environment["BNFOLD_CORPUS"]

  /// Names without extension, in order; none without a corpus.
  static let names: [String] = {
    guard let folder,
      let files = try? FileManager.default.contentsOfDirectory(atPath: folder)
    else { return [] }
    return files.filter { $0.hasSuffix(".onnx") }.map { String($0.dropLast(5)) }.sorted()
  }()

  static func read(_ path: String) throws -> ReadResult {
    try ONNXReader().read(ByteSource(file: path), options: ReadOptions())
  }

  static func read(named name: String) throws -> ReadResult {
    try read("\(try #require(folder))/\(name).onnx")
  }
}

/// A model of a file, folded, written, and read again.
struct FoldedFile {
  let original: ReadResult
  let folded: FoldResult
  let written: ReadResult
  let claims: [NamedClaim]

  /// Folds into a file in `folder`; sites whose tensors do not fit their type are kept.
  init(_ original: ReadResult, in folder: String) throws {
    self.original = original
    var options = FoldOptions()
    while true {
      let folded = FoldPass(options).run(original.model, constants: KernelConstantEvaluator())
      let output = try OutputFiles(model: "\(folder)/folded.onnx")
      do {
        try ONNXWriter().write(folded.model, basedOn: original, to: output)
      } catch let problem as UnwritableTensor {
        guard case .initializer(let value) = problem.owner else { throw problem }
        let sites = folded.sites(in: value)
        try #require(!sites.isEmpty)
        for site in sites { options.excluded[site] = .excluded("\(problem.error)") }
        continue
      }
      try output.finish(sync: false)
      try output.commit()
      self.folded = folded
      claims = NamedClaim.claims(folded.claims, in: folded.model)
      written = try Corpus.read("\(folder)/folded.onnx")
      return
    }
  }

  func verify(
    claims: [NamedClaim]?, _ change: (inout VerificationOptions) -> Void = { _ in }
  ) throws -> VerificationReport {
    var options = VerificationOptions()
    change(&options)
    return try Verifier(
      original: original.model, written: written.model, claims: claims, options: options
    ).verify()
  }
}
