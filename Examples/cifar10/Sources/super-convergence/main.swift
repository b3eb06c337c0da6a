// Super-convergence: one cycle of a high learning rate gets further in a few epochs than any constant
// rate does (L. Smith and N. Topin, arXiv:1708.07120). Draws both into super-convergence.svg.
//
//   swift run -c release --package-path Examples/cifar10 super-convergence FOLDER [EPOCHS]

import Foundation
import Fovea
import Recipe

let epochs = CIFAR10.number(2) ?? 5
let data = await CIFAR10.load(seed: 0)
let model = try Model(input: [3, 32, 32]) {
  CIFARNet(classes: data.training.description.classNames.count, width: 32)
}
let training = DataLoader(data.training, batchSize: 128, shuffleSeed: 0, dropLast: true)
let weights = try await CIFARNet.weights(of: model, for: training, seed: 0)
let schedules: [(name: String, schedule: Schedule)] = [
  ("1cycle up to 0.2", .oneCycle(.pytorch(maxLearningRate: 0.2))),
  ("constant 0.2", .constant(learningRate: 0.2)),
  ("constant 0.05", .constant(learningRate: 0.05)),
  ("constant 0.01", .constant(learningRate: 0.01)),
]

var (accuracies, rates): ([LineChart.Series], [LineChart.Series]) = ([], [])
for (name, schedule) in schedules {
  print(name)
  let learner = try Learner(
    model, training: training, validation: DataLoader(data.validation, batchSize: 500),
    settings: LearnerSettings(
      loss: .crossEntropy(labelSmoothing: 0.1),
      optimizer: .sgd(momentum: 0.9, nesterov: true, weightDecay: 5e-4),
      updates: CIFARNet.updates),
    weights: weights)
  let report = try await learner.fit(
    epochs: epochs, schedule: schedule, observers: [EpochLines()])
  accuracies.append(
    LineChart.Series(
      name,
      report.epochs.map { epoch in
        LineChart.Point(
          x: Double(epoch.epoch + 1), y: 100 * epoch.metrics["accuracy", default: .nan])
      }, style: .marked))
  let curve = schedule.curve(steps: report.steps, momentum: 0.9)
  rates.append(
    LineChart.Series(
      name,
      curve.enumerated().map { step, settings in
        LineChart.Point(
          x: Double((step + 1) * epochs) / Double(report.steps), y: Double(settings.learningRate))
      }))
}

let chart = LineChart(
  title: "Super-convergence on CIFAR-10", horizontalAxis: .init("epoch", kind: .whole),
  panels: [
    .init(.init("test accuracy", unit: "%"), accuracies),
    .init(.init("learning rate", kind: .logarithmic), rates),
  ])
try chart.svg().write(toFile: "super-convergence.svg", atomically: true, encoding: .utf8)
print("drew super-convergence.svg")
