import FoveaTensors
import FoveaTraining
import Foundation
import Testing

/// Recipes by name, their switches, and the look before a training.
@Suite struct TrickToolTests {
  let folder: TemporaryFolder
  let tool: Tool

  init() throws {
    folder = try TemporaryFolder()
    tool = Tool(folder: folder.url)
  }

  private func checkpoint(_ run: String) throws -> Checkpoint {
    try Checkpoint(contentsOf: folder.url.appendingPathComponent("\(run)/checkpoint.safetensors"))
  }

  @Test func `a preflight tells healthy weights from ones that are not`() throws {
    let healthy = try tool.run("preflight", "mnist-mini", "--json")
    #expect(healthy.status == 0, "\(healthy.errors)")
    let signals = try #require(try healthy.json()["signals"] as? [String: Any])
    #expect((signals["layers"] as? [Any])?.count == 5)
    #expect((signals["findings"] as? [Any])?.isEmpty == true)
    // 0.01 and 0.005, as the paper had it, on images that are 60 times smaller.
    let dying = try tool.run(
      "preflight", "mnist-mini", "--model", "alexnet-paper", "--image-size", "67", "--batch-size",
      "4")
    #expect(dying.status == 1, "\(dying.output)\(dying.errors)")
    #expect(dying.output.contains("signal dies in") && dying.output.contains("--init lsuv"))
    #expect(!FileManager.default.fileExists(atPath: folder.url.appendingPathComponent("runs").path))
  }

  @Test func `a training that starts by LSUV goes on as if never stopped`() throws {
    let arguments = [
      "train", "mnist-mini", "--init", "lsuv", "--batch-size", "1024", "--epochs", "1",
    ]
    let whole = try tool.run(arguments + ["--out", "whole"])
    #expect(whole.status == 0, "\(whole.errors)")
    #expect(whole.output.contains("LSUV scaled 5 layers") && whole.output.contains("lsuv"))
    let stopped = try tool.run(arguments + ["--out", "run", "--max-minutes", "1e-9"])
    #expect(stopped.status == 1)
    let resumed = try tool.run("train", "--resume", "--out", "run")
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(try checkpoint("run").weights == checkpoint("whole").weights)
    let contradiction = try tool.run("train", "--resume", "--out", "run", "--init", "model")
    #expect(contradiction.errors.contains("--init model contradicts"))
    let both = try tool.run("train", "mnist-mini", "--init", "lsuv", "--from", "run")
    #expect(both.status == 2 && both.errors.contains("choose one of them"))
  }

  @Test func `a recipe is spelt out, and a switch of it is set otherwise`() throws {
    let outcome = try tool.run(
      "train", "mnist-mini", "--recipe", "bag-of-tricks", "--no-nesterov", "--mixup", "0.4",
      "--batch-size", "512", "--epochs", "2", "--out", "run")
    #expect(outcome.status == 0, "\(outcome.errors)")
    for words in [
      "0.2 = 0.1 × 512 / 256", "cosine", "bag-of-tricks", "Beta(0.4, 0.4)",
      "no residual branch of this network",
    ] { #expect(outcome.output.contains(words), "\(words)") }
    let settings = try checkpoint("run").settings
    #expect(settings.optimizer == .sgd(momentum: 0.9, nesterov: false, weightDecay: 1e-4))
    #expect(settings.loss == .softCrossEntropy(labelSmoothing: 0.1))
    let resumed = try tool.run("train", "--resume", "--out", "run")
    #expect(resumed.status == 0, "\(resumed.errors)")
  }

  @Test func `a student learns from a run, and goes on with it`() throws {
    let teacher = try tool.run(
      "train", "mnist-mini", "--batch-size", "512", "--epochs", "1", "--out", "teacher")
    #expect(teacher.status == 0, "\(teacher.errors)")
    let arguments = [
      "train", "mnist-mini", "--teacher", "teacher", "--temperature", "2", "--batch-size", "1024",
      "--epochs", "1",
    ]
    let stopped = try tool.run(arguments + ["--out", "run", "--max-minutes", "1e-9"])
    #expect(stopped.status == 1, "\(stopped.errors)")
    let resumed = try tool.run("train", "--resume", "--out", "run")
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(try checkpoint("run").settings.loss == .distillation(temperature: 2, share: 0.9))
    let page = try tool.run("report", "run", "--evaluate")
    #expect(page.status == 0, "\(page.errors)")
    for (extra, words) in [
      (["--mixup", "0.2"], "distillation takes plain classes"),
      (["--loss", "focal"], "choose one of them"),
    ] {
      let refused = try tool.run(arguments + ["--out", "other"] + extra)
      #expect(refused.status == 2 && refused.errors.contains(words), "\(refused.errors)")
    }
    let alone = try tool.run("train", "mnist-mini", "--temperature", "2")
    #expect(alone.status == 2 && alone.errors.contains("name a run with --teacher"))
  }
}
