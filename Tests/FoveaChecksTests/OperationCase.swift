import FoveaChecks
import FoveaGraph
import FoveaRuntime
import FoveaTensors
import FuzzSupport

/// An operation with inputs that it must obey its laws on.
struct OperationCase {
  let operation: any ReferenceOperation & ExecutableOperation
  let inputs: [CheckedInput]
  var gradients = CheckedGradients.ofAllResults

  init(
    _ operation: any ReferenceOperation & ExecutableOperation, _ inputs: [CheckedInput],
    gradients: CheckedGradients = .ofAllResults
  ) {
    self.operation = operation
    self.inputs = inputs
    self.gradients = gradients
  }

  func findings(laws: Set<Law> = Set(Law.allCases), seed: Int) -> [Finding] {
    checkOperation(
      operation, inputs: inputs, gradients: gradients, laws: laws, seed: UInt64(seed))
  }

  /// Draws a case.
  typealias Drawing = @Sendable (inout SeededChoices) throws -> OperationCase

  /// For each operation's name, what draws a case of it.
  static let random = [common, ofSignals, smoothActivations, imageNormalisation, moving]
    .reduce(into: [:]) { all, some in all.merge(some) { first, _ in first } }

  /// For each operation that has no file of cases of its own, what draws a case of it.
  private static let common: [String: Drawing] = [
    "Constant": { OperationCase(Constant(Float($0.integer(-9...9)) / 4, shape: $0.shape()), []) },
    "Conv2d": {
      let drawn = try convolution(&$0)
      let bias: [CheckedInput] = $0.bool() ? [.random([drawn.weight[0]])] : []
      return OperationCase(
        drawn.operation, [.random(drawn.image), .random(drawn.weight)] + bias)
    },
    "Conv2dInputGradient": {
      let drawn = try convolution(&$0)
      return OperationCase(
        Conv2dInputGradient(convolution: drawn.operation),
        [.random(drawn.output), .random(drawn.weight), .random(drawn.image)])
    },
    "Conv2dWeightGradient": {
      let drawn = try convolution(&$0)
      return OperationCase(
        Conv2dWeightGradient(convolution: drawn.operation),
        [.random(drawn.image), .random(drawn.output), .random(drawn.weight)])
    },
    "ConvTranspose2d": {
      let drawn = try transposedConvolution(&$0)
      let bias: [CheckedInput] =
        $0.bool() ? [.random([drawn.weight[1] * drawn.operation.groups])] : []
      return OperationCase(
        drawn.operation, [.random(drawn.image), .random(drawn.weight)] + bias)
    },
    "Linear": {
      let (rows, features, outputs) = (
        $0.shape(rank: 1...4, largest: 3), $0.integer(1...20), $0.integer(1...9)
      )
      let bias: [CheckedInput] = $0.bool() ? [[outputs]] : []
      return OperationCase(
        Linear(), [.random(Shape(rows.dimensions + [features])), [outputs, features]] + bias)
    },
    "MatMul": {
      let (m, k, n) = ($0.integer(1...6), $0.integer(1...6), $0.integer(1...18))
      let operation = MatMul(transposeLeft: $0.bool(), transposeRight: $0.bool())
      let batch = $0.shape(rank: 0...3, largest: 3)
      let left = $0.broadcastable(to: batch).dimensions
      let right = $0.broadcastable(to: batch).dimensions
      return OperationCase(
        operation,
        [
          .random(Shape(left + (operation.transposeLeft ? [k, m] : [m, k]))),
          .random(Shape(right + (operation.transposeRight ? [n, k] : [k, n]))),
        ])
    },
    "MaxPool2d": {
      let (pooling, image) = try maxPooling(&$0)
      return OperationCase(pooling, [.random(image)])
    },
    "MaxPool2dGradient": {
      let (pooling, image) = try maxPooling(&$0)
      // Few different numbers, so that windows have several largest pixels.
      let pixels = numbers(image, among: -2...2, &$0)
      return OperationCase(
        MaxPool2dGradient(pooling: pooling),
        [.tensor(pixels), .random(try pooling.outputShapes(for: [image])[0])], gradients: .none)
    },
    "AvgPool2d": {
      let (pooling, image) = try averagePooling(&$0)
      return OperationCase(pooling, [.random(image)])
    },
    "AvgPool2dGradient": {
      let (pooling, image) = try averagePooling(&$0)
      return OperationCase(
        AvgPool2dGradient(pooling: pooling),
        [.random(try pooling.outputShapes(for: [image])[0]), .random(image)])
    },
    "AdaptiveAvgPool2d": {
      OperationCase(
        AdaptiveAvgPool2d(height: $0.integer(1...9), width: $0.integer(1...9)),
        [.random($0.image())])
    },
    "AdaptiveAvgPool2dGradient": {
      let pooling = AdaptiveAvgPool2d(height: $0.integer(1...9), width: $0.integer(1...9))
      let image = $0.image()
      return OperationCase(
        AdaptiveAvgPool2dGradient(pooling: pooling),
        [[image[0], image[1], pooling.height, pooling.width], .random(image)])
    },
    "BatchNorm2d": {
      let image = $0.image()
      return OperationCase(
        BatchNorm2d(epsilon: $0.element(of: [1e-5, 1e-3])),
        [.random(image), [image[1]], .random([image[1]], in: 0.2...2)]
          + affine(image, &$0))
    },
    "BatchNorm2dTraining": {
      let image = $0.image().replacing(0, with: $0.integer(2...4))
      return OperationCase(
        BatchNorm2dTraining(
          epsilon: $0.element(of: [1e-5, 1e-3]), momentum: $0.element(of: [0, 0.1, 1])),
        [.random(image), [image[1]], .random([image[1]], in: 0.2...2)] + affine(image, &$0),
        gradients: .ofResults([0]))
    },
    "BatchNorm2dGradient": {
      let image = $0.image()
      return OperationCase(
        BatchNorm2dGradient(),
        [.random(image), .random(image), [image[1]], .random([image[1]], in: 0.5...2)]
          + affine(image, &$0).prefix(1), gradients: .none)
    },
    "Unary": {
      let function = $0.element(of: Unary.Function.allCases)
      let range: ClosedRange<Float> =
        function == .log || function == .sqrt ? 0.2...3 : -2...2
      return OperationCase(Unary(function), [.random($0.shape(), in: range)])
    },
    "Scale": {
      OperationCase(
        Scale(Float($0.integer(-9...9)) / 4, shift: Float($0.integer(-9...9)) / 8),
        [.random($0.shape())])
    },
    "ReLU": { OperationCase(ReLU(), [.random($0.shape())]) },
    "ReLUGradient": {
      let shape = $0.shape()
      return OperationCase(ReLUGradient(), [.random(shape), .random(shape)])
    },
    "LeakyReLU": {
      let slope = $0.element(of: [Float(0), 0.01, 1.5, -0.25])
      return OperationCase(LeakyReLU(negativeSlope: slope), [.random($0.shape())])
    },
    "LeakyReLUGradient": {
      let shape = $0.shape()
      return OperationCase(
        LeakyReLUGradient(negativeSlope: $0.element(of: [0.01, -0.25])),
        [.random(shape), .random(shape)])
    },
    "Hardtanh": {
      OperationCase(
        Hardtanh(minimum: $0.element(of: [-1, 0]), maximum: 3),
        [.tensor(betweenKinks($0.shape(), &$0))])
    },
    "HardtanhGradient": {
      let shape = $0.shape()
      return OperationCase(
        HardtanhGradient(minimum: $0.element(of: [-1, 0]), maximum: 3),
        [.random(shape), .tensor(betweenKinks(shape, &$0))])
    },
    "Sigmoid": { OperationCase(Sigmoid(), [.random($0.shape(), in: -5...5)]) },
    "SiLU": { OperationCase(SiLU(), [.random($0.shape(), in: -5...5)]) },
    "SiLUGradient": {
      let shape = $0.shape()
      return OperationCase(SiLUGradient(), [.random(shape), .random(shape, in: -5...5)])
    },
    "Hardsigmoid": { OperationCase(Hardsigmoid(), [.tensor(betweenKinks($0.shape(), &$0))]) },
    "Hardswish": { OperationCase(Hardswish(), [.tensor(betweenKinks($0.shape(), &$0))]) },
    "HardswishGradient": {
      let shape = $0.shape()
      return OperationCase(
        HardswishGradient(), [.random(shape), .tensor(betweenKinks(shape, &$0))])
    },
    "Binary": {
      let function = $0.element(of: Binary.Function.allCases)
      let shape = $0.shape()
      if function == .maximum || function == .minimum {
        // Nearly equal elements would change places within a finite difference.
        let left = numbers($0.broadcastable(to: shape), among: -80...79, &$0)
        let right = betweenKinks($0.broadcastable(to: shape), &$0)
        let sixteenths = Tensor(left.shape, left.floats.map { $0 / 16 })
        return OperationCase(Binary(function), [.tensor(sixteenths), .tensor(right)])
      }
      return OperationCase(
        Binary(function),
        [
          .random($0.broadcastable(to: shape)),
          .random($0.broadcastable(to: shape), in: function == .divide ? 0.5...2 : -1...1),
        ])
    },
    "BroadcastTo": {
      let shape = $0.shape()
      return OperationCase(
        BroadcastTo(averaging: $0.bool()), [.random($0.broadcastable(to: shape)), .random(shape)])
    },
    "SumTo": {
      let shape = $0.shape()
      return OperationCase(
        SumTo(averaging: $0.bool()), [.random(shape), .random($0.broadcastable(to: shape))])
    },
    "Reduce": {
      let shape = $0.shape()
      let axes = reducedAxes(of: shape, &$0)
      return OperationCase(
        Reduce(
          $0.element(of: Reduce.Function.allCases), axes: axes, keepDimensions: $0.bool()),
        [.random(shape)])
    },
    "MaxGradient": {
      let shape = $0.shape()
      let source = numbers(shape, among: -2...2, &$0)
      let reduce = Reduce(.max, axes: reducedAxes(of: shape, &$0), keepDimensions: true)
      var context = ReferenceContext()
      let largest = try reduce.evaluate([ReferenceTensor(source)], in: &context)[0]
      return OperationCase(
        MaxGradient(),
        [
          .tensor(source), .tensor(Tensor(largest.shape, largest.values.map(Float.init))),
          .random(largest.shape),
        ], gradients: .none)
    },
    "Reshape": {
      let shape = $0.shape(rank: 1...4)
      let target = Shape(shape.dimensions.reversed())
      switch $0.integer(0...2) {
      case 0: return OperationCase(Reshape(), [.random(shape), .random(target)])
      case 1: return OperationCase(Reshape(target.dimensions), [.random(shape)])
      default:
        return OperationCase(Reshape([-1] + target.dimensions.dropFirst()), [.random(shape)])
      }
    },
    "Flatten": {
      let shape = $0.shape(rank: 1...5)
      let start = $0.integer(0...shape.rank - 1)
      let end = $0.integer(start...shape.rank - 1)
      let flatten = Flatten(startAxis: start, endAxis: $0.bool() ? end : end - shape.rank)
      return OperationCase(flatten, [.random(shape)])
    },
    "Unsqueeze": {
      let shape = $0.shape(rank: 0...3)
      let first = $0.integer(0...shape.rank)
      let axes = $0.bool() ? [first] : [first, $0.integer(first + 1...shape.rank + 1)]
      return OperationCase(Unsqueeze(axes: axes), [.random(shape)])
    },
    "Concat": {
      let (pieces, axis) = pieces(&$0)
      return OperationCase(Concat(axis: axis), pieces.map { .random($0) })
    },
    "Split": {
      let (pieces, axis) = pieces(&$0)
      let whole = try Concat(axis: axis).outputShapes(for: pieces)
      return OperationCase(Split(axis: axis), (whole + pieces).map { .random($0) })
    },
    "Slice": {
      let (slice, shape) = slice(&$0)
      return OperationCase(slice, [.random(shape)])
    },
    "SliceGradient": {
      let (slice, shape) = slice(&$0)
      return OperationCase(
        SliceGradient(slice: slice),
        [.random(try slice.outputShapes(for: [shape])[0]), .random(shape)])
    },
    "Dropout": {
      let shape = $0.shape()
      let shared = reducedAxes(of: shape, &$0).filter { $0 >= 0 }
      return OperationCase(
        Dropout(
          probability: $0.element(of: [0, 0.25, 0.9]), stream: UInt64($0.integer(0...1 << 30)),
          sharedAxes: shared),
        [.random(shape)])
    },
    "RandomNormal": {
      OperationCase(
        RandomNormal(stream: UInt64($0.integer(0...1 << 30))), [.random($0.shape())])
    },
    "Softmax": {
      let shape = $0.shape(rank: 1...5)
      return OperationCase(Softmax(axis: $0.axis(of: shape)), [.random(shape, in: -4...4)])
    },
    "LogSoftmax": {
      let shape = $0.shape(rank: 1...5)
      return OperationCase(LogSoftmax(axis: $0.axis(of: shape)), [.random(shape, in: -4...4)])
    },
    "CrossEntropy": {
      let (loss, inputs) = crossEntropy(&$0)
      return OperationCase(loss, inputs)
    },
    "CrossEntropyGradient": {
      let (loss, inputs) = crossEntropy(&$0)
      return OperationCase(
        CrossEntropyGradient(loss: loss), inputs + [.random(.scalar)], gradients: .none)
    },
    "AllFinite": {
      let bad = Tensor([3], [0, $0.element(of: [Float.nan, -.infinity, 1]), 2])
      return OperationCase(
        AllFinite(), [.random($0.shape()), .tensor(bad), .random($0.shape())], gradients: .none)
    },
    "Select": {
      let shape = $0.shape()
      let condition = Tensor($0.element(of: [Float(0), 1]))
      return OperationCase(
        Select(), [.tensor(condition), .random(shape), .random(shape)], gradients: .none)
    },
    "SGDUpdate": {
      let shape = CheckedInput.random($0.shape())
      let settings: CheckedInput = .tensor(Tensor([2], [Float(0.06), $0.element(of: [0, 0.9])]))
      return OperationCase(
        SGDUpdate(weightDecay: $0.element(of: [0, 0.01]), nesterov: $0.bool()),
        [shape, shape, shape, settings], gradients: .none)
    },
    "AdamUpdate": {
      let shape = $0.shape()
      let settings: CheckedInput = .tensor(
        Tensor([4], [Float(0.001), 0.9, $0.element(of: [0.1, 1]), $0.element(of: [0.001, 1])]))
      return OperationCase(
        AdamUpdate(
          beta2: 0.999, epsilon: 1e-8, weightDecay: $0.element(of: [0, 0.01]),
          decoupled: $0.bool()),
        [
          .random(shape), .random(shape), .random(shape), .random(shape, in: 0.01...1), settings,
        ], gradients: .none)
    },
  ]
}

