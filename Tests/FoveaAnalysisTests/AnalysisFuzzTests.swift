import FoveaAnalysis
import FoveaGraph
import FoveaLayers
import FoveaTensors
import FoveaZoo
import Foundation
import FuzzSupport
import Testing

@Suite struct AnalysisFuzzTests {
  private static func originals() throws -> [Data] {
    let residual = try Model(input: [3, 9, 9]) {
      Conv2d(4, kernel: 3, stride: 2, padding: 1, dilation: 2)
      Residual {
        Conv2d(4, kernel: 3, padding: 1)
        AvgPool2d(kernel: 3, stride: 1, padding: 1, ceilMode: true)
      }
      AdaptiveAvgPool2d(2)
      Flatten()
      Linear(5)
    }
    let chain = try ZooModel.simpleCNN3v7.build()
    return try [residual, chain].map { try JSONEncoder().encode($0.inference) }
  }

  @Test func `no damaged graph stops the analysis`() throws {
    let originals = try Self.originals().map { JSONTokens($0) }
    var analysed = 0
    for round in 0..<Fuzz.rounds {
      var random = SeededChoices(seed: round, named: "graph files")
      var file = random.element(of: originals)
      for _ in 0..<random.integer(1...3) { file.mutate(&random) }
      do {
        try analyse(try JSONDecoder().decode(Graph.self, from: file.data))
        analysed += 1
      } catch {
        #expect(!"\(error)".isEmpty)
      }
    }
    // Were every file refused, this would test nothing.
    #expect(analysed * 50 > Fuzz.rounds)
  }

  private func analyse(_ graph: Graph) throws {
    let summary = try ModelSummary(of: graph)
    let totals = summary.totals
    for count in [
      totals.parameters, totals.multiplyAdds, totals.flops, totals.weightBytes,
      totals.activationBytes, totals.otherOperations,
    ] { #expect(count >= 0) }
    _ = CostStage.stages(of: summary)
    let data = try JSONEncoder().encode(summary)
    #expect(
      try JSONDecoder().decode(ModelSummary.self, from: data).layers.count == summary.layers.count)
    for convention in CountingConvention.allCases {
      #expect(try convention.count(graph).count >= 0)
    }
    let shapes = try graph.shapes()
    let fields = try ReceptiveFields(of: graph, shapes: shapes)
    guard let result = graph.outputs.values.first else { return }
    let pixels = graph.nodes.indices.map { index in
      shapes[node: index][0].dimensions.suffix(2).reduce(1, *)
    }
    // Pixel by pixel takes as long as there are pixels.
    guard let most = pixels.max(), most <= 1 << 12 else { return }
    _ = try InputRegion(of: result, at: nil, in: graph, shapes: shapes, input: fields.input)
  }

  @Test func `a graph with a cycle is refused, and its layer named`() throws {
    var builder = GraphBuilder()
    let image = try builder.input("input", [1, 1, 4, 4])
    let first = try builder.apply(FoveaGraph.ReLU(), image, path: "first")
    try builder.output("output", try builder.apply(FoveaGraph.ReLU(), first, path: "second"))
    let text = String(decoding: try JSONEncoder().encode(builder.graph), as: UTF8.self)
    // The first ReLU reads the second.
    let cyclic = text.replacing(
      "\"inputs\":[{\"node\":0,\"output\":0}]", with: "\"inputs\":[{\"node\":2,\"output\":0}]")
    let other = text.replacing(
      "\"inputs\":[{\"output\":0,\"node\":0}]", with: "\"inputs\":[{\"output\":0,\"node\":2}]")
    let damaged = cyclic == text ? other : cyclic
    #expect(damaged != text, "\(text)")
    #expect { try JSONDecoder().decode(Graph.self, from: Data(damaged.utf8)) } throws: {
      "\($0)".contains("first")
    }
  }
}
