/// One operator and how it is evaluated.
struct KernelEntry: Sendable {
  /// The operator's set; "" is the standard's.
  let domain: String
  /// The operator.
  let opType: String
  /// Makes the outputs from what the context holds.
  let run: @Sendable (inout KernelContext) throws -> [RuntimeTensor?]

  init(
    _ opType: String, domain: String = "",
    _ run: @escaping @Sendable (inout KernelContext) throws -> [RuntimeTensor?]
  ) {
    self.domain = domain
    self.opType = opType
    self.run = run
  }
}
