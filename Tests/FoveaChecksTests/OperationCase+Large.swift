import FoveaChecks
import FoveaGraph
import FoveaTensors
import Testing

extension OperationCase: CustomTestStringConvertible {
  var testDescription: String {
    "\(operation) on " + inputs.map(\.shape.description).joined(separator: ", ")
  }

  /// Cases that fill vectors and tiles, leave a rest over, and are cut into several tasks.
  static func large() throws -> [OperationCase] {
    let all = [
      try convolutions(), matrices, try pooling(), normalisation, shaping, elements, losses,
      updates, largeSmoothActivations, largeNormalisation, try largeSignals(), try largeMoving(),
    ]
    return Array(all.joined())
  }

  private static func convolutions() throws -> [OperationCase] {
    let one = try Window(kernel: 1)
    let three = try Window(kernel: 3, padding: .init(1))
    let strided = try Window(kernel: 5, stride: 2, padding: .init(before: 2, after: 1))
    let dilated = try Window(kernel: 3, dilation: 3, padding: .init(2))
    let plain: [(Conv2d, Shape, filters: Int)] = [
      (Conv2d(rows: three, columns: three), [2, 32, 20, 19], 48),
      (Conv2d(rows: one, columns: one), [3, 65, 14, 14], 33),
      (Conv2d(rows: strided, columns: strided), [5, 3, 31, 28], 17),
      (Conv2d(rows: strided, columns: strided), [9, 1, 28, 28], 8),
      (Conv2d(rows: dilated, columns: three), [2, 8, 23, 9], 24),
      (Conv2d(rows: three, columns: strided, groups: 4), [2, 64, 11, 12], 68),
      (Conv2d(rows: three, columns: three, groups: 33), [2, 33, 17, 18], 33),
      (Conv2d(rows: strided, columns: dilated, groups: 16), [2, 16, 15, 16], 32),
      (Conv2d(rows: three, columns: three), [4, 64, 2, 2], 10),
    ]
    return try plain.flatMap { convolution, image, filters in
      let weight: Shape = [
        filters, image[1] / convolution.groups, convolution.rows.kernel,
        convolution.columns.kernel,
      ]
      let output = try convolution.outputShapes(for: [image, weight])[0]
      return [
        OperationCase(convolution, [.random(image), .random(weight), [filters]]),
        OperationCase(
          Conv2dInputGradient(convolution: convolution),
          [.random(output), .random(weight), .random(image)]),
        OperationCase(
          Conv2dWeightGradient(convolution: convolution),
          [.random(image), .random(output), .random(weight)]),
      ]
    }
  }

  private static let matrices = [
    OperationCase(Linear(), [[65, 257], [130, 257], [130]]),
    OperationCase(Linear(), [[1, 1000], [17, 1000]]),
    OperationCase(MatMul(), [[70, 130], [130, 65]]),
    OperationCase(MatMul(transposeLeft: true), [[300, 33], [300, 19]]),
    OperationCase(MatMul(transposeRight: true), [[6, 129], [96, 129]]),
    OperationCase(MatMul(transposeLeft: true, transposeRight: true), [[40, 7], [31, 40]]),
    OperationCase(MatMul(transposeRight: true), [[300, 9, 20], [300, 11, 20]]),
    OperationCase(MatMul(), [[3, 2, 70, 90], [2, 90, 65]]),
    OperationCase(MatMul(), [[5, 40, 30], [30, 20]]),
  ]

