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

/// Whatever ends the process, temporary files end with it.
struct SignalTests {
  @Test func interruptRemovesTemporaries() async throws {
    let folder = try ScratchFolder()
    let path = folder.path("m")
    await #expect(processExitsWith: .exitCode(128 + SIGINT)) { [path = path as String] in
      try SignalTests.die(SIGINT, writing: path)
    }
    #expect(try folder.names() == [])
    await #expect(processExitsWith: .exitCode(128 + SIGTERM)) { [path = path as String] in
      try SignalTests.die(SIGTERM, writing: path)
    }
    await #expect(processExitsWith: .exitCode(128 + SIGHUP)) { [path = path as String] in
      try SignalTests.die(SIGHUP, writing: path)
    }
    #expect(try folder.names() == [])
  }

  /// The next run finds what this leaves.
  @Test func killLeavesWhatTheNextRunRemoves() async throws {
    let folder = try ScratchFolder()
    let path = folder.path("m")
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      try SignalTests.die(SIGKILL, writing: path)
    }
    #expect(try folder.names().count == 2)
    try AtomicFile(replacing: path).discard()
    try AtomicFile(replacing: folder.path("n")).discard()
    #expect(try folder.names() == [])
  }

  @Test func ignoredSignalsStayIgnored() async {
    await #expect(processExitsWith: .success) {
      _ = signal(SIGHUP, SIG_IGN)
      TemporaryFiles.removeOnSignals()
      kill(getpid(), SIGHUP)
      usleep(100_000)
    }
  }

  @Test func brokenPipeEndsQuietly() async {
    await #expect(processExitsWith: .exitCode(128 + SIGPIPE)) {
      TemporaryFiles.removeOnSignals()
      SignalTests.breakStandardOutput()
      try StandardStreams.writeOutput(ByteSource([1, 2, 3]))
    }
  }

  @Test func brokenPipeIsToldWhereSignalsAreIgnored() async {
    await #expect(processExitsWith: .success) {
      _ = signal(SIGPIPE, SIG_IGN)
      SignalTests.breakStandardOutput()
      do {
        try StandardStreams.writeOutput(ByteSource([1, 2, 3]))
        exit(2)
      } catch let error as FileAccessError {
        exit(error.isBrokenPipe ? 0 : 3)
      }
    }
  }

  /// Two temporary files open, one finished, when the signal comes.
  static func die(_ number: Int32, writing path: String) throws {
    TemporaryFiles.removeOnSignals()
    let first = try AtomicFile(replacing: path)
    try first.write([1])
    let second = try AtomicFile(replacing: path.dropLast() + "n")
    try second.finish(sync: false)
    // To the process, not to this thread: threads of a pool block signals.
    kill(getpid(), number)
    withExtendedLifetime((first, second)) { _ = sleep(10) }
  }

  /// A pipe that nobody reads, as standard output.
  static func breakStandardOutput() {
    var ends: [Int32] = [0, 0]
    _ = unsafe pipe(&ends)
    close(ends[0])
    dup2(ends[1], STDOUT_FILENO)
  }
}
