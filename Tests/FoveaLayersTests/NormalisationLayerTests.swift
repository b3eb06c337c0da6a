import FoveaGraph
import FoveaLayers
import FoveaTensors
import Testing

@Suite struct NormalisationLayerTests {
  private func operations(_ graph: Graph) -> [AnyHashable] {
    graph.nodes.filter { !$0.operation.isSource }.map { AnyHashable($0.operation) }
  }

  @Test func `activations append their operation, with its settings`() throws {
    let model = try Model(input: [3, 8, 8]) {
      FoveaLayers.GELU()
      FoveaLayers.GELU(approximate: .tanh)
      FoveaLayers.ELU(alpha: 0.5)
      FoveaLayers.PReLU()
      FoveaLayers.PReLU(perChannel: true)
      FoveaLayers.Softplus(beta: 2, threshold: 9)
      FoveaLayers.Mish()
    }
    let expected: [AnyHashable] = [
      FoveaGraph.GELU(approximate: .none), FoveaGraph.GELU(approximate: .tanh),
      FoveaGraph.ELU(alpha: 0.5), FoveaGraph.PReLU(), FoveaGraph.PReLU(),
      FoveaGraph.Softplus(beta: 2, threshold: 9), FoveaGraph.Mish(),
    ]
    #expect(operations(model.inference) == expected)
    #expect(model.parameters.map(\.shape) == [[1], [3]])
  }

  @Test func `normalisations append their operation, with its parameters`() throws {
    let model = try Model(input: [6, 4, 5]) {
      FoveaLayers.GroupNorm(groups: 3)
      LayerNorm2d()
      FoveaLayers.LayerNorm()
      FoveaLayers.LayerNorm([4, 5], bias: false)
      FoveaLayers.LocalResponseNorm(5, k: 2)
      InstanceNorm2d()
    }
    let expected: [AnyHashable] = [
      FoveaGraph.GroupNorm(groups: 3, epsilon: 1e-5),
      FoveaGraph.LayerNorm(axes: .channels, epsilon: 1e-6),
      FoveaGraph.LayerNorm(axes: .trailing(3), epsilon: 1e-5),
      FoveaGraph.LayerNorm(axes: .trailing(2), epsilon: 1e-5),
      FoveaGraph.LocalResponseNorm(size: 5, alpha: 1e-4, beta: 0.75, k: 2),
      FoveaGraph.GroupNorm(groups: 6, epsilon: 1e-5),
    ]
    #expect(operations(model.inference) == expected)
    #expect(
      model.parameters.map { "\($0.name) \($0.shape)" } == [
        "0.weight [6]", "0.bias [6]", "1.weight [6]", "1.bias [6]", "2.weight [6, 4, 5]",
        "2.bias [6, 4, 5]", "3.weight [4, 5]",
      ])
  }

  @Test func `what drops out does so in training alone, by rows, channels or squares`() throws {
    let layers: [any Layer] = [
      DropPath(0.25), Dropout2d(0.25), FoveaLayers.DropBlock(0.25, blockSize: 3),
    ]
    let model = try Model(input: [3, 8, 8]) { layers }
    #expect(operations(model.inference).isEmpty)
    let training = model.training.nodes.map(\.operation)
    #expect(
      training.compactMap { ($0 as? FoveaGraph.Dropout)?.sharedAxes } == [[1, 2, 3], [2, 3]])
    let block = try #require(training.last as? FoveaGraph.DropBlock)
    #expect(block.probability == 0.25 && block.blockSize == 3)
    let none = try Model(input: [3, 8, 8]) {
      DropPath(0)
      Dropout2d(0)
      FoveaLayers.DropBlock(0)
    }
    #expect(operations(none.training).isEmpty)
  }

  @Test func `names of parametrised weights are PyTorch's`() throws {
    let model = try Model(input: [3, 8, 8]) {
      Sequential { FoveaLayers.Conv2d(4, kernel: 3) }.named("block").weightNormalised()
      FoveaLayers.Conv2d(4, kernel: 3).weightNormalised().named("weighed")
      FoveaLayers.Conv2d(2, kernel: 1, bias: false).named("spectral").spectrallyNormalised()
    }
    #expect(
      model.parameters.map(\.name) == [
        // A rule holds for the layer itself, not for those inside it.
        "block.0.weight", "block.0.bias", "weighed.weight_v", "weighed.weight_g", "weighed.bias",
        "spectral.weight_orig", "spectral.weight_u", "spectral.weight_v",
      ])
    #expect(model.training.updates.keys == ["spectral.weight_u", "spectral.weight_v"])
    #expect(model.inference.updates.isEmpty)
  }

  @Test func `attention blocks have the names of torchvision and timm`() throws {
    let model = try Model(input: [32, 8, 8]) {
      SqueezeExcitation().named("se")
      CBAM().named("cbam")
    }
    #expect(
      model.parameters.filter { !$0.name.contains(".bn.") }.map { "\($0.name) \($0.shape)" } == [
        "se.fc1.weight [2, 32, 1, 1]", "se.fc1.bias [2]", "se.fc2.weight [32, 2, 1, 1]",
        "se.fc2.bias [32]", "cbam.channel.fc1.weight [2, 32, 1, 1]",
        "cbam.channel.fc2.weight [32, 2, 1, 1]", "cbam.spatial.conv.conv.weight [1, 2, 7, 7]",
      ])
  }

  @Test func `settings that make no layer are refused, and never trap`() {
    let wrong: [any Layer] = [
      FoveaLayers.GroupNorm(groups: 0), FoveaLayers.GroupNorm(groups: 5),
      FoveaLayers.LayerNorm([8, 7]), FoveaLayers.LayerNorm([]), FoveaLayers.LayerNorm(epsilon: 0),
      FoveaLayers.LocalResponseNorm(0), FoveaLayers.ELU(alpha: -1),
      FoveaLayers.Softplus(beta: 0), InstanceNorm1d(), InstanceNorm3d(), BatchNorm1d(),
      BatchNorm3d(), RMSNorm(axes: 0), RMSNorm(axes: 5), RMSNorm(epsilon: 0),
      StdConv2d(4, kernel: 3, epsilon: 0), DropPath(1), Dropout2d(-1),
      FoveaLayers.DropBlock(0.1, blockSize: 0), SqueezeExcitation(squeezed: 0),
      SqueezeExcitation(reduction: 0), CBAM(kernel: 4), CBAM(reduction: 0),
    ]
    for layer in wrong {
      #expect(throws: GraphError.self, "\(layer)") {
        _ = try Model(input: [3, 8, 8]) { [layer] }
      }
    }
    #expect(throws: GraphError.self) { try Model(input: [3, 1, 1]) { InstanceNorm2d() } }
  }
}
