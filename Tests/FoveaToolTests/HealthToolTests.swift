import FoveaData
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
      "layers.jsonl",
    ] {
      let file = folder.url.appendingPathComponent("run/\(name)")
      #expect(try !Data(contentsOf: file).isEmpty, "\(name)")
    }
    for name in ["layer-stats.svg", "layer-map.svg"] {
      let picture = try text("run/\(name)")
      for words in ["share |x| &lt; 0.05", "share x ≤ 0.05 (fastai)"] {
        #expect(picture.contains(words), "\(name) \(words)")
      }
    }
    #expect(try text("run/gradient-map.svg").contains("update norm / weight norm"))
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOf: folder.url.appendingPathComponent(name), encoding: .utf8)
  }

  /// Steps of the looks in a run's `layers.jsonl`, and the layers of each.
  private func looks(_ run: String) throws -> [(step: Int, layers: [String])] {
    try text("\(run)/layers.jsonl").split(separator: "\n").map { line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      let layers = try #require(object?["layers"] as? [[String: Any]])
      return (
        try #require(object?["step"] as? Int), layers.compactMap { $0["path"] as? String }
      )
    }
  }

  @Test func `layers are chosen by path, and a run that goes on draws all its looks`() throws {
    let options = ["train", "mnist-mini", "--model", "lenet5", "--batch-size", "500"]
    let first = try tool.run(
      options + [
        "--epochs", "1", "--stats-layers", "conv*,fc3", "--stats-interval", "2", "--out", "run",
      ])
    #expect(first.status == 0, "\(first.errors)")
    let before = try looks("run")
    #expect(Set(before.map(\.layers)).count == 1 && !before.isEmpty)
    let missing = try tool.run(options + ["--stats-layers", "nothing.*", "--out", "other"])
    #expect(missing.status != 0)
    #expect(missing.errors.contains("no layer is called nothing.*"), "\(missing.errors)")
    // So that the corrected command finds its folder free.
    let other = folder.url.appendingPathComponent("other")
    #expect(!FileManager.default.fileExists(atPath: other.path))
    let empty = try tool.run(options + ["--stats-layers", "conv,", "--out", "other"])
    #expect(empty.status == 2 && empty.errors.contains("--stats-layers"), "\(empty.errors)")

    // Without looks in between, and then at all layers.
    let file = folder.url.appendingPathComponent("run/layers.jsonl")
    try (Data(contentsOf: file) + Data("{\"damaged".utf8)).write(to: file)
    let resumed = try tool.run(
      "train", "--resume", "--epochs", "2", "--stats", "--stats-interval", "3", "--out", "run")
    #expect(resumed.status == 0, "\(resumed.errors)")
    let after = try looks("run")
    #expect(after.prefix(before.count).map(\.step) == before.map(\.step))
    #expect(after.prefix(before.count).map(\.layers) == before.map(\.layers))
    #expect(after.count > before.count)
    let all = try #require(after.last).layers
    #expect(all.count > before[0].layers.count)
    let picture = try text("run/layer-stats.svg")
    for path in Set(all + before[0].layers) { #expect(picture.contains("layer \(path)<")) }
    #expect(!picture.contains("from step"))
  }

  @Test func `what layers did is drawn again, also as pixels`() throws {
    let outcome = try tool.run(
      "train", "mnist-mini", "--model", "lenet5", "--batch-size", "500", "--epochs", "1",
      "--stats-layers", "conv*", "--stats-interval", "2", "--out", "run")
    #expect(outcome.status == 0, "\(outcome.errors)")
    for name in ["layer-stats", "color-dim", "layer-map", "gradient-map"] {
      let svg = try tool.run("draw", "layers", "run", "--picture", name, "--out", "again.svg")
      #expect(svg.status == 0, "\(svg.errors)")
      #expect(try text("again.svg") == text("run/\(name).svg"))
      let png = try tool.run("draw", "layers", "run", "--picture", name, "--out", "again.png")
      #expect(png.status == 0, "\(png.errors)")
      let file = folder.url.appendingPathComponent("again.png")
      #expect(try ImageDecoder().decode(contentsOf: file).channels == 3)
    }
    try FileManager.default.removeItem(at: folder.url.appendingPathComponent("run/layers.jsonl"))
    let none = try tool.run("draw", "layers", "run", "--out", "again.svg")
    #expect(none.status == 2 && none.errors.contains("--stats"), "\(none.errors)")
  }

  @Test func `with TensorBoard the first batch and the histograms of looks are shown`() throws {
    let outcome = try tool.run(
      "train", "mnist-mini", "--model", "lenet5", "--epochs", "1", "--batch-size", "500", "--stats",
      "--log", "tensorboard", "--out", "run")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let run = folder.url.appendingPathComponent("run")
    let name = try #require(
      try FileManager.default.contentsOfDirectory(atPath: run.path)
        .first { $0.hasPrefix("events.out.tfevents") })
    let events = try Data(contentsOf: run.appendingPathComponent(name))
    for tag in ["training/first batch", "activations/", "gradients/", "step/loss"] {
      #expect(events.range(of: Data(tag.utf8)) != nil, "\(tag)")
    }
    #expect(events.range(of: Data([0x89, 0x50, 0x4e, 0x47])) != nil)
  }

  @Test func `workers change no bit, and are 0 to 64`() throws {
    for workers in ["0", "5"] {
      let outcome = try tool.run(
        "train", "mnist-mini", "--model", "lenet5", "--epochs", "1", "--batch-size", "500",
        "--workers", workers, "--out", "run\(workers)")
      #expect(outcome.status == 0, "\(outcome.errors)")
      // With as many as where nothing is said.
      let again = try tool.run("reproduce", "run\(workers)")
      #expect(again.status == 0, "\(again.output) \(again.errors)")
    }
    let evaluation = try tool.run("evaluate", "run0", "mnist-mini", "--workers", "0")
    #expect(evaluation.status == 0, "\(evaluation.errors)")
    for command in [["train"], ["lr-find"], ["evaluate", "run0"]] {
      let refused = try tool.run(command + ["mnist-mini", "--workers", "65"])
      #expect(refused.status == 2, "\(command)")
      #expect(refused.errors.contains("--workers is 0 to 64, got 65"), "\(refused.errors)")
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
