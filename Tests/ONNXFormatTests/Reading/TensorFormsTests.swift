import ByteStore
import ModelFormats
import ModelIR
import Testing

/// The one initializer "w" of a model, in the form that `data` gives it.
private func tensor(
  type: Int, dims: [Int], _ data: @escaping (inout WireBytes) -> Void
) throws -> Tensor {
  let bytes = WireBytes.model { graph in
    WireBytes.relu(&graph)
    graph.tensor(5, "w", type: type, dims: dims, data)
  }
  return try #require(value("w", in: try read(bytes).model)?.initializer)
}

private func failure(
  type: Int, dims: [Int], _ data: @escaping (inout WireBytes) -> Void
) -> FormatError? {
  formatError(
    WireBytes.model { graph in
      WireBytes.relu(&graph)
      graph.tensor(5, "w", type: type, dims: dims, data)
    })
}

@Suite("Tensors in every form")
struct TensorFormsTests {
  @Test("raw_data is the elements' bytes")
  func raw() throws {
    let w = try tensor(type: 1, dims: [2]) { $0.data(9, [0, 0, 128, 63, 0, 0, 0, 192]) }
    #expect(try w.floats() == [1, -2])
    #expect(w.dataType == .float32)
    #expect(w.shape.dimensions == [2])
  }

  @Test("float_data packed, unpacked and in chunks that alternate with other fields")
  func floatForms() throws {
    let packed = try tensor(type: 1, dims: [3]) { wire in
      wire.data(4, WireBytes.make { for v: Float in [1, 2, 3] { $0.little(v.bitPattern) } })
    }
    #expect(try packed.floats() == [1, 2, 3])
    let unpacked = try tensor(type: 1, dims: [3]) { wire in
      for v: Float in [1, 2, 3] { wire.fixed32(4, v) }
    }
    #expect(try unpacked.floats() == [1, 2, 3])
    let chunks = try tensor(type: 1, dims: [4]) { wire in
      wire.data(4, WireBytes.make { $0.little(Float(1).bitPattern) })
      wire.text(12, "a doc string in between")
      wire.fixed32(4, 2)
      wire.data(4, WireBytes.make { for v: Float in [3, 4] { $0.little(v.bitPattern) } })
    }
    #expect(try chunks.floats() == [1, 2, 3, 4])
  }

  @Test("Thousands of unpacked elements are joined")
  func manyUnpacked() throws {
    let w = try tensor(type: 1, dims: [5000]) { wire in
      for index in 0..<5000 { wire.fixed32(4, Float(index)) }
    }
    #expect(try w.floats() == (0..<5000).map(Float.init))
    let integers = try tensor(type: 7, dims: [5000]) { wire in
      for index in 0..<5000 { wire.varint(7, -index) }
    }
    #expect(try integers.int64s() == (0..<5000).map { Int64(-$0) })
  }

  /// Type number, the field of its elements, the entries, and the plain bytes they stand for.
  static let varintForms: [(Int, Int, [Int], Int, [UInt8])] = [
    (2, 5, [7, 255], 2, [7, 255]), (3, 5, [7, -1], 2, [7, 255]), (9, 5, [0, 1], 2, [0, 1]),
    (4, 5, [258, 65535], 2, [2, 1, 255, 255]), (5, 5, [258, -2], 2, [2, 1, 254, 255]),
    (6, 5, [1, -1], 2, [1, 0, 0, 0, 255, 255, 255, 255]),
    (7, 7, [-2], 1, [254, 255, 255, 255, 255, 255, 255, 255]),
    (10, 5, [0x3c00], 1, [0, 0x3c]), (16, 5, [0x3f80], 1, [0x80, 0x3f]),
    (12, 11, [4_294_967_295], 1, [255, 255, 255, 255]),
    (13, 11, [-1], 1, [255, 255, 255, 255, 255, 255, 255, 255]),
    (17, 5, [0x38], 1, [0x38]), (24, 5, [0x7f], 1, [0x7f]),
    // Three 4-bit elements, 1, 2 and −1, low nibble first: one byte in an entry …
    (22, 5, [0x21, 0x0f], 3, [0x21, 0x0f]),
    // … or all of them in one entry, as the standard's checker accepts.
    (22, 5, [0x0f21], 3, [0x21, 0x0f]), (21, 5, [0x21, 0x0f], 3, [0x21, 0x0f]),
    (23, 5, [0x21], 2, [0x21]), (25, 5, [0b11_10_01_00, 1], 5, [0b11_10_01_00, 1]),
    (26, 5, [0b11_10_01_00], 4, [0b11_10_01_00]),
  ]

  @Test("Typed fields of numbers", arguments: varintForms.indices)
  func varints(_ index: Int) throws {
    let (type, field, entries, count, expected) = Self.varintForms[index]
    let packed = try tensor(type: type, dims: [count]) { wire in
      wire.data(
        field,
        WireBytes.make { for e in entries { $0.number(UInt64(bitPattern: Int64(e))) } })
    }
    #expect(try packed.loadBytes() == expected)
    let unpacked = try tensor(type: type, dims: [count]) { wire in
      for e in entries { wire.varint(field, e) }
    }
    #expect(try unpacked.loadBytes() == expected)
  }

