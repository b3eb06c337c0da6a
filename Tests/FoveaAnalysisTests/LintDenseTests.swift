import FoveaAnalysis
import FoveaGraph
import FoveaLayers
import FoveaTensors
import FoveaZoo
import Testing

/// What is more than a note about networks that segment, make images and find boxes, all of it real.
@Suite struct LintDenseTests {
  /// How many findings of each rule.
  static let warnings: [(String, [String: Int])] = [
    // Dilated stages have most of the work.
    ("fcn-resnet50", ["cost-imbalance": 1]),
    ("fcn-resnet101", ["cost-imbalance": 1]),
    ("deeplabv3-resnet50", ["cost-imbalance": 1, "checkerboard": 1]),
    ("deeplabv3-resnet101", ["cost-imbalance": 1, "checkerboard": 1]),
    ("deeplabv3-mobilenet-v3-large", ["cost-imbalance": 1, "checkerboard": 1]),
    ("deeplabv3plus-resnet50", ["checkerboard": 1]),
    ("lraspp-mobilenet-v3-large", ["cost-imbalance": 1]),
    ("unet", [:]),
    ("unet-bilinear", [:]),
    ("unet-paper", [:]),
    // VGG-16's convolutions keep their biases before batch normalisation.
    ("segnet", ["bias-before-batch-norm": 25]),
    // Latent numbers are linear on both sides.
    ("vae", ["missing-activation": 1, "receptive-field-early": 1]),
    ("dcgan-generator", ["receptive-field-early": 1]),
    ("dcgan-discriminator", [:]),
    // Each of the four picks of `Focus` skips three of four pixels; together they skip none.
    ("yolox-nano", ["skipped-pixels": 4]),
    ("yolox-tiny", ["skipped-pixels": 4]),
    ("yolox-s", ["skipped-pixels": 4]),
    ("ssdlite320-mobilenet-v3-large", [:]),
    ("ssd300-vgg16", [:]),
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
