/// The order of the modules: each may import what stands above it.
enum House {
  /// All modules, lowest first, as README.md lists them.
  static let modules = [
    "CProtobufC", "CZlib", "CPNG", "CTurboJPEG", "CLinux", "CModelSchemas", "CVectorLoops",
    "ByteStore", "ModelIR", "Operators", "ModelFormats", "ONNXFormat", "NumPyFormat",
    "SafetensorsFormat", "DarknetFormat", "IDXFormat", "ImageFormat", "GraphTransforms",
    "WeightPairing", "GraphEvaluation", "ModelVerification",
    "ModelStatistics", "ModelCalibration", "ModelReports", "ModelPipeline", "bnfold",
    "BatchNormalizationTraining", "bn-experiment",
  ]

  /// Programs, which nothing imports.
  static let programs: Set = ["bnfold", "bn-experiment"]

  /// The module of a file under Sources: its folder there, or in Sources/Examples.
  static func module(of file: String) -> String {
    let parts = file.split(separator: "/")
    return String(parts[1] == "Examples" ? parts[2] : parts[1])
  }

  /// Formats never import one another.
  static let formats: Set = [
    "ONNXFormat", "NumPyFormat", "SafetensorsFormat", "DarknetFormat", "IDXFormat", "ImageFormat",
  ]

  /// The judge is independent of the accused.
  static let strangers = ["ModelVerification": Set(["GraphTransforms"])]

  /// Modules of the system and of packages, with who may import them (nil: everybody).
  static let outsiders: [String: Set<String>?] = [
    "Glibc": nil, "Musl": nil, "Darwin": nil, "Synchronization": nil, "Dispatch": nil,
    "Accelerate": ["GraphEvaluation"],
    "FoundationEssentials": nil, "Foundation": nil,
    "ArgumentParser": ["bnfold", "bn-experiment"],
  ]

  /// Where the word `unsafe` may stand: bytes, C messages, element access, kernels.
  static let unsafeFolders = [
    "Sources/ByteStore/", "Sources/ONNXFormat/Messages/", "Sources/ModelIR/Tensors/",
    "Sources/GraphEvaluation/Kernels/", "Sources/GraphEvaluation/Values/",
    "Sources/ImageFormat/Decoding/",
  ]

  /// What may lie in the root folder besides files whose names begin with a dot.
  static let topLevel: Set = [
    "Package.swift", "Package.resolved", "Sources", "Tests", "schemas", "samples", "docs",
    "README.md", "LICENSE", "Makefile",
  ]

  /// Whether a module may import another.
  static func allows(_ importer: String, _ imported: String) -> Bool {
    if let who = outsiders[imported] { return who?.contains(importer) ?? true }
    guard let low = modules.firstIndex(of: imported), let high = modules.firstIndex(of: importer)
    else { return false }
    if formats.contains(importer) && formats.contains(imported) { return false }
    if programs.contains(imported) { return false }
    return low < high && !(strangers[importer]?.contains(imported) ?? false)
  }
}
