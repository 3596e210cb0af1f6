internal import ModelFormats

/// What is wrong with an image, and at which byte.
struct ImageProblem: Error {
  var problem: FormatError.Problem
  var offset: Int?

  init(_ problem: FormatError.Problem, at offset: Int? = nil) {
    self.problem = problem
    self.offset = offset
  }

  /// Throws where an image has no pixels, or more than are allowed.
  static func check(width: Int, height: Int, at offset: Int) throws(ImageProblem) {
    guard width > 0, height > 0 else {
      throw ImageProblem(.malformed(field: "size", detail: "\(width) × \(height)"), at: offset)
    }
    let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
    guard !overflow, pixels <= ImageFile.mostPixels else {
      throw ImageProblem(
        .limitExceeded(
          .pixels, found: overflow ? Int.max : pixels, allowed: ImageFile.mostPixels), at: offset)
    }
  }
}
