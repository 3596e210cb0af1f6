import ByteStore
import TestSupport
import Testing

@Test("The generated C belongs to the schema beside it")
func schemasMatchGeneratedCode() throws {
  let schemas = try Repository.files(under: "schemas", endingIn: ".proto")
  #expect(!schemas.isEmpty)
  for schema in schemas {
    let name = schema.split(separator: "/")[1]
    let recorded = try Repository.lines("Sources/CModelSchemas/\(name).sha256")
    #expect(
      SHA256.hex(try Repository.bytes(schema)) == recorded[0],
      "\(schema) changed: run `make schemas`")
  }
}

@Test("Every sample is what its manifest says", arguments: try Samples.all())
func samplesMatchManifest(_ sample: Samples.Sample) throws {
  #expect(sample.sha256[sample.path] != nil)
  for (file, digest) in sample.sha256 {
    let bytes = try TestFiles.bytes(Samples.file(file))
    #expect(SHA256.hex(bytes) == digest, "\(file) changed: run `make samples`")
  }
}
