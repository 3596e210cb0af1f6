internal import ModelIR

/// Changes between numbers and their quantized form.
enum QuantizationShapes {
  static let rules: [String: ShapeRule] = [
    "QuantizeLinear": { context in
      let type =
        try context.type(2) ?? context.dataType("output_dtype") ?? (context.has(2) ? nil : .uint8)
      context.set(type: type, context.shape(0))
    },
    "DequantizeLinear": { context in
      let type =
        try context.dataType("output_dtype")
        ?? (context.opset < 19 ? .float32 : context.type(1))
      context.set(type: type, context.shape(0))
    },
    "DynamicQuantizeLinear": { context in
      context.set(0, type: .uint8, context.shape(0))
      context.set(1, type: .float32, [])
      context.set(2, type: .uint8, [])
    },
  ]
}
