import Fovea

/// Half the size, with as many channels as asked for: blocks are values made of values.
struct ConvBlock: CompositeLayer {
  let channels: Int
  var kernel = 3
  var body: some Layer {
    Conv2d(channels, kernel: Extent2d(kernel), stride: 2, padding: .all(kernel / 2), bias: false)
    BatchNorm2d()
    ReLU()
  }
}

// Throws here, with the layer's path, if shapes do not fit.
let model = try Model(input: [1, 28, 28]) {
  ConvBlock(channels: 8, kernel: 5)
  ConvBlock(channels: 16)
  ConvBlock(channels: 32)
  ConvBlock(channels: 64)
  Conv2d(10, kernel: 3, stride: 2, padding: 1)
  Flatten()
}
print(try model.summary())

let learner = try Learner(
  model,
  training: DataLoader(MNIST.mini(.training), batchSize: 64, shuffleSeed: 0),
  validation: DataLoader(MNIST.mini(.test), batchSize: 500))
let report = try await learner.fitOneCycle(epochs: 3, maxLearningRate: 0.06)
for epoch in report.epochs {
  print("epoch \(epoch.epoch): accuracy \(epoch.metrics["accuracy", default: 0])")
}

// The network as it answers, with the weights that it has learnt: a program for one image.
let digit = try MNIST.mini(.test).prefix(1)
let program = try Program(
  model.inference, variables: VariableStore(learner.weights), pool: ThreadPool())
try program.run([Model.inputName: digit.description.normalization.normalized(digit.images)])
let scores = try program.output(Model.outputName).floats
let likeliest = scores.indices.max { scores[$0] < scores[$1] } ?? 0
print("the first test image is a \(likeliest)")