// MARK: Parts of cases

extension OperationCase {
  private static func convolution(_ choices: inout SeededChoices) throws
    -> (operation: Conv2d, image: Shape, weight: Shape, output: Shape)
  {
    let depthwise = choices.integer(0...3) == 0
    let groups = depthwise ? choices.element(of: [2, 5, 8, 9]) : choices.integer(1...2)
    // Now and then as many channels as a vector or a tile has, and one more.
    let wide = groups == 1 && choices.integer(0...3) == 0
    let inner = depthwise ? 1 : wide ? choices.element(of: [8, 17]) : choices.integer(1...3)
    let filters =
      groups * (wide ? choices.element(of: [8, 16, 17]) : choices.integer(1...(depthwise ? 2 : 4)))
    let image: Shape = [
      wide ? 1 : choices.integer(1...3), groups * inner, choices.integer(1...7),
      choices.integer(1...7),
    ]
    let operation = Conv2d(
      rows: try choices.window(on: image[2]), columns: try choices.window(on: image[3]),
      groups: groups)
    let weight: Shape = [filters, inner, operation.rows.kernel, operation.columns.kernel]
    return (operation, image, weight, try operation.outputShapes(for: [image, weight])[0])
  }

  private static func transposedConvolution(_ choices: inout SeededChoices) throws
    -> (operation: ConvTranspose2d, image: Shape, weight: Shape)
  {
    while true {
      let (convolution, _, weight, image) = try convolution(&choices)
      let (rows, columns) = (convolution.rows, convolution.columns)
      let operation = ConvTranspose2d(
        rows: rows, columns: columns,
        outputPadding: [rows, columns].map {
          choices.integer(0...max($0.stride, $0.dilation) - 1)
        }, groups: convolution.groups)
      // Padding may leave nothing.
      if (try? operation.outputShapes(for: [image, weight])) != nil {
        return (operation, image, weight)
      }
    }
  }

