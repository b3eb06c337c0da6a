import FoveaGraph
import FoveaLayers
import FoveaRuntime
import FoveaTensors

/// A layer whose output has rows and columns, and the network up to it.
struct MapLayer {
  /// What is asked of the layer.
  enum Question {
    /// Its output, `[N, C, H, W]`.
    case maps
    /// The largest element of each channel, `[N, C]`.
    case largest
  }

  /// The layer's path.
  let path: String
  /// The shape of its output for one image, `[1, C, H, W]`.
  let shape: Shape
  private let graph: Graph
  private static let answer = "answer"

  /// - Parameters:
  ///   - path: The layer's path; the last one with a map where `nil`.
  ///   - label: What the network is asked for by.
  /// - Throws: `AnalysisError` for an unknown layer, `CommandError` for one without rows and columns.
  init(
    _ path: String?, of measured: MeasuredNetwork, label: String, question: Question
  ) throws {
    let network = AnalysedNetwork(measured, label: label)
    let shapes = try network.graph.shapes(inputs: network.inputs)
    let value = try path.map(network.value(ofLayer:)) ?? network.lastMap(shapes)
    shape = shapes[node: value.node][0]
    self.path = network.graph.nodes[value.node].path
    guard shape.rank == 4 else {
      throw CommandError.option(
        "--layer", value: self.path, allowed: "a layer whose output has rows and columns")
    }
    var builder = try GraphBuilder(extending: network.graph)
    for name in network.graph.outputs.keys { _ = try builder.removeOutput(name) }
    let answer =
      switch question {
      case .maps: value
      case .largest:
        try builder.apply(
          Reduce(.max, axes: [2, 3], keepDimensions: false), value, path: Self.answer)
      }
    try builder.output(Self.answer, answer)
    graph = builder.graph
  }

  /// What answers for images of a shape.
  func program(images shape: Shape, variables: VariableStore, pool: ThreadPool) throws -> Program {
    try Program(graph, inputs: [Model.inputName: shape], variables: variables, pool: pool)
  }

  /// The answer for images.
  func answer(to images: Tensor, by program: Program) throws -> Tensor {
    try program.run([Model.inputName: images])
    return try program.output(Self.answer)
  }
}
