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
    #expect(Set(Self.notes.map(\.0)) == Set(ZooModel.all.map(\.name)))
  }

  @Test func `VGG-16's first dense layer has 74 % of the parameters`() throws {
    let found = try lint("dominant-linear", ZooModel.vgg16.build())
    #expect(found[0].numbers["parameters"] == 102_764_544)
    #expect(found[0].numbers["allParameters"] == 138_357_544)
    #expect(found[0].message.contains("74 %"))
    #expect(found[0].numbers["parametersAfterPooling"] == Double(512 * 4096 + 4096))
  }
}
