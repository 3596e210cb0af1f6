extension FoldRules {
  /// The rules of simplification, as users see them; `docs/simplification.md` has the conditions.
  public static let simplifications: [Entry] = [
    Entry(
      name: "constant", summary: "Computes what depends on constants alone.", operators: ["any"]),
    Entry(
      name: "known-numbers", summary: "Makes constants of what follows from known shapes.",
      operators: ["Shape", "Size", "Gather", "Concat", "Slice", "any arithmetic"]),
    Entry(
      name: "known-target", summary: "Makes a constant of a target known but for one extent.",
      operators: ["Reshape"]),
    Entry(
      name: "passed-on-whole", summary: "Removes what passes its input on as it is.",
      operators: ["Identity", "Dropout", "Cast", "Reshape", "Transpose", "Slice", "and others"]),
    Entry(
      name: "neutral-operand", summary: "Removes operations with their neutral element.",
      operators: ["Add", "Sub", "Mul", "Div", "Pow", "And", "Or", "Xor"]),
    Entry(
      name: "repeated-operator", summary: "Removes what is done twice, or done and undone.",
      operators: ["Relu", "Abs", "Ceil", "Floor", "Round", "Sign", "Neg", "Not"]),
    Entry(
      name: "cast-pair", summary: "Removes a Cast to a wider type before another Cast.",
      operators: ["Cast"]),
    Entry(
      name: "transpose-pair", summary: "Makes one Transpose of two, or none.",
      operators: ["Transpose"]),
    Entry(
      name: "reshape-pair", summary: "Makes one Reshape of two operators that only name anew.",
      operators: ["Reshape", "Flatten", "Squeeze", "Unsqueeze"]),
    Entry(name: "slice-pair", summary: "Makes one Slice of two.", operators: ["Slice"]),
    Entry(
      name: "concat-pair", summary: "Takes a Concat into one along the same axis.",
      operators: ["Concat"]),
    Entry(
      name: "reduction-axes", summary: "Lets a reduction drop or keep the axes it reduces.",
      operators: ["Squeeze", "Unsqueeze"]),
    Entry(
      name: "pad-into-window", summary: "Makes pads of a window of a Pad with zeros.",
      operators: ["Conv", "AveragePool"]),
    Entry(
      name: "matrix-bias", summary: "Makes a Gemm of a matrix product and a bias.",
      operators: ["MatMul", "Add"]),
    Entry(
      name: "duplicate-constant", summary: "Keeps one of stored constants that are the same.",
      operators: []),
    Entry(
      name: "common", summary: "Keeps one of nodes that do the same to the same.",
      operators: ["any"]),
    Entry(name: "unused", summary: "Removes what nothing reads.", operators: ["any"]),
  ]
}
