import ModelIR
import Testing

@testable import ModelReports

@Suite struct RowTableTests {
  private struct Row { var name: String; var number: Double? }

  private let table = RowTable<Row>(
    columns: [
      .text("name", "name", isFlexible: true) { $0.name },
      .number("number", "number") { $0.number },
    ],
    usual: ["name", "number"], names: { [$0.name] })
  private let rows = [
    Row(name: "b", number: 1), Row(name: "a", number: .nan), Row(name: "d", number: nil),
    Row(name: "c", number: 3), Row(name: "e", number: 1),
  ]

  @Test("Numbers sort from the largest, texts from the first, no number last, ties stay")
  func sorting() {
    func names(_ sort: String?) -> String {
      table.rows(rows, RowSelection(sort: sort)).map(\.name).joined()
    }
    #expect(names("number") == "cbead")
    #expect(names("name") == "abcde")
    #expect(names(nil) == "badce")
  }

  @Test("Patterns choose, top cuts, and the text says how many are shown")
  func choosing() {
    let selection = RowSelection(
      columns: ["number", "name"], sort: "number", patterns: [NamePattern("[b-d]")], top: 2)
    #expect(
      table.lines(rows, selection, TextStyle())
        == ["number  name", "  3.00  c", "  1.00  b", "2 of 5 shown"])
  }

  @Test("Names are cut in their middle")
  func cutting() {
    #expect(
      DisplayWidth.cutMiddle("/features/features.0/Conv", to: 13, ellipsis: "…") == "/fea…s.0/Conv")
    #expect(DisplayWidth.cutMiddle("short", to: 5, ellipsis: "…") == "short")
  }

  @Test("A histogram in one line: what is there is seen, whatever its size")
  func sparkline() {
    let style = TextStyle(isUnicode: true)
    #expect(Sparkline.text([0, 1, 1000, 500, 0], columns: 12, style) == " ▁█▄ ")
    #expect(Sparkline.text([1, 1, 1, 0, 0, 0], columns: 3, style) == "█▄ ")
    #expect(Sparkline.text([0, 8], columns: 12, TextStyle()) == " @")
    #expect(Sparkline.text([0, 0], columns: 12, style).isEmpty)
  }
}
