import Foundation
import TestSupport
import Testing

/// What the command says about files of weights: bad ones end with 65 and a place.
@Suite("Weight files on the command line")
struct WeightFileCommandTests {
  private struct Header: Decodable {
    let name: String
    let hex: String
    let accepted: Bool
  }

  private let folder: ScratchFolder
  init() throws { folder = try ScratchFolder() }

  private func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.utf8.map { $0 < 0x61 ? $0 - 0x30 : $0 - 0x57 }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  @Test("Every header that the reference implementation refuses ends with 65")
  func headers() throws {
    let path = "\(Samples.repository)/Tests/Fixtures/Safetensors/headers.json"
    let headers = try JSONDecoder().decode(
      [Header].self, from: Data(contentsOf: URL(filePath: path)))
    for header in headers where !header.accepted {
      let file = try folder.write(bytes(header.hex), to: "x.safetensors")
      let run = try CommandRun.bnfold(["inspect", file], folder: folder.path)
      #expect(run.status == 65, "\(header.name): \(run.errors)")
      #expect(run.errorLines.count == 1 && run.errors.contains("x.safetensors"), "\(header.name)")
    }
  }

  @Test(
    "Bad Darknet models end with 65 and the line",
    arguments: [
      ("[net]\nwidth=8\nheight=8\nchannels=3\n[convolutional]\nfilters=0\n", "x.cfg:6:1"),
      ("[net]\nwidth=8\nheight=8\nchannels=3\n[route]\nlayers=3\n", "x.cfg:6:1"),
      ("[net]\nwidth=8\nheight=8\n[softmax]\n", "x.cfg:1:1"),
      ("[net]\nwidth=8\nheight=8\nchannels=3\n[convolutional]\nfilters=4\n", "x.weights: byte 20"),
    ])
  func darknet(text: String, place: String) throws {
    let file = try folder.write(Array(text.utf8), to: "x.cfg")
    let header: [UInt8] = [0, 0, 0, 0, 2, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    try folder.write(header, to: "x.weights")
    let run = try CommandRun.bnfold(["fold", file, "-o", "y.cfg"], folder: folder.path)
    #expect(run.status == 65)
    #expect(run.errors.contains(place), "\(run.errors)")
    #expect(try folder.names() == ["x.cfg", "x.weights"])
  }

  @Test("A fold in a pipe, and tensors to stdout")
  func pipes() throws {
    let weights = Samples.file("resnet-weights.safetensors")
    let run = try CommandRun.shell(
      "\(CommandRun.bnfoldPath) fold - -o - < \(weights) > piped.safetensors && "
        + "\(CommandRun.bnfoldPath) fold \(weights) -o direct.safetensors && "
        + "cmp piped.safetensors direct.safetensors && "
        + "\(CommandRun.bnfoldPath) convert piped.safetensors - --to npz > w.npz",
      folder: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    #expect(folder.read("w.npz")?.starts(with: [0x50, 0x4b]) == true)
  }
}