  private static func maxPooling(_ choices: inout SeededChoices) throws -> (MaxPool2d, Shape) {
    let image = choices.image()
    let rows = try choices.window(on: image[2], pooling: true)
    let columns = try choices.window(on: image[3], pooling: true)
    return (MaxPool2d(rows: rows, columns: columns), image)
  }

  private static func averagePooling(_ choices: inout SeededChoices) throws -> (AvgPool2d, Shape) {
    let image = choices.image()
    let rows = try choices.window(on: image[2], pooling: true, dilated: false)
    let columns = try choices.window(on: image[3], pooling: true, dilated: false)
    return (AvgPool2d(rows: rows, columns: columns, countIncludePad: choices.bool()), image)
  }

  /// Weight and bias of a normalisation, or neither.
  private static func affine(_ image: Shape, _ choices: inout SeededChoices) -> [CheckedInput] {
    choices.bool() ? [.random([image[1]], in: 0.5...2), [image[1]]] : []
  }

  /// Whole numbers, of which several are equal.
  private static func numbers(
    _ shape: Shape, among range: ClosedRange<Int>, _ choices: inout SeededChoices
  ) -> Tensor {
    Tensor(shape, (0..<shape.elementCount).map { _ in Float(choices.integer(range)) })
  }

  /// Numbers from −5 to 5, none of them near a whole one.
  private static func betweenKinks(_ shape: Shape, _ choices: inout SeededChoices) -> Tensor {
    let sixteenths = numbers(shape, among: -80...79, &choices)
    return Tensor(shape, sixteenths.floats.map { ($0 + 0.5) / 16 })
  }

