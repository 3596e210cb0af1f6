internal import ModelIR

/// Constant, Identity and the operators that pass their input on at inference.
enum ConstantKernels {
  static let table: [KernelEntry] = [
    KernelEntry("Constant") { try [constant($0)] },
    KernelEntry("Identity") { try [$0.input(0)] },
  ]

  private static func constant(_ context: KernelContext) throws -> RuntimeTensor {
    if let tensor = try context.tensor("value") ?? context.tensor("sparse_value") { return tensor }
    let number = context.precision == .double
    if let value = try context.float("value_float") {
      return RuntimeTensor(
        dataType: .float32, shape: [],
        elements: number ? .double([value]) : .float([Float(value)]))
    }
    if let values = try context.floatList("value_floats") {
      return RuntimeTensor(
        dataType: .float32, shape: [values.count],
        elements: number ? .double(values) : .float(values.map { Float($0) }))
    }
    if let value = try context.int("value_int") {
      return RuntimeTensor([Int64(value)], shape: [])
    }
    if let values = try context.ints("value_ints") {
      return RuntimeTensor(values.map { Int64($0) }, shape: [values.count])
    }
    throw EvaluationError.Problem.unsupported("this form of constant")
  }
}
