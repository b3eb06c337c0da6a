import FoveaTraining
import Foundation
import Testing

/// `fovea recalibrate-bn`.
@Suite struct RecalibrateToolTests {
  @Test func `statistics are measured anew into a checkpoint of its own`() throws {
    let folder = try TemporaryFolder()
    let tool = Tool(folder: folder.url)
    let trained = try tool.run(
      "train", "mnist-mini", "--epochs", "1", "--batch-size", "512", "--swa", "1", "--out", "run")
    #expect(trained.status == 0, "\(trained.errors)")
    func checkpoint(_ name: String) throws -> Checkpoint {
      try Checkpoint(contentsOf: folder.url.appendingPathComponent(name))
    }
    let before = try checkpoint("run/checkpoint.safetensors")
    let name = try #require(before.weights.names.first { $0.hasSuffix("running_mean") })
    // The mean over epochs has statistics of its own since the end of its training.
    #expect(before.averagedWeights?[name] != before.weights[name])

    let outcome = try tool.run("recalibrate-bn", "run", "mnist-mini", "--batches", "3")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("on 3 batches"))
    let after = try checkpoint("run/recalibrated.safetensors")
    #expect(after.weights[name] != before.weights[name])
    #expect(after.progress == before.progress)
    #expect(try checkpoint("run/checkpoint.safetensors").weights == before.weights)
    let evaluation = try tool.run("evaluate", "run/recalibrated.safetensors", "mnist-mini")
    #expect(evaluation.status == 0, "\(evaluation.errors)")
    let refused = try tool.run("recalibrate-bn", "run", "mnist-mini", "--batches", "0")
    #expect(refused.status == 2 && refused.errors.contains("--batches is"))
  }
}
