/// The one Python literal that a .npy header is: a dict of a string, a bool and a tuple.
///
/// Grammar (blanks between all tokens, a comma may follow the last item):
/// `{'descr': STRING, 'fortran_order': True | False, 'shape': (INTEGER, …)}`, keys in any order,
/// each once; strings in either quote, ASCII without escapes; integers decimal, ≥ 0, with the `L`
/// that Python 2 wrote. Nothing is evaluated.
struct HeaderLiteral {
  var descr: String
  var isFortranOrder: Bool
  var shape: [Int]

  /// What is wrong, at which byte of the literal.
  struct Failure: Error, Equatable {
    var offset: Int
    var detail: String
    /// Valid for NumPy, but no plain numbers.
    var isUnsupported = false
  }

  init(_ text: [UInt8]) throws(Failure) {
    var parser = Parser(text: text)
    var descr: String?
    var order: Bool?
    var shape: [Int]?
    try parser.expect("{")
    while !parser.skip("}") {
      let start = parser.offset
      let key = try parser.string()
      try parser.expect(":")
      switch key {
      case "descr" where descr == nil: descr = try parser.type()
      case "fortran_order" where order == nil: order = try parser.bool()
      case "shape" where shape == nil: shape = try parser.tuple()
      case "descr", "fortran_order", "shape":
        throw Failure(offset: start, detail: "the key '\(key)' is there twice")
      default: throw Failure(offset: start, detail: "unknown key; descr, fortran_order, shape are")
      }
      if parser.skip(",") { continue }
      try parser.expect("}")
      break
    }
    try parser.expectEnd()
    guard let descr, let order, let shape else {
      throw Failure(offset: 0, detail: "one of the keys descr, fortran_order, shape is missing")
    }
    self.descr = descr
    isFortranOrder = order
    self.shape = shape
  }

  private struct Parser {
    let text: [UInt8]
    var offset = 0

    init(text: [UInt8]) { self.text = text }

    private mutating func skipBlanks() {
      while offset < text.count, [0x20, 0x09, 0x0a, 0x0d].contains(text[offset]) { offset += 1 }
    }

    private func failure(_ detail: String, isUnsupported: Bool = false) -> Failure {
      Failure(offset: offset, detail: detail, isUnsupported: isUnsupported)
    }

    /// Passes a character if it comes next.
    mutating func skip(_ character: Unicode.Scalar) -> Bool {
      skipBlanks()
      guard offset < text.count, text[offset] == UInt8(ascii: character) else { return false }
      offset += 1
      return true
    }

    mutating func expect(_ character: Unicode.Scalar) throws(Failure) {
      guard skip(character) else { throw failure("'\(character)' is expected") }
    }

    mutating func expectEnd() throws(Failure) {
      skipBlanks()
      guard offset == text.count else { throw failure("something follows the closing brace") }
    }

    mutating func string() throws(Failure) -> String {
      skipBlanks()
      guard offset < text.count, text[offset] == 0x27 || text[offset] == 0x22 else {
        throw failure("a string is expected")
      }
      let quote = text[offset]
      var result = ""
      var end = offset + 1
      while end < text.count, text[end] != quote {
        guard (0x20..<0x7f).contains(text[end]), text[end] != UInt8(ascii: "\\") else {
          throw failure("a string with other characters than plain ASCII")
        }
        result.unicodeScalars.append(Unicode.Scalar(text[end]))
        end += 1
      }
      guard end < text.count else { throw failure("a string that does not end") }
      offset = end + 1
      return result
    }

    /// The value of descr; a list describes a record.
    mutating func type() throws(Failure) -> String {
      skipBlanks()
      if offset < text.count, [UInt8(ascii: "["), UInt8(ascii: "(")].contains(text[offset]) {
        throw failure("arrays of records; save each field by itself", isUnsupported: true)
      }
      return try string()
    }

    mutating func bool() throws(Failure) -> Bool {
      skipBlanks()
      for (word, value) in [("True", true), ("False", false)]
      where text[offset...].starts(with: word.utf8) {
        offset += word.utf8.count
        return value
      }
      throw failure("True or False is expected")
    }

    mutating func tuple() throws(Failure) -> [Int] {
      try expect("(")
      var result: [Int] = []
      while !skip(")") {
        result.append(try integer())
        if skip(",") { continue }
        // (3) is a number in parentheses, not a tuple.
        guard result.count > 1 else { throw failure("',' is expected") }
        try expect(")")
        break
      }
      return result
    }

    private mutating func integer() throws(Failure) -> Int {
      skipBlanks()
      let start = offset
      var value = 0
      while offset < text.count, (0x30...0x39).contains(text[offset]) {
        let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
        let (sum, carry) = tenfold.addingReportingOverflow(Int(text[offset] - 0x30))
        guard !overflow, !carry else { throw failure("a dimension that does not fit 63 bits") }
        value = sum
        offset += 1
      }
      guard offset > start else { throw failure("a dimension (a whole number ≥ 0) is expected") }
      guard text[start] != 0x30 || offset == start + 1 else {
        throw failure("a dimension with a leading zero")
      }
      _ = skip("L")
      return value
    }
  }
}
