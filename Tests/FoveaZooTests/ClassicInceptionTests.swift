import FoveaAnalysis
import FoveaGraph
import FoveaLayers
import FoveaTensors
import FoveaZoo
import Testing

@Suite struct ClassicInceptionTests {
  /// Networks with golden files of `Tools/golden/zoo_classic.py`.
  static let recorded = [
    "alexnet", "alexnet-paper", "zfnet", "vgg11", "vgg13", "vgg19", "vgg11-bn", "vgg13-bn",
    "vgg16-bn", "vgg19-bn", "nin-cifar", "all-cnn-a", "all-cnn-b", "all-cnn-c", "googlenet",
    "googlenet-aux", "googlenet-paper", "inception-v2", "inception-v3", "inception-v3-aux",
    "inception-v4", "inception-resnet-v2", "xception", "squeezenet1-0", "squeezenet1-1",
    "densenet121", "densenet161", "densenet169", "densenet201", "densenet-bc-100-12",
    "shufflenet-v2-x0-5", "shufflenet-v2-x1-0", "shufflenet-v2-x1-5", "shufflenet-v2-x2-0",
  ]
  /// Those whose logits are recorded; the others are of the same kind as one of these.
  static let run = [
    "alexnet", "alexnet-paper", "zfnet", "nin-cifar", "all-cnn-a", "all-cnn-b", "all-cnn-c",
    "googlenet", "googlenet-paper", "inception-v2", "inception-v3", "inception-v4",
    "inception-resnet-v2", "xception", "squeezenet1-0", "squeezenet1-1", "densenet121",
    "densenet161", "densenet-bc-100-12",
    "shufflenet-v2-x0-5", "shufflenet-v2-x1-0", "shufflenet-v2-x1-5", "shufflenet-v2-x2-0",
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

  @Test(arguments: [
    ("googlenet-aux", ["aux1", "aux2"]), ("inception-v3-aux", ["AuxLogits"]),
  ])
  func `auxiliary heads are outputs of training alone`(name: String, heads: [String]) throws {
    let model = try ZooModel.named(name).build(classes: 7)
    #expect(Array(model.inference.outputs.keys) == [Model.outputName])
    #expect(Array(model.training.outputs.keys) == [Model.outputName] + heads)
    let shapes = try model.training.shapes()
    for head in heads { #expect(shapes[try model.training.output(named: head)] == [2, 7]) }
    let plain = try ZooModel.named(String(name.dropLast("-aux".count))).build(classes: 7)
    #expect(model.inference.variables == plain.inference.variables)
  }

  /// Published figures, most of them timm's, which count a little more than multiply-adds.
  @Test(arguments: [
    ("alexnet", 0.71), ("vgg11", 7.61), ("vgg16", 15.47), ("googlenet", 1.50),
    ("inception-v3", 5.73), ("inception-v4", 12.28), ("inception-resnet-v2", 13.18),
    ("xception", 8.40), ("densenet121", 2.87), ("squeezenet1-1", 0.35),
    ("shufflenet-v2-x1-0", 0.15),
  ])
  func `multiply-adds are the published ones`(name: String, billions: Double) throws {
    let summary = try ModelSummary(of: ZooModel.named(name).build().inference)
    let counted = Double(summary.totals.multiplyAdds) / 1e9
    #expect(abs(counted - billions) <= max(0.0051, 0.015 * billions), "\(counted)")
  }

  /// Layer, size, jump and, where the padding is the source's, effective padding.
  @Test(
    arguments: [
      ("alexnet", "features.12", 195, 32, nil), ("vgg11", "features.20", 150, 32, nil),
      ("googlenet", "inception5b", 379, 32, nil),
      ("googlenet-paper", "inception5b", 715, 32, nil), ("alexnet-paper", "pool5", 195, 32, 64),
      ("inception-v2", "inception_5b", 699, 32, nil),
      ("inception-v3", "Mixed_5b", 63, 8, nil), ("inception-v3", "Mixed_6a", 159, 16, nil),
      ("inception-v3", "Mixed_6b", 351, 16, nil), ("inception-v3", "Mixed_6e", 927, 16, nil),
      ("inception-v3", "Mixed_7a", 1055, 32, nil), ("inception-v3", "Mixed_7c", 1311, 32, 618),
      ("inception-v4", "features.21", 2071, 32, 998),
      ("inception-resnet-v2", "conv2d_7b.relu", 3039, 32, 1482),
      ("densenet121", "features.norm5", 2071, 32, nil),
    ] as [(String, String, Int, Int, Int?)])
  func `receptive fields are the published ones`(
    name: String, path: String, size: Int, jump: Int, padding: Int?
  ) throws {
    let summary = try ModelSummary(of: ZooModel.named(name).build().inference)
    let field = try #require(summary.layers.last { $0.path == path }).receptiveField
    for axis in [field.rows, field.columns] {
      #expect(axis?.size == size)
      #expect(axis?.jump == Double(jump))
      if let padding { #expect(axis?.effectivePadding == Double(padding)) }
    }
    #expect(field.status == .complete)
  }

  @Test func `inception-v2 refuses to halve a map of odd size`() throws {
    #expect(throws: GraphError.self) { try ZooModel.inceptionV2.build(input: [3, 61, 61]) }
  }
}
