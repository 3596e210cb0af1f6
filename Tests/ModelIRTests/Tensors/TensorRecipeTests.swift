import ModelIR
import TestSupport
import Testing

@Suite struct TensorRecipeTests {
  private func weight(_ elements: [Float], _ dimensions: [Int]) throws -> Tensor {
    let shape = try #require(TensorShape(dimensions))
    return try #require(Tensor(elements, shape: shape))
  }

  @Test func rowsAreScaledByTheirChannel() throws {
    let source = try weight([1, 2, 3, 4, 5, 6], [2, 3])
    let recipe = TensorRecipe(terms: [.init(source: source)])
      .scaled(by: [10, 100], at: .axis(0))
    let tensor = Tensor(dataType: .float32, shape: source.shape, recipe: recipe)
    #expect(try tensor.floats() == [10, 20, 30, 400, 500, 600])
  }

  @Test func columnsAreScaledByTheirChannel() throws {
    let source = try weight([1, 2, 3, 4, 5, 6], [2, 3])
    let recipe = TensorRecipe(terms: [.init(source: source)])
      .scaled(by: [1, 10, 100], at: .axis(1))
    let tensor = Tensor(dataType: .float32, shape: source.shape, recipe: recipe)
    #expect(try tensor.floats() == [1, 20, 300, 4, 50, 600])
  }

  /// ConvTranspose [C=4, M/g=2] in two groups: channel = (c ÷ 2)·2 + j.
  @Test func groupsOwnTheirChannels() throws {
    let source = try weight([Float](repeating: 1, count: 8), [4, 2])
    let index = ChannelIndex(memberAxis: 1, group: .init(axis: 0, size: 2, channels: 2))
    #expect(index.channelCount(in: source.shape) == 4)
    let recipe = TensorRecipe(terms: [.init(source: source)]).scaled(by: [1, 2, 3, 4], at: index)
    let tensor = Tensor(dataType: .float32, shape: source.shape, recipe: recipe)
    #expect(try tensor.floats() == [1, 2, 1, 2, 3, 4, 3, 4])
  }

  /// (1 + 2⁻²⁴)·… in Float would lose the small part twice; one rounding keeps it.
  @Test func severalFactorsRoundOnce() throws {
    let source = try weight([3], [1])
    let third = 1.0 / 3.0
    let recipe = TensorRecipe(terms: [.init(source: source)])
      .scaled(by: [third], at: .axis(0)).scaled(by: [0.1], at: .axis(0))
    #expect(recipe.terms[0].factors.count == 1)
    let tensor = Tensor(dataType: .float32, shape: source.shape, recipe: recipe)
    #expect(try tensor.floats() == [Float(3 * (third * 0.1))])
  }

  @Test func aSumOfABroadcastSourceAndAVector() throws {
    let bias = try weight([7], [])
    let recipe = TensorRecipe(terms: [.init(source: bias)]).scaled(by: [1, 2, 3], at: .axis(0))
      .adding(.vector([0.5, 0.25, 0.125]))
    let tensor = Tensor(dataType: .float32, shape: .vector(3), recipe: recipe)
    #expect(try tensor.floats() == [7.5, 14.25, 21.125])
  }

  @Test func aColumnGrowsToAMatrix() throws {
    let column = try weight([1, 2], [2, 1])
    let shape = try #require(TensorShape([2, 3]))
    let recipe = TensorRecipe(terms: [
      .init(source: column, factors: [.init(values: [1, 10, 100], index: .axis(1))]),
      .init(source: nil, factors: [.init(values: [0.5, 0.25, 0.125], index: .axis(1))]),
    ])
    let tensor = Tensor(dataType: .float64, shape: shape, recipe: recipe)
    #expect(try tensor.doubles() == [1.5, 10.25, 100.125, 2.5, 20.25, 200.125])
  }

  /// A 1×1 kernel in the middle of a 3×3 one.
  @Test func aKernelIsPlacedInALargerOne() throws {
    let large = try weight([Float](repeating: 1, count: 9), [1, 1, 3, 3])
    let small = try weight([5], [1, 1, 1, 1])
    let recipe = TensorRecipe(terms: [
      .init(source: large), .init(source: small, placement: [0, 0, 1, 1]),
    ])
    let tensor = Tensor(dataType: .float32, shape: large.shape, recipe: recipe)
    #expect(try tensor.floats() == [1, 1, 1, 1, 6, 1, 1, 1, 1])
  }

  @Test func piecesDoNotChangeTheNumbers() throws {
    var random = SplitMix64(seed: 7)
    let elements = (0..<600).map { _ in Float(random.normal()) }
    let source = try weight(elements, [6, 4, 5, 5])
    let outputs = (0..<6).map { _ in random.normal() }
    let inputs = (0..<8).map { _ in random.normal() }
    let grouped = ChannelIndex(memberAxis: 1, group: .init(axis: 0, size: 3, channels: 4))
    let recipe = TensorRecipe(terms: [.init(source: source)])
      .scaled(by: outputs, at: .axis(0)).scaled(by: inputs, at: grouped)
    let tensor = Tensor(dataType: .float32, shape: source.shape, recipe: recipe)
    var expected: [Float] = []
    for (position, element) in elements.enumerated() {
      let output = position / 100
      let input = output / 3 * 4 + position / 25 % 4
      expected.append(Float(outputs[output] * inputs[input] * Double(element)))
    }
    #expect(try tensor.floats() == expected)
    var pieces: [Float] = []
    try tensor.forEachPiece(maximumElements: 24) { piece, range in
      pieces += (0..<range.count).map {
        unsafe piece.unsafeLoadUnaligned(fromByteOffset: 4 * $0, as: Float.self)
      }
    }
    #expect(pieces == expected)
  }

