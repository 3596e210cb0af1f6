import Foundation
import TestSupport
import Testing

private let cnn = Samples.file("cnn.onnx")

@Suite("Faults")
struct FaultTests {
  @Test("A file size limit is 74; the old output stays whole and nothing is left behind")
  func fileSizeLimit() throws {
    let folder = try ScratchFolder()
    try folder.write(Array("old".utf8), to: "out.onnx")
    // A limit of 8 blocks of 512 bytes is less than the output.
    let run = try CommandRun.shell(
      "ulimit -f 8; exec '\(CommandRun.bnfoldPath)' fold '\(cnn)' -o out.onnx 2> err",
      folder: folder.path)
    #expect(run.status == 74)
    #expect(try folder.names() == ["err", "out.onnx"])
    #expect(try TestFiles.text(folder.path("out.onnx")) == "old")
    let errors = try TestFiles.text(folder.path("err"))
    #expect(errors.split(separator: "\n").count == 1, "\(errors)")
  }

  /// Whether a small file system can be mounted here.
  static let canMount: Bool = {
    guard let folder = try? ScratchFolder() else { return false }
    let mount = "mount -t tmpfs -o size=16k tmpfs '\(folder.path)' && umount '\(folder.path)'"
    return (try? CommandRun.shell(mount))?.status == 0
  }()

  @Test(
    "A full disk is 74; the old output stays whole and nothing is left behind",
    .enabled(if: canMount), arguments: ["cnn", "external"])
  func fullDisk(_ name: String) throws {
    let folder = try ScratchFolder()
    let mount = "mount -t tmpfs -o size=8k tmpfs '\(folder.path)'"
    #expect(try CommandRun.shell(mount).status == 0)
    defer { _ = try? CommandRun.shell("umount '\(folder.path)'") }
    try folder.write(Array("old".utf8), to: "out.onnx")
    let run = try CommandRun.bnfold([
      "fold", Samples.file("\(name).onnx"), "-o", folder.path("out.onnx"),
    ])
    #expect(run.status == 74, "\(run.errors)")
    #expect(run.errorLines.count == 1, "\(run.errors)")
    #expect(try folder.names() == ["out.onnx"])
    #expect(try TestFiles.text(folder.path("out.onnx")) == "old")
  }

  @Test("In place: the input is replaced by its fold")
  func inPlace() throws {
    let folder = try ScratchFolder()
    try folder.copy(cnn, as: "model.onnx")
    let apart = try CommandRun.bnfold(
      ["fold", "model.onnx", "-o", "other.onnx"], folder: folder.path)
    #expect(apart.status == 0, "\(apart.errors)")
    let run = try CommandRun.bnfold(
      ["fold", "model.onnx", "-o", "model.onnx"], folder: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try folder.names() == ["model.onnx", "other.onnx"])
    #expect(
      try TestFiles.bytes(folder.path("model.onnx"))
        == TestFiles.bytes(folder.path("other.onnx")))
  }

  @Test("In place with external data: the input's data file is never touched")
  func inPlaceExternal() throws {
    let folder = try ScratchFolder()
    try folder.copy(Samples.file("external.onnx"))
    try folder.copy(Samples.file("external.onnx.data"))
    let data = try TestFiles.bytes(folder.path("external.onnx.data"))
    let run = try CommandRun.bnfold(
      ["fold", "external.onnx", "-o", "external.onnx"], folder: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try TestFiles.bytes(folder.path("external.onnx.data")) == data)
    let again = try CommandRun.bnfold(["inspect", "external.onnx", "--json"], folder: folder.path)
    #expect(
      try JSONObject(again, schema: "bnfold.inspect")["totals"]?
        .integer("batch_normalizations") == 0)
  }

  @Test("stdin and stdout: the same bytes as through files")
  func streams() throws {
    let folder = try ScratchFolder()
    let file = try CommandRun.bnfold(["fold", cnn, "-o", "out.onnx"], folder: folder.path)
    #expect(file.status == 0, "\(file.errors)")
    let redirected = try CommandRun.bnfold(
      ["fold", "-", "-o", "-"], input: try TestFiles.bytes(cnn))
    #expect(redirected.status == 0, "\(redirected.errors)")
    #expect(try redirected.output == TestFiles.bytes(folder.path("out.onnx")))
    #expect(redirected.errors.contains("batch normalizations"))
    let piped = try CommandRun.shell(
      "cat '\(cnn)' | '\(CommandRun.bnfoldPath)' fold - -o - 2>/dev/null | cat")
    #expect(piped.output == redirected.output)
  }

  @Test("A reader that goes away ends the program quietly")
  func brokenPipe() throws {
    let run = try CommandRun.shell(
      "{ '\(CommandRun.bnfoldPath)' inspect '\(cnn)'; echo $? >&3; } 3>&2 | true")
    #expect(run.errorLines == ["141"] || run.errorLines == ["0"], "\(run.errors)")
  }

  @Test("A signal removes the temporary file", arguments: [true, false])
  func signals(_ isInterrupt: Bool) throws {
    let folder = try ScratchFolder()
    let process = Process()
    process.executableURL = URL(filePath: CommandRun.bnfoldPath)
    // A verification that takes minutes; the temporary file is there while it runs.
    process.arguments = ["fold", cnn, "-o", folder.path("out.onnx"), "--samples", "100000"]
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let deadline = Date(timeIntervalSinceNow: 20)
    while try folder.names().isEmpty, Date.now < deadline { Thread.sleep(forTimeInterval: 0.02) }
    #expect(try folder.names().count == 1)
    if isInterrupt { process.interrupt() } else { process.terminate() }
    process.waitUntilExit()
    #expect(process.terminationStatus == (isInterrupt ? 130 : 143))
    #expect(try folder.names().isEmpty)
  }

  @Test("Locale, terminal and home do not change the output")
  func environment() throws {
    let folder = try ScratchFolder()
    var outputs: [[UInt8]] = []
    for environment in [
      ["LANG": "C"], ["LANG": "de_DE.UTF-8", "LC_ALL": "de_DE.UTF-8"],
      ["TERM": "dumb", "HOME": "/nonexistent"], ["TZ": "Asia/Tokyo", "NO_COLOR": "1"],
    ] {
      let run = try CommandRun.bnfold(
        ["fold", cnn, "-o", "out.onnx"], environment: environment, folder: folder.path)
      #expect(run.status == 0, "\(run.errors)")
      #expect(environment["LANG"] != "C" || run.text.allSatisfy(\.isASCII))
      outputs.append(try TestFiles.bytes(folder.path("out.onnx")))
    }
    #expect(outputs.allSatisfy { $0 == outputs[0] })
  }
}
