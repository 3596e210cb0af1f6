internal import ByteStore
public import ModelFormats
public import ModelIR
public import ModelReports
internal import SafetensorsFormat

/// Puts tensors of a file into a model, in place of those of the same names.
public struct ReplacementPipeline: Sendable {
  /// The model's path.
  public var model: String
  /// The path of the file with tensors.
  public var tensors: String
  /// The output's path.
  public var output: String
  /// Which tensors are taken; none: all.
  public var patterns: [NamePattern] = []
  /// What may be read.
  public var reading = ReadOptions()
  /// Waits until the disk has the output.
  public var synchronizes = true

  /// A replacement with the defaults.
  public init(model: String, tensors: String, output: String) {
    self.model = model
    self.tensors = tensors
    self.output = output
  }

  /// Does it; every tensor of the file has to be one of the model, of the same shape, and of the
  /// same type or one that holds each of its numbers.
  ///
  /// Errors: `FormatError`, `FileAccessError`, `TensorError`, `PipelineError`.
  public func run(announcing: (String) -> Void = { _ in }) throws -> ConversionReport {
    try withoutActuallyEscaping(announcing) { announcing in
      var watch = Stopwatch(announcing)
      let (opened, collection) = try watch.time("read") {
        let opened = try OpenedModel(model, reading)
        var collection = try TensorCollection(tensors, reading)
        try collection.select(patterns)
        return (opened, collection)
      }
      guard let writer = opened.writer else {
        throw PipelineError(.unsupported, "\(opened.formatName) files can be read only")
      }
      guard opened.formatName == "ONNX" else {
        throw PipelineError(.unsupported, "tensors can be put into ONNX models only")
      }
      var changed = opened.model
      for named in collection.tensors { try replace(named, in: &changed) }
      let files = try OutputFiles(model: output)
      try watch.time("write") {
        try writer.write(changed, basedOn: opened.result, to: files)
        try files.finish(sync: synchronizes)
        try opened.result.checkUnchanged()
        try collection.checkUnchanged()
      }
      var report = ConversionReport(
        input: model, output: output, from: collection.formatName, to: opened.formatName,
        losses: collection.opaque.map { "\"\($0.name.printable())\" of \($0.type.rawValue)" },
        notes: opened.notes + collection.notes)
      report.tensors = collection.tensors.count
      report.bytes = files.count
      try watch.time("rename") { try files.commit() }
      report.stages = watch.stages
      report.peakMemory = ProcessFacts.peakMemory
      return report
    }
  }

  /// Gives the initializer of a tensor's name a new value, and all its readers that one.
  private func replace(_ named: NamedTensor, in model: inout Model) throws {
    var found: (graph: GraphID, place: Int)?
    for position in model.graphs.indices {
      let graph = GraphID(position)
      guard
        let place = model[graph].initializers.firstIndex(where: { model[$0].name == named.name })
      else { continue }
      guard found == nil else {
        throw PipelineError(
          .badInput, "\"\(named.name.printable())\" stands for several tensors of \(self.model)")
      }
      found = (graph, place)
    }
    guard let (graph, place) = found else {
      throw PipelineError(
        .badInput,
        "\(tensors) has \"\(named.name.printable())\", which \(self.model) has not; --tensors takes "
          + "some of them")
    }
    let old = model[graph].initializers[place]
    guard let stored = model[old].initializer else { return }
    model.exchangeInitializer(old, with: try fitting(named, stored))
  }

  /// The tensor in the model's type, if that holds each of its numbers.
  private func fitting(_ named: NamedTensor, _ stored: Tensor) throws -> Tensor {
    func failure(_ text: String) -> PipelineError {
      PipelineError(.badInput, "\"\(named.name.printable())\" \(text)")
    }
    guard named.tensor.shape == stored.shape else {
      throw failure("has shape \(named.tensor.shape) in \(tensors), \(stored.shape) in \(model)")
    }
    guard named.tensor.dataType != stored.dataType else { return named.tensor }
    guard stored.dataType.isFoldableFloat, named.tensor.dataType.isFoldableFloat else {
      throw failure(
        "is of type \(named.tensor.dataType.name) in \(tensors), \(stored.dataType.name) in \(model)"
      )
    }
    let rounded = Tensor(
      dataType: stored.dataType, shape: stored.shape,
      recipe: TensorRecipe(terms: [.init(source: named.tensor)]))
    guard try rounded.doubles() == named.tensor.doubles() else {
      throw failure("has numbers that \(stored.dataType.name) does not hold")
    }
    return rounded
  }
}
