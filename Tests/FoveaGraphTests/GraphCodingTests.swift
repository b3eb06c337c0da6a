import FoveaGraph
import FoveaTensors
import Foundation
import FuzzSupport
import Testing

/// An operation that no registry knows at first.
private struct Halve: FoveaGraph.Operation {
  static let typeName = "Halve"

  func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    return inputs
  }
}

@Suite struct GraphCodingTests {
  static func json(_ graph: Graph) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return try encoder.encode(graph)
  }

  @Test func `what is written is read again`() throws {
    for graph in [try ExampleGraphs.trainingStep(), try ExampleGraphs.squaredConvolution()] {
      let data = try Self.json(graph)
      let decoded = try JSONDecoder().decode(Graph.self, from: data)
      #expect(decoded == graph)
      #expect(Array(decoded.outputs.keys) == Array(graph.outputs.keys))
      #expect(Array(decoded.updates.keys) == Array(graph.updates.keys))
      #expect(try Self.json(decoded) == data)
    }
  }

  @Test func `an operation of one's own is read once it is registered`() throws {
    var builder = GraphBuilder()
    let image = try builder.input("image", [1])
    try builder.output("half", try builder.apply(Halve(), image, path: "half"))
    let data = try Self.json(builder.graph)
    #expect(throws: GraphError.unknownOperation("Halve")) {
      try JSONDecoder().decode(Graph.self, from: data)
    }
    let decoder = JSONDecoder()
    decoder.userInfo[.operationRegistry] = OperationRegistry.standard.adding(Halve.self)
    #expect(try decoder.decode(Graph.self, from: data) == builder.graph)
  }

  @Test func `a file is checked as if it were built`() throws {
    let text = String(decoding: try Self.json(ExampleGraphs.squaredConvolution()), as: UTF8.self)
    func decode(replacing old: String, with new: String) throws -> Graph {
      try #require(text.contains(old))
      let changed = text.replacingOccurrences(of: old, with: new)
      return try JSONDecoder().decode(Graph.self, from: Data(changed.utf8))
    }
    #expect(throws: GraphError.badReference(node: 2, path: "conv")) {
      try decode(
        replacing: #"{"node":0,"output":0},{"node":1"#,
        with: #"{"node":5,"output":0},{"node":1"#)
    }
    #expect(throws: GraphError.nameUsedTwice("weight")) {
      try decode(replacing: #""name":"image""#, with: #""name":"weight""#)
    }
    #expect(throws: GraphError.operation(path: "conv", .groups(3, inChannels: 2, outChannels: 4))) {
      try decode(replacing: #""groups":2"#, with: #""groups":3"#)
    }
    #expect(throws: OperationError.self) {
      try decode(replacing: #""kernel":3"#, with: #""kernel":0"#)
    }
    #expect(throws: DecodingError.self) {
      try decode(replacing: #"[2,2,5,4]"#, with: #"[-2,2,5,4]"#)
    }
    #expect(throws: DecodingError.self) {
      try decode(replacing: #"[2,2,5,4]"#, with: #"[16777216,16777216,5,4]"#)
    }
  }

  @Test func `no number of inputs overflows`() throws {
    let many = 1 << 15
    var builder = GraphBuilder()
    let image = try builder.input("image", [Shape.largestElementCount])
    #expect(throws: GraphError.operation(path: "concat", .tooLarge("Concat"))) {
      try builder.append(
        Concat(axis: 0), Array(repeating: image, count: many), path: "concat")
    }
  }

  /// Any number of damaged files (`FOVEA_FUZZ`) must decode or throw, never trap.
  @Test func `no file traps`() throws {
    let originals = [
      try Self.json(ExampleGraphs.trainingStep()),
      try Self.json(ExampleGraphs.squaredConvolution()),
    ]
    let (bytes, tokens) = (originals.map(Array.init), originals.map { JSONTokens($0) })
    var decoded = 0
    for round in 0..<Fuzz.rounds {
      var random = SeededChoices(seed: round, named: "graph files")
      let file: Data
      if random.integer(0...3) == 0 {
        file = Data(Fuzz.file(from: bytes, round: round, named: "graph"))
      } else {
        var words = random.element(of: tokens)
        for _ in 0..<max(1, random.integer(-2...4)) { words.mutate(&random) }
        file = words.data
      }
      do {
        let graph = try JSONDecoder().decode(Graph.self, from: file)
        decoded += 1
        try use(graph)
      } catch {
        // A message must not trap either.
        #expect(!"\(error)".isEmpty)
      }
    }
    // Were every file refused at its first byte, this would test nothing.
    #expect(decoded * 50 > Fuzz.rounds)
  }

  /// Everything that is done with a graph before it runs.
  private func use(_ graph: Graph) throws {
    let shapes = try graph.shapes()
    var total = Cost()
    for (index, node) in graph.nodes.enumerated() {
      let inputs = node.inputs.map { shapes[$0] }
      let cost = node.operation.cost(inputs: inputs, outputs: shapes[node: index])
      #expect(cost.multiplyAdds >= 0 && cost.otherOperations >= 0, "\(node.operation) \(inputs)")
      _ = (node.operation.spatialReach(inputs: inputs), node.operation.name)
      total = total + cost
    }
    #expect(total.multiplyAdds >= 0 && total.otherOperations >= 0)
    let names = graph.variables.filter { $0.role == .parameter }.map(\.name) + ["image"]
    for name in names {
      do {
        _ = try differentiate(graph, loss: "loss", withRespectTo: [name])
      } catch {
        #expect(!error.description.isEmpty)
      }
    }
    try graph.validate()
  }
}
