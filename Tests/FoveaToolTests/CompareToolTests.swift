import Foundation
import Testing

@Suite(.serialized) struct CompareToolTests {
  let folder: TemporaryFolder
  let tool: Tool

  init() throws {
    folder = try TemporaryFolder()
    tool = Tool(folder: folder.url)
  }

  @Test(arguments: ["compare", "diff", "design"])
  func `help is there`(verb: String) throws {
    let outcome = try tool.run(verb, "--help")
    #expect(outcome.status == 0 && outcome.output.contains("USAGE: fovea \(verb)"))
  }

  @Test func `designs are compared as text, JSON and values`() throws {
    let line = "conv3x3*3 vs conv7x7 at 64 channels 56x56"
    let text = try tool.run("compare", line)
    #expect(text.status == 0, "\(text.errors)")
    for word in ["110,592", "200,704", "× 1.81", "27", "49", "7×7"] {
      #expect(text.output.contains(word), "\(text.output)")
    }
    let json = try tool.run("compare", line, "--json").json()
    let comparison = try #require(json["comparison"] as? [String: Any])
    let networks = try #require(comparison["networks"] as? [[String: Any]])
    #expect(networks.map { $0["parameters"] as? Int } == [110_592, 200_704])
    let csv = try tool.run("compare", line, "--csv").output.split(separator: "\n")
    #expect(csv.count == 3)
    #expect(csv[0].hasPrefix("design,parameters,multiply_adds"))
    #expect(csv[1].hasPrefix("conv3x3*3,110592,346816512"))
    #expect(try tool.run("compare", line, "--csv", "--json").status == 2)
    let mistake = try tool.run("compare", "conv3x3 vs cnv7x7 at 64x8x8")
    #expect(mistake.status == 2 && mistake.errors.contains("character 12"))
    #expect(try tool.run("compare", "conv3x3 g3 vs conv7x7 at 64x8x8").status == 1)
  }

  @Test func `a difference has words, and an exit code where asked for`() throws {
    let outcome = try tool.run("diff", "resnet50-v1", "resnet50")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("layers stride 2×2 → 1×1:\n  layer2.0.conv1\n"))
    #expect(outcome.output.contains("moves from conv1 (1×1) to conv2 (3×3)"))
    #expect(outcome.output.split(separator: "\n").allSatisfy { $0.count <= 120 })
    let different = try tool.run("diff", "resnet50-v1", "resnet50", "--exit-code", "--json")
    #expect(different.status == 1)
    #expect((try different.json()["changes"] as? [Any])?.count == 6)
    let same = try tool.run("diff", "resnet50-b", "resnet50", "--exit-code")
    #expect(same.status == 0 && same.output.contains("are the same network"))
    #expect(try tool.run("diff", "resnet50", "resnet51").status == 2)
  }

  @Test func `a network is designed to a budget, and written`() throws {
    let budget = ["--params", "50k", "--macs", "2M", "--input", "1x28x28", "--classes", "10"]
    let outcome = try tool.outcome(
      of: tool.start(["design"] + budget + ["--count", "2", "--swift", "Net.swift", "--json"]))
    #expect(outcome.status == 0, "\(outcome.errors)")
    let proposals = try #require(try outcome.json()["proposals"] as? [[String: Any]])
    #expect(proposals.count == 2)
    for proposal in proposals {
      let figures = try #require(proposal["figures"] as? [String: Any])
      #expect(try #require(figures["parameters"] as? Int) <= 50_000)
      #expect(try #require(figures["multiplyAdds"] as? Int) <= 2_000_000)
    }
    let source = try String(
      contentsOf: folder.url.appendingPathComponent("Net.swift"), encoding: .utf8)
    #expect(source.hasPrefix("import Fovea\n"))
    #expect(try outcome.json()["source"] as? String == source)
    let small = try tool.outcome(
      of: tool.start(["design", "--params", "1", "--input", "1x28x28", "--classes", "10"]))
    #expect(small.status == 1 && small.errors.contains("the least that would do is --params"))
    for wrong in [["--params", "many"], ["--params", "1B"], ["--memory", "1e99"], []] {
      let outcome = try tool.outcome(
        of: tool.start(["design", "--input", "1x28x28", "--classes", "10"] + wrong))
      #expect(outcome.status == 2, "\(wrong)")
    }
    let full = try tool.outcome(of: tool.start(["design"] + budget + ["--swift", "no/Net.swift"]))
    #expect(full.status == 1 && full.errors.contains("Net.swift"))
  }
}
