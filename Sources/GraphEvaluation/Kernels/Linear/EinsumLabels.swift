/// The labels of an Einsum's equation, with those of ellipses made explicit as negative numbers
/// that count from the right.
struct EinsumLabels {
  /// One list for each input.
  let inputs: [[Int]]
  /// The result's.
  let output: [Int]

  init(_ context: KernelContext) throws {
    let equation = try context.text("equation", default: "").filter { $0 != " " }
    let sides = equation.split(separator: ">", omittingEmptySubsequences: false)
    guard sides.count <= 2, sides.count == 1 || sides[0].last == "-" else {
      throw EvaluationError.Problem.badInput("equation \"\(equation)\"")
    }
    let left = sides.count == 2 ? sides[0].dropLast() : sides[0]
    let terms = left.split(separator: ",", omittingEmptySubsequences: false)
    guard terms.count == context.inputs.count else {
      throw EvaluationError.Problem.badInput(
        "equation \"\(equation)\" for \(context.inputs.count) inputs")
    }
    var lists: [[Int]] = []
    var broadcast = 0
    for (position, term) in terms.enumerated() {
      let rank = try context.input(position).rank
      let list = try Self.labels(term, rank: rank)
      broadcast = max(broadcast, list.count { $0 < 0 })
      lists.append(list)
    }
    inputs = lists
    if sides.count == 2 {
      output = try Self.labels(sides[1], ellipsis: broadcast)
    } else {
      let all = lists.joined().filter { $0 >= 0 }
      let once = Set(all).filter { label in all.count { $0 == label } == 1 }
      output = Self.ellipsis(broadcast) + once.sorted()
    }
    let known = Set(lists.joined())
    guard Set(output).count == output.count, output.allSatisfy(known.contains) else {
      throw EvaluationError.Problem.badInput("equation \"\(equation)\"")
    }
  }

  /// Labels −n … −1.
  private static func ellipsis(_ count: Int) -> [Int] { (0..<count).map { $0 - count } }

  private static func labels(_ term: Substring, rank: Int) throws -> [Int] {
    let letters = term.count { $0 != "." }
    guard letters <= rank, term.contains(".") || letters == rank else {
      throw EvaluationError.Problem.badInput("\"\(term)\" for an input of rank \(rank)")
    }
    return try labels(term, ellipsis: rank - letters)
  }

  private static func labels(_ term: Substring, ellipsis count: Int) throws -> [Int] {
    var result: [Int] = []
    var dots = 0
    for letter in term.utf8 {
      if letter == UInt8(ascii: ".") {
        dots += 1
        if dots == 3 { result += ellipsis(count) }
      } else {
        guard (65...90).contains(letter) || (97...122).contains(letter) else {
          throw EvaluationError.Problem.badInput("\"\(term)\" in the equation")
        }
        result.append(Int(letter))
      }
    }
    guard dots == 0 || dots == 3 else {
      throw EvaluationError.Problem.badInput("\"\(term)\" in the equation")
    }
    return result
  }
}
