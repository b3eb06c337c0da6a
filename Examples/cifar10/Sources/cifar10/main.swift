// Trains a small network on CIFAR-10 in minutes on two cores.
//
//   swift run -c release --package-path Examples/cifar10 cifar10 FOLDER [EPOCHS] [SEED]

import Foundation
import Fovea
import Recipe

let epochs = CIFAR10.number(2) ?? 15
let seed = UInt64(CIFAR10.number(3) ?? 0)
let data = await CIFAR10.load(seed: seed)
let model = try Model(input: [3, 32, 32]) {
  CIFARNet(classes: data.training.description.classNames.count)
}
print(try model.summary())

let training = DataLoader(data.training, batchSize: 256, shuffleSeed: seed, dropLast: true)
let learner = try Learner(
  model, training: training, validation: DataLoader(data.validation, batchSize: 500),
  settings: LearnerSettings(
    loss: .crossEntropy(labelSmoothing: 0.1), optimizer: .muon(weightDecay: 0.15), seed: seed,
    updates: CIFARNet.updates),
  weights: try await CIFARNet.weights(of: model, for: training, seed: seed))
let report = try await learner.fit(
  epochs: epochs, schedule: .oneCycle(.pytorch(maxLearningRate: 0.008)), observers: [EpochLines()])
print("trained in \(Int(report.seconds)) s")
let answers = try await learner.predictions(on: data.validation, views: Views.all)
for count in [1, 2, answers.count] {
  let accuracy = 100 * answers.prefix(count).accuracyOfMean
  print("test accuracy of \(counted(count, "view")): \(String(format: "%.2f %%", accuracy))")
}
