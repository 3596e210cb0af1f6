import ByteStore
import Foundation
import ModelFormats
import ModelIR
import TestSupport
import Testing

@testable import SafetensorsFormat

/// What Tests/Recipes/safetensors_cases.py recorded from the reference implementation.
enum Recorded {
  struct Header: Decodable, CustomTestStringConvertible {
    let name: String
    let hex: String
    let accepted: Bool
    var testDescription: String { name }
    var bytes: [UInt8] { Recorded.bytes(hex) }
  }

  struct Array: Decodable {
    let dtype: String
    let shape: [Int]
    let hex: String
  }

  static func file(_ name: String) -> String {
    "\(Samples.repository)/Tests/Fixtures/Safetensors/\(name)"
  }

  static func headers() throws -> [Header] {
    let data = try Data(contentsOf: URL(filePath: file("headers.json")))
    return try JSONDecoder().decode([Header].self, from: data)
  }

  static func arrays() throws -> [String: Array] {
    let data = try Data(contentsOf: URL(filePath: file("types.json")))
    return try JSONDecoder().decode([String: Array].self, from: data)
  }

  static func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.utf8.map { $0 < 0x61 ? $0 - 0x30 : $0 - 0x57 }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
}

/// Reading agrees with the reference implementation but where it is laxer than its own text.
struct SafetensorsReadingTests {
  /// What the reference implementation takes although its description forbids it, and names that
  /// no other format can hold.
  static let stricter: Set = ["twice the same", "nul in a name"]

  private func problem(_ bytes: [UInt8]) -> FormatError? {
    do {
      _ = try SafetensorsFile(ByteSource(bytes, path: "x.safetensors"))
      return nil
    } catch let error as FormatError {
      #expect(error.location.file == "x.safetensors")
      return error
    } catch {
      Issue.record("\(error)")
      return nil
    }
  }

  @Test(arguments: try Recorded.headers()) func header(_ header: Recorded.Header) {
    let error = problem(header.bytes)
    let expected = header.accepted && !Self.stricter.contains(header.name)
    #expect((error == nil) == expected, "\(String(describing: error))")
    if let error { #expect(error.location.position != .none, "\(error)") }
  }

  @Test func everyTypeAndShape() throws {
    let file = try SafetensorsFile(ByteSource(file: Recorded.file("types.safetensors")))
    let expected = try Recorded.arrays()
    #expect(file.entries.count == expected.count)
    #expect(file.shards[0].metadata.map(\.key) == ["format"])
    for named in file.tensors {
      let array = try #require(expected[named.name])
      #expect(named.tensor.dataType.name == array.dtype)
      #expect(named.tensor.shape.dimensions == array.shape)
      #expect(try named.tensor.loadBytes() == Recorded.bytes(array.hex))
    }
  }

  @Test func truncatedAtEveryByte() throws {
    let bytes = try TestFiles.bytes(Recorded.file("types.safetensors"))
    for count in 0..<bytes.count { #expect(problem(Array(bytes[..<count])) != nil, "\(count)") }
    #expect(problem(bytes) == nil)
    #expect(problem(bytes + [0]) != nil)
  }

  @Test func flippedBits() throws {
    let bytes = try #require(try Recorded.headers().first { $0.name == "metadata" }).bytes
    for position in bytes.indices {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[position] ^= 1 << bit
        // Either an error with a place or a file whose tensors can be read.
        guard let file = try? SafetensorsFile(ByteSource(damaged, path: "x")) else { continue }
        for named in file.tensors { _ = try named.tensor.loadBytes() }
      }
    }
  }

  @Test func nestingAndHugeHeaders() {
    for levels in [129, 100_000] {
      let text = #"{"a":"# + String(repeating: "[", count: levels)
      let length = (0..<8).map { UInt8(truncatingIfNeeded: text.utf8.count >> (8 * $0)) }
      #expect(problem(length + Array(text.utf8)) != nil)
    }
    let deep =
      #"{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0],"x":"#
      + String(repeating: "[", count: 200) + String(repeating: "]", count: 200) + "}}"
    let length = (0..<8).map { UInt8(truncatingIfNeeded: deep.utf8.count >> (8 * $0)) }
    let error = problem(length + Array(deep.utf8))
    guard case .limitExceeded(.depth, _, _) = error?.problem else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func warnings() throws {
    for (name, word) in [("leading blanks", "blanks"), ("unknown key", "unknown key")] {
      let bytes = try #require(try Recorded.headers().first { $0.name == name }).bytes
      let file = try SafetensorsFile(ByteSource(bytes, path: "x"))
      #expect(file.diagnostics.count == 1)
      #expect(file.diagnostics.first?.message.contains(word) == true)
    }
  }

  @Test func namesThatUnicodeTakesForEqualAreTwo() throws {
    let entry = #":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}"#
    let text = "{\"\u{e9}\"\(entry),\"e\u{301}\"\(entry)}"
    let length = (0..<8).map { UInt8(truncatingIfNeeded: text.utf8.count >> (8 * $0)) }
    let file = try SafetensorsFile(ByteSource(length + Array(text.utf8)))
    #expect(file.entries.count == 2)
  }

  @Test func errorsNameTheTensorAndTheByte() throws {
    let bytes = try #require(try Recorded.headers().first { $0.name == "hole between" }).bytes
    let text = try #require(problem(bytes)).description
    #expect(text.contains("byte 62"))
    #expect(text.contains(#"tensor "b""#))
    #expect(text.contains("4 bytes before it belong to no tensor"))
  }

  @Test func othersAreRecognised() {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"
    guard case .foreign = problem(Array(pointer.utf8))?.problem else {
      Issue.record("a git-lfs pointer")
      return
    }
  }
}
