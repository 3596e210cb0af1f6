import ByteStore
import ModelFormats
import ModelIR
import TestSupport
import Testing

@testable import ONNXFormat

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite("ONNX writer: failures leave the old output whole and nothing behind")
struct WriteFailureTests {
  @Test func anElementThatDoesNotFitNamesItsTensor() throws {
    let rewriting = try Rewriting()
    try rewriting.folder.write([1, 2, 3], to: "out.onnx")
    var added: ValueID?
    #expect {
      _ = try rewriting(Fixtures.rich()) { model in
        let half = Tensor(dataType: .float16, shape: .vector(2), recipe: .vector([1, 1e6]))
        added = model.addInitializer("too_large", half, to: model.mainGraph)
      }
    } throws: { error in
      guard let error = error as? UnwritableTensor, let added else { return false }
      guard case .doesNotFit(channel: 1, _, loss: .overflow) = error.error else { return false }
      return error.owner == .initializer(added) && error.name == "too_large"
    }
    #expect(try rewriting.folder.names() == ["out.onnx"])
    #expect(try TestFiles.bytes(rewriting.folder.path("out.onnx")) == [1, 2, 3])
  }

  #if os(Linux) || os(macOS)
    /// A file size limit stands for a full disk: it fails the same writes, at a chosen byte.
    @Test(arguments: [0, 1000, 9000])
    func aFullDisk(_ limit: Int) async throws {
      await #expect(processExitsWith: .success) { [limit] in
        let rewriting = try Rewriting()
        let sample = try Samples.named("external")
        let path = try rewriting.folder.copy(sample.model)
        try rewriting.folder.copy(sample.model + ".data")
        try rewriting.folder.write([1, 2, 3], to: "out.onnx")
        let before = try rewriting.folder.names()
        signal(SIGXFSZ, SIG_IGN)
        var bound = rlimit(rlim_cur: rlim_t(limit), rlim_max: rlim_t(limit))
        guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &bound) == 0 else {
          exit(3)
        }
        do {
          _ = try rewriting(path)
          exit(4)
        } catch let error as FileAccessError {
          guard case .system(errno: EFBIG) = error.problem else { exit(5) }
        }
        guard try rewriting.folder.names() == before else { exit(6) }
        guard try TestFiles.bytes(rewriting.folder.path("out.onnx")) == [1, 2, 3] else { exit(7) }
        exit(0)
      }
    }
  #endif

  /// A model of another file is refused instead of written wrongly.
  @Test func aModelOfAnotherFile() throws {
    let rewriting = try Rewriting()
    let other = try rewriting.read(try Samples.named("cnn").model)
    var original = try rewriting.read(Fixtures.rich())
    var model = other.model
    let tensor = try Tensor([Float(1)], shape: .vector(1)).orThrow("t")
    original.model = other.model
    _ = model.addInitializer("more", tensor, to: model.mainGraph)
    let output = try OutputFiles(model: rewriting.folder.path("out.onnx"))
    #expect(throws: FormatError.self) {
      try rewriting.writer.write(model, basedOn: original, to: output)
    }
  }

  /// What stands around the graphs is copied, so a change there cannot be written.
  @Test func changesAroundTheGraphs() throws {
    let rewriting = try Rewriting()
    #expect(throws: FormatError.self) {
      _ = try rewriting(Fixtures.rich()) { $0.header.irVersion = 12 }
    }
    #expect(throws: FormatError.self) {
      _ = try rewriting(Fixtures.rich()) { $0.opsets[""] = 22 }
    }
  }
}
