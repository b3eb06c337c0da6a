import Fovea
import Testing

@Suite struct ExportsTests {
  @Test func `a bare name means the layer, not the graph's operation`() throws {
    let model = try Model(input: [1, 28, 28]) {
      Conv2d(8, kernel: 5, stride: 2, padding: 2, bias: false)
      BatchNorm2d()
      ReLU()
      Flatten()
      Linear(10)
    }
    #expect(model.parameterCount == 8 * 25 + 16 + (8 * 14 * 14 + 1) * 10)
    #expect(try ModelSummary(of: model.inference).totals.parameters == model.parameterCount)
  }

  @Test func `the graph and its errors come along`() throws {
    let graph: Graph = try ZooModel.simpleCNN.build().inference
    #expect(graph.inputs.map(\.name) == [Model.inputName])
    #expect(throws: GraphError.self) { try ZooModel.resnet18.build(input: [3]) }
  }
}
