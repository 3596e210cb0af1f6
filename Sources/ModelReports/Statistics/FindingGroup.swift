internal import ModelStatistics

/// One kind of finding and all batch normalizations that have it.
struct FindingGroup {
  var text: String
  var severity: NormalizationFinding.Severity
  /// Names, with the channels where it is about some only.
  var places: [String]

  /// The findings of all lines, the worst first, else in the order in which they turn up.
  static func groups(of lines: [NormalizationLine]) -> [FindingGroup] {
    var groups: [FindingGroup] = []
    var positions: [String: Int] = [:]
    for line in lines {
      for finding in line.statistics.findings {
        let channels = finding.channelText.isEmpty ? "" : ": \(finding.channelText)"
        let place = line.name + channels
        if let position = positions[finding.text] {
          groups[position].places.append(place)
        } else {
          positions[finding.text] = groups.count
          groups.append(
            FindingGroup(text: finding.text, severity: finding.severity, places: [place]))
        }
      }
    }
    return NormalizationFinding.Severity.allCases.reversed().flatMap { severity in
      groups.filter { $0.severity == severity }
    }
  }
}
