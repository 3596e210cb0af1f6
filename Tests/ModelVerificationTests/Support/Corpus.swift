import ByteStore
import Foundation
import ModelFormats
import ONNXFormat
import TestSupport
import Testing

/// The models of BNFOLD_CORPUS.
enum Corpus {
  static let folder = ProcessInfo.processInfo.environment["BNFOLD_CORPUS"]

  /// Names without extension, in order; none without a corpus.
  static let names: [String] = folder.map { names(in: $0) } ?? []

  /// Models in a folder, without extension, in order.
  static func names(in folder: String) -> [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return files.filter { $0.hasSuffix(".onnx") }.map { String($0.dropLast(5)) }.sorted()
  }

  static func read(_ path: String) throws -> ReadResult {
    try ONNXReader().read(ByteSource(file: path), options: ReadOptions())
  }

  static func read(named name: String) throws -> ReadResult {
    try read("\(try #require(folder))/\(name).onnx")
  }
}

/// A model that folds are tried on.
struct Subject: Sendable {
  var name: String
  var path: String
  var bytes: Int
  /// Whether it comes from the corpus; otherwise a recipe made it.
  var isCorpus: Bool

  /// The corpus, where there is one, and the models of Tests/Recipes/variance_models.py, where
  /// there is a Python to make them.
  static let all: [Subject] = corpus + generated

  static let corpus: [Subject] = Corpus.folder.map { subjects(in: $0, isCorpus: true) } ?? []

  static let generated: [Subject] = {
    guard let python = TestPython.path else { return [] }
    let recipe = "\(Samples.repository)/Tests/Recipes/variance_models.py"
    let folder = "\(Samples.repository)/.build/variance-models"
    guard let run = try? CommandRun.program(python, [recipe, folder]), run.status == 0 else {
      return []
    }
    return subjects(in: folder, isCorpus: false)
  }()

  private static func subjects(in folder: String, isCorpus: Bool) -> [Subject] {
    Corpus.names(in: folder).map { name in
      let path = "\(folder)/\(name).onnx"
      let bytes = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
      return Subject(name: name, path: path, bytes: bytes, isCorpus: isCorpus)
    }
  }
}
