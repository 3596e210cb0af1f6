/// What ONNX's backend tests are expected to show.
enum ConformanceExpectations {
  /// Cases of a suite that pass; the number never falls.
  static let passed = [
    "node": 1414, "simple": 7, "pytorch-converted": 82, "pytorch-operator": 35,
  ]

  /// What is left out on purpose.
  ///
  /// A case that fails for any other reason is wrong.
  struct Exclusion {
    var group: String
    /// Operators of the group.
    var operators: [String] = []
    /// What an error says of a type or form of the group, in whatever operator it occurs.
    var forms: [String] = []

    func covers(_ name: String, _ what: String) -> Bool {
      operators.contains(name) || forms.contains { what.contains($0) }
    }
  }

  static let exclusions = [
    Exclusion(
      group: "strings and text features",
      operators: [
        "RegexFullMatch", "StringConcat", "StringNormalizer", "StringSplit", "TfIdfVectorizer",
      ],
      forms: ["type string", "a cast to string"]),
    Exclusion(
      group: "sequences, optionals and maps",
      operators: [
        "ConcatFromSequence", "Optional", "OptionalGetElement", "OptionalHasElement",
        "SequenceAt", "SequenceConstruct", "SequenceEmpty", "SequenceErase", "SequenceInsert",
        "SequenceLength", "SequenceMap", "SplitToSequence",
      ],
      forms: ["a sequence, optional or map"]),
    Exclusion(group: "image decoding", operators: ["ImageDecoder"]),
    Exclusion(
      group: "random numbers",
      operators: [
        "Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform",
        "RandomUniformLike",
      ],
      forms: ["Dropout in training mode, which is random"]),
    Exclusion(
      group: "training optimizers and losses",
      operators: [
        "Adagrad", "Adam", "Gradient", "Momentum", "NegativeLogLikelihoodLoss",
        "SoftmaxCrossEntropyLoss",
      ]),
    Exclusion(
      group: "FFT and window functions",
      operators: ["BlackmanWindow", "DFT", "HammingWindow", "HannWindow", "STFT"]),
    Exclusion(
      group: "operators of the set ai.onnx.ml, not of ai.onnx",
      operators: ["ArrayFeatureExtractor", "Binarizer", "LabelEncoder", "TreeEnsemble"]),
  ]

  /// Cases whose recordings contradict the standard's text, with the outputs that follow it.
  ///
  /// QLinearMatMul is y = saturate(…), but its int8 recordings wrap around. The numbers here are
  /// onnxruntime's (Tests/Recipes/contradicted_recordings.py).
  static let contradicted: [String: [Double]] = {
    let plane: [Double] = [-86, -128, -128, 115, 39, -121]
    return [
      "test_qlinearmatmul_2D_int8_float16": [41, -12, -9, 1, -75, -128],
      "test_qlinearmatmul_2D_int8_float32": [41, -12, -9, 1, -75, -128],
      "test_qlinearmatmul_3D_int8_float16": plane + plane,
      "test_qlinearmatmul_3D_int8_float32": plane + plane,
    ]
  }()
}
