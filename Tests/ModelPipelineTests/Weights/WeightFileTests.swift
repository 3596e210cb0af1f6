import ByteStore
import Foundation
import ModelFormats
import ModelIR
import ModelReports
import ModelVerification
import SafetensorsFormat
import TestSupport
import Testing

@testable import ModelPipeline

/// Weights without a graph, folded by their names and compared with what numpy computes.
@Suite("Weight files")
struct WeightFileTests {
  private struct Expected: Decodable {
    struct Tensor: Decodable {
      let shape: [Int]
      let norm: Double
      let values: [Double]
    }
    let folded: [String: Tensor]
    let kept: [String]
  }

  private let folder: ScratchFolder
  init() throws { folder = try ScratchFolder() }

  private func fixture(_ name: String) -> String {
    "\(Samples.repository)/Tests/Fixtures/Safetensors/\(name)"
  }

  private func tensors(_ path: String) throws -> [String: Tensor] {
    let file = try SafetensorsFile(ByteSource(file: path))
    return Dictionary(uniqueKeysWithValues: file.tensors.map { ($0.name, $0.tensor) })
  }

  @Test(
    "State dicts of torchvision's networks fold to what numpy computes",
    arguments: ["resnet", "mobilenet", "densenet"])
  func stateDicts(name: String) throws {
    let data = try Data(contentsOf: URL(filePath: fixture("\(name)-folded.json")))
    let expected = try JSONDecoder().decode(Expected.self, from: data)
    let output = folder.path("out.safetensors")
    let report = try FoldPipeline(
      FoldRequest(input: fixture("\(name).safetensors"), output: output)
    ).run()
    #expect(report.verification?.verdict == .passed)
    #expect(report.folded == expected.folded.count / 2)
    let kept = report.sites.filter { !$0.isFolded }
    #expect(kept.map(\.name).sorted() == expected.kept)
    let (before, after) = (try tensors(fixture("\(name).safetensors")), try tensors(output))
    for (tensor, wanted) in expected.folded {
      let found = try #require(after[tensor], "\(tensor)")
      #expect(found.shape.dimensions == wanted.shape)
      let numbers = try found.doubles()
      let sampled = stride(
        from: 0, to: numbers.count, by: max(1, numbers.count / 24)
      ).map { numbers[$0] }
      for (x, y) in zip(sampled, wanted.values) {
        // Half a unit in the last place, and the two ways to compute in float64.
        #expect(abs(x - y) <= 0x1p-24 * abs(y) * 1.0001 + 1e-12, "\(tensor): \(x), \(y)")
      }
      let norm = numbers.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(abs(norm - wanted.norm) <= 1e-6 * wanted.norm)
    }
    // All else is as it was, and nothing else is there.
    for (tensor, found) in after where expected.folded[tensor] == nil {
      #expect(try found.loadBytes() == before[tensor]?.loadBytes(), "\(tensor)")
      #expect(!tensor.contains("running") || expected.kept.contains { tensor.hasPrefix($0) })
    }
    let gone = Set(before.keys).subtracting(after.keys)
    #expect(gone.count == 5 * report.folded)
  }

  @Test("Identities can stay, and change nothing")
  func identities() throws {
    var request = FoldRequest(
      input: fixture("resnet.safetensors"), output: folder.path("out.safetensors"))
    request.reading.settings.pairing.keepsIdentity = true
    let report = try FoldPipeline(request).run()
    #expect(report.verification?.verdict == .passed)
    let (before, after) = (
      try tensors(fixture("resnet.safetensors")), try tensors(folder.path("out.safetensors"))
    )
    #expect(Set(before.keys).isSubset(of: after.keys))
    let variance = try #require(after["bn1.running_var"]).floats()
    for v in variance {
      let scale = 1 / (Double(v) + Double(Float(1e-5))).squareRoot()
      #expect(abs(scale - 1) <= 0x1p-24)
    }
    #expect(try #require(after["bn1.running_mean"]).floats().allSatisfy { $0 == 0 })
    #expect(try #require(after["bn1.weight"]).floats().allSatisfy { $0 == 1 })
  }

  @Test("A folded file and its input can be compared later", arguments: [false, true])
  func comparison(keepsIdentity: Bool) throws {
    let (input, output) = (fixture("resnet.safetensors"), folder.path("out.safetensors"))
    var request = FoldRequest(input: input, output: output)
    request.reading.settings.pairing.keepsIdentity = keepsIdentity
    _ = try FoldPipeline(request).run()
    let same = try ComparisonPipeline(original: input, written: output).run()
    #expect(same.verification.verdict == .passed)
    let other = try ComparisonPipeline(
      original: input, written: Samples.file("resnet-weights.safetensors")
    ).run()
    #expect(other.verification.verdict == .failed)
  }

