import FoveaGraph
import FoveaLayers
import FoveaRuntime
import FoveaTensors
import FoveaZoo
import Testing

@Suite struct RepVGGTests {
  /// A block of each kind: one that widens, one that strides, one with a shortcut, one with groups.
  private func network(isReparameterized: Bool) throws -> Model {
    func block(_ channels: Int, stride: Int = 1, groups: Int = 1) -> RepVGGBlock {
      RepVGGBlock(
        channels: channels, stride: stride, groups: groups, epsilon: 1e-3,
        isReparameterized: isReparameterized)
    }
    return try Model(input: [3, 13, 10]) {
      block(8).named("stage0")
      Sequential {
        block(12, stride: 2)
        block(12)
        block(12, groups: 3)
        block(12, stride: 2, groups: 3)
      }.named("stage1")
      GlobalAvgPool2d()
      Flatten()
      Linear(5).named("linear")
    }
  }

  private func weights(of model: Model) -> Weights {
    var weights = Weights()
    for parameter in model.parameters {
      weights[parameter.name] = knownWeight(parameter.name, parameter.shape)
    }
    return weights
  }

  private func output(_ model: Model, _ weights: Weights) throws -> [Float] {
    let input: Shape = [2, 3, 13, 10]
    let program = try Program(
      model.inference, inputs: [Model.inputName: input], variables: VariableStore(weights),
      pool: ThreadPool(threads: 2))
    try program.run([Model.inputName: known("input", input, in: -1...1)])
    return try program.output(Model.outputName).floats
  }

  @Test func `one convolution answers as the branches do`() throws {
    let (branches, joined) = (
      try network(isReparameterized: false), try network(isReparameterized: true)
    )
    let trained = weights(of: branches)
    let converted = try trained.reparameterizingRepVGG(epsilon: 1e-3)
    #expect(Set(converted.names) == Set(joined.parameters.map(\.name)))
    for parameter in joined.parameters {
      #expect(converted[parameter.name]?.shape == parameter.shape)
    }
    let expected = try output(branches, trained)
    let actual = try output(joined, converted)
    let scale = expected.map(abs).max() ?? 0
    #expect(scale > 0.1)
    for (value, goal) in zip(actual, expected) {
      #expect(abs(value - goal) <= 2e-5 * scale, "\(value), not \(goal)")
    }
    // The epsilon counts: with another one the network is another.
    let other = try output(joined, trained.reparameterizingRepVGG(epsilon: 1))
    #expect(zip(other, expected).contains { abs($0 - $1) > 1e-3 * scale })
    // What is joined stays.
    #expect(try converted.reparameterizingRepVGG() == converted)
  }

  @Test func `names are those of the paper's code`() throws {
    let names = try Set(network(isReparameterized: false).parameters.map(\.name))
    for name in [
      "stage0.rbr_dense.conv.weight", "stage0.rbr_dense.bn.running_var",
      "stage0.rbr_1x1.conv.weight", "stage0.rbr_1x1.bn.bias", "stage1.1.rbr_identity.weight",
    ] {
      #expect(names.contains(name), "\(name)")
    }
    #expect(!names.contains("stage0.rbr_identity.weight"))
  }

  @Test(arguments: [
    "stage0.rbr_dense.conv.weight", "stage0.rbr_1x1.bn.running_mean", "stage1.1.rbr_identity.bias",
  ])
  func `a block that lacks a tensor, or has another shape of it, is refused`(name: String) throws {
    var weights = try weights(of: network(isReparameterized: false))
    weights[name] = Tensor(zeros: [7])
    #expect(throws: RepVGGError.self) { try weights.reparameterizingRepVGG() }
    weights[name] = nil
    #expect(throws: RepVGGError.missing(name)) { try weights.reparameterizingRepVGG() }
  }
}
