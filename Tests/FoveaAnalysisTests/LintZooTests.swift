import FoveaAnalysis
import FoveaGraph
import FoveaLayers
import FoveaTensors
import FoveaZoo
import Testing

/// Published networks: every finding is listed, so that no rule cries wolf.
@Suite struct LintZooTests {
  private static let skips = [
    "skipped-pixels layer2.0.downsample.0", "skipped-pixels layer3.0.downsample.0",
    "skipped-pixels layer4.0.downsample.0",
  ]

  private static func aliasing(_ layers: String...) -> [String] { layers.map { "aliasing \($0)" } }

  /// The notes of each network, in order.
  static let notes: [(String, [String])] = [
    ("simple-cnn", aliasing("0.0", "1.0", "2.0", "3.0")),
    ("simple-cnn-3v7", aliasing("0.0", "1.0", "2.0", "3.0")),
    ("lenet5", aliasing("2", "5") + ["receptive-field-small 5"]),
    (
      "resnet18-cifar",
      skips + aliasing("layer2.0.conv1", "layer3.0.conv1", "layer4.0.conv1")
        + ["receptive-field-early layer3.1.conv1", "wide-stem conv1"]
    ),
    (
      "resnet18",
      skips
        + aliasing("conv1", "maxpool", "layer2.0.conv1", "layer3.0.conv1", "layer4.0.conv1")
        + ["design-pattern-13 layer1.0.conv1"]
    ),
    (
      "resnet34",
      skips
        + aliasing("conv1", "maxpool", "layer2.0.conv1", "layer3.0.conv1", "layer4.0.conv1")
        + ["receptive-field-early layer3.1.conv1", "design-pattern-13 layer1.0.conv1"]
    ),
    (
      "resnet50",
      skips
        + aliasing("conv1", "maxpool", "layer2.0.conv2", "layer3.0.conv2", "layer4.0.conv2")
        + ["receptive-field-early layer3.4.conv3"]
    ),
    ("resnet50-v1", aliasing("conv1", "maxpool") + ["receptive-field-early layer3.3.conv3"]),
    (
      "resnet50-b",
      skips
        + aliasing("conv1", "maxpool", "layer2.0.conv2", "layer3.0.conv2", "layer4.0.conv2")
        + ["receptive-field-early layer3.4.conv3"]
    ),
    (
      "resnet50-c",
      skips
        + aliasing("conv1.0", "maxpool", "layer2.0.conv2", "layer3.0.conv2", "layer4.0.conv2")
        + ["wide-stem conv1.0"]
    ),
    (
      "resnet50-d",
      aliasing("conv1.0", "maxpool", "layer2.0.conv2", "layer3.0.conv2", "layer4.0.conv2")
        + ["wide-stem conv1.0"]
    ),
    (
      "mobilenet-v2",
      ["missing-activation features.2.conv.0.0", "missing-activation features.18.0"]
        + aliasing(
          "features.0.0", "features.2.conv.1.0", "features.4.conv.1.0", "features.7.conv.1.0",
          "features.14.conv.1.0")
        + ["receptive-field-early features.12.conv.2", "wide-stem features.0.0"]
    ),
    (
      "efficientnet-b0",
      ["missing-activation features.2.0.block.0.0", "missing-activation features.8.0"]
        + aliasing(
          "features.0.0", "features.2.0.block.1.0", "features.3.0.block.1.0",
          "features.4.0.block.1.0", "features.6.0.block.1.0")
        + ["receptive-field-early features.5.1.block.3.0", "wide-stem features.0.0"]
    ),
    (
      "vgg16",
      aliasing("features.4", "features.9", "features.16", "features.23", "features.30")
        + [
          "receptive-field-small features.30", "wide-stem features.0",
          "design-pattern-9 features.0", "design-pattern-13 features.24",
        ]
    ),
  ]

  /// What is more than a note, all of it real.
  static let warnings = [
    // The bias of the last convolution, which the book's network has.
    "simple-cnn": ["bias-before-batch-norm 4.0"],
    "lenet5": ["dominant-linear fc1"],
    // Both the branch and the shortcut skip three of four pixels: what variant B mends.
    "resnet50-v1": (2...4).flatMap { stage in
      ["conv1", "downsample.0"].map { "skipped-pixels layer\(stage).0.\($0)" }
    },
    "vgg16": ["dominant-linear classifier.0"],
  ]

  @Test(arguments: notes)
  func `a published network has these findings and no others`(name: String, notes: [String]) throws
  {
    let model = try ZooModel.named(name).build()
    let context = try LintContext(
      model.inference, inputs: [Model.inputName: Shape([32] + model.inputShape.dimensions)],
      training: model.training, batch: 32)
    let found = LintRules.findings(in: context)
    func listed(_ severity: LintSeverity) -> [String] {
      found.filter { $0.severity == severity }.map { "\($0.rule) \($0.layer)" }
    }
    #expect(listed(.note) == notes)
    #expect(listed(.warning) == Self.warnings[name] ?? [])
    #expect(listed(.error).isEmpty)
  }

