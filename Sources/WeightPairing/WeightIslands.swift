public import ModelFormats
public import ModelIR

/// A weight file as a model: each pair is an island of two nodes, each normalization without a
/// layer one of one node, and every tensor an initializer under its own name.
///
///     X.in ─ Conv, ConvTranspose or Gemm ─ X.mid ─ BatchNormalization ─ Y.out
///
/// Convolutions of PyTorch become Conv in one group without padding: output channel o belongs to
/// row o of the weight whatever groups, strides and pads are. Weights with the output channel last
/// become the matrix of a Gemm, [everything else, O]: a convolution is that matrix times patches.
public struct WeightIslands: Sendable {
  /// The pairs by ordinal; an island's nodes have it as their origin.
  public private(set) var pairing: Pairing
  /// The model.
  public private(set) var model: Model
  /// Nodes that must stay, and why.
  public private(set) var kept: [NodeID: String] = [:]
  /// The linear node of each pair.
  private var linear: [NodeID] = []
  /// The normalization of each pair that still has one.
  private var normalization: [NodeID?] = []
  private var values: [String: ValueID] = [:]
  /// The shapes that tensors have in the file.
  private var shapes: [String: TensorShape] = [:]

  /// The pairs that were folded, by ordinal, where this is a file that was written: what is left
  /// of their normalizations is an identity.
  private let folded: Set<Int>

  /// Lowers tensors; `pairing` must be of these names.
  public init(
    _ tensors: [NamedTensor], pairing: Pairing, folded: Set<Int> = []
  ) {
    self.pairing = pairing
    self.folded = folded
    model = Model(
      header: .init(irVersion: 8, producerName: "bnfold"), opsets: ["": 17])
    for named in tensors {
      values[named.name] = model.addInitializer(named.name, named.tensor, to: model.mainGraph)
      shapes[named.name] = named.tensor.shape
    }
    var allocator = NameAllocator(model)
    for (ordinal, pair) in pairing.pairs.enumerated() { add(pair, ordinal, &allocator) }
    for single in pairing.unpaired { add(single, &allocator) }
  }

  /// A tensor that a fold changed or made.
  public struct Change: Sendable {
    /// Its name in the file.
    public var name: String
    /// Its value in the folded model.
    public var value: ValueID
    /// Its elements; the shape may be that of a matrix.
    public var tensor: Tensor
    /// Its shape in the file.
    public var shape: TensorShape
    /// The weight beside which it belongs.
    public var neighbour: String
  }

  // MARK: Lowering

  private mutating func add(_ pair: LayerPair, _ ordinal: Int, _ names: inout NameAllocator) {
    let isFolded = folded.contains(ordinal)
    let graph = model.mainGraph
    let prefix = pair.layer.name.isEmpty ? "layer" : pair.layer.name
    let input = names.name("\(prefix).in")
    let middle = names.name("\(prefix).mid")
    let output = names.name("\(pair.normalization.name).out")
    let identity = names.name("\(pair.normalization.name).before_identity")
    guard let weight = values[pair.layer.weight], let tensor = model[weight].initializer,
      let form = LinearForm(pair.layer, tensor.shape.dimensions)
    else {
      linear.append(NodeID(-1))
      normalization.append(nil)
      return
    }
    let hasNormalization =
      values[pair.normalization.mean] != nil && !(isFolded && isIdentity(pair))
    let x = model.addInput(
      input, type: .tensor(tensor.dataType, form.input.map { .known($0) }), to: graph)
    let y = model.addValue(
      Value(
        name: !hasNormalization ? output : isFolded ? identity : middle, graph: graph,
        type: .tensor(tensor.dataType, form.output.map { .known($0) })))
    if form.weight != tensor.shape.dimensions, let shape = TensorShape(form.weight),
      let view = tensor.reshaped(to: shape)
    {
      // The same bytes under the shape of a matrix; it stands for the tensor from here on.
      model[weight].initializer = view
    }
    var inputs: [ValueID?] = [x, weight]
    if let bias = values[pair.layer.bias] { inputs.append(bias) }
    linear.append(
      model.addNode(
        Node(
          name: prefix, opType: form.opType, graph: graph, inputs: inputs, outputs: [y],
          attributes: form.attributes, origin: Origin(record: ordinal))))
    guard hasNormalization else {
      normalization.append(nil)
      model[graph].outputs.append(y)
      return
    }
    let out = model.addValue(
      Value(name: output, graph: graph, type: model[y].type))
    normalization.append(
      addNormalization(pair.normalization, pair.epsilon, from: y, to: out, ordinal, &names))
    model[graph].outputs.append(out)
  }

