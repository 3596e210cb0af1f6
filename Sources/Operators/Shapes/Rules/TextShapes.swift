internal import ModelIR

/// Operators on texts and files.
enum TextShapes {
  static let rules: [String: ShapeRule] = [
    "StringConcat": { $0.set(type: .string, try $0.broadcast([0, 1])) },
    "RegexFullMatch": { $0.set(type: .bool, $0.shape(0)) },
    "StringSplit": { context in
      context.set(0, type: .string, context.shape(0).map { $0 + [.unknown] })
      context.set(1, type: .int64, context.shape(0))
    },
    "StringNormalizer": { context in
      let drops = try !(context.node.texts("stopwords") ?? []).isEmpty
      let shape = context.shape(0)
      context.set(
        type: .string, drops ? shape.map { $0.dropLast() + [.unknown] } : shape)
    },
    "ImageDecoder": { context in
      let isGray = try context.node.text("pixel_format") == "Grayscale"
      context.set(type: .uint8, [.unknown, .unknown, .known(isGray ? 1 : 3)])
    },
    "TfIdfVectorizer": { context in
      let columns = try context.node.ints("ngram_indexes")?.max().map { $0 &+ 1 }
      let last: [Dimension] = [columns.map { .known($0) } ?? .unknown]
      context.set(type: .float32, context.shape(0).map { $0.count > 1 ? [$0[0]] + last : last })
    },
  ]
}
