import FoveaGraph
import FoveaTensors
import Testing

/// Inputs that an operation must refuse, and how.
private struct Refusal {
  let operation: any FoveaGraph.Operation
  let inputs: [Shape]
  let error: OperationError

  init(_ operation: some FoveaGraph.Operation, _ inputs: [Shape], _ error: OperationError) {
    self.operation = operation
    self.inputs = inputs
    self.error = error
  }
}

@Suite struct RefusalTests {
  private let image: Shape = [2, 4, 6, 6]
  private let weight: Shape = [8, 4, 3, 3]

  private func check(_ refusals: [Refusal], sourceLocation: SourceLocation = #_sourceLocation) {
    for refusal in refusals {
      #expect(throws: refusal.error, sourceLocation: sourceLocation) {
        try refusal.operation.outputShapes(for: refusal.inputs)
      }
    }
  }

  @Test func `convolutions`() throws {
    let three = try Window(kernel: 3)
    let conv = Conv2d(rows: three, columns: three)
    let wide = Conv2d(rows: try Window(kernel: 3, dilation: 3), columns: three)
    let large: Shape = [1 << 20, 1, 1 << 14, 1 << 14]
    let point = Conv2d(rows: try Window(kernel: 1), columns: try Window(kernel: 1))
    check([
      Refusal(conv, [image], .inputCount("Conv2d", expected: 2...3, actual: 1)),
      Refusal(conv, [[4, 6, 6], weight], .rank("Conv2d", expected: 4, actual: [4, 6, 6])),
      Refusal(conv, [[0, 4, 6, 6], weight], .empty("Conv2d", actual: [0, 4, 6, 6])),
      Refusal(conv, [image, [8, 4]], .rank("Conv2d weight", expected: 4, actual: [8, 4])),
      Refusal(
        conv, [[2, 5, 6, 6], weight], .channels("Conv2d", expected: 4, actual: [2, 5, 6, 6])),
      Refusal(
        conv, [image, [8, 4, 3, 1]],
        .shape("Conv2d", input: "weight", expected: weight, actual: [8, 4, 3, 1])),
      Refusal(
        conv, [image, [0, 4, 3, 3]],
        .shape("Conv2d", input: "weight", expected: [0, 4, 3, 3], actual: [0, 4, 3, 3])),
      Refusal(
        conv, [image, weight, [4]],
        .shape("Conv2d", input: "bias", expected: [8], actual: [4])),
      Refusal(
        wide, [image, weight],
        .windowTooLarge("Conv2d", rows: wide.rows, columns: three, actual: image)),
      Refusal(
        Conv2d(rows: three, columns: three, groups: 3), [image, weight],
        .groups(3, inChannels: 4, outChannels: 8)),
      Refusal(
        Conv2d(rows: three, columns: three, groups: 0), [image, weight],
        .groups(0, inChannels: 4, outChannels: 8)),
      Refusal(point, [large, [2, 1, 1, 1]], .tooLarge("Conv2d")),
      Refusal(
        Conv2dInputGradient(convolution: conv), [image, weight, image],
        .shape(
          "Conv2dInputGradient", input: "gradient", expected: [2, 8, 4, 4], actual: image)),
      Refusal(
        Conv2dWeightGradient(convolution: conv), [image, image, weight],
        .shape(
          "Conv2dWeightGradient", input: "gradient", expected: [2, 8, 4, 4], actual: image)),
    ])
  }

  @Test func activations() {
    let bounds = "finite numbers, the minimum below the maximum"
    check([
      Refusal(ReLU(), [image, image], .inputCount("ReLU", expected: 1...1, actual: 2)),
      Refusal(
        LeakyReLU(negativeSlope: .infinity), [image],
        .setting(
          "LeakyReLU", name: "negativeSlope", value: "inf", allowed: "a finite number")),
      Refusal(
        LeakyReLUGradient(negativeSlope: .nan), [image, image],
        .setting(
          "LeakyReLUGradient", name: "negativeSlope", value: "nan", allowed: "a finite number")),
      Refusal(
        Hardtanh(minimum: 1, maximum: 1), [image],
        .setting("Hardtanh", name: "bounds", value: "1.0…1.0", allowed: bounds)),
      Refusal(
        Hardtanh(minimum: 0, maximum: .infinity), [image],
        .setting("Hardtanh", name: "bounds", value: "0.0…inf", allowed: bounds)),
      Refusal(
        HardtanhGradient(minimum: 0, maximum: -6), [image, image],
        .setting("HardtanhGradient", name: "bounds", value: "0.0…-6.0", allowed: bounds)),
      Refusal(
        SiLUGradient(), [image, weight],
        .shape("SiLUGradient", input: "gradient", expected: weight, actual: image)),
    ])
  }

  @Test func `matrix products`() {
    check([
      Refusal(Linear(), [[4], [3, 4]], .rank("Linear", expected: 2, actual: [4])),
      Refusal(Linear(), [image, [3, 4]], .features("Linear", expected: 4, actual: image)),
      Refusal(Linear(), [[2, 4], image], .rank("Linear weight", expected: 2, actual: image)),
      Refusal(Linear(), [[0, 4], [3, 4]], .empty("Linear", actual: [0, 4])),
      Refusal(Linear(), [[2, 5], [3, 4]], .features("Linear", expected: 4, actual: [2, 5])),
      Refusal(
        Linear(), [[2, 4], [3, 4], [4]],
        .shape("Linear", input: "bias", expected: [3], actual: [4])),
      Refusal(
        MatMul(), [[2, 4], [3, 4]],
        .shape("MatMul", input: "the right matrix", expected: [4, 4], actual: [3, 4])),
      Refusal(
        MatMul(transposeRight: true), [[2, 4], [4, 3]],
        .shape("MatMul", input: "the right matrix", expected: [4, 4], actual: [4, 3])),
      Refusal(
        MatMul(), [[5, 2, 4], [5, 3, 4]],
        .shape("MatMul", input: "the right matrix", expected: [5, 4, 4], actual: [5, 3, 4])),
      Refusal(MatMul(), [[4], [4, 3]], .rank("MatMul", expected: 2, actual: [4])),
      Refusal(MatMul(), [[5, 2, 4], [3, 4, 2]], .broadcast("MatMul's batch", [5], [3])),
      Refusal(MatMul(), [[2, 0], [0, 3]], .empty("MatMul", actual: [2, 0])),
      Refusal(MatMul(), [[1 << 30, 1], [1, 1 << 30]], .tooLarge("MatMul")),
    ])
  }

  @Test func `pooling`() throws {
    let two = try Window(kernel: 2)
    let padded = try Window(kernel: 3, padding: .init(2))
    let seven = try Window(kernel: 7)
    let dilated = try Window(kernel: 2, dilation: 2)
    check([
      Refusal(
        MaxPool2d(rows: two, columns: two), [[4, 6]],
        .rank("MaxPool2d", expected: 4, actual: [4, 6])),
      Refusal(
        MaxPool2d(rows: padded, columns: two), [image],
        .poolPadding(rows: padded, columns: two)),
      Refusal(
        MaxPool2d(rows: two, columns: seven), [image],
        .windowTooLarge("MaxPool2d", rows: two, columns: seven, actual: image)),
      Refusal(
        AvgPool2d(rows: dilated, columns: two), [image],
        .setting("AvgPool2d", name: "dilation", value: "2×1", allowed: "1")),
      Refusal(
        MaxPool2dGradient(pooling: MaxPool2d(rows: two, columns: two)), [image, image],
        .shape(
          "MaxPool2dGradient", input: "gradient", expected: [2, 4, 5, 5], actual: image)),
      Refusal(
        AdaptiveAvgPool2d(height: 0, width: 1), [image],
        .setting("AdaptiveAvgPool2d", name: "output size", value: "0×1", allowed: "1 or more")),
      Refusal(
        AdaptiveAvgPool2d(height: 1 << 24, width: 1 << 24), [image], .tooLarge("AdaptiveAvgPool2d")),
    ])
  }

  @Test func `a pooling window always sees a pixel`() throws {
    // The taps of this window lie at -1 and 1, beside the only pixel.
    let beside = try Window(kernel: 2, dilation: 2, padding: .init(1))
    let one = try Window(kernel: 1)
    for (rows, columns, image) in [(beside, one, [1, 1, 1, 5]), (one, beside, [1, 1, 5, 1])] {
      #expect(throws: OperationError.self) {
        try MaxPool2d(rows: rows, columns: columns).outputShapes(for: [Shape(image)])
      }
    }
    // On two pixels each position sees one.
    let shapes = try MaxPool2d(rows: beside, columns: one).outputShapes(for: [[1, 1, 2, 1]])
    #expect(shapes == [[1, 1, 2, 1]])
  }

  @Test func `normalisation`() {
    let training = BatchNorm2dTraining(epsilon: 1e-5, momentum: 0.1)
    let single: Shape = [1, 4, 1, 1]
    check([
      Refusal(
        training, [single, [4], [4]], .tooFewValues("BatchNorm2dTraining", actual: single)),
      Refusal(
        training, [image, [4]], .inputCount("BatchNorm2dTraining", expected: 3...5, actual: 2)),
      Refusal(
        training, [image, [4], [4], [4]],
        .inputCount("BatchNorm2dTraining", expected: 3...5, actual: 4)),
      Refusal(
        training, [image, [5], [4]],
        .channels("BatchNorm2dTraining", expected: 5, actual: image)),
      Refusal(
        training, [image, [4, 1], [4]],
        .rank("BatchNorm2dTraining", expected: 1, actual: [4, 1])),
      Refusal(
        BatchNorm2dTraining(epsilon: 0, momentum: 0.1), [image, [4], [4]],
        .setting(
          "BatchNorm2dTraining", name: "epsilon", value: "0.0",
          allowed: "a small number above 0")),
      Refusal(
        BatchNorm2dTraining(epsilon: 1e-5, momentum: 1.5), [image, [4], [4]],
        .setting("BatchNorm2dTraining", name: "momentum", value: "1.5", allowed: "0 to 1")),
      Refusal(
        BatchNorm2d(epsilon: .nan), [image, [4], [4]],
        .setting("BatchNorm2d", name: "epsilon", value: "nan", allowed: "a small number above 0")),
    ])
  }

  @Test func `elementwise and shaping`() {
    check([
      Refusal(Binary(.add), [[2, 3], [4, 1]], .broadcast("Add", [2, 3], [4, 1])),
      Refusal(BroadcastTo(), [[2, 3], [3]], .broadcast("BroadcastTo", [2, 3], [3])),
      Refusal(SumTo(), [[3], [2, 3]], .broadcast("SumTo", [3], [2, 3])),
      Refusal(
        ReLUGradient(), [[2], [3]],
        .shape("ReLUGradient", input: "gradient", expected: [3], actual: [2])),
      Refusal(
        Reduce(.mean, axes: [1, -1], keepDimensions: false), [[2, 3]],
        .axes("Mean", axes: [1, -1], actual: [2, 3])),
      Refusal(
        Reduce(.max, axes: [0], keepDimensions: true), [[0]], .empty("Max", actual: [0])),
      Refusal(Softmax(axis: .min), [[2]], .axes("Softmax", axes: [.min], actual: [2])),
      Refusal(Reshape([4, -1]), [[2, 3]], .reshape([4, -1], actual: [2, 3])),
      Refusal(Reshape([-1, -1]), [[2, 3]], .reshape([-1, -1], actual: [2, 3])),
      Refusal(Reshape([.max, .max]), [[2, 3]], .reshape([.max, .max], actual: [2, 3])),
      Refusal(Reshape(), [[2, 3], [4]], .reshape([4], actual: [2, 3])),
      Refusal(
        Flatten(startAxis: 2, endAxis: 1), [[2, 3, 4]],
        .axes("Flatten", axes: [2, 1], actual: [2, 3, 4])),
      Refusal(Unsqueeze(axes: [0, 0]), [[2]], .axes("Unsqueeze", axes: [0, 0], actual: [2])),
      Refusal(Concat(axis: 0), [], .inputCount("Concat", expected: 1...1024, actual: 0)),
      Refusal(Concat(axis: 2), [[2, 3]], .axes("Concat", axes: [2], actual: [2, 3])),
      Refusal(
        Concat(axis: 0), [[2, 3], [2, 4]],
        .shape("Concat", input: "input 1", expected: [2, 3], actual: [2, 4])),
      Refusal(Split(axis: 0), [[2]], .inputCount("Split", expected: 2...1024, actual: 1)),
      Refusal(
        Slice(axis: 0, start: 1, end: 1), [[4]], .range("Slice", start: 1, end: 1, actual: [4])),
      Refusal(
        Slice(axis: 0, start: .min, end: .max), [[4]],
        .range("Slice", start: .min, end: .max, actual: [4])),
      Refusal(
        Dropout(probability: 1, stream: 0), [[4]],
        .setting(
          "Dropout", name: "probability", value: "1.0", allowed: "0 or more and below 1")),
    ])
  }

  @Test func `losses and updates`() {
    check([
      Refusal(
        CrossEntropy(), [[2, 3, 4], [2]], .rank("CrossEntropy", expected: 2, actual: [2, 3, 4])),
      Refusal(CrossEntropy(), [[0, 3], [0]], .empty("CrossEntropy", actual: [0, 3])),
      Refusal(
        CrossEntropy(), [[2, 3, 4, 5], [2]],
        .shape("CrossEntropy", input: "target", expected: [2, 4, 5], actual: [2])),
      Refusal(
        CrossEntropy(target: .probabilities), [[2, 3], [2]],
        .shape("CrossEntropy", input: "target", expected: [2, 3], actual: [2])),
      Refusal(
        CrossEntropy(labelSmoothing: -0.5), [[2, 3], [2]],
        .setting("CrossEntropy", name: "label smoothing", value: "-0.5", allowed: "0 to 1")),
      Refusal(
        SGDUpdate(weightDecay: 0, nesterov: false), [[2], [3], [2], [2]],
        .shape("SGDUpdate", input: "input 1", expected: [2], actual: [3])),
      Refusal(
        AdamUpdate(beta2: 0.999, epsilon: 1e-8, weightDecay: 0, decoupled: true),
        [[2], [2], [2], [2], [3]],
        .shape("AdamUpdate", input: "the settings", expected: [4], actual: [3])),
    ])
  }
}
