internal import CModelSchemas

/// A TensorProto as it was unpacked; bulk data are indices of payloads.
@safe struct TensorMessage {
  private let message: UnsafePointer<Onnx__TensorProto>
  init(_ message: UnsafePointer<Onnx__TensorProto>) { unsafe self.message = unsafe message }

  var name: String { unsafe CMessageAccess.text(message.pointee.name) }
  var dims: [Int64] { unsafe CMessageAccess.numbers(message.pointee.n_dims, message.pointee.dims) }
  var dataType: Int32? {
    unsafe message.pointee.has_data_type != 0 ? message.pointee.data_type : nil
  }
  var hasSegment: Bool { unsafe message.pointee.segment != nil }
  var location: UInt32 {
    unsafe message.pointee.has_data_location != 0
      ? UInt32(truncatingIfNeeded: message.pointee.data_location.rawValue) : 0
  }
  var externalData: [EntryMessage] {
    unsafe CMessageAccess.list(message.pointee.n_external_data, message.pointee.external_data) {
      unsafe EntryMessage($0)
    }
  }
  var rawData: Int? {
    unsafe message.pointee.has_raw_data != 0 ? CMessageAccess.index(message.pointee.raw_data) : nil
  }
  var floatData: [Int] {
    unsafe CMessageAccess.numbers(message.pointee.n_float_data, message.pointee.float_data).map {
      Int($0.bitPattern)
    }
  }
  var int32Data: [Int] {
    unsafe CMessageAccess.numbers(message.pointee.n_int32_data, message.pointee.int32_data).map {
      Int($0)
    }
  }
  var stringData: [Int] {
    unsafe CMessageAccess.indices(message.pointee.n_string_data, message.pointee.string_data)
  }
  var int64Data: [Int] {
    unsafe CMessageAccess.numbers(message.pointee.n_int64_data, message.pointee.int64_data).map {
      Int($0)
    }
  }
  var doubleData: [Int] {
    unsafe CMessageAccess.numbers(
      message.pointee.n_double_data, message.pointee.double_data
    ).map { Int(truncatingIfNeeded: $0.bitPattern) }
  }
  var uint64Data: [Int] {
    unsafe CMessageAccess.numbers(
      message.pointee.n_uint64_data, message.pointee.uint64_data
    ).map { Int(truncatingIfNeeded: $0) }
  }
}

/// A SparseTensorProto as it was unpacked.
@safe struct SparseTensorMessage {
  private let message: UnsafePointer<Onnx__SparseTensorProto>
  init(_ message: UnsafePointer<Onnx__SparseTensorProto>) { unsafe self.message = unsafe message }

  var values: TensorMessage? {
    unsafe CMessageAccess.one(message.pointee.values) { unsafe TensorMessage($0) }
  }
  var indices: TensorMessage? {
    unsafe CMessageAccess.one(message.pointee.indices) { unsafe TensorMessage($0) }
  }
  var dims: [Int64] { unsafe CMessageAccess.numbers(message.pointee.n_dims, message.pointee.dims) }
}
