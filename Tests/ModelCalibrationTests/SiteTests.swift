import ModelIR
import Testing

@testable import ModelCalibration

@Suite("Which statistics can be stored anew, and where")
struct SiteTests {
  private func reasons(_ model: Model) throws -> [String: String] {
    let sites = try CalibrationSites(model)
    return Dictionary(
      sites.refusals.map { ($0.name, $0.reason) }, uniquingKeysWith: { first, _ in first })
  }

  @Test func everyRefusalHasItsReason() throws {
    var builder = CalibrationModel(opset: 17)
    var y = builder.normalization("good", of: builder.x)
    y = builder.normalization(
      "training", of: y, attributes: [Attribute("training_mode", .int(1))])
    let computed = builder.node("Neg", [builder.vector("negative")], "computed")
    y = builder.normalization("computed-mean", of: y, mean: computed)
    let same = builder.node("Identity", [builder.vector("plain")], "same")
    y = builder.normalization("passed-on", of: y, variance: same)
    let fed = builder.model.addInput("fed", type: nil, to: builder.model.mainGraph)
    y = builder.normalization("fed-mean", of: y, mean: fed)
    let open = builder.vector("open")
    builder.model[open].isGraphInput = true
    builder.model[builder.model.mainGraph].inputs.append(open)
    y = builder.normalization("overridable", of: y, variance: open)
    y = builder.normalization("uneven", of: y, mean: builder.vector("three", [1, 2, 3]))
    let whole = try #require(Tensor([Int64(1), 2], shape: .vector(2)))
    let number = builder.model.addInitializer("whole", whole, to: builder.model.mainGraph)
    y = builder.normalization("no-floats", of: y, mean: number)
    let model = builder.finish(y)
    let sites = try CalibrationSites(model)
    #expect(sites.sites.map(\.name) == ["good_node"])
    #expect(
      try reasons(model) == [
        "training_node":
          "it is in training mode, and normalizes by the batch at hand, not by these",
        "computed-mean_node": "its mean \"computed\" is computed in the graph",
        "passed-on_node": "its variance \"same\" is computed in the graph",
        "fed-mean_node": "its mean \"fed\" is a graph input",
        "overridable_node":
          "its variance \"open\" is an initializer that the caller may override",
        "uneven_node": "its mean and its variance differ in length",
        "no-floats_node": "its mean \"whole\" is int64[2], not a vector of floats",
      ])
  }

  @Test func perFeatureParametersAreRefused() throws {
    var builder = CalibrationModel(opset: 8)
    let y = builder.normalization(
      "feature", of: builder.x, attributes: [Attribute("spatial", .int(0))])
    #expect(
      try reasons(builder.finish(y)) == [
        "feature_node": "it has parameters for each feature (spatial = 0)"
      ])
  }

  @Test func namesChooseAndMisspeltOnesAreSaid() throws {
    var builder = CalibrationModel()
    var y = builder.x
    for name in ["a1", "a2", "b1"] { y = builder.normalization(name, of: y) }
    let model = builder.finish(y)
    let only = try CalibrationSites(
      model, only: [NamePattern("a*")], skip: [NamePattern("a2_node")])
    #expect(only.sites.map(\.name) == ["a1_node"])
    #expect(Set(only.refusals.map(\.name)) == ["a2_node", "b1_node"])
    #expect(throws: CalibrationError.self) {
      try CalibrationSites(model, only: [NamePattern("c*")])
    }
    #expect(throws: CalibrationError.self) {
      try CalibrationSites(model, skip: [NamePattern("c")])
    }
  }

  @Test func depthsAreLongestWays() throws {
    var builder = CalibrationModel()
    let a = builder.normalization("a", of: builder.x)
    let b = builder.normalization("b", of: a)
    let side = builder.normalization("side", of: builder.x)
    let sum = builder.node("Add", [b, side], "sum")
    let end = builder.normalization("end", of: sum)
    let model = builder.finish(end)
    let sites = try CalibrationSites(model).sites
    let depths = NormalizationDepth(of: sites, in: model)
    #expect(sites.map { depths.depths[$0.node] } == [0, 1, 0, 2])
    #expect(depths.unordered.isEmpty)
  }

  private func statistics(_ site: CalibrationSite, _ number: Double) -> SiteStatistics {
    SiteStatistics(mean: [number, number + 0.1], variance: [number + 0.2, number + 0.3])
  }

  private func stored(_ model: Model, _ site: CalibrationSite) throws -> [[Double]] {
    try [3, 4].map { position in
      let value = try #require(model[site.node].input(position))
      return try #require(model.storedConstant(value)).doubles()
    }
  }

  private func rounded(_ numbers: [Double]) -> [Double] { numbers.map { Double(Float($0)) } }

  @Test func tensorsOfOneReaderKeepTheirNames() throws {
    var builder = CalibrationModel()
    let y = builder.normalization("a", of: builder.x)
    var model = builder.finish(y)
    let names = model[model.mainGraph].initializers.map { model[$0].name }
    let site = try #require(try CalibrationSites(model).sites.first)
    #expect(try StatisticsEdit.apply([(site, statistics(site, 1))], to: &model) == [])
    #expect(model[model.mainGraph].initializers.map { model[$0].name } == names)
    #expect(try stored(model, site) == [rounded([1, 1.1]), rounded([1.2, 1.3])])
    try model.validate()
  }

  @Test func sharedTensorsAreDuplicated() throws {
    var builder = CalibrationModel()
    let shared = builder.vector("shared")
    var y = builder.normalization("a", of: builder.x, mean: shared)
    y = builder.normalization("b", of: y, mean: shared, variance: shared)
    var model = builder.finish(y)
    let sites = try CalibrationSites(model).sites
    let made = try StatisticsEdit.apply(
      sites.enumerated().map { ($1, statistics($1, Double($0))) }, to: &model)
    #expect(made == ["shared_a_node", "shared_b_node", "shared_b_node_1"])
    #expect(try stored(model, sites[0]) == [rounded([0, 0.1]), rounded([0.2, 0.3])])
    #expect(try stored(model, sites[1]) == [rounded([1, 1.1]), rounded([1.2, 1.3])])
    // Nobody is left who reads it.
    #expect(!model[model.mainGraph].initializers.contains(shared))
    try model.validate()
  }

  @Test func whatOthersReadStays() throws {
    var builder = CalibrationModel()
    let shared = builder.vector("shared", [7, 8])
    let y = builder.normalization("a", of: builder.x, mean: shared)
    let sum = builder.node("Add", [y, shared], "sum")
    var model = builder.finish(sum)
    let site = try #require(try CalibrationSites(model).sites.first)
    #expect(try StatisticsEdit.apply([(site, statistics(site, 1))], to: &model).count == 1)
    #expect(try model[shared].initializer?.doubles() == [7, 8])
    #expect(model[model.mainGraph].initializers.contains(shared))
  }

  @Test func constantNodesGetOtherNumbers() throws {
    var builder = CalibrationModel()
    let tensor = try #require(Tensor([Float(1), 2], shape: .vector(2)))
    let mean = builder.node("Constant", [], "m", attributes: [Attribute("value", .tensor(tensor))])
    let y = builder.normalization("a", of: builder.x, mean: mean)
    var model = builder.finish(y)
    let site = try #require(try CalibrationSites(model).sites.first)
    _ = try StatisticsEdit.apply([(site, statistics(site, 1))], to: &model)
    #expect(model[site.node].input(3) == mean)
    #expect(try stored(model, site) == [rounded([1, 1.1]), rounded([1.2, 1.3])])
  }

  @Test func aNumberThatTheTypeDoesNotHoldIsAnError() throws {
    var builder = CalibrationModel()
    let half = try #require(
      Tensor(dataType: .float16, shape: .vector(2), bytes: [0, 60, 0, 60]))
    let mean = builder.model.addInitializer("half", half, to: builder.model.mainGraph)
    let y = builder.normalization("a", of: builder.x, mean: mean)
    var model = builder.finish(y)
    let site = try #require(try CalibrationSites(model).sites.first)
    let statistics = SiteStatistics(mean: [1, 70000], variance: [1, 1])
    #expect(throws: TensorError.self) {
      try StatisticsEdit.apply([(site, statistics)], to: &model)
    }
  }
}
