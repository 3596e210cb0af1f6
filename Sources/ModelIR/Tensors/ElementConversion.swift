internal import CVectorLoops

/// Turns elements in their plain form into Swift numbers.
enum ElementConversion {
  /// Appends `count` elements as Double.
  static func append(
    _ bytes: RawSpan, of type: DataType, count: Int, to result: inout [Double]
  ) throws {
    switch type {
    case .float64: appendCopy(bytes, count, &result)
    case .float32: appendEach(bytes, Float.self, count, &result) { Double($0) }
    case .float16, .bfloat16:
      var floats: [Float] = []
      try append(bytes, of: type, count: count, to: &floats)
      unsafe appendEach(floats.span.bytes, Float.self, count, &result) { Double($0) }
    default:
      var integers: [Int64] = []
      try append(bytes, of: type, count: count, to: &integers)
      if type == .uint64 {
        for element in integers { result.append(Double(UInt64(bitPattern: element))) }
      } else {
        for element in integers { result.append(Double(element)) }
      }
    }
  }

  /// Appends `count` elements as Float.
  static func append(
    _ bytes: RawSpan, of type: DataType, count: Int, to result: inout [Float]
  ) throws {
    switch type {
    case .float32: appendCopy(bytes, count, &result)
    case .float16, .bfloat16:
      var halves: [UInt16] = []
      appendEach(bytes, UInt16.self, count, &halves) { $0 }
      let start = result.count
      result.append(contentsOf: repeatElement(0, count: count))
      unsafe result.withUnsafeMutableBufferPointer { out in
        unsafe halves.withUnsafeBufferPointer { input in
          guard let source = input.baseAddress, let base = out.baseAddress else { return }
          if type == .float16 {
            unsafe bnfold_half_to_float(source, base + start, count)
          } else {
            unsafe bnfold_bfloat16_to_float(source, base + start, count)
          }
        }
      }
    default:
      var doubles: [Double] = []
      try append(bytes, of: type, count: count, to: &doubles)
      for element in doubles { result.append(Float(element)) }
    }
  }

  /// Appends `count` whole numbers or bools.
  static func append(
    _ bytes: RawSpan, of type: DataType, count: Int, to result: inout [Int64]
  ) throws {
    switch type {
    case .int64: appendCopy(bytes, count, &result)
    case .uint64: appendEach(bytes, UInt64.self, count, &result) { Int64(bitPattern: $0) }
    case .int32: appendEach(bytes, Int32.self, count, &result) { Int64($0) }
    case .uint32: appendEach(bytes, UInt32.self, count, &result) { Int64($0) }
    case .int16: appendEach(bytes, Int16.self, count, &result) { Int64($0) }
    case .uint16: appendEach(bytes, UInt16.self, count, &result) { Int64($0) }
    case .int8: appendEach(bytes, Int8.self, count, &result) { Int64($0) }
    case .uint8: appendEach(bytes, UInt8.self, count, &result) { Int64($0) }
    case .bool: appendEach(bytes, UInt8.self, count, &result) { $0 == 0 ? 0 : 1 }
    case .int4, .uint4, .int2, .uint2: appendPacked(bytes, of: type, count: count, to: &result)
    default: throw TensorError.notComputable(type)
    }
  }

  /// Elements that are stored as they are held; at once where they are aligned.
  private static func appendCopy<Element: BitwiseCopyable>(
    _ bytes: RawSpan, _ count: Int, _ result: inout [Element]
  ) {
    let number = min(count, bytes.byteCount / MemoryLayout<Element>.size)
    let copied = unsafe bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress,
        Int(bitPattern: base) % MemoryLayout<Element>.alignment == 0
      else { return false }
      unsafe result.append(
        contentsOf: UnsafeBufferPointer(
          start: base.assumingMemoryBound(to: Element.self), count: number))
      return true
    }
    if !copied { appendEach(bytes, Element.self, number, &result) { $0 } }
  }

  /// Elements converted at a time: they are copied out of the fastest cache.
  private static let block = 1024

  /// Inlined, and without a check of capacity for each element, so that the loop becomes vectors.
  @inline(__always)
  private static func appendEach<Stored: BitwiseCopyable, Element: BitwiseCopyable>(
    _ bytes: RawSpan, _: Stored.Type, _ count: Int, _ result: inout [Element],
    _ convert: (Stored) -> Element
  ) {
    let width = MemoryLayout<Stored>.size
    let number = min(count, bytes.byteCount / width)
    unsafe withUnsafeTemporaryAllocation(of: Element.self, capacity: block) { converted in
      unsafe bytes.withUnsafeBytes { input in
        for start in stride(from: 0, to: number, by: block) {
          let length = min(block, number - start)
          for index in 0..<length {
            unsafe converted.initializeElement(
              at: index,
              to: convert(
                input.loadUnaligned(fromByteOffset: (start + index) * width, as: Stored.self)))
          }
          unsafe result.append(
            contentsOf: UnsafeBufferPointer(rebasing: converted[..<length]))
        }
      }
    }
  }

  private static func appendPacked(
    _ bytes: RawSpan, of type: DataType, count: Int, to result: inout [Int64]
  ) {
    let bits = type.bitWidth
    let perByte = 8 / bits
    let signed = type == .int4 || type == .int2
    for index in 0..<min(count, bytes.byteCount * perByte) {
      let byte = unsafe bytes.unsafeLoad(fromByteOffset: index / perByte, as: UInt8.self)
      var value = Int64(byte >> UInt8(index % perByte * bits)) & (1 << Int64(bits) - 1)
      if signed, value >= 1 << Int64(bits - 1) { value -= 1 << Int64(bits) }
      result.append(value)
    }
  }
}
