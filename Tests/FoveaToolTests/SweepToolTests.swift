import FoveaTraining
import Foundation
import Testing

/// Cross-validation and sweeps, which run several trainings.
@Suite struct SweepToolTests {
  let folder: TemporaryFolder
  let tool: Tool

  init() throws {
    folder = try TemporaryFolder()
    tool = Tool(folder: folder.url)
  }

  private func weights(of run: String) throws -> Checkpoint {
    try Checkpoint(contentsOf: folder.url.appendingPathComponent("\(run)/checkpoint.safetensors"))
  }

  private func modified(_ path: String) throws -> Date {
    let attributes = try FileManager.default.attributesOfItem(
      atPath: folder.url.appendingPathComponent(path).path)
    return try #require(attributes[.modificationDate] as? Date)
  }

  @Test func `folds are trained once, each on the others, and summed up`() throws {
    let arguments = [
      "cross-validate", "mnist-mini", "--folds", "2", "--epochs", "2", "--batch-size", "1024",
      "--out", "cv", "--json",
    ]
    let outcome = try tool.run(arguments)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let report = try outcome.json()
    let folds = try #require(report["folds"] as? [[String: Any]])
    let accuracies = folds.compactMap { $0["accuracy"] as? Double }
    #expect(accuracies.count == 2)
    let spread = try #require(report["accuracy"] as? [String: Double])
    #expect(abs((spread["mean"] ?? 0) - (accuracies[0] + accuracies[1]) / 2) < 1e-12)
    let deviation = abs(accuracies[0] - accuracies[1]) / 2.0.squareRoot()
    #expect(abs((spread["deviation"] ?? 0) - deviation) < 1e-9)
    for words in ["6,000 training and 6,000 validation images", "Fold 2 of 2"] {
      #expect(outcome.errors.contains(words), "\(words)")
    }

    // As one of its trainings by itself.
    let single = try tool.run(
      "train", "mnist-mini", "--fold", "2/2", "--epochs", "2", "--batch-size", "1024", "--out",
      "single")
    #expect(single.status == 0, "\(single.errors)")
    #expect(try weights(of: "single").weights == weights(of: "cv/fold-2").weights)

    // What is lost of a fold is trained again, and nothing else.
    let first = try modified("cv/fold-1/checkpoint.safetensors")
    try FileManager.default.removeItem(at: folder.url.appendingPathComponent("cv/fold-2"))
    let resumed = try tool.run("cross-validate", "--resume", "--out", "cv", "--json")
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(try modified("cv/fold-1/checkpoint.safetensors") == first)
    let again = try #require(try resumed.json()["accuracy"] as? [String: Double])
    #expect(again == spread)
    let other = try tool.run("cross-validate", "mnist-mini", "--folds", "3", "--out", "cv")
    #expect(other.status == 2 && other.errors.contains("holds files already"))
  }

  @Test func `a fold that was stopped goes on to the same weights`() throws {
    let arguments = [
      "cross-validate", "mnist-mini", "--folds", "2", "--no-stratified", "--epochs", "1",
      "--batch-size", "1024",
    ]
    let stopped = try tool.run(arguments + ["--max-minutes", "1e-9", "--out", "cv"])
    #expect(stopped.status == 1)
    #expect(stopped.output.contains("fovea cross-validate --resume --out cv"))
    let resumed = try tool.run("cross-validate", "--resume", "--out", "cv")
    #expect(resumed.status == 0, "\(resumed.errors)")
    let whole = try tool.run(arguments + ["--out", "whole"])
    #expect(whole.status == 0, "\(whole.errors)")
    for fold in ["fold-1", "fold-2"] {
      #expect(try weights(of: "cv/\(fold)").weights == weights(of: "whole/\(fold)").weights)
    }
  }

