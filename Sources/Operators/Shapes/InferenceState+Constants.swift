internal import ModelIR

extension InferenceState {
  /// A constant of few elements: a fixed initializer or what was computed.
  func constant(_ value: ValueID) -> Tensor? {
    if let made = constants[value] { return made }
    guard let tensor = model[value].initializer, model.isFixedInitializer(value),
      tensor.shape.elementCount <= options.maximumElements
    else { return nil }
    return tensor
  }

  /// The elements of a vector or scalar of whole numbers as far as they are known; nil where
  /// nothing is.
  func numbers(_ value: ValueID) -> [Dimension]? {
    if let known = numbers[value] { return known }
    var result: [Dimension]?
    if let tensor = constant(value), tensor.shape.rank <= 1, tensor.shape.elementCount <= 1 << 10,
      Self.isWhole(tensor.dataType), let elements = try? tensor.int64s()
    {
      result = elements.map { .known(Int($0)) }
    }
    numbers.updateValue(result, forKey: value)
    return result
  }

  static func isWhole(_ type: DataType) -> Bool {
    switch type {
    case .int64, .int32, .int16, .int8, .uint8, .uint16, .uint32, .bool: true
    default: false
    }
  }

  /// Where all inputs are small constants, asks the evaluator what the node makes of them.
  func evaluate(_ context: NodeShapes) {
    let node = context.node
    // Without inputs there are only constants (which their rule reads) and random numbers.
    guard let evaluator, node.bodies.isEmpty, node.inputs.contains(where: { $0 != nil }) else {
      return
    }
    var inputs: [Tensor?] = []
    for input in node.inputs {
      guard let input else {
        inputs.append(nil)
        continue
      }
      guard let tensor = constant(input) ?? wholeNumbers(input) else { return }
      inputs.append(tensor)
    }
    let made = try? evaluator.constants(
      of: node, in: model, inputs: inputs, maximumElements: options.maximumElements)
    guard let made else { return }
    for (output, tensor) in zip(node.outputs, made) {
      guard let output, tensor.shape.elementCount <= options.maximumElements else { continue }
      constants[output] = tensor
      set(output, .tensor(tensor.dataType, tensor.shape.dimensions.map { .known($0) }))
      numbers[output] = nil
    }
  }

  /// A tensor of numbers that are all known.
  private func wholeNumbers(_ value: ValueID) -> Tensor? {
    guard let list = numbers(value), types[value.index]?.dataType == .int64,
      let rank = types[value.index]?.dimensions?.count, rank <= 1
    else { return nil }
    let known = list.compactMap(\.value)
    guard known.count == list.count else { return nil }
    let shape: TensorShape = rank == 0 ? .scalar : .vector(known.count)
    return Tensor(known.map { Int64($0) }, shape: shape)
  }
}
