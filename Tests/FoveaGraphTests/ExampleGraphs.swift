import FoveaGraph
import FoveaTensors

/// Graphs that several suites use.
enum ExampleGraphs {
  /// `loss = Σ (x ⋆ w)²`, a convolution's result squared and summed.
  static func squaredConvolution(
    image: Shape = [2, 2, 5, 4], weight: Shape = [4, 1, 3, 2]
  ) throws -> Graph {
    var builder = GraphBuilder()
    let input = try builder.input("image", image)
    let taps = try builder.variable("weight", weight, role: .parameter)
    let rows = try Window(kernel: 3, stride: 2, padding: Window.Padding(before: 1, after: 0))
    let convolution = Conv2d(rows: rows, columns: try Window(kernel: 2, dilation: 2), groups: 2)
    let result = try builder.apply(convolution, input, taps, path: "conv")
    let square = try builder.apply(Binary(.multiply), result, result, path: "square")
    try builder.output("loss", try builder.sum(square))
    return builder.graph
  }

  /// A network with a layer of each kind, its loss, all gradients and an update of each weight.
  static func trainingStep() throws -> Graph {
    var builder = GraphBuilder()
    let pair = try Window(kernel: 2, stride: 2)
    let padded = try Window(kernel: 3, padding: Window.Padding(1))
    let image = try builder.input("image", [4, 3, 8, 8])
    let labels = try builder.input("labels", [4], .int32)
    let settings = try builder.input("settings", [SGDUpdate.settingCount])
    var parameters: [(name: String, shape: Shape)] = []
    func parameter(_ name: String, _ shape: Shape) throws -> Value {
      parameters.append((name, shape))
      return try builder.variable(name, shape, role: .parameter)
    }

    let first = try builder.apply(
      Conv2d(rows: padded, columns: padded), image, try parameter("conv.weight", [6, 3, 3, 3]),
      try parameter("conv.bias", [6]), path: "conv")
    let normalised = try builder.append(
      BatchNorm2dTraining(epsilon: 1e-5, momentum: 0.1),
      [
        first, try builder.variable("bn.running_mean", [6], role: .buffer),
        try builder.variable("bn.running_var", [6], role: .buffer),
        try parameter("bn.weight", [6]), try parameter("bn.bias", [6]),
      ], path: "bn")
    try builder.update("bn.running_mean", with: normalised[3])
    try builder.update("bn.running_var", with: normalised[4])
    let active = try builder.apply(ReLU(), normalised[0], path: "relu")
    let pooled = try builder.apply(
      MaxPool2d(rows: pair, columns: pair), active, path: "maxpool")
    let averaged = try builder.apply(
      AvgPool2d(rows: padded, columns: padded, countIncludePad: false), pooled, path: "avgpool")
    let joined = try builder.append(Concat(axis: 1), [pooled, averaged], path: "concat")[0]
    let sliced = try builder.apply(Slice(axis: 1, start: 2, end: 10), joined, path: "slice")
    let cells = try builder.apply(
      AdaptiveAvgPool2d(height: 3, width: 2), sliced, path: "adaptive")
    let dropped = try builder.apply(
      Dropout(probability: 0.25, stream: 7), cells, path: "dropout")
    let flat = try builder.apply(Flatten(), dropped, path: "flatten")
    let logits = try builder.apply(
      Linear(), flat, try parameter("fc.weight", [5, 48]), try parameter("fc.bias", [5]),
      path: "fc")
    let entropy = try builder.apply(
      CrossEntropy(labelSmoothing: 0.1), logits, labels, path: "loss")
    let decay = try builder.apply(
      Scale(0.01, shift: 0),
      try builder.sum(try builder.apply(Unary(.exp), logits, path: "decay")), path: "decay")
    try builder.output("loss", try builder.apply(Binary(.add), entropy, decay, path: "loss"))

    let differentiated = try differentiate(
      builder.graph, loss: "loss", withRespectTo: parameters.map(\.name))
    builder = try GraphBuilder(extending: differentiated)
    for (name, shape) in parameters {
      guard let weight = builder.graph.source(named: name) else { continue }
      let updated = try builder.append(
        SGDUpdate(weightDecay: 1e-4, nesterov: true),
        [
          weight, try builder.removeOutput(Graph.gradientName(of: name)),
          try builder.variable("velocity/\(name)", shape, role: .optimizerState), settings,
        ], path: "update")
      try builder.update(name, with: updated[0])
      try builder.update("velocity/\(name)", with: updated[1])
    }
    return builder.graph
  }
}

extension GraphBuilder {
  /// The sum of all elements.
  mutating func sum(_ value: Value) throws -> Value {
    let axes = Array(0..<shape(of: value).rank)
    return try apply(Reduce(.sum, axes: axes, keepDimensions: false), value, path: "sum")
  }
}
