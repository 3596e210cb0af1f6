/// Numbers of the fields that the writer edits, by message (schemas/onnx.proto).
enum ONNXFields {
  enum Model {
    static let irVersion = 1
    static let producerName = 2
    static let producerVersion = 3
    static let graph = 7
    static let opsetImport = 8
    static let metadataProperties = 14
    static let trainingInfo = 20
    static let functions = 25
  }

  enum Graph {
    static let node = 1
    static let name = 2
    static let initializer = 5
    static let input = 11
    static let output = 12
    static let valueInfo = 13
    static let quantizationAnnotation = 14
    static let sparseInitializer = 15
  }

  enum Function {
    static let node = 7
    static let attributeProto = 11
    static let valueInfo = 12
  }

  enum Node {
    static let input = 1
    static let output = 2
    static let name = 3
    static let opType = 4
    static let attribute = 5
    static let domain = 7
    static let overload = 8
    static let deviceConfigurations = 10
  }

  enum Attribute {
    static let name = 1
    static let tensor = 5
    static let graph = 6
    static let tensors = 10
    static let graphs = 11
    static let type = 20
    static let sparseTensor = 22
    static let sparseTensors = 23
    /// All that hold a value, in one form or another.
    static let values = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 15, 21, 22, 23]
  }

  enum Tensor {
    static let dims = 1
    static let dataType = 2
    static let stringData = 6
    static let name = 8
    static let rawData = 9
    static let externalData = 13
    static let dataLocation = 14
    /// All that hold elements, here or elsewhere.
    static let payloads = [4, 5, 6, 7, 9, 10, 11, 13, 14]
  }

  enum SparseTensor {
    static let values = 1
    static let indices = 2
    static let dims = 3
  }

  enum Entry {
    static let key = 1
    static let value = 2
  }

  enum ValueInfo {
    static let name = 1
    static let type = 2
  }

  enum Annotation {
    static let tensorName = 1
    static let parameters = 2
  }

  enum DeviceConfiguration {
    static let shardingSpec = 2
    static let tensorName = 1
  }

  enum TrainingInfo {
    static let initialization = 1
    static let algorithm = 2
  }
}
