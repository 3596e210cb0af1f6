internal import ByteStore

/// A line on the terminal that says what is being done; nothing where stderr is no terminal.
struct ProgressLine {
  private let isShown: Bool

  init(_ options: OutputArguments) {
    isShown = StandardStreams.isTerminal(.errors) && ProcessFacts.environment("TERM") != "dumb"
  }

  /// Puts the line in the place of the one before.
  func show(_ text: String) {
    if isShown { StandardStreams.writeError("\r\u{1B}[K\(text)") }
  }

  /// Takes the line away.
  func clear() { show("") }
}
