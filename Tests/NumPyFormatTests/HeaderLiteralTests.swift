import ModelIR
import Testing

@testable import NumPyFormat

/// The header's grammar, and nothing of Python beyond it.
struct HeaderLiteralTests {
  @Test(arguments: [
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", [2, 3]),
    ("{'descr':'<f4','fortran_order':False,'shape':(2,3)}", [2, 3]),
    ("{\"shape\": (), \"fortran_order\": False, \"descr\": \"<f4\"}", []),
    (" {\n'descr'\t: '<f4' , 'fortran_order': False, 'shape': ( 5 , ) , } \r\n", [5]),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (0L, 9223372036854775807L)}", [0, .max]),
  ])
  func accepted(text: String, shape: [Int]) throws {
    let literal = try HeaderLiteral(Array(text.utf8))
    #expect(literal.descr == "<f4")
    #expect(!literal.isFortranOrder)
    #expect(literal.shape == shape)
  }

  @Test(arguments: [
    "", "{", "{}", "()", "None", "{'descr': '<f4', 'fortran_order': False}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} x",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}, {}",
    "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': ()}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (), 'more': 1}",
    "{'descr': '<f4', 'fortran_order': 0, 'shape': ()}",
    "{'descr': '<f4', 'fortran_order': Tru, 'shape': ()}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': [2, 3]}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': 6}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (6)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 2)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, , 3)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (02, 3)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (0x2, 3)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2.0, 3)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775808,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2**3, )}",
    "{'descr': __import__('os').system('ls'), 'fortran_order': False, 'shape': ()}",
    "{'descr': '<\\x66', 'fortran_order': False, 'shape': ()}",
    "{'descr': 'é', 'fortran_order': False, 'shape': ()}",
    "{'descr': '<f4, 'fortran_order': False, 'shape': ()}",
    "{'descr': '<f4' 'fortran_order': False, 'shape': ()}",
    "{descr: '<f4', 'fortran_order': False, 'shape': ()}",
  ])
  func refused(text: String) {
    #expect(throws: HeaderLiteral.Failure.self) { _ = try HeaderLiteral(Array(text.utf8)) }
  }

  @Test(arguments: [
    "[('a', '<f4')]", "('<f4', (2,))",
  ])
  func records(descr: String) {
    do throws(HeaderLiteral.Failure) {
      _ = try HeaderLiteral(
        Array("{'descr': \(descr), 'fortran_order': False, 'shape': ()}".utf8))
      Issue.record("accepted")
    } catch {
      #expect(error.isUnsupported)
    }
  }

  @Test(arguments: [
    "", "<", "f4", "=f4", "<f", "<f+4", "<fx", "|f4", "<f3", "<f1", "<i16", "<b2", "<u0", "<O",
    "|O8", "|V4", "|V", "<m8", "<c4", "<f 4", "<f-4", "é4",
  ])
  func badTypes(descr: String) {
    #expect(throws: NumPyType.Refusal.self) { _ = try NumPyType(descr, rawType: .bfloat16) }
  }
}
