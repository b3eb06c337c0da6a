import FoveaData
import FoveaFormats
import FoveaTensors
import Foundation
import Testing

@Suite(.serialized) struct ToolTests {
  let folder: TemporaryFolder
  let tool: Tool

  init() throws {
    folder = try TemporaryFolder()
    tool = Tool(folder: folder.url)
  }

  @Test(arguments: [
    [], ["train"], ["evaluate"], ["predict"], ["quantize"], ["summary"], ["bench"], ["models"],
  ])
  func `help is there and succeeds`(verb: [String]) throws {
    let outcome = try tool.outcome(of: tool.start(verb + ["--help"]))
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("USAGE: fovea"))
    #expect(outcome.errors.isEmpty)
  }

  /// Arguments that are wrong, the exit code, and what the error must name.
  static let mistakes: [([String], Int32, [String])] = [
    (["trian"], 2, ["'trian'", "'fovea train'"]),
    (["runs", "lst"], 2, ["'lst'", "'fovea runs list'"]),
    (["data", "infos", "mnist"], 2, ["'infos'", "'fovea data info'"]),
    (["train"], 2, ["dataset"]),
    (["train", "mnst"], 2, ["mnst", "mnist-mini"]),
    (["train", "mnist-mini", "--model", "resnet19"], 2, ["resnet19", "resnet18"]),
    (["train", "mnist-mini", "--epochs", "0"], 2, ["--epochs"]),
    (["train", "mnist-mini", "--epochs", "many"], 2, ["--epochs"]),
    (["train", "mnist-mini", "--max-lr", "-1"], 2, ["--max-lr"]),
    (["train", "mnist-mini", "--schedule", "zigzag"], 2, ["--schedule"]),
    (["train", "mnist-mini", "--schedule", "multi-step"], 2, ["--milestones 3,5"]),
    (
      ["train", "mnist-mini", "--milestones", "3"], 2,
      ["--milestones has no place here", "--schedule multi-step"]
    ),
    (["train", "mnist-mini", "--milestones", "x"], 2, ["'x' is no whole number"]),
    (["train", "mnist-mini", "--warm-up", "9"], 2, ["--warm-up", "less than all 5"]),
    (["train", "mnist-mini", "--lr-for", "fc"], 2, ["'fc' is no pattern with a factor"]),
    (["train", "mnist-mini", "--ema", "1"], 2, ["--ema", "less than 1"]),
    (["train", "mnist-mini", "--clip-norm", "1", "--clip-value", "1"], 2, ["choose one of them"]),
    (["train", "mnist-mini", "--loss", "focal", "--label-smoothing", "0.1"], 2, ["cross-entropy"]),
    (["train", "mnist-mini", "--threads", "0"], 2, ["--threads"]),
    (["train", "mnist", "--data", "nowhere"], 1, ["nowhere"]),
    (["train", "--resume", "--out", "nowhere"], 1, ["nowhere"]),
    (["evaluate", "nothing.safetensors", "mnist-mini"], 1, ["nothing.safetensors"]),
    (["predict", "nothing.safetensors", "image.pgm"], 1, ["nothing.safetensors"]),
    (["summary", "resnet18", "--input", "3x224"], 2, ["--input"]),
    (["summary", "lenet5", "--input", "1x2x2"], 1, ["conv2", "pad more"]),
    (["summary", "lenet6"], 2, ["lenet6", "lenet5"]),
    (["quantize", "lenet6"], 2, ["lenet6", "lenet5"]),
    (["quantize", "nothing.safetensors"], 1, ["nothing.safetensors"]),
    (["quantize", "lenet5", "--output", "x.safetensors"], 2, ["--output", "random weights"]),
    (["quantize", "lenet5", "--tolerance", "0"], 2, ["--tolerance"]),
    (["quantize", "lenet5", "--samples", "0"], 2, ["--samples"]),
    (["bench"], 2, ["model"]),
    (["bench", "lenet6"], 2, ["lenet6", "lenet5"]),
    (["bench", "lenet5", "--input", "1x28"], 2, ["--input"]),
    (["bench", "lenet5", "--input", "1x2x2"], 1, ["conv2", "pad more"]),
    (["bench", "lenet5", "--batch", "0"], 2, ["--batch"]),
    (["bench", "lenet5", "--runs", "0"], 2, ["--runs"]),
    (["bench", "lenet5", "--threads", "0"], 2, ["--threads"]),
    (["bench", "lenet5", "--runs", "1", "--trace", "nowhere/out.json"], 1, ["nowhere"]),
  ]

  @Test(arguments: mistakes)
  func `a mistake is named, with its exit code`(
    arguments: [String], status: Int32, words: [String]
  ) throws {
    let outcome = try tool.outcome(of: tool.start(arguments))
    #expect(outcome.status == status, "\(outcome.errors)")
    for word in words { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
    #expect(!outcome.errors.contains("\u{1b}"))
  }

  @Test func `a summary is exact, as text and as JSON`() throws {
    let outcome = try tool.run("summary", "simple-cnn-3v7", "--input", "1x28x28", "--json")
    #expect(outcome.status == 0)
    let report = try outcome.json()
    #expect(Set(report.keys) == ["layers", "joins", "stages", "totals"])
    let totals = try #require(report["totals"] as? [String: Int])
    #expect(totals["parameters"] == 6722)
    #expect(totals["multiplyAdds"] == 58_608)
    #expect(totals["flops"] == 2 * 58_608)
    #expect(totals["weightBytes"] == 4 * 6722)
    for peak in ["peakInferenceBytes", "peakTrainingBytes"] {
      #expect(try #require(totals[peak]) > 4 * 6722)
    }
    let layers = try #require(report["layers"] as? [[String: Any]])
    #expect(layers[0]["outputShape"] as? [Int] == [1, 4, 14, 14])
    let field = try #require(layers[0]["receptiveField"] as? [String: Any])
    #expect(field["size"] as? [Int] == [3, 3])
    #expect(field["jump"] as? [Int] == [2, 2])
    #expect(field["start"] as? [Int] == [0, 0])
    #expect(field["status"] as? String == "complete")
    let text = try tool.run("summary", "vgg16", "--input", "3x224x224")
    #expect(text.output.contains("138,357,544"))
    #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 120 })
  }

  @Test func `a run leaves its folder, and can be evaluated and asked`() throws {
    let outcome = try tool.run(
      "train", "mnist-mini", "--epochs", "1", "--max-lr", "0.06", "--out", "first", "--json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let report = try outcome.json()
    #expect(
      Set(report.keys) == ["accuracy", "bestEpoch", "checkpoint", "epochs", "run", "seconds"])
    let accuracy = try #require(report["accuracy"] as? Double)
    #expect((0.8...1).contains(accuracy))
    #expect((report["epochs"] as? [Any])?.count == 1)
    let checkpoint = try #require(report["checkpoint"] as? String)
    let run = folder.url.appendingPathComponent("first")
    for name in [
      "config.json", "metrics.csv", "checkpoint.safetensors", "loss.svg", "schedule.svg",
      "classes.csv", "first-batch.png",
    ] {
      let file = run.appendingPathComponent(name).path
      #expect(FileManager.default.fileExists(atPath: file), "\(name)")
    }

    let evaluation = try tool.run("evaluate", checkpoint, "mnist-mini", "--json")
    #expect(try evaluation.json()["accuracy"] as? Double == accuracy)
    try checkDetails(of: checkpoint)

    // The first test image is a seven.
    let images = try MNIST.mini(.test).prefix(1).images
    let image = folder.url.appendingPathComponent("seven.pgm")
    try Netpbm.encoded(images).write(to: image)
    let answer = try tool.run("predict", checkpoint, "seven.pgm", "--json")
    #expect(answer.status == 0, "\(answer.errors)")
    #expect(answer.output.contains("\"7\""))
    try ImageEncoder.png().write(
      RasterImage(images), to: folder.url.appendingPathComponent("seven.png"))
    let same = try tool.run("predict", checkpoint, "seven.png", "--json")
    #expect(same.output == answer.output.replacingOccurrences(of: "seven.pgm", with: "seven.png"))
    try Data("P5\n28 28\n255\nshort".utf8).write(to: image)
    let refusal = try tool.run("predict", checkpoint, "seven.pgm")
    #expect(refusal.status == 1)
    #expect(refusal.errors.contains("seven.pgm"))
  }

  private func checkDetails(of checkpoint: String) throws {
    let outcome = try tool.run(
      "evaluate", checkpoint, "mnist-mini", "--details", "details", "--json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let details = try #require(try outcome.json()["details"] as? [String: Any])
    #expect((details["classes"] as? [Any])?.count == 10)
    #expect((details["topLosses"] as? [Any])?.count == 25)
    let table = try tool.run("evaluate", checkpoint, "mnist-mini", "--details", "details").output
    for text in ["Precision", "macro average", "Most confused", "calibration error"] {
      #expect(table.contains(text), "\(text)")
    }
    let folder = folder.url.appendingPathComponent("details")
    let csv = try String(
      contentsOf: folder.appendingPathComponent("classes.csv"), encoding: .utf8)
    #expect(csv.split(separator: "\n").count == 11)
    #expect(csv.hasPrefix("class,precision,recall,f1,support\n0,"))
    let grid = try String(
      contentsOf: folder.appendingPathComponent("top-losses.svg"), encoding: .utf8)
    #expect(grid.components(separatedBy: "<image").count == 26)
    let pixels = try tool.run(
      "evaluate", checkpoint, "mnist-mini", "--details", "pixels", "--pictures", "png")
    #expect(pixels.status == 0, "\(pixels.errors)")
    for name in [
      "confusion", "confusion-percent", "class-scores", "results", "top-losses", "reliability",
    ] {
      #expect(
        FileManager.default.fileExists(atPath: folder.appendingPathComponent("\(name).svg").path))
      let file = self.folder.url.appendingPathComponent("pixels/\(name).png")
      #expect(try ImageDecoder().decode(contentsOf: file).channels == 3)
    }
    let alone = try tool.run("evaluate", checkpoint, "mnist-mini", "--pictures", "png")
    #expect(alone.status == 2 && alone.errors.contains("with --details"))
    let refused = try tool.run(
      "evaluate", checkpoint, "mnist-mini", "--details", "details/classes.csv")
    #expect(refused.status == 1)
    #expect(refused.errors.contains("classes.csv cannot be written"))
  }

  @Test func `a pipe gets plain lines, and a second run a folder of its own`() throws {
    for expected in ["simple-cnn-mnist-mini", "simple-cnn-mnist-mini2"] {
      let outcome = try tool.run("train", "mnist-mini", "--epochs", "1", "--batch-size", "512")
      #expect(outcome.status == 0, "\(outcome.errors)")
      for text in [outcome.output, outcome.errors] {
        #expect(!text.contains("\u{1b}") && !text.contains("\r"))
      }
      #expect(outcome.output.contains("runs/train/\(expected)\n"))
    }
  }

  /// Tensors of a run's checkpoint, and its metrics without the times.
  func result(_ run: String) throws -> (weights: Weights, metrics: [String]) {
    let url = folder.url.appendingPathComponent(run)
    let contents = try Safetensors(
      contentsOf: url.appendingPathComponent("checkpoint.safetensors"))
    let csv = try String(
      contentsOf: url.appendingPathComponent("metrics.csv"), encoding: .utf8)
    let rows = csv.split(separator: "\n").map { row in
      row.split(separator: ",").dropLast().joined(separator: ",")
    }
    return (contents.weights, rows)
  }

  @Test(arguments: [SIGKILL, SIGINT])
  func `a run that was ended goes on as if it never was`(signal: Int32) throws {
    let options = ["train", "mnist-mini", "--epochs", "6", "--seed", "3", "--threads", "2"]
    let whole = try tool.outcome(of: tool.start(options + ["--out", "whole"]))
    #expect(whole.status == 0, "\(whole.errors)")

    let process = try tool.start(options + ["--out", "parts", "--threads", "1"])
    let checkpoint = folder.url.appendingPathComponent("parts/checkpoint.safetensors")
    // In the middle of an epoch, once there is something to go on from.
    while process.isRunning, !FileManager.default.fileExists(atPath: checkpoint.path) {
      usleep(2000)
    }
    usleep(60_000)
    kill(process.processIdentifier, signal)
    let ended = try tool.outcome(of: process)
    #expect(ended.status != 0)
    if signal == SIGINT {
      #expect(ended.status == 1)
      #expect(ended.output.contains("--resume"))
    }

    let resumed = try tool.run("train", "--resume", "--out", "parts")
    #expect(resumed.status == 0, "\(resumed.errors)")
    let (expected, actual) = (try result("whole"), try result("parts"))
    #expect(actual.weights == expected.weights)
    #expect(actual.metrics == expected.metrics)

    let contradiction = try tool.run("train", "--resume", "--out", "parts", "--batch-size", "7")
    #expect(contradiction.status == 2)
    #expect(contradiction.errors.contains("--batch-size"))
  }

  @Test func `an unknown instruction set is refused`() throws {
    var other = tool
    other.environment["FOVEA_ISA"] = "abacus"
    let outcome = try other.run("train", "mnist-mini", "--epochs", "1")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("abacus"))
    other.environment["FOVEA_ISA"] = "portable"
    #expect(try other.run("train", "mnist-mini", "--epochs", "1").status == 0)
  }
}
