/// A report as one self-contained HTML file: no network, light and dark, tables that sort.
public struct HTMLPage: Sendable {
  /// A figure that is read first.
  public struct Card: Sendable {
    /// What a card says of what it shows.
    public enum Tone: String, Sendable {
      /// Nothing in particular.
      case plain
      /// As it should be.
      case good
      /// To be looked at.
      case warning
      /// Wrong.
      case bad
    }

    var label: String
    var figure: String
    var remark = ""
    var tone = Tone.plain

    /// A figure with its label; `remark` stands below it.
    public init(label: String, figure: String, remark: String = "", tone: Tone = .plain) {
      self.label = label
      self.figure = figure
      self.remark = remark
      self.tone = tone
    }
  }

  /// A part of the page with a heading of its own; content is HTML.
  public struct Section: Sendable {
    var id: String
    var title: String
    var content: String

    /// A part of the page; the caller answers for `id` and `content` being well-formed HTML.
    public init(id: String, title: String, content: String) {
      self.id = id
      self.title = title
      self.content = content
    }
  }

  var title: String
  var subtitle: String
  var cards: [Card]
  var sections: [Section]
  var notes: [String] = []

  /// A page from its parts; sections without content are left out.
  public init(
    title: String, subtitle: String, cards: [Card], sections: [Section], notes: [String] = []
  ) {
    self.title = title
    self.subtitle = subtitle
    self.cards = cards
    self.sections = sections
    self.notes = notes
  }

  /// The whole file.
  ///
  /// The policy in its head forbids every request, so that no name in a model can cause one.
  public var text: String {
    let title = HTMLText.escaped(title)
    let shown = sections.filter { !$0.content.isEmpty }
    let links = shown.map { "<a href=\"#\($0.id)\">\(HTMLText.escaped($0.title))</a>" }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="\(Self.policy)">
      <meta name="color-scheme" content="light dark">
      <link rel="icon" href="data:,">
      <title>\(title) · bnfold</title>
      <style>
      \(PageStyle.text)
      </style>
      </head>
      <body>
      <a class="skip" href="#\(shown.first?.id ?? "top")">Skip to the figures</a>
      <header id="top">
      <h1>\(title)</h1>
      <p>\(HTMLText.escaped(subtitle))</p>
      </header>
      <main>
      <dl class="cards">
      \(cards.map(Self.html).joined(separator: "\n"))
      </dl>
      <nav aria-label="Sections">\(links.joined(separator: "\n"))</nav>
      \(shown.map(Self.html).joined(separator: "\n"))
      \(noteList)
      </main>
      <script>
      \(PageScript.text)
      </script>
      </body>
      </html>

      """
  }

  private static let policy =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"

  private static func html(_ card: Card) -> String {
    """
    <div class="card \(card.tone.rawValue)"><dt>\(HTMLText.escaped(card.label))</dt>\
    <dd><b>\(HTMLText.escaped(card.figure))</b> <span>\(HTMLText.escaped(card.remark))</span></dd>\
    </div>
    """
  }

  private static func html(_ section: Section) -> String {
    """
    <section id="\(section.id)" aria-labelledby="\(section.id)-title">
    <h2 id="\(section.id)-title">\(HTMLText.escaped(section.title))</h2>
    \(section.content)
    </section>
    """
  }

  private var noteList: String {
    guard !notes.isEmpty else { return "" }
    let items = notes.map { "<li>\(HTMLText.escaped($0))</li>" }.joined(separator: "\n")
    return "<section id=\"notes\"><h2>Notes</h2><ul>\(items)</ul></section>"
  }
}
