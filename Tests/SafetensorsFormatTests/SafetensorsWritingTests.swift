import ByteStore
import ModelFormats
import ModelIR
import TestSupport
import Testing

@testable import SafetensorsFormat

/// What is written is what the reference implementation writes.
struct SafetensorsWritingTests {
  private let scratch: ScratchFolder
  init() throws { scratch = try ScratchFolder() }

  private func written(
    _ items: [SafetensorsWriter.Item], metadata: [(key: String, value: String)] = []
  ) throws -> [UInt8] {
    let file = try AtomicFile(replacing: scratch.path("out.safetensors"))
    try SafetensorsWriter.write(items, metadata: metadata, to: file)
    try file.commit()
    return try #require(scratch.read("out.safetensors"))
  }

  @Test func byteForByte() throws {
    let original = try TestFiles.bytes(Recorded.file("types.safetensors"))
    let file = try SafetensorsFile(ByteSource(original))
    let items = file.entries.reversed().map { SafetensorsWriter.Item($0) }
    #expect(try written(items, metadata: file.shards[0].metadata) == original)
    // By way of tensors, too, computed or not.
    let tensors = file.tensors.compactMap {
      SafetensorsWriter.Item(name: $0.name, tensor: $0.tensor)
    }
    #expect(try written(tensors, metadata: file.shards[0].metadata) == original)
  }

  @Test func typesThatTravelUnread() throws {
    for name in ["six-bit", "even four-bit", "any order"] {
      let bytes = try #require(try Recorded.headers().first { $0.name == name }).bytes
      let file = try SafetensorsFile(ByteSource(bytes))
      let again = try SafetensorsFile(
        ByteSource(try written(file.entries.map { SafetensorsWriter.Item($0) })))
      let (a, b) = (try #require(file.entries.first), try #require(again.entries.first))
      #expect(a.name == b.name && a.type == b.type && a.shape == b.shape)
      #expect(try a.source.bytes(a.range) == b.source.bytes(b.range))
    }
  }

  @Test func refusals() throws {
    let tensor = try #require(Tensor([Float(1)], shape: .vector(1)))
    for name in ["a\nb", "__metadata__", "\u{7f}"] {
      let item = try #require(SafetensorsWriter.Item(name: name, tensor: tensor))
      #expect(throws: FormatError.self) { try written([item]) }
    }
    let item = try #require(SafetensorsWriter.Item(name: "a", tensor: tensor))
    #expect(throws: FormatError.self) { try written([item, item]) }
    let odd = try #require(Tensor(dataType: .float4E2M1, shape: .vector(1), bytes: [0]))
    #expect(SafetensorsWriter.Item(name: "a", tensor: odd) == nil)
    let integers = try #require(Tensor(dataType: .int4, shape: .vector(2), bytes: [0]))
    #expect(SafetensorsWriter.Item(name: "a", tensor: integers) == nil)
  }

  @Test func aMisfitIsNamed() throws {
    struct Misfit: Error, Equatable { var name: String }
    let half = try #require(
      Tensor(dataType: .float16, shape: .vector(1), bytes: [0, 0x3c]))
    let large = Tensor(
      dataType: .float16, shape: .vector(1),
      recipe: TensorRecipe(terms: [.init(source: half)]).scaled(by: [1e6], at: .axis(0)))
    let item = try #require(SafetensorsWriter.Item(name: "w", tensor: large))
    let file = try AtomicFile(replacing: scratch.path("out.safetensors"))
    #expect(throws: Misfit(name: "w")) {
      try SafetensorsWriter.write([item], to: file) { name, _ in Misfit(name: name) }
    }
  }
}

/// Checkpoints of several files.
struct SafetensorsIndexTests {
  private let scratch: ScratchFolder

  init() throws { scratch = try ScratchFolder() }

  /// Two files and their index.
  private func makeShards() throws {
    let shards = try ["a", "b"].map { letter in
      let tensor = try #require(Tensor([Float(1), 2], shape: .vector(2)))
      let items = try ["1", "2"].map {
        try #require(SafetensorsWriter.Item(name: letter + $0, tensor: tensor))
      }
      let name = "m-\(letter).safetensors"
      let file = try AtomicFile(replacing: scratch.path(name))
      try SafetensorsWriter.write(items, to: file)
      try file.commit()
      return (name: name, items: items)
    }
    let file = try AtomicFile(replacing: scratch.path("m.safetensors.index.json"))
    try SafetensorsWriter.writeIndex(shards, metadata: [("dtype", "\"F32\"")], to: file)
    try file.commit()
  }

  private func read() throws -> SafetensorsFile {
    try SafetensorsFile(ByteSource(file: scratch.path("m.safetensors.index.json")))
  }

  private func replaceInIndex(_ old: String, _ new: String) throws {
    let text = try TestFiles.text(scratch.path("m.safetensors.index.json"))
    #expect(text.contains(old))
    try scratch.write(
      Array(text.replacing(old, with: new).utf8), to: "m.safetensors.index.json")
  }

  @Test func roundTrip() throws {
    try makeShards()
    let file = try read()
    #expect(file.shards.map(\.name) == ["m-a.safetensors", "m-b.safetensors"])
    #expect(file.entries.map(\.name).sorted() == ["a1", "a2", "b1", "b2"])
    #expect(file.indexMetadata?.map(\.text) == ["\"F32\""])
    #expect(file.externalSources.count == 2)
    let text = try TestFiles.text(scratch.path("m.safetensors.index.json"))
    #expect(text.contains("\"total_size\": 32,"))
  }

  @Test(arguments: [
    ("\"a1\": \"m-a.safetensors\"", "\"a1\": \"m-b.safetensors\""),
    ("\"a1\": \"m-a.safetensors\",", ""),
    ("\"a1\":", "\"a0\":"),
    ("\"a1\": \"m-a.safetensors\"", "\"a1\": \"../m-a.safetensors\""),
    ("\"a1\": \"m-a.safetensors\"", "\"a1\": \"/etc/passwd\""),
    ("\"a1\": \"m-a.safetensors\"", "\"a1\": \"none.safetensors\""),
    ("\"a1\": \"m-a.safetensors\"", "\"a1\": 1"),
    ("\"a1\":", "\"a2\":"),
    ("weight_map", "weight_maps"),
    ("\"metadata\"", "\"weight_map\""),
  ]) func damagedIndex(_ change: (String, String)) throws {
    try makeShards()
    try replaceInIndex(change.0, change.1)
    #expect(throws: FormatError.self) { try read() }
  }

  @Test func aTensorInTwoFiles() throws {
    try makeShards()
    try scratch.write(
      try #require(scratch.read("m-a.safetensors")), to: "m-b.safetensors")
    #expect(throws: FormatError.self) { try read() }
  }

  @Test func truncatedIndex() throws {
    try makeShards()
    let bytes = try #require(scratch.read("m.safetensors.index.json"))
    for count in 0..<(bytes.count - 2) {
      try scratch.write(Array(bytes[..<count]), to: "m.safetensors.index.json")
      #expect(throws: FormatError.self, "\(count)") { try read() }
    }
  }
}