  @Test(arguments: [DataType.float32, .float64, .bfloat16, .float16])
  func rangesGiveWhatTheWholeGives(type: DataType) throws {
    var random = SplitMix64(seed: 5)
    let source = try weight((0..<1000).map { _ in Float(random.normal()) }, [10, 20, 5])
    let recipe = TensorRecipe(terms: [.init(source: source)])
      .scaled(by: (0..<20).map { Double($0) + 0.3 }, at: .axis(1))
    let tensor = Tensor(dataType: type, shape: source.shape, recipe: recipe)
    let whole = try tensor.loadBytes()
    let ranges = tensor.divided(into: 100)
    // Half precision sums up what is lost over the whole tensor.
    #expect(ranges.count == (type == .float16 ? 1 : 11))
    var bytes: [UInt8] = []
    var next = 0
    for range in ranges {
      #expect(range.lowerBound == next)
      next = range.upperBound
      try tensor.forEachPiece(of: range, maximumElements: 24) { piece, _ in
        for index in 0..<piece.byteCount {
          bytes.append(unsafe piece.unsafeLoad(fromByteOffset: index, as: UInt8.self))
        }
      }
    }
    #expect(next == 1000)
    #expect(bytes == whole)
  }

  @Test func whatIsNotPlainStaysWhole() throws {
    let source = try weight([Float](repeating: 1, count: 100), [100])
    #expect(source.divided(into: 10) == [0..<100])
    let wide = Tensor(
      dataType: .float32, shape: try #require(TensorShape([3, 100])),
      recipe: TensorRecipe(terms: [.init(source: source)]))
    #expect(wide.divided(into: 10) == [0..<300])
  }

  @Test func aHalfThatOverflowsIsRefusedWithItsChannel() throws {
    // 1.0 and 2.0 as halves.
    let source = try #require(
      Tensor(dataType: .float16, shape: .vector(2), bytes: [0, 0x3c, 0, 0x40]))
    let recipe = TensorRecipe(terms: [.init(source: source)]).scaled(by: [1, 40_000], at: .axis(0))
    let tensor = Tensor(dataType: .float16, shape: .vector(2), recipe: recipe)
    #expect(throws: TensorError.doesNotFit(channel: 1, value: 80_000, loss: .overflow)) {
      try tensor.loadBytes()
    }
  }

  @Test func aHalfChannelThatVanishesIsRefused() throws {
    let source = try #require(
      Tensor(dataType: .float16, shape: .vector(2), bytes: [0, 0x3c, 0, 0x3c]))
    let recipe = TensorRecipe(terms: [.init(source: source)])
      .scaled(by: [1, 0x1.8p-26], at: .axis(0))
    let tensor = Tensor(dataType: .float16, shape: .vector(2), recipe: recipe)
    #expect(throws: TensorError.self) { try tensor.loadBytes() }
    // A bias loses no more there than the sums do.
    var bias = recipe
    bias.isBias = true
    let sums = Tensor(dataType: .float16, shape: .vector(2), recipe: bias)
    #expect(try sums.doubles() == [1, 0])
    // Exact subnormals lose nothing.
    let exact = TensorRecipe(terms: [.init(source: source)]).scaled(by: [1, 0x1p-24], at: .axis(0))
    let kept = Tensor(dataType: .float16, shape: .vector(2), recipe: exact)
    #expect(try kept.doubles() == [1, 0x1p-24])
  }

  @Test(arguments: [Double.nan, .infinity])
  func aFactorThatIsNotFiniteIsRefused(factor: Double) throws {
    let source = try weight([1, 2], [2])
    let recipe = TensorRecipe(terms: [.init(source: source)]).scaled(by: [1, factor], at: .axis(0))
    let tensor = Tensor(dataType: .float32, shape: source.shape, recipe: recipe)
    #expect(throws: TensorError.self) { try tensor.loadBytes() }
  }

  @Test func integersAreNotComputed() throws {
    let tensor = Tensor(dataType: .int32, shape: .vector(1), recipe: .vector([1]))
    #expect(throws: TensorError.notComputable(.int32)) { try tensor.loadBytes() }
  }

  /// Half of an ulp of bfloat16 rounds to even, also where Float alone would round twice.
  @Test func bfloat16RoundsOnce() throws {
    // 1 + 2⁻⁸ + 2⁻⁴⁰: just above a tie; through Float it would become the tie and round down.
    let above = 1 + 0x1p-8 + 0x1p-40
    let recipe = TensorRecipe.vector([above, 1 + 0x1p-8])
    let tensor = Tensor(dataType: .bfloat16, shape: .vector(2), recipe: recipe)
    #expect(try tensor.doubles() == [1 + 0x1p-7, 1])
  }
}
