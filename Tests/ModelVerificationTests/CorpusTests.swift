import ModelIR
import ModelVerification
import TestSupport
import Testing

/// Folded files of a corpus of whole models pass.
@Suite(.enabled(if: Corpus.folder != nil), .serialized)
struct CorpusTests {
  @Test(arguments: Corpus.names)
  func foldedFilePasses(_ name: String) throws {
    let scratch = try ScratchFolder()
    let file = try FoldedFile(Corpus.read(named: name), in: scratch.path)
    let clock = ContinuousClock()
    var report = VerificationReport()
    let time = try clock.measure { report = try file.verify(claims: file.claims) }
    print(
      "CORPUS \(name): \(report.verdict), proven \(report.provenRegions), regions "
        + "\(report.regions.count), parameters \(report.worstRatio(of: .parameters) ?? -1), probe "
        + "\(report.worstRatio(of: .regionProbe) ?? -1), lockstep "
        + "\(report.worstRatio(of: .lockstep) ?? -1), deployed "
        + "\(report.worstRatio(of: .asDeployed) ?? -1), \(time)")
    for gap in report.gaps {
      print("  GAP \(gap.layer) \(gap.graph) \(gap.subject): \(gap.reason)")
    }
    for warning in report.warnings { print("  WARNING \(warning)") }
    #expect(report.failures.isEmpty, "\(report.failures)")
  }
}
