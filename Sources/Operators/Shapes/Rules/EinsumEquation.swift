internal import ModelIR

/// Einsum's equation: which letter stands for which axis.
///
/// Source: ONNX Einsum, NumPy einsum; an ellipsis stands for axes that are broadcast.
struct EinsumEquation {
  /// The letters of each input in order; nil where the ellipsis stands.
  var terms: [[Character?]]
  /// The letters of the output.
  var result: [Character?]

  init(_ text: String) throws {
    let sides = text.filter { $0 != " " }.replacing("...", with: ".").split(
      separator: "->", omittingEmptySubsequences: false)
    guard sides.count <= 2, let left = sides.first else {
      throw AttributeError("equation", .outOfRange(expected: "terms, an arrow and a result"))
    }
    terms = left.split(separator: ",", omittingEmptySubsequences: false).map(Self.letters)
    guard terms.allSatisfy({ $0.count { $0 == nil } <= 1 }) else {
      throw AttributeError("equation", .outOfRange(expected: "one ellipsis in a term"))
    }
    if sides.count == 2 {
      result = Self.letters(sides[1])
      return
    }
    // Without an arrow: the ellipsis, then letters that stand once, in alphabetical order.
    var counts: [Character: Int] = [:]
    for letter in terms.joined().compactMap({ $0 }) { counts[letter, default: 0] += 1 }
    let once: [Character?] = counts.filter { $0.value == 1 }.keys.sorted()
    let hasEllipsis = terms.joined().contains { $0 == nil }
    result = (hasEllipsis ? [nil] : []) + once
  }

  private static func letters(_ term: Substring) -> [Character?] {
    term.map { $0 == "." ? nil : $0 }
  }

  /// The output's extents; nil where an input's rank is not known.
  func output(of inputs: [[Dimension]?]) throws -> [Dimension]? {
    guard inputs.count == terms.count else {
      throw AttributeError("equation", .wrongCount(found: terms.count, expected: inputs.count))
    }
    var extents: [Character: Dimension] = [:]
    var ellipsis: [Dimension] = []
    for (term, shape) in zip(terms, inputs) {
      guard let shape else { return nil }
      let hasEllipsis = term.contains { $0 == nil }
      let named = term.count - (hasEllipsis ? 1 : 0)
      guard named <= shape.count, hasEllipsis || named == shape.count else {
        throw ShapeMismatch("the equation names \(named) axes of an input of \(shape.count)")
      }
      var axis = 0
      for letter in term {
        guard let letter else {
          let count = shape.count - named
          guard let joined = Dimension.broadcast(ellipsis, Array(shape[axis..<(axis + count)]))
          else { throw ShapeMismatch("the axes of the ellipsis do not fit together") }
          ellipsis = joined
          axis += count
          continue
        }
        guard let joined = Dimension.broadcast(extents[letter] ?? .known(1), shape[axis]) else {
          throw ShapeMismatch("the extents of axis \"\(letter)\" differ")
        }
        extents[letter] = joined
        axis += 1
      }
    }
    return result.flatMap { letter in
      letter.map { [extents[$0] ?? .unknown] } ?? ellipsis
    }
  }
}
