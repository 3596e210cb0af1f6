import ByteStore
import ModelFormats
import ModelIR
import TestSupport
import Testing

@testable import NumPyFormat

/// What is written is what numpy writes, or at least reads.
struct NumPyWritingTests {
  private func written(_ tensor: Tensor) throws -> [UInt8]? {
    let folder = try ScratchFolder()
    let file = try AtomicFile(replacing: folder.path("x"))
    try NPYWriter.write(tensor, to: file)
    try file.commit()
    return folder.read("x")
  }

  @Test func sameBytesAsNumPy() throws {
    let shape = try #require(TensorShape([2, 3]))
    let matrix = try #require(Tensor([0, 1, 2, 3, 4, 5] as [Float], shape: shape))
    #expect(try written(matrix) == Fixture.bytes("written_matrix.npy"))
    let scalar = try #require(Tensor([7] as [Int64], shape: .scalar))
    #expect(try written(scalar) == Fixture.bytes("written_scalar.npy"))
    let bools = try #require(Tensor(dataType: .bool, shape: .vector(5), bytes: [0, 1, 0, 1, 0]))
    #expect(try written(bools) == Fixture.bytes("written_bool.npy"))
  }

  @Test func typesThatNumPyLacks() throws {
    // 1, −2 and 0.5 as bfloat16.
    let halves = try #require(
      Tensor(
        dataType: .bfloat16, shape: .vector(3), bytes: [0x80, 0x3f, 0x00, 0xc0, 0x00, 0x3f]))
    let widened = try NumPyFile.read(ByteSource(try #require(try written(halves))))[0].tensor
    #expect(widened.dataType == .float32)
    #expect(try widened.floats() == [1, -2, 0.5])
    // −8, 7, −1 in nibbles, low ones first.
    let nibbles = try #require(
      Tensor(dataType: .int4, shape: .vector(3), bytes: [0x78, 0x0f]))
    let bytes = try NumPyFile.read(ByteSource(try #require(try written(nibbles))))[0].tensor
    #expect(bytes.dataType == .int8)
    #expect(try bytes.int64s() == [-8, 7, -1])
    let float8 = try #require(Tensor(dataType: .float8E5M2, shape: .vector(1), bytes: [0]))
    #expect(throws: FormatError.self) { _ = try written(float8) }
    #expect(NPYWriter.writtenType(of: .string) == nil)
  }

  @Test(arguments: [NPZWriter.Compression.stored, .deflated])
  func archivesComeBack(compression: NPZWriter.Compression) throws {
    let folder = try ScratchFolder()
    let path = try Self.archive(in: folder, compression)
    let arrays = try NumPyFile.read(ByteSource(file: path))
    #expect(arrays.map(\.name) == ["/a/b:0", "größe", "packed", "empty"])
    let originals = try Self.tensors()
    for (array, original) in zip(arrays, originals) {
      #expect(array.tensor.shape == original.shape)
      #expect(try array.tensor.hasSameElements(as: original))
    }
  }

  /// The judge is numpy itself, where Python has it.
  @Test(arguments: [NPZWriter.Compression.stored, .deflated])
  func numPyReadsArchives(compression: NPZWriter.Compression) throws {
    guard try CommandRun.shell("python3 -c 'import numpy'").status == 0 else { return }
    let folder = try ScratchFolder()
    let path = try Self.archive(in: folder, compression)
    let script = """
      import sys, zipfile, numpy as np
      assert zipfile.ZipFile(sys.argv[1]).testzip() is None
      for name, array in np.load(sys.argv[1]).items():
        print(name, array.dtype.str, array.shape, float(array.sum()))
      """
    let run = try CommandRun.program("/usr/bin/env", ["python3", "-c", script, path])
    #expect(run.errors == "")
    #expect(
      run.text == """
        /a/b:0 <f4 (2, 3) 15.0
        größe |b1 (5,) 2.0
        packed <i8 (100000,) 4999950000.0
        empty <f8 (0,) 0.0

        """)
  }

  @Test func badNamesAreRefused() throws {
    let folder = try ScratchFolder()
    let file = try AtomicFile(replacing: folder.path("x"))
    var writer = NPZWriter(to: file)
    let tensor = try #require(Tensor([0] as [Float], shape: .scalar))
    try writer.add("x", tensor)
    for name in ["x", "", "../b", "a/../b", "a\\b", String(repeating: "x", count: 65_532)] {
      #expect(throws: FormatError.self) { try writer.add(name, tensor) }
    }
  }

  /// More members than 16 bits count need the large end record.
  @Test func manyMembers() throws {
    let folder = try ScratchFolder()
    let file = try AtomicFile(replacing: folder.path("x.npz"))
    var writer = NPZWriter(to: file)
    let tensor = try #require(Tensor([3] as [Float], shape: .scalar))
    for index in 0..<65_536 { try writer.add("\(index)", tensor) }
    try writer.finish()
    try file.finish(sync: false)
    try file.commit()
    let archive = try NPZArchive(ByteSource(file: folder.path("x.npz")))
    #expect(archive.names.count == 65_536)
    #expect(try archive.tensor(named: "65535")?.floats() == [3])
  }

  /// Offsets and sizes that 32 bits do not hold, in headers alone.
  @Test func largeRecords() throws {
    var record = ZipRecord(name: "x.npy", isDeflated: false, offset: 5 << 30, size: 6 << 30)
    record.packed = 6 << 30
    let entry = record.directoryRecord()
    var window = try ByteWindow(ByteSource(entry))
    #expect(try window.load(UInt32.self, at: 20) == .max)
    #expect(try window.load(UInt32.self, at: 24) == .max)
    #expect(try window.load(UInt32.self, at: 42) == .max)
    let extra = (46 + 5)..<entry.count
    let sizes = try #require(try ZipSizes(&window, record: 0, extra: extra))
    #expect(sizes.unpacked == 6 << 30)
    #expect(sizes.packed == 6 << 30)
    #expect(sizes.headerOffset == 5 << 30)
    // Header and field of 20 bytes: the same length with and without sizes.
    #expect(record.localHeader().count == 30 + 5 + 20)
  }

  static func tensors() throws -> [Tensor] {
    let shape = try #require(TensorShape([2, 3]))
    return [
      try #require(Tensor([0, 1, 2, 3, 4, 5] as [Float], shape: shape)),
      try #require(Tensor(dataType: .bool, shape: .vector(5), bytes: [0, 1, 0, 1, 0])),
      try #require(Tensor((0..<100_000).map { Int64($0) }, shape: .vector(100_000))),
      try #require(Tensor([] as [Double], shape: .vector(0))),
    ]
  }

  static func archive(
    in folder: borrowing ScratchFolder, _ compression: NPZWriter.Compression
  ) throws -> String {
    let path = folder.path("x.npz")
    let file = try AtomicFile(replacing: path)
    var writer = NPZWriter(to: file, compression: compression)
    for (name, tensor) in zip(["/a/b:0", "größe", "packed", "empty"], try tensors()) {
      try writer.add(name, tensor)
    }
    try writer.finish()
    try file.commit()
    return path
  }
}
