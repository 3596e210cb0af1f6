/// The independent ways in which two models are compared.
public enum VerificationLayer: String, Sendable, Hashable, CaseIterable {
  /// Inputs and outputs: names, types, shapes.
  case interface
  /// New weights recomputed from the original's parameters.
  case parameters
  /// Changed parts of the graph fed with random numbers in both forms.
  case regionProbe = "region probe"
  /// Changed parts of the graph fed with what the original computes there.
  case lockstep
  /// Both models run as they are deployed, in their own precision.
  case asDeployed = "as deployed"
  /// What another runtime recorded beside what the original computes, within given tolerances.
  case recorded
}
