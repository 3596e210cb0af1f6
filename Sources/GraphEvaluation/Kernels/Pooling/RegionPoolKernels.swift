/// RoiAlign and MaxRoiPool (onnx, Operators.md, RoiAlign-10 to 22, MaxRoiPool-1 and 22).
enum RegionPoolKernels {
  static let table: [KernelEntry] = [
    KernelEntry("RoiAlign") { try $0.inDouble ? align($0, Double.self) : align($0, Float.self) },
    KernelEntry("MaxRoiPool") {
      try $0.inDouble ? maximum($0, Double.self) : maximum($0, Float.self)
    },
  ]

  // MARK: RoiAlign

  /// Samples regions as Mask R-CNN does (He and others 2017).
  ///
  /// Each region [x1, y1, x2, y2] is cut into output_height × output_width bins, in each of which
  /// samples are read bilinearly and averaged (or the largest weighted corner taken).
  private static func align<E: KernelFloat>(
    _ context: KernelContext, _: E.Type
  ) throws -> [RuntimeTensor?] {
    let shape = try context.input(0).shape
    let (x, regions) = (try context.floats(0, as: E.self), try context.floats(1, as: E.self))
    let images = try context.integers(2)
    let height = try context.int("output_height", default: 1)
    let width = try context.int("output_width", default: 1)
    let ratio = try context.int("sampling_ratio", default: 0)
    guard shape.count == 4, regions.count == images.count * 4, height >= 1, width >= 1,
      images.allSatisfy({ $0 >= 0 && $0 < shape[0] }), ratio >= 0, ratio <= 1 << 12
    else { throw EvaluationError.Problem.badInput("regions of an input of shape \(shape)") }
    // Version 10 has no half pixel shift.
    let mode = try context.text(
      "coordinate_transformation_mode",
      default: context.opset >= 16 ? "half_pixel" : "output_half_pixel")
    let halfPixel = mode == "half_pixel"
    let form = Alignment<E>(
      height: shape[2], width: shape[3], outHeight: height, outWidth: width, ratio: ratio,
      scale: E(try context.float("spatial_scale", default: 1)), halfPixel: halfPixel,
      takesMaximum: try context.text("mode", default: "avg") == "max")
    let result = [images.count, shape[1], height, width]
    var elements: [E] = []
    elements.reserveCapacity(try context.count(of: result))
    for (region, image) in images.enumerated() {
      let bins = try form.bins(Array(regions[(4 * region)..<(4 * region + 4)]), context)
      for channel in 0..<shape[1] {
        let base = (Int(image) * shape[1] + channel) * shape[2] * shape[3]
        for bin in bins { elements.append(form.pool(x, base, bin)) }
      }
    }
    return try context.result(result, elements)
  }

  /// The samples of a region of interest.
  private struct Alignment<E: KernelFloat> {
    let height: Int
    let width: Int
    let outHeight: Int
    let outWidth: Int
    let ratio: Int
    let scale: E
    let halfPixel: Bool
    let takesMaximum: Bool

    /// One sample: four elements and their weights.
    struct Sample {
      var places: (Int, Int, Int, Int)
      var weights: (E, E, E, E)
    }

    func bins(_ region: [E], _ context: KernelContext) throws -> [[Sample]] {
      let shift: E = halfPixel ? 0.5 : 0
      let corner = region.map { $0 * scale - shift }
      var (spanX, spanY) = (corner[2] - corner[0], corner[3] - corner[1])
      if !halfPixel { (spanX, spanY) = (max(spanX, 1), max(spanY, 1)) }
      let (binX, binY) = (spanX / E(outWidth), spanY / E(outHeight))
      func samples(_ bin: E) throws -> Int {
        guard ratio == 0 else { return ratio }
        guard bin.isFinite, bin <= 4096 else {
          throw EvaluationError.Problem.limit("a region of \(spanX) by \(spanY)")
        }
        return max(0, Int(bin.rounded(.up)))
      }
      let (countX, countY) = (try samples(binX), try samples(binY))
      _ = try context.count(of: [outHeight, outWidth, countX, countY])
      var bins: [[Sample]] = []
      for row in 0..<outHeight {
        for column in 0..<outWidth {
          var list: [Sample] = []
          for stepY in 0..<countY {
            let y = corner[1] + E(row) * binY + (E(stepY) + 0.5) * binY / E(countY)
            for stepX in 0..<countX {
              let x = corner[0] + E(column) * binX + (E(stepX) + 0.5) * binX / E(countX)
              list.append(sample(y, x))
            }
          }
          bins.append(list)
        }
      }
      return bins
    }

