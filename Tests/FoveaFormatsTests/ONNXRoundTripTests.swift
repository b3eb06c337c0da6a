import FoveaGraph
import FoveaLayers
import FoveaRuntime
import FoveaTensors
import FoveaZoo
import Foundation
import Testing

@testable import FoveaFormats

/// What a network makes of an input, by the engine.
func outputs(
  _ graph: Graph, _ weights: Weights, _ inputs: [String: Tensor]
) throws -> [String: Tensor] {
  let program = try Program(
    graph, inputs: inputs.mapValues(\.shape), variables: VariableStore(weights),
    pool: ThreadPool(threads: 1))
  try program.run(inputs)
  return try Dictionary(
    uniqueKeysWithValues: graph.outputs.keys.map { ($0, try program.output($0)) })
}

/// Random numbers from -1 to 1, the same for the same seed.
func randomTensor(_ shape: Shape, seed: UInt64) -> Tensor {
  let stream = RandomStream(seed: seed, named: "onnx")
  return Tensor(
    shape,
    (0..<shape.elementCount).map {
      Float(stream.integer(at: UInt64($0), below: 2001) - 1000) / 1000
    })
}

/// Fails where two tensors differ by more than a share of the largest expected magnitude.
func expectSame(
  _ actual: Tensor?, _ expected: Tensor, relative: Float, _ comment: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard let actual, actual.shape == expected.shape else {
    Issue.record(
      "\(comment): shape \(actual?.shape.description ?? "none"), not \(expected.shape)",
      sourceLocation: sourceLocation)
    return
  }
  let bound = relative * (expected.floats.map(abs).max() ?? 0) + 1e-7
  let worst = zip(actual.floats, expected.floats).map { abs($0 - $1) }
  guard worst.contains(where: { !($0 <= bound) }) else { return }
  Issue.record(
    "\(comment): a difference of \(worst.max() ?? 0), above \(bound)",
    sourceLocation: sourceLocation)
}

@Suite struct ONNXRoundTripTests {
  struct Case: CustomTestStringConvertible {
    let testDescription: String
    let input: Shape
    /// The opsets that have the operations.
    let opsets: ClosedRange<Int>
    let layers: @Sendable (SymbolicTensor) throws(GraphError) -> SymbolicTensor

    init(
      _ testDescription: String, _ input: Shape, since opset: Int = 13,
      _ layers:
        @escaping @Sendable (SymbolicTensor) throws(GraphError) -> SymbolicTensor
    ) {
      self.testDescription = testDescription
      self.input = input
      opsets = opset...ONNXExportOptions.opsets.upperBound
      self.layers = layers
    }
  }

  static func layer(_ layer: some Layer & Sendable) -> Case {
    Case("\(type(of: layer))", [3, 9, 8]) { x throws(GraphError) in try layer.forward(x) }
  }

