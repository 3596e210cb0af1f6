import ByteStore
import ModelFormats
import ModelIR
import Testing

@testable import NumPyFormat

/// Files by numpy give the numbers that numpy put into them.
struct NumPyReadingTests {
  static let types: [(name: String, type: DataType)] = [
    ("f2", .float16), ("f4", .float32), ("f8", .float64), ("i1", .int8), ("i2", .int16),
    ("i4", .int32), ("i8", .int64), ("u1", .uint8), ("u2", .uint16), ("u4", .uint32),
    ("u8", .uint64), ("b1", .bool), ("c8", .complex64), ("c16", .complex128),
  ]

  @Test(arguments: ["types.npz", "big_endian.npz"]) func everyType(file: String) throws {
    let archive = try NPZArchive(Fixture.source(file))
    #expect(archive.names == Self.types.map(\.name))
    for (name, type) in Self.types {
      let tensor = try #require(try archive.tensor(named: name))
      #expect(tensor.dataType == type)
      #expect(tensor.shape.dimensions == [2, 3])
      #expect(try Fixture.isCounting(tensor), "\(name)")
    }
  }

  @Test func storedArraysStayInTheFile() throws {
    let source = try Fixture.source("types.npz")
    for tensor in try NPZArchive(source).tensors() {
      guard case .stored(let elements) = tensor.tensor.storage else {
        Issue.record("\(tensor.name) was copied")
        continue
      }
      #expect(elements.source === source)
    }
  }

  @Test func columnMajor() throws {
    let archive = try NPZArchive(Fixture.source("fortran.npz"))
    let shapes = [
      "plain": [2, 3, 4], "big": [3, 5], "bytes": [4, 3, 2, 2], "vector": [7], "empty": [3, 0, 2],
    ]
    for (name, shape) in shapes {
      let tensor = try #require(try archive.tensor(named: name))
      #expect(tensor.shape.dimensions == shape)
      #expect(try Fixture.isCounting(tensor), "\(name)")
    }
  }

  @Test func packedMembers() throws {
    let arrays = try NumPyFile.read(Fixture.source("packed.npz"))
    #expect(arrays.map(\.name) == ["counting", "zeros", "fortran", "empty"])
    #expect(try Fixture.isCounting(arrays[0].tensor))
    #expect(try arrays[1].tensor.floats() == [Float](repeating: 0, count: 3600))
    #expect(try Fixture.isCounting(arrays[2].tensor))
    #expect(arrays[2].tensor.shape.dimensions == [6, 7])
    #expect(arrays[3].tensor.shape.dimensions == [0])
  }

  @Test func shapes() throws {
    let archive = try NPZArchive(Fixture.source("shapes.npz"))
    let shapes = ["scalar": [], "empty": [0, 3], "vector": [5], "deep": [1, 2, 1, 3, 1, 2]]
    for (name, shape) in shapes {
      let tensor = try #require(try archive.tensor(named: name))
      #expect(tensor.shape.dimensions == shape)
      #expect(try Fixture.isCounting(tensor))
    }
    #expect(try archive.tensor(named: "missing") == nil)
  }

  @Test func names() throws {
    let arrays = try NumPyFile.read(Fixture.source("names.npz"))
    #expect(
      arrays.map(\.name) == [
        "/model.0/conv/Conv_output_0", "serving_default_input:0", "größe ✓", "a b", "x.npy",
      ])
    #expect(try NumPyFile.read(Fixture.source("none.npz")).isEmpty)
  }

  @Test(arguments: ["version1.npy", "version2.npy", "version3.npy", "python2.npy"])
  func versions(file: String) throws {
    let source = try Fixture.source(file)
    let arrays = try NumPyFile.read(source)
    #expect(arrays.map(\.name) == [""])
    #expect(arrays[0].tensor.dataType == .float32)
    #expect(arrays[0].tensor.shape.dimensions == [2, 3])
    #expect(try Fixture.isCounting(arrays[0].tensor))
  }

  /// Raw bytes mean what the caller says, and nothing otherwise.
  @Test(arguments: [("bfloat16.npy", DataType.bfloat16), ("float8.npy", .float8E4M3FN)])
  func rawBytes(file: String, type: DataType) throws {
    let source = try Fixture.source(file)
    #expect(throws: FormatError.self) { _ = try NumPyFile.read(source) }
    var options = NumPyReadOptions()
    options.rawType = .float64
    #expect(throws: FormatError.self) { _ = try NumPyFile.read(source, options: options) }
    options.rawType = type
    let tensor = try NumPyFile.read(source, options: options)[0].tensor
    #expect(tensor.dataType == type)
    if type == .bfloat16 { #expect(try Fixture.isCounting(tensor)) }
  }

  @Test(arguments: [
    ("object.npy", "pickles"), ("record.npy", "records"), ("text.npy", "'<U2'"),
    ("bytes.npy", "'|S2'"), ("date.npy", "'<M8[D]'"), ("longdouble.npy", "'<f16'"),
    ("bfloat16.npy", "ml_dtypes"),
  ])
  func refusedTypes(file: String, reason: String) throws {
    do {
      _ = try NumPyFile.read(Fixture.source(file))
      Issue.record("\(file) was read")
    } catch let error as FormatError {
      guard case .unsupported(let text) = error.problem else {
        Issue.record("\(error)")
        return
      }
      #expect(text.contains(reason), "\(text)")
    }
  }

  @Test func probing() throws {
    func probe(_ name: String, _ head: [UInt8]) -> ProbeConfidence {
      NumPyFile.probe(ProbeCandidate(name: name, head: head, size: head.count))
    }
    #expect(probe("x", [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]) == .magic)
    #expect(probe("x.npz", [0x50, 0x4b, 3, 4]) == .magic)
    #expect(probe("x.pt", [0x50, 0x4b, 3, 4]) == .plausibleContent)
    #expect(probe("x.npy", [1, 2, 3]) == .fileExtension)
    #expect(probe("x.onnx", [1, 2, 3]) == .none)
  }
}
