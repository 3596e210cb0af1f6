internal import ModelIR

/// MaxPool with its second output: where in the input tensor each largest element stands.
///
/// Indices count over the whole tensor, row-major, or column-major within a plane where
/// `storage_order` is 1. Of equal elements the first counts.
enum MaxPoolIndices {
  static func run(_ context: KernelContext) throws -> [RuntimeTensor?] {
    try context.input(0).elements.apply(Operation(context: context))
  }

  private struct Operation: ElementOperation {
    let context: KernelContext

    func callAsFunction<E: KernelElement>(_ x: [E]) throws -> [RuntimeTensor?] {
      let form = try PoolKernels.Form(context)
      let columnMajor = try context.flag("storage_order")
      let window = form.window
      var values: [E] = []
      var indices: [Int64] = []
      values.reserveCapacity(form.count)
      indices.reserveCapacity(form.count)
      for plane in 0..<(form.count == 0 ? 0 : form.planes) {
        for output in 0..<window.output.count {
          let place = largest(x, plane * window.input.count, window, output)
          values.append(place < 0 ? E.lowest : x[plane * window.input.count + place])
          indices.append(
            Int64(
              plane * window.input.count
                + (columnMajor && place >= 0 ? transposed(place, window.input) : place)))
        }
      }
      return [
        context.value(form.shape, values, try context.input(0).dataType),
        RuntimeTensor(indices, shape: form.shape),
      ]
    }

    /// Where in its plane the largest element under a window stands; −1 where there is none.
    private func largest<E: KernelElement>(
      _ x: [E], _ base: Int, _ window: WindowGeometry.Volume, _ output: Int
    ) -> Int {
      let outX = output % window.output.width
      let outY = output / window.output.width % window.output.height
      let outZ = output / window.output.width / window.output.height
      var best = -1
      for tapZ in 0..<window.kernel.depth {
        let z = outZ * window.stride.depth + tapZ * window.dilation.depth - window.pad.depth
        guard z >= 0, z < window.input.depth else { continue }
        for tapY in 0..<window.kernel.height {
          let y = outY * window.stride.height + tapY * window.dilation.height - window.pad.height
          guard y >= 0, y < window.input.height else { continue }
          for tapX in 0..<window.kernel.width {
            let column =
              outX * window.stride.width + tapX * window.dilation.width
              - window.pad.width
            guard column >= 0, column < window.input.width else { continue }
            let place = (z * window.input.height + y) * window.input.width + column
            if best < 0 || x[base + place] > x[base + best] { best = place }
          }
        }
      }
      return best
    }

    private func transposed(_ place: Int, _ extents: WindowGeometry.Extents) -> Int {
      let column = place % extents.width
      let y = place / extents.width % extents.height
      let z = place / extents.width / extents.height
      return (column * extents.height + y) * extents.depth + z
    }
  }
}
