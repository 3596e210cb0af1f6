import ByteStore
import ModelFormats
import ModelIR
import TestSupport
import Testing

@testable import NumPyFormat

/// Damaged .npy files give an error that tells where, and never more than that.
struct HostileNPYTests {
  /// A file around a header text.
  static func file(
    _ header: String, version: (UInt8, UInt8) = (1, 0), data: [UInt8] = []
  ) -> [UInt8] {
    let text = Array(header.utf8)
    let length =
      version.0 == 1
      ? [UInt8(text.count & 255), UInt8(text.count >> 8)]
      : (0..<4).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
    return NPYHeader.magic + [version.0, version.1] + length + text + data
  }

  static func header(_ descr: String, _ shape: String) -> String {
    "{'descr': '\(descr)', 'fortran_order': False, 'shape': \(shape), }\n"
  }

  private func problem(_ bytes: [UInt8]) -> FormatError.Problem? {
    do {
      _ = try NumPyFile.read(ByteSource(bytes, path: "x.npy"))
      return nil
    } catch let error as FormatError {
      #expect(error.location.file == "x.npy")
      return error.problem
    } catch {
      Issue.record("\(error)")
      return nil
    }
  }

  @Test func truncatedAtEveryByte() throws {
    for name in ["version1.npy", "version2.npy", "written_bool.npy"] {
      let bytes = try Fixture.bytes(name)
      for count in 0..<bytes.count {
        #expect(problem(Array(bytes[..<count])) != nil, "\(name) cut to \(count) bytes")
      }
      #expect(problem(bytes) == nil)
      #expect(problem(bytes + [0]) != nil)
    }
  }

  @Test(arguments: [UInt64(1), 2, 3]) func flippedBits(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let bytes = try Fixture.bytes("version\(seed).npy")
    for position in 0..<bytes.count {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[position] ^= 1 << bit
        // Another flip at random, so that fewer of the damages stand alone.
        if Bool.random(using: &generator) {
          damaged[Int.random(in: 0..<bytes.count, using: &generator)] ^= 0x20
        }
        guard let arrays = try? NumPyFile.read(ByteSource(damaged)) else { continue }
        for array in arrays { _ = try array.tensor.loadBytes() }
      }
    }
  }

  @Test func headersOfAnyLength() {
    let long = String(repeating: " ", count: 65_400)
    #expect(problem(Self.file(long + Self.header("<f4", "(1,)"), data: [0, 0, 0, 0])) == nil)
    let longer = String(repeating: " ", count: 70_000)
    let tooLong = Self.file(
      longer + Self.header("<f4", "(1,)"), version: (2, 0), data: [0, 0, 0, 0])
    guard case .malformed(field: "header", _) = problem(tooLong) else {
      Issue.record("a header of 70,000 bytes")
      return
    }
    // A length of 4 GiB − 1 in a file of 12 bytes.
    #expect(problem(NPYHeader.magic + [2, 0, 0xff, 0xff, 0xff, 0xff]) != nil)
    #expect(problem(NPYHeader.magic + [1, 0, 0, 0]) != nil)
  }

  @Test(arguments: [(UInt8(0), UInt8(0)), (1, 1), (4, 0), (255, 255)])
  func versions(major: UInt8, minor: UInt8) {
    let bytes = Self.file(Self.header("<f4", "()"), version: (major, minor), data: [0, 0, 0, 0])
    guard case .unsupported = problem(bytes) else {
      Issue.record("version \(major).\(minor)")
      return
    }
  }

  @Test func shapesThatLie() {
    func file(_ shape: String, _ count: Int) -> [UInt8] {
      Self.file(Self.header("<f4", shape), data: [UInt8](repeating: 0, count: count))
    }
    #expect(problem(file("(2, 3)", 24)) == nil)
    #expect(problem(file("(2, 3)", 23)) == .truncated(needed: 24, available: 23))
    guard case .inconsistent = problem(file("(2, 3)", 25)) else {
      Issue.record("a byte too many")
      return
    }
    // 2^62 elements of 4 bytes; 2^64 elements; a zero that hides an overflow.
    for shape in [
      "(4611686018427387904,)", "(4294967296, 4294967296)",
      "(0, 9223372036854775807, 9223372036854775807)",
    ] {
      let bytes = file(shape, 0)
      let isEmpty = shape.hasPrefix("(0")
      #expect((problem(bytes) == nil) == isEmpty, "\(shape)")
    }
    let deep = "(" + String(repeating: "1, ", count: 65) + ")"
    #expect(
      problem(file(deep, 4)) == .limitExceeded(.rank, found: 65, allowed: 64))
  }

  @Test func otherFiles() {
    #expect(problem([]) != nil)
    #expect(problem([0x93]) != nil)
    #expect(problem(Array("<!DOCTYPE html><html>".utf8)) != nil)
    #expect(problem([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]) != nil)
    var generator = SplitMix64(seed: 7)
    for _ in 0..<200 {
      #expect(problem((0..<100).map { _ in UInt8.random(in: 0...255, using: &generator) }) != nil)
    }
  }
}
