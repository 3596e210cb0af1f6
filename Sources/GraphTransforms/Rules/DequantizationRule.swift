/// DequantizeLinear in front of a weight (`QuantizedWeight` has the algebra).
///
/// On the way of an affine it blocks: there whole numbers are computed, not stored.
struct DequantizationRule: OperatorRule {
  let name = "dequantize"
  let summary = "scales a weight that is stored quantized where DequantizeLinear multiplies it"
  let operators = ["DequantizeLinear"]
}
