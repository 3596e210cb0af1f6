import ByteStore
import ModelFormats
import ModelIR
import TestSupport
import Testing

@testable import ONNXFormat

@Suite("ONNX writer: external data stays external, in files of the output's own")
struct ExternalDataTests {
  private let rewriting: Rewriting
  private let path: String
  private let data: [UInt8]

  init() throws {
    rewriting = try Rewriting()
    let sample = try Samples.named("external")
    path = try rewriting.folder.copy(sample.model)
    try rewriting.folder.copy(sample.model + ".data")
    data = try TestFiles.bytes(sample.model + ".data")
  }

  private func external(_ model: Model) throws -> ValueID {
    try model[model.mainGraph].initializers.max {
      (model[$0].initializer?.byteCount ?? 0) < (model[$1].initializer?.byteCount ?? 0)
    }.orThrow("initializer")
  }

  private func scaled(_ tensor: Tensor) -> Tensor {
    Tensor(
      dataType: tensor.dataType, shape: tensor.shape,
      recipe: TensorRecipe(terms: [.init(source: tensor)]).scaled(
        by: [Double](repeating: 2, count: tensor.shape.dimensions.first ?? 1), at: .axis(0)))
  }

  /// Puts a new initializer in a node's input, and drops the old one if asked.
  private func replace(
    _ old: ValueID, with tensor: Tensor, dropping: Bool, in model: inout Model
  ) throws {
    let new = model.addInitializer("fresh", tensor, to: model.mainGraph)
    for node in model[model.mainGraph].nodes {
      model[node].inputs = model[node].inputs.map { $0 == old ? new : $0 }
    }
    if dropping { try model.remove([], droppingInitializers: [model[old].name]) }
  }