  @Test("Complex and double data")
  func wide() throws {
    let complex = try tensor(type: 14, dims: [1]) { wire in
      wire.data(4, WireBytes.make { for v: Float in [1, -1] { $0.little(v.bitPattern) } })
    }
    #expect(try complex.loadBytes() == [0, 0, 128, 63, 0, 0, 128, 191])
    let double = try tensor(type: 11, dims: [1]) { wire in
      wire.data(10, WireBytes.make { $0.little((0.5).bitPattern) })
    }
    #expect(try double.loadBytes() == [0, 0, 0, 0, 0, 0, 0xe0, 0x3f])
  }

  @Test("Strings are kept where they lie, one piece for each")
  func strings() throws {
    let w = try tensor(type: 8, dims: [3]) { wire in
      for text in ["a", "", "xyz"] { wire.text(6, text) }
    }
    guard case .stored(let elements) = w.storage else {
      Issue.record("not stored")
      return
    }
    #expect(elements.encoding == .strings)
    #expect(
      try elements.pieces.map { try elements.source.bytes($0) }
        == [Array("a".utf8), [], Array("xyz".utf8)])
  }

  @Test("Scalars and tensors without elements")
  func small() throws {
    let scalar = try tensor(type: 7, dims: []) { $0.varint(7, 5) }
    #expect(try scalar.int64s() == [5])
    let empty = try tensor(type: 1, dims: [0, 4]) { $0.data(9, []) }
    #expect(try empty.floats() == [])
    #expect(try tensor(type: 1, dims: [3, 0]) { _ in }.shape.elementCount == 0)
  }

  @Test("Of a field given twice the last counts")
  func lastWins() throws {
    let w = try tensor(type: 2, dims: [1]) {
      $0.data(9, [1])
      $0.data(9, [2])
    }
    #expect(try w.loadBytes() == [2])
  }

  @Test("Too many raw bytes are noted and left")
  func tooLong() throws {
    let bytes = WireBytes.model { graph in
      WireBytes.relu(&graph)
      graph.tensor(5, "w", type: 2, dims: [2]) { $0.data(9, [1, 2, 3]) }
    }
    let result = try read(bytes)
    #expect(try value("w", in: result.model)?.initializer?.loadBytes() == [1, 2])
    #expect(result.diagnostics.count == 1)
    #expect(
      result.diagnostics.first?.location.path.map(\.description) == [
        "graph", "initializer[0] \"w\"",
      ])
  }

  @Test("A sparse initializer is its values and their places")
  func sparse() throws {
    let bytes = WireBytes.model { graph in
      WireBytes.relu(&graph)
      graph.message(15) { sparse in
        sparse.tensor(1, "w", type: 2, dims: [2]) { $0.data(9, [7, 9]) }
        sparse.tensor(2, "", type: 7, dims: [2]) {
          $0.varint(7, 1)
          $0.varint(7, 5)
        }
        sparse.varint(3, 2)
        sparse.varint(3, 3)
      }
    }
    let w = try #require(value("w", in: try read(bytes).model)?.initializer)
    #expect(w.shape.dimensions == [2, 3])
    #expect(try w.loadBytes() == [0, 7, 0, 0, 0, 9])
  }

  // MARK: Refused

  @Test("What cannot be a tensor is refused at its place")
  func refused() throws {
    let cases: [(String, FormatError?)] = [
      ("needs 12", failure(type: 1, dims: [3]) { $0.data(9, [0, 0, 0, 0, 0, 0, 0, 0]) }),
      ("missing", failure(type: 1, dims: [3]) { _ in }),
      (
        "again",
        failure(type: 1, dims: [1]) {
          $0.data(9, [0, 0, 0, 0])
          $0.fixed32(4, 1)
        }
      ),
      ("is due", failure(type: 1, dims: [1]) { $0.varint(7, 1) }),
      ("is due", failure(type: 8, dims: [1]) { $0.data(9, [65]) }),
      ("data type 27", failure(type: 27, dims: [1]) { $0.data(9, [65]) }),
      ("data type 255", failure(type: 255, dims: [1]) { $0.data(9, [65]) }),
      ("data_type is missing", failure(type: 0, dims: [1]) { $0.data(9, [65]) }),
      ("negative", failure(type: 2, dims: [-1]) { $0.data(9, [65]) }),
      ("more elements than fit", failure(type: 2, dims: [1 << 32, 1 << 32]) { $0.data(9, [65]) }),
      ("needs", failure(type: 2, dims: [1 << 58]) { $0.data(9, [65]) }),
      ("more bytes than fit", failure(type: 1, dims: [1 << 62]) { $0.data(9, [65]) }),
      ("numbers", failure(type: 22, dims: [3]) { for _ in 0..<3 { $0.varint(5, 1) } }),
      ("strings", failure(type: 8, dims: [2]) { $0.text(6, "one") }),
      (
        "segments",
        failure(type: 2, dims: [1]) {
          $0.message(3) { $0.varint(1, 0) }
          $0.data(9, [1])
        }
      ),
      (
        "neither 0 nor 1",
        failure(type: 2, dims: [1]) {
          $0.data(9, [1])
          $0.varint(14, 2)
        }
      ),
      ("no whole number", failure(type: 1, dims: [1]) { $0.data(4, [1, 2, 3]) }),
      (
        "too many dimensions",
        failure(type: 2, dims: Array(repeating: 1, count: 65_536)) {
          $0.data(9, [1])
        }
      ),
    ]
    for (text, error) in cases {
      let error = try #require(error, "\(text)")
      #expect(error.description.contains(text), "\(error)")
      #expect(error.description.contains("graph.initializer[0] \"w\""), "\(error)")
      #expect(error.location.position != .none, "\(error)")
    }
  }
}
