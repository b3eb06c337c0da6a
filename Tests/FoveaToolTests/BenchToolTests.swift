import Foundation
import Testing

@Suite(.serialized) struct BenchToolTests {
  let folder: TemporaryFolder
  let tool: Tool

  init() throws {
    folder = try TemporaryFolder()
    tool = Tool(folder: folder.url)
  }

  @Test func `a measurement is text in a pipe, and one JSON object`() throws {
    let text = try tool.run("bench", "simple-cnn", "--runs", "3", "--layers", "--threads", "2")
    #expect(text.status == 0, "\(text.errors)")
    #expect(text.output.contains("images/s"))
    #expect(text.output.contains("Roofline"))
    for output in [text.output, text.errors] {
      #expect(!output.contains("\u{1b}") && !output.contains("\r"))
    }
    let json = try tool.run(
      "bench", "simple-cnn", "--training", "--batch", "8", "--runs", "3", "--trace", "out.json",
      "--json")
    #expect(json.status == 0, "\(json.errors)")
    #expect(json.output.split(separator: "\n").count == 1)
    let report = try json.json()
    #expect(
      Set(report.keys) == [
        "medianMilliseconds", "p95Milliseconds", "minMilliseconds", "imagesPerSecond",
        "peakBytes", "layers",
      ])
    let layers = try #require(report["layers"] as? [[String: Any]])
    #expect(layers.contains { $0["operation"] as? String == "Conv2dWeightGradient" })
    let trace = folder.url.appendingPathComponent("out.json").path
    #expect(FileManager.default.fileExists(atPath: trace))
  }

  @Test func `an interruption ends it between runs`() throws {
    let process = try tool.start(["bench", "simple-cnn", "--runs", "1000000", "--json"])
    let text = folder.url.appendingPathComponent("run.err")
    // It listens from when it has said what it measures.
    while process.isRunning, try Data(contentsOf: text).isEmpty { usleep(2000) }
    kill(process.processIdentifier, SIGINT)
    let outcome = try tool.outcome(of: process)
    #expect(process.terminationReason == .exit && outcome.status == 1)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains("Stopped"))
  }
}
