/// The table of a model's layers.
public enum LayerTable {
  /// Keys of all columns, for --columns and --sort.
  public static var keys: [String] { table.columns.map(\.key) }

  static let table = RowTable<LayerLine>(
    columns: [
      .text("name", "name", isFlexible: true) { $0.name },
      .text("operator", "operator", isFlexible: true) { $0.opType },
      .text("shape", "shape") { $0.shape?.joined(separator: "×") ?? "…" },
      .count("parameters", "parameters") { $0.parameters == 0 ? nil : $0.parameters },
      .share("share", "share") { $0.parameters == 0 ? nil : $0.share },
      .count("macs", "MACs") { $0.multiplyAdds == 0 ? nil : $0.multiplyAdds },
      .share("macs-share", "of MACs") { $0.multiplyAdds == 0 ? nil : $0.multiplyAddShare },
      .count("flops", "FLOPs") { $0.operations == 0 ? nil : $0.operations },
      .text("weights", "type") { $0.weightType.map(TypeText.short) ?? "" },
      .text("output", "makes", isFlexible: true) { $0.output },
      .text("type", "of type") { $0.type },
      .text("graph", "graph", isFlexible: true) { $0.graph },
    ],
    usual: ["name", "operator", "shape", "parameters", "share", "macs", "weights"],
    names: { [$0.name, $0.opType] })
}