  @Test func `every network of the zoo is listed`() {
    let listed =
      Self.notes.map(\.0)
      + LintClassicInceptionTests.warnings.map(\.0)
      + LintResidualMobileTests.warnings.map(\.0)
      + LintDenseTests.warnings.map(\.0)
    #expect(Set(listed) == Set(ZooModel.all.map(\.name)))
  }

  @Test func `VGG-16's first dense layer has 74 % of the parameters`() throws {
    let found = try lint("dominant-linear", ZooModel.vgg16.build())
    #expect(found[0].numbers["parameters"] == 102_764_544)
    #expect(found[0].numbers["allParameters"] == 138_357_544)
    #expect(found[0].message.contains("74 %"))
    #expect(found[0].numbers["parametersAfterPooling"] == Double(512 * 4096 + 4096))
  }

  /// Designs that the zoo has not, with what is more than a note about each.
  private static func designs() throws -> [(name: String, model: Model, warnings: [String])] {
    let preactivation = try Model(input: [3, 32, 32]) { input throws(GraphError) in
      var value = try Conv2d(16, kernel: 3, padding: 1, bias: false).named("stem")(input)
      for (index, stride) in [1, 2, 2].enumerated() {
        let channels = 16 << index
        let activated = try Sequential {
          BatchNorm2d()
          ReLU()
        }.named("first\(index)")(value)
        let branch = try Sequential {
          Conv2d(channels, kernel: 3, stride: Extent2d(stride), padding: 1, bias: false)
          BatchNorm2d()
          ReLU()
          Conv2d(channels, kernel: 3, padding: 1, bias: false)
        }.named("branch\(index)")(activated)
        let shortcut = try Conv2d(channels, kernel: 1, stride: Extent2d(stride), bias: false)
          .named("shortcut\(index)")(activated)
        value = try branch + shortcut
      }
      return try Sequential {
        BatchNorm2d()
        ReLU()
        GlobalAvgPool2d()
        Flatten()
        Linear(10)
      }.named("head")(value)
    }
    let dense = try Model(input: [3, 32, 32]) { input throws(GraphError) in
      var value = try Conv2d(24, kernel: 3, padding: 1, bias: false).named("stem")(input)
      for index in 0..<8 {
        let grown = try Sequential {
          BatchNorm2d()
          ReLU()
          Conv2d(48, kernel: 1, bias: false)
          BatchNorm2d()
          ReLU()
          Conv2d(12, kernel: 3, padding: 1, bias: false)
        }.named("grow\(index)")(value)
        value = try FoveaLayers.concatenate([value, grown])
        guard index % 4 == 3 else { continue }
        value = try Sequential {
          BatchNorm2d()
          ReLU()
          Conv2d(36, kernel: 1, bias: false)
          AvgPool2d(kernel: 2)
        }.named("transition\(index)")(value)
      }
      return value
    }
    let separable = try Model(input: [3, 64, 64]) {
      Conv2d(32, kernel: 3, stride: 2, padding: 1, bias: false)
      BatchNorm2d()
      ReLU()
      for channels in [32, 64] {
        Conv2d(channels, kernel: 3, padding: 1, groups: channels, bias: false)
        Conv2d(2 * channels, kernel: 1, bias: false)
        BatchNorm2d()
        ReLU()
        MaxPool2d(kernel: 3, stride: 2, padding: 1)
      }
    }
    let alexNet = try Model(input: [3, 224, 224]) {
      Conv2d(64, kernel: 11, stride: 4, padding: 2).named("conv1")
      ReLU()
      MaxPool2d(kernel: 3, stride: 2)
      Conv2d(192, kernel: 5, padding: 2).named("conv2")
      ReLU()
      MaxPool2d(kernel: 3, stride: 2)
      for (index, channels) in [384, 256, 256].enumerated() {
        Conv2d(channels, kernel: 3, padding: 1).named("conv\(index + 3)")
        ReLU()
      }
      MaxPool2d(kernel: 3, stride: 2)
      Flatten()
      for (index, features) in [4096, 4096].enumerated() {
        Linear(features).named("fc\(index + 6)")
        ReLU()
      }
      Linear(1000).named("fc8")
    }
    return [
      ("pre-activation ResNet", preactivation, []), ("DenseNet", dense, []),
      ("separable convolutions", separable, []),
      ("AlexNet", alexNet, ["dominant-linear fc6"]),
    ]
  }

  @Test func `other published designs raise no false alarm`() throws {
    for design in try Self.designs() {
      let context = try LintContext(
        design.model.inference, training: design.model.training, batch: 32)
      let found = LintRules.findings(in: context).filter { $0.severity > .note }
      #expect(found.map { "\($0.rule) \($0.layer)" } == design.warnings, "\(design.name)")
    }
  }
}
