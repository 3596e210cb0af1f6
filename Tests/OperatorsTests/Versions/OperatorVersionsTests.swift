import ModelIR
import Operators
import Testing

@Suite struct OperatorVersionsTests {
  // onnx 1.19.1's schemas, asked one by one.
  @Test(arguments: [
    ("BatchNormalization", 13, 9), ("BatchNormalization", 1, 1), ("BatchNormalization", 24, 15),
    ("Dropout", 11, 10), ("Softmax", 12, 11), ("Split", 17, 13), ("Upsample", 9, 9),
    ("Reshape", 30, 24), ("Conv", 21, 11),
  ])
  func newestDefinitionNotBeyondTheOpset(opType: String, opset: Int, expected: Int) {
    #expect(OperatorVersions.version(of: opType, opset: opset) == expected)
  }

  @Test func operatorsThatAnOpsetLacks() {
    #expect(OperatorVersions.version(of: "LayerNormalization", opset: 16) == nil)
    #expect(OperatorVersions.version(of: "NoSuchOperator", opset: 24) == nil)
  }

  @Test func nodesOfOtherDomainsHaveNone() {
    let model = Model(header: .init(irVersion: 8), opsets: ["": 17])
    var node = Node(opType: "Conv", graph: model.mainGraph, inputs: [], outputs: [])
    #expect(model.operatorVersion(of: node) == 11)
    node.domain = "com.example"
    #expect(model.operatorVersion(of: node) == nil)
  }
}
