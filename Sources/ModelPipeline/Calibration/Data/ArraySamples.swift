internal import ByteStore
internal import GraphEvaluation
internal import ModelCalibration
internal import ModelFormats
internal import ModelIR

/// The rows of arrays that lie one behind the other along their first axis.
struct ArraySamples: SampleSource {
  let name: String
  let shape: [Int]
  let dataType: DataType
  let count: Int
  let facts: [String]
  private let parts: [Tensor]
  private let sources: [ByteSource]

  /// Joins arrays, each with the file it comes from.
  ///
  /// Errors: `PipelineError` for arrays that do not fit together, and for a scalar.
  init(_ arrays: [(file: ByteSource, tensor: Tensor)], name: String) throws {
    self.name = name
    var total = 0
    for (file, tensor) in arrays {
      guard let rows = tensor.shape.dimensions.first else {
        throw PipelineError(
          .badInput, "\(file.path): \(name) is one number, not samples along a first axis")
      }
      let extents = Array(tensor.shape.dimensions.dropFirst())
      guard extents == Array(arrays[0].tensor.shape.dimensions.dropFirst()),
        tensor.dataType == arrays[0].tensor.dataType
      else {
        throw PipelineError(
          .badInput,
          "\(file.path): \(name) is \(tensor.dataType.name)\(tensor.shape), which does not go on "
            + "from \(arrays[0].tensor.dataType.name)\(arrays[0].tensor.shape) of "
            + arrays[0].file.path)
      }
      guard let sum = CheckedArithmetic.sum(total, rows) else {
        throw PipelineError(.badInput, "\(file.path): \(name) has more samples than can be counted")
      }
      total = sum
    }
    shape = arrays.first.map { Array($0.tensor.shape.dimensions.dropFirst()) } ?? []
    dataType = arrays.first?.tensor.dataType ?? .float32
    count = total
    parts = arrays.map(\.tensor)
    sources = arrays.map(\.file)
    facts = arrays.map { file, tensor in
      "array \(FileName.of(file.path)) \(file.count) \(name) \(tensor.dataType.name)\(tensor.shape)"
    }
  }

  func elements(_ range: Range<Int>) throws -> RuntimeElements {
    var pieces: [RuntimeElements] = []
    var first = 0
    for part in parts {
      let rows = part.shape.dimensions[0]
      let here = range.clamped(to: first..<(first + rows))
      if !here.isEmpty {
        let tensor = try part.rows((here.lowerBound - first)..<(here.upperBound - first))
        pieces.append(try RuntimeTensor(tensor, precision: .stored).elements)
      }
      first += rows
    }
    return RuntimeElements.joined(pieces)
  }

  func checkUnchanged() throws {
    for source in sources { try source.checkUnchanged() }
  }
}

extension RuntimeElements {
  /// Elements of one kind one behind the other.
  static func joined(_ pieces: [RuntimeElements]) -> RuntimeElements {
    guard pieces.count != 1 else { return pieces[0] }
    switch pieces.first {
    case .float?:
      return .float(
        pieces.flatMap { piece -> [Float] in if case .float(let part) = piece { part } else { [] } }
      )
    case .double?:
      return .double(
        pieces.flatMap { piece -> [Double] in if case .double(let part) = piece { part } else { [] }
        })
    case .integer?:
      return .integer(
        pieces.flatMap { piece -> [Int64] in if case .integer(let part) = piece { part } else { [] }
        })
    case nil: return .float([])
    }
  }
}
