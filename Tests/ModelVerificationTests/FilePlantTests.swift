import GraphTransforms
import ModelIR
import ModelVerification
import TestSupport
import Testing

/// Errors planted in written files: each must be caught by a layer that names itself.
@Suite(.enabled(if: !Subject.all.isEmpty), .serialized)
struct FilePlantTests {
  /// A few of them, by a seed; `make verification` tries all and writes the table.
  @Test(.enabled(if: !VerificationDocument.isWritten), arguments: FilePlant.all)
  func isCaught(_ plant: FilePlant) throws {
    var random = SplitMix64(seed: 11)
    let small = Subject.all.filter { $0.bytes < 60_000 }.shuffled(using: &random)
    var tally = PlantTally()
    for subject in small where tally.planted < 6 {
      try PlantedSubject(subject).put(plant, seed: random.next()) { bad, report in
        tally.add(subject, bad.seed, try report(true))
      }
    }
    #expect(tally.planted > 0)
    #expect(tally.missed.isEmpty, "\(tally.missed)")
  }

  @Test(.enabled(if: VerificationDocument.isWritten))
  func allAreCaught() throws {
    var ours: [String: PlantTally] = [:]
    var theirs: [String: PlantTally] = [:]
    for subject in Subject.all {
      let file = try PlantedSubject(subject)
      for plant in FilePlant.all {
        for seed in 1...(subject.bytes < 200_000 ? 3 : 1) as ClosedRange<UInt64> {
          try file.put(plant, seed: seed) { bad, report in
            let name = plant.testDescription
            ours[name, default: PlantTally()].add(subject, bad.seed, try report(true))
            theirs[name, default: PlantTally()].add(subject, bad.seed, try report(false))
          }
        }
      }
    }
    var tables = (ours: PlantTally.header, theirs: PlantTally.header)
    for plant in FilePlant.all {
      let name = plant.testDescription
      let tally = try #require(ours[name], "\(name) was planted nowhere")
      #expect(tally.missed.isEmpty, "\(name): \(tally.missed)")
      tables.ours += tally.row(name)
      tables.theirs += theirs[name]?.row(name) ?? ""
    }
    try VerificationDocument.replace("planted errors, fold", with: tables.ours)
    try VerificationDocument.replace("planted errors, verify", with: tables.theirs)
  }
}

/// A model, folded once for all that is planted in its file.
struct PlantedSubject {
  private let scratch: ScratchFolder
  private let file: FoldedFile

  init(_ subject: Subject) throws {
    scratch = try ScratchFolder()
    file = try FoldedFile(Corpus.read(subject.path), in: scratch.path)
  }

  /// Plants an error, where it applies, and hands out a way to verify the file, with the claims of
  /// the fold or without them.
  func put(
    _ plant: FilePlant, seed: UInt64,
    _ body: (_ bad: (planted: FilePlant.Planted, seed: UInt64), (Bool) throws -> VerificationReport)
      throws -> Void
  ) throws {
    var random = SplitMix64(seed: seed)
    guard let bad = try plant.put(file, scratch.path, &random) else { return }
    try body((bad, seed)) { withClaims in
      try file.verify(bad.written, claims: withClaims ? bad.claims : nil) { $0.seed = seed }
    }
  }
}

/// How often one planted error was put into files, and what each layer saw of it.
struct PlantTally {
  private(set) var planted = 0
  private(set) var models: Set<String> = []
  /// Models and seeds in which nothing was seen.
  private(set) var missed: [String] = []
  private var seen: [VerificationLayer: (count: Int, smallest: Double)] = [:]

  static let header = """
    | planted error | models | planted | caught | parameters | region probe | lockstep |
    |---|---:|---:|---:|---:|---:|---:|

    """

  /// Counts the layers that saw the error.
  mutating func add(_ subject: Subject, _ seed: UInt64, _ report: VerificationReport) {
    planted += 1
    models.insert(subject.name)
    let layers = Set(report.failures.map(\.layer))
    if layers.isEmpty { missed.append("\(subject.name), seed \(seed): \(report.verdict)") }
    for layer in layers {
      let ratio = report.worstRatio(of: layer) ?? .infinity
      let known = seen[layer] ?? (0, .infinity)
      seen[layer] = (known.count + 1, min(known.smallest, ratio))
    }
  }

  /// A row of the table: for each layer how often it saw the error, and in the least plain case how
  /// many times its bound the error was.
  func row(_ name: String) -> String {
    let cells = [VerificationLayer.parameters, .regionProbe, .lockstep].map { layer in
      guard let (count, smallest) = seen[layer] else { return "0" }
      return smallest.isFinite
        ? "\(count) (\(VerificationDocument.number(smallest)) ×)" : "\(count) (∞)"
    }
    return "| \(name) | \(models.count) | \(planted) | \(planted - missed.count) | "
      + cells.joined(separator: " | ") + " |\n"
  }
}
