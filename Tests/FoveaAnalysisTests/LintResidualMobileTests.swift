import FoveaAnalysis
import FoveaGraph
import FoveaLayers
import FoveaTensors
import FoveaZoo
import Testing

/// What is more than a note about the residual and the mobile networks, all of it real.
@Suite struct LintResidualMobileTests {
  /// How many findings of each rule.
  static let warnings: [(String, [String: Int])] =
    [
      "resnet101", "resnet152", "resnext50-32x4d", "resnext101-32x8d", "resnext101-64x4d",
      "wide-resnet50-2", "wide-resnet101-2", "resnetv2-50", "seresnet50", "resnet20-cifar",
      "resnet32-cifar", "resnet44-cifar", "resnet56-cifar", "wide-resnet28-10",
      "regnet-x-400mf", "regnet-y-400mf", "mobilenetv1-100", "mobilenet-v3-large",
      "ghostnet-100",
      "mnasnet0-5", "mnasnet0-75", "mnasnet1-0", "mnasnet1-3", "efficientnet-b1",
      "efficientnet-b2", "efficientnet-b3", "efficientnet-b4", "efficientnet-b5",
      "efficientnet-b6", "efficientnet-b7", "efficientnet-v2-s", "efficientnet-lite0",
      "efficientnet-lite1", "efficientnet-lite2", "efficientnet-lite3", "efficientnet-lite4",
      "convnext-tiny",
    ].map { ($0, [:]) } + [
      // Every position sees the whole of a 32×32 image long before the last block.
      ("resnet110-cifar", ["receptive-field-early": 1]),
      ("convnext-small", ["receptive-field-early": 1]),
      ("convnext-base", ["receptive-field-early": 1]),
      ("convnext-large", ["receptive-field-early": 1]),
      // The statistics of a group are those of the whole image.
      ("resnet50-gn", ["receptive-field-early": 1]),
      ("resnetv2-50x1-bit", ["receptive-field-early": 1]),
      ("mobilenet-v3-small", ["missing-activation": 1]),
    ]

  @Test(arguments: warnings)
  func `a published network has these warnings and no others`(
    name: String, warnings: [String: Int]
  ) throws {
    let model = try ZooModel.named(name).build()
    let context = try LintContext(
      model.inference, inputs: [Model.inputName: Shape([32] + model.inputShape.dimensions)],
      training: model.training, batch: 32)
    let found = LintRules.findings(in: context).filter { $0.severity > .note }
    #expect(Dictionary(grouping: found, by: \.rule).mapValues(\.count) == warnings)
  }
}
