import ByteStore
import ModelFormats
import ModelIR
import TestSupport
import Testing

@testable import ONNXFormat

/// Whatever the reader makes of a damaged file, the writer reproduces it and edits it.
@Suite("ONNX writer: damaged files that can still be read")
struct FlippedBitsTests {
  private static let flips = 300

  private func write(
    _ model: Model, _ original: ReadResult, _ folder: ScratchFolder, _ writer: ONNXWriter
  ) throws -> [UInt8] {
    let output = try OutputFiles(model: folder.path("out.onnx"))
    try writer.write(model, basedOn: original, to: output)
    try output.finish(sync: false)
    try output.commit()
    return try TestFiles.bytes(folder.path("out.onnx"))
  }

  @Test(arguments: [Fixtures.rich(), Fixtures.rich("chunked"), Fixtures.rich("permuted")])
  func flippedBits(_ path: String) throws {
    var random = SplitMix64(seed: 0x51ce)
    let folder = try ScratchFolder()
    let bytes = try TestFiles.bytes(path)
    var readable = 0
    for flip in 0..<Self.flips {
      var damaged = bytes
      damaged[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << (random.next() % 8)
      let source = ByteSource(damaged, path: "flip \(flip)")
      guard let original = try? ONNXReader().read(source, options: ReadOptions()) else { continue }
      readable += 1
      #expect(try write(original.model, original, folder, ONNXWriter()) == damaged, "flip \(flip)")

      var edited = original.model
      for node in edited[edited.mainGraph].nodes.prefix(3) {
        edited[node].setAttribute("added", .int(1))
      }
      let again = try ONNXReader().read(
        ByteSource(try write(edited, original, folder, ONNXWriter())), options: ReadOptions())
      #expect(again.model.nodes.count == edited.nodes.count)

      var everything = ONNXWriter()
      everything.rewritesEverything = true
      do {
        let rewritten = ByteSource(try write(original.model, original, folder, everything))
        let model = try ONNXReader().read(rewritten, options: ReadOptions()).model
        #expect(model.values.map(\.name) == original.model.values.map(\.name), "flip \(flip)")
      } catch is UnwritableTensor {
        // Numbers of a typed field that do not end: found when they are read.
      }
    }
    #expect(readable > Self.flips / 10)
  }
}
