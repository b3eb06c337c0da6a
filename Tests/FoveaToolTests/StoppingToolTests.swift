import FoveaTraining
import Foundation
import Testing

/// Trainings that end early, and the checkpoint of their best epoch.
@Suite struct StoppingToolTests {
  let folder: TemporaryFolder
  let tool: Tool

  init() throws {
    folder = try TemporaryFolder()
    tool = Tool(folder: folder.url)
  }

  @Test func `a training ends early, keeps its best epoch, and may get more patience`() throws {
    // After the first epoch no weight changes, and this network has no running statistics that might.
    let arguments = [
      "train", "mnist-mini", "--model", "lenet5", "--batch-size", "512", "--epochs", "8",
      "--schedule", "multi-step", "--milestones", "1", "--lr-factor", "1e-30", "--optimizer", "sgd",
      "--best-by", "accuracy",
    ]
    let outcome = try tool.run(arguments + ["--early-stop", "1", "--out", "run", "--json"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let report = try outcome.json()
    let epochs = try #require(report["epochs"] as? [Any]).count
    let best = try #require(report["bestEpoch"] as? Int)
    try #require(epochs == 2 && best == 1)
    #expect(report["endedEarly"] as? Bool == true)

    let evaluation = try tool.run("evaluate", "run", "mnist-mini", "--best")
    #expect(evaluation.output.contains("Weights: run/best.safetensors, after \(best) epoch"))
    let last = try tool.run("evaluate", "run", "mnist-mini")
    #expect(last.output.contains("Weights: run/checkpoint.safetensors, after \(epochs) epochs"))
    let file = try tool.run("evaluate", "run/best.safetensors", "mnist-mini", "--best")
    #expect(file.status == 2 && file.errors.contains("--best has no place here"))

    let contradiction = try tool.run("train", "--resume", "--out", "run", "--best-by", "loss")
    #expect(contradiction.errors.contains("--best-by loss contradicts"))
    let same = try tool.run("train", "--resume", "--out", "run")
    #expect(same.status == 0, "\(same.errors)")
    let patient = try tool.run("train", "--resume", "--out", "run", "--early-stop", "9")
    #expect(patient.status == 0, "\(patient.errors)")
    let checkpoint = try Checkpoint(
      contentsOf: folder.url.appendingPathComponent("run/checkpoint.safetensors"))
    #expect(checkpoint.progress?.epoch == 8)
  }

  @Test func `a time limit stops a training that then goes on to the same weights`() throws {
    let arguments = ["train", "mnist-mini", "--batch-size", "1024", "--epochs", "1"]
    let stopped = try tool.run(arguments + ["--out", "run", "--max-minutes", "1e-9"])
    #expect(stopped.status == 1 && stopped.output.contains("--resume"))
    let resumed = try tool.run("train", "--resume", "--out", "run")
    #expect(resumed.status == 0, "\(resumed.errors)")
    let whole = try tool.run(arguments + ["--out", "whole"])
    #expect(whole.status == 0, "\(whole.errors)")
    let weights = try ["run", "whole"].map {
      try Checkpoint(
        contentsOf: folder.url.appendingPathComponent("\($0)/checkpoint.safetensors")
      ).weights
    }
    #expect(weights[0] == weights[1])
    for (option, value) in [("--max-minutes", "0"), ("--early-stop", "0")] {
      let refused = try tool.run(arguments + ["--out", "other", option, value])
      #expect(refused.status == 2 && refused.errors.contains("\(option) is"))
    }
  }
}
