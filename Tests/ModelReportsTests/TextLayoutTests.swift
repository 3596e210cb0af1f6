import Testing

@testable import ModelReports

private func table(_ name: String) -> TextTable {
  var table = TextTable([.init("name", isFlexible: true), .init("count", .right)])
  table.add([name, "12"], tones: [1: .good])
  table.add(["b", "3456"])
  return table
}

@Test("Columns align, numbers to the right")
func columnsAlign() {
  #expect(table("conv").lines(TextStyle()) == ["name  count", "conv     12", "b      3456"])
}

@Test("A table that is too wide is cut where it may be", arguments: [true, false])
func tableIsCut(_ isUnicode: Bool) {
  let lines = table("a/very/long/name/of/a/node").lines(
    TextStyle(isUnicode: isUnicode, width: 24))
  // 24 columns less the gap of 2 and 5 of the count leave 17 for the name.
  #expect(lines[1] == (isUnicode ? "a/very/long/name…" : "a/very/long/na...") + "     12")
  #expect(lines.allSatisfy { $0.count <= 24 })
}

@Test("Wide characters take two columns")
func wideCharacters() {
  #expect(DisplayWidth.of("层1") == 3)
  #expect(DisplayWidth.of("e\u{301}") == 1)
  #expect(DisplayWidth.cut("层层层", to: 4, ellipsis: "…") == "层…")
}

@Test("Colours surround the text and change no width")
func colors() {
  let plain = table("conv").lines(TextStyle())
  let colored = table("conv").lines(TextStyle(usesColor: true))
  #expect(colored[1] == "conv     \u{1B}[32m12\u{1B}[0m")
  #expect(colored[2] == plain[2])
}

@Test("Control characters of a name are spelled out")
func controlCharacters() {
  #expect(TextStyle().plain("a\u{1B}[31mb\nc") == "a\\u{1b}[31mb\\u{a}c")
}

@Test("Our own signs have ASCII forms; names stay")
func asciiForms() {
  #expect(TextStyle().plain("层 → x…") == "层 -> x...")
  #expect(TextStyle(isUnicode: true).plain("层 → x…") == "层 → x…")
}

@Test("Paragraphs break at spaces and hang below their label")
func paragraphs() {
  let lines = Paragraph.lines("one two three four", label: "kept  ", TextStyle(width: 14))
  #expect(lines == ["kept  one two", "      three", "      four"])
  #expect(Paragraph.lines("abcdefghijkl x", TextStyle(width: 5)) == ["abcdefghijkl", "x"])
}
