/// The numbers values are held in: Float, Double or Int64.
protocol KernelElement: Comparable, Numeric, BitwiseCopyable, Sendable {
  /// The elements if they are held in this type, else nil.
  static func elements(of elements: RuntimeElements) -> [Self]?
  /// Elements of this type as a value's.
  static func wrap(_ elements: [Self]) -> RuntimeElements
  /// No element is less: −∞, or the least whole number.
  static var lowest: Self { get }
}

extension Float: KernelElement {
  static var lowest: Float { -.infinity }

  static func elements(of elements: RuntimeElements) -> [Float]? {
    if case .float(let elements) = elements { elements } else { nil }
  }

  static func wrap(_ elements: [Float]) -> RuntimeElements { .float(elements) }
}

extension Double: KernelElement {
  static var lowest: Double { -.infinity }

  static func elements(of elements: RuntimeElements) -> [Double]? {
    if case .double(let elements) = elements { elements } else { nil }
  }

  static func wrap(_ elements: [Double]) -> RuntimeElements { .double(elements) }
}

extension Int64: KernelElement {
  static var lowest: Int64 { .min }

  static func elements(of elements: RuntimeElements) -> [Int64]? {
    if case .integer(let elements) = elements { elements } else { nil }
  }

  static func wrap(_ elements: [Int64]) -> RuntimeElements { .integer(elements) }
}

/// A function generic over the type that elements are held in.
///
/// A kernel that only moves elements is one of these and runs by `RuntimeElements.apply`, which specializes it for each type.
protocol ElementOperation {
  associatedtype Output
  func callAsFunction<E: KernelElement>(_ elements: [E]) throws -> Output
}

extension RuntimeElements {
  /// Applies an operation to the elements in the type they are held in.
  func apply<Operation: ElementOperation>(_ operation: Operation) throws -> Operation.Output {
    switch self {
    case .float(let elements): try operation(elements)
    case .double(let elements): try operation(elements)
    case .integer(let elements): try operation(elements)
    }
  }
}
