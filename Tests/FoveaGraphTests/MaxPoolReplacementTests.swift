import FoveaGraph
import FoveaTensors
import Testing

@Suite struct MaxPoolReplacementTests {
  private func network(_ window: Window) throws -> Graph {
    var builder = GraphBuilder()
    let image = try builder.input("image", [2, 3, 13, 12])
    let pooled = try builder.apply(
      MaxPool2d(rows: window, columns: window), image, path: "features.pool")
    try builder.output("result", try builder.apply(ReLU(), pooled, path: "features.relu"))
    return builder.graph
  }

  private func names(_ graph: Graph) -> [String] { graph.nodes.map { $0.operation.name } }

  private func resultShape(_ graph: Graph) throws -> Shape {
    try graph.shapes()[graph.output(named: "result")]
  }

  @Test(arguments: [(2, 0), (3, 1)]) func `shapes stay`(kernel: Int, padding: Int) throws {
    let original = try network(
      Window(kernel: kernel, stride: 2, padding: Window.Padding(padding)))
    let blurred = try original.replacingMaxPools(with: .blurred(filterSize: 3))
    #expect(names(blurred) == ["image", "MaxPool2d", "BlurPool2d", "ReLU"])
    #expect(try resultShape(blurred) == resultShape(original))
    let convolved = try original.replacingMaxPools(with: .convolution)
    #expect(convolved.variables.map(\.name) == ["features.pool.weight", "features.pool.bias"])
    #expect(convolved.variables[0].shape == [3, 3, kernel, kernel])
    #expect(try resultShape(convolved) == resultShape(original))
  }

  @Test func `what has no counterpart stays`() throws {
    for window in [try Window(kernel: 3), try Window(kernel: 2, stride: 2, ceilMode: true)] {
      let original = try network(window)
      #expect(try original.replacingMaxPools(with: .convolution) == original)
    }
  }

  @Test func `a filter that does not fit is refused with the path`() throws {
    let original = try network(Window(kernel: 12, stride: 2))
    #expect(throws: GraphError.self) {
      try original.replacingMaxPools(with: .blurred(filterSize: 7))
    }
  }
}
