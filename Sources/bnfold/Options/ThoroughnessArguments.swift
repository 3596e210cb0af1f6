internal import ArgumentParser
internal import ModelVerification

/// How much a verification does.
struct ThoroughnessArguments: ParsableArguments {
  @Flag(help: "Add samples of constants, zeros and corner impulses.")
  var thorough = false

  @Flag(
    name: .customLong("require-end-to-end"),
    help: "Fail when a model cannot be run from its inputs to its outputs.")
  var requiresEndToEnd = false

  func apply(to options: inout VerificationOptions) {
    options.thorough = thorough
    options.requireEndToEnd = requiresEndToEnd
  }
}
