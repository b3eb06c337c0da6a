import FoveaGraph
import FoveaLayers
import FoveaZoo
import Testing

@Suite struct StochasticDepthTests {
  /// The probabilities by which training leaves blocks out, by their paths.
  private func depths(of model: Model) -> [(path: String, probability: Float)] {
    model.training.nodes.compactMap { node in
      guard node.path.hasSuffix(".stochastic_depth"),
        let dropout = node.operation as? FoveaGraph.Dropout
      else { return nil }
      // One choice for each image.
      #expect(dropout.sharedAxes == [1, 2, 3])
      return (String(node.path.dropLast(".stochastic_depth".count)), dropout.probability)
    }
  }

  private func expect(
    _ actual: [(path: String, probability: Float)], _ expected: [(String, Float)]
  ) {
    #expect(actual.map(\.path) == expected.map(\.0))
    for (found, wanted) in zip(actual, expected) {
      #expect(abs(found.probability - wanted.1) < 1e-6, "\(found)")
    }
  }

  /// torchvision: `0.2 * stage_block_id / total_stage_blocks`, where there is a shortcut.
  @Test func `EfficientNet-B0 leaves blocks out as torchvision's`() throws {
    let model = try ZooModel.efficientNetB0.build()
    expect(
      depths(of: model),
      [
        ("features.2.1", 0.025), ("features.3.1", 0.05), ("features.4.1", 0.075),
        ("features.4.2", 0.0875), ("features.5.1", 0.1125), ("features.5.2", 0.125),
        ("features.6.1", 0.15), ("features.6.2", 0.1625), ("features.6.3", 0.175),
      ])
    #expect(!model.inference.nodes.contains { $0.operation is FoveaGraph.Dropout })
  }

  @Test func `EfficientNetV2-S leaves fused blocks out, too`() throws {
    let depths = depths(of: try ZooModel.efficientNetV2S.build())
    // The first block of each stage that changes the shape has no shortcut; block 0 is never left out.
    #expect(depths.count == 40 - 6)
    expect(Array(depths.prefix(1)), [("features.1.1", 0.005)])
    expect(Array(depths.suffix(1)), [("features.6.14", 0.195)])
  }

  /// torchvision: `0.1 * stage_block_id / (total_stage_blocks - 1)`.
  @Test func `ConvNeXt-T leaves blocks out as torchvision's`() throws {
    let depths = depths(of: try ZooModel.convNeXtTiny.build())
    #expect(depths.count == 17)
    expect(Array(depths.prefix(1)), [("features.1.1", 0.1 / 17)])
    expect(Array(depths.suffix(1)), [("features.7.2", 0.1)])
  }

  @Test func `a network without stochastic depth can be had`() throws {
    let model = try Model(input: [3, 32, 32]) {
      EfficientNet(stochasticDepth: 0, classes: 3).inlined()
    }
    #expect(depths(of: model).isEmpty)
  }
}
