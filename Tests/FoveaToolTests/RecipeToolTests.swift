import Foundation
import Testing

/// Losses, updates and schedules as options of `fovea train`.
@Suite struct RecipeToolTests {
  let folder: TemporaryFolder
  let tool: Tool

  init() throws {
    folder = try TemporaryFolder()
    tool = Tool(folder: folder.url)
  }

  @Test func `a recipe is shown, kept, drawn and gone on with`() throws {
    let outcome = try tool.run(
      "train", "mnist-mini", "--epochs", "1", "--batch-size", "512", "--optimizer", "muon",
      "--schedule", "flat-cosine", "--warm-up", "0.25", "--accumulate", "2", "--ema", "0.5",
      "--clip-norm", "1", "--lr-for", "*.bias=0.5", "--out", "run")
    #expect(outcome.status == 0, "\(outcome.errors)")
    for words in [
      "flat-cosine", "muon", "warm-up epochs", "batches an update", "average's decay",
      "with the average of the weights", "Gradients were clipped in",
    ] { #expect(outcome.output.contains(words), "\(words)") }
    let steps = try String(
      contentsOf: folder.url.appendingPathComponent("run/steps.csv"), encoding: .utf8)
    let rates = steps.split(separator: "\n").dropFirst().map { $0.split(separator: ",")[3] }
    // 24 batches are 12 updates: the rate rises over the first three of them.
    #expect(rates.count == 24)
    #expect(Set(rates).count > 3 && rates[0] == rates[1] && rates[1] != rates[2])

    let evaluation = try tool.run("evaluate", "run", "mnist-mini", "--averaged")
    #expect(evaluation.status == 0, "\(evaluation.errors)")
    let contradiction = try tool.run("train", "--resume", "--out", "run", "--ema", "0.9")
    #expect(contradiction.status == 2)
    #expect(contradiction.errors.contains("--ema 0.9 contradicts the run in run, which has 0.5"))
    let more = try tool.run("train", "--resume", "--out", "run", "--epochs", "2", "--json")
    #expect(more.status == 0, "\(more.errors)")
    let norms = try String(
      contentsOf: folder.url.appendingPathComponent("run/steps.csv"), encoding: .utf8
    ).split(separator: "\n").dropFirst().compactMap {
      Double($0.split(separator: ",").dropFirst(8).first ?? "")
    }
    #expect(norms.count == 24)
    let clipped = Double(norms.count { $0 > 1 }) / 24
    #expect(try more.json()["clippedShare"] as? Double == clipped)
  }

  @Test func `a loss that is no number names its step and what to do`() throws {
    let outcome = try tool.run(
      "train", "mnist-mini", "--epochs", "1", "--optimizer", "sgd", "--schedule", "constant",
      "--max-lr", "1e30", "--out", "run")
    #expect(outcome.status == 1)
    for words in ["the loss of step", "not finite", "lower the learning rate"] {
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }
    let averaged = try tool.run("evaluate", "run", "mnist-mini", "--averaged")
    #expect(averaged.status != 0)
  }

  @Test func `a pattern that no parameter matches is named`() throws {
    let outcome = try tool.run("train", "mnist-mini", "--freeze", "head.*", "--out", "run")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("no parameter is called head.*"))
  }

  @Test func `logs are written into the run folder, and go on with it`() throws {
    let first = try tool.run(
      "train", "mnist-mini", "--epochs", "1", "--batch-size", "512", "--out", "logged", "--log",
      "tensorboard,jsonl")
    #expect(first.status == 0, "\(first.errors)")
    let second = try tool.run("train", "--resume", "--out", "logged", "--epochs", "2")
    #expect(second.status == 0, "\(second.errors)")
    let run = folder.url.appendingPathComponent("logged")
    let lines = try String(contentsOf: run.appendingPathComponent("log.jsonl"), encoding: .utf8)
      .split(separator: "\n")
    // 12,000 images in batches of 512, twice.
    #expect(lines.count == 2 * (24 + 1))
    let files = try FileManager.default.contentsOfDirectory(atPath: run.path)
    #expect(files.count { $0.hasPrefix("events.out.tfevents.") } == 1)

    let unknown = try tool.run("train", "mnist-mini", "--log", "tensorbord")
    #expect(unknown.status == 64 || unknown.status == 2)
    #expect(unknown.errors.contains("choose from jsonl, tensorboard"))
    let contradiction = try tool.run("train", "--resume", "--out", "logged", "--log", "jsonl")
    #expect(contradiction.errors.contains("--log jsonl contradicts"))
  }
}
