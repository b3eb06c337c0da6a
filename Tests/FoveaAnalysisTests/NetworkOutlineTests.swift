import FoveaAnalysis
import FoveaGraph
import FoveaLayers
import FoveaZoo
import Testing

@Suite struct NetworkOutlineTests {
  private func network(_ name: String) throws -> Graph {
    let entry = try #require(ZooModel.all.first { $0.name == name })
    return try entry.build(input: nil, classes: nil).inference
  }

  @Test(
    "blocks hold every layer once, and edges lead forward",
    arguments: ZooModel.all.map(\.name), [nil, 1, 2, 3])
  func isWhole(_ name: String, _ depth: Int?) throws {
    let graph = try network(name)
    let summary = try ModelSummary(of: graph)
    let outline = try NetworkOutline(of: graph, depth: depth)
    #expect(outline.blocks.flatMap(\.layers) == summary.layers)
    #expect(
      outline.blocks.reduce(0) { $0 + $1.totals.multiplyAdds } == summary.totals.multiplyAdds)
    #expect(outline.inputs.values.map(\.rank) == [4])
    var pairs: Set<[Int]> = []
    for edge in outline.edges {
      #expect((edge.from ?? -1) < edge.to)
      #expect(pairs.insert([edge.from ?? -1, edge.to]).inserted)
    }
    // Nothing hangs in the air; what is made of weights or constants alone is read at least.
    let joined = Set(outline.edges.map(\.to) + outline.edges.compactMap(\.from))
    #expect(joined == Set(outline.blocks.indices))
  }

  @Test func `each residual of ResNet-18 is an edge past its block`() throws {
    let outline = try NetworkOutline(of: network("resnet18"))
    let sums = Dictionary(grouping: outline.edges.filter { $0.join == .sum }, by: \.to)
    #expect(sums.count == 8)
    #expect(sums.values.allSatisfy { $0.count == 2 })
    #expect(outline.blocks.allSatisfy { $0.innerJoins.isEmpty })
    let first = try #require(outline.blocks.first)
    #expect(first.layers.map(\.type) == ["Conv2d", "BatchNorm2d", "ReLU"])
  }

  @Test func `a block that holds its residual says so`() throws {
    let outline = try NetworkOutline(of: network("resnet18"), depth: 2)
    let residual = outline.blocks.filter { $0.innerJoins == [.sum] }.map(\.path)
    #expect(residual == (1...4).flatMap { ["layer\($0).0", "layer\($0).1"] })
    #expect(outline.edges.allSatisfy { $0.to == ($0.from ?? -1) + 1 })
    let gates = try NetworkOutline(of: network("efficientnet-b0"), depth: 2)
    #expect(gates.blocks.contains { $0.innerJoins == [.product, .sum] })
  }

  @Test func `branches are laid beside each other`() throws {
    let model = try Model(input: [2, 8, 8]) {
      Concatenate {
        Conv2d(3, kernel: 1)
        Conv2d(4, kernel: 3, padding: 1)
      }
      ReLU()
    }
    let outline = try NetworkOutline(of: model.inference)
    #expect(
      outline.blocks.map { $0.layers.map(\.type) } == [["Conv2d"], ["Conv2d"], ["Concat", "ReLU"]])
    #expect(
      outline.edges.map { [$0.from ?? -1, $0.to] } == [[-1, 0], [-1, 1], [0, 2], [1, 2]])
    #expect(outline.edges.map(\.join) == [nil, nil, .concatenation, .concatenation])
  }

  @Test func `a result that two layers read keeps its block to itself`() throws {
    let model = try Model(input: [2, 8, 8]) { (x: SymbolicTensor) throws(GraphError) in
      let y = try Conv2d(2, kernel: 3, padding: 1)(x)
      return try relu(y) + y
    }
    let outline = try NetworkOutline(of: model.inference)
    #expect(outline.blocks.count == 3)
    #expect(outline.edges.filter { $0.join == .sum }.compactMap(\.from) == [1, 0])
  }

  @Test func `a shape that does not fit is refused`() throws {
    #expect(throws: GraphError.self) {
      try NetworkOutline(of: network("resnet18"), inputs: ["input": [1, 3, 0, 0]])
    }
  }
}