  private static func pooling() throws -> [OperationCase] {
    let pair = try Window(kernel: 2, stride: 2)
    let three = try Window(kernel: 3, stride: 2, padding: .init(1), ceilMode: true)
    let dilated = try Window(kernel: 3, dilation: 2, padding: .init(1))
    let image: Shape = [3, 17, 33, 30]
    var cases: [OperationCase] = []
    for (rows, columns) in [(pair, pair), (three, three), (dilated, three)] {
      let pooling = MaxPool2d(rows: rows, columns: columns)
      let output = try pooling.outputShapes(for: [image])[0]
      cases.append(OperationCase(pooling, [.random(image)]))
      cases.append(
        OperationCase(
          MaxPool2dGradient(pooling: pooling), [.random(image), .random(output)],
          gradients: .none))
    }
    for countIncludePad in [true, false] {
      let pooling = AvgPool2d(rows: three, columns: pair, countIncludePad: countIncludePad)
      let output = try pooling.outputShapes(for: [image])[0]
      cases.append(OperationCase(pooling, [.random(image)]))
      cases.append(
        OperationCase(AvgPool2dGradient(pooling: pooling), [.random(output), .random(image)]))
    }
    for (height, width) in [(1, 1), (7, 7), (40, 3)] {
      let pooling = AdaptiveAvgPool2d(height: height, width: width)
      cases.append(OperationCase(pooling, [.random(image)]))
      cases.append(
        OperationCase(
          AdaptiveAvgPool2dGradient(pooling: pooling), [[3, 17, height, width], .random(image)]))
    }
    return cases
  }

  private static let normalisation = [
    OperationCase(
      BatchNorm2d(epsilon: 1e-5), [[8, 33, 17, 12], [33], .random([33], in: 0.2...2), [33], [33]]),
    OperationCase(
      BatchNorm2dTraining(epsilon: 1e-5, momentum: 0.1),
      [[16, 33, 17, 12], [33], .random([33], in: 0.2...2), [33], [33]]),
    OperationCase(
      BatchNorm2dTraining(epsilon: 1e-5, momentum: 0.1),
      [[64, 8, 14, 14], [8], .random([8], in: 0.2...2)]),
    OperationCase(
      BatchNorm2dGradient(),
      [[16, 33, 17, 12], [16, 33, 17, 12], [33], .random([33], in: 0.5...2), [33]]),
  ]

  private static let shaping = [
    OperationCase(Reshape([15, -1]), [[5, 6, 17, 9]]),
    OperationCase(Reshape([5, 9, 17, 6]), [[5, 6, 17, 9]]),
    OperationCase(Reshape([5, 6, 17, 9]), [[5, 918]]),
    OperationCase(Flatten(), [[33, 20, 7, 9]]),
    OperationCase(Flatten(startAxis: 0, endAxis: 1), [[6, 20, 7, 9]]),
    OperationCase(Concat(axis: 1), [[3, 17, 15, 14], [3, 1, 15, 14], [3, 40, 15, 14]]),
    OperationCase(Concat(axis: 2), [[3, 17, 15, 14], [3, 17, 1, 14]]),
    OperationCase(
      Split(axis: 1), [[3, 58, 15, 14], [3, 17, 15, 14], [3, 1, 15, 14], [3, 40, 15, 14]]),
    OperationCase(Slice(axis: 1, start: 3, end: 20), [[3, 33, 15, 14]]),
    OperationCase(
      SliceGradient(slice: Slice(axis: 3, start: 5, end: 14)), [[3, 33, 15, 9], [3, 33, 15, 14]]),
    OperationCase(BroadcastTo(), [[17, 1, 1], [9, 17, 15, 14]]),
    OperationCase(BroadcastTo(averaging: true), [[9, 1, 15, 1], [9, 17, 15, 14]]),
  ]

