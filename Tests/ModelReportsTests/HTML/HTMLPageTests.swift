import ModelIR
import Testing

@testable import ModelReports

@Suite struct HTMLPageTests {
  private struct Row { var name: String; var number: Double? }

  private let table = RowTable<Row>(
    columns: [
      .text("name", "name") { $0.name }, .number("number", "number") { $0.number },
      .number("empty", "empty") { _ in nil },
    ],
    usual: [], names: { [$0.name] })

  @Test("Names of models mean nothing in HTML")
  func escaping() {
    #expect(
      HTMLText.escaped("<b a=\"1\" c='2'>&\u{0}\u{202E}\n")
        == "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;\\u{0}\\u{202e}\\u{a}")
    let html = table.html([Row(name: "<script>x</script>", number: 1)], caption: "a \"b\"")
    #expect(!html.contains("<script>"))
    #expect(html.contains("Filter a &quot;b&quot;"))
  }

  @Test("Numbers carry their full value; what is empty throughout is left out")
  func cells() {
    let html = table.html(
      [Row(name: "a", number: 1.0 / 3), Row(name: "b", number: nil)], caption: "rows")
    #expect(html.contains("<td class=\"n\" data-n=\"0.3333333333333333\">0.333</td>"))
    #expect(html.contains("<th scope=\"row\">b</th><td class=\"n\"></td>"))
    #expect(!html.contains("empty"))
    #expect(table.html([], caption: "none").isEmpty)
  }

  @Test("A page asks for nothing, and leaves out sections without content")
  func page() {
    let text = HTMLPage(
      title: "m<1>", subtitle: "", cards: [.init(label: "a", figure: "1", tone: .good)],
      sections: [
        .init(id: "x", title: "X", content: "<p>y</p>"), .init(id: "z", title: "Z", content: ""),
      ], notes: ["n & m"]
    ).text
    #expect(text.contains("default-src 'none'"))
    #expect(text.contains("<title>m&lt;1&gt; · bnfold</title>"))
    #expect(text.contains("<section id=\"x\"") && !text.contains("id=\"z\""))
    #expect(text.contains("<li>n &amp; m</li>"))
    for word in ["https://", "<link rel=\"stylesheet\"", "src=\"", "@import", "url("] {
      #expect(!text.contains(word), "\(word)")
    }
  }

  @Test("Coordinates have one decimal at most and are never NaN")
  func coordinates() {
    #expect(
      [0, 1.25, -0.04, -3.14, 17, .nan, .infinity, 1e300].map(HTMLText.coordinate)
        == ["0", "1.3", "0", "-3.1", "17", "0", "0", "0"])
  }

  @Test("A log axis places decades evenly and what is not positive at its end")
  func logAxis() {
    let axis = LogAxis([0.2, 5, 50], top: 0, bottom: 300)
    #expect((axis.low, axis.high) == (-1, 2))
    #expect(axis.place(100) == 0)
    #expect(abs(axis.place(1) - 200) < 1e-9)
    #expect(axis.place(0) == 300 && axis.place(-1) == 300 && axis.place(1e-9) == 300)
    #expect(LogAxis([], top: 0, bottom: 1).place(1).isFinite)
    #expect(LogAxis([.infinity, .nan, 0], top: 0, bottom: 1).place(.infinity).isFinite)
  }
}
