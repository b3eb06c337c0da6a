import FoveaData
import FoveaFormats
import FoveaLayers
import FoveaTensors
import FoveaTraining
import FoveaZoo
import Foundation
import Testing

/// Loss curves of simple-cnn from PyTorch's weights on the same batches, recorded by
/// `Tools/golden/simple_cnn.py`.
@Suite struct LossCurveTests {
  struct Recorded: Decodable {
    struct Arguments: Decodable {
      let optimizer: String
      let steps: Int
      let learningRate: Double
      let momentum: Double?
      let weightDecay: Double
      let comparableSteps: Int
    }
    let name: String
    let arguments: Arguments
  }

  @Test(arguments: ["simple_cnn_curve", "simple_cnn_curve_plain", "simple_cnn_curve_adamw"])
  func `follows PyTorch step by step`(name: String) async throws {
    let file = try #require(
      Bundle.module.url(forResource: name, withExtension: "safetensors", subdirectory: "Golden"))
    let golden = try Safetensors(contentsOf: file)
    let cases = Data(try #require(golden.metadata["cases"]).utf8)
    let recorded = try #require(try JSONDecoder().decode([Recorded].self, from: cases).first)

    let model = try ZooModel.simpleCNN.build()
    var weights = Weights()
    for parameter in model.parameters {
      weights[parameter.name] = golden.weights[parameter.name]
    }
    let arguments = recorded.arguments
    let optimizer: Optimizer =
      arguments.optimizer == "sgd"
      ? .sgd(momentum: try #require(arguments.momentum), weightDecay: arguments.weightDecay)
      : .adamW(weightDecay: arguments.weightDecay)
    // Batches in the file's order; the images are those that the curve was recorded on.
    let images = try MNIST.mini(.training).prefix(64 * arguments.steps)
    let learner = try Learner(
      model, training: DataLoader(images, batchSize: 64),
      settings: LearnerSettings(optimizer: optimizer), weights: weights, threads: 2)
    let recorder = Recorder()
    try await learner.fit(
      epochs: 1, schedule: .constant(learningRate: arguments.learningRate), observers: [recorder])

    let losses = try #require(golden.weights["losses_float64"]).floats
    // Past the comparable steps PyTorch's own float32 leaves its float64: rounding grows from step to
    // step, and a sign that flips at a ReLU makes it a jump.
    for step in 0..<arguments.comparableSteps {
      #expect(abs(recorder.steps[step].loss - losses[step]) < 1e-3, "step \(step)")
    }
    #expect(recorder.steps.count == arguments.steps)
  }
}