    private func sample(_ y: E, _ x: E) -> Sample {
      guard y >= -1, y <= E(height), x >= -1, x <= E(width), height > 0, width > 0 else {
        return Sample(places: (0, 0, 0, 0), weights: (0, 0, 0, 0))
      }
      let (y, x) = (min(max(y, 0), E(height - 1)), min(max(x, 0), E(width - 1)))
      let (top, left) = (Int(y), Int(x))
      let (bottom, right) = (min(top + 1, height - 1), min(left + 1, width - 1))
      let (down, over) = (y - E(top), x - E(left))
      return Sample(
        places: (
          top * width + left, top * width + right, bottom * width + left, bottom * width + right
        ),
        weights: (
          (1 - down) * (1 - over), (1 - down) * over, down * (1 - over), down * over
        ))
    }

    func pool(_ x: [E], _ base: Int, _ samples: [Sample]) -> E {
      guard height > 0, width > 0 else { return 0 }
      var result: E = 0
      for (number, sample) in samples.enumerated() {
        let (p, w) = (sample.places, sample.weights)
        let (a, b) = (w.0 * x[base + p.0], w.1 * x[base + p.1])
        let (c, d) = (w.2 * x[base + p.2], w.3 * x[base + p.3])
        if takesMaximum {
          let top = max(max(a, b), max(c, d))
          result = number == 0 ? top : max(result, top)
        } else {
          result += a + b + c + d
        }
      }
      return takesMaximum || samples.isEmpty ? result : result / E(samples.count)
    }
  }

  // MARK: MaxRoiPool

  /// The largest element of each bin of a region, as Fast R-CNN has it (Girshick 2015).
  ///
  /// Regions [image, x1, y1, x2, y2] are rounded to whole elements and cut into pooled_shape bins; 0
  /// where a bin is empty.
  private static func maximum<E: KernelFloat>(
    _ context: KernelContext, _: E.Type
  ) throws -> [RuntimeTensor?] {
    let shape = try context.input(0).shape
    let (x, regions) = (try context.floats(0, as: E.self), try context.floats(1, as: E.self))
    let scale = E(try context.float("spatial_scale", default: 1))
    guard shape.count == 4, regions.count % 5 == 0,
      let pooled = try context.ints("pooled_shape"), pooled.count == 2,
      pooled.allSatisfy({ $0 >= 1 }),
      regions.allSatisfy({ max(($0 * scale).magnitude, $0.magnitude) < 0x1p30 })
    else { throw EvaluationError.Problem.badInput("regions of an input of shape \(shape)") }
    let result = [regions.count / 5, shape[1], pooled[0], pooled[1]]
    var elements: [E] = []
    elements.reserveCapacity(try context.count(of: result))
    for region in 0..<result[0] {
      let image = Int(regions[region * 5])
      guard image >= 0, image < shape[0] else {
        throw EvaluationError.Problem.badInput("image \(image) of \(shape[0])")
      }
      let corner = (1...4).map { Int((regions[region * 5 + $0] * scale).rounded()) }
      let columns = bins(corner[0], corner[2], pooled[1], shape[3], E.self)
      let rows = bins(corner[1], corner[3], pooled[0], shape[2], E.self)
      for channel in 0..<shape[1] {
        let base = (image * shape[1] + channel) * shape[2] * shape[3]
        for row in rows {
          for column in columns {
            var best: E?
            for y in row {
              for place in column {
                let value = x[base + y * shape[3] + place]
                best = best.map { value > $0 ? value : $0 } ?? value
              }
            }
            elements.append(best ?? 0)
          }
        }
      }
    }
    return try context.result(result, elements)
  }

  private static func bins<E: KernelFloat>(
    _ first: Int, _ last: Int, _ count: Int, _ extent: Int, _: E.Type
  ) -> [Range<Int>] {
    let size = E(max(last - first + 1, 1)) / E(count)
    return (0..<count).map { bin in
      let low = min(max(Int((E(bin) * size).rounded(.down)) + first, 0), extent)
      let high = min(max(Int((E(bin + 1) * size).rounded(.up)) + first, 0), extent)
      return low..<max(low, high)
    }
  }
}
