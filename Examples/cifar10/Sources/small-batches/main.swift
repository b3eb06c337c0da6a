// Batches of two images: the mean and deviation of so few are noise, which batch normalisation puts into
// every image, while group normalisation looks at each image by itself (Y. Wu and K. He, arXiv:1803.08494).
//
//   swift run -c release --package-path Examples/cifar10 small-batches FOLDER [EPOCHS]

import Foundation
import Fovea
import Recipe

let epochs = CIFAR10.number(2) ?? 2
let data = await CIFAR10.load(seed: 0)
let batchNorm = try Model(input: [3, 32, 32]) {
  CIFARNet(classes: data.training.description.classNames.count, width: 32)
}
let models = [
  ("batch normalisation", batchNorm),
  ("group normalisation, 8 groups", try batchNorm.replacingBatchNorms(groups: 8)),
]

let weightSample = DataLoader(data.training, batchSize: 256, shuffleSeed: 0)

for (batchSize, learningRate) in [(64, 0.1), (2, 0.1 * 2 / 64)] {
  for (name, model) in models {
    print("\(name), batches of \(batchSize)")
    let training = DataLoader(
      data.training, batchSize: batchSize, shuffleSeed: 0, dropLast: true)
    let learner = try Learner(
      model, training: training, validation: DataLoader(data.validation, batchSize: 500),
      settings: LearnerSettings(
        optimizer: .sgd(momentum: 0.9, weightDecay: 5e-4), updates: CIFARNet.updates),
      weights: try await CIFARNet.weights(of: model, for: weightSample, seed: 0))
    try await learner.fit(
      epochs: epochs, schedule: .oneCycle(.pytorch(maxLearningRate: learningRate)),
      observers: [EpochLines()])
  }
}
