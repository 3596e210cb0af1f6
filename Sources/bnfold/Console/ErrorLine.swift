internal import ModelFormats
internal import ModelIR
internal import ModelPipeline

/// An error in one line.
enum ErrorLine {
  /// What happened, where, and what to do; never more than one line.
  static func text(_ error: any Error) -> String {
    let text =
      switch error {
      case let error as TensorError: "a tensor of the model: \(describe(error))"
      case let error as GraphError:
        "\(error): this is a bug in bnfold \(Version.string), please report it"
      default: "\(error)"
      }
    // Names in files may hold anything.
    return text.printable(length: 2000)
  }

  private static func describe(_ error: TensorError) -> String {
    switch error {
    case .wrongLength(let found, let expected):
      "\(found) bytes or elements are stored, its shape asks for \(expected)"
    case .malformedVarint(let offset): "a malformed number at byte \(offset)"
    case .doesNotFit(let channel, let value, _): "\(value) in channel \(channel) does not fit"
    case .notComputable(let type): "elements of type \(type.name) cannot be computed"
    case .badSparseIndex(let position): "its sparse index \(position) is out of range or order"
    case .tooLarge(let elements, let allowed):
      "\(elements) elements, \(allowed) are allowed at once"
    }
  }
}
