import TestSupport
import Testing

/// Converted Darknet models run in onnxruntime and give what Darknet does.
@Suite("Darknet models in onnxruntime")
struct DarknetConversionTests {
  /// Compares all outputs of a converted model with what was recorded for their layers; heads give
  /// what the layer before them makes.
  private static let script = """
    import json, sys
    import numpy as np, onnx, onnxruntime
    model, layers, data = sys.argv[1:]
    onnx.checker.check_model(onnx.load(model), full_check=True)
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    x = np.fromfile(data, np.float32).reshape(1, 3, 32, 32)
    expected = json.load(open(layers))["layers"]
    # A batch of two: the first dimension is open.
    outputs = session.run(None, {"data": np.concatenate([x, x])})
    for output, y in zip(session.get_outputs(), outputs):
        layer = int(output.name.split("_")[0])
        want = np.array(expected[layer]["expected"]["alexeyab"])
        y = y[1].reshape(-1)
        y = y[:: max(1, y.size // 40)].astype(np.float64)
        error = np.sqrt(np.mean((y - want) ** 2) / np.mean(want ** 2))
        assert error < 4e-6, (output.name, error)
        print(output.name, error)
    """

  @Test(
    "Every structure gives the recorded numbers",
    .enabled(if: TestPython.path != nil),
    arguments: [
      "yolov2", "yolov3", "yolov4", "yolov4-tiny", "efficientnet", "classifier", "coordinates",
      "shortcuts", "places",
    ])
  func onnxruntime(name: String) throws {
    let folder = try ScratchFolder()
    let fixture = "\(Samples.repository)/Tests/Fixtures/Darknet/\(name)"
    let model = folder.path("model.onnx")
    let conversion = try CommandRun.bnfold(["convert", "\(fixture).cfg", model])
    #expect(conversion.status == 0, "\(conversion.errors)")
    let run = try TestPython.run(
      Self.script, [model, "\(fixture).json", "\(fixture).input"])
    #expect(run.status == 0, "\(run.errors)")
    #expect(!run.text.isEmpty)
    // Folded, it gives the same.
    let folded = folder.path("folded.onnx")
    let fold = try CommandRun.bnfold(["fold", model, "-o", folded, "--max-kept", "1"])
    #expect(fold.status == 0, "\(fold.errors)")
    let again = try TestPython.run(
      Self.script, [folded, "\(fixture).json", "\(fixture).input"])
    #expect(again.status == 0, "\(again.errors)")
  }
}
