import TestSupport
import Testing

private let cnn = Samples.file("cnn.onnx")

@Suite("Controlling a fold")
struct ControlTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func fold(_ arguments: [String]) throws -> JSONObject {
    let run = try CommandRun.bnfold(
      ["fold", cnn, "-o", "out.onnx", "--json"] + arguments, folder: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    return try JSONObject(run, schema: "bnfold.fold")
  }

  @Test("Sites are chosen by name")
  func selection() throws {
    #expect(try fold(["--only", "bn[12]_*"]).integer("folded") == 2)
    #expect(try fold(["--skip", "bn1_node"]).integer("folded") == 3)
    let run = try CommandRun.bnfold(
      ["fold", cnn, "-o", "x.onnx", "--only", "bm*"], folder: folder.path)
    #expect(run.status == 64)
    #expect(run.errors.contains("bm*"))
  }

  @Test("Rules are switched")
  func rules() throws {
    #expect(try fold(["--rules", "all=off"]).integer("folded") == 0)
    #expect(try fold(["--rules", "all=off,conv=on"]).integer("folded") == 4)
    let list = try CommandRun.bnfold(["rules", "--rules", "conv=off,conv-forward=on", "--json"])
    let rules = try JSONObject(list, schema: "bnfold.rules").list("rules")
    #expect(rules.count > 20)
    for rule in rules {
      #expect(rule.text("state") == (rule.text("name") == "conv" ? "forward" : "on"))
    }
    for wrong in ["conf=off", "conv", "conv=maybe", ""] {
      let run = try CommandRun.bnfold(["rules", "--rules", wrong])
      #expect(run.status == 64, "\(wrong)")
    }
  }

  @Test("A plan is written, edited and applied")
  func plan() throws {
    let plan = try CommandRun.bnfold(["fold", cnn, "--plan"], folder: folder.path)
    #expect(plan.status == 0, "\(plan.errors)")
    let sites = try JSONObject(plan, schema: "bnfold.plan").list("sites")
    #expect(sites.map { $0.text("action") } == ["fold", "fold", "fold", "fold"])
    #expect(try folder.names() == [])
    let first = try #require(plan.text.firstRange(of: "\"fold\""))
    var edited = plan.text
    edited.replaceSubrange(first, with: "\"keep\"")
    try folder.write(Array(edited.utf8), to: "plan.json")
    #expect(try fold(["--apply", "plan.json"]).integer("folded") == 3)
  }

  @Test("A dry run tells in words what would be done")
  func dryRun() throws {
    let run = try CommandRun.bnfold(["fold", cnn, "--dry-run", "--explain"], folder: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.text.contains("into Conv \"conv1_node\""))
    #expect(run.text.contains("nothing was written"))
    #expect(try folder.names() == [])
  }

  @Test("A site's story is told")
  func explain() throws {
    let kept = Samples.file("residual-kept.onnx")
    let run = try CommandRun.bnfold(["explain", kept])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.text.contains("stops: "))
    let story = try CommandRun.bnfold(["explain", cnn, "bn1_node", "--json"])
    let sites = try JSONObject(story, schema: "bnfold.explain").list("sites")
    #expect(sites.count == 1)
    #expect(sites.first?.list("steps").map { $0.text("event") } == ["absorbs", "complete"])
    #expect(try CommandRun.bnfold(["explain", cnn, "nosuch"]).status == 64)
  }
}
