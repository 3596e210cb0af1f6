/// A report that can be a page too.
public protocol PageReport: Report {
  /// The report as HTML.
  var page: HTMLPage { get }
}