  private static func reducedAxes(of shape: Shape, _ choices: inout SeededChoices) -> [Int] {
    (0..<shape.rank).filter { _ in choices.bool() }.map { choices.bool() ? $0 : $0 - shape.rank }
  }

  private static func pieces(_ choices: inout SeededChoices) -> (pieces: [Shape], axis: Int) {
    let shape = choices.shape(rank: 1...4)
    let axis = choices.axis(of: shape)
    let place = axis < 0 ? axis + shape.rank : axis
    let pieces = (0..<choices.integer(1...4)).map { _ in
      shape.replacing(place, with: choices.integer(1...5))
    }
    return (pieces, axis)
  }

  private static func slice(_ choices: inout SeededChoices) -> (Slice, Shape) {
    let shape = choices.shape(rank: 1...5)
    let axis = choices.axis(of: shape)
    let extent = shape[axis < 0 ? axis + shape.rank : axis]
    let start = choices.integer(0...extent - 1)
    return (Slice(axis: axis, start: start, end: choices.integer(start + 1...extent)), shape)
  }

  private static func crossEntropy(
    _ choices: inout SeededChoices
  ) -> (loss: CrossEntropy, inputs: [CheckedInput]) {
    let classes = choices.integer(1...9)
    let logits: Shape =
      choices.bool()
      ? [choices.integer(1...6), classes]
      : [choices.integer(1...3), classes, choices.integer(1...3), choices.integer(1...4)]
    let smoothing = choices.element(of: [Float(0), 0.1, 1])
    let reduction = choices.element(of: [CrossEntropy.Reduction.mean, .sum])
    if choices.bool() {
      let loss = CrossEntropy(
        target: .probabilities, labelSmoothing: smoothing, reduction: reduction)
      return (loss, [.random(logits, in: -4...4), .random(logits, in: 0...1)])
    }
    // With a single class nothing is ignored: a mean over no target at all is not a number.
    let ignored = classes == 1 ? -100 : choices.element(of: [Int32(-100), 0])
    let places = Shape([logits[0]] + logits.dimensions.dropFirst(2))
    var labels = (0..<places.elementCount).map { _ in
      choices.integer(0...3) == 0 && classes > 1 ? ignored : Int32(choices.integer(0...classes - 1))
    }
    labels[0] = Int32(classes - 1)
    let loss = CrossEntropy(
      labelSmoothing: smoothing, ignoreIndex: ignored, reduction: reduction)
    return (loss, [.random(logits, in: -4...4), .tensor(Tensor(places, labels))])
  }
}
