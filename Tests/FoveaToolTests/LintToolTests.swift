import Foundation
import Testing

@Suite(.serialized) struct LintToolTests {
  let folder: TemporaryFolder
  let tool: Tool

  init() throws {
    folder = try TemporaryFolder()
    tool = Tool(folder: folder.url)
  }

  @Test func `findings are text with layer, numbers, remedy and source`() throws {
    let outcome = try tool.run("lint", "vgg16")
    #expect(outcome.status == 0, "\(outcome.errors)")
    for words in [
      "warning: dominant-linear", "classifier.0: 102.8 M of 138.4 M parameters, 74 %",
      "→ average-pool the map", "arXiv:1312.4400", "vgg16: 0 errors, 1 warning, 9 notes",
    ] {
      #expect(outcome.output.contains(words))
    }
    // The rule that needs a batch does not count where nothing is normalised.
    #expect(!outcome.output.contains("Not checked"))
  }

  @Test func `warnings fail when strict, unless they are ignored; notes never do`() throws {
    #expect(try tool.run("lint", "vgg16", "--strict").status == 1)
    let ignored = try tool.run("lint", "vgg16", "--strict", "--ignore", "dominant-linear")
    #expect(ignored.status == 0)
    #expect(ignored.output.contains("ignored: dominant-linear"))
    #expect(try tool.run("lint", "resnet50", "--strict").status == 0)
  }

  @Test func `errors fail always`() throws {
    let single = try tool.run("lint", "simple-cnn", "--batch", "1")
    #expect(single.status == 1)
    #expect(single.output.contains("error: batch-norm-batch\n  4.1: "))
    #expect(try tool.run("lint", "simple-cnn", "--batch", "64").status == 0)
    #expect(try tool.run("lint", "simple-cnn").output.contains("Not checked: batch-norm-batch"))
  }

  @Test func `the report is JSON, also where the exit code is 1`() throws {
    let outcome = try tool.run(
      "lint", "resnet18", "--input", "3x600x600", "--object-size", "500x100", "--batch", "4",
      "--strict", "--json")
    #expect(outcome.status == 1)
    let report = try outcome.json()
    #expect(
      Set(report.keys) == [
        "model", "findings", "errors", "warnings", "notes", "ignored", "unchecked",
      ])
    #expect(report["errors"] as? Int == 0)
    #expect(report["warnings"] as? Int == 2)
    let findings = try #require(report["findings"] as? [[String: Any]])
    let field = try #require(
      findings.first { $0["rule"] as? String == "receptive-field-small" })
    #expect(field["severity"] as? String == "warning")
    #expect(field["layer"] as? String == "layer4.1.conv2")
    let numbers = try #require(field["numbers"] as? [String: Double])
    #expect(numbers["fieldHeight"] == 435 && numbers["objectHeight"] == 500)
    #expect(outcome.errors.contains("435×435"))
  }

  @Test func `a graph's file is looked at, also one without outputs`() throws {
    func graph(outputs: String) -> String {
      #"""
      {"nodes": [
        {"operation": "Input", "inputs": [], "path": "input",
         "settings": {"name": "input", "shape": [1, 2, 4, 4], "outputElementType": "float32"}},
        {"operation": "ReLU", "inputs": [{"node": 0, "output": 0}], "path": "forgotten", "settings": {}},
        {"operation": "Softmax", "inputs": [{"node": 0, "output": 0}], "path": "softmax",
         "settings": {"axis": 1}}],
       "outputs": [\#(outputs)], "updates": []}
      """#
    }
    func outcome(outputs: String) throws -> Tool.Outcome {
      try Data(graph(outputs: outputs).utf8).write(
        to: folder.url.appendingPathComponent("graph.json"))
      return try tool.run("lint", "graph.json")
    }
    let found = try outcome(outputs: #"{"name": "output", "value": {"node": 2, "output": 0}}"#)
    #expect(found.status == 0, "\(found.errors)")
    #expect(found.output.contains("warning: dead-branch\n  forgotten: "))
    #expect(found.output.contains("note: softmax-before-cross-entropy\n  softmax: "))
    let empty = try outcome(outputs: "")
    #expect(empty.status == 1)
    #expect(empty.output.contains("error: dead-branch\n  softmax: the graph names no output"))
  }

  @Test func `the rules are listed, as text and as JSON`() throws {
    let text = try tool.run("lint", "--rules")
    #expect(text.status == 0)
    #expect(text.output.contains("bias-before-batch-norm (warning)"))
    let json = try tool.run("lint", "--rules", "--json")
    let line = try #require(json.output.split(separator: "\n").last)
    let rules = try #require(
      JSONSerialization.jsonObject(with: Data(line.utf8)) as? [[String: String]])
    #expect(rules.count == 23)
    #expect(rules.allSatisfy { Set($0.keys) == ["identifier", "severity", "finds", "source"] })
  }

  @Test(arguments: [
    (["lint"], ["--rules"]), (["lint", "lenet5", "--rules"], ["--rules"]),
    (["lint", "lenet6"], ["lenet5"]),
    (["lint", "lenet5", "--ignore", "aliassing"], ["did you mean 'aliasing'"]),
    (["lint", "lenet5", "--object-size", "12"], ["--object-size"]),
    (["lint", "lenet5", "--object-size", "0x4"], ["--object-size", "1 to 1000000"]),
    (["lint", "lenet5", "--batch", "0"], ["--batch"]),
  ])
  func `wrong usage is named, with exit code 2`(arguments: [String], words: [String]) throws {
    let outcome = try tool.outcome(of: tool.start(arguments))
    #expect(outcome.status == 2, "\(outcome.errors)")
    for word in words { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
  }
}