  @Test("A fault in one new weight is found")
  func plantedFault() throws {
    let request = FoldRequest(
      input: fixture("resnet.safetensors"), output: folder.path("out.safetensors"))
    let plant: @Sendable (String) throws -> Void = { path in
      var bytes = try TestFiles.bytes(path)
      let file = try SafetensorsFile(ByteSource(bytes))
      let entry = try #require(file.entries.first { $0.name == "layer1.0.conv1.weight" })
      bytes[entry.range.lowerBound + 3] ^= 0x80
      try TestFiles.overwrite(path, with: bytes)
    }
    let report = try FoldPipeline(request, tampering: plant).run()
    #expect(report.verification?.verdict == .failed)
    #expect(!TestFiles.exists(folder.path("out.safetensors")))
  }

  @Test("Epsilon is what the user says, else told")
  func epsilon() throws {
    var request = FoldRequest(
      input: fixture("resnet.safetensors"), output: folder.path("a.safetensors"))
    let report = try FoldPipeline(request).run()
    #expect(report.notes.contains { $0.contains("default 1e-05") })
    request.reading.settings.pairing.epsilon = 1e-3
    request.output = folder.path("b.safetensors")
    let other = try FoldPipeline(request).run()
    #expect(!other.notes.contains { $0.contains("default") })
    #expect(
      try tensors(folder.path("a.safetensors"))["conv1.weight"]?.loadBytes()
        != tensors(folder.path("b.safetensors"))["conv1.weight"]?.loadBytes())
  }

  @Test("A plan says what names do not")
  func plans() throws {
    var request = FoldRequest(
      input: fixture("densenet.safetensors"), output: folder.path("out.safetensors"))
    let plan = """
      # The first normalization alone.
      epsilon = 0.001
      [[pair]]
      layer = 'features.conv0'
      norm = 'features.norm0'   # stem
      [[pair]]
      layer = "features.*.denselayer*.conv1"
      norm = "features.*.denselayer*.norm2"
      epsilon = 1e-5
      """
    request.reading.settings.pairing.plan = try folder.write(Array(plan.utf8), to: "plan.toml")
    let report = try FoldPipeline(request).run()
    #expect(report.folded == 4)
    #expect(report.verification?.verdict == .passed)
    #expect(
      report.sites.contains { site in
        guard case .kept(let reason) = site.outcome else { return false }
        return reason.contains("the plan does not name it")
      })
    let json = #"{"pair": [{"layer": "features.conv0", "norm": "features.norm0"}]}"#
    request.reading.settings.pairing.plan = try folder.write(Array(json.utf8), to: "plan.json")
    #expect(try FoldPipeline(request).run().folded == 1)
  }

  @Test(
    "Plans that do not fit are refused",
    arguments: [
      "[[pair]]\nlayer = 'nothing'\nnorm = 'bn1'\n",
      "[[pair]]\nlayer = 'conv1'\nnorm = 'layer2.0.bn1'\n",
      "[[pair]]\nlayer = 'conv1'\nnorm = 'bn1'\nlayout = 'transposed'\n",
      "[[pair]]\nlayer = 'conv1'\nnorm = 'bn1'\nlayout = 'sideways'\n",
      "[[pair]]\nlayer = 'conv1'\nnorm = 'bn1'\n[[pair]]\nlayer = 'conv1'\nnorm = 'bn1'\n",
      "[[pair]]\nlayer = 'conv1'\n", "[[pairs]]\n", "layer = 'conv1'\n", "", "{}", "[pair]\n",
      "[[pair]]\nlayer = 'conv1'\nnorm = 'b*'\n", "[[pair]]\nlayer = conv1\nnorm = 'bn1'\n",
      "[[pair]]\nlayer = 'conv1'\nnorm = 'bn1'\nepsilon = -1\n",
      "[[pair]]\nlayer = 'conv1'\nnorm = 'bn1'\ngroups = 0.5\n",
      "[[pair]]\nlayer = 'conv1'\nlayer = 'conv1'\nnorm = 'bn1'\n",
      #"{"pair": [{"layer": 1, "norm": "bn1"}]}"#, #"{"pair": {}}"#, #"{"x": 1}"#,
    ])
  func badPlans(text: String) throws {
    var request = FoldRequest(
      input: fixture("resnet.safetensors"), output: folder.path("out.safetensors"))
    request.reading.settings.pairing.plan = try folder.write(Array(text.utf8), to: "plan")
    #expect(throws: FormatError.self) { try FoldPipeline(request).run() }
    #expect(!TestFiles.exists(folder.path("out.safetensors")))
  }

  @Test("A graph with the same tensors says who follows whom")
  func graphs() throws {
    let model = Samples.file("cnn.onnx")
    let weights = folder.path("cnn.safetensors")
    _ = try ConversionPipeline(ConversionRequest(input: model, output: weights)).run()
    // The sample's names follow no convention that could be known.
    var request = FoldRequest(input: weights, output: folder.path("out.safetensors"))
    #expect(try FoldPipeline(request).run().folded == 0)
    request.reading.settings.pairing.graph = model
    let report = try FoldPipeline(request).run()
    #expect(report.verification?.verdict != .failed)
  }

  @Test("Where nothing is folded the output is the input")
  func untouched() throws {
    let output = folder.path("out.safetensors")
    let input = fixture("types.safetensors")
    let report = try FoldPipeline(FoldRequest(input: input, output: output)).run()
    #expect(report.ending == .copied)
    #expect(try TestFiles.bytes(output) == TestFiles.bytes(input))
  }

  @Test("Checkpoints of several files stay so, in place too")
  func shards() throws {
    let all = try SafetensorsFile(ByteSource(file: fixture("resnet.safetensors"))).entries
    let names = ["m-1.safetensors", "m-2.safetensors"]
    var shards: [(name: String, items: [SafetensorsWriter.Item])] = []
    for (number, name) in names.enumerated() {
      let items = all.enumerated().filter { $0.offset % 2 == number }.map {
        SafetensorsWriter.Item($0.element)
      }
      let file = try AtomicFile(replacing: folder.path(name))
      try SafetensorsWriter.write(items, to: file)
      try file.commit()
      shards.append((name, items))
    }
    let index = folder.path("m.safetensors.index.json")
    let file = try AtomicFile(replacing: index)
    try SafetensorsWriter.writeIndex(shards, metadata: [], to: file)
    try file.commit()

    let single = folder.path("single.safetensors")
    let whole = try FoldPipeline(FoldRequest(input: index, output: single)).run()
    #expect(whole.verification?.verdict == .passed && whole.folded == 10)
    let other = folder.path("out.safetensors.index.json")
    let report = try FoldPipeline(FoldRequest(input: index, output: other)).run()
    #expect(report.verification?.verdict == .passed && report.folded == 10)
    let written = try SafetensorsFile(ByteSource(file: other))
    #expect(
      written.shards.map(\.name)
        == ["out-00001-of-00002.safetensors", "out-00002-of-00002.safetensors"])
    let expected = try tensors(single)
    #expect(written.tensors.count == expected.count)
    for named in written.tensors {
      #expect(try named.tensor.loadBytes() == expected[named.name]?.loadBytes())
    }
    #expect(try FoldPipeline(FoldRequest(input: index, output: index)).run().folded == 10)
    #expect(try SafetensorsFile(ByteSource(file: index)).entries.count == expected.count)
  }

  @Test("Half precision and Double fold too")
  func types() throws {
    for type in [DataType.float16, .bfloat16, .float64] {
      let source = try tensors(fixture("resnet.safetensors"))
      var items: [SafetensorsWriter.Item] = []
      for (name, tensor) in source {
        var converted = tensor
        if tensor.dataType == .float32, !name.hasSuffix("running_var") {
          converted = Tensor(
            dataType: type, shape: tensor.shape,
            recipe: TensorRecipe(terms: [.init(source: tensor)]))
        }
        items.append(try #require(SafetensorsWriter.Item(name: name, tensor: converted)))
      }
      let file = try AtomicFile(replacing: folder.path("in.safetensors"))
      try SafetensorsWriter.write(items, to: file)
      try file.commit()
      let report = try FoldPipeline(
        FoldRequest(
          input: folder.path("in.safetensors"), output: folder.path("out.safetensors"))
      ).run()
      #expect(report.verification?.verdict != .failed, "\(type)")
      #expect(report.folded > 0, "\(type)")
      #expect(try tensors(folder.path("out.safetensors"))["conv1.weight"]?.dataType == type)
    }
  }
}
