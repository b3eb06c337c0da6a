import FoveaAnalysis
import FoveaGraph
import FoveaLayers
import FoveaTensors
import FoveaZoo
import Testing

@Suite struct ResidualMobileTests {
  /// Networks with golden files of `Tools/golden/zoo_residual.py`.
  static let recorded = [
    "resnet101", "resnet152", "resnext50-32x4d", "resnext101-32x8d", "resnext101-64x4d",
    "wide-resnet50-2", "wide-resnet101-2", "resnet50-c", "resnet50-d", "resnetv2-50",
    "seresnet50", "resnet20-cifar", "resnet32-cifar", "resnet44-cifar", "resnet56-cifar",
    "resnet110-cifar", "wide-resnet28-10", "regnet-x-400mf", "regnet-y-400mf",
    "ghostnet-100", "ghostnet-100-x1.3",
    "mobilenetv1-100", "mobilenet-v2-x1.4", "mobilenet-v2-x0.35", "mobilenet-v3-large",
    "mobilenet-v3-small", "mnasnet0-5", "mnasnet0-75", "mnasnet1-0", "mnasnet1-3",
    "efficientnet-b1", "efficientnet-b2", "efficientnet-b3", "efficientnet-b4",
    "efficientnet-b5", "efficientnet-b6", "efficientnet-b7", "efficientnet-v2-s",
    "efficientnet-lite0", "efficientnet-lite1", "efficientnet-lite2", "efficientnet-lite3",
    "efficientnet-lite4", "convnext-tiny", "convnext-small", "convnext-base", "convnext-large",
    "resnet50-gn", "resnetv2-50x1-bit",
  ]
  /// Those whose logits are recorded; the others are of the same kind as one of these.
  static let run = [
    "resnext50-32x4d", "resnet50-d", "resnetv2-50", "seresnet50", "resnet20-cifar",
    "resnet56-cifar", "regnet-x-400mf", "regnet-y-400mf", "mobilenetv1-100", "ghostnet-100",
    "mobilenet-v2-x0.35", "mobilenet-v3-large", "mobilenet-v3-small", "mnasnet0-5", "mnasnet1-0",
    "efficientnet-b1", "convnext-tiny", "resnet50-gn", "resnetv2-50x1-bit",
  ]

  /// Bodies whose strides became dilations, with a classifier behind them.
  static let dilated = [
    "resnet50-stride8", "resnet50-stride16", "resnet34-stride8", "resnet50-d-stride8",
    "mobilenet-v3-large-dilated", "mobilenet-v3-small-dilated",
  ]

  static func dilated(_ name: String, input: Shape, classes: Int) throws -> Model {
    let residual: ResidualBody? =
      switch name {
      case "resnet50-stride8": ResidualBody(.bottleneck, depths: [3, 4, 6, 3], outputStride: 8)
      case "resnet50-stride16": ResidualBody(.bottleneck, depths: [3, 4, 6, 3], outputStride: 16)
      case "resnet34-stride8": ResidualBody(.basic, depths: [3, 4, 6, 3], outputStride: 8)
      case "resnet50-d-stride8":
        ResidualBody(
          .bottleneck, depths: [3, 4, 6, 3], outputStride: 8, options: ResidualOptions(variant: .d))
      default: nil
      }
    if let residual {
      return try Model(input: input) {
        residual.inlined()
        GlobalAvgPool2d().named("avgpool")
        Flatten()
        Linear(classes).named("fc")
      }
    }
    let isLarge = name == "mobilenet-v3-large-dilated"
    return try Model(input: input) {
      MobileNetV3Body(isLarge ? .large : .small, isDilated: true, hasReducedTail: !isLarge)
        .named("features")
      GlobalAvgPool2d().named("avgpool")
      Flatten()
      Sequential {
        Linear(isLarge ? 1280 : 512)
        Hardswish()
        Dropout(0.2)
        Linear(classes)
      }.named("classifier")
    }
  }