  @Test func `the best of a halving sweep is what fovea train makes of its command line`() throws {
    let arguments = [
      "sweep", "mnist-mini", "--max-lr", "0.0001..0.1:log", "--batch-size", "1024,2048", "--epochs",
      "2", "--search", "halving", "--trials", "3", "--factor", "2", "--min-epochs", "1",
    ]
    let outcome = try tool.run(arguments + ["--out", "sweep", "--json"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let report = try outcome.json()
    let trials = try #require(report["trials"] as? [[String: Any]])
    let epochs = trials.map { ($0["results"] as? [[String: Any]])?.last?["epochs"] as? Int ?? 0 }
    #expect(epochs.sorted() == [1, 1, 2])
    let ranking = try #require(report["ranking"] as? [Int])
    #expect(ranking.count == 3 && epochs[ranking[0] - 1] == 2)
    let best = try #require(report["best"] as? [String])
    let single = try tool.run(["train"] + best + ["--out", "single"])
    #expect(single.status == 0, "\(single.errors)")
    let winner = try weights(of: "sweep/trial-\(ranking[0])")
    #expect(try weights(of: "single").weights == winner.weights)

    // The same again draws the same; what is done is not trained again.
    let dates = try ranking.map { try modified("sweep/trial-\($0)/checkpoint.safetensors") }
    let again = try tool.run(arguments + ["--out", "sweep", "--json"])
    #expect(again.output == outcome.output)
    #expect(
      try ranking.map { try modified("sweep/trial-\($0)/checkpoint.safetensors") } == dates)
    let dry = try tool.run(arguments + ["--dry-run"])
    #expect(dry.output.split(separator: "\n").count == 3)
    #expect(dry.output.contains("fovea train \(best.joined(separator: " "))"))
  }

  @Test func `a sweep is stopped and goes on, and a training that fails is only one of them`()
    throws
  {
    let arguments = [
      "sweep", "mnist-mini", "--max-lr", "0.01,1e30", "--epochs", "1", "--batch-size", "2048",
      "--optimizer", "sgd", "--schedule", "constant",
    ]
    let process = try tool.start(arguments + ["--out", "sweep"])
    let steps = folder.url.appendingPathComponent("sweep/trial-1/config.json")
    for _ in 0..<600 where !FileManager.default.fileExists(atPath: steps.path) {
      Thread.sleep(forTimeInterval: 0.05)
    }
    process.interrupt()
    let stopped = try tool.outcome(of: process)
    // A fast machine is done with the sweep before the signal comes.
    if stopped.status != 0 { #expect([1, SIGINT].contains(stopped.status)) }
    let resumed = try tool.run("sweep", "--resume", "--out", "sweep", "--json")
    #expect(resumed.status == 0, "\(resumed.errors)")
    let report = try resumed.json()
    #expect(report["ranking"] as? [Int] == [1, 2])
    let trials = try #require(report["trials"] as? [[String: Any]])
    let failure = try #require(trials[1]["failure"] as? String)
    #expect(failure.contains("lower the learning rate"))
    #expect((report["best"] as? [String])?.contains("0.01") == true)
  }

  @Test func `what cannot be swept is said before anything is trained`() throws {
    let cases: [(arguments: [String], words: String)] = [
      (["mnist-mini"], "give an option of fovea train several values"),
      (["mnist-mini", "--batch-size", "32,x"], "'x' is invalid for '--batch-size"),
      (["mnist-mini", "--max-lr", "1..0.1"], "--max-lr is a range LOW..HIGH"),
      (["mnist-mini", "--seed", "1,2", "--trials", "3"], "take random or halving"),
      (["mnist-mini", "--model", "simple-cnn,simpel-cnn"], "did you mean 'simple-cnn'"),
      (["mnist-mini", "--epochs", "1,2", "--search", "halving"], "halving settles how long"),
      (
        ["mnist-mini", "--seed", "1,2", "--search", "random", "--trials=-1", "--dry-run"],
        "--trials is 1 to 10000, got -1"
      ),
      (["--resume"], "name it with --out"),
    ]
    for (arguments, words) in cases {
      let outcome = try tool.run(["sweep"] + arguments)
      #expect(outcome.status != 0)
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }
    #expect(!FileManager.default.fileExists(atPath: folder.url.appendingPathComponent("runs").path))
  }
}