  @Test func unchangedButForTheLocation() throws {
    let new = try rewriting(path)
    let lines = RecordDiff.lines(try TestFiles.bytes(path), new)
    #expect(!lines.isEmpty)
    #expect(lines.allSatisfy { $0.hasSuffix(".value[0]") && $0.contains(".external[") })
    #expect(try TestFiles.bytes(rewriting.folder.path("out.onnx.data")) == data)
    #expect(try TestFiles.bytes(rewriting.folder.path("external.onnx.data")) == data)
    #expect(
      try rewriting.folder.names() == [
        "external.onnx", "external.onnx.data", "out.onnx", "out.onnx.data",
      ])
  }

  @Test func aTensorOfTheSameLengthTakesThePlace() throws {
    var place = 0..<0
    var expected: [Float] = []
    _ = try rewriting(path) { model in
      let old = try external(model)
      let tensor = try model[old].initializer.orThrow("tensor")
      guard case .stored(let elements) = tensor.storage else { throw Missing(name: "bytes") }
      place = elements.pieces[0]
      expected = try tensor.floats().map { $0 * 2 }
      try replace(old, with: scaled(tensor), dropping: true, in: &model)
    }
    let written = try TestFiles.bytes(rewriting.folder.path("out.onnx.data"))
    #expect(written.count == data.count)
    #expect(written[..<place.lowerBound] == data[..<place.lowerBound])
    #expect(written[place.upperBound...] == data[place.upperBound...])
    let model = try rewriting.read(rewriting.folder.path("out.onnx")).model
    #expect(try model[try model.value("fresh")].initializer?.floats() == expected)
    #expect(try TestFiles.bytes(rewriting.folder.path("external.onnx.data")) == data)
  }

  /// What is still referred to is never overwritten.
  @Test func aTensorBesideTheOldOneIsAppended() throws {
    _ = try rewriting(path) { model in
      let old = try external(model)
      let tensor = try model[old].initializer.orThrow("tensor")
      try replace(old, with: scaled(tensor), dropping: false, in: &model)
    }
    let written = try TestFiles.bytes(rewriting.folder.path("out.onnx.data"))
    #expect(Array(written[..<data.count]) == data)
    let model = try rewriting.read(rewriting.folder.path("out.onnx")).model
    guard
      case .stored(let elements)? = model[try model.value("fresh")].initializer?.storage
    else { throw Missing(name: "fresh") }
    #expect(elements.pieces[0].lowerBound % 4096 == 0)
    #expect(elements.pieces[0].upperBound == written.count)
  }

  @Test func aSmallNewTensorStandsInTheModel() throws {
    _ = try rewriting(path) { model in
      let tensor = try Tensor([Float](repeating: 1, count: 255), shape: .vector(255)).orThrow("t")
      _ = model.addInitializer("small", tensor, to: model.mainGraph)
    }
    #expect(try TestFiles.bytes(rewriting.folder.path("out.onnx.data")) == data)
    let result = try rewriting.read(rewriting.folder.path("out.onnx"))
    let small = result.model[try result.model.value("small")].initializer
    guard case .stored(let elements)? = small?.storage else { throw Missing(name: "small") }
    #expect(elements.source === result.source)
  }

  @Test func temporariesCanBeReadBeforeTheCommit() throws {
    let original = try rewriting.read(path)
    let output = try OutputFiles(model: rewriting.folder.path("out.onnx"))
    try ONNXWriter().write(original.model, basedOn: original, to: output)
    try output.finish(sync: false)
    let result = try rewriting.read(
      output.model.temporaryPath, overrides: output.temporaryDataPaths)
    #expect(result.externalSources.count == 1)
    let value = try external(result.model)
    #expect(
      try result.model[value].initializer?.loadBytes()
        == original.model[value].initializer?.loadBytes())
    output.discard()
    #expect(try rewriting.folder.names() == ["external.onnx", "external.onnx.data"])
  }

  /// Written over itself, a model gets a data file of another name, and the old one stays.
  @Test func inPlace() throws {
    let before = try TestFiles.bytes(path)
    let new = try rewriting(path, to: "external.onnx")
    #expect(new != before)
    #expect(
      try rewriting.folder.names() == [
        "external.onnx", "external.onnx.1.data", "external.onnx.data",
      ])
    #expect(try TestFiles.bytes(rewriting.folder.path("external.onnx.data")) == data)
    #expect(try TestFiles.bytes(rewriting.folder.path("external.onnx.1.data")) == data)
  }

  @Test func standardOutputCannotHaveDataFiles() throws {
    let original = try rewriting.read(path)
    let output = try OutputFiles(model: "-")
    #expect(throws: FileAccessError.self) {
      try ONNXWriter().write(original.model, basedOn: original, to: output)
    }
    output.discard()
  }

  /// Beyond protobuf's limit (lowered here) initializers move out, and mean the same.
  @Test func tooLargeAModelMovesItsInitializersOut() throws {
    let path = try Samples.named("cnn").model
    var rewriting = rewriting
    rewriting.writer.messageLimit = try TestFiles.bytes(path).count - 1
    let new = try rewriting(path, to: "large.onnx") { model in
      let tensor = try Tensor([Float](repeating: 3, count: 4000), shape: .vector(4000)).orThrow("t")
      _ = model.addInitializer("large", tensor, to: model.mainGraph)
    }
    #expect(new.count < rewriting.writer.messageLimit)
    let old = try rewriting.read(path).model
    let result = try rewriting.read(rewriting.folder.path("large.onnx"))
    #expect(result.externalSources.keys.sorted() == ["large.onnx.data"])
    for value in old[old.mainGraph].initializers {
      let moved = try result.model.value(old[value].name)
      #expect(
        try result.model[moved].initializer?.loadBytes() == old[value].initializer?.loadBytes())
    }
    let large = try result.model.value("large")
    #expect(try result.model[large].initializer?.floats() == [Float](repeating: 3, count: 4000))
  }

  @Test func aLimitThatCannotBeKept() throws {
    var rewriting = rewriting
    rewriting.writer.messageLimit = 20
    let original = try rewriting.read(Fixtures.rich())
    var model = original.model
    let tensor = try Tensor([Float(1)], shape: .vector(1)).orThrow("t")
    _ = model.addInitializer("more", tensor, to: model.mainGraph)
    let output = try OutputFiles(model: rewriting.folder.path("out.onnx"))
    #expect(throws: FormatError.self) {
      try rewriting.writer.write(model, basedOn: original, to: output)
    }
  }

  /// Tensors of bodies, functions, attributes, sparse tensors and training information move too.
  @Test func tensorsWhereverTheyAre() throws {
    let path = "\(Fixtures.folder)/rich-external.onnx"
    let new = try rewriting(path)
    let lines = RecordDiff.lines(try TestFiles.bytes(path), new)
    // 18 tensors, as the recipe counts them.
    #expect(lines.count == 18)
    #expect(lines.allSatisfy { $0.hasSuffix(".external[0].value[0]") })
    for place in [
      "~ graph[0].initializer[", "~ graph[0].node[2].attribute[0].t", "~ graph[0].node[6].",
      "~ graph[0].node[5].attribute[0].sparse[0].indices", "~ graph[0].sparse[0].values",
      "~ function[0].node[0]", "~ training[0].algorithm[0].initializer[0]",
    ] {
      #expect(lines.contains { $0.hasPrefix(place) }, "\(place)")
    }
    #expect(
      try TestFiles.bytes(rewriting.folder.path("out.onnx.data"))
        == TestFiles.bytes(path + ".data"))
  }
}
