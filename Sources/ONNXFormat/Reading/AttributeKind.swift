/// What an attribute says it holds: AttributeProto.AttributeType.
enum AttributeKind: UInt32 {
  case float = 1
  case int = 2
  case string = 3
  case tensor = 4
  case graph = 5
  case floats = 6
  case ints = 7
  case strings = 8
  case tensors = 9
  case graphs = 10
  case sparseTensor = 11
  case sparseTensors = 12
  case type = 13
  case types = 14

  /// The field that holds it.
  var field: String {
    switch self {
    case .float: "f"
    case .int: "i"
    case .string: "s"
    case .tensor: "t"
    case .graph: "g"
    case .floats: "floats"
    case .ints: "ints"
    case .strings: "strings"
    case .tensors: "tensors"
    case .graphs: "graphs"
    case .sparseTensor: "sparse_tensor"
    case .sparseTensors: "sparse_tensors"
    case .type: "tp"
    case .types: "type_protos"
    }
  }
}

extension AttributeMessage {
  /// The kinds whose fields are there.
  var present: [AttributeKind] {
    var kinds: [AttributeKind] = []
    if float != nil { kinds.append(.float) }
    if int != nil { kinds.append(.int) }
    if string != nil { kinds.append(.string) }
    if tensor != nil { kinds.append(.tensor) }
    if graph != nil { kinds.append(.graph) }
    if counts.floats > 0 { kinds.append(.floats) }
    if counts.ints > 0 { kinds.append(.ints) }
    if counts.strings > 0 { kinds.append(.strings) }
    if counts.tensors > 0 { kinds.append(.tensors) }
    if counts.graphs > 0 { kinds.append(.graphs) }
    if sparseTensor != nil { kinds.append(.sparseTensor) }
    if counts.sparseTensors > 0 { kinds.append(.sparseTensors) }
    if typeValue != nil { kinds.append(.type) }
    if counts.types > 0 { kinds.append(.types) }
    return kinds
  }
}
