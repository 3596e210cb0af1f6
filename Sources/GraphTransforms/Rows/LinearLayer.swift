internal import ModelIR
internal import Operators

/// A Conv, Gemm or MatMul with constant parameters, as one of several layers in a row:
/// y = W·x + b along one axis of x, at every tap of a window.
struct LinearLayer {
  /// What is particular to the operator.
  enum Operator {
    case convolution(WindowAttributes)
    case gemm(GemmAttributes)
    case matMul
  }

  /// A parameter.
  struct Parameter {
    var value: ValueID
    var tensor: Tensor
    /// What the node multiplies it with: a Gemm's beta.
    var scale = 1.0
  }

  /// Extents below this can be multiplied with dilations.
  private static let largestExtent = 1 << 30

  var node: NodeID
  /// The Add that gives a MatMul its bias.
  var addition: NodeID?
  var kind: Operator
  /// The value x.
  var input: ValueID
  /// The value y.
  var output: ValueID
  var weight: Parameter
  /// Its tensor has one element for each output.
  var bias: Parameter?
  var groups = 1
  /// Whether the weight is [inputs, outputs].
  var isTransposed = false

  var outputs: Int { weight.tensor.shape.dimensions[isTransposed ? 1 : 0] }
  /// Channels of x.
  var inputs: Int { weight.tensor.shape.dimensions[isTransposed ? 0 : 1] * groups }
  /// Extents of the window; none for a matrix.
  var kernel: [Int] { Array(weight.tensor.shape.dimensions.dropFirst(2)) }
  var taps: Int { kernel.reduce(1, *) }
  /// Its nodes.
  var nodes: [NodeID] { [node] + (addition.map { [$0] } ?? []) }
  var parameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }

  /// Multiplications for each position of y.
  var multiplications: Double { Double(outputs) * Double(inputs / groups) * Double(taps) }

  /// Reads the layer whose Conv, Gemm or MatMul a node is; nil where it is none, or has parameters
  /// that are not constant, quantized, or of another form than theirs.
  init?(_ id: NodeID, _ session: FoldSession) {
    let node = session.model[id]
    guard node.domain.isEmpty, let input = node.input(0), let output = node.output(0),
      let value = node.input(1), !session.isQuantized(value),
      case .constant(let tensor) = session.constancy(of: value),
      session.constancy(of: input).tensor == nil,
      tensor.dataType.isFoldableFloat, tensor.shape.rank >= 2, tensor.shape.elementCount > 0,
      tensor.shape.dimensions.allSatisfy({ $0 < Self.largestExtent })
    else { return nil }
    (self.node, self.input, self.output) = (id, input, output)
    weight = Parameter(value: value, tensor: tensor)
    switch node.opType {
    case "Conv":
      guard
        let attributes = try? ConvolutionAttributes(node, spatialRank: tensor.shape.rank - 2),
        attributes.window.kernel.map({ $0 == Array(tensor.shape.dimensions[2...]) }) ?? true,
        tensor.shape.dimensions[0] % attributes.group == 0
      else { return nil }
      (kind, groups) = (.convolution(attributes.window), attributes.group)
      guard !inputsOverflow else { return nil }
      if let value = node.input(2) {
        guard setBias(value, 1, session), bias?.tensor.shape.rank == 1 else { return nil }
      }
    case "Gemm":
      guard tensor.shape.rank == 2, session.opset(of: node) >= 7,
        let attributes = try? GemmAttributes(node, opset: session.opset(of: node)),
        attributes.alpha == 1
      else { return nil }
      (kind, isTransposed) = (.gemm(attributes), !attributes.transposesB)
      if let value = node.input(2) {
        guard setBias(value, attributes.beta, session) else { return nil }
      }
    case "MatMul":
      guard tensor.shape.rank == 2, session.opset(of: node) >= 7 else { return nil }
      (kind, isTransposed) = (.matMul, true)
      readAddition(session)
    default: return nil
    }
  }

  /// The layer that makes a value, which nothing but one node reads.
  init?(making value: ValueID, for reader: NodeID, _ session: FoldSession) {
    let model = session.model
    guard model[value].graph == model[reader].graph,
      session.uses.soleUse(of: value, in: model)?.node == reader,
      var maker = model.producer(of: value)
    else { return nil }
    if model[maker].isStandard("Add"),
      let sum = model[maker].inputs.compactMap({ $0 }).first(where: {
        session.constancy(of: $0).tensor == nil
      }), let product = model.producer(of: sum), model[product].isStandard("MatMul")
    {
      maker = product
    }
    self.init(maker, session)
    guard output == value else { return nil }
  }

  private var inputsOverflow: Bool {
    weight.tensor.shape.dimensions[1].multipliedReportingOverflow(by: groups).overflow
  }

  /// Takes a constant as bias; false where it is none with one number for each output, along the
  /// last axis.
  private mutating func setBias(_ value: ValueID, _ scale: Double, _ session: FoldSession) -> Bool {
    guard case .constant(let tensor) = session.constancy(of: value), !session.isQuantized(value),
      tensor.dataType == weight.tensor.dataType, tensor.shape.dimensions.last == outputs,
      tensor.shape.elementCount == outputs
    else { return false }
    bias = Parameter(value: value, tensor: tensor, scale: scale)
    return true
  }

  /// The Add of a constant that alone reads a MatMul's result is its bias.
  private mutating func readAddition(_ session: FoldSession) {
    let model = session.model
    guard let use = session.uses.soleUse(of: output, in: model), model[use.node].isStandard("Add"),
      model[use.node].graph == model[node].graph, model[use.node].inputs.count == 2,
      let constant = model[use.node].input(1 - use.input), let sum = model[use.node].output(0),
      let rank = session.rank(of: output), setBias(constant, 1, session),
      let own = bias?.tensor.shape.rank, own <= rank
    else {
      bias = nil
      return
    }
    (addition, output) = (use.node, sum)
  }
}
