// swift-tools-version: 6.2
// Modules and their layering are described in README.md, "The house"; Tests/LayeringTests holds
// every import against it.
import PackageDescription

/// CI sets BNFOLD_WARNINGS_AS_ERRORS=1, so that a newer compiler's new warning breaks our build
/// and not a user's.
let warningsAreErrors = Context.environment["BNFOLD_WARNINGS_AS_ERRORS"] == "1"

/// Settings of every Swift target.
let settings: [SwiftSetting] =
  [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ] + (warningsAreErrors ? [.treatAllWarnings(as: .error)] : [])

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func example(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Sources/Examples/\(name)",
    swiftSettings: settings)
}

/// Tests mirror Sources; every test target has the shared generators and builders at hand.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["TestSupport"], swiftSettings: settings)
}

#if os(macOS)
  let imageLibraries: (png: String, jpeg: String)? = (png: "libpng", jpeg: "libturbojpeg")
#else
  // Their headers stand where the compiler looks; the libraries are loaded when an image comes.
  let imageLibraries: (png: String, jpeg: String)? = nil
#endif

let package = Package(
  name: "bnfold",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "ModelPipeline", targets: ["ModelPipeline"]),
    .executable(name: "bnfold", targets: ["bnfold"]),
    .executable(name: "bn-experiment", targets: ["bn-experiment"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    .systemLibrary(
      name: "CProtobufC", pkgConfig: "libprotobuf-c",
      providers: [.apt(["libprotobuf-c-dev"]), .brew(["protobuf-c"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .systemLibrary(
      name: "CPNG", pkgConfig: imageLibraries?.png,
      providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
    .systemLibrary(
      name: "CTurboJPEG", pkgConfig: imageLibraries?.jpeg,
      providers: [.apt(["libturbojpeg0-dev"]), .brew(["jpeg-turbo"])]),
    .systemLibrary(name: "CLinux"),
    .target(name: "CModelSchemas", dependencies: ["CProtobufC"]),
    .target(name: "CVectorLoops"),

    module("ByteStore", ["CLinux", "CZlib"]),
    module("ModelIR", ["CVectorLoops", "ByteStore"]),
    module("Operators", ["ByteStore", "ModelIR"]),
    module("ModelFormats", ["ByteStore", "ModelIR"]),
    module(
      "ONNXFormat", ["CProtobufC", "CModelSchemas", "ByteStore", "ModelIR", "ModelFormats"]),
    module("NumPyFormat", ["ByteStore", "ModelIR", "ModelFormats"]),
    module("SafetensorsFormat", ["ByteStore", "ModelIR", "ModelFormats"]),
    module("DarknetFormat", ["ByteStore", "ModelIR", "ModelFormats"]),
    module("IDXFormat", ["ByteStore", "ModelIR", "ModelFormats"]),
    module("ImageFormat", ["CPNG", "CTurboJPEG", "ByteStore", "ModelFormats"]),
    module("GraphTransforms", ["ByteStore", "ModelIR", "Operators"]),
    module("WeightPairing", ["ByteStore", "ModelIR", "ModelFormats"]),
    module(
      "GraphEvaluation", ["CVectorLoops", "ByteStore", "ModelIR", "Operators"]),
    module(
      "ModelVerification", ["ByteStore", "ModelIR", "Operators", "GraphEvaluation"]),
    module("ModelStatistics", ["ByteStore", "ModelIR", "Operators"]),
    module(
      "ModelCalibration",
      ["ByteStore", "ModelIR", "Operators", "GraphEvaluation", "ModelStatistics"]),
    module(
      "ModelReports",
      [
        "ModelIR", "Operators", "GraphTransforms", "ModelVerification", "ModelStatistics",
        "ModelCalibration",
      ]),
    module(
      "ModelPipeline",
      [
        "ByteStore", "ModelIR", "Operators", "ModelFormats", "ONNXFormat", "NumPyFormat",
        "SafetensorsFormat", "DarknetFormat", "IDXFormat", "ImageFormat", "GraphTransforms",
        "WeightPairing", "GraphEvaluation", "ModelVerification", "ModelStatistics",
        "ModelCalibration", "ModelReports",
      ]),
    .executableTarget(
      name: "bnfold",
      dependencies: [
        "ByteStore", "ModelIR", "ModelFormats", "GraphTransforms", "ModelVerification",
        "ModelStatistics", "ModelCalibration", "ModelReports", "ModelPipeline",
        "DarknetFormat", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),

    // What shows the library at work: each a module in a folder of Sources/Examples.
    example(
      "BatchNormalizationTraining",
      [
        "ByteStore", "ModelIR", "ModelFormats", "ONNXFormat", "NumPyFormat", "IDXFormat",
        "SafetensorsFormat", "GraphEvaluation", "ModelVerification", "ModelReports",
        "ModelPipeline",
      ]),
    .executableTarget(
      name: "bn-experiment",
      dependencies: [
        "ByteStore", "ModelFormats", "ModelReports", "BatchNormalizationTraining",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Sources/Examples/bn-experiment", swiftSettings: settings),

    .target(
      name: "TestSupport", dependencies: ["ByteStore", "ModelIR"], path: "Tests/TestSupport",
      swiftSettings: settings),
    tests("LayeringTests", ["ByteStore"]),
    tests("ByteStoreTests", ["ByteStore", "CVectorLoops"]),
    tests("ModelIRTests", ["ByteStore", "ModelIR"]),
    tests(
      "OperatorsTests",
      ["ByteStore", "ModelIR", "Operators", "ModelFormats", "ONNXFormat", "GraphEvaluation"]),
    tests("ModelFormatsTests", ["ByteStore", "ModelIR", "ModelFormats"]),
    tests("ONNXFormatTests", ["ByteStore", "ModelIR", "ModelFormats", "ONNXFormat"]),
    tests("NumPyFormatTests", ["ByteStore", "ModelIR", "ModelFormats", "NumPyFormat"]),
    tests(
      "DarknetFormatTests",
      ["ByteStore", "ModelIR", "ModelFormats", "DarknetFormat", "GraphEvaluation"]),
    tests("IDXFormatTests", ["ByteStore", "ModelIR", "ModelFormats", "IDXFormat"]),
    tests(
      "ImageFormatTests",
      ["ByteStore", "ModelIR", "ModelFormats", "NumPyFormat", "ImageFormat"]),
    tests("SafetensorsFormatTests", ["ByteStore", "ModelIR", "ModelFormats", "SafetensorsFormat"]),
    tests(
      "GraphTransformsTests",
      [
        "ByteStore", "ModelIR", "Operators", "GraphTransforms", "GraphEvaluation",
        "ModelVerification",
      ]),
    tests("WeightPairingTests", ["ByteStore", "ModelIR", "ModelFormats", "WeightPairing"]),
    tests(
      "GraphEvaluationTests",
      [
        "ByteStore", "ModelIR", "Operators", "ModelFormats", "ONNXFormat", "NumPyFormat",
        "GraphEvaluation",
      ]),
    tests(
      "ModelVerificationTests",
      [
        "ByteStore", "ModelIR", "Operators", "ModelFormats", "ONNXFormat", "GraphTransforms",
        "GraphEvaluation", "ModelVerification",
      ]),
    tests("ModelStatisticsTests", ["ByteStore", "ModelIR", "Operators", "ModelStatistics"]),
    tests(
      "ModelCalibrationTests",
      [
        "ByteStore", "ModelIR", "Operators", "ModelFormats", "NumPyFormat", "GraphEvaluation",
        "ModelStatistics", "ModelCalibration",
      ]),
    tests(
      "ModelReportsTests",
      [
        "ModelIR", "Operators", "GraphTransforms", "ModelVerification", "ModelStatistics",
        "ModelReports",
      ]),
    tests(
      "ModelPipelineTests",
      [
        "ByteStore", "ModelIR", "Operators", "ModelFormats", "ONNXFormat", "NumPyFormat",
        "SafetensorsFormat", "DarknetFormat", "GraphTransforms", "WeightPairing",
        "GraphEvaluation", "ModelVerification", "ModelStatistics", "ModelCalibration",
        "ModelReports", "ModelPipeline",
      ]),
    tests(
      "BatchNormalizationTrainingTests",
      [
        "ByteStore", "ModelIR", "ModelFormats", "ONNXFormat", "NumPyFormat", "SafetensorsFormat",
        "GraphEvaluation", "ModelVerification", "ModelReports", "ModelPipeline",
        "BatchNormalizationTraining",
      ]),
    tests(
      "EndToEndTests",
      [
        "ByteStore", "ModelIR", "ModelFormats", "ONNXFormat", "NumPyFormat", "SafetensorsFormat",
      ]),
  ])
