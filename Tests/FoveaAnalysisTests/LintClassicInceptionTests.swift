import FoveaAnalysis
import FoveaGraph
import FoveaLayers
import FoveaTensors
import FoveaZoo
import Testing

/// What is more than a note about the classic networks and the Inception family, all of it real.
@Suite struct LintClassicInceptionTests {
  /// How many findings of each rule.
  static let warnings: [(String, [String: Int])] = [
    ("alexnet", ["dominant-linear": 1]),
    ("alexnet-paper", ["dominant-linear": 1]),
    ("zfnet", ["dominant-linear": 1]),
    ("vgg11", ["dominant-linear": 1]),
    ("vgg13", ["dominant-linear": 1]),
    ("vgg19", ["dominant-linear": 1]),
    // Torchvision's convolutions keep their biases before batch normalisation.
    ("vgg11-bn", ["bias-before-batch-norm": 8, "dominant-linear": 1]),
    ("vgg13-bn", ["bias-before-batch-norm": 10, "dominant-linear": 1]),
    ("vgg16-bn", ["bias-before-batch-norm": 13, "dominant-linear": 1]),
    ("vgg19-bn", ["bias-before-batch-norm": 16, "dominant-linear": 1]),
    ("nin-cifar", [:]),
    // The second 5×5 convolution and the strided one behind it take most of the work.
    ("all-cnn-a", ["cost-imbalance": 1]),
    ("all-cnn-b", [:]),
    ("all-cnn-c", [:]),
    ("googlenet", [:]),
    ("googlenet-aux", [:]),
    ("googlenet-paper", [:]),
    // Caffe's file keeps the biases, and so do the weights.
    ("inception-v2", ["bias-before-batch-norm": 69]),
    ("inception-v3", [:]),
    ("inception-v3-aux", [:]),
    ("inception-v4", [:]),
    ("inception-resnet-v2", ["receptive-field-early": 1]),
    ("xception", [:]),
    ("squeezenet1-0", [:]),
    ("squeezenet1-1", [:]),
    ("densenet121", [:]),
    ("densenet161", [:]),
    ("densenet169", [:]),
    ("densenet201", [:]),
    ("densenet-bc-100-12", [:]),
    ("shufflenet-v2-x0-5", [:]),
    ("shufflenet-v2-x1-0", [:]),
    ("shufflenet-v2-x1-5", [:]),
    ("shufflenet-v2-x2-0", [:]),
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
