internal import ByteStore
internal import DarknetFormat
public import ModelFormats
public import ModelIR
public import ModelReports
public import ModelVerification
internal import NumPyFormat
internal import ONNXFormat
internal import SafetensorsFormat

/// A conversion that is wanted.
public struct ConversionRequest: Sendable {
  /// What can be written.
  public enum Target: String, Sendable, CaseIterable {
    /// A model.
    case onnx
    /// A .cfg and its .weights.
    case darknet
    /// Tensors.
    case safetensors
    /// Tensors.
    case npz
  }

  /// The input's path; "-" is the standard input.
  public var input: String
  /// The output's path; "-" is the standard output.
  public var output: String
  /// What is written; nil: what the output's name says.
  public var target: Target?
  /// Which tensors are taken; none: all.
  public var tensors: [NamePattern] = []
  /// What may be read.
  public var reading = ReadOptions()
  /// How a written model is compared with the input; nil leaves that out.
  public var verification: VerificationOptions? = VerificationOptions()
  /// Waits until the disk has the output.
  public var synchronizes = true

  /// A request with the defaults.
  public init(input: String, output: String) {
    self.input = input
    self.output = output
  }

  /// What the name of the output says.
  static func target(of path: String) -> Target? {
    let name = path.lowercased()
    if name.hasSuffix(".onnx") { return .onnx }
    if name.hasSuffix(".npz") { return .npz }
    if name.hasSuffix(".safetensors") { return .safetensors }
    if name.hasSuffix(".cfg") { return .darknet }
    return nil
  }
}

/// Converts a file into another format and tells what did not come along.
public struct ConversionPipeline: Sendable {
  /// The property of a converted model that holds the cfg it came from.
  static let configurationKey = "bnfold.darknet.cfg"
  private let request: ConversionRequest

  /// A pipeline for one request.
  public init(_ request: ConversionRequest) { self.request = request }

  /// Does it; `announcing` is told each step as it begins.
  ///
  /// Errors: `FormatError`, `FileAccessError`, `TensorError`, `EvaluationError`, `PipelineError`.
  public func run(announcing: (String) -> Void = { _ in }) throws -> ConversionReport {
    guard let target = request.target ?? ConversionRequest.target(of: request.output) else {
      throw PipelineError(
        .usage, "the name \(request.output) does not say which format is wanted: give --to")
    }
    return try withoutActuallyEscaping(announcing) { announcing in
      var watch = Stopwatch(announcing)
      var report =
        switch target {
        case .npz, .safetensors: try writeTensors(target, &watch)
        case .onnx, .darknet: try writeModel(target, &watch)
        }
      report.stages = watch.stages
      report.peakMemory = ProcessFacts.peakMemory
      return report
    }
  }

  // MARK: Tensors

  private func writeTensors(
    _ target: ConversionRequest.Target, _ watch: inout Stopwatch
  ) throws -> ConversionReport {
    var collection = try watch.time("read") {
      try TensorCollection(request.input, request.reading)
    }
    try collection.select(request.tensors)
    let files = try OutputFiles(model: request.output)
    var report = ConversionReport(
      input: request.input, output: request.output, from: collection.formatName,
      to: target == .npz ? NumPyFile.format.name : SafetensorsFile.format.name,
      losses: collection.losses, notes: collection.notes)
    try watch.time("write") {
      if target == .npz {
        try writeArrays(collection, to: files.model, &report)
      } else {
        try writeSafetensors(collection, to: files.model, &report)
      }
      try files.finish(sync: request.synchronizes)
      try collection.checkUnchanged()
      report.bytes = files.count
      try files.commit()
    }
    return report
  }

  private func writeArrays(
    _ collection: TensorCollection, to file: AtomicFile, _ report: inout ConversionReport
  ) throws {
    var archive = NPZWriter(to: file)
    for named in collection.tensors {
      guard let type = NPYWriter.writtenType(of: named.tensor.dataType) else {
        report.losses.append(
          "\"\(named.name.printable())\": NumPy has no \(named.tensor.dataType.name)")
        continue
      }
      if type != named.tensor.dataType {
        report.notes.append(
          "\"\(named.name.printable())\" is written as \(type.name), which holds all its numbers "
            + "of type \(named.tensor.dataType.name)")
      }
      try archive.add(named.name, named.tensor)
      report.tensors += 1
    }
    try archive.finish()
    report.losses += collection.opaque.map {
      "\"\($0.name.printable())\": NumPy has no \($0.type.rawValue)"
    }
    if !collection.metadata.isEmpty {
      report.losses.append("metadata: " + collection.metadata.map(\.key).joined(separator: ", "))
    }
  }

