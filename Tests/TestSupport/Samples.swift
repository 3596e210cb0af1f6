internal import Foundation
public import Testing

/// The models of samples/ and what their manifest says of them.
public enum Samples {
  /// One model of the manifest.
  public struct Sample: Sendable, Decodable, CustomTestStringConvertible {
    /// The model's file name.
    public let path: String
    /// The command that makes it.
    public let recipe: String
    /// What it is for.
    public let about: String
    /// BatchNormalization nodes, those of bodies included, counted by hand.
    public let bn: Int
    /// How many of them fold, counted by hand.
    public let folded: Int
    /// What computed the expected outputs: "onnxruntime" or "reference".
    public let evaluator: String
    /// The SHA-256 of every file of the sample.
    public let sha256: [String: String]

    /// The model's name without extension.
    public var name: String { String(path.dropLast(".onnx".count)) }
    /// The path of the model.
    public var model: String { Samples.file(path) }
    /// The path of its recorded input.
    public var input: String { Samples.file("\(name).in.npz") }
    /// The path of its expected outputs.
    public var expected: String { Samples.file("\(name).out.npz") }

    /// How a test's report names the sample.
    public var testDescription: String { path }
  }

  private struct Manifest: Decodable { var samples: [Sample] }

  /// The repository's folder.
  public static let repository: String = {
    // …/Tests/TestSupport/Samples.swift
    "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
  }()

  /// The path of a file in samples/.
  public static func file(_ name: String) -> String { "\(repository)/samples/\(name)" }

  /// All samples, in the manifest's order.
  public static func all() throws -> [Sample] {
    let data = try Data(contentsOf: URL(filePath: file("manifest.json")))
    return try JSONDecoder().decode(Manifest.self, from: data).samples
  }

  /// A sample by its name, "cnn".
  public static func named(_ name: String) throws -> Sample {
    guard let sample = try all().first(where: { $0.name == name }) else {
      throw NoSuchSample(name: name)
    }
    return sample
  }

  /// A name that the manifest does not have.
  public struct NoSuchSample: Error {
    /// What was asked for.
    public var name: String
  }
}