  /// Whether what is left of a normalization changes nothing: mean and beta 0, and
  /// gamma / √(variance + epsilon) within a unit in the last place of 1.
  private func isIdentity(_ pair: LayerPair) -> Bool {
    func numbers(_ name: String?) -> [Double]? {
      guard let name else { return [] }
      return values[name].flatMap { model[$0].initializer }.flatMap { try? $0.doubles() }
    }
    let names = pair.normalization
    guard let scale = numbers(names.scale), let shift = numbers(names.shift),
      let mean = numbers(names.mean), let variance = numbers(names.variance),
      let type = values[names.variance].flatMap({ model[$0].initializer?.dataType }),
      let roundoff = type.unitRoundoff
    else { return false }
    let epsilon = Double(Float(pair.epsilon))
    return (shift + mean).allSatisfy { $0 == 0 }
      && variance.indices.allSatisfy { c in
        let gamma = scale.indices.contains(c) ? scale[c] : 1
        return abs(gamma / (variance[c] + epsilon).squareRoot() - 1) <= roundoff
      }
  }

  private mutating func addNormalization(
    _ names: NormalizationNames, _ epsilon: Double, from input: ValueID, to output: ValueID,
    _ ordinal: Int?, _ allocator: inout NameAllocator
  ) -> NodeID {
    let type = values[names.mean].flatMap { model[$0].initializer?.dataType } ?? .float32
    func parameter(
      _ name: String?, _ constant: Double, _ allocator: inout NameAllocator
    ) -> ValueID? {
      if let name, let value = values[name] { return value }
      // Without gamma or beta the layer has ones or zeros, which stand in no file.
      let tensor = Tensor(
        dataType: type, shape: .vector(names.channels),
        recipe: .vector([Double](repeating: constant, count: names.channels)))
      return model.addInitializer(
        allocator.name("\(names.name).\(constant == 1 ? "ones" : "zeros")"), tensor,
        to: model.mainGraph)
    }
    let inputs = [
      input, parameter(names.scale, 1, &allocator), parameter(names.shift, 0, &allocator),
      values[names.mean], values[names.variance],
    ]
    return model.addNode(
      Node(
        name: names.name, opType: "BatchNormalization", graph: model.mainGraph, inputs: inputs,
        outputs: [output],
        attributes: [Attribute("epsilon", .float(Float(epsilon)))],
        origin: ordinal.map { Origin(record: $0) }))
  }

  private mutating func add(_ single: UnpairedNormalization, _ names: inout NameAllocator) {
    let channels = single.normalization.channels
    let type = ValueType.tensor(
      values[single.normalization.variance].flatMap { model[$0].initializer?.dataType },
      [.known(4), .known(channels)])
    let x = model.addInput(
      names.name("\(single.normalization.name).in"), type: type, to: model.mainGraph)
    let y = model.addValue(
      Value(
        name: names.name("\(single.normalization.name).out"), graph: model.mainGraph, type: type))
    let epsilon = single.normalization.convention.defaultEpsilon
    let node = addNormalization(single.normalization, epsilon, from: x, to: y, nil, &names)
    model[model.mainGraph].outputs.append(y)
    kept[node] = "not paired: \(single.reason)"
  }

  // MARK: Raising

  /// The pairs that a fold of the model took, by ordinal.
  public func folded(in model: Model) -> Set<Int> {
    Set(
      normalization.indices.filter { ordinal in
        normalization[ordinal].map { !model.contains($0) } ?? false
      })
  }

  /// A folded model with the names that its tensors have in a file.
  public func named(_ folded: Model) -> Model {
    var model = folded
    for ordinal in self.folded(in: folded) {
      let node = folded[linear[ordinal]]
      let pair = pairing.pairs[ordinal]
      if let weight = node.input(1) { model[weight].name = pair.layer.weight }
      if let bias = node.input(2) { model[bias].name = pair.layer.bias }
    }
    return model
  }

  /// The tensors that a fold changed or made, by their names, under the shapes that they have in
  /// the file.
  public func changes(in folded: Model) -> [Change] {
    var result: [Change] = []
    for ordinal in self.folded(in: folded).sorted() {
      let node = folded[linear[ordinal]]
      let pair = pairing.pairs[ordinal]
      for (position, name) in [(1, pair.layer.weight), (2, pair.layer.bias)] {
        guard let id = node.input(position), id != values[name],
          let tensor = folded[id].initializer
        else { continue }
        result.append(
          Change(
            name: name, value: id, tensor: tensor, shape: shapes[name] ?? tensor.shape,
            neighbour: pair.layer.weight))
      }
    }
    return result
  }

  /// The names of the tensors that a fold made superfluous.
  public func removals(in folded: Model) -> [String] {
    self.folded(in: folded).sorted().flatMap { pairing.pairs[$0].normalization.tensors }
  }
}
