// Trains simple-cnn on MNIST from several seeds and prints the median accuracy of each recipe.
//
//   swift run -c release fovea-bench-accuracy [SEEDS] [FOLDER]
//
// FOLDER holds MNIST's four files; without it $FOVEA_DATA, the cache, or a download is used.

import Foundation
import Fovea

/// A network, a dataset and how it is trained.
struct Recipe {
  enum Data { case mini, digits, threesAndSevens }

  let name: String
  var data = Data.digits
  var hasBatchNorm = true
  var batchSize = 512
  var epochs = 1
  let schedule: Schedule
}

/// fastai's default optimiser, with which the figures of its book were made.
let optimizer = Optimizer.adamW(beta1: 0.9, beta2: 0.99, epsilon: 1e-5, weightDecay: 0.01)

let recipes = [
  Recipe(
    name: "mnist-mini, 1cycle 0.06, batch 64, 5 epochs", data: .mini, batchSize: 64, epochs: 5,
    schedule: .fastaiOneCycle(maxLearningRate: 0.06)),
  Recipe(
    name: "3 or 7, 6,722 parameters without batch norm, 1cycle 0.01, batch 64, 2 epochs",
    data: .threesAndSevens, hasBatchNorm: false, batchSize: 64, epochs: 2,
    schedule: .fastaiOneCycle(maxLearningRate: 0.01)),
  Recipe(
    name: "ten digits without batch norm, constant 0.06, batch 64, 1 epoch", hasBatchNorm: false,
    batchSize: 64, schedule: .constant(learningRate: 0.06)),
  Recipe(
    name: "ten digits without batch norm, 1cycle 0.06, batch 512, 1 epoch", hasBatchNorm: false,
    schedule: .fastaiOneCycle(maxLearningRate: 0.06)),
  Recipe(
    name: "ten digits, 1cycle 0.06, batch 512, 1 epoch",
    schedule: .fastaiOneCycle(maxLearningRate: 0.06)),
  Recipe(
    name: "ten digits, 1cycle 0.1, batch 512, 5 epochs", epochs: 5,
    schedule: .fastaiOneCycle(maxLearningRate: 0.1)),
]

/// simple-cnn without its normalisation.
func plainSimpleCNN() throws -> Model {
  try Model(input: [1, 28, 28]) {
    for (channels, kernel) in [(8, 5), (16, 3), (32, 3), (64, 3)] {
      Sequential {
        Conv2d(channels, kernel: Extent2d(kernel), stride: 2, padding: .all(kernel / 2))
        ReLU()
      }
    }
    Conv2d(10, kernel: 3, stride: 2, padding: 1)
    Flatten()
  }
}

let arguments = CommandLine.arguments
let seeds = arguments.dropFirst().first.flatMap { Int($0) } ?? 5
let folder = arguments.dropFirst(2).first.map { URL(fileURLWithPath: $0) }
let digits = [
  try await MNIST.find(.training, in: folder), try await MNIST.find(.test, in: folder),
]
let mini = [try MNIST.mini(.training), try MNIST.mini(.test)]
let threesAndSevens = try digits.map { try $0.selecting(classes: [3, 7]) }

for recipe in recipes {
  let (data, model) =
    switch recipe.data {
    case .mini: (mini, try ZooModel.simpleCNN.build())
    case .digits: (digits, try recipe.hasBatchNorm ? ZooModel.simpleCNN.build() : plainSimpleCNN())
    case .threesAndSevens: (threesAndSevens, try ZooModel.simpleCNN3v7.build())
    }
  var (accuracies, seconds): ([Double], [Double]) = ([], [])
  for seed in 0..<UInt64(seeds) {
    let learner = try Learner(
      model,
      training: DataLoader(data[0], batchSize: recipe.batchSize, shuffleSeed: seed),
      validation: DataLoader(data[1], batchSize: 500),
      settings: LearnerSettings(optimizer: optimizer, seed: seed), threads: 2)
    let report = try await learner.fit(epochs: recipe.epochs, schedule: recipe.schedule)
    accuracies.append(report.epochs.last?.metrics["accuracy"] ?? .nan)
    seconds.append(report.seconds)
  }
  let median = accuracies.sorted()[seeds / 2]
  let list = accuracies.map { String(format: "%.2f", 100 * $0) }.joined(separator: " ")
  print(
    "\(recipe.name): median \(String(format: "%.2f", 100 * median)) % (\(list)), "
      + "\(String(format: "%.1f", seconds.sorted()[seeds / 2])) s")
}
