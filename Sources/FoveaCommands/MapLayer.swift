import FoveaGraph
import FoveaLayers
import FoveaRuntime
import FoveaTensors

/// A layer whose output has rows and columns, and the graph that gives it.
struct MapLayer {
  /// The layer's path.
  let path: String
  /// How many channels its output has.
  let channels: Int
  private let graph: Graph
  private static let output = "map"

  /// - Parameters:
  ///   - path: The layer's path; the last one with a map where `nil`.
  ///   - label: What the network is asked for by.
  /// - Throws: `AnalysisError` for an unknown layer, `CommandError` for one without rows and columns.
  init(_ path: String?, of measured: MeasuredNetwork, label: String) throws {
    let network = AnalysedNetwork(measured, label: label)
    let shapes = try network.graph.shapes(inputs: network.inputs)
    let value = try path.map(network.value(ofLayer:)) ?? network.lastMap(shapes)
    let shape = shapes[node: value.node][0]
    self.path = network.graph.nodes[value.node].path
    guard shape.rank == 4 else {
      throw CommandError.option(
        "--layer", value: self.path, allowed: "a layer whose output has rows and columns")
    }
    channels = shape[1]
    var builder = try GraphBuilder(extending: network.graph)
    try builder.output(Self.output, value)
    graph = builder.graph
  }

  /// What gives the output for images of a shape.
  func program(images shape: Shape, variables: VariableStore, pool: ThreadPool) throws -> Program {
    try Program(graph, inputs: [Model.inputName: shape], variables: variables, pool: pool)
  }

  /// The output for images, `[N, C, H, W]`.
  func maps(of images: Tensor, by program: Program) throws -> Tensor {
    try program.run([Model.inputName: images])
    return try program.output(Self.output)
  }
}
