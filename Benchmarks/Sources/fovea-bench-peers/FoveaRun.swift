import Foundation
import Fovea

/// A work as Fovea does it, on the weights and inputs that its peers read.
final class FoveaRun {
  private static let learningRate: Float = 1e-4
  private static let checkedSteps = 3
  private static let secondsOfWarmUp = 0.5

  /// What was answered: the first output, or the loss of the first steps.
  private(set) var checked: [Float] = []

  private let program: Program
  private let inputs: [String: Tensor]
  private let clock = ContinuousClock()

  init(_ work: Work, _ network: ZooModel, cache: String, pool: ThreadPool) throws {
    let folder = URL(fileURLWithPath: cache)
      .appendingPathComponent("\(work.kind.rawValue)-\(work.network)")
    let data = try Safetensors(contentsOf: folder.appendingPathComponent("data.safetensors"))
    let variables = try VariableStore(
      Safetensors(contentsOf: folder.appendingPathComponent("weights.safetensors")).weights)
    guard let images = data.weights["images"]?.reordered(.channelsLast) else {
      throw RuntimeError.missingVariable("images")
    }
    let model = try network.build()
    switch work.kind {
    case .infer:
      inputs = [Model.inputName: images]
      program = try Program(
        model.inference, inputs: [Model.inputName: images.shape], variables: variables, pool: pool)
      try program.run(inputs)
      checked = try program.output(Model.outputName).floats
    case .train:
      guard let labels = data.weights["labels"] else {
        throw RuntimeError.missingVariable("labels")
      }
      let optimizer = Optimizer.sgd(momentum: 0.9)
      let step = try TrainingStep(model, loss: .crossEntropy, optimizer: optimizer).step
      try variables.addOptimizerState(of: step)
      let settings = Schedule.constant(learningRate: Double(Self.learningRate))
        .settings(step: 0, of: 1, momentum: optimizer.momentum)
      inputs = [
        Model.inputName: images, TrainingStep.targetName: labels,
        Optimizer.settingsName: optimizer.settings(settings, step: 0),
      ]
      program = try Program(
        step, inputs: [Model.inputName: images.shape, TrainingStep.targetName: labels.shape],
        variables: variables, pool: pool)
      for _ in 0..<Self.checkedSteps {
        try program.run(inputs)
        checked += try program.output(TrainingStep.lossName).floats
      }
    }
    let start = clock.now
    repeat {
      try program.run(inputs)
    } while (clock.now - start) / .seconds(1) < Self.secondsOfWarmUp
  }

  /// Median milliseconds of `count` runs.
  func median(_ count: Int) throws -> Double {
    var times: [Double] = []
    for _ in 0..<count {
      times.append(try clock.measure { try program.run(inputs) } / .milliseconds(1))
    }
    return times.median
  }
}

extension [Double] {
  /// The middle one, or the mean of the middle two; not a number where there are none.
  var median: Double {
    guard !isEmpty else { return .nan }
    let sorted = sorted()
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
  }
}