  private static let elements = [
    OperationCase(Unary(.exp), [.random([100_003], in: -3...3)]),
    OperationCase(Unary(.log), [.random([3, 17, 33, 30], in: 0.2...9)]),
    OperationCase(Unary(.sqrt), [.random([70_001], in: 0.2...9)]),
    OperationCase(Scale(-2.5, shift: 0.5), [[100_003]]),
    OperationCase(ReLU(), [[100_003]]),
    OperationCase(ReLUGradient(), [[100_003], [100_003]]),
    OperationCase(LeakyReLU(negativeSlope: 0.01), [[100_003]]),
    OperationCase(LeakyReLUGradient(negativeSlope: 0.01), [[100_003], [100_003]]),
    OperationCase(Hardtanh(minimum: 0, maximum: 6), [.random([100_003], in: -9...9)]),
    OperationCase(
      HardtanhGradient(minimum: 0, maximum: 6), [[100_003], .random([100_003], in: -9...9)]),
    OperationCase(Sigmoid(), [.random([100_003], in: -100...100)]),
    OperationCase(SiLU(), [.random([100_003], in: -100...100)]),
    OperationCase(SiLUGradient(), [[100_003], .random([100_003], in: -100...100)]),
    OperationCase(Hardsigmoid(), [.random([100_003], in: -9...9)]),
    OperationCase(Hardswish(), [.random([100_003], in: -9...9)]),
    OperationCase(HardswishGradient(), [[100_003], .random([100_003], in: -9...9)]),
    OperationCase(Dropout(probability: 0.5, stream: .max), [[100_003]]),
    OperationCase(Dropout(probability: 0.1, stream: 9), [[3, 17, 33, 30]]),
    OperationCase(RandomNormal(stream: .max), [[3, 17, 33, 30]]),
    OperationCase(Binary(.add), [[9, 17, 33, 30], [9, 17, 33, 30]]),
    OperationCase(Binary(.multiply), [[9, 17, 33, 30], [17, 1, 1]]),
    OperationCase(Binary(.subtract), [[30], [9, 17, 33, 30]]),
    OperationCase(Binary(.divide), [[9, 1, 33, 30], .random([9, 17, 1, 1], in: 0.5...2)]),
    OperationCase(Reduce(.sum, axes: [0], keepDimensions: false), [[5000, 7]]),
    OperationCase(Reduce(.sum, axes: [0, 2, 3], keepDimensions: false), [[9, 17, 33, 30]]),
    OperationCase(Reduce(.mean, axes: [1], keepDimensions: true), [[9, 33, 20, 30]]),
    OperationCase(Reduce(.sum, axes: [0, 1, 2, 3], keepDimensions: false), [[9, 17, 33, 30]]),
    OperationCase(Reduce(.max, axes: [2, 3], keepDimensions: false), [[9, 17, 33, 30]]),
    OperationCase(SumTo(), [[9, 17, 33, 30], [17, 1, 1]]),
    OperationCase(SumTo(averaging: true), [[9, 17, 33, 30], [9, 1, 33, 1]]),
    OperationCase(MaxGradient(), [[300, 33], [300, 1], [300, 1]], gradients: .none),
  ]

  private static let losses = [
    OperationCase(Softmax(axis: 1), [.random([300, 1000], in: -9...9)]),
    OperationCase(Softmax(axis: 1), [.random([3, 17, 33, 30], in: -9...9)]),
    OperationCase(LogSoftmax(axis: 2), [.random([3, 17, 33, 30], in: -9...9)]),
    OperationCase(
      CrossEntropy(labelSmoothing: 0.1),
      [.random([513, 10], in: -9...9), .indices([513], below: 10)]),
    OperationCase(
      CrossEntropyGradient(loss: CrossEntropy(ignoreIndex: 3)),
      [.random([7, 21, 16, 15], in: -9...9), .indices([7, 16, 15], below: 21), .random(.scalar)]),
    OperationCase(
      CrossEntropyGradient(loss: CrossEntropy(target: .probabilities, reduction: .sum)),
      [.random([513, 10], in: -9...9), .random([513, 10], in: 0...1), .random(.scalar)]),
  ]

  private static let updates = [
    OperationCase(
      SGDUpdate(weightDecay: 0.01, nesterov: true),
      [[64, 33, 7, 5], [64, 33, 7, 5], [64, 33, 7, 5], .tensor(Tensor([2], [Float(0.1), 0.9]))]),
    OperationCase(
      AdamUpdate(beta2: 0.99, epsilon: 1e-8, weightDecay: 0.01, decoupled: true),
      [
        [70_001], [70_001], [70_001], .random([70_001], in: 0.01...1),
        .tensor(Tensor([4], [Float(0.001), 0.9, 0.5, 0.1])),
      ]),
  ]
}
