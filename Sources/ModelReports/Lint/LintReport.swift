/// Everything that was found to be odd about a model, in one pass.
public struct LintReport: Sendable {
  /// How bad a finding is.
  public enum Severity: String, Sendable, Hashable, CaseIterable {
    /// The model is wrong, or cannot give sensible numbers.
    case error
    /// Probably a mistake.
    case warning
    /// Worth knowing.
    case note
  }

  /// One finding.
  public struct Finding: Sendable, Hashable {
    /// How bad it is.
    public var severity: Severity
    /// What kind it is, for programs: "dead_channel".
    public var kind: String
    /// What it is about: a node, a value; empty where it is the model.
    public var subject: String
    /// What was found.
    public var message: String

    /// Makes a finding from its parts.
    public init(_ severity: Severity, kind: String, subject: String, message: String) {
      self.severity = severity
      self.kind = kind
      self.subject = subject
      self.message = message
    }
  }

  /// The model's path.
  public var path: String
  /// The findings, the worst first, else in the model's order.
  public var findings: [Finding]

  /// Makes a report; findings are sorted.
  public init(path: String, findings: [Finding]) {
    self.path = path
    self.findings = Severity.allCases.flatMap { severity in
      findings.filter { $0.severity == severity }
    }
  }

  /// How many findings are this bad.
  public func count(_ severity: Severity) -> Int {
    findings.count { $0.severity == severity }
  }
}

extension LintReport: Report {
  /// Names the JSON object.
  public static var schema: String { "bnfold.lint" }

  /// A paragraph for each finding, and how many there are.
  public func text(_ style: TextStyle) -> String {
    var lines: [String] = []
    for finding in findings {
      let label = finding.severity.rawValue.padded(to: 8)
      let place = finding.subject.isEmpty ? "" : "\(finding.subject): "
      var paragraph = Paragraph.lines(place + finding.message, label: label, style)
      paragraph[0] =
        style.colored(label, finding.severity.tone) + paragraph[0].dropFirst(label.count)
      lines += paragraph
    }
    let counts = Severity.allCases.map { severity in
      let number = count(severity)
      return "\(number) \(severity.rawValue)\(number == 1 ? "" : "s")"
    }
    lines += Paragraph.lines("\(path): \(counts.joined(separator: ", "))", style)
    return lines.joined(separator: "\n") + "\n"
  }

  /// The same as JSON.
  public var members: [JSONValue.Member] {
    [
      .init("path", .string(path)),
      .init("errors", .integer(count(.error))),
      .init("warnings", .integer(count(.warning))),
      .init("notes", .integer(count(.note))),
      .init(
        "findings",
        .array(
          findings.map {
            .members([
              "severity": .string($0.severity.rawValue), "kind": .string($0.kind),
              "subject": .string($0.subject), "message": .string($0.message),
            ])
          })),
    ]
  }
}

extension LintReport.Severity {
  fileprivate var tone: TextStyle.Tone {
    switch self {
    case .note: .faint
    case .warning: .warning
    case .error: .bad
    }
  }
}
