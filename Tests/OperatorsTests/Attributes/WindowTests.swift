import ModelIR
import Operators
import Testing

func node(
  _ opType: String, _ attributes: [Attribute] = [], inputs: [ValueID?] = [],
  outputs: [ValueID?] = [ValueID(0)]
) -> Node {
  Node(
    opType: opType, graph: GraphID(0), inputs: inputs, outputs: outputs, attributes: attributes)
}

@Suite struct WindowTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var input: Int
    var kernel: Int
    var stride: Int
    var pads: [Int64] = [0, 0]
    var dilation = 1
    var ceil = false
    var auto: String?
    var output: Int

    var attributes: [Attribute] {
      var all = [
        Attribute("kernel_shape", .ints([Int64(kernel)])),
        Attribute("strides", .ints([Int64(stride)])),
        Attribute("dilations", .ints([Int64(dilation)])),
        Attribute("ceil_mode", .int(ceil ? 1 : 0)),
      ]
      if let auto {
        all.append(Attribute("auto_pad", .string(Array(auto.utf8))))
      } else {
        all.append(Attribute("pads", .ints(pads)))
      }
      return all
    }

    var testDescription: String {
      "\(input) k\(kernel) s\(stride) p\(pads) d\(dilation) \(auto ?? "") ceil \(ceil)"
    }
  }

  // Outputs recorded from onnxruntime 1.32 (MaxPool, AveragePool and LpPool agree).
  static let pools: [Case] = [
    Case(input: 5, kernel: 2, stride: 2, output: 2),
    Case(input: 5, kernel: 2, stride: 2, ceil: true, output: 3),
    Case(input: 5, kernel: 2, stride: 3, pads: [1, 1], output: 2),
    Case(input: 5, kernel: 2, stride: 3, pads: [1, 1], ceil: true, output: 2),
    Case(input: 4, kernel: 1, stride: 3, ceil: true, output: 2),
    Case(input: 7, kernel: 3, stride: 3, pads: [1, 1], dilation: 2, output: 2),
    Case(input: 7, kernel: 3, stride: 3, pads: [1, 1], dilation: 2, ceil: true, output: 3),
    Case(input: 6, kernel: 3, stride: 4, pads: [1, 1], ceil: true, output: 2),
    Case(input: 3, kernel: 2, stride: 3, pads: [0, 1], ceil: true, output: 1),
    Case(input: 3, kernel: 5, stride: 4, pads: [1, 1], output: 1),
    Case(input: 5, kernel: 2, stride: 2, auto: "SAME_UPPER", output: 3),
    Case(input: 5, kernel: 2, stride: 2, ceil: true, auto: "VALID", output: 3),
  ]

  @Test(arguments: pools) func poolExtents(_ test: Case) throws {
    let pool = try PoolAttributes(node("MaxPool", test.attributes), spatialRank: 1)
    #expect(pool.windows(input: [test.input])?.map(\.output) == [test.output])
  }

  @Test(arguments: pools.filter { !$0.ceil }) func convolutionExtents(_ test: Case) throws {
    let conv = try ConvolutionAttributes(node("Conv", test.attributes), spatialRank: 1)
    let windows = conv.windows(input: [test.input], kernel: [test.kernel])
    #expect(windows?.map(\.output) == [test.output])
  }

  @Test func kernelsThatDoNotFit() throws {
    let conv = try ConvolutionAttributes(node("Conv"), spatialRank: 1)
    #expect(conv.windows(input: [3], kernel: [4]) == nil)
    #expect(conv.windows(input: [3], kernel: [3])?[0].output == 1)
  }

  @Test func theOddPadOfSameStandsWhereTheWordSays() throws {
    for (word, begin) in [("SAME_UPPER", 1), ("SAME_LOWER", 2)] {
      let attributes = [Attribute("auto_pad", .string(Array(word.utf8)))]
      let conv = try ConvolutionAttributes(node("Conv", attributes), spatialRank: 1)
      let window = conv.window(axis: 0, input: 5, kernel: 4)
      #expect(window?.padBegin == begin)
      #expect(window?.padEnd == 3 - begin)
      #expect(window?.output == 5)
    }
  }

  // Recorded from onnxruntime 1.32: ConvTranspose on 5 positions.
  @Test(
    arguments: [
      (4, 3, 0, "SAME_UPPER", nil, 15), (2, 3, 0, "SAME_LOWER", nil, 14),
      (4, 2, 1, "SAME_UPPER", nil, 10), (4, 3, 0, "NOTSET", 15, 15), (4, 3, 0, "NOTSET", nil, 16),
    ] as [(Int, Int, Int, String, Int?, Int)])
  func transposedExtents(
    kernel: Int, stride: Int, outputPadding: Int, auto: String, shape: Int?, output: Int
  ) throws {
    var attributes = [
      Attribute("strides", .ints([Int64(stride)])),
      Attribute("output_padding", .ints([Int64(outputPadding)])),
      Attribute("auto_pad", .string(Array(auto.utf8))),
    ]
    if let shape { attributes.append(Attribute("output_shape", .ints([Int64(shape)]))) }
    let conv = try TransposedConvolutionAttributes(
      node("ConvTranspose", attributes), spatialRank: 1)
    #expect(conv.windows(input: [5], kernel: [kernel])?.map(\.output) == [output])
  }

  @Test func transposedPadsFromOutputShape() throws {
    // stride·(5 − 1) + 4 − 15 = 1: the larger half stands at the beginning unless SAME_UPPER.
    let attributes = [
      Attribute("strides", .ints([3])), Attribute("output_shape", .ints([15])),
    ]
    let conv = try TransposedConvolutionAttributes(
      node("ConvTranspose", attributes), spatialRank: 1)
    let window = conv.window(axis: 0, input: 5, kernel: 4)
    #expect(window?.padBegin == 1)
    #expect(window?.padEnd == 0)
  }

  @Test(arguments: [
    (Attribute("group", .int(-1)), "group"), (Attribute("group", .float(1)), "group"),
    (Attribute("strides", .ints([0])), "strides"),
    (Attribute("strides", .ints([1, 1])), "strides"),
    (Attribute("pads", .ints([-1, 0])), "pads"),
    (Attribute("dilations", .ints([.max])), "dilations"),
    (Attribute("kernel_shape", .ints([0])), "kernel_shape"),
    (Attribute("auto_pad", .string(Array("SAME".utf8))), "auto_pad"),
    (Attribute("group", .reference("g")), "group"),
  ])
  func malformedAttributesAreNamed(attribute: Attribute, name: String) {
    #expect {
      _ = try ConvolutionAttributes(node("Conv", [attribute]), spatialRank: 1)
    } throws: { ($0 as? AttributeError)?.attribute == name }
  }

  @Test func extentsAtTheLimitDoNotTrap() throws {
    let large = Int64(1 << 30)
    let attributes = [
      Attribute("strides", .ints([large])), Attribute("dilations", .ints([large])),
      Attribute("pads", .ints([large, large])), Attribute("kernel_shape", .ints([large])),
    ]
    let conv = try ConvolutionAttributes(node("Conv", attributes), spatialRank: 1)
    #expect(conv.windows(input: [1 << 30], kernel: [1 << 30]) == nil)
    let transposed = try TransposedConvolutionAttributes(
      node("ConvTranspose", attributes), spatialRank: 1)
    #expect(transposed.windows(input: [1 << 30], kernel: [1 << 30]) != nil)
    let pool = try PoolAttributes(node("MaxPool", attributes), spatialRank: 1)
    #expect(pool.windows(input: [.max]) == nil)
  }
}
