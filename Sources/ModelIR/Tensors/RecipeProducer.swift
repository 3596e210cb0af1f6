internal import ByteStore
internal import CVectorLoops

/// Computes a recipe's elements in Double, rounds them once to the tensor's type, and refuses what
/// does not fit it.
struct RecipeProducer {
  private let recipe: TensorRecipe
  private let dataType: DataType
  private let shape: TensorShape
  private let strides: [Int]
  /// Sources that are broadcast, placed or not plain, expanded; by term.
  private let expanded: [[Double]?]
  /// Channels in which lost bits are counted; half precision only.
  private let fitIndex: ChannelIndex?
  private var lostSquares: [Double] = []
  private var normSquares: [Double] = []
  /// Room for one piece of Floats, reused from piece to piece.
  private var floats: [Float] = []

  init(_ recipe: TensorRecipe, dataType: DataType, shape: TensorShape) throws {
    guard dataType.isFoldableFloat || dataType == .int8 || dataType == .uint8 else {
      throw TensorError.notComputable(dataType)
    }
    self.recipe = recipe
    self.dataType = dataType
    self.shape = shape
    strides = shape.strides
    expanded = try recipe.terms.map { term in
      Self.isPlain(term, shape) ? nil : try term.source?.doubles()
    }
    fitIndex =
      dataType == .float16 && shape.rank > 0 && !recipe.isBias
      ? recipe.terms.lazy.compactMap(\.factors.first?.index).first ?? .axis(0) : nil
    if let fitIndex {
      let channels = fitIndex.channelCount(in: shape)
      lostSquares = [Double](repeating: 0, count: channels)
      normSquares = [Double](repeating: 0, count: channels)
    }
  }

  /// Whether ranges of elements can be computed one without the others, at no cost: nothing has to
  /// be expanded first or summed up over the whole.
  static func isDivisible(_ recipe: TensorRecipe, _ type: DataType, _ shape: TensorShape) -> Bool {
    type != .float16 && recipe.terms.allSatisfy { isPlain($0, shape) }
  }

  /// A term whose elements stand in a source as they are, or that has no source.
  private static func isPlain(_ term: TensorRecipe.Term, _ shape: TensorShape) -> Bool {
    guard let source = term.source else { return true }
    guard case .stored(let elements) = source.storage else { return false }
    return term.placement == nil && source.shape == shape && elements.encoding == .littleEndian
      && elements.pieces.count == 1 && source.dataType.bitWidth >= 8
  }

