import Dispatch
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

/// Disks fill up, break and vanish: the old output stays whole and no temporary file stays at all.
struct AtomicFileFaultTests {
  static let old = Array("the old model".utf8)
  /// Longer than the buffer, so that bytes go down at several moments.
  static let new = [UInt8](repeating: 7, count: 600_000)

  /// Writes `new` over `old` by these calls: the error, with what it must leave behind checked.
  private func failure(_ calls: SystemCalls) throws -> FileAccessError? {
    let folder = try ScratchFolder()
    try folder.write(Self.old, to: "m")
    let source = try ByteSource(file: folder.write(Self.new, to: "in"))
    var failure: FileAccessError?
    do {
      let file = try AtomicFile(replacing: folder.path("m"), links: .replaceTarget, calls: calls)
      try file.write(Array(Self.new[..<1000]))
      try file.copy(from: source, 1000..<400_000)
      try file.write(Array(Self.new[400_000...]))
      try file.finish(sync: true)
      try file.commit()
    } catch let error as FileAccessError {
      failure = error
    }
    #expect(folder.read("m") == (failure == nil ? Self.new : Self.old))
    #expect(try folder.names() == ["in", "m"])
    return failure
  }

  @Test(arguments: [ENOSPC, EDQUOT, EFBIG, EIO])
  func fullAtAnyByte(code: Int32) throws {
    let size = Self.new.count
    for limit in [0, 1, 999, 1000, 1001, 262_144, 399_999, 400_000, 500_000, size - 1] {
      let error = try failure(Faults.full(after: limit, code: code))
      #expect(error?.operation == "write")
      #expect(error?.problem == .system(errno: code), "full after \(limit) bytes")
    }
    #expect(try failure(Faults.full(after: size, code: code)) == nil)
  }

  @Test func shortAndInterruptedWrites() throws {
    #expect(try failure(Faults.short(4093)) == nil)
  }

  @Test(arguments: [EXDEV, ENOSYS, EINVAL, EOPNOTSUPP, EPERM, EBADF])
  func copyFallsBack(code: Int32) throws {
    #expect(try failure(Faults.with { $0.copyRange = { _, _, _, _ in Faults.fail(code) } }) == nil)
    // Half of it copied, then no more.
    let turn = Counter()
    let half = Faults.with { calls in
      calls.copyRange = { from, offset, to, count in
        turn.add(1)
        guard turn.value == 1 else { return Faults.fail(code) }
        return SystemCalls.system.copyRange(from, offset, to, count / 2)
      }
    }
    #expect(try failure(half) == nil)
  }

  @Test(arguments: [ENOSPC, EIO]) func copyFails(code: Int32) throws {
    let error = try failure(Faults.with { $0.copyRange = { _, _, _, _ in Faults.fail(code) } })
    #expect(error?.problem == .system(errno: code))
  }

  @Test func copyThatStopsIsReadInstead() throws {
    #expect(try failure(Faults.with { $0.copyRange = { _, _, _, _ in 0 } }) == nil)
  }

  @Test func writingNothingIsAnError() throws {
    let error = try failure(Faults.with { unsafe $0.write = { _, _ in 0 } })
    #expect(error?.problem == .system(errno: EIO))
  }

  @Test func failedSynchronizeIsFinal() throws {
    let folder = try ScratchFolder()
    let turn = Counter()
    let calls = Faults.with { calls in
      calls.synchronize = { _ in
        turn.add(1)
        return turn.value == 1 ? Faults.fail(EIO) : 0
      }
    }
    let file = try AtomicFile(replacing: folder.path("m"), links: .replaceTarget, calls: calls)
    try file.finish(sync: true)
    #expect(throws: FileAccessError.self) { try file.settle() }
    #expect(try folder.names() == [])
    #expect(turn.value == 1)
  }

