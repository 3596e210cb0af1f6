internal import ModelFormats
internal import ModelIR

/// Versions: of the format and of the operator sets.
extension ModelBuilder {
  /// The newest IR version that is known.
  static let newestIRVersion = 13
  /// The newest version of the standard operator set that is known.
  static let newestOpset = 27

  func header(_ message: ModelMessage) throws -> Model.Header {
    guard let version = message.irVersion else {
      throw context.error(.missing(field: "ir_version"))
    }
    guard
      (1...Int64(Self.newestIRVersion)).contains(version)
        || (context.options.allowsUnknownVersions && version > 0)
    else {
      throw context.error(
        .unsupported(
          "IR version \(version); versions 1 to \(Self.newestIRVersion) are known"), "ir_version")
    }
    return Model.Header(
      irVersion: Int(version), producerName: message.producerName,
      producerVersion: message.producerVersion, domain: message.domain,
      modelVersion: Int(message.modelVersion))
  }

  /// Domains and versions; `irVersion` is nil for a function's own list.
  func opsets(_ messages: [OpsetMessage], irVersion: Int?) throws -> [String: Int] {
    var opsets: [String: Int] = [:]
    for (index, message) in messages.enumerated() {
      let domain = Self.domain(message.domain)
      guard message.version > 0 else {
        throw context.error(
          .malformed(field: "opset_import", detail: "\(message.version) is no version"),
          "opset_import", index)
      }
      let isKnown = !domain.isEmpty || message.version <= Int64(Self.newestOpset)
      guard isKnown || context.options.allowsUnknownVersions else {
        throw context.error(
          .unsupported("opset \(message.version); versions up to \(Self.newestOpset) are known"),
          "opset_import", index)
      }
      let version = Int(message.version)
      if let other = opsets.updateValue(version, forKey: domain), other != version {
        throw context.error(
          .inconsistent(
            "the operator set \"\(domain.printable())\" is imported in versions "
              + "\(other) and \(version)"), "opset_import", index)
      }
    }
    guard let irVersion, opsets.isEmpty else { return opsets }
    // Before IR version 3 there was one set, and one version of it.
    guard irVersion < 3 else { throw context.error(.missing(field: "opset_import")) }
    return ["": 1]
  }
}
