import Foundation
import Testing

@Suite struct SummaryToolTests {
  let folder: TemporaryFolder
  let tool: Tool

  init() throws {
    folder = try TemporaryFolder()
    tool = Tool(folder: folder.url)
  }

  @Test func `columns, depth and CSV show what was asked for`() throws {
    let csv = try tool.run(
      "summary", "resnet18", "--depth", "1", "--csv", "--columns", "output,receptive-field,macs")
    let lines = csv.output.split(separator: "\n")
    #expect(lines.first == "layer,output,receptive-field,macs")
    #expect(lines.contains("layer4,1×512×7×7,435×435,411041792"), "\(csv.output)")
    let all = try tool.run("summary", "resnet18", "--columns", "all", "--stages", "--conventions")
    for word in ["aligned", "Unused pixels", "To the one before", "fvcore", "1,819,065,856"] {
      #expect(all.output.contains(word), "\(word)")
    }
  }

  static let mistakes: [([String], Int32, [String])] = [
    (["summary", "resnet18", "--columns", "size"], 2, ["--columns"]),
    (["summary", "resnet18", "--depth", "0"], 2, ["--depth"]),
    (["summary", "resnet18", "--csv", "--json"], 2, ["--csv", "--json"]),
    (["summary", "resnet18", "--freeze", "layer9"], 2, ["layer9"]),
    (["summary", "nowhere.json"], 2, ["nowhere.json"]),
    (["receptive-field", "resnet18", "--layer", "layer1.0.conv9"], 1, ["layer1.0.conv1"]),
    (["receptive-field", "resnet18", "--layer", "layer1.0.conv1", "--at", "56,0"], 1, ["0...55"]),
    (["receptive-field", "resnet18", "--layer", "fc", "--at", "0,0"], 1, ["rows and columns"]),
    (["receptive-field", "resnet18", "--at", "1"], 2, ["--at"]),
  ]

  @Test(arguments: mistakes)
  func `a mistake is named, with its exit code`(
    arguments: [String], status: Int32, words: [String]
  ) throws {
    let outcome = try tool.outcome(of: tool.start(arguments))
    #expect(outcome.status == status, "\(outcome.errors)")
    for word in words { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
  }

  @Test func `a receptive field is given by formula and exactly`() throws {
    let outcome = try tool.run(
      "receptive-field", "vgg16", "--input", "3x32x32", "--layer", "features.5", "--at", "0,8",
      "--json")
    let report = try outcome.json()
    let field = try #require(report["receptiveField"] as? [String: Any])
    #expect(field["size"] as? [Int] == [10, 10])
    let region = try #require(report["region"] as? [String: Any])
    // Row 0 sees rows −4 to 5; column 8 sees 12 to 21.
    #expect(region["rows"] as? [String: Int] == ["first": 0, "last": 5])
    #expect(region["columns"] as? [String: Int] == ["first": 12, "last": 21])
    let drawn = try tool.run("receptive-field", "vgg16", "--layer", "features.5", "--draw")
    #expect(drawn.output.contains(String(repeating: "#", count: 10)))
  }

  /// A process of its own: its growth is not another test's.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["FOVEA_FULL"] != nil))
  func `planned memory of ResNet-18 is within a tenth of what its training takes`() throws {
    func peak(_ arguments: String...) throws -> Int {
      let process = try tool.start(["bench"] + arguments + ["--runs", "2", "--json"])
      let report = try tool.outcome(of: process).json()
      return try #require(report["peakBytes"] as? Int)
    }
    let growth = try peak("resnet18", "--training", "--batch", "16") - peak("simple-cnn")
    let summary = try tool.run("summary", "resnet18", "--batch", "16", "--json").json()
    let totals = try #require(summary["totals"] as? [String: Int])
    let planned = try #require(totals["peakTrainingBytes"])
    // The measurement itself keeps the random weights and images that it hands over.
    let handedOver = try #require(totals["weightBytes"]) + 16 * 3 * 224 * 224 * 4
    let ratio = Double(planned + handedOver) / Double(growth)
    #expect((0.9...1.1).contains(ratio), "\(planned) and \(handedOver) planned, \(growth) taken")
  }
}
