// Trains a small network on CIFAR-10 in minutes on two cores.
//
//   swift run -c release --package-path Examples/cifar10 cifar10 FOLDER [EPOCHS] [SEED]

import Fovea
import Recipe

let epochs = CIFAR10.number(2) ?? 14
let seed = UInt64(CIFAR10.number(3) ?? 0)
let data = await CIFAR10.load(seed: seed)
let model = try Model(input: [3, 32, 32]) {
  CIFARNet(classes: data.training.description.classNames.count)
}
print(try model.summary())

let learner = try Learner(
  model,
  training: DataLoader(data.training, batchSize: 128, shuffleSeed: seed, dropLast: true),
  validation: DataLoader(data.validation, batchSize: 500),
  settings: LearnerSettings(
    loss: .crossEntropy(labelSmoothing: 0.1),
    optimizer: .sgd(momentum: 0.9, nesterov: true, weightDecay: 5e-4), seed: seed))
let report = try await learner.fit(
  epochs: epochs, schedule: .oneCycle(.pytorch(maxLearningRate: 0.1)), observers: [EpochLines()])
print("trained in \(Int(report.seconds)) s")
