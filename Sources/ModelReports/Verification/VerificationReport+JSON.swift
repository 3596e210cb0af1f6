internal import ModelVerification

extension VerificationReport {
  /// Everything that was compared, with its numbers.
  var json: JSONValue {
    .members([
      "verdict": .string(verdict.rawValue),
      "layers": .object(
        VerificationLayer.allCases.filter {
          $0 != .interface && ($0 != .recorded || !recorded.isEmpty)
        }.map { layer in
          JSONValue.Member(
            layer.key,
            .members([
              "worst_over_bound": worstRatio(of: layer).map { .number($0) } ?? .null,
              "failures": .integer(failures.count { $0.layer == layer }),
            ]))
        }),
      "failures": .array(failures.map(\.json)),
      "gaps": .array(gaps.map(\.json)),
      "warnings": .strings(warnings),
      "parameters": .array(parameters.map(\.json)),
      "regions": .array(regions.map(\.json)),
      "equal_regions": .integer(provenRegions),
      "equal_nodes": .integer(provenNodes),
      "equal_constants": .integer(equalConstants),
      "samples": .array(samples.map(\.json)),
      "outputs": .array(outputs.map(\.json)),
      "values": .array(values.map(\.json)),
      "recorded": .array(recorded.map(\.json)),
    ])
  }
}

extension VerificationLayer {
  fileprivate var key: String {
    String(rawValue.map { $0 == " " ? "_" : $0 })
  }
}

extension VerificationFailure {
  fileprivate var json: JSONValue {
    .members([
      "layer": .string(layer.key), "graph": .string(graph), "subject": .string(subject),
      "message": .string(message), "element": element.map(\.json),
    ])
  }
}

extension ElementDifference {
  fileprivate var json: JSONValue {
    .members([
      "index": .array(index.map { .integer($0) }), "found": .number(found),
      "expected": .number(expected), "bound": .number(bound), "count": .integer(count),
      "worst_over_bound": .number(worstRatio),
    ])
  }
}

extension CoverageGap {
  fileprivate var json: JSONValue {
    .members([
      "layer": .string(layer.key), "graph": .string(graph), "subject": .string(subject),
      "reason": .string(reason),
    ])
  }
}

extension ParameterCheck {
  fileprivate var json: JSONValue {
    .members([
      "graph": .string(graph), "tensor": .string(target), "linear_node": .string(linearNode),
      "elements": .integer(elements), "worst_ulp": .number(worstULP),
      "worst_over_bound": .number(worstRatio), "claimed": .bool(isClaimed),
    ])
  }
}

extension RegionCheck {
  fileprivate var json: JSONValue {
    .members([
      "graph": .string(graph), "inputs": .strings(inputs), "outputs": .strings(outputs),
      "original_nodes": .strings(originalNodes), "written_nodes": .strings(writtenNodes),
      "probe": probe.json, "lockstep": lockstep.json,
      "undecided": .integer(undecided),
    ])
  }
}

extension RegionCheck.Outcome {
  fileprivate var json: JSONValue {
    switch self {
    case .passed(let ratio):
      .members(["result": .string("passed"), "worst_over_bound": .number(ratio)])
    case .failed(let ratio):
      .members(["result": .string("failed"), "worst_over_bound": .number(ratio)])
    case .notCovered(let reason):
      .members(["result": .string("not covered"), "reason": .string(reason)])
    }
  }
}

extension SampleRecord {
  fileprivate var json: JSONValue {
    .members([
      "kind": .string(kind), "count": .integer(count),
      "shapes": .object(
        shapes.sorted { $0.key < $1.key }.map {
          JSONValue.Member($0.key, .array($0.value.map { .integer($0) }))
        }),
      "problem": problem.map { .string($0) } ?? .null,
    ])
  }
}

extension RecordedCheck {
  fileprivate var json: JSONValue {
    .members([
      "sample": .string(sample), "name": .string(figures.name),
      "rtol": .number(tolerance.relative), "atol": .number(tolerance.absolute),
      "beyond": .integer(beyond), "worst_over_bound": .number(worstRatio),
      "figures": figures.json,
    ])
  }
}

extension ValueFigures {
  fileprivate var json: JSONValue {
    .members([
      "graph": .string(graph), "name": .string(name), "type": .string(type),
      "elements": .integer(elements), "not_finite": .integer(notFinite),
      "rms_written": .number(rmsWritten), "rms_original": .number(rmsOriginal),
      "rms_reference": .number(rmsReference), "maximum_error": .number(maximumError),
      "maximum_relative_error": .number(maximumRelativeError),
      "maximum_ulp": .number(maximumULP), "mean_error": .number(meanError),
      "signal_to_noise_db": .number(signalToNoise), "cosine": .number(cosine),
      "worst": worst.map(\.json), "rms_bound": .number(warningLevel),
      "classes": classes.map {
        .members([
          "agreeing": .integer($0.agreeing), "decided": .integer($0.decided),
          "undecided": .integer($0.undecided),
        ])
      },
      "deployment_ratio": deploymentRatio.map { .number($0) } ?? .null,
      "differing_integers": .integer(differingIntegers),
    ])
  }
}