  private func expectSameWeights(_ model: Model, _ golden: RecordedNetwork) throws {
    #expect(model.parameterCount == golden.parameters)
    #expect(try ModelSummary(of: model.inference).totals.multiplyAdds == golden.multiplyAdds)
    let actual = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.shape) })
    let expected = try golden.shapes
    #expect(Set(actual.keys).symmetricDifference(expected.keys) == [])
    for (name, shape) in expected { #expect(actual[name] == shape, "\(name)") }
  }

  @Test(arguments: recorded)
  func `weights have the names and shapes of their source, and the work is the same`(
    name: String
  ) throws {
    try expectSameWeights(ZooModel.named(name).build(), RecordedNetwork(name))
  }

  @Test(arguments: run)
  func `logits and a gradient through all layers are those of the source`(name: String) throws {
    let entry = try ZooModel.named(name)
    // PyTorch's own gradient of BiT, in float64, moves by 2.3e-2 where its weights move by 6e-8 of themselves.
    let tolerance: Float = name == "resnetv2-50x1-bit" ? 4e-2 : 2e-2
    try RecordedNetwork(name).expectAgreement(gradientTolerance: tolerance) {
      try entry.build(input: $0, classes: $1)
    }
  }

  @Test(arguments: dilated)
  func `bodies with dilated stages have the same weights and work`(name: String) throws {
    try expectSameWeights(
      Self.dilated(name, input: [3, 224, 224], classes: 1000), RecordedNetwork(name))
  }

  @Test(arguments: [
    "resnet50-stride8", "resnet34-stride8", "resnet50-d-stride8", "mobilenet-v3-small-dilated",
  ])
  func `bodies with dilated stages give their sources' logits`(name: String) throws {
    try RecordedNetwork(name).expectAgreement {
      try Self.dilated(name, input: $0, classes: $1)
    }
  }

  /// TensorFlow's padding depends on the image; an odd one meets all its cases.
  @Test func `efficientnet-lite0 gives its source's logits`() throws {
    try RecordedNetwork("efficientnet-lite0-small").expectAgreement {
      try ZooModel.efficientNetLite0.build(input: $0, classes: $1)
    }
  }

  @Test func `fused and plain blocks of EfficientNetV2 give torchvision's logits`() throws {
    try RecordedNetwork("fused-blocks").expectAgreement { input, classes in
      let normalization = FoveaLayers.BatchNorm2d(epsilon: 1e-3)
      return try Model(input: input) {
        FusedMBConv(channels: 24, expandedChannels: 24, normalization: normalization)
        FusedMBConv(channels: 48, expandedChannels: 96, stride: 2, normalization: normalization)
        MBConv(
          channels: 64, expandedChannels: 192, stride: 2, gate: Gate(squeezed: 12),
          normalization: normalization)
        MBConv(
          channels: 64, expandedChannels: 384, gate: Gate(squeezed: 16),
          normalization: normalization)
        GlobalAvgPool2d()
        Flatten()
        Linear(classes)
      }
    }
  }

  /// Squeeze-and-excitation as an own layer of a user's.
  private struct Gate: Layer {
    let squeezed: Int

    func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
      let weigh = Sequential {
        GlobalAvgPool2d().named("avgpool")
        FoveaLayers.Conv2d(squeezed, kernel: 1).named("fc1")
        SiLU()
        FoveaLayers.Conv2d(input.shape[1], kernel: 1).named("fc2")
        Sigmoid()
      }
      return try input * weigh.forward(input)
    }
  }

  /// Narrow enough for a test: the same blocks as in 28-10.
  @Test func `wide-resnet28 gives the paper's logits`() throws {
    try RecordedNetwork("wide-resnet28-1").expectAgreement {
      try ZooModel.named("wide-resnet28-10-x0.1").build(input: $0, classes: $1)
    }
  }

  @Test func `bodies give the maps behind their stages`() throws {
    let model = try Model(input: [3, 64, 96]) { input throws(GraphError) in
      let maps = try ResidualBody(.bottleneck, depths: [1, 1, 1, 1], outputStride: 8).maps(input)
      for (index, map) in maps.enumerated() { input.tracer.output("stage\(index)", map) }
      let mobile = try input.tracer.scoped(.name("mobile")) { () throws(GraphError) in
        try MobileNetV3Body(.large, isDilated: true).maps(input)
      }
      for (index, map) in mobile.enumerated() { input.tracer.output("mobile\(index)", map) }
      return maps[3]
    }
    let shapes = try model.inference.shapes()
    func extents(_ name: String) throws -> [Int] {
      try Array(shapes[model.inference.output(named: name)].dimensions.dropFirst())
    }
    #expect(
      try (0..<4).map { try extents("stage\($0)") } == [
        [256, 16, 24], [512, 8, 12], [1024, 8, 12], [2048, 8, 12],
      ])
    #expect(
      try (0..<6).map { try extents("mobile\($0)") } == [
        [16, 32, 48], [24, 16, 24], [40, 8, 12], [80, 4, 6], [160, 4, 6], [960, 4, 6],
      ])
  }

  @Test(arguments: [
    ResidualBody(.basic, depths: []), ResidualBody(.basic, depths: [1, -1]),
    ResidualBody(.bottleneck, depths: [1], outputStride: 2),
    ResidualBody(.bottleneck, depths: [1], options: ResidualOptions(groups: 0)),
    ResidualBody(.bottleneck, depths: [1], options: ResidualOptions(widthPerGroup: 0)),
  ])
  func `impossible bodies are refused`(body: ResidualBody) {
    #expect(throws: GraphError.self) { try Model(input: [3, 64, 64]) { body } }
  }

  /// Published figures, most of them timm's, which count a little more than multiply-adds.
  @Test(arguments: [
    ("resnet18", 1.82), ("resnet34", 3.67), ("resnet50", 4.11), ("resnet101", 7.83),
    ("resnet152", 11.56), ("resnet50-d", 4.35), ("resnext50-32x4d", 4.26),
    ("wide-resnet50-2", 11.43), ("seresnet50", 4.11), ("mobilenetv1-100", 0.58),
    ("ghostnet-100", 0.141),
    ("mobilenet-v2", 0.31), ("mobilenet-v3-large", 0.219), ("mobilenet-v3-small", 0.06),
    ("efficientnet-b0", 0.39), ("efficientnet-b4", 4.5), ("efficientnet-b7", 38.3),
    ("regnet-y-400mf", 0.41), ("resnet20-cifar", 0.04), ("resnet56-cifar", 0.13),
    ("resnet110-cifar", 0.25), ("wide-resnet28-10", 5.2),
  ])
  func `multiply-adds are the published ones`(name: String, billions: Double) throws {
    let summary = try ModelSummary(of: ZooModel.named(name).build().inference)
    let counted = Double(summary.totals.multiplyAdds) / 1e9
    #expect(abs(counted - billions) <= max(0.0101, 0.025 * billions), "\(counted)")
  }

  @Test(arguments: [
    ("resnet18", "layer4.1.relu", 435), ("resnet34", "layer4.2.relu", 899),
    ("resnet50", "layer4.2.relu", 427), ("resnet50-v1", "layer4.2.relu", 483),
    ("resnet101", "layer4.2.relu", 971), ("resnet152", "layer4.2.relu", 1451),
    ("resnet50-d", "layer4.2.relu", 431), ("resnext50-32x4d", "layer4.2.relu", 427),
    ("wide-resnet50-2", "layer4.2.relu", 427), ("mobilenetv1-100", "blocks.4.1.act2", 315),
    ("mobilenet-v2", "features.18.2", 491),
  ])
  func `receptive fields are the published ones`(name: String, path: String, size: Int) throws {
    let summary = try ModelSummary(of: ZooModel.named(name).build().inference)
    let field = try #require(summary.layers.last { $0.path == path }).receptiveField
    for axis in [field.rows, field.columns] {
      #expect(axis?.size == size)
      #expect(axis?.jump == 32)
    }
    #expect(field.status == .complete)
  }
}
