import ByteStore
import ModelFormats
import ModelIR
import TestSupport
import Testing

@testable import ONNXFormat

@Suite("External data")
struct ExternalReadingTests {
  private typealias Entries = [(String, String)]

  private static func external(_ wire: inout WireBytes, _ entries: Entries) {
    for (key, value) in entries {
      wire.message(13) {
        $0.text(1, key)
        $0.text(2, value)
      }
    }
    wire.varint(14, 1)
  }

  /// A model whose initializer "w" (uint8, three elements) lies where `entries` say.
  private static func model(_ entries: Entries) -> [UInt8] {
    WireBytes.model { graph in
      WireBytes.relu(&graph)
      graph.tensor(5, "w", type: 2, dims: [3]) { external(&$0, entries) }
    }
  }

  private func read(_ entries: Entries, in folder: borrowing ScratchFolder) throws -> ReadResult {
    let path = try folder.write(Self.model(entries), to: "model.onnx")
    return try ONNXReader().read(try ByteSource(file: path), options: ReadOptions())
  }

  @Test("A tensor is a range of the other file")
  func ranges() throws {
    let folder = try ScratchFolder()
    _ = try folder.write([9, 9, 1, 2, 3, 9], to: "w.data")
    let cases: [(Entries, [UInt8])] = [
      ([("location", "w.data"), ("offset", "2"), ("length", "3")], [1, 2, 3]),
      ([("location", "w.data"), ("offset", "2")], [1, 2, 3]),
      ([("location", "w.data")], [9, 9, 1]),
      ([("location", "./w.data"), ("length", "6")], [9, 9, 1]),
    ]
    for (entries, expected) in cases {
      let result = try read(entries, in: folder)
      let w = try #require(value("w", in: result.model)?.initializer)
      #expect(try w.loadBytes() == expected)
      #expect(result.externalSources.count == 1)
    }
  }

  @Test("A place that is no place is refused, with the tensor's path")
  func refused() throws {
    let folder = try ScratchFolder()
    _ = try folder.write([9, 9, 1, 2, 3, 9], to: "w.data")
    try folder.link("linked", to: "/etc/passwd")
    try folder.link("loop", to: "loop")
    let good = ("location", "w.data")
    let cases: [Entries] = [
      [], [("offset", "0")], [("location", "")], [("location", "/etc/passwd")],
      [("location", "../w.data")], [("location", "a/../../w.data")], [("location", "linked")],
      [("location", "loop")], [("location", "absent")], [("location", "model.onnx")],
      [("location", "*/_ORT_MEM_ADDR_/*")], [good, ("offset", "7")], [good, ("offset", "-1")],
      [good, ("offset", "1e1")], [good, ("offset", "0x1")], [good, ("offset", " 1")],
      [good, ("offset", "18446744073709551616")], [good, ("offset", "")],
      [good, ("offset", "4")], [good, ("length", "2")], [good, ("length", "7")],
      [good, ("offset", "1"), ("length", "9223372036854775807")], [good, good],
    ]
    for entries in cases {
      do {
        _ = try read(entries, in: folder)
        Issue.record("accepted: \(entries)")
      } catch let error as FormatError {
        #expect(error.description.contains("graph.initializer[0] \"w\""), "\(error)")
      }
    }
  }

