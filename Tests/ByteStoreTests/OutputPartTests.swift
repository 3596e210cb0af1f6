import TestSupport
import Testing

@testable import ByteStore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Parts that several threads make end up in order, and a failure leaves nothing behind.
struct OutputPartTests {
  private struct Refusal: Error, Hashable { var part: Int }

  /// Parts of many lengths, 9 MB together, each in pieces of many lengths.
  private func parts(failing: Set<Int> = []) -> (parts: [OutputPart], bytes: [UInt8]) {
    var random = SplitMix64(seed: 3)
    var all: [UInt8] = []
    var parts: [OutputPart] = []
    for number in 0..<60 {
      let count = number.isMultiple(of: 7) ? 3 : Int(random.next() % 320_000)
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number) }
      all += bytes
      let step = 1 + Int(random.next() % 130_000)
      parts.append(
        OutputPart(count: count) { output in
          if failing.contains(number) { throw Refusal(part: number) }
          for start in stride(from: 0, to: count, by: step) {
            let piece = Array(bytes[start..<min(start + step, count)])
            try unsafe output.append(piece.span.bytes)
          }
        })
    }
    return (parts, all)
  }

  @Test(arguments: [1, 2, 5])
  func partsComeInOrder(threads: Int) throws {
    let folder = try ScratchFolder()
    let (parts, bytes) = parts()
    #expect(bytes.count > 4 << 20)
    let file = try AtomicFile(replacing: folder.path("out"))
    try file.write([1, 2, 3])
    try file.write(parts, threads: threads)
    try file.write([4, 5])
    #expect(file.count == bytes.count + 5)
    try file.finish(sync: false)
    try file.commit()
    #expect(folder.read("out") == [1, 2, 3] + bytes + [4, 5])
  }

  @Test(arguments: [1, 2, 5])
  func theFirstFailureIsThrown(threads: Int) throws {
    let folder = try ScratchFolder()
    let file = try AtomicFile(replacing: folder.path("out"))
    let error = #expect(throws: Refusal.self) {
      try file.write(parts(failing: [17, 18, 40]).parts, threads: threads)
    }
    // Another thread may not have come to it when a later one fails.
    #expect([17, 18].contains(error?.part))
    file.discard()
    #expect(try folder.names() == [])
  }

  /// Room that the disk has not is told of before anything is written; a file system that cannot
  /// say is no fault.
  @Test(arguments: [ENOSPC, EOPNOTSUPP, EINVAL, EINTR])
  func roomIsTakenFirst(code: Int32) throws {
    let (parts, bytes) = parts()
    let folder = try ScratchFolder()
    let (asked, written) = (Counter(), Counter())
    let calls = Faults.with { calls in
      calls.reserve = { _, offset, count in
        asked.add(offset + count)
        return Faults.fail(code)
      }
      unsafe calls.writeAt = { descriptor, bytes, offset in
        written.add(1)
        return unsafe SystemCalls.system.writeAt(descriptor, bytes, offset)
      }
    }
    let file = try AtomicFile(replacing: folder.path("out"), links: .replaceTarget, calls: calls)
    guard code == ENOSPC else {
      try file.write(parts, threads: 2)
      try file.finish(sync: false)
      try file.commit()
      #expect(folder.read("out") == bytes && asked.value == bytes.count)
      return
    }
    let error = #expect(throws: FileAccessError.self) { try file.write(parts, threads: 2) }
    #expect(error?.problem == .system(errno: ENOSPC))
    #expect(written.value == 0)
    file.discard()
    #expect(try folder.names() == [])
  }

  @Test func faultsOfTheDisk() throws {
    let (parts, bytes) = parts()
    for calls in [Faults.short(40_009), Faults.full(after: bytes.count, code: ENOSPC)] {
      let folder = try ScratchFolder()
      let file = try AtomicFile(replacing: folder.path("out"), links: .replaceTarget, calls: calls)
      try file.write(parts, threads: 2)
      try file.finish(sync: false)
      try file.commit()
      #expect(folder.read("out") == bytes)
    }
    for limit in [0, 1, 1_000_000, bytes.count - 1] {
      let folder = try ScratchFolder()
      let calls = Faults.full(after: limit, code: ENOSPC)
      let file = try AtomicFile(replacing: folder.path("out"), links: .replaceTarget, calls: calls)
      let error = #expect(throws: FileAccessError.self) { try file.write(parts, threads: 2) }
      #expect(error?.problem == .system(errno: ENOSPC), "full after \(limit) bytes")
      file.discard()
      #expect(try folder.names() == [])
    }
  }
}
