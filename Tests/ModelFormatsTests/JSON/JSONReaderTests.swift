import ModelFormats
import Testing

struct JSONReaderTests {
  private func read(_ text: String) throws -> JSONElement {
    try JSONReader.document(Array(text.utf8), file: "x.json")
  }

  @Test func readsEveryKind() throws {
    let text =
      #" {"a": [1, -2.5e3, 0], "b\n": {"c": null, "d": true}, "e": false, "": "x/\u00e9"} "#
    let document = try read(text)
    #expect(document.members?.map(\.name) == ["a", "b\n", "e", ""])
    #expect(document["a"]?.elements?.map(\.number) == [1, -2500, 0])
    #expect(document["a"]?.elements?.map(\.integer) == [1, nil, 0])
    #expect(document["b\n"]?["c"]?.isNull == true)
    #expect(document["b\n"]?["d"]?.bool == true)
    #expect(document["e"]?.bool == false)
    #expect(document[""]?.string == "x/é")
    #expect(document.offset == 1)
    #expect(document["a"]?.offset == 7)
    #expect(document["e"]?.kind == "true or false")
  }

  @Test(arguments: [
    (#""😀""#, "😀"), (#""\ud83d\ude00""#, "😀"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
    (#""\u0000""#, "\0"), (#""""#, ""),
  ])
  func strings(text: String, expected: String) throws {
    #expect(try read(text).string == expected)
  }

  @Test(arguments: ["0", "-0", "10", "1.5", "1e5", "1E+5", "-1.25e-3"])
  func numbers(text: String) throws {
    #expect(try read(text).number == Double(text))
  }

  @Test func integersThatDoNotFitAreNone() throws {
    #expect(try read("9223372036854775807").integer == .max)
    #expect(try read("9223372036854775808").integer == nil)
    #expect(try read("1.0").integer == nil)
  }

  @Test(arguments: [
    ("{\"a\":1,\"a\":2}", 7), ("[1,]", 3), ("{\"a\":1,}", 7), ("01", 1), ("1.", 2), ("+1", 0),
    ("nul", 3), ("nulx", 3), ("\"\u{1}\"", 1), (#""\x""#, 2), (#""\ud800""#, 7), (#""\u12g4""#, 5),
    ("[1 2]", 3), ("{1:2}", 1), ("{\"a\" 1}", 5), ("1 1", 2), ("", 0), ("[", 1), ("\"a", 2),
    ("\u{feff}1", 0), ("NaN", 0), (#""\ud83d\u0041""#, 13), ("1e", 2), ("[1}", 2), ("tru e", 3),
  ])
  func refuses(text: String, offset: Int) {
    let error = #expect(throws: FormatError.self) { try read(text) }
    #expect(error?.location.position == .byte(offset))
  }

  @Test func refusesWhatIsNotUTF8() {
    let error = #expect(throws: FormatError.self) {
      try JSONReader.document([0x22, 0xff, 0x22], file: "x.json")
    }
    #expect(error?.description.contains("UTF-8") == true)
  }

  @Test func refusesDeepNesting() throws {
    func nested(_ levels: Int) -> String {
      String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
    }
    _ = try read(nested(JSONReader.mostLevels))
    #expect(throws: FormatError.self) { try read(nested(JSONReader.mostLevels + 1)) }
    #expect(throws: FormatError.self) { try read(nested(100_000)) }
  }

  @Test func everyTruncationIsRefused() throws {
    let text = #"{"a": [1.5, {"b": "\u00e9"}], "c": true}"#
    _ = try read(text)
    for count in 0..<text.utf8.count {
      let bytes = Array(text.utf8.prefix(count))
      #expect(throws: FormatError.self, "\(count) bytes") {
        try JSONReader.document(bytes, file: "x.json")
      }
    }
  }

  @Test func offsetsCountFromTheBase() throws {
    let document = try JSONReader.document(Array("[ 1]".utf8), file: "x", base: 100)
    #expect(document.elements?.first?.offset == 102)
  }
}
