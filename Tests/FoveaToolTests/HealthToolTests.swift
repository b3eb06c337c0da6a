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
    let file = folder.url.appendingPathComponent("run/health.json")
    let findings = try #require(
      JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [[String: Any]])
    // A machine that is busy with other things keeps the loop waiting, which fails nothing.
    let kinds = Set(findings.compactMap { $0["kind"] as? String }).subtracting(["data-bound loop"])
    #expect(kinds.isEmpty, "\(outcome.output)")
    for name in [
      "layer-stats.svg", "color-dim.svg", "layer-map.svg", "gradient-map.svg", "health.json",
    ] {
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

  @Test func `what was found stays where a run goes on, and a loss that is no number is found`()
    throws
  {
    let failed = try tool.run(
      "train", "mnist-mini", "--max-lr", "1e30", "--optimizer", "sgd", "--epochs", "1", "--stats",
      "--out", "nan")
    #expect(failed.status == 1)
    let health = folder.url.appendingPathComponent("nan/health.json")
    #expect(try String(contentsOf: health, encoding: .utf8).contains("loss not finite"))
    let shown = try tool.run("runs", "show", "nan")
    #expect(shown.output.contains("loss not finite"), "\(shown.output)")
    let first = try tool.run(
      "train", "mnist-mini", "--epochs", "1", "--max-lr", "1e-9", "--schedule", "constant",
      "--model", "lenet5", "--stats", "--out", "run")
    #expect(first.status == 0, "\(first.errors)")
    let file = folder.url.appendingPathComponent("run/health.json")
    let before = try Data(contentsOf: file)
    #expect(try tool.run("train", "--resume", "--stats", "--out", "run").status == 0)
    #expect(try Data(contentsOf: file) == before)
  }

  @Test func `an interval of looks is a whole number of steps`() throws {
    let outcome = try tool.run("train", "mnist-mini", "--stats-interval", "0", "--out", "run")
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("--stats-interval"), "\(outcome.errors)")
  }

  @Test func `images that cannot be read are left out, counted and named`() throws {
    for number in 0..<24 {
      for (name, level) in [("bright", 200), ("dark", 20)] {
        let file = folder.url.appendingPathComponent("pictures/\(name)/\(number).pgm")
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        let pixels = (0..<1024).map { UInt8(level + ($0 * 7 + number * 31) % 50) }
        // The file of one picture ends before its pixels do.
        let kept = name == "dark" && number == 5 ? 100 : 1024
        try (Data("P5 32 32 255\n".utf8) + Data(pixels.prefix(kept))).write(to: file)
      }
    }
    let options = [
      "train", "pictures", "--epochs", "2", "--batch-size", "8", "--damaged", "skip", "--log",
      "jsonl",
    ]
    let outcome = try tool.outcome(of: tool.start(options + ["--out", "run", "--json"]))
    #expect(outcome.status == 0, "\(outcome.errors)")
    let images = try #require(try outcome.json()["damagedImages"] as? [[String: Any]])
    #expect(images.count == 1)
    #expect(images.first?["name"] as? String == "dark/5.pgm")
    let log = try String(
      contentsOf: folder.url.appendingPathComponent("run/log.jsonl"), encoding: .utf8)
    let lines = log.split(separator: "\n").filter { $0.contains("damagedImages") }
    #expect(lines.count == 2, "once an epoch: \(lines)")
    #expect(lines.allSatisfy { $0.contains("dark/5.pgm") || $0.contains("dark\\/5.pgm") })

    let text = try tool.outcome(of: tool.start(options + ["--out", "other"]))
    #expect(text.output.contains("Left out image"), "\(text.output)")
    #expect(text.output.contains("1 image could not be read and was left out."), "\(text.output)")
  }
}
