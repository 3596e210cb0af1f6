internal import ArgumentParser
internal import ModelPipeline
internal import ModelReports

/// `bnfold inspect`: what is in a model.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what is in a model, layer by layer, and what would fold.",
    discussion: """
      Parameters are the stored numbers that a layer reads, MACs its multiply-adds, both for one \
      run. Columns of the table: \(LayerTable.keys.joined(separator: ", ")).

      EXAMPLES
        bnfold inspect model.onnx
        bnfold inspect model.onnx --sort macs --top 10
        bnfold inspect model.onnx --filter Conv --columns name,shape,macs,macs-share
        bnfold inspect model.onnx --shape image=1,3,640,640
        bnfold inspect model.onnx --html report.html
        bnfold inspect model.onnx --json | jq .totals
      """)

  @Argument(
    help: "The model; - for stdin.", completion: .file(extensions: ["onnx"]))
  var model: String

  @Option(
    name: .customLong("shape"),
    help: ArgumentHelp(
      "The extents of an input where the model leaves them open.", valueName: "name=1,3,224,224"))
  var shapes: [NamedShape] = []

  @OptionGroup(title: "TABLE")
  var rows: RowArguments

  @OptionGroup(title: "READING")
  var reading: ReadingArguments

  @OptionGroup(title: "REPORTING")
  var reporting: OutputArguments

  @OptionGroup(title: "REPORTING")
  var page: PageArguments

  mutating func run() throws {
    let selection = try rows.selection(of: LayerTable.keys)
    var report = try InspectionPipeline(
      model: model, reading: reading.options,
      shapes: Dictionary(shapes.map { ($0.name, $0.extents) }, uniquingKeysWith: { $1 }),
      collectsDetails: page.isWanted
    ).run()
    report.selection = selection
    try Console.write(report, reporting, page, outputIsData: false)
  }
}
