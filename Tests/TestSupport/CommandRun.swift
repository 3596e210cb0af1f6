internal import Foundation

/// What a run of a program gave.
public struct CommandRun: Sendable {
  /// The exit code; 128 + n after signal n, as a shell says it.
  public var status: Int32
  /// What it wrote to stdout.
  public var output: [UInt8]
  /// What it wrote to stderr.
  public var errors: String

  /// Stdout as text.
  public var text: String { String(decoding: output, as: UTF8.self) }
  /// The lines of stderr that are not empty.
  public var errorLines: [String] { errors.split(separator: "\n").map(String.init) }

  /// Runs a program to its end.
  ///
  /// Streams go through files, so that no pipe fills up. `environment` is added to a bare one:
  /// PATH, HOME and what a test passes, so that a developer's settings do not matter.
  public static func program(
    _ program: String, _ arguments: [String], input: [UInt8] = [],
    environment: [String: String] = [:], folder: String? = nil
  ) throws -> CommandRun {
    let streams = try ScratchFolder()
    try streams.write(input, to: "in")
    try streams.write([], to: "out")
    try streams.write([], to: "err")
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    let own = ProcessInfo.processInfo.environment
    process.environment = [
      "PATH": own["PATH"] ?? "/usr/bin:/bin", "HOME": own["HOME"] ?? "/",
      "LD_LIBRARY_PATH": own["LD_LIBRARY_PATH"] ?? "", "LANG": "C.UTF-8",
    ].merging(environment) { $1 }
    if let folder { process.currentDirectoryURL = URL(filePath: folder) }
    process.standardInput = FileHandle(forReadingAtPath: streams.path("in"))
    process.standardOutput = FileHandle(forWritingAtPath: streams.path("out"))
    process.standardError = FileHandle(forWritingAtPath: streams.path("err"))
    try process.run()
    process.waitUntilExit()
    let died = process.terminationReason == .uncaughtSignal
    return CommandRun(
      status: process.terminationStatus + (died ? 128 : 0),
      output: try TestFiles.bytes(streams.path("out")),
      errors: try TestFiles.text(streams.path("err")))
  }

  /// Runs a line of shell.
  public static func shell(
    _ script: String, environment: [String: String] = [:], folder: String? = nil
  ) throws -> CommandRun {
    try program("/bin/sh", ["-c", script], environment: environment, folder: folder)
  }

  /// Runs the bnfold that was built with the tests.
  public static func bnfold(
    _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:],
    folder: String? = nil
  ) throws -> CommandRun {
    try program(
      bnfoldPath, arguments, input: input, environment: environment, folder: folder)
  }

  /// The path of the bnfold that was built with the tests: it lies beside their bundle.
  public static let bnfoldPath: String = {
    if let path = ProcessInfo.processInfo.environment["BNFOLD_BINARY"] { return path }
    let arguments = CommandLine.arguments
    var candidates = [arguments[0]]
    if let flag = arguments.firstIndex(of: "--test-bundle-path"), flag + 1 < arguments.count {
      candidates.append(arguments[flag + 1])
    }
    for candidate in candidates {
      let root = candidate.hasPrefix("/") ? "/" : ""
      var parts = candidate.split(separator: "/")
      while !parts.isEmpty {
        parts.removeLast()
        let path = root + (parts + ["bnfold"]).joined(separator: "/")
        if FileManager.default.isExecutableFile(atPath: path) { return path }
      }
    }
    return "\(Samples.repository)/.build/release/bnfold"
  }()
}

/// The Python that the tests compare with, if `make test` or the caller names one.
public enum TestPython {
  /// Its path.
  public static let path: String? = ProcessInfo.processInfo.environment["BNFOLD_PYTHON"]

  /// Runs a script, with arguments.
  public static func run(_ script: String, _ arguments: [String] = []) throws -> CommandRun {
    try CommandRun.program(path ?? "/usr/bin/python3", ["-c", script] + arguments)
  }
}
