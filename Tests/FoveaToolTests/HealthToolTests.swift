import Foundation
import Testing

/// What `fovea train --stats` says of a training's health.
@Suite struct HealthToolTests {
  let folder: TemporaryFolder
  let tool: Tool

  init() throws {
    folder = try TemporaryFolder()
    tool = Tool(folder: folder.url)
  }

  @Test func `a healthy training is drawn, and passes`() throws {
    let outcome = try tool.run(
      "train", "mnist-mini", "--epochs", "1", "--max-lr", "0.06", "--fail-on-unhealthy", "--out",
      "run")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("Health: nothing is wrong."), "\(outcome.output)")
    for name in ["layer-stats.svg", "color-dim.svg", "health.json"] {
      let file = folder.url.appendingPathComponent("run/\(name)")
      #expect(try !Data(contentsOf: file).isEmpty, "\(name)")
    }
  }

  @Test func `a training that does not learn is named, and fails where that is asked for`() throws {
    let options = [
      "train", "mnist-mini", "--epochs", "1", "--max-lr", "1e-9", "--schedule", "constant",
      "--model", "lenet5",
    ]
    let outcome = try tool.outcome(of: tool.start(options + ["--stats", "--out", "run"]))
    #expect(outcome.status == 0, "\(outcome.errors)")
    for words in ["no learning (step", "learning rate too low (step", "lr-find"] {
      #expect(outcome.output.contains(words), "\(outcome.output)")
    }
    let failed = try tool.outcome(
      of: tool.start(options + ["--fail-on-unhealthy", "--quiet", "--out", "other"]))
    #expect(failed.status == 1)
    #expect(failed.output.contains("no learning"), "\(failed.output)")
  }
}
