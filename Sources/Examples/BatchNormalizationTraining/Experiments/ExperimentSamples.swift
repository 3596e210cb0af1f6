internal import ByteStore
internal import ModelIR
internal import NumPyFormat

/// Small trained models with inputs: samples with statistics of real training.
public enum ExperimentSamples {
  /// Writes digits-mlp.onnx and digits-cnn.onnx with digits-….in.npz into a folder; gives what to
  /// say of each.
  ///
  /// Errors: `FileAccessError`.
  public static func write(
    to folder: String, seed: UInt64 = 1, progress: @Sendable (String) -> Void
  ) throws -> [String] {
    let digits = DigitCollection.drawn(training: 20_000, test: 2_000, seed: seed)
    let training = TrainingOptions(steps: 4_000, rate: 0.25, evaluations: 4, seed: seed)
    let plans = [
      ("digits-mlp", NetworkPlan.paper(width: 24, input: digits.image, isNormalized: true)),
      ("digits-cnn", NetworkPlan.convolutional(input: digits.image)),
    ]
    return try plans.map { name, plan in
      let trainer = Trainer(name: name, plan, training, digits: digits)
      let run = trainer.train { progress("\(name): step \($0.step), accuracy \($0.accuracy)") }
      trainer.estimatePopulation(200)
      try ONNXExport.write(
        ONNXExport.model(of: trainer.network), to: "\(folder)/\(name).onnx")
      let images = digits.test.images(Array(0..<8))
      let files = try OutputFiles(model: "\(folder)/\(name).in.npz")
      var archive = NPZWriter(to: files.model)
      if let shape = TensorShape([8, 1, digits.size, digits.size]),
        let tensor = Tensor(images.elements, shape: shape)
      {
        try archive.add("image", tensor)
      }
      try archive.finish()
      try files.finish(sync: false)
      try files.commit()
      return "\(name).onnx: accuracy \(run.final)"
    }
  }
}
