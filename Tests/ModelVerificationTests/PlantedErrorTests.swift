import ModelIR
import ModelVerification
import Testing

/// Errors planted in the written model are seen, each by the layers that should see it.
@Suite struct PlantedErrorTests {
  @Test(arguments: Plant.numbers + Plant.structures)
  func isSeen(_ plant: Plant) throws {
    var count = 0
    for kind in LinearKind.all {
      for seed in 1...3 as ClosedRange<UInt64> {
        var fold = try HandFold([kind], seed: seed, variances: 1e-4...1e2)
        guard try plant.put(&fold, 0) else { continue }
        count += 1
        let report = try fold.verify()
        #expect(report.verdict == .failed)
        let layers = Set(report.failures.map(\.layer))
        for layer in plant.seenBy {
          #expect(layers.contains(layer), "\(kind.testDescription), seed \(seed): \(layers)")
        }
      }
    }
    #expect(count > 0)
  }

  /// The site is named, and the others are not.
  @Test func onlyTheBadSiteIsNamed() throws {
    let kinds = [
      LinearKind.conv("first", [8, 6, 3, 3], spatial: [9, 7], pad: 1),
      LinearKind.conv("second", [8, 8, 3, 3], spatial: [9, 7], pad: 1),
      LinearKind.conv("third", [4, 8, 1, 1], spatial: [9, 7]),
    ]
    var fold = try HandFold(kinds, seed: 5)
    #expect(try fold.changeNumbers("bias0.folded") { $0[2] = -$0[2] })
    #expect(try fold.changeNumbers("weight2.folded") { $0[5] *= 1.01 })
    let report = try fold.verify()
    let probe = report.failures.filter { $0.layer == .regionProbe }
    #expect(probe.map(\.subject) == ["norm0", "norm2"])
    #expect(probe[0].element?.index[1] == 2)
    let lockstep = report.failures.filter { $0.layer == .lockstep }
    #expect(lockstep.map(\.subject) == ["norm0", "norm2"])
    let parameters = report.failures.filter { $0.layer == .parameters }
    #expect(parameters.map(\.subject) == ["bias0.folded", "weight2.folded"])
    #expect(parameters[0].element?.index == [2])
    #expect(parameters[0].element?.count == 1)
  }
}
