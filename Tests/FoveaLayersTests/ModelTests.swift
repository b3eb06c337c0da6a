import FoveaGraph
import FoveaLayers
import FoveaTensors
import Testing

typealias Conv2d = FoveaLayers.Conv2d
typealias BatchNorm2d = FoveaLayers.BatchNorm2d
typealias ReLU = FoveaLayers.ReLU
typealias Linear = FoveaLayers.Linear
typealias Flatten = FoveaLayers.Flatten
typealias Dropout = FoveaLayers.Dropout

struct Block: CompositeLayer {
  let channels: Int
  var stride = 1
  var body: some Layer {
    Residual(
      shortcut: stride == 1
        ? nil : Sequential { Conv2d(channels, kernel: 1, stride: Extent2d(stride), bias: false) }
    ) {
      Conv2d(channels, kernel: 3, stride: Extent2d(stride), padding: 1, bias: false).named("conv1")
      BatchNorm2d().named("bn1")
    }.inlined()
    ReLU()
  }
}

@Suite struct ModelTests {
  @Test func `names are PyTorch's`() throws {
    let model = try Model(input: [3, 8, 8]) {
      Conv2d(4, kernel: 3, padding: 1)
      Sequential {
        Block(channels: 4)
        Block(channels: 8, stride: 2)
      }.named("layer1")
      Flatten()
      Linear(5).named("fc")
    }
    #expect(
      model.parameters.map(\.name) == [
        "0.weight", "0.bias", "layer1.0.conv1.weight", "layer1.0.bn1.weight",
        "layer1.0.bn1.bias", "layer1.0.bn1.running_mean", "layer1.0.bn1.running_var",
        "layer1.1.conv1.weight", "layer1.1.bn1.weight", "layer1.1.bn1.bias",
        "layer1.1.bn1.running_mean", "layer1.1.bn1.running_var", "layer1.1.downsample.0.weight",
        "fc.weight", "fc.bias",
      ])
    #expect(try model.outputShape == [5])
  }

  @Test func `activations append their operation, with its settings`() throws {
    let model = try Model(input: [3, 8, 8]) {
      FoveaLayers.LeakyReLU()
      FoveaLayers.LeakyReLU(negativeSlope: 0.2)
      FoveaLayers.Hardtanh()
      FoveaLayers.Hardtanh(minimum: -2, maximum: 3)
      ReLU6()
      FoveaLayers.Sigmoid()
      FoveaLayers.SiLU()
      FoveaLayers.Hardsigmoid()
      FoveaLayers.Hardswish()
    }
    let expected: [AnyHashable] = [
      FoveaGraph.LeakyReLU(negativeSlope: 0.01), FoveaGraph.LeakyReLU(negativeSlope: 0.2),
      FoveaGraph.Hardtanh(minimum: -1, maximum: 1), FoveaGraph.Hardtanh(minimum: -2, maximum: 3),
      FoveaGraph.Hardtanh(minimum: 0, maximum: 6), FoveaGraph.Sigmoid(), FoveaGraph.SiLU(),
      FoveaGraph.Hardsigmoid(), FoveaGraph.Hardswish(),
    ]
    let appended = model.inference.nodes.dropFirst().map { AnyHashable($0.operation) }
    #expect(appended == expected)
  }

  @Test func `input channels are inferred, or checked where they are given`() throws {
    #expect(
      try Model(input: [3, 8, 8]) { Conv2d(3, 10, kernel: 2, stride: 2) }.outputShape
        == [10, 4, 4])
    #expect(
      throws: GraphError.operation(
        path: "1", .channels("Conv2d", expected: 3, actual: [1, 7, 8, 8]))
    ) {
      try Model(input: [3, 8, 8]) {
        Conv2d(7, kernel: 1)
        Conv2d(3, 10, kernel: 2, stride: 2)
      }
    }
  }

  @Test func `a kernel that does not fit names the layer and the remedy`() {
    do {
      _ = try Model(input: [1, 5, 5]) {
        Sequential { Conv2d(4, kernel: 7) }.named("layer2")
      }
      Issue.record("a 7×7 kernel was taken on 5×5 pixels")
    } catch {
      #expect(
        "\(error)" == "layer2.0: kernel 7×7 spans more than the padded 5×5 input; "
          + "pad more, drop a stride before it, or take larger images")
    }
  }

  @Test func `same padding keeps the extents, and names the layer where a stride does not`() throws
  {
    let kept = try Model(input: [3, 9, 6]) {
      Conv2d(4, kernel: Extent2d(4, 3), padding: .same, dilation: Extent2d(1, 2))
      MaxPool2d(kernel: 3, stride: 1, padding: .same)
    }
    #expect(try kept.outputShape == [4, 9, 6])
    #expect(
      try Model(input: [3, 9]) { Conv1d(4, kernel: 6, padding: .same) }.outputShape == [4, 9])
    let expected = GraphError.operation(
      path: "stem",
      .setting(
        "a window with padding .same", name: "stride", value: "2",
        allowed: "stride 1, or padding in pixels"))
    #expect(throws: expected) {
      try Model(input: [3, 9, 6]) {
        Conv2d(4, kernel: 3, stride: Extent2d(1, 2), padding: .same).named("stem")
      }
    }
    #expect(throws: expected) {
      try Model(input: [3, 9]) {
        Conv1d(4, kernel: 3, stride: 2, padding: .same, paddingMode: .circular).named("stem")
      }
    }
  }

  @Test func `a mirror has no more pixels than the image`() {
    #expect(throws: GraphError.self) {
      try Model(input: [3, 4, 4]) { Conv2d(4, kernel: 9, padding: 4, paddingMode: .reflect) }
    }
  }

  @Test func `settings that make no layer are refused, and never trap`() {
    let wrong: [any Layer] = [
      Conv2d(0, kernel: 3), Conv2d(-4, kernel: 3), Conv2d(4, kernel: 0), Conv2d(4, kernel: -3),
      Conv2d(4, kernel: 3, stride: 0), Conv2d(4, kernel: 3, groups: 0),
      Conv2d(4, kernel: 3, groups: 2), Conv2d(.max, kernel: 3), Conv2d(4, kernel: 3, padding: -1),
      Conv2d(4, kernel: Extent2d(.max)), MaxPool2d(kernel: 3, padding: 2),
      DeformConv2d(0, kernel: 3), DeformConv2d(4, kernel: 0), DeformConv2d(4, kernel: 9),
      DeformConv2d(4, kernel: 3, offsetGroups: 0), DeformConv2d(4, kernel: 3, offsetGroups: 2),
      DeformConv2d(4, kernel: 2, stride: 2, padding: .same), GhostModule(0),
      GhostModule(4, ratio: 1), GhostModule(.max), GhostBottleneck(4, expandedChannels: 0),
      GhostBottleneck(4, expandedChannels: 8, squeezed: 0),
      Linear(0), Conv1d(4, kernel: 3), Conv3d(4, kernel: 3),
      FoveaLayers.AdaptiveAvgPool2d(0),
      FoveaLayers.Reshape(7), Dropout(1.5),
      BatchNorm2d(epsilon: -1), BatchNorm2d(momentum: 2), Flatten(startAxis: 9),
    ]
    for layer in wrong {
      #expect(throws: GraphError.self, "\(layer)") {
        try Model(input: [3, 8, 8], function: layer.forward)
      }
    }
  }

  @Test func `functions on values build what is no chain`() throws {
    let block = Conv2d(3, kernel: 3, padding: 1)
    let model = try Model(input: [3, 6, 6]) { (x: SymbolicTensor) throws(GraphError) in
      let y = try relu(x + block(x))
      return try concatenate([y, x])
    }
    #expect(try model.outputShape == [6, 6, 6])
    #expect(model.parameters.map(\.name) == ["0.weight", "0.bias"])
  }

  @Test func `a shared layer has one set of parameters`() throws {
    let model = try Model(input: [4, 6, 6]) {
      Conv2d(4, kernel: 3, padding: 1).shared(as: "tied")
      ReLU()
      Conv2d(4, kernel: 3, padding: 1).shared(as: "tied")
    }
    #expect(model.parameters.map(\.name) == ["tied.weight", "tied.bias"])
    #expect(throws: GraphError.sharedShape("tied.weight", [4, 4, 3, 3], [8, 4, 3, 3])) {
      try Model(input: [4, 6, 6]) {
        Conv2d(4, kernel: 3, padding: 1).shared(as: "tied")
        Conv2d(8, kernel: 3, padding: 1).shared(as: "tied")
      }
    }
  }

  @Test func `a name that is used twice by accident is refused`() {
    #expect(throws: GraphError.nameUsedTwice("conv.weight")) {
      try Model(input: [4, 6, 6]) {
        Conv2d(4, kernel: 3).named("conv")
        Conv2d(4, kernel: 3).named("conv")
      }
    }
  }

  @Test func `dropout and batch statistics are for training alone`() throws {
    let model = try Model(input: [4, 6, 6]) {
      BatchNorm2d()
      Dropout(0.5)
    }
    #expect(model.inference.nodes.map(\.operation.name).last == "BatchNorm2d")
    #expect(model.inference.updates.isEmpty)
    #expect(model.training.nodes.map(\.operation.name).last == "Dropout")
    #expect(Array(model.training.updates.keys) == ["0.running_mean", "0.running_var"])
  }
}