  private func writeSafetensors(
    _ collection: TensorCollection, to file: AtomicFile, _ report: inout ConversionReport
  ) throws {
    var items = collection.opaque.map { SafetensorsWriter.Item($0) }
    for named in collection.tensors {
      guard let item = SafetensorsWriter.Item(name: named.name, tensor: named.tensor) else {
        report.losses.append(
          "\"\(named.name.printable())\": safetensors has no \(named.tensor.dataType.name)")
        continue
      }
      items.append(item)
    }
    try SafetensorsWriter.write(items, metadata: collection.metadata, to: file)
    report.tensors = items.count
  }

  // MARK: Models

  private func writeModel(
    _ target: ConversionRequest.Target, _ watch: inout Stopwatch
  ) throws -> ConversionReport {
    guard request.tensors.isEmpty else {
      throw PipelineError(.usage, "--tensors takes tensors out; the output is a whole model")
    }
    let source =
      request.input == "-" ? try StandardStreams.readInput() : try ByteSource(file: request.input)
    let weightsAlone = PipelineError(
      .unsupported,
      "\(request.input) holds weights without a graph; put them into a model by "
        + "`bnfold replace model.onnx \(request.input) -o out.onnx`")
    guard try NumPyFile.probe(ProbeCandidate(source)) < .magic else { throw weightsAlone }
    let opened = try watch.time("read") { try OpenedModel(source, request.reading) }
    switch (opened.reader, target) {
    case (is WeightFileReader, _): throw weightsAlone
    case (is DarknetReader, .onnx): return try toONNX(opened, &watch)
    case (is ONNXReader, .darknet): return try toDarknet(opened, &watch)
    default:
      throw PipelineError(.usage, "\(request.input) is a \(opened.formatName) model already")
    }
  }

  private func toONNX(
    _ opened: OpenedModel, _ watch: inout Stopwatch
  ) throws -> ConversionReport {
    let cfg = try opened.result.source.bytes(0..<opened.result.source.count)
    let blank = try ONNXWriter.blank(
      for: opened.model,
      properties: String(validating: cfg, as: UTF8.self).map {
        [(Self.configurationKey, $0)]
      } ?? [])
    // Ids of the blank model must not be taken for those of this one: it has none.
    let files = try OutputFiles(model: request.output)
    try watch.time("write") {
      try ONNXWriter().write(opened.model, basedOn: blank, to: files)
      try files.finish(sync: request.synchronizes)
      try opened.result.checkUnchanged()
    }
    var report = ConversionReport(
      input: request.input, output: request.output, from: opened.formatName, to: "ONNX",
      losses: [
        request.reading.settings.darknet.decodes
          ? "what concerns training, and the choice among boxes"
          : "what concerns training, and the decoding of boxes: heads give what they read (--decode)"
      ],
      notes: opened.notes)
    report.tensors = opened.model[opened.model.mainGraph].initializers.count
    report.bytes = files.count
    if let options = request.verification {
      report.verification = try watch.time("verify") {
        let written = try WrittenModel.read(files, as: ONNXReader(), request.reading)
        return try Verifier(
          original: opened.model, written: written.model, options: options
        ).verify()
      }
    }
    guard report.verification?.verdict != .failed else {
      files.discard()
      throw PipelineError.bug("the converted model computes something else")
    }
    try watch.time("rename") { try files.commit() }
    return report
  }

  private func toDarknet(
    _ opened: OpenedModel, _ watch: inout Stopwatch
  ) throws -> ConversionReport {
    guard
      let cfg = try ONNXProperties.value(of: Self.configurationKey, in: opened.result.source)
    else {
      throw PipelineError(
        .unsupported,
        "only models that bnfold converted from Darknet can go back: \(request.input) does not "
          + "hold the cfg it came from")
    }
    let files = try OutputFiles(model: request.output)
    try watch.time("write") {
      try DarknetWriter().write(
        opened.model, configuration: Array(cfg.utf8), to: files)
      try files.finish(sync: request.synchronizes)
      try opened.result.checkUnchanged()
    }
    var report = ConversionReport(
      input: request.input, output: request.output, from: opened.formatName, to: "Darknet",
      losses: ["how many images were seen in training"], notes: opened.notes)
    report.tensors = opened.model[opened.model.mainGraph].initializers.count
    report.bytes = files.count
    if let options = request.verification {
      report.verification = try watch.time("verify") {
        let reader = DarknetReader(request.reading.settings.darknet)
        let written = try WrittenModel.read(files, as: reader, request.reading)
        return try Verifier(
          original: opened.model, written: written.model, options: options
        ).verify()
      }
    }
    guard report.verification?.verdict != .failed else {
      files.discard()
      throw PipelineError(
        .unsupported,
        "the graph is not the one of its cfg any more: Darknet cannot hold what was changed")
    }
    try watch.time("rename") { try files.commit() }
    return report
  }
}
