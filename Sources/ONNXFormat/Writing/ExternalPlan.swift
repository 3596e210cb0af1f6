internal import ByteStore
internal import ModelIR

/// Where tensors outside the model file go: the names of the output's data files, and the places
/// of tensors in them.
struct ExternalPlan {
  /// A place in a data file.
  struct Slot {
    /// The name the model gives the file.
    var location: String
    var offset: Int
    var length: Int
  }

  /// What becomes of one of the input's data files.
  struct File {
    /// The output's name for it.
    var location: String
    /// Other bytes than the input's, so that a checksum does not hold any more.
    var isChanged: Bool
    /// Bytes in the input's file if the output's is longer: what reached to the end has to say
    /// now where it ends.
    var formerLength: Int?
  }

  /// By the names that the input model gives its data files.
  var files: [String: File] = [:]
  /// Places of initializers that are written anew.
  var slots: [ValueID: Slot] = [:]

  /// Whether initializers that stay move out of the model file, wherever they are.
  var movesKept = false

  /// Nothing is external, or everything stays where it is: for finding out what there is.
  static let none = ExternalPlan()
}

/// A stretch of one of the input's data files that the output still refers to.
struct ExternalReference {
  /// The input's name for the file.
  var location: String
  var range: Range<Int>
}
