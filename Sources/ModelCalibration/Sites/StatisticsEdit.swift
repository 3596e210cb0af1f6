public import ModelIR

/// New statistics of one batch normalization.
public struct SiteStatistics: Sendable, Hashable {
  /// By channel.
  public var mean: [Double]
  /// By channel; the population's.
  public var variance: [Double]

  /// Makes statistics from their parts.
  public init(mean: [Double], variance: [Double]) {
    self.mean = mean
    self.variance = variance
  }
}

/// Stores new statistics in a model.
///
/// A tensor that one batch normalization alone reads is exchanged under its name. One that others
/// read too is left to them: the batch normalization gets a tensor of its own.
public enum StatisticsEdit {
  /// Stores them; returns the names of the tensors that were made.
  ///
  /// Elements are the Doubles rounded once to the type of what was stored before.
  /// Errors: `TensorError.doesNotFit` for a number beyond that type.
  public static func apply(
    _ statistics: [(site: CalibrationSite, statistics: SiteStatistics)], to model: inout Model
  ) throws -> [String] {
    let uses = UseIndex(model)
    var names = NameAllocator(model)
    var made: [String] = []
    var shared: [ValueID: Int] = [:]
    for (site, new) in statistics {
      for (input, old, numbers) in [
        (3, site.mean, new.mean), (4, site.variance, new.variance),
      ] {
        let tensor = try rounded(numbers, like: old, model)
        let readers = uses.uses(of: old)
        if readers.count == 1, uses.graphOutputs(of: old).isEmpty {
          exchange(old, tensor, &model)
        } else {
          let name = names.name("\(model[old].name)_\(site.name)")
          let value = model.addInitializer(name, tensor, to: home(of: site, model))
          model[site.node].inputs[input] = value
          made.append(name)
          shared[old, default: 0] += 1
          // Nobody is left who reads it.
          if shared[old] == readers.count, uses.graphOutputs(of: old).isEmpty {
            drop(old, &model)
          }
        }
      }
    }
    return made
  }

  /// The vector in the type of the tensor whose place it takes.
  private static func rounded(
    _ numbers: [Double], like old: ValueID, _ model: Model
  ) throws -> Tensor {
    let type = model.storedConstant(old)?.dataType ?? .float32
    let shape = TensorShape.vector(numbers.count)
    // Made here, so that a number that does not fit is found before anything is written.
    let bytes = try Tensor(dataType: type, shape: shape, recipe: .vector(numbers)).loadBytes()
    guard let tensor = Tensor(dataType: type, shape: shape, bytes: bytes) else {
      throw TensorError.wrongLength(found: bytes.count, expected: numbers.count)
    }
    return tensor
  }

  private static func exchange(_ old: ValueID, _ tensor: Tensor, _ model: inout Model) {
    if let maker = model.producer(of: old) {
      model[maker].setAttribute("value", .tensor(tensor))
    } else {
      model.exchangeInitializer(old, with: tensor)
    }
  }

  /// Where a tensor of a site's own stands: beside the old one, or in the node's graph where that
  /// is made by a node.
  private static func home(of site: CalibrationSite, _ model: Model) -> GraphID {
    let graph = model[site.mean].graph
    return model[site.mean].initializer == nil ? model[site.node].graph : graph
  }

  private static func drop(_ old: ValueID, _ model: inout Model) {
    guard model.producer(of: old) == nil else { return }
    let graph = model[old].graph
    model[graph].initializers.removeAll { $0 == old }
    model[graph].inputs.removeAll { $0 == old }
  }
}