  static let cases: [Case] = [
    layer(FoveaLayers.Conv2d(6, kernel: 3, stride: 2, padding: 1, groups: 3)),
    layer(FoveaLayers.Conv2d(4, kernel: 2, dilation: 2, bias: false)),
    layer(FoveaLayers.ConvTranspose2d(6, kernel: 3, stride: 2, padding: 1, outputPadding: 1)),
    layer(FoveaLayers.MaxPool2d(kernel: 3, stride: 2, padding: 1, ceilMode: true)),
    layer(FoveaLayers.AvgPool2d(kernel: 3, stride: 2, padding: 1, countIncludePad: false)),
    layer(FoveaLayers.AvgPool2d(kernel: 2)),
    layer(FoveaLayers.AdaptiveAvgPool2d(1)),
    layer(FoveaLayers.AdaptiveAvgPool2d(4)),
    layer(FoveaLayers.BatchNorm2d()),
    layer(FoveaLayers.ReLU()), layer(FoveaLayers.LeakyReLU()), layer(FoveaLayers.Sigmoid()),
    layer(FoveaLayers.SiLU()), layer(FoveaLayers.Hardsigmoid()), layer(FoveaLayers.Hardswish()),
    layer(FoveaLayers.ReLU6()), layer(FoveaLayers.Hardtanh()), layer(FoveaLayers.Tanh()),
    Case("a linear layer", [3, 4, 4]) { x throws(GraphError) in
      try FoveaLayers.Linear(5).forward(FoveaLayers.Flatten().forward(x))
    },
    Case("rows of features", [3, 4]) { x throws(GraphError) in
      try FoveaLayers.Linear(5).forward(x)
    },
    Case("a signal", [4, 11]) { x throws(GraphError) in
      try FoveaLayers.Conv1d(6, kernel: 3, stride: 2, padding: 1, groups: 2).forward(x)
    },
    Case("a volume", [2, 4, 5, 6]) { x throws(GraphError) in
      try FoveaLayers.Conv3d(3, kernel: 3, padding: 1).forward(x)
    },
    layer(FoveaLayers.GELU()), layer(FoveaLayers.GELU(approximate: .tanh)),
    layer(FoveaLayers.ELU()), layer(FoveaLayers.Softplus()), layer(FoveaLayers.Mish()),
    layer(FoveaLayers.PReLU(perChannel: true)), layer(FoveaLayers.GroupNorm(groups: 3)),
    layer(FoveaLayers.SELU()),
    Case("group normalisation", [6, 5, 4]) { x throws(GraphError) in
      try FoveaLayers.GroupNorm(groups: 2).forward(x)
    },
    Case("layer normalisation", [6, 5]) { x throws(GraphError) in
      try FoveaLayers.LayerNorm([5]).forward(x)
    },
    Case("local response normalisation", [6, 5, 4]) { x throws(GraphError) in
      try FoveaLayers.LocalResponseNorm(5).forward(x)
    },
    Case("two branches", [4, 5, 6]) { x throws(GraphError) in
      try concatenate([add(x, relu(x)), multiply(x, sigmoid(x)), subtract(x, tanh(x))])
    },
    Case("a gate of each channel", [4, 5, 6]) { x throws(GraphError) in
      try multiply(x, hardsigmoid(mean(x, axes: [2, 3], keepDimensions: true)))
    },
    Case("scaled and shifted", [4, 5, 6]) { x throws(GraphError) in
      try x.tracer.append(Scale(0.3, shift: -2), [x])[0]
    },
    Case("the largest of each channel", [4, 5, 6]) { x throws(GraphError) in
      try x.tracer.append(Reduce(.max, axes: [2, 3], keepDimensions: false), [x])[0]
    },
    Case("a sum over channels", [4, 5, 6]) { x throws(GraphError) in
      try x.tracer.append(Reduce(.sum, axes: [-3], keepDimensions: false), [x])[0]
    },
    Case("softmax", [4, 5, 6]) { x throws(GraphError) in
      try x.tracer.append(FoveaGraph.Softmax(axis: 1), [x])[0]
    },
    Case("log softmax", [7]) { x throws(GraphError) in
      try x.tracer.append(FoveaGraph.LogSoftmax(axis: -1), [x])[0]
    },
    Case("channels in groups", [4, 5, 6]) { x throws(GraphError) in
      try x.tracer.append(Reshape([-1, 2, 2, 5, 6]), [x])[0]
    },
    Case("merged behind the channels", [4, 5, 6]) { x throws(GraphError) in
      try x.tracer.append(FoveaGraph.Flatten(startAxis: 2), [x])[0]
    },
    Case("a slice", [4, 5, 6]) { x throws(GraphError) in
      try x.tracer.append(Slice(axis: 2, start: 1, end: 4), [x])[0]
    },
    Case("an axis more", [4, 5]) { x throws(GraphError) in
      try x.tracer.append(Unsqueeze(axes: [2]), [x])[0]
    },
    Case("logarithm, root and power", [6]) { x throws(GraphError) in
      let positive = try x.tracer.append(Scale(1, shift: 2), [x])[0]
      let root = try x.tracer.append(Unary(.sqrt), [positive])[0]
      let power = try x.tracer.append(Unary(.exp), [root])[0]
      return try divide(x.tracer.append(Unary(.log), [power])[0], power)
    },
  ]

  @Test(arguments: cases + selectionCases) func networksComeBack(_ example: Case) throws {
    let model = try Model(input: example.input, function: example.layers)
    var weights = model.initialWeights(seed: 3)
    for name in weights.names where name.hasSuffix("running_mean") {
      weights[name] = randomTensor(weights[name]!.shape, seed: 9)
    }
    for opset in [13, 18, 21] where example.opsets ~= opset {
      var options = ONNXExportOptions()
      options.opset = opset
      let file = try ONNXFile(
        PortableModel(graph: model.inference, weights: weights), options: options)
      let back = try PortableModel(decodingONNX: try file.data())
      let image = randomTensor(Shape([2] + example.input.dimensions), seed: 1)
      let expected = try outputs(model.inference, weights, ["input": image])
      let actual = try outputs(back.graph, back.weights, ["input": image])
      for (name, tensor) in expected {
        expectSame(actual[name], tensor, relative: 1e-5, "\(name), opset \(opset)")
      }
    }
  }

  @Test(arguments: ["resnet18-cifar", "mobilenet-v2", "simple-cnn", "efficientnet-b0"])
  func zooNetworksComeBackWithTheirNames(_ name: String) throws {
    let network = try ZooModel.named(name)
    let model = try network.build()
    let weights = model.initialWeights(seed: 5)
    var before = PortableModel(graph: model.inference, weights: weights)
    before.information.name = name
    before.information.labels = ["a", "é"]
    let back = try PortableModel(decodingONNX: try ONNXFile(before).data())
    #expect(back.information == before.information)
    let different = back.weights.names.filter { back.weights[$0] != weights[$0] }
    #expect(different.isEmpty)
    let variables = Set(model.inference.variables.map(\.name))
    #expect(Set(back.graph.variables.map(\.name)) == variables)
    #expect(
      back.graph.nodes.map(\.operation.name).sorted()
        == model.inference.nodes.map(\.operation.name).sorted())
  }
}
