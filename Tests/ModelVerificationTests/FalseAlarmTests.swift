import Foundation
import ModelFormats
import ModelIR
import ModelVerification
import TestSupport
import Testing

/// Right folds raise no alarm and stay away from the bounds.
@Suite(.enabled(if: !Subject.all.isEmpty), .serialized)
struct FalseAlarmTests {
  @Test(arguments: Subject.all.map(\.name))
  func foldedFilePasses(_ name: String) throws {
    let subject = try #require(Subject.all.first { $0.name == name })
    var margins = Margins()
    try margins.addFold(of: subject, seeds: 1...1)
    margins.check()
  }

  /// Twenty seeds, and the files of other tools where they are right.
  @Test(.enabled(if: VerificationDocument.isWritten))
  func allPass() throws {
    var rows = Margins.header
    for (name, list) in [("corpus", Subject.corpus), ("generated", Subject.generated)] {
      var margins = Margins()
      for subject in list { try margins.addFold(of: subject, seeds: 1...20) }
      margins.check()
      rows += margins.row("bnfold", name)
    }
    let peers = try PeerFold.all()
    for peer in Set(peers.map(\.peer)).sorted() {
      var margins = Margins()
      for fold in peers where fold.peer == peer {
        switch fold.verdict {
        case "right": try margins.add(fold)
        default: margins.skip(fold)
        }
      }
      margins.check()
      rows += margins.row(peer, "corpus, generated")
      try VerificationDocument.replace("\(peer), not right", with: margins.skippedRows)
    }
    try VerificationDocument.replace("no false alarm", with: rows)
  }
}

/// The largest errors of right folds as fractions of their bounds.
struct Margins {
  private var models: Set<String> = []
  private var verifications = 0
  private var changed: Set<String> = []
  private var covered = 0
  private var largest: [VerificationLayer: (ratio: Double, place: String)] = [:]
  private var failures: [String] = []
  private var skipped: [(fold: PeerFold, verdict: String)] = []

  static let limits: [VerificationLayer: Double] = [
    .parameters: 1, .regionProbe: 0.9, .lockstep: 1, .asDeployed: 0.5,
  ]
  static let header = """
    | folded by | models | changed | runs | failed | parameters | region probe | lockstep | rms ratio |
    |---|---|---:|---:|---:|---:|---:|---:|---:|

    """

  mutating func addFold(of subject: Subject, seeds: ClosedRange<UInt64>) throws {
    let scratch = try ScratchFolder()
    let file = try FoldedFile(Corpus.read(subject.path), in: scratch.path)
    for seed in seeds {
      add(try file.verify(claims: file.claims) { $0.seed = seed }, "\(subject.name), seed \(seed)")
    }
    models.insert(subject.name)
    if !file.claims.isEmpty { changed.insert(subject.name) }
  }

  mutating func add(_ fold: PeerFold) throws {
    let report = try fold.verify()
    models.insert(fold.model)
    if !report.regions.isEmpty { changed.insert(fold.model) }
    add(report, "\(fold.peer), \(fold.model)")
  }

  mutating func skip(_ fold: PeerFold) {
    let verdict: String
    do {
      verdict = try fold.verify().verdict.rawValue
    } catch {
      verdict = "cannot be read"
    }
    skipped.append((fold, verdict))
  }

  private mutating func add(_ report: VerificationReport, _ place: String) {
    verifications += 1
    if !report.failures.isEmpty {
      let what = report.failures.map { "\($0.layer.rawValue) \($0.subject) \($0.message)" }
      failures.append("\(place): \(what)")
    }
    for layer in Self.limits.keys {
      guard let ratio = report.worstRatio(of: layer) else { continue }
      if ratio > largest[layer]?.ratio ?? -1 { largest[layer] = (ratio, place) }
    }
  }

  /// Holds all against the limits.
  func check() {
    #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
    for (layer, limit) in Self.limits {
      guard let (ratio, place) = largest[layer] else { continue }
      #expect(ratio <= limit, "\(layer.rawValue), \(place): \(ratio)")
    }
  }

  func row(_ who: String, _ what: String) -> String {
    let cells = [VerificationLayer.parameters, .regionProbe, .lockstep, .asDeployed].map {
      largest[$0].map { VerificationDocument.number($0.ratio) } ?? ""
    }
    return "| \(who) | \(models.count) (\(what)) | \(changed.count) | \(verifications) | "
      + "\(failures.count) | \(cells.joined(separator: " | ")) |\n"
  }

  /// Results of another tool that are not right, and what the verifier says of them.
  var skippedRows: String {
    var text = "| model | outputs compared by onnxruntime | bnfold verify |\n|---|---|---|\n"
    for (fold, verdict) in skipped {
      text += "| \(fold.model) | \(fold.verdict): \(fold.why) | \(verdict) |\n"
    }
    return text
  }
}

/// A model that another tool folded, and whether its outputs are right (peer_folds.py says).
struct PeerFold: Decodable {
  var peer: String
  var model: String
  var path: String
  var verdict: String
  var why: String

  static func all() throws -> [PeerFold] {
    let recipe = "\(Samples.repository)/Tests/Recipes/peer_folds.py"
    let folder = "\(Samples.repository)/.build/peer-folds"
    // The tools may have a Python of their own.
    let python = ProcessInfo.processInfo.environment["BNFOLD_PEERS_PYTHON"] ?? TestPython.path
    let run = try CommandRun.program(
      try #require(python), [recipe, folder] + Subject.all.map(\.path))
    try #require(run.status == 0, "\(run.errors)")
    let data = try Data(contentsOf: URL(filePath: "\(folder)/peers.json"))
    return try JSONDecoder().decode([PeerFold].self, from: data)
  }

  func verify() throws -> VerificationReport {
    let original = try #require(Subject.all.first { $0.name == model })
    return try Verifier(
      original: Corpus.read(original.path).model, written: Corpus.read(path).model
    ).verify()
  }
}
