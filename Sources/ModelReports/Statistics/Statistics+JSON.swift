internal import ModelStatistics

extension TensorStatistics {
  var json: JSONValue {
    var members = counts.members + moments.members
    members.append(
      .init(
        "quantiles",
        quantiles.isEmpty
          ? .null
          : .array(
            zip(Self.probabilities, quantiles).map { .array([.number($0), .number($1)]) })))
    members.append(.init("histogram", .array(histogram.map { .integer($0) })))
    return .object(members)
  }
}

extension ElementCounts {
  var members: [JSONValue.Member] {
    func bound(_ number: Double) -> JSONValue { finite > 0 ? .number(number) : .null }
    return [
      .init("elements", .integer(count)), .init("zeros", .integer(zeros)),
      .init("nan", .integer(notNumbers)), .init("infinite", .integer(infinities)),
      .init("subnormal", .integer(subnormals)), .init("minimum", bound(minimum)),
      .init("maximum", bound(maximum)), .init("absolute_maximum", bound(absoluteMaximum)),
    ]
  }
}

extension Moments {
  var members: [JSONValue.Member] {
    [
      .init("mean", count > 0 ? .number(mean) : .null),
      .init("standard_deviation", count > 0 ? .number(standardDeviation) : .null),
    ]
  }
}

extension ChannelStatistics {
  var json: JSONValue {
    .array(zip(counts, moments).map { .object($0.members + $1.members) })
  }
}

extension WeightProfile {
  var json: JSONValue {
    .members([
      "absolute_maximum": .number(absoluteMaximum),
      "spread": quantization.spread.map { .number($0) } ?? .null,
      // Infinite where nothing is lost, which JSON cannot say: null.
      "int8_snr_db_per_tensor": .number(quantization.perTensor),
      "int8_snr_db_per_channel": .number(quantization.perChannel),
    ])
  }
}

extension JSONValue {
  static func numbers(_ numbers: [Double]) -> JSONValue { .array(numbers.map { .number($0) }) }
}