  /// Computes the elements of `range` and hands them out in their plain form.
  mutating func produce(
    _ range: Range<Int>, _ body: (RawSpan, Range<Int>) throws -> Void
  ) throws {
    if let plain = try plainFloats(range) {
      // Taken out for the time: what fills it reads the rest of this value.
      var room: [Float] = []
      swap(&room, &floats)
      if room.count < range.count { room = [Float](repeating: 0, count: range.count) }
      let isFinite = try unsafe room.withUnsafeMutableBytes { bytes in
        let bytes = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[..<(range.count * 4)])
        return try unsafe scale(range, of: plain, in: bytes)
      }
      swap(&room, &floats)
      if isFinite {
        try unsafe body(floats.span.extracting(0..<range.count).bytes, range)
        return
      }
    }
    try sum(range, body)
  }

  /// Computes the elements of `range` where they are written from; false, with nothing written,
  /// for what is not the common case.
  mutating func write(_ range: Range<Int>, to output: inout OutputStretch) throws -> Bool {
    guard let plain = try plainFloats(range) else { return false }
    try unsafe output.append(count: range.count * 4, unit: 4) { part, room in
      let first = range.lowerBound + part.lowerBound / 4
      let elements = first..<(first + part.count / 4)
      let start = plain.bytes.lowerBound + part.lowerBound
      let source = (plain.source, bytes: start..<(start + part.count))
      guard try unsafe !scale(elements, of: source, in: room) else { return }
      try sum(elements) { bytes, _ in
        unsafe bytes.withUnsafeBytes { unsafe room.copyMemory(from: $0) }
      }
    }
    return true
  }

  /// Computes elements in Double.
  private mutating func sum(
    _ range: Range<Int>, _ body: (RawSpan, Range<Int>) throws -> Void
  ) throws {
    var sums = [Double](repeating: 0, count: range.count)
    for (position, term) in recipe.terms.enumerated() {
      try add(term, expanded: expanded[position], over: range, to: &sums)
    }
    try round(sums, range, body)
  }

  /// Refuses channels of half precision that lost more than u·‖W′‖ among the subnormals.
  func finish() throws {
    for channel in lostSquares.indices where lostSquares[channel] > 0 {
      let allowed = 0x1p-22 * normSquares[channel]
      if lostSquares[channel] > allowed {
        throw TensorError.doesNotFit(
          channel: channel, value: lostSquares[channel].squareRoot(), loss: .underflow)
      }
    }
  }

  // MARK: Float by the vector loops

  /// Where the elements stand in the common case, one Float source times factors, which needs no
  /// detour through Double arrays; nil in others.
  private func plainFloats(_ range: Range<Int>) throws -> (source: ByteSource, bytes: Range<Int>)? {
    guard dataType == .float32, recipe.terms.count == 1, let source = recipe.terms[0].source,
      source.dataType == .float32, expanded[0] == nil,
      case .stored(let elements) = source.storage, let piece = elements.pieces.first
    else { return nil }
    let first = piece.lowerBound + range.lowerBound * 4
    let bytes = first..<(first + range.count * 4)
    guard bytes.upperBound <= piece.upperBound else {
      throw TensorError.wrongLength(found: piece.count, expected: shape.elementCount * 4)
    }
    return (elements.source, bytes)
  }

  /// Reads elements into `room`, at any alignment, and scales them there; false if one is not
  /// finite then.
  private func scale(
    _ range: Range<Int>, of plain: (source: ByteSource, bytes: Range<Int>),
    in room: UnsafeMutableRawBufferPointer
  ) throws -> Bool {
    try unsafe plain.source.read(plain.bytes, into: room)
    guard let base = room.baseAddress else { return true }
    let runs = FactorRuns(recipe.terms[0].factors, shape: shape, strides: strides)
    // The slow path finds out which element it was, and whether it overflowed or never was finite.
    var isFinite = true
    runs.forEach(in: range) { start, count, weight in
      let place = unsafe base + (start - range.lowerBound) * 4
      if unsafe bnfold_scale_f32(place, count, weight) == 0 { isFinite = false }
    } each: { start, weights in
      unsafe weights.withUnsafeBufferPointer { factors in
        guard let factors = factors.baseAddress else { return }
        let place = unsafe base + (start - range.lowerBound) * 4
        if unsafe bnfold_scale_each_f32(place, weights.count, factors) == 0 { isFinite = false }
      }
    }
    return isFinite
  }

  // MARK: Any sum, in Double

  private func add(
    _ term: TensorRecipe.Term, expanded: [Double]?, over range: Range<Int>,
    to sums: inout [Double]
  ) throws {
    let elements: [Double]
    if let source = term.source {
      elements =
        try expanded.map { try placed($0, of: source.shape, term, over: range) }
        ?? plain(source, range)
    } else {
      elements = [Double](repeating: 1, count: range.count)
    }
    let runs = FactorRuns(term.factors, shape: shape, strides: strides)
    runs.forEach(in: range) { start, count, weight in
      let offset = start - range.lowerBound
      for index in offset..<(offset + count) { sums[index] += weight * elements[index] }
    } each: { start, weights in
      let offset = start - range.lowerBound
      for index in weights.indices {
        sums[offset + index] += weights[index] * elements[offset + index]
      }
    }
  }

  private func plain(_ source: Tensor, _ range: Range<Int>) throws -> [Double] {
    guard case .stored(let stored) = source.storage, let piece = stored.pieces.first else {
      return try Array(source.doubles()[range])
    }
    let width = source.dataType.bitWidth / 8
    let first = piece.lowerBound + range.lowerBound * width
    guard first + range.count * width <= piece.upperBound else {
      throw TensorError.wrongLength(found: piece.count, expected: shape.elementCount * width)
    }
    var result: [Double] = []
    try stored.source.withBytes(first..<(first + range.count * width)) { span in
      try ElementConversion.append(span, of: source.dataType, count: range.count, to: &result)
    }
    return result
  }

  /// The elements of a broadcast or placed source that fall on `range`; zero outside a placed one.
  private func placed(
    _ elements: [Double], of source: TensorShape, _ term: TensorRecipe.Term,
    over range: Range<Int>
  ) throws -> [Double] {
    let placement = term.placement
    guard source.rank <= shape.rank else {
      throw TensorError.wrongLength(found: source.rank, expected: shape.rank)
    }
    if placement == nil, source == shape { return Array(elements[range]) }
    let lead = shape.rank - source.rank
    let sourceStrides = source.strides
    return range.map { element in
      var position = 0
      for axis in 0..<source.rank {
        let coordinate = element / strides[lead + axis] % shape.dimensions[lead + axis]
        if let placement {
          let inside = coordinate - placement[axis]
          let step = max(1, term.spacing?[axis] ?? 1)
          guard inside >= 0, inside % step == 0, inside / step < source.dimensions[axis] else {
            return 0
          }
          position += inside / step * sourceStrides[axis]
        } else if source.dimensions[axis] != 1 {
          position += coordinate * sourceStrides[axis]
        }
      }
      return elements.indices.contains(position) ? elements[position] : 0
    }
  }

  // MARK: Rounding

  private mutating func round(
    _ sums: [Double], _ range: Range<Int>, _ body: (RawSpan, Range<Int>) throws -> Void
  ) throws {
    switch dataType {
    case .float64:
      for (offset, sum) in sums.enumerated() where !sum.isFinite {
        throw misfit(range.lowerBound + offset, sum)
      }
      try unsafe body(sums.span.bytes, range)
    case .float32:
      let rounded = sums.map { Float($0) }
      for (offset, element) in rounded.enumerated() where !element.isFinite {
        throw misfit(range.lowerBound + offset, sums[offset])
      }
      try unsafe body(rounded.span.bytes, range)
    case .int8, .uint8:
      let rounded = try wholeNumbers(sums, range)
      try unsafe body(rounded.span.bytes, range)
    default:
      let rounded = try roundedToSixteenBits(sums, range)
      try unsafe body(rounded.span.bytes, range)
    }
  }

  /// Quantized numbers are exact: a sum that is none of the type's numbers does not fit.
  private func wholeNumbers(_ sums: [Double], _ range: Range<Int>) throws -> [UInt8] {
    try sums.enumerated().map { offset, sum in
      if dataType == .int8, let number = Int8(exactly: sum) { return UInt8(bitPattern: number) }
      if dataType == .uint8, let number = UInt8(exactly: sum) { return number }
      throw misfit(range.lowerBound + offset, sum)
    }
  }

  private mutating func roundedToSixteenBits(
    _ sums: [Double], _ range: Range<Int>
  ) throws -> [UInt16] {
    let half = dataType == .float16
    var rounded = [UInt16](repeating: 0, count: sums.count)
    var back = [Float](repeating: 0, count: sums.count)
    unsafe sums.withUnsafeBufferPointer { input in
      unsafe rounded.withUnsafeMutableBufferPointer { bits in
        unsafe back.withUnsafeMutableBufferPointer { floats in
          guard let input = input.baseAddress, let bits = bits.baseAddress,
            let floats = floats.baseAddress
          else { return }
          if half {
            unsafe bnfold_double_to_half(input, bits, range.count)
            unsafe bnfold_half_to_float(bits, floats, range.count)
          } else {
            unsafe bnfold_double_to_bfloat16(input, bits, range.count)
            unsafe bnfold_bfloat16_to_float(bits, floats, range.count)
          }
        }
      }
    }
    for (offset, element) in back.enumerated() {
      guard element.isFinite else { throw misfit(range.lowerBound + offset, sums[offset]) }
      guard let fitIndex else { continue }
      let channel = fitIndex.channel(at: coordinates(range.lowerBound + offset))
      normSquares[channel] += sums[offset] * sums[offset]
      // Only below the smallest normal half does rounding lose more than the relative u.
      if abs(element) < 0x1p-14, Double(element) != sums[offset] {
        let lost = Double(element) - sums[offset]
        lostSquares[channel] += lost * lost
      }
    }
    return rounded
  }

  private func coordinates(_ element: Int) -> [Int] {
    (0..<shape.rank).map { element / strides[$0] % max(1, shape.dimensions[$0]) }
  }

  private func misfit(_ element: Int, _ value: Double) -> TensorError {
    let index = recipe.terms.lazy.compactMap(\.factors.first?.index).first
    let channel = index.map { $0.channel(at: coordinates(element)) } ?? 0
    return .doesNotFit(
      channel: channel, value: value, loss: value.isFinite ? .overflow : .notFinite)
  }
}