  /// What is being verified need not be on the disk yet; what has its name must be.
  @Test func commitWaitsForTheDisk() throws {
    let folder = try ScratchFolder()
    let mayEnd = DispatchSemaphore(value: 0)
    let hasEnded = Counter()
    let calls = Faults.with { calls in
      calls.synchronize = { _ in
        mayEnd.wait()
        hasEnded.add(1)
        mayEnd.signal()
        return 0
      }
      calls.rename = { folder, from, to in
        hasEnded.value == 1 ? SystemCalls.system.rename(folder, from, to) : Faults.fail(EIO)
      }
    }
    let file = try AtomicFile(replacing: folder.path("m"), links: .replaceTarget, calls: calls)
    try file.write(Self.old)
    try file.finish(sync: true)
    let readable = try? ByteSource(file: file.temporaryPath).bytes(0..<Self.old.count)
    let endedEarly = hasEnded.value
    // Before anything can fail: the file waits for its end, whatever happens.
    mayEnd.signal()
    #expect(readable == Self.old && endedEarly == 0)
    try file.commit()
    #expect(try folder.names() == ["m"])
  }

  /// Many jobs may wait for the disk at once, on all the threads there are.
  @Test func manyWaitTogether() throws {
    let folder = try ScratchFolder()
    let written = Counter()
    let calls = Faults.with { calls in
      calls.synchronize = { _ in
        usleep(2000)
        return 0
      }
    }
    DispatchQueue.concurrentPerform(iterations: 64) { job in
      guard
        let file = try? AtomicFile(
          replacing: folder.path("m\(job)"), links: .replaceTarget, calls: calls),
        (try? file.finish(sync: true)) != nil, (try? file.commit()) != nil
      else { return }
      written.add(1)
    }
    #expect(written.value == 64)
  }

  @Test func failedRename() throws {
    let error = try failure(Faults.with { $0.rename = { _, _, _ in Faults.fail(EIO) } })
    #expect(error?.operation == "rename")
  }

  @Test func withoutSyncNothingIsSynchronized() throws {
    let folder = try ScratchFolder()
    let calls = Faults.with { $0.synchronize = { _ in Faults.fail(EIO) } }
    let file = try AtomicFile(replacing: folder.path("m"), links: .replaceTarget, calls: calls)
    try file.finish(sync: false)
    try file.commit()
    #expect(try folder.names() == ["m"])
  }

  /// Some file systems cannot synchronize folders; a broken disk is reported.
  @Test(arguments: [(EINVAL, false), (EIO, true)])
  func folderThatCannotBeSynchronized(code: Int32, isReported: Bool) throws {
    let folder = try ScratchFolder()
    let turn = Counter()
    let calls = Faults.with { calls in
      calls.synchronize = { _ in
        turn.add(1)
        return turn.value == 1 ? 0 : Faults.fail(code)
      }
    }
    let file = try AtomicFile(replacing: folder.path("m"), links: .replaceTarget, calls: calls)
    var reported = false
    do { try file.commit() } catch { reported = true }
    #expect(reported == isReported)
    #expect(turn.value == 2)
    #expect(try folder.names() == ["m"])
  }

  @Test func deviceThatIsFull() throws {
    let number = unsafe open("/dev/full", O_WRONLY)
    try #require(number >= 0)
    let full = Descriptor(number)
    var writer = DescriptorWriter(full.number, path: "/dev/full")
    let bytes = [UInt8](repeating: 0, count: 10)
    try unsafe bytes.withUnsafeBytes { try unsafe writer.write($0) }
    #expect(throws: FileAccessError.self) { try writer.flush() }
  }

  /// A file size limit, as `ulimit -f` sets it; in a process of its own, which it concerns whole.
  @Test func fileSizeLimit() async throws {
    await #expect(processExitsWith: .success) {
      let folder = try ScratchFolder()
      try folder.write(AtomicFileFaultTests.old, to: "m")
      TemporaryFiles.removeOnSignals()
      var limit = rlimit()
      limit.rlim_cur = 100_000
      limit.rlim_max = 100_000
      guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else {
        exit(2)
      }
      do {
        let file = try AtomicFile(replacing: folder.path("m"))
        try file.write(AtomicFileFaultTests.new)
        try file.commit()
        exit(3)
      } catch let error as FileAccessError {
        guard error.problem == .system(errno: EFBIG) else { exit(4) }
      }
      guard try folder.names() == ["m"], folder.read("m") == AtomicFileFaultTests.old else {
        exit(5)
      }
    }
  }
}