  @Test("The same rules hold for every tensor, wherever it stands")
  func everywhere() throws {
    let folder = try ScratchFolder()
    let escaping: (inout WireBytes) -> Void = { Self.external(&$0, [("location", "../secret")]) }
    func graph(_ body: @escaping (inout WireBytes) -> Void) -> [UInt8] {
      WireBytes.model { graph in
        WireBytes.relu(&graph)
        body(&graph)
      }
    }
    let constant: (inout WireBytes) -> Void = { wire in
      wire.node("Constant", [], ["c"]) { node in
        node.attribute("value", type: 4) { $0.tensor(5, "", type: 2, dims: [1], escaping) }
      }
    }
    let models: [[UInt8]] = [
      graph(constant),
      graph { wire in
        wire.message(15) { $0.tensor(1, "s", type: 2, dims: [1], escaping) }
      },
      graph { wire in
        wire.node("If", ["x"], ["i"]) { node in
          node.attribute("then_branch", type: 5) { $0.message(6, constant) }
        }
      },
      graph { wire in
        wire.node("Constant", [], ["c"]) { node in
          node.attribute("sparse_value", type: 11) { attribute in
            attribute.message(22) { $0.tensor(1, "", type: 2, dims: [1], escaping) }
          }
        }
      },
      WireBytes.model(
        after: WireBytes.make { model in
          model.message(25) { function in
            function.text(1, "f")
            function.node("Constant", [], ["c"], field: 7) { node in
              node.attribute("value", type: 4) { $0.tensor(5, "", type: 2, dims: [1], escaping) }
            }
          }
        }),
      WireBytes.model(
        after: WireBytes.make { model in
          model.message(20) { training in
            training.message(1) { $0.tensor(5, "t", type: 2, dims: [1], escaping) }
          }
        }),
    ]
    for (index, bytes) in models.enumerated() {
      let path = try folder.write(bytes, to: "model.onnx")
      do {
        _ = try ONNXReader().read(try ByteSource(file: path), options: ReadOptions())
        Issue.record("accepted: model \(index)")
      } catch let error as FormatError {
        guard case .inaccessible(let failure) = error.problem, case .escapes = failure.problem
        else {
          Issue.record("model \(index): \(error)")
          continue
        }
      }
    }
  }

  @Test("Checksums are compared when that is asked for")
  func checksum() throws {
    let folder = try ScratchFolder()
    _ = try folder.write(Array("abc".utf8), to: "w.data")
    // SHA-1 of "abc", FIPS 180-2, appendix A.1.
    let digest = "A9993E364706816ABA3E25717850C26C9CD0D89D"
    var options = ReadOptions()
    options.verifiesChecksums = true
    let good = Self.model([("location", "w.data"), ("checksum", digest)])
    let bad = Self.model([("location", "w.data"), ("checksum", String(digest.dropLast()) + "E")])
    let path = try folder.write(good, to: "good.onnx")
    _ = try ONNXReader().read(try ByteSource(file: path), options: options)
    let wrong = try ByteSource(file: try folder.write(bad, to: "bad.onnx"))
    _ = try ONNXReader().read(wrong, options: ReadOptions())
    #expect(throws: FormatError.self) { try ONNXReader().read(wrong, options: options) }
    // Of more than one block: 56 and a million bytes, the same source.
    let text = Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8)
    #expect(try SHA1.hex(ByteSource(text)) == "84983e441c3bd26ebaae4aa1f95129e5e54670f1")
    let million = ByteSource([UInt8](repeating: 0x61, count: 1_000_000))
    #expect(try SHA1.hex(million) == "34aa973cd4c4daa4f61eeb2bdbad27316534016f")
    let large = ByteSource([UInt8](repeating: 0, count: 3 << 20))
    #expect(try SHA1.hex(large) == "1e5f8def40bb0cb0f7156b9c2bab9efb49cfb699")
  }

  @Test("Tensors that overlap in part are noted, shared ones are not")
  func overlap() throws {
    let folder = try ScratchFolder()
    _ = try folder.write([UInt8](0..<20), to: "w.data")
    func read(_ offsets: [String]) throws -> ReadResult {
      let bytes = WireBytes.model { graph in
        WireBytes.relu(&graph)
        for (index, offset) in offsets.enumerated() {
          graph.tensor(5, "w\(index)", type: 2, dims: [3]) {
            Self.external(&$0, [("location", "w.data"), ("offset", offset)])
          }
        }
      }
      let path = try folder.write(bytes, to: "model.onnx")
      return try ONNXReader().read(try ByteSource(file: path), options: ReadOptions())
    }
    #expect(try read(["0", "3", "0"]).diagnostics.isEmpty)
    let found = try read(["3", "0", "2"]).diagnostics
    #expect(found.count == 2)
    #expect(found.first?.location.path.last?.description == "initializer[2] \"w2\"")
  }

  @Test("An override opens another file for a location")
  func override() throws {
    let folder = try ScratchFolder()
    let other = try folder.write([4, 5, 6], to: "temporary")
    let path = try folder.write(Self.model([("location", "w.data")]), to: "model.onnx")
    var options = ReadOptions()
    options.externalDataOverrides = ["w.data": other]
    let result = try ONNXReader().read(try ByteSource(file: path), options: options)
    #expect(try value("w", in: result.model)?.initializer?.loadBytes() == [4, 5, 6])
  }
}
