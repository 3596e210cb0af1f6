/// Every operator that can be evaluated.
///
/// To add an operator family, write one file and one line:
///
/// 1. `Kernels/<Folder>/<Family>Kernels.swift` with
///
///        enum ConvolutionKernels {
///          static let table: [KernelEntry] = [
///            KernelEntry("Conv") { try $0.inDouble ? conv(&$0, Double.self) : conv(&$0, Float.self) },
///          ]
///          static func conv<E: KernelFloat>(
///            _ context: inout KernelContext, _: E.Type
///          ) throws -> [RuntimeTensor?] { … }
///        }
///
/// 2. its table in `families` below.
///
/// What a kernel relies on:
/// - `context.input(0)` (throws when it is missing), `context.optionalInput(2)`; their elements as
///   numbers: `context.floats(0, as: E.self)`, `context.integers(1)`; attributes with the standard's
///   defaults: `context.int("axis", default: -1)`, `context.ints("pads")`, `context.float(…)`,
///   `context.text(…)`. A list that is an attribute in old versions and an input in new ones:
///   `context.integerList(attribute: "axes", input: 1)`.
/// - `context.opset` is the version of the operator set in force in the node's graph: compare
///   `context.opset >= 13`.
/// - Sizes come from files. Get the number of elements of a result by `context.count(of: shape)`,
///   which throws before anything is allocated, and reach only indices that shapes prove.
/// - Errors: `EvaluationError.Problem`: `.badInput` for what contradicts the standard,
///   `.unsupported` for what the kernel does not know (type, form).
/// - The runner rounds half, bfloat16 and the 8-bit floats and wraps whole numbers to the type of
///   each result; a kernel computes in Float, Double or Int64 (with wrapping operators) and names
///   the type: `context.result(shape, elements, .float16)`.
/// - Elementwise kernels may reuse a buffer: `context.take(0)` moves an input out of the context,
///   and where nothing else reads the value its array is changed in place without a copy.
/// - Kernels that only move elements are generic over `KernelElement` by `ElementOperation`.
/// - `Broadcast`, `Axes`, `Parallel`, `MatrixProduct` are the shared helpers.
/// - Bodies: `context.run(body:, inputs)`.
enum KernelRegistry {
  /// One table for each family file.
  private static let families: [[KernelEntry]] = [
    ConstantKernels.table,
    ArithmeticKernels.table,
    UnaryKernels.table,
    ActivationKernels.table,
    LogicKernels.table,
    CastKernels.table,
    ShapeKernels.table,
    SlicingKernels.table,
    GeneratingKernels.table,
    MelFilterKernel.table,
    ReductionKernels.table,
    GatherKernels.table,
    ScatterKernels.table,
    OrderKernels.table,
    ControlFlowKernels.table,
    QuantizationKernels.table,
    RecurrentKernels.table,
    ResizeKernels.table,
    GridSampleKernels.table,
    BoxSelection.table,
    AttentionKernels.table,
    DeterminantKernel.table,
    ConvolutionKernels.table,
    TransposedConvolutionKernels.table,
    QuantizedConvolutionKernels.table,
    DeformableConvolutionKernels.table,
    MatrixKernels.table,
    QuantizedMatrixKernels.table,
    EinsumKernels.table,
    BatchNormalizationKernels.table,
    NormalizationKernels.table,
    SoftmaxKernels.table,
    LocalNormalizationKernels.table,
    PoolKernels.table,
    GlobalPoolKernels.table,
    MaxUnpoolKernels.table,
    RegionPoolKernels.table,
  ]

  /// The newest operator set of the standard that the kernels know, for models that name none.
  static let newestOpset = 24

  private static let entries: [String: [KernelEntry]] =
    Dictionary(grouping: families.joined(), by: \.opType)

  /// The kernel of an operator, or nil.
  static func entry(domain: String, opType: String) -> KernelEntry? {
    entries[opType]?.first { $0.domain == domain }
  }
}
