import FoveaAnalysis
import FoveaGraph
import FoveaLayers
import FoveaTensors
import FoveaZoo
import Testing

@Suite struct ClassicInceptionTests {
  /// Networks with golden files of `Tools/golden/zoo_classic.py`.
  static let recorded = [
    "alexnet", "vgg11", "vgg13", "vgg19", "vgg11-bn", "vgg13-bn", "vgg16-bn", "vgg19-bn",
    "nin-cifar", "all-cnn-a", "all-cnn-b", "all-cnn-c", "googlenet", "googlenet-aux",
    "inception-v2", "inception-v3", "inception-v3-aux", "inception-v4", "inception-resnet-v2",
    "xception", "squeezenet1-0", "squeezenet1-1", "densenet121", "densenet161", "densenet169",
    "densenet201", "densenet-bc-100-12",
  ]
  /// Those whose logits are recorded; the others are of the same kind as one of these.
  static let run = [
    "alexnet", "nin-cifar", "all-cnn-a", "all-cnn-b", "all-cnn-c", "googlenet", "inception-v2",
    "inception-v3", "inception-v4", "inception-resnet-v2", "xception", "squeezenet1-0",
    "squeezenet1-1", "densenet121", "densenet161", "densenet-bc-100-12",
  ]

  @Test(arguments: recorded)
  func `weights have the names and shapes of their source, and the work is the same`(
    name: String
  ) throws {
    let golden = try RecordedNetwork(name)
    let model = try ZooModel.named(name).build()
    #expect(model.parameterCount == golden.parameters)
    #expect(try ModelSummary(of: model.inference).totals.multiplyAdds == golden.multiplyAdds)
    let actual = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.shape) })
    let expected = try golden.shapes
    #expect(Set(actual.keys).symmetricDifference(expected.keys) == [])
    for (name, shape) in expected { #expect(actual[name] == shape, "\(name)") }
  }

  @Test(arguments: run)
  func `logits and a gradient through all layers are those of the source`(name: String) throws {
    let entry = try ZooModel.named(name)
    try RecordedNetwork(name).expectAgreement { try entry.build(input: $0, classes: $1) }
  }

  @Test func `auxiliary heads give torchvision's logits`() throws {
    try RecordedNetwork("googlenet-head").expectAgreement { input, classes in
      try Model(input: input) { InceptionV1.Head(classes: classes).inlined() }
    }
    try RecordedNetwork("inception-v3-head").expectAgreement { input, classes in
      try Model(input: input) { InceptionV3.Head(classes: classes).inlined() }
    }
  }
}
